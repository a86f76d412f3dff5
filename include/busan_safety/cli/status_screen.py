"""What `busan-safety status` shows: one screen, the feeds that need somebody on top."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from busan_safety.launcher.overview import FeedState, Overview, QuotaUse
from busan_safety.launcher.stack import ServiceStatus
from busan_safety.settings import SEOUL

_COLOURS = {
    **{"empty": "red", "late": "red", "failed": "red", "refused": "red", "fail": "red"},
    **{"stopped": "red", "ageing": "yellow", "warn": "yellow", "starting": "yellow"},
    **{"waits": "yellow", "not_asked": "yellow", "nothing": "yellow"},
    **{"fresh": "green", "pass": "green", "running": "green"},
}
_NAMED_SENDERS = 4
_MOST_WORDS = 300


def show_services(console: Console, states: Sequence[ServiceStatus]) -> None:
    """Print which services run and where; one line when all is well."""
    table = _table("Services", "service", "state", "process", "address", "log")
    for one in states:
        address = one.url or one.port or ""
        table.add_row(one.name, _coloured(one.state), str(one.pid or ""), str(address), one.log)
    console.print(table)


def show_overview(console: Console, known: Overview, *, everything: bool = False) -> None:
    """Print the feeds that need somebody and why, used-up limits, gate and releases.

    everything: every feed and every service's requests, also where all is well.
    """
    shown = [one for one in known.feeds if everything or _needs_somebody(one)]
    if shown:
        console.print(_feeds(shown))
    for one in shown:
        if sentence := _trouble(one):
            console.print(Text(sentence), highlight=False, soft_wrap=True)
    if rest := len(known.feeds) - len(shown):
        quarantined = sum(one.rows_quarantined for one in known.feeds)
        unmapped = sum(one.unmapped_codes for one in known.feeds)
        console.print(
            f"{rest} of {len(known.feeds)} feeds are fresh and were last pulled well "
            f"({quarantined:,} rows in quarantine, {unmapped:,} unknown spellings in all; "
            "--all lists every feed).",
            highlight=False,
        )
    quota = [one for one in known.quota if everything or one.is_used_up]
    if quota:
        console.print(_quota(quota))
    console.print(_publication(known))
    if known.decisions:
        console.print("Every check's last answer: busan-safety docs --gate", highlight=False)


def _needs_somebody(one: FeedState) -> bool:
    """Whether a feed is not fresh, or its last pull did not go well."""
    return one.state != "fresh" or one.last_pull in ("failed", "refused") or bool(one.waits_until)


def _feeds(feeds: Sequence[FeedState]) -> Table:
    table = _table("Feeds", "feed", "last pull", "", "newest event", "age", "data", "owner")
    for heading in ("quarantined", "unmapped", "partial"):
        table.add_column(heading, justify="right")
    for one in feeds:
        table.add_row(
            one.source_id,
            f"{one.pulled_at.astimezone(SEOUL):%m-%d %H:%M}" if one.pulled_at else "",
            _coloured("waits" if one.waits_until else one.last_pull),
            str(one.newest_event or ""),
            "" if one.age_days is None else f"{one.age_days} d",
            _coloured(one.state),
            one.owner,
            *(_count(one.rows_quarantined), _count(one.unmapped_codes)),
            _count(one.partial_batches),
        )
    return table


def _quota(quota: Sequence[QuotaUse]) -> Table:
    table = _table("Requests today (KST)", "service", "used", "of", "")
    for one in quota:
        limit = f"{one.per_day:,}" if one.per_day else "no known limit"
        used_up = Text("used up", "red") if one.is_used_up else Text("")
        table.add_row(one.service, f"{one.used:,}", limit, used_up)
    return table


def _publication(known: Overview) -> Table:
    table = _table("Gate and releases", "dataset", "decision", "released", "rows", "reasons")
    released = {one.dataset: one for one in known.releases}
    for one in known.decisions:
        release = released.get(one.dataset)
        table.add_row(
            one.dataset,
            _coloured(one.decision),
            release.version if release else "never",
            f"{release.row_count:,}" if release else "",
            "; ".join(one.reasons),
        )
    return table


def _trouble(one: FeedState) -> str:
    """One line for a feed that somebody has to look at, with what the sender or the file said."""
    parts = []
    if one.late_senders:
        parts.append(f"{one.state}: {_named(one.late_senders)}.")
    if one.waits_until:
        parts.append(f"Asked again {one.waits_until.astimezone(SEOUL):%m-%d %H:%M}.")
    if one.message:
        words = re.sub(r"\s+", " ", one.message)
        parts.append(
            f"Last pull {one.last_pull} ({_named(one.failed_senders)}): {words[:_MOST_WORDS]}"
        )
    return f"{one.source_id} ({one.owner}) {' '.join(parts)}" if parts else ""


def _named(senders: Sequence[str]) -> str:
    more = len(senders) - _NAMED_SENDERS
    return ", ".join(senders[:_NAMED_SENDERS]) + (f" and {more} more" if more > 0 else "")


def _table(title: str, *headings: str) -> Table:
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for heading in headings:
        right = heading in ("age", "process", "used", "of", "rows")
        table.add_column(heading, justify="right" if right else "left", overflow="fold")
    return table


def _coloured(word: str) -> Text:
    return Text(word, _COLOURS.get(word, ""))


def _count(number: int) -> str:
    return f"{number:,}" if number else ""
