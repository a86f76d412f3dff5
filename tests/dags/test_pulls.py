"""What becomes of a sender's failure in Airflow: real runs of the ingest DAGs, no scheduler."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest
from approval_checks import (
    done,
    test_a_persons_no_publishes_nothing,
    test_a_persons_yes_is_recorded_by_name_and_publishes,
    test_no_answer_within_a_day_is_a_refusal,
)

from busan_safety.connectors.errors import SourceFailure
from busan_safety.connectors.policy import next_midnight
from busan_safety.loading import deliver
from busan_safety.loading.run_records import (
    asked_in_backfill,
    backfill_period,
    due_again,
    feeds_of,
    still_to_ask,
)
from busan_safety.loading.sender import pull_feeds
from busan_safety.sources import get_source, reference

# Here, so that Airflow's own database is made once for all that runs DAGs.
__all__ = [
    "done",
    "test_a_persons_no_publishes_nothing",
    "test_a_persons_yes_is_recorded_by_name_and_publishes",
    "test_no_answer_within_a_day_is_a_refusal",
]

SEOUL = ZoneInfo("Asia/Seoul")
JUST_NOW = dt.datetime.now(SEOUL) - dt.timedelta(minutes=1)
Asked = list[tuple[str, str, str | None]]


@pytest.fixture
def fail(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Asked]:
    """Let senders fail: {source id: failure}; the others have nothing new."""

    def arrange(failures: dict[str, Exception]) -> Asked:
        asked: Asked = []

        def offers(source: Any, scope_key: str, *, period: str | None = None) -> list[Any]:
            asked.append((source.id, scope_key, period))
            if source.id in failures:
                raise failures[source.id]
            return []

        monkeypatch.setattr(deliver, "offers_of", offers)
        return asked

    return arrange


@pytest.fixture(autouse=True)
def clean(warehouse: psycopg.Connection) -> Iterator[None]:
    yield
    warehouse.execute("truncate ops.pull")


def failure(action: str, code: str = "") -> SourceFailure:
    return SourceFailure(
        "It does not answer.", transient=action != "fail", code=code, action=action
    )


def pulls(ended: dict[tuple[str, int], Any]) -> list[Any]:
    return [one for (task_id, _), one in sorted(ended.items()) if task_id.startswith("pull_")]


def test_a_used_up_daily_limit_is_resumed_later_and_the_news_do_not_wait(
    run: Any, fail: Any, warehouse: psycopg.Connection
) -> None:
    fail({"education_schools": failure("stop_until_midnight", "ERROR-337")})

    ended = run("ingest_education")

    assert {one.state for one in pulls(ended)} == {"success"}
    assert ended["announce_deliveries", -1].state == "success"
    assert ended["all_answered", -1].state == "success"
    midnight = next_midnight()
    asked = ended["resume_later", 0]
    assert asked.state == "success"
    ((run_id, conf),) = resumptions()
    assert run_id == f"education__{midnight:%Y%m%dT%H%M}"
    assert conf["agency"] == "education"
    assert dt.datetime.fromisoformat(conf["until"]) == midnight
    assert warehouse.execute("select retry_at from ops.pull where retry_at is not null").fetchall()


def test_waiting_pulls_are_deferred_to_the_next_midnight_in_korea(run: Any, fail: Any) -> None:
    asked = fail({})
    midnight = next_midnight()

    ended = run("resume_pulls", conf=waiting("education", midnight))

    pull = ended["pull_again", -1]
    assert pull.state == "deferred"
    assert pull.message.classpath.endswith("DateTimeTrigger")
    assert moment(pull.message) == midnight
    assert asked == []


def test_a_resumed_pull_that_is_stopped_again_waits_for_the_midnight_after(
    run: Any, fail: Any, warehouse: psycopg.Connection
) -> None:
    fail({"education_schools": failure("stop_until_midnight", "22")})
    record_wait(warehouse, "education_schools", "26")

    ended = run("resume_pulls", conf=waiting("education", JUST_NOW))

    assert ended["pull_again", -1].state == "deferred"
    assert moment(ended["pull_again", -1].message) == next_midnight()


def test_a_resumed_pull_asks_who_still_waits_and_starts_the_build(
    run: Any, fail: Any, warehouse: psycopg.Connection
) -> None:
    asked = fail({})
    for scope in ("26110", "26140"):
        record_wait(warehouse, "district_cctv", scope)
    # Somebody has pulled it by hand meanwhile.
    pull_feeds(["district_cctv"], "26140", run_id="manual__1")
    asked.clear()

    ended = run("resume_pulls", conf=waiting("districts", JUST_NOW))

    assert ended["pull_again", -1].state == "success"
    assert asked == [("district_cctv", "26110", None)]
    assert ended["build_again", -1].state == "success"


def test_a_resumed_pull_that_fails_for_a_moment_is_found_again_by_its_retry(
    run: Any, fail: Any, warehouse: psycopg.Connection
) -> None:
    fail({"education_schools": failure("retry", "unreachable")})
    record_wait(warehouse, "education_schools", "26")

    ended = run("resume_pulls", conf=waiting("education", JUST_NOW))

    assert ended["pull_again", -1].state == "up_for_retry"
    assert [one.source_id for one in due_again("education")] == ["education_schools"]


def test_many_senders_that_wait_for_the_same_time_are_resumed_together(
    run: Any, fail: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    two = {code: reference.districts()[code] for code in ("26110", "26140")}
    monkeypatch.setattr(reference, "districts", lambda: two)
    fail({one: failure("stop_until_midnight", "22") for one in feeds_of("districts")})

    ended = run("ingest_districts")

    assert {state.state for (task_id, _), state in ended.items() if "pull" in task_id} == {
        "success"
    }
    assert [index for task_id, index in ended if task_id == "resume_later"] == [0]


def test_a_refused_key_is_not_tried_again_and_the_message_says_what_to_do(
    run: Any, fail: Any, caplog: pytest.LogCaptureFixture
) -> None:
    fail({"education_schools": failure("fail", "ERROR-290")})

    ended = run("ingest_education")

    (bad,) = [one for one in pulls(ended) if one.state != "success"]
    assert bad.state == "failed"
    assert ended["announce_deliveries", -1].state == "success"
    assert ended["all_answered", -1].state == "upstream_failed"
    assert ended["resume_later", -1].state == "skipped"


def test_a_sender_that_may_answer_later_is_tried_again_when_it_says(run: Any, fail: Any) -> None:
    soon = dt.datetime.now(SEOUL) + dt.timedelta(minutes=3)
    later = SourceFailure("Too many requests.", code="23", action="back_off", retry_at=soon)
    fail({"education_schools": later})

    ended = run("ingest_education")

    (bad,) = [one for one in pulls(ended) if one.state != "success"]
    assert bad.state == "up_for_retry"
    assert 120 < bad.message.retry_delay_seconds <= 180


def test_a_district_pulls_its_other_feeds_and_names_what_failed(
    run: Any, fail: Any, warehouse: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    two = {code: reference.districts()[code] for code in ("26110", "26140")}
    monkeypatch.setattr(reference, "districts", lambda: two)
    asked = fail({"district_cctv": failure("fail", "30")})

    ended = run("ingest_districts")

    states = [one.state for (task_id, _), one in ended.items() if task_id == "pull_district"]
    assert states == ["failed"] * 2
    feeds = feeds_of("districts")
    assert len(feeds) > 1
    assert sorted(asked) == sorted((feed, code, None) for feed in feeds for code in two)
    answered = warehouse.execute(
        "select count(*) from ops.pull where outcome = 'unchanged'"
    ).fetchone()
    assert answered == (2 * (len(feeds) - 1),)


def test_a_retry_asks_only_the_feeds_that_failed(fail: Any) -> None:
    failed = failure("retry", "unreachable")
    fail({"district_cctv": failed})
    feeds = feeds_of("districts")
    pull_feeds(feeds, "26110", run_id="manual__1")

    assert still_to_ask("manual__1", feeds, "26110") == ["district_cctv"]
    assert still_to_ask("manual__1", feeds, "26140") == feeds


def test_a_cleared_task_that_had_everything_asks_for_everything(fail: Any) -> None:
    fail({})
    pull_feeds(["district_cctv"], "26110", run_id="manual__1")

    assert still_to_ask("manual__1", ["district_cctv"], "26110") == ["district_cctv"]


def test_a_failure_names_sender_feed_period_cause_remedy_and_runbook(fail: Any) -> None:
    fail({"district_cctv": failure("stop_until_midnight", "22")})

    (outcome,) = pull_feeds(["district_cctv"], "26230", period="2024-03", run_id="r")

    for part in (
        *("부산진구", "district_cctv", "2024-03", "It does not answer"),
        *("asked again by itself", "docs/runbooks/quota.md"),
    ):
        assert part in outcome.message
    assert outcome.outcome == "waits"


def test_a_defect_is_recorded_and_its_message_repeats_no_value(
    fail: Any, warehouse: psycopg.Connection
) -> None:
    fail({"district_cctv": ValueError("홍길동 is no number")})

    (outcome,) = pull_feeds(["district_cctv"], "26230", run_id="r")

    (row,) = warehouse.execute("select outcome, message from ops.pull").fetchall()
    assert row[0] == "failed"
    for text in (outcome.message, row[1]):
        assert "defect of the platform (ValueError in test_pulls.py" in text
        assert "홍길동" not in text
    assert "docs/runbooks/defect.md" in outcome.message


def test_a_backfill_run_asks_only_for_what_overlaps_its_day(run: Any, fail: Any) -> None:
    asked = fail({})

    ended = run("ingest_police", "backfill", dt.datetime(2024, 3, 5, 6, 20, tzinfo=SEOUL))

    periods = {source_id: period for source_id, _, period in asked}
    assert periods["police_112_calls"] == "2024-03-05"
    assert periods["police_crime_by_station"] == "2024"
    assert None not in periods.values()
    # One build at the end of the backfill, not one a day.
    assert ended["announce_deliveries", -1].state == "skipped"


def test_the_days_of_a_backfill_ask_for_their_month_or_year_once(fail: Any) -> None:
    fail({})
    first, outside = "backfill__2023-04-04T21:20:00+00:00", "backfill__2023-12-31T21:20:00+00:00"
    pull_feeds(["police_crime_by_station"], period="2023", run_id=first)

    assert asked_in_backfill("police_crime_by_station", "26", "2023")
    assert not asked_in_backfill("police_crime_by_station", "26", "2024")
    assert not asked_in_backfill("police_crime_by_region", "26", "2023")
    # 06:20 on 1 January in Korea.
    pull_feeds(["police_crime_by_station"], period="2024", run_id=outside)
    assert asked_in_backfill("police_crime_by_station", "26", "2024")


def test_a_day_of_a_backfill_is_always_asked_for(fail: Any) -> None:
    fail({})
    run_id = "backfill__2023-04-04T21:20:00+00:00"
    pull_feeds(["police_112_calls"], period="2023-04-05", run_id=run_id)

    assert not asked_in_backfill("police_112_calls", "26", "2023-04-05")


@pytest.mark.parametrize(
    ("source_id", "period"),
    [
        ("police_112_calls", "2024-03-05"),
        ("city_population", "2024-03"),
        ("police_crime_by_station", "2024"),
        ("education_schools", None),
    ],
)
def test_a_feed_is_asked_for_its_own_period_of_the_day(source_id: str, period: str | None) -> None:
    assert backfill_period(get_source(source_id), dt.date(2024, 3, 5)) == period


def test_a_backfill_that_is_stopped_tries_again_after_midnight(run: Any, fail: Any) -> None:
    fail({one: failure("stop_until_midnight", "22") for one in feeds_of("education")})

    ended = run("ingest_education", "backfill", dt.datetime(2022, 3, 5, 6, 20, tzinfo=SEOUL))

    until_midnight = (next_midnight() - dt.datetime.now(SEOUL)).total_seconds()
    assert pulls(ended)
    for stopped in pulls(ended):
        assert stopped.state == "up_for_retry"
        assert abs(stopped.message.retry_delay_seconds - until_midnight) < 60


def waiting(agency: str, until: dt.datetime) -> dict[str, str]:
    return {"agency": agency, "until": until.isoformat()}


def record_wait(warehouse: psycopg.Connection, source_id: str, scope_key: str) -> None:
    warehouse.execute(
        "insert into ops.pull (source_id, scope_key, outcome, retry_at) values (%s, %s, %s, %s)",
        [source_id, scope_key, "failed", JUST_NOW],
    )


def moment(message: Any) -> dt.datetime:
    """When a deferred task goes on."""
    from airflow.sdk.serde import deserialize

    found: dt.datetime = deserialize(message.trigger_kwargs)["moment"]
    return found


def resumptions() -> list[tuple[str, dict[str, str]]]:
    from airflow.models.dagrun import DagRun
    from airflow.utils.session import create_session

    with create_session() as session:
        runs = session.query(DagRun).filter(DagRun.dag_id == "resume_pulls")
        return [(one.run_id, one.conf) for one in runs if one.run_id.startswith("education__")]
