"""A reference page for each feed, made from the registry: no second source of truth.

python -m busan_safety.sources.feed_pages docs/reference/feeds
"""

from __future__ import annotations

import sys
from pathlib import Path

from busan_safety.sources.model import Column, Source, Transport
from busan_safety.sources.points import POINT_COLUMNS, POINT_FLAGS
from busan_safety.sources.registry_reader import all_sources

_TRANSPORTS = {
    "file_drop": "files in a drop folder",
    "datagokr": "data.go.kr gateway",
    "odcloud": "odcloud (automatic API over file data)",
    "neis": "NEIS hub",
    "standard_data": "standard data API by publisher (`instt_code`)",
    "http_folder": "files in a folder served over HTTP",
    "sftp": "files in an SFTP folder",
    "taas": "TAAS statistics API",
    "kosis": "KOSIS statistics API",
}
_NEW_COLUMN = {
    "evolve": "is left in landing and listed; the delivery loads",
    "freeze": "refuses the delivery",
    "discard": "is left out",
}
_WRONG_VALUE = {
    "discard_row": "quarantines its row",
    "freeze": "refuses the delivery",
    "evolve": "leaves the code empty, flags its row and is listed",
}


def feed_page(source: Source) -> str:
    """Markdown page of one feed: what it is, how it comes, its columns and its rules."""
    lines = [
        f"# {source.id}",
        "",
        f"**{source.title.ko}** · {source.title.en}",
        "",
        f"{source.grain} Made from `sources/registry/{source.id}.yml`; do not edit.",
        "",
        *_facts(source),
        "",
        "## Columns",
        "",
        "| column | headers seen | type | unit | may be empty | privacy | 설명 / meaning |",
        "|---|---|---|---|---|---|---|",
        *(_column_row(column) for column in source.columns),
        *_found_columns(source),
        "",
        "## Forms",
        "",
        *(
            f"- `{form.id}` ({', '.join(form.formats)}): {form.title}; recognised by "
            f"{'all columns' if form.requires == 'all' else ', '.join(form.requires)}."
            for form in source.forms
        ),
        "",
        "## Rules",
        "",
        *_rules(source),
    ]
    return "\n".join(lines) + "\n"


def write_pages(folder: Path) -> None:
    """Write the page of every feed and an index; remove pages of feeds that are gone."""
    folder.mkdir(parents=True, exist_ok=True)
    pages = {f"{source.id}.md": feed_page(source) for source in all_sources().values()}
    pages["README.md"] = _index()
    for path in folder.glob("*.md"):
        if path.name not in pages:
            path.unlink()
    for name, text in pages.items():
        (folder / name).write_text(text, encoding="utf-8")


def _facts(source: Source) -> list[str]:
    interface = (
        "as published by the agency"
        if source.interface == "published"
        else "agreed with the agency; there is no public form"
    )
    freshness, contract = source.freshness, source.contract
    facts = {
        "agency": f"{source.agency} ({source.publisher.ko} / {source.publisher.en})",
        "owner": source.owner,
        "legal basis": source.legal_basis,
        "licence": source.licence,
        "comes as": _transport(source.transport),
        "interface": interface,
        "cadence": f"{source.cadence}; told after {freshness.warn_days} days, late after "
        f"{freshness.fail_days} days, by `{freshness.event_column}`",
        "natural key": ", ".join(source.natural_key),
        "a later delivery replaces": _slice(source),
        "a header that no form fits": "refuses the delivery",
        "a column nobody declared": _NEW_COLUMN[contract.columns],
        "a value of another type": _WRONG_VALUE[contract.types],
        "an unknown place, station or class": _WRONG_VALUE[contract.codes],
        "plausible": _plausibility(source),
    }
    return ["| | |", "|---|---|", *(f"| {name} | {text} |" for name, text in facts.items() if text)]


