"""The whole demonstration, as a newcomer runs it: real processes on free ports, a small city."""

from __future__ import annotations

import hashlib
import json
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from busan_safety.launcher.chain import CHAIN_DAGS, INGEST_DAGS
from busan_safety.sources import all_sources
from demo_machine import DATASETS, ROOT, Machine, new_machine
from recomputation.checks import (
    differences,
    marts,
    test_a_row_without_a_value_says_why,
    test_districts_add_up_to_the_city,
    test_marts_hold_what_the_files_say,
)
from recomputation.plan_rows import (
    test_the_studys_rows_are_those_of_the_sql_but_for_refused_rows,
)

# The first look at the demonstration's city: later tests change it.
__all__ = [
    "differences",
    "marts",
    "test_a_row_without_a_value_says_why",
    "test_districts_add_up_to_the_city",
    "test_marts_hold_what_the_files_say",
    "test_the_studys_rows_are_those_of_the_sql_but_for_refused_rows",
]

pytestmark = pytest.mark.airflow

JUNGGU, JUNGGU_SENDER = "26110", "3250000"
RELEASE_FILES = {"datapackage.json", "README.md", "changes.csv", "gate.json", "SHA256SUMS"}


def test_every_source_comes_in_and_no_row_is_lost(machine: Machine, first: dict[str, Any]) -> None:
    sources = {one["source_id"]: one for one in first["sources"]}

    assert set(sources) == set(all_sources())
    for one in sources.values():
        assert one["rows_received"] > 0
        assert one["rows_received"] == one["rows_loaded"] + one["rows_quarantined"]
    assert sources["police_112_calls"]["rows_quarantined"] > 0


def test_the_gate_decides_and_everything_is_released(
    machine: Machine, first: dict[str, Any]
) -> None:
    decisions = {one["dataset"]: one["decision"] for one in first["decisions"]}
    released = {one["dataset"]: one["version"] for one in first["releases"] if one["is_new"]}

    assert set(decisions) == DATASETS
    assert set(decisions.values()) <= {"pass", "warn"}
    assert set(released) == DATASETS
    for dataset, version in released.items():
        folder = machine.folder / "releases" / dataset / version
        names = {path.name for path in folder.iterdir()}
        assert names >= {*RELEASE_FILES, f"{dataset}.csv", f"{dataset}.parquet"}
    assert (machine.folder / "releases" / "index.html").is_file()


def test_a_published_number_is_traced_to_the_files_that_hold_it(
    machine: Machine, first: dict[str, Any]
) -> None:
    key = ("indicator_id=theft_rate", f"place_code={JUNGGU}", "period_start=2024-01-01")

    done = machine.run("trace", "safety_indicators", *key, "--column", "value", "--json")

    assert done.returncode == 0, done.stderr
    trace = json.loads(done.stdout)
    feeds = {one["source_id"]: one for one in trace["feeds"]}
    (delivery,) = feeds["police_crime_by_region"]["deliveries"]
    assert delivery["slices"] == ["2024"]
    for file in delivery["files"]:
        content = Path(file["path"]).read_bytes()
        assert file["is_intact"]
        assert hashlib.sha256(content).hexdigest() == file["sha256"]
    (thefts,) = machine.query(
        "select sum(incident_count) from raw.police_crime_by_region"
        f" where _batch_id = {delivery['batch_id']} and district_code = '{JUNGGU}'"
        " and class_large = '절도범죄'"
    )[0]
    assert thefts == int(trace["row"]["numerator"])
    assert trace["gate"]["decision"] == "pass"
    assert trace["disclosed"]["differs_in"] == []
    (values,) = trace["relations"]
    assert (values["row_count"], values["measures"]) == (1, ["marts.fct_measures_crimes"])


def test_what_follows_the_ingest_is_started_by_assets_alone(
    machine: Machine, first: dict[str, Any]
) -> None:
    runs = machine.query("select dag_id, run_type, state from dag_run", database="airflow")

    assert {dag_id for dag_id, _, _ in runs} == {*INGEST_DAGS, *CHAIN_DAGS}
    for dag_id, run_type, state in runs:
        expected = "manual" if dag_id in INGEST_DAGS else "asset_triggered"
        assert (dag_id, run_type, state) == (dag_id, expected, "success")


