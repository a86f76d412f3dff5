"""The project on a real server: a small city built layer by layer, corrected, and refused."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from small_city import deliver, deliver_day, deliver_everything, deliver_residents, scalar

from busan_safety.evaluation.indicator_query import PERIODS, QueryRefused, Question, query
from busan_safety.settings import get_settings
from busan_safety.transform import (
    LAYERS,
    BuildFailed,
    ModelResult,
    build_layer,
    needs_build,
    record_build,
)
from busan_safety.transform.metric_file import metric_name
from busan_safety.transform.metric_query import Metrics, semantic_manifest
from busan_safety.transform.workspace import dbt_environment, workspace
from busan_safety.warehouse import connect

Manifest = dict[str, Any]
Results = dict[str, ModelResult]


@pytest.fixture(scope="module")
def built(warehouse: psycopg.Connection, manifest: Manifest) -> Results:
    """Deliver the small city, build every layer and record the build."""
    seed = get_settings().seeds_dir / "crime_classes.csv"
    with seed.open(encoding="utf-8", newline="") as lines:
        classes = [row["crime_class_code"] for row in csv.DictReader(lines)]
    deliver_everything(warehouse, classes)
    _create_disclosed(manifest)
    results = [result for layer in LAYERS for result in build_layer(layer, run_id="first")]
    record_build("first", "built")
    return {result.unique_id: result for result in results}


def _create_disclosed(manifest: Manifest) -> None:
    with connect("transformer") as connection:
        for source in manifest["sources"].values():
            if source["schema"] == "disclosed":
                columns = [
                    sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(about["data_type"]))
                    for name, about in source["columns"].items()
                ]
                connection.execute(
                    sql.SQL("create table if not exists {} ({})").format(
                        sql.Identifier("disclosed", source["name"]), sql.SQL(", ").join(columns)
                    )
                )


def _indicator(connection: psycopg.Connection, *key: object) -> tuple[Any, ...] | None:
    return connection.execute(
        "select numerator, denominator, value, value_status, is_partial_period, data_as_of"
        " from marts.fct_indicator_value where indicator_id = %s and place_code = %s"
        " and period_start = %s",
        key,
    ).fetchone()


def test_every_model_seed_and_test_was_run(built: Results, manifest: Manifest) -> None:
    expected = {
        unique_id
        for unique_id, node in manifest["nodes"].items()
        if node["resource_type"] in {"model", "seed", "snapshot", "test"}
    }

    assert set(built) == expected
    assert {result.status for result in built.values()} <= {"success", "pass", "warn"}


def test_every_result_is_in_the_platforms_records(
    built: Results, warehouse: psycopg.Connection
) -> None:
    recorded = scalar(warehouse, "select count(*) from ops.dbt_result where run_id = 'first'")

    assert recorded == len(built)


def test_a_built_warehouse_needs_no_build(built: Results) -> None:
    assert not needs_build()


def test_rates_rest_on_mid_period_residents(built: Results, warehouse: psycopg.Connection) -> None:
    january = date(2024, 1, 1)

    district = _indicator(warehouse, "call_112_rate", "26230", january)
    without_calls = _indicator(warehouse, "call_112_rate", "26110", january)
    city = _indicator(warehouse, "call_112_rate", "26", january)

    assert district == (62, 1000, 62, "observed", False, date(2024, 1, 31))
    assert without_calls == (0, 1000, 0, "observed", False, date(2024, 1, 31))
    assert city == (62, 16000, 3.875, "observed", False, date(2024, 1, 31))  # type: ignore[comparison-overlap]


def test_an_unfinished_month_is_partial_and_provisional(
    built: Results, warehouse: psycopg.Connection
) -> None:
    february = _indicator(warehouse, "code01_share", "26230", date(2024, 2, 1))

    assert february == (10, 20, 50, "provisional", True, date(2024, 2, 10))


def test_a_district_without_register_is_not_reported(
    built: Results, warehouse: psycopg.Connection
) -> None:
    newest = date(2024, 2, 10)

    assert _indicator(warehouse, "cctv_security_rate", "26230", newest) == (
        *(6, 1000, 6, "observed", False),
        newest,
    )
    assert _indicator(warehouse, "cctv_security_rate", "26110", newest) == (
        *(None, 1000, None, "not_reported", False),
        newest,
    )


def test_a_station_of_parts_of_districts_has_no_rate(
    built: Results, warehouse: psycopg.Connection
) -> None:
    whole = _indicator(warehouse, "five_major_crime_rate", "busanjin", date(2023, 1, 1))
    parts = _indicator(warehouse, "five_major_crime_rate", "nambu", date(2023, 1, 1))

    assert whole is not None
    assert whole[:4] == (73, 1000, 730, "provisional")  # one month end of twelve is delivered
    assert parts is not None
    assert parts[:4] == (73, None, None, "not_applicable")


def test_relations_have_the_documented_columns_and_comments(
    built: Results, warehouse: psycopg.Connection, manifest: Manifest
) -> None:
    documented = {
        (node["schema"], node["alias"], name, about["description"])
        for node in manifest["nodes"].values()
        if node["resource_type"] in {"model", "seed", "snapshot"}
        for name, about in node["columns"].items()
    }
    schemas = sorted({schema for schema, *_ in documented})

    in_database = warehouse.execute(
        "select table_schema, table_name, column_name,"
        " col_description(format('%%I.%%I', table_schema, table_name)::regclass,"
        " ordinal_position) from information_schema.columns where table_schema = any(%s)",
        [schemas],
    ).fetchall()

    assert set(in_database) == documented


def test_evaluators_read_marts_and_nothing_before_them(built: Results) -> None:
    with connect("evaluator") as connection:
        assert scalar(connection, "select count(*) from marts.fct_indicator_value") > 0
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("select * from staging.stg_police__calls_112")


@pytest.fixture(scope="module")
def metric_engine(built: Results) -> Metrics:
    return Metrics(semantic_manifest())


def test_query_and_metric_give_every_value_of_the_fact(
    built: Results, warehouse: psycopg.Connection, metric_engine: Metrics
) -> None:
    series = warehouse.execute(
        "select v.indicator_id, v.definition_version, v.place_type, d.frequency"
        " from marts.fct_indicator_value v join marts.dim_indicator d"
        " using (indicator_id, definition_version) where v.period_type = d.frequency"
        " group by 1, 2, 3, 4"
    ).fetchall()
    assert len({indicator for indicator, *_ in series}) >= 15

    for indicator, version, place_type, frequency in series:
        stored = {
            (place, subgroup, start): value
            for place, subgroup, start, value in warehouse.execute(
                "select place_code, subgroup, period_start, value from marts.fct_indicator_value"
                " where indicator_id = %s and definition_version = %s and place_type = %s"
                " and period_type = %s",
                [indicator, version, place_type, frequency],
            )
        }
        measured = {
            (row["place_code"], row["subgroup"], row["metric_time__day"].date()): row[metric]
            for metric in [metric_name(indicator, version)]
            for row in metric_engine.rows(
                metric,
                by=["place_code", "subgroup", "metric_time__day"],
                where=[f"place_type = '{place_type}'"],
            )
        }
        assert measured == stored, (indicator, version, place_type)
        if frequency in PERIODS:
            by = (place_type, frequency, "subgroup")
            asked = query(Question(indicator, by=by, version=version)).cells
            answered = {
                (cell.place_code, cell.subgroup, cell.first_day): cell.value for cell in asked
            }
            assert answered == stored, (indicator, version, place_type)


@pytest.fixture
def uneven_months(built: Results, warehouse: psycopg.Connection) -> Iterator[None]:
    """Make February's calls of one district few of few: 1 of 2 after 31 of 62 becomes 1 of 20."""
    change = (
        "update marts.fct_indicator_value set numerator = %s, value = numerator * 0 + %s"
        " where indicator_id = 'code01_share' and place_code = '26230'"
        " and period_start = '2024-02-01'"
    )
    warehouse.execute(change, [1, 5])
    yield
    warehouse.execute(change, [10, 50])


