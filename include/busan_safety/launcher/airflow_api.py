"""Airflow's REST API (version 2), as far as the launcher and the command line need it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import httpx

from busan_safety.launcher.environment import ADMIN
from busan_safety.settings import Settings

FINISHED = frozenset({"success", "failed"})
_TASK_DONE = frozenset({"success", "failed", "skipped", "upstream_failed", "removed"})
_READ_AGAIN_TIMES = 20
_READ_AGAIN_SECONDS = 1.0
_TASK_BAD = frozenset({"failed", "upstream_failed"})


class AirflowUnavailable(RuntimeError):
    """Airflow's API server does not answer or refuses; the message says what to do."""


class _ServerFault(AirflowUnavailable):
    """Airflow failed in its own code."""


class UnknownDag(ValueError):
    """There is no DAG of that id; the message lists those that are."""


@dataclass(frozen=True)
class RunKey:
    """One DAG run."""

    dag_id: str
    run_id: str


@dataclass(frozen=True)
class TaskState:
    """One task instance of a run."""

    task_id: str
    label: str
    map_index: int
    state: str
    try_number: int

    @property
    def is_done(self) -> bool:
        """Whether it will not change any more."""
        return self.state in _TASK_DONE

    @property
    def is_bad(self) -> bool:
        """Whether it failed or could not start because another failed."""
        return self.state in _TASK_BAD


@dataclass(frozen=True)
class RunState:
    """State of one run and of its tasks."""

    key: RunKey
    state: str
    seconds: float
    tasks: tuple[TaskState, ...]


@dataclass(frozen=True)
class Consequences:
    """Runs that a run's asset events started, and whether some event has started none yet."""

    started: tuple[RunKey, ...]
    is_pending: bool


