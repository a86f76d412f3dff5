"""Check every day how old the newest event of each feed and sender is.

Compares the newest event date (not the date of arrival) with the feed's own limits in the
registry, district by district where each is a sender. Past `warn_days` it warns in the log; past
`fail_days`, or where nothing could ever be loaded, the run fails and names feed, sender and
owner. A feed that nobody has asked for yet in this deployment is named and does not fail.
Runbook: docs/runbooks/late-source.md
"""

from airflow.sdk import dag, task
from wiring import dag_defaults, every, log


@task(retries=0)
def check_sources() -> None:
    from airflow.sdk.exceptions import AirflowFailException

    from busan_safety.loading.freshness import BAD_STATES, check_freshness

    late = []
    for one in check_freshness():
        (log.info if one.state == "fresh" else log.warning)("%s", one.sentence)
        if one.state in BAD_STATES:
            late.append(one.sentence)
    if late:
        raise AirflowFailException("\n".join([*late, "Runbook: docs/runbooks/late-source.md"]))


@dag(
    schedule=every("0 9 * * *"),
    **dag_defaults(__doc__, name="자료 최신성 점검", tags=["monitor"]),
)
def monitor_freshness():
    check_sources()


monitor_freshness()
