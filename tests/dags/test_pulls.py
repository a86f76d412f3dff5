"""What becomes of a sender's failure in Airflow: real runs of the ingest DAGs, no scheduler."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest

from busan_safety.connectors.errors import SourceFailure
from busan_safety.loading import deliver
from busan_safety.loading.sender import next_midnight

SEOUL = ZoneInfo("Asia/Seoul")
Asked = list[tuple[str, str, str | None]]


@pytest.fixture
def fail(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Asked]:
    """Let senders fail: {source id: failure}; the others have nothing new."""

    def arrange(failures: dict[str, SourceFailure]) -> Asked:
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
    return SourceFailure("It does not answer.", transient=action != "fail", code=code, action=action)


def pulls(ended: dict[tuple[str, int], Any]) -> list[Any]:
    return [one for (task_id, _), one in sorted(ended.items()) if task_id.startswith("pull_")]


def test_a_used_up_daily_limit_is_resumed_at_midnight_and_the_news_do_not_wait(
    run: Any, fail: Any
) -> None:
    fail({"education_schools": failure("stop_until_midnight", "22")})

    ended = run("ingest_education")

    assert {one.state for one in pulls(ended)} == {"success"}
    assert ended["announce_deliveries", -1].state == "success"
    triggered = ended["resume_later", 0].message
    assert triggered is not None