def _transport(transport: Transport) -> str:
    parts = [f"{_TRANSPORTS[transport.kind]}, connection `{transport.connection}`"]
    if transport.each:
        parts.append(f"asked once for each {transport.each}")
    if transport.periods:
        periods = transport.periods
        parts.append(
            f"one delivery a {periods.unit} since {periods.first}, the newest "
            f"{periods.revisions} asked again each time"
        )
    if transport.quota:
        parts.append(f"at most {transport.quota.per_day:,} requests a day and key")
    if transport.senders:
        parts.append("each district is a sender of its own")
    if transport.exceptions:
        parts.append(f"{len(transport.exceptions)} districts send in another way")
    return "; ".join(parts)


def _plausibility(source: Source) -> str:
    """What is asked of a whole delivery, in words."""
    plausible = source.plausibility
    parts = []
    if _span(plausible.rows):
        parts.append(f"{_span(plausible.rows)} rows")
    if _span(plausible.against_previous):
        parts.append(f"{_span(plausible.against_previous)} times the rows of the one it replaces")
    if plausible.places:
        parts.append(f"complete with all {plausible.places}, else marked partial")
    return "; ".join(parts)


def _span(bounds: tuple[float | None, float | None]) -> str:
    least, most = bounds
    if least is not None and most is not None:
        return f"{least:,} to {most:,}"
    if least is not None:
        return f"at least {least:,}"
    return "" if most is None else f"at most {most:,}"


def _slice(source: Source) -> str:
    if source.slice.columns:
        return f"the same {' and '.join(source.slice.columns)}"
    return f"the same {source.slice.period}" if source.slice.period else "the whole snapshot"


def _column_row(column: Column) -> str:
    headers = ", ".join(f"`{header}`" for header in column.headers)
    if column.derive:
        found = f"found from {', '.join(column.derive.inputs)} ({column.derive.with_})"
        headers = f"{headers}; {found}" if headers else found
    domain = f" ({', '.join(column.domain)})" if column.domain else ""
    if column.bounds and _span(column.bounds):
        domain += f" ({_span(column.bounds)})"
    meaning = f"{column.description.ko} / {column.description.en}{domain}"
    cells = [
        f"`{column.name}`",
        headers,
        column.type,
        column.unit or "",
        "yes" if column.nullable else "no",
        f"{column.privacy} ({column.generalise})" if column.generalise else column.privacy,
        meaning,
    ]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _found_columns(source: Source) -> list[str]:
    """Rows of what loading finds for a point."""
    if source.points is None:
        return []
    return [
        f"| `{name}` | found from {source.points.longitude}, {source.points.latitude} | text | |"
        f" yes | {source.point_privacy} | {said.ko} / {said.en} |"
        for name, said in POINT_COLUMNS.items()
    ]


def _rules(source: Source) -> list[str]:
    lines = [
        f"- `{rule.id}` ({rule.action}): {rule.reason.ko} / {rule.reason.en}."
        for rule in source.rules
    ]
    if source.points:
        lines += [
            f"- `{flag}` (flag): {said.ko} / {said.en}." for flag, said in POINT_FLAGS.items()
        ]
    if source.duplicates:
        what = ", ".join(source.duplicates.columns) or "all columns" + (
            f" but {', '.join(source.duplicates.ignore)}" if source.duplicates.ignore else ""
        )
        lines.append(f"- duplicates ({source.duplicates.action}): rows that repeat {what}.")
    if source.totals:
        lines.append(
            f"- totals (flag): rows whose {' or '.join(source.totals.columns)} is a total."
        )
    return lines


def _index() -> str:
    rows = [
        f"| [{source.id}]({source.id}.md) | {source.title.ko} | {source.title.en} | "
        f"{source.agency} | {source.owner} | {source.cadence} |"
        for source in all_sources().values()
    ]
    head = [
        "# Feeds",
        "",
        "| id | 제목 | title | agency | owner | cadence |",
        "|---|---|---|---|---|---|",
    ]
    return "\n".join([*head, *rows]) + "\n"


if __name__ == "__main__":
    write_pages(Path(sys.argv[1]))
