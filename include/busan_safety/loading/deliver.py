"""The loading door: a sender's offers or a person's file, through landing into raw."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Literal

import psycopg

from busan_safety.connectors.errors import DeliveryRefused, NothingYet, SourceFailure
from busan_safety.connectors.offers import Offer, copy_file, offers_of
from busan_safety.landing import hash_files, land
from busan_safety.loading.ops_records import (
    DeliveryFacts,
    known_delivery,
    record_pull,
    record_refusal,
)
from busan_safety.loading.period import is_plausible, normal_period, period_in_name
from busan_safety.loading.personal import without_persons
from busan_safety.loading.raw_tables import ensure_raw_table
from busan_safety.loading.reading import load_landed
from busan_safety.loading.report import BatchReport, PullReport
from busan_safety.settings import SEOUL
from busan_safety.sources import Source, get_source
from busan_safety.sources.reference import CITY_CODE, districts, find_district
from busan_safety.warehouse import connect

_EXAMPLES = {"day": "2024-03-05", "month": "2024-03", "year": "2024"}


def pull(
    source_id: str,
    scope: str | None = None,
    *,
    period: str | None = None,
    run_id: str | None = None,
) -> PullReport:
    """Fetch everything new that one sender of a source has, and load it.

    scope: district code for sources that the districts send. period: only what overlaps it. A
    delivery that is refused is recorded and the others go on. Raises SourceFailure, after
    recording it, when the sender fails; what arrived before stays.
    """
    source = get_source(source_id)
    scope_key = _scope_key(source, scope)
    reports: list[BatchReport] = []
    refusals: list[str] = []
    seen = 0
    with connect("loader") as connection:
        ensure_raw_table(connection, source)
        try:
            for offer in offers_of(source, scope_key, period=period):
                if offer.is_settled and _is_loaded(connection, source, scope_key, offer):
                    continue
                seen += 1
                try:
                    report = _take_offer(connection, source, offer, scope_key, run_id)
                except NothingYet:
                    continue
                except DeliveryRefused as refusal:
                    refusals.append(_named(offer.name, str(refusal)))
                    continue
                if report.status == "loaded":
                    reports.append(report)
        except SourceFailure as failure:
            connection.rollback()
            record_pull(
                connection, source_id, scope_key, run_id, "failed", seen, reports, str(failure)
            )
            raise
        outcome: Literal["new", "unchanged", "refused"] = (
            "refused" if refusals else "new" if reports else "unchanged"
        )
        message = " ".join(refusals) or (
            f"{len(reports)} of {seen} deliveries were new" if reports else "nothing new"
        )
        record_pull(connection, source_id, scope_key, run_id, outcome, seen, reports, message)
    return PullReport(
        source_id=source_id,
        scope_key=scope_key,
        outcome=outcome,
        batches=reports,
        deliveries_seen=seen,
        rows_loaded=sum(report.rows_loaded for report in reports),
        rows_quarantined=sum(report.rows_quarantined for report in reports),
        message=message,
    )


def ingest_file(
    source_id: str,
    path: Path | str,
    period: str | None = None,
    *,
    scope: str | None = None,
    run_id: str | None = None,
    accept: bool = False,
) -> BatchReport:
    """Take a downloaded file through landing, checks, raw and quarantine.

    period: such as 2024, 2024-03 or 2024-03-05; read from the file's name when not given.
    scope: district code or name, for a file that one district sent. accept: take it although it
    has far fewer or more rows than what it replaces, because a person has looked. Raises
    DeliveryRefused, with nothing loaded, when the file as a whole cannot be taken.
    """
    source = get_source(source_id)
    file = Path(path)
    if file.is_dir():
        raise DeliveryRefused("no_file", f"{file} is a folder; give one file.")
    if not file.is_file():
        raise DeliveryRefused("no_file", f"There is no file {file}.")
    if file.stat().st_size == 0:
        raise DeliveryRefused("empty", f"{file.name} is empty; ask the sender for the file.")
    offer = Offer(file.name, period or period_in_name(file.name), partial(copy_file, file), True)
    scope_key = _scope_key(source, scope or _district_in_name(file.name), default=CITY_CODE)
    with connect("loader") as connection:
        ensure_raw_table(connection, source)
        return _take_offer(connection, source, offer, scope_key, run_id, accept=accept)


def _named(name: str, sentence: str) -> str:
    """The sentence with the delivery's name in front, unless it begins with it."""
    return sentence if sentence.startswith(name) else f"{name}: {sentence}"


