"""Start the ingest DAGs and follow what their assets start, run by run, to the end.

The way downstream is not repeated here: a run's asset events name the runs that they started
(`created_dagruns`). A run that updates no scheduled asset ends the chain.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from busan_safety.launcher.airflow_api import FINISHED, AirflowApi, RunKey, RunState

INGEST_DAGS = ("ingest_city", "ingest_police", "ingest_education", "ingest_districts")
BUILD_DAG = "build_warehouse"
CHAIN_DAGS = (BUILD_DAG, "evaluate_policies", "validate_candidates", "publish_open_data")
WAITING_DAG = "resume_pulls"
APPROVAL_DAG = "approve_candidates"
ALL_DAGS = frozenset({*INGEST_DAGS, *CHAIN_DAGS, "monitor_freshness", WAITING_DAG, APPROVAL_DAG})
_POLL_SECONDS = 1.5
_EVENT_PATIENCE_SECONDS = 20.0
_TIMEOUT_SECONDS = 1800.0

Watch = Callable[[list[RunState]], None]


class ChainTimeout(RuntimeError):
    """The runs did not finish in time; the message names the ones that are still going."""


def goes_its_own_way(key: RunKey) -> bool:
    """Whether a run may wait for hours and starts nothing of the chain.

    A resumed pull, a question to a person, a backfill.

    Nobody waits for it, and it survives a stop of the services.
    """
    return key.dag_id in (WAITING_DAG, APPROVAL_DAG) or key.run_id.startswith("backfill__")


@dataclass
class Chain:
    """Every run of one pass from the agencies to the release, in order of appearance.

    unanswered: runs whose asset events started nothing by the end of the last `follow`.
    """

    api: AirflowApi
    watch: Watch = lambda states: None
    states: dict[RunKey, RunState] = field(default_factory=dict)
    unanswered: list[RunKey] = field(default_factory=list)

    def run(self) -> list[RunState]:
        """Trigger the ingest DAGs, follow all that comes after, return every run's last state."""
        if under_way := [one for one in self.api.unfinished_runs() if not goes_its_own_way(one)]:
            # Their asset events would mix with ours and start the build too early.
            self.follow(under_way)
            self.states.clear()
        self.api.forget_queued_events(BUILD_DAG)
        self.follow([self.api.trigger(dag_id) for dag_id in INGEST_DAGS])
        if self.unanswered:
            # A run of the schedule has used some of our events, so no build has seen them all.
            self.api.forget_queued_events(BUILD_DAG)
            self.follow([self.api.trigger(BUILD_DAG)])
        return list(self.states.values())

    def follow(self, first: list[RunKey]) -> list[RunState]:
        """Follow the given runs and those that their assets start until nothing more comes."""
        deadline = time.monotonic() + _TIMEOUT_SECONDS
        patient_until = time.monotonic() + _EVENT_PATIENCE_SECONDS
        going, pending, followed = list(first), list[RunKey](), list(first)
        while going or pending:
            if going:
                self._look_at(going)
                patient_until = time.monotonic() + _EVENT_PATIENCE_SECONDS
            ended = [key for key in going if self.states[key].state in FINISHED]
            going = [key for key in going if key not in ended]
            # What waits for the assets of others is asked again only when all others have ended.
            for key in ended + ([] if going else pending):
                after = self.api.consequences(key)
                new = [run for run in dict.fromkeys(after.started) if run not in followed]
                going += new
                followed += new
                if after.is_pending and key not in pending:
                    pending.append(key)
                elif not after.is_pending and key in pending:
                    pending.remove(key)
            if not going and time.monotonic() > patient_until:
                break
            if time.monotonic() > deadline:
                names = ", ".join(key.dag_id for key in going)
                raise ChainTimeout(f"Still running after {_TIMEOUT_SECONDS / 60:.0f} min: {names}")
            time.sleep(_POLL_SECONDS)
        self.unanswered = pending
        return [self.states[key] for key in followed]

    def _look_at(self, keys: list[RunKey]) -> None:
        self.states |= {one.key: one for one in self.api.run_states(keys)}
        self.watch(list(self.states.values()))