def test_several_months_are_the_ratio_of_sums_and_no_mean_of_rates(
    uneven_months: None, metric_engine: Metrics
) -> None:
    [cell] = query(
        Question(
            "code01_share", by=("district",), start="2024-01", end="2024-02", places=("26230",)
        )
    ).cells
    [row] = metric_engine.rows(
        "code01_share_v1",
        where=["place_type = 'district'", "place_code = '26230'"],
        first=date(2024, 1, 1),
        last=date(2024, 2, 1),
    )

    assert (cell.numerator, cell.denominator, cell.period_count) == (32, 82, 2)
    assert cell.value == row["code01_share_v1"] == Decimal("39.02439")
    assert cell.value != (50 + 5) / 2
    assert (cell.value_status, cell.lower_95, cell.is_partial_period) == ("provisional", None, True)


def test_medians_are_not_added(built: Results, metric_engine: Metrics) -> None:
    with pytest.raises(QueryRefused, match="no parts to add"):
        query(Question("code01_response_median_min", by=("city",)))

    rows = metric_engine.rows(
        "code01_response_median_min_v1", by=["metric_time__year"], where=["place_type = 'city'"]
    )
    assert [row["code01_response_median_min_v1"] for row in rows] == [None]


def test_a_metric_does_not_add_districts_to_their_city(
    built: Results, metric_engine: Metrics
) -> None:
    january = {"first": date(2024, 1, 1), "last": date(2024, 1, 1)}

    [mixed] = metric_engine.rows("call_112_rate_v1", **january)
    [districts] = metric_engine.rows(
        "call_112_rate_v1", where=["place_type = 'district'"], **january
    )

    assert mixed["call_112_rate_v1"] is None
    assert districts["call_112_rate_v1"] == Decimal("3.875")


