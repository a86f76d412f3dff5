"""Ask a person about candidates that only a person may let out: warned ones and first releases.

Starts when `publish_open_data` found some in a deployment where people decide
(`BUSAN_GATE_APPROVAL=person`). Each waits for an answer under "Required Actions" in Airflow. No
answer within a day is a refusal: nothing is published, and the last release stays.
Runbook: docs/runbooks/closed-gate.md
"""

from datetime import timedelta
from typing import Any

from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import dag, task
from wiring import RELEASES, WAITING_CANDIDATES, dag_defaults, log

APPROVE, REFUSE = "승인 / Approve", "거부 / Refuse"
PATIENCE = timedelta(hours=24)


@task
def list_waiting() -> list[dict[str, Any]]:
    from busan_safety.release.approval import waiting_for_a_person

    return [one.as_json() for one in waiting_for_a_person()]


@task
def as_questions(waiting: list[dict[str, Any]]) -> list[dict[str, str]]:
    return [{"subject": one["subject"], "body": one["body"]} for one in waiting]


@task
def record_answers(waiting: list[dict[str, Any]], answers: list[dict[str, Any]]) -> list[str]:
    """Only an answer that a person gave counts; what was filled in after the day does not."""
    from busan_safety.gate import approve

    approved = []
    for one, answer in zip(waiting, answers, strict=True):
        person = answer["responded_by_user"]
        if person is None or answer["chosen_options"] != [APPROVE]:
            log.warning("%s is not published: %s", one["dataset"], answer["chosen_options"])
            continue
        approve(one["decision_id"], person["name"])
        approved.append(one["dataset"])
    return approved


@task(outlets=[RELEASES])
def publish_approved(approved: list[str]) -> None:
    from airflow.sdk.exceptions import AirflowSkipException

    from busan_safety.portal import build_portal
    from busan_safety.release import publish_passed

    if not approved:
        raise AirflowSkipException("Nobody approved anything; the last releases stay.")
    for one in publish_passed():
        say = log.error if one.error else log.info
        say("%s: %s %s %s", one.dataset, one.outcome, one.version or "", one.message)
    log.info("Portal: %s", build_portal())


@dag(
    schedule=WAITING_CANDIDATES,
    **dag_defaults(__doc__, name="공개 승인", tags=["gate"]),
)
def approve_candidates():
    waiting = list_waiting()
    answers = HITLOperator.partial(
        task_id="ask_person",
        options=[APPROVE, REFUSE],
        defaults=REFUSE,
        response_timeout=PATIENCE,
    ).expand_kwargs(as_questions(waiting))
    publish_approved(record_answers(waiting, answers.output))


approve_candidates()
