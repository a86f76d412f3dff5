"""Check every day how old the newest event of each source is.

Compares the newest event date (not the date of arrival) with the source's own limits in the
registry. Past `warn_days` it warns in the log; past `fail_days` the run fails and names the
sources.
Runbook: docs/runbooks/late-source.md
"""

from airflow.sdk import dag, task
from wiring import dag_defaults, every, log


@task(retries=0)
def check_sources() -> None:
    from airflow.sdk.exceptions import AirflowFailException

    from busan_safety.loading.freshness import check_freshness

    late = []
    for one in check_freshness():
        (log.info if one.state == "fresh" else log.warning)("%s", one.sentence)
        if one.state in ("late", "empty"):
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
