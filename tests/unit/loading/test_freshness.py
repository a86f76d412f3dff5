from datetime import UTC, date, datetime

import pytest

from busan_safety.loading.freshness import BAD_STATES, Freshness, LastPull, today
from busan_safety.settings import Settings

ASKED = datetime(2024, 12, 31, 21, 20, tzinfo=UTC)


def freshness(age_days: int | None, pull: str | None = None, message: str = "") -> Freshness:
    last_pull = LastPull("district_cctv", "26230", pull, message, None, ASKED) if pull else None
    event = None if age_days is None else date(2024, 12, 31)
    return Freshness(
        *("district_cctv", "26230", "부산광역시 부산진구", "district-feeds"),
        *(event, age_days, 3, 7, last_pull),
    )


@pytest.mark.parametrize(
    ("age_days", "state"), [(0, "fresh"), (3, "fresh"), (4, "ageing"), (7, "ageing"), (8, "late")]
)
def test_state_follows_the_limits_of_the_registry(age_days: int, state: str) -> None:
    assert freshness(age_days).state == state


@pytest.mark.parametrize(
    ("last_pull", "state", "is_bad"),
    [
        (None, "not_asked", False),
        ("unchanged", "nothing", False),
        ("refused", "empty", True),
        ("failed", "empty", True),
    ],
)
def test_a_feed_without_events_fails_only_when_it_was_asked_in_vain(
    last_pull: str | None, state: str, is_bad: bool
) -> None:
    one = freshness(None, last_pull)

    assert one.state == state
    assert (one.state in BAD_STATES) == is_bad


def test_an_empty_deployment_says_that_nobody_has_asked_yet() -> None:
    assert "not asked yet; its ingest DAG has not run here" in freshness(None).sentence


def test_a_late_sender_is_named_with_the_owner_and_what_it_last_said() -> None:
    sentence = freshness(9, "failed", "It does not answer.").sentence

    for part in ("district_cctv", "부산진구", "9 days old", "Owner: district-feeds"):
        assert part in sentence
    assert "Last asked 2025-01-01 06:20: failed, It does not answer." in sentence


@pytest.mark.parametrize(
    ("last_month", "expected"),
    [("2024-12", date(2025, 1, 1)), ("2024-02", date(2024, 3, 1))],
)
def test_time_stands_still_in_the_sandbox(last_month: str, expected: date) -> None:
    settings = Settings(_env_file=None, deployment="sandbox", sandbox_to=last_month)

    assert today(settings) == expected
