"""Publish the open-data release that the gate has passed, then rebuild the portal.

Starts when the gate's asset is updated. Reads the decisions again and publishes only candidates
whose exact fingerprint passed; does nothing, loudly, when there is none.
Runbook: docs/runbooks/closed-gate.md
"""

from airflow.sdk import dag, get_current_context, task
from wiring import OPEN_GATE, RELEASES, WAITING_CANDIDATES, dag_defaults, log


@task(multiple_outputs=True)
def publish_releases() -> dict[str, list[str]]:
    from busan_safety.release import publish_passed

    reports = publish_passed(run_id=get_current_context()["run_id"])
    for one in reports:
        say = log.error if one.error else log.info
        say("%s: %s %s %s", one.dataset, one.outcome, one.version or "", one.message)
    standing = [one.dataset for one in reports if one.outcome in ("released", "unchanged")]
    if not standing:
        log.warning("No candidate has a decision that allows publication; nothing was released.")
    waiting = [one.dataset for one in reports if one.outcome == "waiting"]
    return {"standing": standing, "waiting": waiting}


@task(outlets=[WAITING_CANDIDATES])
def call_person(waiting: list[str]) -> None:
    from airflow.sdk.exceptions import AirflowSkipException

    if not waiting:
        raise AirflowSkipException("No candidate waits for a person.")
    get_current_context()["outlet_events"][WAITING_CANDIDATES].extra = {"datasets": waiting}


@task(outlets=[RELEASES])
def rebuild_portal(datasets: list[str]) -> None:
    from busan_safety.portal import build_portal

    log.info("Portal: %s", build_portal())
    get_current_context()["outlet_events"][RELEASES].extra = {"datasets": datasets}


@dag(
    schedule=OPEN_GATE,
    **dag_defaults(__doc__, name="공개 데이터 배포", tags=["publish"]),
)
def publish_open_data():
    published = publish_releases()
    rebuild_portal(published["standing"])
    call_person(published["waiting"])


publish_open_data()
