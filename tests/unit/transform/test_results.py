from pathlib import Path
from types import SimpleNamespace

from busan_safety.transform.results import (
    BuildFailed,
    ModelResult,
    as_table,
    model_results,
    without_row_values,
)


def result(name: str, status: str, **changes: object) -> ModelResult:
    values: dict[str, object] = {
        "unique_id": f"model.busan_safety.{name}",
        "name": name,
        "resource_type": "model",
        "relation": f"marts.{name}",
        "status": status,
        "message": None,
        "rows": None,
        "failures": None,
        "seconds": 0.5,
    }
    return ModelResult(**{**values, **changes})  # type: ignore[arg-type]


def dbt_result(kind: str, **changes: object) -> SimpleNamespace:
    node = SimpleNamespace(
        unique_id=f"{kind}.busan_safety.x",
        name="x",
        resource_type=kind,
        schema="marts",
        alias="x_alias",
    )
    values: dict[str, object] = {
        "node": node,
        "status": "success",
        "message": "INSERT 0 3",
        "adapter_response": {"rows_affected": 3},
        "failures": None,
        "execution_time": 1.25,
    }
    return SimpleNamespace(**{**values, **changes})


def test_a_model_has_a_relation_and_rows() -> None:
    [model] = model_results([dbt_result("model")])

    assert (model.relation, model.rows, model.seconds) == ("marts.x_alias", 3, 1.25)


def test_a_view_has_no_row_count() -> None:
    [view] = model_results([dbt_result("model", adapter_response={"rows_affected": -1})])

    assert view.rows is None


def test_a_test_has_neither_relation_nor_rows_but_failures() -> None:
    [test] = model_results(
        [dbt_result("test", status="fail", failures=7, adapter_response={"rows_affected": 1})]
    )

    assert (test.relation, test.rows, test.failures, test.has_failed) == (None, None, 7, True)


def test_a_skipped_node_is_not_the_reason_of_a_failure() -> None:
    assert not result("later", "skipped").has_failed
    assert not result("doubtful", "warn").has_failed
    assert result("broken", "error").has_failed


def test_messages_lose_the_lines_that_quote_rows() -> None:
    message = (
        "Database Error in model fct_112_calls\n"
        '  duplicate key value violates unique constraint "fct_112_calls_pkey"\n'
        "  DETAIL:  Key (call_id)=(20240301-000017) already exists."
    )

    shown = without_row_values(message)

    assert "fct_112_calls_pkey" in shown
    assert "20240301-000017" not in shown


def test_the_failure_names_nodes_reasons_and_what_to_do() -> None:
    failure = BuildFailed(
        "marts",
        [
            result("fct_population", "error", message="column x\n  does not exist"),
            result("fct_indicator_value", "skipped"),
            result("dim_date", "success"),
        ],
        cause=None,
        log_file=Path("dbt.log"),
    )

    assert [node.name for node in failure.failed] == ["fct_population"]
    said = str(failure)
    assert "'marts'" in said
    assert "fct_population (model): column x does not exist" in said
    assert "fct_indicator_value" not in said
    assert "run the layer again" in said


def test_a_failed_data_test_points_at_the_data_not_at_the_code() -> None:
    failure = BuildFailed(
        "staging",
        [result("residents_add_up", "fail", resource_type="test", message="Got 2 results")],
        cause=None,
        log_file=Path("dbt.log"),
    )

    assert "The data break a rule" in str(failure)


def test_the_table_shows_trouble_first_and_passed_tests_as_a_number() -> None:
    table = as_table(
        "marts",
        [
            result("slow", "success", seconds=9.0, rows=12345),
            result("fine", "pass", resource_type="test"),
            result("doubtful", "warn", resource_type="test", failures=4),
            result("broken", "error", message="syntax error"),
        ],
        seconds=10.0,
    )

    lines = table.splitlines()
    assert "4 nodes" in lines[0]
    assert "1 tests passed" in lines[0]
    assert [line.split()[0] for line in lines[2:]] == ["error", "warn", "success"]
    assert "syntax error" in lines[2]
    assert "12,345" in lines[4]
    assert "fine" not in table
