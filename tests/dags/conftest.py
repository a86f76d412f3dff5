"""Airflow in this process: its own home and SQLite database, and runs without a scheduler."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

pytest.register_assert_rewrite("approval_checks")

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
    from airflow.serialization.serialized_objects import DagSerialization
    from airflow.utils.session import create_session
    from airflow.utils.state import DagRunState
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
        _advance(dag, made, ended, session)
        for one in made.get_task_instances(session=session):
            known_end = ended.get((one.task_id, one.map_index))
            message = known_end.message if known_end else None
            ended[one.task_id, one.map_index] = Ended(str(one.state), message)
    return ended


def _advance(dag: Any, made: Any, ended: dict[tuple[str, int], Ended], session: Any) -> None:
    """Run what can start, and what can start after it, until nothing can."""
    from airflow.sdk.definitions.dag import _run_task
    from airflow.utils.state import DagRunState, TaskInstanceState

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


@pytest.fixture(scope="module")
def resume(bag: Any) -> Run:
    """Let the scheduler look at what waits for a person, then go on with the DAG's newest run."""
    from sqlalchemy import select

    def go_on(dag_id: str, *, hours_later: int, answer: list[str] | None = None) -> Any:
        from airflow._shared.timezones import timezone
        from airflow.jobs.job import Job
        from airflow.jobs.scheduler_job_runner import SchedulerJobRunner
        from airflow.models.dagrun import DagRun
        from airflow.models.hitl import HITLDetail
        from airflow.models.taskinstance import TaskInstance
        from airflow.sdk.definitions.dag import _run_task
        from airflow.serialization.serialized_objects import DagSerialization
        from airflow.utils.session import create_session

        ended: dict[tuple[str, int], Ended] = {}
        with create_session() as session:
            of_dag = select(DagRun).where(DagRun.dag_id == dag_id).order_by(DagRun.id.desc())
            made = session.scalars(of_dag).first()
            made.dag = DagSerialization.deserialize_dag(
                DagSerialization.serialize_dag(bag.dags[dag_id])
            )
            waiting = session.scalars(
                select(TaskInstance).where(
                    TaskInstance.run_id == made.run_id, TaskInstance.state == "awaiting_input"
                )
            ).all()
            for one in waiting:
                one.trigger_timeout -= timedelta(hours=hours_later)
                if answer:
                    detail = session.get(HITLDetail, one.id)
                    detail.chosen_options, detail.params_input = answer, {}
                    detail.responded_at = timezone.utcnow()
                    detail.responded_by = {"id": "7", "name": "gildong"}
            session.commit()
            runner = SchedulerJobRunner(job=Job())
            runner.check_awaiting_input_timeouts(session=session)
            session.commit()
            for one in waiting:
                session.refresh(one)
                if one.state == "scheduled":
                    _run_task(ti=one, task=bag.dags[dag_id].task_dict[one.task_id])
            _advance(bag.dags[dag_id], made, ended, session)
            for one in made.get_task_instances(session=session):
                ended[one.task_id, one.map_index] = Ended(str(one.state), None)
        return ended

    return go_on
