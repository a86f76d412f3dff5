"""The chain follows what asset events started; a hand-made API plays Airflow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from busan_safety.launcher import chain as chain_module
from busan_safety.launcher.airflow_api import Consequences, RunKey, RunState
from busan_safety.launcher.chain import BUILD_DAG, INGEST_DAGS, Chain

NOTHING = Consequences(started=(), is_pending=False)
PENDING = Consequences(started=(), is_pending=True)
BUILD = RunKey(BUILD_DAG, "asset")
EVALUATE = RunKey("evaluate_policies", "asset")


@dataclass
class PlayedAirflow:
    """Runs succeed at the second look; `after` says what their assets start."""

    after: dict[RunKey, list[Consequences]] = field(default_factory=dict)
    failing: frozenset[RunKey] = frozenset()
    under_way: list[RunKey] = field(default_factory=list)
    did: list[str] = field(default_factory=list)
    _looks: dict[RunKey, int] = field(default_factory=dict)

    def unfinished_runs(self) -> list[RunKey]:
        return self.under_way

    def forget_queued_events(self, dag_id: str) -> None:
        self.did.append(f"forget {dag_id}")

    def trigger(self, dag_id: str) -> RunKey:
        self.did.append(f"trigger {dag_id}")
        return RunKey(dag_id, "manual")

    def run_states(self, keys: Sequence[RunKey]) -> list[RunState]:
        states = []
        for key in keys:
            self._looks[key] = self._looks.get(key, 0) + 1
            end = "failed" if key in self.failing else "success"
            state = end if self._looks[key] > 1 else "running"
            states.append(RunState(key, state, 1.0, ()))
        return states

    def consequences(self, key: RunKey) -> Consequences:
        answers = self.after.get(key, [NOTHING])
        return answers.pop(0) if len(answers) > 1 else answers[0]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chain_module, "_POLL_SECONDS", 0.0)
    monkeypatch.setattr(chain_module, "_EVENT_PATIENCE_SECONDS", 0.05)


def ingests_then(*consequences: Consequences) -> dict[RunKey, list[Consequences]]:
    return {RunKey(dag_id, "manual"): list(consequences) for dag_id in INGEST_DAGS}


def test_the_build_is_started_by_the_assets_not_by_the_launcher() -> None:
    airflow = PlayedAirflow(after=ingests_then(PENDING, Consequences((BUILD,), False)))

    states = Chain(airflow).run()

    assert [state.key for state in states] == [
        *(RunKey(dag_id, "manual") for dag_id in INGEST_DAGS),
        BUILD,
    ]
    assert f"trigger {BUILD_DAG}" not in airflow.did


def test_a_chain_is_followed_to_its_last_run() -> None:
    after = ingests_then(Consequences((BUILD,), False))
    after[BUILD] = [Consequences((EVALUATE,), False)]
    airflow = PlayedAirflow(after=after)

    states = Chain(airflow).run()

    assert states[-1].key == EVALUATE
    assert {state.state for state in states} == {"success"}


def test_events_that_no_build_answers_start_the_build_by_hand() -> None:
    airflow = PlayedAirflow(after=ingests_then(PENDING))

    states = Chain(airflow).run()

    assert airflow.did[-1] == f"trigger {BUILD_DAG}"
    assert states[-1].key == RunKey(BUILD_DAG, "manual")


def test_runs_under_way_end_before_new_ones_start() -> None:
    earlier = RunKey("ingest_city", "scheduled")
    airflow = PlayedAirflow(after=ingests_then(Consequences((BUILD,), False)), under_way=[earlier])

    states = Chain(airflow).run()

    assert airflow._looks[earlier] == 2
    assert earlier not in {state.key for state in states}


@pytest.mark.parametrize(
    "apart",
    [
        RunKey("resume_pulls", "education__20261123T0000"),
        RunKey("ingest_police", "backfill__2024-03-04T21:20:00+00:00"),
    ],
)
def test_nobody_waits_for_a_sender_that_waits_nor_for_a_backfill(apart: RunKey) -> None:
    airflow = PlayedAirflow(after=ingests_then(Consequences((BUILD,), False)), under_way=[apart])

    Chain(airflow).run()

    assert apart not in airflow._looks


def test_a_failed_run_is_reported_and_its_assets_still_followed() -> None:
    failed = RunKey("ingest_districts", "manual")
    airflow = PlayedAirflow(
        after=ingests_then(Consequences((BUILD,), False)), failing=frozenset({failed})
    )

    states = {state.key: state.state for state in Chain(airflow).run()}

    assert states[failed] == "failed"
    assert states[BUILD] == "success"


def test_watchers_see_every_run_of_the_pass() -> None:
    seen: list[int] = []
    airflow = PlayedAirflow(after=ingests_then(Consequences((BUILD,), False)))

    Chain(airflow, watch=lambda states: seen.append(len(states))).run()

    assert max(seen) == len(INGEST_DAGS) + 1
