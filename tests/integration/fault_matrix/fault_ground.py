"""The ground of the fault matrix: played senders, one round of pulls, what a cell asserts.

A cell is a fault at one sender. Its round pulls a healthy sender, the failing one and another
healthy one, as a run of ingest does, in a warehouse that is empty before it. The cells stand as
tables in the test files. Waits are not slept through: they move the clock of the played senders.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import psycopg
import pytest
from fault_senders import KEY, Sender
from psycopg import sql

from busan_safety.loading.sender import FeedOutcome, pull_feeds
from busan_safety.settings import get_settings
from busan_sandbox.faults import IDENTIFIERS, Faults
from busan_sandbox.filefaults import write_faulty

_ROUND = "fault-matrix"
# What no message, log, record or manifest may hold, in any spelling.
SECRETS = (
    KEY, quote(KEY, safe=""), quote_plus(KEY), quote(KEY), quote(quote(KEY, safe=""), safe=""),
    *IDENTIFIERS.values(),
)  # fmt: skip


class Clock:
    """Seconds since the epoch; what is slept through is added, not waited for."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def __call__(self) -> float:
        return time.time() + sum(self.slept)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


@dataclass
class Round:
    """What a round of pulls came to. asked: requests that the failing sender got."""

    sender: Sender
    outcome: FeedOutcome
    healthy: list[FeedOutcome]
    asked: int
    slept: float
    text: str
    batches: list[dict[str, Any]] = field(default_factory=list)
    pull: dict[str, Any] = field(default_factory=dict)
    drift: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Ground:
    """Played senders and the warehouse that their feeds are pulled into."""

    warehouse: psycopg.Connection
    faults: Faults
    drop: Path
    clock: Clock
    log: pytest.LogCaptureFixture
    records: list[sql.Identifier]
    last_batch: int = 0
    rows_before: int = 0

    def clear(self, sender: Sender) -> None:
        """Forget all deliveries, and everything that was recorded of them."""
        sources = sorted({sender.source, *(source for source, _ in sender.healthy)})
        tables = [*self.records, *(sql.Identifier("raw", source) for source in sources)]
        self.warehouse.execute(sql.SQL("truncate {}").format(sql.SQL(", ").join(tables)))
        for source in sources:
            shutil.rmtree(get_settings().landing_dir / source, ignore_errors=True)
        self.faults.replace({})
        self.faults.forget_requests()
        self.last_batch = self.rows_before = 0
        self.clock.slept.clear()
        self.log.clear()

    def pull(self, source: str, scope: str | None, period: str | None = None) -> FeedOutcome:
        """One sender's feed, pulled as a task of a run pulls it."""
        (outcome,) = pull_feeds([source], scope, period=period, run_id=_ROUND)
        return outcome

    def load_good(self, sender: Sender) -> None:
        """Pull the good delivery that a failing one would replace."""
        assert self.pull(sender.source, sender.scope, sender.period).outcome == "new"
        (newest,) = self.rows("select max(batch_id) as batch from ops.batch", [])
        self.last_batch = newest["batch"]
        self.rows_before = self.current_rows(sender)

    def current_rows(self, sender: Sender) -> int:
        """Rows of the good delivery that are in use."""
        return self.count(f"raw.current_{sender.source}", self.last_batch)

    def round(self, sender: Sender, faults: dict[str, str] | None = None) -> Round:
        """Pull a healthy sender, the failing one, another healthy one."""
        self.faults.replace(faults or {})
        before, *after = sender.healthy
        healthy = [self.pull(*before)]
        asked, slept = self.asked(sender), len(self.clock.slept)
        outcome = self.pull(sender.source, sender.scope, sender.period)
        asked = self.asked(sender) - asked
        waited = sum(self.clock.slept[slept:])
        healthy += [self.pull(*one) for one in after]
        said = [one.message for one in (*healthy, outcome)]
        done = Round(sender, outcome, healthy, asked, waited, "\n".join([*said, self.log.text]))
        self._read_records(done)
        return done

    def good_round(self, sender: Sender, known: dict[str, Round]) -> Round:
        """The sender's round without a fault, done once."""
        if sender.name not in known:
            self.clear(sender)
            known[sender.name] = self.round(sender)
        return known[sender.name]

    def asked(self, sender: Sender) -> int:
        """Requests that the sender got so far."""
        seen = self.faults.requests()
        return sum(
            count["requests"] for name, count in seen.items() if name.startswith(sender.counted)
        )

    def _read_records(self, done: Round) -> None:
        mine = [done.sender.source, done.sender.scope_key]
        where = "where source_id = %s and scope_key = %s"
        done.batches = self.rows(f"select * from ops.batch {where} order by batch_id", mine)
        (done.pull,) = self.rows(
            f"select * from ops.pull {where} order by pull_id desc limit 1", mine
        )
        done.drift = self.rows("select * from ops.drift where source_id = %s", mine[:1])
        texts = self.rows("select reason, column_name from quarantine.rejected_row", [])
        everything = [done.batches, done.pull, done.drift, texts]
        manifests = [
            path.read_text("utf-8")
            for path in get_settings().landing_dir.glob(f"{done.sender.source}/**/manifest.json")
        ]
        done.text += json.dumps([everything, manifests], default=str, ensure_ascii=False)

    def rows(self, query: str, values: list[Any]) -> list[dict[str, Any]]:
        """Rows of a query as dictionaries."""
        cursor = self.warehouse.execute(query, values)
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def count(self, table: str, batch_id: int, column: str = "_batch_id") -> int:
        """Rows of one batch in a table."""
        schema, name = table.split(".")
        query = sql.SQL("select count(*) from {} where {} = %s")
        where = sql.Identifier(column)
        cursor = self.warehouse.execute(
            query.format(sql.Identifier(schema, name), where), [batch_id]
        )
        return int(cursor.fetchone()[0])  # type: ignore[index]

    @contextmanager
    def spoiled(self, sender: Sender, fault: str) -> Iterator[Path]:
        """Put a faulty file in the place of the good one, and the good one back."""
        folder = self.drop / sender.folder
        (good,) = (path for path in folder.glob(sender.files) if not path.name.startswith("."))
        kept = good.read_bytes()
        try:
            spoiled = write_faulty(good, fault, replace=True)
            if fault == "cut" and good.suffix == ".csv":
                spoiled.write_bytes(_between_cells(kept, spoiled.stat().st_size))
            yield spoiled
        finally:
            for path in folder.glob(f".late-{good.name}"):
                path.unlink()
            good.write_bytes(kept)


def _between_cells(content: bytes, size: int) -> bytes:
    """A CSV cut near `size` bytes, after a row's second cell, wherever the rows happen to be."""
    begin = content.rindex(b"\n", 0, size) + 1
    return content[: content.index(b",", content.index(b",", begin) + 1)]
