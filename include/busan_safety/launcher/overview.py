"""The platform's state in one screen: each feed, the senders' limits, the gate, the releases."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime

import psycopg
from psycopg.rows import class_row

from busan_safety.launcher.summary import (
    DecisionSummary,
    ReleaseSummary,
    last_decisions,
    last_releases,
)
from busan_safety.loading.drift import unmapped
from busan_safety.loading.freshness import BAD_STATES, Freshness, State, check_freshness
from busan_safety.settings import Settings
from busan_safety.sources import Source, all_sources
from busan_safety.warehouse import connect

# From what needs a person most to what needs nobody.
_WORST_FIRST: tuple[State, ...] = ("empty", "late", "ageing", "not_asked", "nothing", "fresh")
_PULLS_WORST_FIRST = ("failed", "refused", "new", "unchanged")
_CURRENT_BATCHES = """
    select
        source_id,
        sum(rows_quarantined)::bigint as rows_quarantined,
        count(*) filter (where is_partial)::bigint as partial_batches
    from ops.batch as batch
    where exists (
        select 1 from ops.batch_slice as slice
        where slice.batch_id = batch.batch_id and slice.superseded_at is null
    )
    group by source_id
"""
_QUOTA = """
    select service, used_count as used, is_used_up
    from ops.request_quota
    where day = (now() at time zone 'Asia/Seoul')::date
    order by service, used_count desc
"""


@dataclass(frozen=True)
class BatchCounts:
    """What the current batches of one feed left behind."""

    source_id: str
    rows_quarantined: int
    partial_batches: int


@dataclass(frozen=True)
class QuotaUse:
    """Requests made today with one key to one service; `per_day` None where no limit is known."""

    service: str
    used: int
    is_used_up: bool
    per_day: int | None = None


@dataclass(frozen=True)
class FeedState:
    """One feed, all its senders together.

    state, newest_event, age_days: those of the sender furthest behind. late_senders: names of those
    that are late or never came; failed_senders: of those whose last pull did not succeed, or waits.
    last_pull: the worst of the senders' last attempts; message says what it met.
    """

    source_id: str
    title: str
    owner: str
    state: State
    newest_event: date | None
    age_days: int | None
    late_senders: list[str]
    failed_senders: list[str]
    last_pull: str
    pulled_at: datetime | None
    waits_until: datetime | None
    message: str
    rows_quarantined: int
    unmapped_codes: int
    partial_batches: int


@dataclass(frozen=True)
class Overview:
    """Everything that `busan-safety status` shows besides the services."""

    feeds: list[FeedState]
    quota: list[QuotaUse]
    decisions: list[DecisionSummary]
    releases: list[ReleaseSummary]


def overview(settings: Settings) -> Overview:
    """Read the platform's records. Raises WarehouseUnavailable when it does not answer."""
    by_source: dict[str, list[Freshness]] = defaultdict(list)
    for one in check_freshness():
        by_source[one.source_id].append(one)
    with connect("loader", settings=settings) as connection:
        connection.read_only = True
        counted = connection.cursor(row_factory=class_row(BatchCounts)).execute(_CURRENT_BATCHES)
        counts = {one.source_id: one for one in counted}
        unknown = Counter(one.source_id for one in unmapped() if not one.is_known_now)
        return Overview(
            feeds=[
                _feed_state(
                    source,
                    by_source[source.id],
                    counts.get(source.id, BatchCounts(source.id, 0, 0)),
                    unknown[source.id],
                )
                for source in all_sources().values()
            ],
            quota=_quota(connection),
            decisions=last_decisions(connection),
            releases=last_releases(connection, settings),
        )


def _feed_state(
    source: Source, senders: list[Freshness], counts: BatchCounts, unmapped_codes: int
) -> FeedState:
    state = min((one.state for one in senders), key=_WORST_FIRST.index)
    behind = min(
        (one for one in senders if one.state == state),
        key=lambda one: one.newest_event or date.max,
    )
    pulls = [one.last_pull for one in senders if one.last_pull]
    now, times = datetime.now(tz=UTC), [one.retry_at for one in pulls]
    # What waits goes on by itself, so that what does not is worse.
    worst = min(
        pulls,
        key=lambda one: (_PULLS_WORST_FIRST.index(one.outcome), one.retry_at is not None),
        default=None,
    )
    return FeedState(
        source_id=source.id,
        title=source.title.ko,
        owner=source.owner,
        state=state,
        newest_event=behind.newest_event,
        age_days=behind.age_days,
        late_senders=[one.sender for one in senders if one.state in BAD_STATES],
        failed_senders=[one.sender for one in senders if _is_unanswered(one)],
        last_pull=worst.outcome if worst else "never",
        pulled_at=max((one.finished_at for one in pulls if one.finished_at), default=None),
        waits_until=min((one for one in times if one and one > now), default=None),
        message=worst.message if worst and worst.outcome in ("failed", "refused") else "",
        rows_quarantined=counts.rows_quarantined,
        unmapped_codes=unmapped_codes,
        partial_batches=counts.partial_batches,
    )


def _is_unanswered(one: Freshness) -> bool:
    return one.last_pull is not None and one.last_pull.outcome in ("failed", "refused")


def _quota(connection: psycopg.Connection) -> list[QuotaUse]:
    limits = {
        source.transport.path: source.transport.quota.per_day
        for source in all_sources().values()
        if source.transport.quota
    }
    rows = connection.execute(_QUOTA).fetchall()
    return [
        QuotaUse(service, used, is_used_up, limits.get(service))
        for service, used, is_used_up in rows
    ]
