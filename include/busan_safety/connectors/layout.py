"""From a sheet's rows to the source's records: which header row, which form, which columns.

A file is refused whole when no declared form fits its headers, when it holds no row of Busan, or
when it holds no row at all. Each record keeps the line it came from.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, islice

from busan_safety.connectors.errors import DeliveryRefused
from busan_safety.connectors.nearest import nearest
from busan_safety.connectors.rows import Row
from busan_safety.sources import Form, Source
from busan_safety.sources.model import Format, squash
from busan_safety.sources.reference import Elsewhere, districts, find_district_with_city

_HEADER_SEARCH_ROWS = 15
_MOST_GUESSES = 40
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_PANDAS_ARTEFACT = re.compile(r"^unnamed:\d+(_level_\d+)?$")


@dataclass(frozen=True)
class Melted:
    """One wide column: where it stands, which column takes its cells, what its header says."""

    position: int
    column: str
    fixed: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Layout:
    """How to read the rows below the header.

    undeclared: headers that nobody declared and where they stand; the contract lets them pass.
    is_delimited: whether each row has as many fields as the header; a workbook leaves out blanks.
    """

    form: Form
    header_line: int
    headers: list[str]
    positions: dict[str, int]
    melted: list[list[Melted]] = field(default_factory=list)
    foreign_columns: int = 0
    undeclared: dict[str, int] = field(default_factory=dict)
    is_delimited: bool = False


def find_layout(
    source: Source,
    file_format: Format,
    rows: Iterator[Row],
    name: str,
    forms: Sequence[Form] | None = None,
) -> tuple[Layout, Iterator[Row]]:
    """Find header and form, and return them with the rows that follow the header.

    forms: those to try, all of the source's where none are given. Raises DeliveryRefused with the
    missing and the unknown columns when no form fits.
    """
    head = list(islice(rows, _HEADER_SEARCH_ROWS))
    if not any(any(cell.strip() for cell in row.cells) for row in head):
        raise DeliveryRefused("empty", f"{name} holds no rows; ask the sender for the file.")
    index = _header_index(source, head)
    header = _with_merged_cells(source, head[:index], head[index])
    if any(_UNSTORABLE.search(cell) for cell in header.cells):
        raise DeliveryRefused(
            "undecodable_header",
            f"{name} has a header with bytes or characters that are no text; ask the sender to "
            "save it again as UTF-8.",
        )
    if not any(squash(cell) in source.header_map for cell in header.cells) and not any(
        form.melt and re.match(form.melt.pattern, _flat(cell))
        for form in source.forms
        for cell in header.cells
    ):
        # Without a header the first row is data, which in some feeds nobody may see.
        first = "" if source.hides_values else f"; its first row is {_excerpt(head[0].cells)}"
        raise DeliveryRefused(
            "wrong_columns",
            f"{name} has none of the columns of {source.id}{first}. "
            "Check that this is the right file and source.",
        )
    refusals: list[tuple[int, DeliveryRefused]] = []
    for form in source.forms if forms is None else forms:
        if file_format not in form.formats:
            continue
        try:
            layout = _fit(source, form, head[:index], header, name)
            layout = replace(layout, is_delimited=file_format == "csv")
        except _DoesNotFit as misfit:
            refusals.append((misfit.distance, misfit.refusal))
            continue
        return layout, chain(head[index + 1 :], rows)
    if not refusals:
        known = sorted({kind for form in source.forms for kind in form.formats})
        raise DeliveryRefused(
            "wrong_format",
            f"{source.id} is not sent as {file_format}; known are {', '.join(known)}.",
        )
    raise min(refusals, key=lambda pair: pair[0])[1]


class _DoesNotFit(Exception):
    def __init__(self, distance: int, refusal: DeliveryRefused) -> None:
        super().__init__(str(refusal))
        self.distance = distance
        self.refusal = refusal


def _header_index(source: Source, head: Sequence[Row]) -> int:
    known = source.header_map

    def score(row: Row) -> int:
        exact = sum(squash(cell) in known for cell in row.cells if cell.strip())
        return exact * 2 + sum(bool(cell.strip()) for cell in row.cells if "_" in cell)

    scores = [score(row) for row in head]
    best = scores.index(max(scores))
    # A header cell merged over stacked header rows is repeated in each: the lowest is the header.
    while 0 < scores[best] == (scores[best + 1] if best + 1 < len(scores) else None):
        best += 1
    # Over stacked headers a cell merged downwards may stand in the upper row alone.
    while best + 1 < len(head) and any(
        form.upper_header and re.match(form.upper_header, cell.strip())
        for form in source.forms
        for cell in head[best].cells
    ):
        best += 1
    return best


def _fit(source: Source, form: Form, above: Sequence[Row], header: Row, name: str) -> Layout:
    headers = _flattened_headers(form, above, header)
    positions: dict[str, int] = {}
    melted: dict[tuple[tuple[str, str], ...], list[Melted]] = {}
    unknown: dict[str, int] = {}
    foreign = 0
    ignored = {squash(text) for text in source.ignored_headers}
    for position, text in enumerate(headers):
        spelling = squash(text)
        if not spelling or _PANDAS_ARTEFACT.match(spelling) or spelling in ignored:
            continue
        column = source.header_map.get(spelling)
        if column in positions:
            raise _DoesNotFit(
                50,
                DeliveryRefused(
                    "ambiguous_columns",
                    f"{name} has two columns for {column}: {headers[positions[column]]!r} and "
                    f"{text!r}. Remove one of them.",
                ),
            )
        if column:
            positions[column] = position
            continue
        part = _melted_column(source, form, position, text)
        if part is None:
            unknown[text] = position
        elif isinstance(part, Elsewhere):
            foreign += 1
        else:
            melted.setdefault(part.fixed, []).append(part)
    _refuse_unfit(source, form, name, positions, list(melted.values()), list(unknown))
    return Layout(form, header.line, headers, positions, list(melted.values()), foreign, unknown)


def _with_merged_cells(source: Source, above: Sequence[Row], header: Row) -> Row:
    """The header row with blank cells filled from the row above where a column's name stands."""
    upper = above[-1].cells if above else []
    cells = [*header.cells, *[""] * (len(upper) - len(header.cells))]
    for at, cell in enumerate(upper):
        if not cells[at].strip() and squash(cell) in source.header_map:
            cells[at] = cell
    return Row(header.line, cells, header.raw)


