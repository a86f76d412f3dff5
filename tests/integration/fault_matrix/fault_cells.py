"""What a cell of the fault matrix must come to, and the four things that every cell asserts.

Outcome, message, accounting, and that the healthy senders' data arrived in the same round.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import pytest
from fault_ground import SECRETS, Ground, Round
from fault_senders import Sender

from busan_safety.connectors.policy import next_midnight
from busan_safety.loading.sender import sender_name
from busan_safety.settings import get_settings
from busan_safety.sources import get_source

ALL = -1
Runbook = Literal["late-source", "new-form", "quota", "refused-file", "wrong-key"]
RUNBOOKS = get_settings().root / "docs" / "runbooks"
# Outcome of a cell -> outcome of the feed that failed.
_REPORTED = {
    "loaded": "new",
    "retried": "new",
    "quarantined": "new",
    "drift": "new",
    "partial": "new",
    "nothing": "unchanged",
    "refused": "refused",
    "failed": "failed",
    "later": "failed",
    "backs_off": "failed",
    "midnight": "waits",
}


@dataclass(frozen=True)
class Expected:
    """What a cell comes to.

    says: words of the cause. code: of the refusal, or the reason of quarantined rows. rows: that
    are quarantined beside those that the good delivery has. asked: requests, where they count.
    drift: kind (column, code) and outcome of what nobody knew, as it is listed for people. lacks:
    what the loaded part lacks. times: rows received, in those of the good delivery; 0 for fewer.
    With ALL rows quarantined, these are as many as the good delivery has.
    """

    outcome: str
    says: str = ""
    code: str = ""
    rows: int = 0
    asked: int | None = None
    runbook: Runbook = "late-source"
    drift: tuple[str, str] | None = None
    lacks: str = ""
    times: int = 1


@dataclass(frozen=True)
class NotApplicable:
    """Why a fault cannot be at a sender."""

    why: str


LOADED = Expected("loaded")
NOTHING = Expected("nothing")


def retried(asked: int | None = None) -> Expected:
    """Loaded whole after another attempt."""
    return Expected("retried", asked=asked)


def later(says: str, asked: int | None = 3) -> Expected:
    """Tried shortly, then left to a later run, which may have luck."""
    return Expected("later", says, asked=asked)


def backs_off(says: str, asked: int | None = None) -> Expected:
    """Asked again more slowly."""
    return Expected("backs_off", says, asked=asked, runbook="quota")


def midnight(says: str, asked: int | None = 1) -> Expected:
    """Left alone until the next midnight in Korea."""
    return Expected("midnight", says, asked=asked, runbook="quota")


def failed(says: str, runbook: Runbook = "late-source", asked: int | None = 1) -> Expected:
    """Failed at once: a person first has to do what the message says."""
    return Expected("failed", says, asked=asked, runbook=runbook)


def refused(code: str, says: str, drift: str = "", runbook: Runbook = "refused-file") -> Expected:
    """Refused whole, with its bytes kept and nothing of it loaded. drift: what is listed."""
    listed = (drift, "refused") if drift else None
    return Expected("refused", says, code, runbook=runbook, drift=listed)


def quarantined(
    code: str, rows: int = 1, drift: str = "", times: int = 1, lacks: str = ""
) -> Expected:
    """Loaded but for some rows, which are kept with the reason. drift: what is listed."""
    listed = (drift, "quarantined") if drift else None
    return Expected("quarantined", code=code, rows=rows, drift=listed, times=times, lacks=lacks)


def without_a_place(code: str, rows: int, lacks: str) -> Expected:
    """All rows of a place are quarantined, because they came without a column."""
    return replace(quarantined(code, rows, lacks=lacks), drift=("column", "left_out"))


def kept_empty() -> Expected:
    """Loaded with an empty code for a spelling that nobody knows, which is listed."""
    return Expected("drift", drift=("code", "kept_empty"))


def partial(says: str) -> Expected:
    """Loaded and marked: a place or a part of the period is missing."""
    return Expected("partial", lacks=says, times=0)


def evolved() -> Expected:
    """Loaded without the column that nobody declared, which is listed."""
    return Expected("drift", drift=("column", "left_out"))


Table = Mapping[str, Mapping[str, Expected | NotApplicable]]


def cells(table: Table, senders: Iterable[Sender]) -> list[Any]:
    """Parameters (sender, fault, expected) of a table: fault -> senders' names -> expected.

    A key of several names has blanks between them; `*` is every sender that has no key.
    """
    found = []
    for fault, row in table.items():
        by_name = {name: expected for names, expected in row.items() for name in names.split()}
        for sender in senders:
            expected = by_name.get(sender.name, by_name.get("*"))
            if isinstance(expected, Expected):
                filled = replace(expected, says=_filled(expected.says, sender))
                written = _filled(fault, sender)
                found.append(pytest.param(sender, written, filled, id=f"{sender}-{fault}"))
    return found


def _filled(text: str, sender: Sender) -> str:
    """A text with the sender's own headers."""
    return text.format_map(vars(sender)) if "{" in text else text


def begun(sender: Sender, fault: str) -> str:
    """The fault as it is written where it begins after some good answers."""
    return f"{fault}@{sender.after + 1}" if sender.after else fault


def decided(table: Table, senders: Iterable[Sender]) -> set[tuple[str, str]]:
    """(kind of fault, sender's name) that a table decides, applicable or not."""
    return {
        (fault.partition(":")[0].partition("@")[0], sender.name)
        for fault, row in table.items()
        for sender in senders
        if "*" in row or any(sender.name in names.split() for names in row)
    }