class AirflowApi:
    """A logged-in client; every method raises AirflowUnavailable when nothing answers."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._address = f"http://{settings.host}:{settings.airflow_port}"
        # On a busy machine the server's first answer to a task has taken 20 s.
        self._client = httpx.Client(
            base_url=self._address, timeout=httpx.Timeout(90.0, connect=5.0)
        )
        self._client.headers["Authorization"] = f"Bearer {self._token()}"

    def dag_ids(self) -> set[str]:
        """Ids of the DAGs that the DAG processor has read."""
        return {dag["dag_id"] for dag in self._get("/api/v2/dags", limit=100)["dags"]}

    def import_errors(self) -> list[str]:
        """One text per DAG file that could not be read."""
        found = self._get("/api/v2/importErrors")["import_errors"]
        return [f"{one['filename']}: {one['stack_trace'].splitlines()[-1]}" for one in found]

    def wait_for_dags(self, wanted: set[str], timeout: float = 90.0) -> None:
        """Wait until all DAGs of `wanted` are known; raise AirflowUnavailable otherwise."""
        deadline = time.monotonic() + timeout
        while missing := wanted - self.dag_ids():
            if errors := self.import_errors():
                raise AirflowUnavailable("DAG files cannot be read: " + "; ".join(errors))
            if time.monotonic() > deadline:
                raise AirflowUnavailable(f"DAGs did not appear: {', '.join(sorted(missing))}")
            time.sleep(0.5)

    def require_dag(self, dag_id: str) -> None:
        """Raise UnknownDag when Airflow has no DAG of this id."""
        known = self.dag_ids()
        if dag_id not in known:
            raise UnknownDag(f"There is no DAG {dag_id!r}; there are: {', '.join(sorted(known))}.")

    def unpause_all(self) -> None:
        """Switch every DAG on."""
        self._send("PATCH", "/api/v2/dags", {"is_paused": False}, dag_id_pattern="%")

    def unfinished_runs(self, queued_before: datetime | None = None) -> list[RunKey]:
        """Runs of all DAGs that are queued or running."""
        found = self._get("/api/v2/dags/~/dagRuns", state=["running", "queued"], limit=100)
        return [
            RunKey(run["dag_id"], run["dag_run_id"])
            for run in found["dag_runs"]
            if not queued_before or datetime.fromisoformat(run["queued_at"]) < queued_before
        ]

    def end_run(self, key: RunKey, note: str) -> None:
        """Mark a run and its unfinished tasks as failed."""
        path = f"/api/v2/dags/{key.dag_id}/dagRuns/{key.run_id}"
        self._send("PATCH", path, {"state": "failed", "note": note})

    def forget_queued_events(self, dag_id: str) -> None:
        """Drop asset events that wait for others to start `dag_id`."""
        self._send("DELETE", f"/api/v2/dags/{dag_id}/assets/queuedEvents", None, missing_ok=True)

    def trigger(self, dag_id: str) -> RunKey:
        """Start a run of `dag_id` now."""
        run = self._send("POST", f"/api/v2/dags/{dag_id}/dagRuns", {"logical_date": None})
        return RunKey(dag_id, run["dag_run_id"])

    def run_states(self, keys: Sequence[RunKey]) -> list[RunState]:
        """States of the given runs with all their task instances, in two requests.

        A request costs the API server 20 to 50 ms of processor time, which the tasks need too.
        """
        dag_ids = sorted({key.dag_id for key in keys})
        run_ids = sorted({key.run_id for key in keys})
        runs = self._send(
            "POST",
            "/api/v2/dags/~/dagRuns/list",
            {"dag_ids": dag_ids, "order_by": "-run_after", "page_limit": 100},
        )["dag_runs"]
        tasks = self._list(
            "/api/v2/dags/~/dagRuns/~/taskInstances/list",
            "task_instances",
            {"dag_ids": dag_ids, "dag_run_ids": run_ids, "order_by": "id"},
        )
        found = {RunKey(run["dag_id"], run["dag_run_id"]): run for run in runs}
        return [
            RunState(
                key=key,
                state=found[key]["state"],
                seconds=float(found[key].get("duration") or 0),
                tasks=tuple(
                    _task_state(one)
                    for one in tasks
                    if one["dag_id"] == key.dag_id and one["dag_run_id"] == key.run_id
                ),
            )
            for key in keys
        ]

    def consequences(self, key: RunKey) -> Consequences:
        """What a finished run set off through the assets that other DAGs are scheduled on."""
        events = self._get(
            "/api/v2/assets/events",
            source_dag_id=key.dag_id,
            source_run_id=key.run_id,
            order_by="-timestamp",
            limit=100,
        )["asset_events"]
        events = [event for event in events if event["asset_id"] in self._scheduling_assets]
        return Consequences(
            started=tuple(
                RunKey(run["dag_id"], run["run_id"])
                for event in events
                for run in event["created_dagruns"]
            ),
            is_pending=any(not event["created_dagruns"] for event in events),
        )

    @cached_property
    def _scheduling_assets(self) -> frozenset[int]:
        """Ids of the assets on which some DAG is scheduled."""
        assets = self._get("/api/v2/assets", limit=100)["assets"]
        return frozenset(one["id"] for one in assets if one["scheduled_dags"])

    def log_tail(self, key: RunKey, task: TaskState, lines: int = 15) -> str:
        """Return the last lines of a task's log."""
        path = (
            f"/api/v2/dags/{key.dag_id}/dagRuns/{key.run_id}"
            f"/taskInstances/{task.task_id}/logs/{max(task.try_number, 1)}"
        )
        content = self._get(path, map_index=task.map_index, full_content=True)["content"]
        texts = [_log_line(one) for one in content]
        return "\n".join([text for text in texts if text][-lines:])

    def _token(self) -> str:
        login = {"username": ADMIN, "password": self._settings.password(f"airflow_{ADMIN}")}
        token: str = self._send("POST", "/auth/token", login)["access_token"]
        return token

    def _list(self, path: str, name: str, body: dict[str, Any]) -> list[dict[str, Any]]:
        """All pages of a list that is asked for with a body."""
        found: list[dict[str, Any]] = []
        while True:
            page = {"page_limit": 100, "page_offset": len(found)}
            answer = self._send("POST", path, body | page)
            found += answer[name]
            if not answer[name] or len(found) >= answer["total_entries"]:
                return found

    def _get(self, path: str, **params: Any) -> Any:
        # Airflow 3.3.2 answers 500 for an asset event whose run is created but not yet started.
        for _ in range(_READ_AGAIN_TIMES):
            try:
                return self._send("GET", path, None, **params)
            except _ServerFault:
                time.sleep(_READ_AGAIN_SECONDS)
        return self._send("GET", path, None, **params)

    def _send(
        self, method: str, path: str, body: Any, *, missing_ok: bool = False, **params: Any
    ) -> Any:
        try:
            answer = self._client.request(method, path, json=body, params=params)
        except httpx.HTTPError as error:
            raise AirflowUnavailable(
                f"Airflow does not answer at {self._address} ({type(error).__name__}). "
                "Start it with `make up`."
            ) from None
        if missing_ok and answer.status_code == httpx.codes.NOT_FOUND:
            return None
        if answer.is_error:
            kind = _ServerFault if answer.is_server_error else AirflowUnavailable
            raise kind(f"Airflow refuses {method} {path}: {answer.status_code} {answer.text[:300]}")
        return answer.json() if answer.content else None


def _task_state(one: dict[str, Any]) -> TaskState:
    return TaskState(
        task_id=one["task_id"],
        label=one.get("rendered_map_index") or one["task_id"],
        map_index=one["map_index"],
        state=one["state"] or "waiting",
        try_number=one["try_number"],
    )


def _log_line(entry: Any) -> str:
    if isinstance(entry, str):
        return entry
    text = str(entry.get("event", ""))
    for error in entry.get("error_detail") or []:
        text += f"\n{error.get('exc_type')}: {error.get('exc_value')}"
    return "" if text.startswith("::") else text