def test_each_model_left_an_asset_event(machine: Machine, first: dict[str, Any]) -> None:
    rows = machine.query(
        "select asset.name from asset_event join asset on asset.id = asset_event.asset_id",
        database="airflow",
    )

    models = {name for (name,) in rows}
    assert {"marts.fct_112_calls", "marts.fct_indicator_value"} <= models
    assert "published_candidate.pub_safety_indicators_v1" in models


def test_the_pages_answer(machine: Machine, first: dict[str, Any]) -> None:
    portal = httpx.get(f"http://127.0.0.1:{machine.env['BUSAN_PORTAL_PORT']}/")
    airflow = f"http://127.0.0.1:{machine.env['BUSAN_AIRFLOW_PORT']}"

    assert portal.status_code == 200
    assert "합성" in portal.text
    assert httpx.get(f"{airflow}/").status_code == 200
    assert httpx.get(f"{airflow}/api/v2/dags").status_code == 401


def test_a_second_demo_changes_nothing(machine: Machine, first: dict[str, Any]) -> None:
    before = machine.releases()
    assert before

    done = machine.run("demo", "--json")

    assert done.returncode == 0, done.stderr + done.stdout
    second = json.loads(done.stdout)
    assert [one["source_id"] for one in second["sources"] if one["new_batches"]] == []
    assert [one["dataset"] for one in second["releases"] if one["is_new"]] == []
    assert machine.releases() == before
    builds = machine.query("select count(*) from ops.build")
    assert builds == [(1,)]


def test_one_district_that_is_down_fails_alone(machine: Machine, first: dict[str, Any]) -> None:
    sandbox = f"http://127.0.0.1:{machine.env['BUSAN_SANDBOX_PORT']}/_control/faults"
    httpx.post(sandbox, json={JUNGGU_SENDER: "error30"}).raise_for_status()

    done = machine.run("run", "ingest_districts", "--json")

    httpx.post(sandbox, json={}).raise_for_status()
    assert done.returncode == 1
    (run,) = json.loads(done.stdout)
    failed = [task["label"] for task in run["tasks"] if task["state"] == "failed"]
    assert failed == ["중구"]
    (extra,) = machine.query(
        "select event.extra from asset_event event join asset on asset.id = event.asset_id"
        " where asset.name = 'district_deliveries' order by event.timestamp desc limit 1",
        database="airflow",
    )[0]
    # Every feed that this district's own interface sends, and none of its files.
    assert extra["failed_senders"] == [
        f"district_{feed}:{JUNGGU}"
        for feed in ("cctv", "child_zones", "ordinances", "safety_bells", "security_lights")
    ]
    kept = machine.query(
        f"select count(*) from raw.current_district_cctv where district_code = '{JUNGGU}'"
    )
    assert kept[0][0] > 0


def test_down_ends_every_process(machine: Machine, first: dict[str, Any]) -> None:
    done = machine.run("down")

    assert done.returncode == 0
    assert machine.processes() == []
    states = json.loads(machine.run("status", "--json").stdout)["services"]
    assert {one["state"] for one in states} == {"stopped"}


def test_an_interrupted_demo_leaves_nothing_of_its_own() -> None:
    machine = new_machine()
    demo = subprocess.Popen(
        machine.command("demo"),
        env=machine.env,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert demo.stdout
    for line in demo.stdout:
        if "Starting airflow-scheduler" in line:
            break
    time.sleep(1)

    demo.send_signal(signal.SIGTERM)
    said = demo.communicate(timeout=60)[0]

    assert demo.returncode == 128 + signal.SIGTERM
    assert "Stopped: " in said
    assert machine.processes() == []
    shutil.rmtree(machine.folder, ignore_errors=True)


def test_a_port_in_use_is_one_line_and_starts_nothing() -> None:
    machine = new_machine()
    with socket.socket() as other:
        other.bind(("127.0.0.1", int(machine.env["BUSAN_AIRFLOW_PORT"])))
        other.listen()

        done = machine.run("demo")

    assert done.returncode == 2
    (line,) = (done.stdout + done.stderr).strip().splitlines()
    assert machine.env["BUSAN_AIRFLOW_PORT"] in line
    assert "BUSAN_AIRFLOW_PORT" in line
    assert machine.processes() == []
    shutil.rmtree(machine.folder, ignore_errors=True)