def check_cell(
    ground: Ground, known: dict[str, Round], sender: Sender, fault: str, expected: Expected
) -> None:
    """Play a fault of an interface or folder and assert what was decided about it."""
    if expected.outcome == "midnight":
        sender = sender.beside_other_services()
    normal = ground.good_round(sender, known)
    ground.clear(sender)

    done = ground.round(sender, {sender.at: begun(sender, fault)})

    check(ground, done, expected, normal)


def check(ground: Ground, done: Round, expected: Expected, good: Round) -> None:
    """The four assertions of a cell. good: the same sender's round without a fault."""
    _check_outcome(done, expected, good)
    _check_message(done, expected)
    _check_accounting(ground, done, expected, good)
    _check_drift(done, expected, good)
    _check_healthy(ground, done)


def _check_outcome(done: Round, expected: Expected, good: Round) -> None:
    outcome = done.outcome
    assert outcome.outcome == _REPORTED[expected.outcome], outcome.message
    now = dt.datetime.now(dt.UTC)
    if expected.outcome == "midnight":
        assert outcome.retry_at == next_midnight()
    elif expected.outcome in ("later", "backs_off"):
        longest = dt.timedelta(minutes=10)
        assert outcome.retry_at is not None and outcome.retry_at <= now + longest
        if expected.outcome == "backs_off":
            assert outcome.retry_at > now
    else:
        assert outcome.retry_at is None
    if expected.outcome == "retried":
        assert done.asked > good.asked
    if expected.asked is not None and done.sender.counted:
        assert done.asked == expected.asked + done.sender.after


def _check_message(done: Round, expected: Expected) -> None:
    """Names sender, cause and remedy where a person reads it; holds no key, no person."""
    leaked = [secret for secret in SECRETS if secret in done.text]
    assert not leaked
    message = done.outcome.message
    if done.outcome.outcome in ("failed", "refused", "waits"):
        source = get_source(done.sender.source)
        assert sender_name(source, done.sender.scope) in message
        assert source.id in message and source.title.ko in message
        assert expected.says and expected.says in message.partition("Cause: ")[2]
        assert f"Runbook: docs/runbooks/{expected.runbook}.md" in message
        assert (RUNBOOKS / f"{expected.runbook}.md").is_file()
        assert len(message.partition(" Do: ")[2].partition("Runbook:")[0]) > len("Do something.")
        assert expected.says in done.pull["message"]


def _check_accounting(ground: Ground, done: Round, expected: Expected, good: Round) -> None:
    came = {"new": "new", "unchanged": "unchanged", "refused": "refused"}
    assert done.pull["outcome"] == came.get(done.outcome.outcome, "failed")
    batches = [batch for batch in done.batches if batch["batch_id"] > ground.last_batch]
    assert not list(_landing(done).glob(".incoming-*"))
    if expected.outcome in ("failed", "later", "backs_off", "midnight", "nothing"):
        assert batches == []
        return
    (batch,) = batches
    landed = get_settings().landing_dir / batch["landed_path"]
    kept = [path for path in landed.iterdir() if path.name != "manifest.json"]
    assert sum(path.stat().st_size for path in kept) == batch["byte_count"]
    in_raw = ground.count(f"raw.{done.sender.source}", batch["batch_id"])
    rejected = ground.rows(
        "select reason_code from quarantine.rejected_row where batch_id = %s", [batch["batch_id"]]
    )
    assert batch["rows_received"] == batch["rows_loaded"] + batch["rows_quarantined"]
    assert (in_raw, len(rejected)) == (batch["rows_loaded"], batch["rows_quarantined"])
    assert done.pull["rows_loaded"] == in_raw
    if expected.outcome == "refused":
        assert (batch["status"], batch["refusal_code"]) == ("refused", expected.code)
        assert expected.says in batch["refusal_reason"]
        assert (in_raw, rejected) == (0, [])
        # The last good delivery, where there is one, stays in use.
        assert ground.current_rows(done.sender) == ground.rows_before
        return
    assert batch["status"] == "loaded"
    (normal,) = good.batches[-1:]
    more = batch["rows_quarantined"] - normal["rows_quarantined"]
    assert batch["is_partial"] == (normal["is_partial"] or bool(expected.lacks))
    assert expected.lacks in (batch["partial_reason"] or "")
    received = expected.times * normal["rows_received"]
    if expected.times:
        rows = normal["rows_received"] if expected.rows == ALL else expected.rows
        assert (batch["rows_received"], more) == (received, rows)
    else:
        assert 0 < batch["rows_received"] < normal["rows_received"]
    if expected.outcome == "quarantined":
        codes = [row["reason_code"] for row in rejected]
        assert codes.count(expected.code) >= max(1, expected.rows)


def _check_drift(done: Round, expected: Expected, good: Round) -> None:
    known = {(row["kind"], row["column_name"], row["name"]) for row in good.drift}
    news = [
        row for row in done.drift if (row["kind"], row["column_name"], row["name"]) not in known
    ]
    assert {(row["kind"], row["outcome"]) for row in news} == ({expected.drift} - {None})


def _check_healthy(ground: Ground, done: Round) -> None:
    for outcome in done.healthy:
        assert outcome.outcome == "new", outcome.message
        batches = ground.rows(
            "select * from ops.batch where source_id = %s and scope_key = %s",
            [outcome.source_id, outcome.scope_key],
        )
        assert batches
        for batch in batches:
            in_raw = ground.count(f"raw.{outcome.source_id}", batch["batch_id"])
            assert (batch["status"], batch["rows_loaded"]) == ("loaded", in_raw) and in_raw > 0


def _landing(done: Round) -> Path:
    return get_settings().landing_dir / done.sender.source / done.sender.scope_key
