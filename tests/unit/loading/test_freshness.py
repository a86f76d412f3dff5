from datetime import date

import pytest

from busan_safety.loading.freshness import Freshness, today
from busan_safety.settings import Settings


@pytest.mark.parametrize(
    ("age_days", "state"),
    [(None, "empty"), (0, "fresh"), (3, "fresh"), (4, "ageing"), (7, "ageing"), (8, "late")],
)
def test_state_follows_the_limits_of_the_registry(age_days: int | None, state: str) -> None:
    one = Freshness("police_112_calls", date(2024, 12, 31), age_days, warn_days=3, fail_days=7)

    assert one.state == state
    assert "police_112_calls" in one.sentence


@pytest.mark.parametrize(
    ("last_month", "expected"),
    [("2024-12", date(2025, 1, 1)), ("2024-02", date(2024, 3, 1))],
)
def test_time_stands_still_in_the_sandbox(last_month: str, expected: date) -> None:
    settings = Settings(_env_file=None, deployment="sandbox", sandbox_to=last_month)

    assert today(settings) == expected
