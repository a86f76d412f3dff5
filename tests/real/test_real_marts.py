"""Published files built into marts: the numbers that people know are found again."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from busan_safety.loading import ingest_file
from busan_safety.transform.layers import invoke_dbt
from busan_safety.transform.workspace import workspace
from busan_safety.warehouse import connect

pytestmark = pytest.mark.real

MODELS = (
    "fct_crimes_by_station",
    "fct_crimes_by_region",
    "fct_population",
    "fct_fatal_accidents",
    "fct_schools",
)


@pytest.fixture(scope="module")
def built(warehouse: psycopg.Connection, real_files: Path) -> None:
    """Take in the published files and build the warehouse from them alone."""
    population = sorted((real_files / "population" / "mois").glob("*household_monthly.csv"))
    files = [
        *(("city_population", path) for path in population),
        (
            "city_population_age",
            real_files / "population" / "202505_202505_연령별인구현황_월간.csv",
        ),
        (
            "police_crime_by_station",
            real_files / "crime" / "부산경찰청_경찰서별_5대범죄_20231231.csv",
        ),
        (
            "police_crime_by_region",
            real_files / "crime" / "경찰청_범죄발생지역별통계_20231231.csv",
        ),
        (
            "police_fatal_accidents",
            real_files / "traffic" / "도로교통공단_사망교통사고정보_2021.csv",
        ),
        ("education_schools", real_files / "school" / "전국초중등학교위치표준데이터_20250325.csv"),
    ]
    for source_id, path in files:
        assert ingest_file(source_id, path).rows_loaded > 0
    place = workspace("published files", "marts")
    asked = [f"+{model}" for model in MODELS]
    only = ["--indirect-selection", "buildable", "--exclude", "test_type:unit"]
    outcome = invoke_dbt(["build", "--select", *asked, *only], place)
    assert outcome.success, outcome.exception


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize(
    ("question", "answer"),
    [
        pytest.param(
            "select sum(incident_count), count(distinct station_code)"
            " from marts.fct_crimes_by_station where year = 2023",
            (33_080, 15),
            id="five major crimes of 2023 by station",
        ),
        pytest.param(
            "select sum(incident_count) from marts.fct_crimes_by_region"
            " where year = 2023 and crime_group = 'theft'",
            (15_049,),
            id="theft of 2023 by district",
        ),
        pytest.param(
            "select count(distinct month), count(*), count(distinct district_code)"
            " from marts.fct_population where population_basis = 'residents'",
            (36, 36 * 16, 16),
            id="36 months of 16 districts",
        ),
        pytest.param(
            "select sum(residents) from marts.fct_population"
            " where population_basis = 'residents' and month = '2023-12-01'",
            (3_279_357,),
            id="residents at the end of 2023",
        ),
        pytest.param(
            "select count(*) from marts.fct_fatal_accidents where accident_year = 2021",
            (111,),
            id="fatal accidents of 2021",
        ),
        pytest.param("select count(*) from marts.fct_schools", (617,), id="schools"),
    ],
)
def test_marts_hold_the_published_number(question: str, answer: tuple[object, ...]) -> None:
    with connect("evaluator") as connection:
        found = connection.execute(question).fetchone()  # type: ignore[arg-type]

    assert found == answer
