"""Airflow in this process: its own home and SQLite database, and runs without a scheduler."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

DAGS = Path(__file__).resolve().parents[2] / "dags"


@dataclass(frozen=True)
class Ended:
    """How a task instance ended, and what it told its supervisor."""

    state: str
    message: Any


Run = Callable[..., dict[tuple[str, int], Ended]]


@pytest.fixture(scope="session")
def airflow_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    # One for all modules: Airflow reads its configuration once in a process.
    return tmp_path_factory.mktemp("airflow")


@pytest.fixture(scope="module")
def bag(airflow_home: Path) -> Iterator[Any]:
    before = dict(os.environ)
    os.environ.update(
        AIRFLOW_HOME=str(airflow_home),
        AIRFLOW__CORE__DAGS_FOLDER=str(DAGS),
        AIRFLOW__CORE__LOAD_EXAMPLES="False",
        AIRFLOW__CORE__DEFAULT_TIMEZONE="Asia/Seoul",
        AIRFLOW__CORE__UNIT_TEST_MODE="True",
        AIRFLOW__DATABASE__SQL_ALCHEMY_CONN=f"sqlite:///{airflow_home}/airflow.db",
    )
    sys.path.insert(0, str(DAGS))
    from airflow.dag_processing.dagbag import DagBag

    yield DagBag(DAGS)
    sys.path.remove(str(DAGS))
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture(scope="module")
def dags(bag: Any) -> dict[str, Any]:
    return dict(bag.dags)


@pytest.fixture(scope="module")
def run(bag: Any) -> Run:
    """Run a DAG's tasks as the scheduler would, one after the other, until nothing can start."""
    from airflow.dag_processing.bundles.manager import DagBundlesManager
    from airflow.dag_processing.dagbag import sync_bag_to_db
    from airflow.utils.db import initdb

    initdb()
    manager = DagBundlesManager()
    manager.sync_bundles_to_db()
    (bundle,) = manager.get_all_dag_bundles()
    sync_bag_to_db(bag, bundle.name, bundle.version)

    def run_dag(
        dag_id: str,
        run_type: str = "manual",
        logical_date: datetime | None = None,
        conf: dict[str, Any] | None = None,
    ) -> dict[tuple[str, int], Ended]:
        return _run(bag.dags[dag_id], run_type, logical_date, conf)

    return run_dag


def _run(
    dag: Any, run_type: str, logical_date: datetime | None, conf: dict[str, Any] | None
) -> dict[tuple[str, int], Ended]:
    from airflow._shared.timezones import timezone
    from airflow.models.dagrun import DagRun
    from airflow.sdk.definitions.dag import _run_task
    from airflow.serialization.serialized_objects import DagSerialization
    from airflow.utils.session import create_session
    from airflow.utils.state import DagRunState, TaskInstanceState
    from airflow.utils.types import DagRunTriggeredByType, DagRunType

    kind = DagRunType(run_type)
    now = timezone.utcnow()
    ended: dict[tuple[str, int], Ended] = {}
    with create_session() as session:
        known = DagSerialization.deserialize_dag(DagSerialization.serialize_dag(dag))
        made = known.create_dagrun(
            run_id=DagRun.generate_run_id(
                run_type=kind, logical_date=logical_date, run_after=logical_date or now
            ),
            logical_date=logical_date,
            data_interval=(logical_date, logical_date) if logical_date else None,
            run_after=logical_date or now,
            conf=conf,
            run_type=kind,
            triggered_by=DagRunTriggeredByType.TEST,
            state=DagRunState.RUNNING,
            start_date=now,
            session=session,
        )
        session.commit()
        while made.state == DagRunState.RUNNING:
            session.expire_all()
            ready, _ = made.update_state(session=session)
            ready = [one for one in ready if one.state != TaskInstanceState.UP_FOR_RETRY]
            if not ready:
                break
            for one in ready:
                one.try_number += 1
                one.state = TaskInstanceState.SCHEDULED
            session.commit()
            for one in ready:
                result = _run_task(ti=one, task=dag.task_dict[one.task_id], run_triggerer=False)
                message = result.msg if result else None
                ended[one.task_id, one.map_index] = Ended(str(one.state), message)
            session.commit()
        for one in made.get_task_instances(session=session):
            known_end = ended.get((one.task_id, one.map_index))
            message = known_end.message if known_end else None
            ended[one.task_id, one.map_index] = Ended(str(one.state), message)
    return ended