def test_a_sum_with_an_unknown_part_is_unknown(
    built: Results, warehouse: psycopg.Connection, metric_engine: Metrics
) -> None:
    [parts] = metric_engine.rows("cctv_security_rate_v1", where=["place_type = 'district'"])
    cells = query(Question("cctv_security_rate", by=("district",))).cells

    assert parts["cctv_security_rate_v1"] is None
    assert {cell.value_status for cell in cells if cell.value is None} == {"not_reported"}


@pytest.mark.parametrize(
    ("question", "says"),
    [
        (Question("call_rate_112"), "call_112_rate"),
        (Question("call_112_rate", by=("distict",)), "Did you mean 'district'"),
        (Question("call_112_rate", by=("day",)), "nothing by day"),
        (Question("call_112_rate", by=("district", "city")), "One kind of place"),
        (Question("call_112_rate", start="2024-13"), "no period"),
        (Question("call_112_rate", start="2024-03", end="2024-01"), "after"),
        (Question("call_112_rate", start="2031"), "There is"),
        (Question("call_112_rate", version=9), "no version 9"),
        (Question("call_112_rate", subgroup="women"), "no subgroup"),
        (Question("call_112_rate", places=("해운대",)), "해운대구"),
    ],
)
def test_a_question_without_answer_says_which_one_has(
    built: Results, question: Question, says: str
) -> None:
    with pytest.raises(QueryRefused, match=says):
        query(question)


@pytest.mark.parametrize(
    "recipe",
    sorted((get_settings().dbt_dir / "analyses").glob("*.sql")),
    ids=lambda path: path.stem,
)
def test_the_cookbook_runs_for_an_evaluator(built: Results, recipe: Path) -> None:
    with connect("evaluator") as connection:
        cursor = connection.execute(recipe.read_bytes())

        assert cursor.description


@pytest.fixture
def dbt() -> Iterator[Callable[..., Any]]:
    """Call dbt as the transform room does, for commands it has no verb for."""
    from dbt.cli.main import dbtRunner

    place = workspace("tests", "unit_tests")
    project = str(get_settings().dbt_dir)
    with dbt_environment():
        yield lambda *arguments: dbtRunner().invoke(
            [
                *arguments,
                *("--project-dir", project, "--profiles-dir", project),
                *("--target-path", str(place.target_dir), "--log-path", str(place.log_dir)),
                *("--no-version-check", "--log-level", "none"),
            ]
        )


def test_dbt_unit_tests_pass(built: Results, manifest: Manifest, dbt: Callable[..., Any]) -> None:
    outcome = dbt("test", "--select", "test_type:unit")

    assert outcome.success, [
        (result.node.name, result.message)
        for result in outcome.result
        if str(result.status) != "pass"
    ]
    assert len(outcome.result) == len(manifest["unit_tests"]) > 0