def _is_loaded(
    connection: psycopg.Connection, source: Source, scope_key: str, offer: Offer
) -> bool:
    """Whether a delivery of that name is loaded: a settled period need not be asked again."""
    found = connection.execute(
        "select 1 from ops.batch where source_id = %s and scope_key = %s and file_name = %s"
        " and status = 'loaded' limit 1",
        [source.id, scope_key, offer.name],
    ).fetchone()
    return found is not None


def _district_in_name(name: str) -> str | None:
    """District of a file called `부산광역시_사하구_….xlsx`, the way districts name their files."""
    match = re.match(r"부산광역시[_ ](\S{1,4}?[구군])[_ ]", unicodedata.normalize("NFC", name))
    return match.group(1) if match else None


def _take_offer(
    connection: psycopg.Connection,
    source: Source,
    offer: Offer,
    scope_key: str,
    run_id: str | None,
    *,
    accept: bool = False,
) -> BatchReport:
    facts = DeliveryFacts(scope_key, None, run_id, offer.period, accept)
    refused: DeliveryRefused | None = None
    try:
        facts = replace(facts, period=_period(source, offer))
    except DeliveryRefused as refusal:
        refused = refusal
    if offer.path is not None and refused is None:
        known = known_delivery(connection, source, facts, hash_files([offer.path]))
        if known:
            connection.rollback()
            return known
    # Bytes land before anything is refused: what was sent can always be looked at.
    landed = land(
        source.id,
        scope_key,
        offer.name,
        offer.fetch,
        period=offer.period,
        is_file=offer.is_file,
    )
    try:
        if refused:
            raise refused
        if known := known_delivery(connection, source, facts, landed.bytes_sha256):
            connection.rollback()
            return known
        return load_landed(connection, source, landed, facts)
    except DeliveryRefused as refusal:
        connection.rollback()
        shown = without_persons(refusal, landed.name)
        record_refusal(connection, source, landed, facts, shown)
        connection.commit()
        raise shown from None


def _period(source: Source, offer: Offer) -> str | None:
    """The delivery's period in the source's unit. Raises DeliveryRefused when it is not known."""
    unit = source.slice.period
    periods = source.transport.periods
    if unit is None and periods and offer.period and not offer.is_file:
        # Asked for by period: the batch says so, though its rows do, too.
        unit = periods.unit
    if unit is None:
        return None
    if offer.period is None:
        raise DeliveryRefused(
            "period_needed",
            f"{offer.name} does not say which {unit} it is of; give it with --period "
            f"({_EXAMPLES[unit]}).",
        )
    found = normal_period(offer.period, unit)
    if found and not is_plausible(found, dt.datetime.now(SEOUL).date()):
        raise DeliveryRefused(
            "period_implausible",
            f"{offer.name} would be of {found}, which has not begun or is long past; "
            "check the name of the file or give the right --period.",
        )
    if found is None:
        raise DeliveryRefused(
            "period_needed",
            f"{offer.period!r} is not a {unit}; give --period as {_EXAMPLES[unit]}.",
        )
    return found


def _scope_key(source: Source, scope: str | None, *, default: str | None = None) -> str:
    if source.transport.senders != "districts":
        return CITY_CODE
    if scope is None:
        if default:
            return default
        raise ValueError(f"{source.id} is sent by districts: say which one")
    found = find_district(scope, assume_city=True)
    if not isinstance(found, str):
        names = ", ".join(district.name_ko for district in districts().values())
        raise DeliveryRefused("unknown_scope", f"{scope!r} is no district of Busan: {names}.")
    return found
