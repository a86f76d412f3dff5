"""The ministry's population by age, in both forms that it really published."""

import psycopg
import pytest

from busan_safety.loading import ingest_file

pytestmark = pytest.mark.real

FOLDER = "population/mois"
SOURCE = "city_population_age"
# Busan and its 16 districts, six months, three sexes with a total, a repeated total and 11 bands.
BAND_ROWS = 17 * 6 * 3 * 13
# Busan, 16 districts and 206 dongs; a total, a repeated total and 101 ages.
YEAR_ROWS = (1 + 16 + 206) * 103


def sums(warehouse: psycopg.Connection, form: str, where: str) -> dict[str, int]:
    """Persons by month under a condition, without the rows that are totals of ages."""
    rows = warehouse.execute(
        "select month::text, sum(population) from raw.current_city_population_age"
        f" where basis = %s and age_from is not null and {where} group by month",
        [form],
    ).fetchall()
    return {month: int(total) for month, total in rows}


@pytest.mark.parametrize("half", ["2023_first", "2024_second"])
def test_ten_year_bands_of_half_a_year_add_up(warehouse, real_files, half):
    report = ingest_file(SOURCE, real_files / FOLDER / f"{half}_half_population_by_age_monthly.csv")

    form = "residents_10_year"
    city = sums(warehouse, form, "admin_code = '2600000000' and sex = '계'")
    assert (report.rows_loaded, report.rows_quarantined) == (BAND_ROWS, 0)
    assert report.rows_read == report.rows_loaded + report.rows_out_of_scope
    assert city == sums(warehouse, form, "admin_code <> '2600000000' and sex = '계'")
    assert city == sums(warehouse, form, "admin_code = '2600000000' and sex <> '계'")
    assert len([month for month in city if month.startswith(half[:4])]) == 6


def test_the_residents_of_january_2023_are_those_of_the_other_file(warehouse):
    """Both downloads count residents: 3,301,732 (DOMAIN A8), not the registered 3,316,107."""
    city = sums(warehouse, "residents_10_year", "admin_code = '2600000000' and sex = '계'")
    assert city["2023-01-01"] == 3_301_732


def test_single_years_go_down_to_206_dongs_and_count_another_population(warehouse, real_files):
    path = real_files / "population" / "202505_202505_연령별인구현황_월간.csv"
    report = ingest_file(SOURCE, path)

    form = "registered_1_year"
    city = sums(warehouse, form, "admin_code = '2600000000'")
    districts = sums(warehouse, form, "admin_code ~ '^26[1-9][0-9]{2}00000$'")
    dongs = sums(warehouse, form, "admin_code !~ '00000$'")
    elderly = sums(warehouse, form, "admin_code = '2600000000' and age_from >= 65")
    assert (report.rows_loaded, report.rows_quarantined) == (YEAR_ROWS, 0)
    assert city == districts == dongs == {"2025-05-01": 3_254_457}
    assert elderly == {"2025-05-01": 796_590}
    name = warehouse.execute(
        "select distinct admin_name from raw.current_city_population_age"
        " where admin_code = '2611051000'"
    ).fetchall()
    assert name == [("부산광역시 중구 중앙동",)]


def test_the_same_month_in_both_forms_stands_side_by_side(warehouse):
    forms = warehouse.execute(
        "select basis, count(distinct month) from raw.current_city_population_age group by 1"
    ).fetchall()
    assert dict(forms) == {"residents_10_year": 12, "registered_1_year": 1}