def _flattened_headers(form: Form, above: Sequence[Row], header: Row) -> list[str]:
    """Join stacked header rows: a cell written once stands for the cells to its right.

    Several rows join from the top: a month, below it a sex, below it the header.
    """
    prefixes = [""] * len(header.cells)
    if form.upper_header:
        for row in above:
            if any(re.match(form.upper_header, cell.strip()) for cell in row.cells):
                current = ""
                # A row ends at its last text: the cells behind it belong to that text too.
                cells = [*row.cells, *[""] * (len(prefixes) - len(row.cells))]
                for position, cell in enumerate(cells[: len(prefixes)]):
                    if text := cell.strip():
                        current = text if re.match(form.upper_header, text) else ""
                    prefixes[position] += f"{current}_" if current else ""
    return [prefix + _flat(cell) for prefix, cell in zip(prefixes, header.cells, strict=True)]


def _flat(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("\ufeff", "")).strip()


def _melted_column(
    source: Source, form: Form, position: int, text: str
) -> Melted | Elsewhere | None:
    if form.melt is None or not (match := re.match(form.melt.pattern, text)):
        return None
    groups = match.groupdict()
    measure = groups.pop("measure", None)
    column = source.header_map.get(squash(measure)) if measure else form.melt.value
    if column is None:
        return None
    if form.melt.keep:
        found = find_district_with_city(text)
        if not isinstance(found, str):
            return found if isinstance(found, Elsewhere) else None
    return Melted(position, column, tuple(sorted(groups.items())))


def _refuse_unfit(
    source: Source,
    form: Form,
    name: str,
    positions: dict[str, int],
    melted: list[list[Melted]],
    unknown: list[str],
) -> None:
    derived = {
        column.name
        for column in source.columns
        if column.derive
        and any(text.startswith("$") or text in positions for text in column.derive.inputs)
    }
    from_headers = {key for group in melted for part in group for key, _ in part.fixed} | {
        part.column for group in melted for part in group
    }
    needed = (
        [column.name for column in source.columns if column.headers]
        if form.requires == "all"
        else form.requires
    )
    if form.melt and form.melt.keep and form.melt.keep.expect == "all_districts":
        _refuse_missing_districts(melted, name)
    missing = [column for column in needed if column not in {*positions, *from_headers, *derived}]
    if missing:
        titles = ", ".join(_title(source, column) for column in missing)
        likely = _likely_headers(source, missing, unknown)
        guess = "".join(
            f"; it has {header!r}, did you mean {like!r}?" for header, like in likely.items()
        )
        raise _DoesNotFit(
            10 * len(missing) + len(unknown),
            DeliveryRefused(
                "wrong_columns",
                f"{name} lacks {titles} (form {form.id} of {source.id})"
                + (guess or (f"; it has instead {_excerpt(unknown)}" if unknown else ""))
                + (" " if guess else ". ")
                + "Check that this is the right file, or add the new spelling to "
                f"include/busan_safety/sources/registry/{source.id}.yml.",
                headers=dict.fromkeys(unknown) | likely,
            ),
        )
    if unknown and source.contract.columns == "freeze":
        raise _DoesNotFit(
            len(unknown),
            DeliveryRefused(
                "unknown_columns",
                f"{name} has columns that {source.id} does not know: {_excerpt(unknown)}. "
                "If they are right, add them to "
                f"include/busan_safety/sources/registry/{source.id}.yml.",
                headers={header: like_header(source, header) for header in unknown},
            ),
        )


def _refuse_missing_districts(melted: list[list[Melted]], name: str) -> None:
    places = {dict(part.fixed).get("place_name") for group in melted for part in group}
    found = {find_district_with_city(place) for place in places}
    lacking = [d.name_ko for d in districts().values() if d.code not in found]
    if lacking:
        raise _DoesNotFit(
            5,
            DeliveryRefused(
                "wrong_scope",
                f"{name} has no column for {', '.join(lacking)} of Busan; this form needs "
                "one column for each of the 16 districts.",
            ),
        )


def like_header(source: Source, header: str) -> str | None:
    """The declared header that an undeclared one is most like, or None."""
    return nearest(header, (known for column in source.columns for known in column.headers))


def _likely_headers(source: Source, missing: list[str], unknown: list[str]) -> dict[str, str]:
    """Undeclared header → header of a missing column that it is probably a new spelling of."""
    wanted = [header for column in missing for header in source.column(column).headers]
    found = {header: nearest(header, wanted) for header in unknown[:_MOST_GUESSES]}
    return {header: like for header, like in found.items() if like}


def _title(source: Source, column: str) -> str:
    headers = source.column(column).headers
    return f"column {headers[0]!r}" if headers else f"a column that gives {column}"


def _excerpt(texts: Sequence[str], most: int = 6) -> str:
    shown = [text.strip()[:40] for text in texts if text.strip()][:most]
    more = f" and {len(texts) - most} more" if len(texts) > most else ""
    return ", ".join(repr(text) for text in shown) + more