def test_a_corrected_day_costs_a_days_work_and_equals_a_full_build(
    built: Results, warehouse: psycopg.Connection
) -> None:
    corrected = [{"event_class_code": 305}, {"receipt_number": "20240105-9"}, {}]
    deliver_day(warehouse, date(2024, 1, 5), corrected)
    deliver_day(warehouse, date(2024, 2, 11), [{}])
    assert needs_build()

    by_name = {result.name: result for result in build_layer("marts", run_id="correction")}

    # What no call flows into is left alone.
    assert not by_name.keys() & {"fct_patrols", "fct_crimes_by_region", "fct_measures_crimes"}
    assert by_name.keys() >= {"fct_measures_112_calls", "fct_indicator_value", "fct_programmes"}
    assert by_name["fct_112_calls"].rows == 4
    assert by_name["fct_112_calls_daily"].rows == 2
    january = _indicator(warehouse, "call_112_rate", "26230", date(2024, 1, 1))
    assert january is not None
    assert january[0] == 63
    incremental = [_rows(warehouse, name) for name in ("fct_112_calls", "fct_112_calls_daily")]
    warehouse.execute("truncate marts.fct_112_calls, marts.fct_112_calls_daily")
    build_layer("marts", run_id="from nothing")
    assert incremental == [
        _rows(warehouse, name) for name in ("fct_112_calls", "fct_112_calls_daily")
    ]


def _rows(connection: psycopg.Connection, name: str) -> set[tuple[Any, ...]]:
    query = sql.SQL("select * from {}").format(sql.Identifier("marts", name))
    return set(connection.execute(query).fetchall())


def test_the_history_knows_what_was_known_before_the_correction(
    built: Results, warehouse: psycopg.Connection
) -> None:
    history = warehouse.execute(
        "select value, known_to is null, known_from < known_to"
        " from marts.fct_indicator_value_history where indicator_id = 'call_112_rate'"
        " and place_code = '26230' and period_start = '2024-01-01' order by known_from"
    ).fetchall()
    present = scalar(
        warehouse,
        "select count(*) from marts.fct_indicator_value v"
        " full join (select * from marts.fct_indicator_value_history where known_to is null) h"
        " using (indicator_id, definition_version, subgroup, place_type, place_code, period_type,"
        " period_start) where v.value is distinct from h.value"
        " or v.value_status is distinct from h.value_status",
    )

    # 62 calls until the correction of 5 January, which takes two and brings three.
    assert history == [(62, False, True), (63, True, None)]
    assert present == 0


def test_a_register_that_shrinks_leaves_what_it_held_before(
    built: Results, warehouse: psycopg.Connection
) -> None:
    light = {"light_name": "x", "light_count": 1, "reference_date": date(2024, 3, 1)}
    light["district_code"] = "26230"
    deliver(
        warehouse, "district_security_lights", ["26230"], [light], reference_date=date(2024, 3, 1)
    )
    build_layer("marts", run_id="fewer lights")

    states = warehouse.execute(
        "select site_count, unit_count, known_to is null from marts.fct_inventory_snapshots"
        " where facility_type = 'security_light' and district_code = '26230' order by known_from"
    ).fetchall()

    assert states == [(2, 4, False), (1, 1, True)]


def test_a_delivery_during_the_build_asks_for_another_build(
    built: Results, warehouse: psycopg.Connection
) -> None:
    build_layer("reference", run_id="overtaken")
    deliver_day(warehouse, date(2024, 2, 12), [{}])

    record_build("overtaken", "built")

    assert needs_build()


def test_districts_that_do_not_add_up_stop_the_build(
    built: Results, warehouse: psycopg.Connection
) -> None:
    deliver_residents(warehouse, city_total=15_999)

    with pytest.raises(BuildFailed) as failure:
        build_layer("staging", run_id="wrong total")

    assert [node.name for node in failure.value.failed] == ["districts_sum_to_city_residents"]
    assert "The data break a rule" in str(failure.value)
    assert "15999" not in str(failure.value)
    failed = scalar(
        warehouse,
        "select failures from ops.dbt_result where run_id = 'wrong total' and status = 'fail'",
    )
    assert failed == 3
