"""From landed bytes to a batch: how a delivery is opened, whichever way it came."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import psycopg

from busan_safety.connectors.api_records import rows_of_items
from busan_safety.connectors.errors import DeliveryRefused
from busan_safety.connectors.layout import Layout, find_layout
from busan_safety.connectors.offers import transport_for
from busan_safety.connectors.records import Context
from busan_safety.connectors.rows import Row
from busan_safety.connectors.senders import items_of_pages, page_reader
from busan_safety.connectors.table import open_table
from busan_safety.landing import Landed
from busan_safety.loading.batch import load_batch
from busan_safety.loading.direct import DirectStream, NotDirect
from busan_safety.loading.keys import key_for
from busan_safety.loading.ops_records import DeliveryFacts
from busan_safety.loading.report import BatchReport
from busan_safety.loading.spooled import SpooledStream
from busan_safety.sources import Source
from busan_safety.sources.reference import CITY_CODE


def load_landed(
    connection: psycopg.Connection,
    source: Source,
    landed: Landed,
    facts: DeliveryFacts,
    *,
    anew: int | None = None,
) -> BatchReport:
    """Load a landed delivery in one transaction, and commit it.

    anew: the batch that these bytes were loaded as, to read it once more. Raises as `load_batch`.
    """
    key = key_for(connection, source)
    version = key.version if key else None
    stream: DirectStream | SpooledStream | None = None
    if source.loads_directly and landed.is_file:
        try:
            stream = DirectStream(source, landed.files[0])
        except NotDirect:
            stream = None
    if stream is None:
        opener = _Opener(source, landed, facts)
        sender = facts.scope_key if facts.scope_key != CITY_CODE else None
        stream = SpooledStream(source, opener, Context(facts.period, sender, landed.name), key)
    try:
        report = load_batch(
            connection, source, landed, stream, facts, pseudonym_version=version, anew=anew
        )
    finally:
        stream.close()
    if report.status == "duplicate":
        connection.rollback()
    else:
        connection.commit()
    return report


class _Opener:
    """Opens the delivery's rows, as often as they are needed."""

    def __init__(self, source: Source, landed: Landed, facts: DeliveryFacts) -> None:
        self._source = source
        self._landed = landed
        self._facts = facts
        self._open: Callable[[], tuple[Layout, Iterator[Row], str | None]] = (
            self._file if landed.is_file else self._pages
        )

    def __call__(self) -> tuple[Layout, Iterator[Row], str | None]:
        """(layout, rows below the header, encoding). Raises DeliveryRefused."""
        return self._open()

    def _file(self) -> tuple[Layout, Iterator[Row], str | None]:
        landed = self._landed
        table = open_table(self._source, landed.files[0], landed.name)
        required = table.layout.form.sender_scope == "required"
        if required and self._facts.scope_key == CITY_CODE:
            raise DeliveryRefused(
                "scope_needed",
                f"{landed.name} does not say which district it is of; "
                "give it with --scope (code or name).",
            )
        return table.layout, table.rows, table.encoding

    def _pages(self) -> tuple[Layout, Iterator[Row], str | None]:
        landed = self._landed
        transport = transport_for(self._source, self._facts.scope_key)
        items = items_of_pages(landed.files, page_reader(transport))
        rows = rows_of_items(items, landed.name)
        return *find_layout(self._source, "records", rows, landed.name), "utf-8"
