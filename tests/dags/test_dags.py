"""The DAG folder as Airflow reads it: ids, documentation, assets that join the DAGs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from busan_safety.gate import Decision
from busan_safety.launcher.chain import ALL_DAGS, BUILD_DAG, INGEST_DAGS

DAGS = Path(__file__).resolve().parents[2] / "dags"
DECLARED = {path.stem for path in DAGS.glob("*.py")} - {"pulls", "wiring"}
# One run for each sender that waits.
MANY_RUNS = {"resume_pulls"}


def test_every_file_holds_the_dag_of_its_name(bag: Any) -> None:
    assert bag.import_errors == {}
    assert len(bag.dags) > 0
    assert set(bag.dags) == DECLARED


def test_the_launcher_waits_for_exactly_these_dags(dags: dict[str, Any]) -> None:
    assert set(dags) == set(ALL_DAGS)


@pytest.mark.parametrize("dag_id", sorted(DECLARED))
def test_every_dag_says_what_it_is(dags: dict[str, Any], dag_id: str) -> None:
    dag = dags[dag_id]

    assert dag.doc_md is not None
    assert len(dag.doc_md) > 80
    assert dag.tags
    assert (dag.max_active_runs == 1) == (dag_id not in MANY_RUNS)
    assert dag.catchup is False
    assert dag.timezone.name == "Asia/Seoul"
    assert any("가" <= letter <= "힣" for letter in dag.dag_display_name)
    assert {task.owner for task in dag.tasks if task.task_id != "all_answered"} == {
        "busan-safety-data"
    }


def test_every_runbook_that_a_dag_names_exists(dags: dict[str, Any]) -> None:
    named = {
        word.strip(".,")
        for dag in dags.values()
        for word in dag.doc_md.split()
        if word.startswith("docs/runbooks/")
    }

    assert named
    assert [path for path in sorted(named) if not (DAGS.parent / path).is_file()] == []


def test_every_scheduled_asset_is_produced_by_another_dag(dags: dict[str, Any]) -> None:
    consumed = {
        (asset.name, dag_id) for dag_id, dag in dags.items() for asset in _scheduling_assets(dag)
    }
    produced = {
        asset.name: dag_id
        for dag_id, dag in dags.items()
        for task in dag.tasks
        for asset in task.outlets
    }

    assert consumed
    for name, consumer in consumed:
        assert produced.get(name) not in (None, consumer), name


def test_the_build_waits_for_all_four_agencies(dags: dict[str, Any]) -> None:
    waits_for = {asset.name for asset in _scheduling_assets(dags[BUILD_DAG])}
    announced = {
        asset.name
        for dag_id in INGEST_DAGS
        for asset in dags[dag_id].get_task("announce_deliveries").outlets
    }

    assert len(announced) == 4
    assert waits_for == announced


def test_a_failed_sender_still_announces_and_still_fails_the_run(dags: dict[str, Any]) -> None:
    for dag_id in INGEST_DAGS:
        dag = dags[dag_id]
        pulls = {task.task_id for task in dag.tasks if task.task_id.startswith("pull_")}

        assert dag.get_task("announce_deliveries").trigger_rule == "all_done"
        assert dag.get_task("all_answered").trigger_rule == "all_success"
        assert pulls <= dag.get_task("announce_deliveries").upstream_task_ids
        assert pulls == dag.get_task("all_answered").upstream_task_ids


def test_every_registered_feed_is_pulled_by_its_agencys_dag() -> None:
    from busan_safety.loading.run_records import feeds_of
    from busan_safety.sources import all_sources

    pulled = [one for dag_id in INGEST_DAGS for one in feeds_of(dag_id.removeprefix("ingest_"))]

    assert len(pulled) > 30
    assert sorted(pulled) == sorted(all_sources())


def test_pulls_are_mapped_so_that_a_new_feed_needs_no_change(dags: dict[str, Any]) -> None:
    for dag_id in INGEST_DAGS:
        (pull,) = [task for task in dags[dag_id].tasks if task.task_id.startswith("pull_")]

        assert pull.is_mapped
        assert len(dags[dag_id].tasks) == 5


def test_every_pool_that_a_task_names_is_made_by_the_launcher(dags: dict[str, Any]) -> None:
    from busan_safety.launcher.prepare_airflow import POOLS

    named = {task.pool for dag in dags.values() for task in dag.tasks} - {"default_pool"}

    assert named == set(POOLS)
    for dag_id in INGEST_DAGS:
        pools = {one.pool for one in dags[dag_id].tasks if one.task_id.startswith("pull_")}
        assert pools == {dag_id.removeprefix("ingest_")}


def test_reading_the_dags_opens_no_registry_file(
    dags: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from airflow.dag_processing.dagbag import DagBag

    from busan_safety.sources import registry_reader

    def refuse(path: Path) -> None:
        raise AssertionError(f"{path} was read while DAG files were imported")

    registry_reader.all_sources.cache_clear()
    monkeypatch.setattr(registry_reader, "read_source", refuse)

    assert DagBag(DAGS).import_errors == {}


def test_the_gate_is_never_tried_again(dags: dict[str, Any]) -> None:
    gate = dags["validate_candidates"]

    assert {task.retries for task in gate.tasks} == {0}
    assert {task.trigger_rule for task in gate.tasks} == {"all_success"}


def test_pages_that_cannot_be_made_hold_no_decision_up(
    dags: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    decide = dags["validate_candidates"].get_task("decide").python_callable
    decision = Decision(1, "living_lab", "f", "s", "0", "pass", (), 3, "suite")
    tried = []

    def cannot() -> None:
        tried.append(True)
        raise OSError("no space left")

    monkeypatch.setitem(decide.__globals__, "get_current_context", lambda: {"run_id": "x"})
    monkeypatch.setattr("busan_safety.gate.validate_candidates", lambda run_id: [decision])
    monkeypatch.setattr("busan_safety.gate.data_docs.build_data_docs", cannot)

    assert decide() == [{"dataset": "living_lab", "is_open": True, "reasons": []}]
    assert tried


def test_publication_starts_only_from_the_gate(dags: dict[str, Any]) -> None:
    assert [asset.name for asset in _scheduling_assets(dags["publish_open_data"])] == ["open_gate"]
    opens = [
        (dag_id, task.task_id)
        for dag_id, dag in dags.items()
        for task in dag.tasks
        if any(asset.name == "open_gate" for asset in task.outlets)
    ]
    assert opens == [("validate_candidates", "open_gate")]


def test_a_switched_on_dag_waits_for_its_next_time(dags: dict[str, Any]) -> None:
    from airflow.sdk import CronTriggerTimetable

    timed = [dag for dag in dags.values() if isinstance(dag.timetable, CronTriggerTimetable)]

    assert {dag.dag_id for dag in timed} == {*INGEST_DAGS, "monitor_freshness"}
    for dag in timed:
        assert str(dag.timetable.timezone) == "Asia/Seoul"
        assert dag.timetable.run_immediately is not False
        assert not dag.timetable.run_immediately


def test_dag_files_import_nothing_heavy() -> None:
    heavy = ("pandas", "great_expectations", "dbt", "psycopg", "httpx", "busan_safety")
    texts = {path.name: path.read_text() for path in DAGS.glob("*.py")}

    assert texts
    for name, text in texts.items():
        top_level = [line for line in text.splitlines() if line.startswith(("import ", "from "))]
        words = {line.split()[1].split(".")[0] for line in top_level}
        assert words.isdisjoint(heavy), name


def _scheduling_assets(dag: Any) -> list[Any]:
    condition = getattr(dag.timetable, "asset_condition", None)
    if condition is None:
        return []
    return list(getattr(condition, "objects", [condition]))
