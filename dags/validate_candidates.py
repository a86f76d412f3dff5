"""The gate: protect people, build the candidates, validate them, decide on each.

Each candidate fingerprint gets one decision in `ops.gate_decision`. `open_gate` updates the asset
that `publish_open_data` waits for if at least one dataset may be published. `report_gate` fails
with the reasons when any dataset may not, and its last release stays in place.

`decide` also writes Great Expectations' pages of every check's answer to `var/gate/docs/index.html`
(`busan-safety docs --gate` serves them). They are internal and hold no values and no counts.
Runbook: docs/runbooks/closed-gate.md
"""

from typing import Any

from airflow.sdk import dag, get_current_context, task
from wiring import DBT_MODELS, EVALUATION, OPEN_GATE, build_layer, dag_defaults, log


@task
def protect_candidates() -> None:
    from busan_safety.disclosure import protect

    for report in protect(run_id=get_current_context()["run_id"]):
        log.info("%s", report)


@task(retries=0)
def decide() -> list[dict[str, Any]]:
    from busan_safety.gate import validate_candidates as validate

    decisions = validate(run_id=get_current_context()["run_id"])
    outcomes = []
    for one in decisions:
        reasons = [f"{reason.check}: {reason.sentence}" for reason in one.reasons]
        log.info("%s: %s %s", one.dataset, one.decision, "; ".join(reasons))
        outcomes.append({"dataset": one.dataset, "is_open": one.is_open, "reasons": reasons})
    show_answers()
    return outcomes


def show_answers() -> None:
    from busan_safety.gate.data_docs import build_data_docs

    try:
        log.info("Every answer: %s", build_data_docs())
    except Exception:
        # The decisions are made and recorded; pages about them hold nothing up.
        log.exception("The pages of the gate's answers could not be made; the decisions stand.")


@task(outlets=[OPEN_GATE])
def open_gate(outcomes: list[dict[str, Any]]) -> None:
    from airflow.sdk.exceptions import AirflowSkipException

    passed = [one["dataset"] for one in outcomes if one["is_open"]]
    if not passed:
        raise AirflowSkipException("The gate stays closed: no dataset may be published.")
    context: Any = get_current_context()
    context["outlet_events"][OPEN_GATE].extra = {"datasets": passed}


@task(retries=0)
def report_gate(outcomes: list[dict[str, Any]]) -> None:
    from airflow.sdk.exceptions import AirflowFailException

    refused = [one for one in outcomes if not one["is_open"]]
    if not refused:
        return
    if len(refused) == len(outcomes):
        # Nothing will be published, so nothing else tells the public why.
        from busan_safety.portal import build_portal

        build_portal()
    reasons = "\n".join(f"{one['dataset']}: {'; '.join(one['reasons'])}" for one in refused)
    raise AirflowFailException(
        f"Not published, the last release stays in place:\n{reasons}\n"
        "Every check's answer: busan-safety docs --gate\n"
        "Runbook: docs/runbooks/closed-gate.md"
    )


@dag(
    schedule=EVALUATION,
    **dag_defaults(__doc__, name="공개 심사", tags=["gate"]),
)
def validate_candidates():
    outcomes = decide()
    built = build_layer.override(task_id="build_published", outlets=[DBT_MODELS])("published")
    protect_candidates() >> built >> outcomes
    open_gate(outcomes)
    report_gate(outcomes)


validate_candidates()
