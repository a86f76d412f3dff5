"""Typed-ready records of one delivery: normalised values, findings, scope, refusals by row."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from busan_safety.connectors.derive import CODE_DERIVATIONS, derivation, like_known
from busan_safety.connectors.errors import DeliveryRefused
from busan_safety.connectors.layout import Layout
from busan_safety.connectors.normalise import NORMALISERS, Value
from busan_safety.connectors.rows import Row
from busan_safety.sources import Column, Source
from busan_safety.sources.reference import Elsewhere

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_SHOWN = frozenset({"public", "restricted"})
_MOST_SPELLINGS = 500
_LONGEST_SPELLING = 80
Finding = tuple[str, str, str | None, str | None]  # rule id, column, before, after


@dataclass(slots=True)
class Record:
    """One row for the raw table: values in column order, and what was mended in it."""

    line: int
    values: list[str | None]
    raw: str
    flags: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Rejected:
    """One row that is refused before the database sees it."""

    line: int
    code: str
    reason: str
    column: str | None
    raw: str


@dataclass
class Tally:
    """What was read and set aside so far."""

    rows_read: int = 0
    out_of_scope: int = 0
    places_seen: dict[str, int] = field(default_factory=dict)
    unmapped: dict[tuple[str, str], int] = field(default_factory=dict)

    def note_place(self, place: str | None) -> None:
        """Remember a few names of places out of scope, for the refusal's sentence."""
        if place and (place in self.places_seen or len(self.places_seen) < 5):
            self.places_seen[place] = self.places_seen.get(place, 0) + 1

    def note_unmapped(self, column: str, spelling: str) -> None:
        """Count rows by the spelling that no code is known for; an empty one may not be shown."""
        key = (column, spelling)
        if key not in self.unmapped and len(self.unmapped) >= _MOST_SPELLINGS:
            key = (column, "")
        self.unmapped[key] = self.unmapped.get(key, 0) + 1


@dataclass(frozen=True)
class Context:
    """What is known of the delivery beside its rows: period, its sender's district, its name."""

    period: str | None
    scope_key: str | None
    name: str = "The file"


def read_records(
    source: Source, layout: Layout, rows: Iterator[Row], context: Context, tally: Tally
) -> Iterator[Record | Rejected]:
    """Yield a record or a refusal for each row in scope; count the rest in `tally`.

    Raises DeliveryRefused at the end when no row was of Busan, or there was none at all.
    """
    reader = _RecordReader(source, layout, context, tally)
    width = len(layout.headers)
    in_scope = unplaced = 0
    for row in rows:
        if not any(cell.strip() for cell in row.cells):
            continue
        # Too few in a CSV is what a file that was cut off ends with: what is there may be half.
        is_short = layout.is_delimited and len(row.cells) < width
        if is_short or any(cell.strip() for cell in row.cells[width:]):
            tally.rows_read += 1
            in_scope += 1
            yield Rejected(
                row.line,
                "wrong_field_count",
                f"{len(row.cells)} fields where the header has {width}",
                None,
                row.raw,
            )
            continue
        if _is_unstorable(row):
            tally.rows_read += 1
            in_scope += 1
            yield Rejected(
                row.line, "undecodable", "bytes or characters that are no text", None, row.raw
            )
            continue
        for result in reader.read(row):
            in_scope += 1
            unplaced += isinstance(result, Rejected) and _is_unplaced(source, result)
            yield result
    # A few rows without a place do not make another city's file ours.
    if in_scope == unplaced and (not in_scope or tally.out_of_scope > unplaced):
        _refuse_without_rows(source, tally, context.name)


def _is_unplaced(source: Source, refused: Rejected) -> bool:
    scope = source.scope
    return scope is not None and (refused.code, refused.column) == ("unmapped_code", scope.column)


def _is_unstorable(row: Row) -> bool:
    """Whether a cell holds what no text column takes: NUL, or half a letter."""
    raw = row.raw
    if "\\u" in raw and any(_UNSTORABLE.search(cell) for cell in row.cells):
        return True
    return "\x00" in raw or (not raw.isascii() and _UNSTORABLE.search(raw) is not None)


def _refuse_without_rows(source: Source, tally: Tally, name: str) -> None:
    if tally.rows_read == 0:
        raise DeliveryRefused(
            "empty", f"{name} holds a header and no rows; ask the sender for the data."
        )
    place = source.scope.place if source.scope else "Busan"
    seen = f" (found: {', '.join(tally.places_seen)})" if tally.places_seen else ""
    raise DeliveryRefused(
        "wrong_scope",
        f"{name}: none of the {tally.rows_read:,} rows is of {place}{seen}. "
        "This is another place's file; check the source.",
    )


class _RecordReader:
    def __init__(self, source: Source, layout: Layout, context: Context, tally: Tally) -> None:
        self.source = source
        self.layout = layout
        self.tally = tally
        self.columns = source.columns
        self.index = {column.name: at for at, column in enumerate(source.columns)}
        self.given = {
            "$period": context.period,
            "$scope": context.scope_key,
            "$form": layout.form.id,
        }
        self.steps = [_steps(column) for column in self.columns]
        self.derivations = [
            (at, column, derivation(column, assume_city=layout.form.assume_city))
            for at, column in enumerate(source.columns)
            if column.derive
        ]
        scoped = source.scope.column if source.scope and source.scope.not_null else None
        self.wanted = [
            (at, column, not column.nullable or column.name == scoped)
            for at, column in enumerate(self.columns)
            if not column.nullable or column.name == scoped or _is_code(column)
        ]
        self.scoped = scoped
        self.row_places = self._row_places() if layout.melted else set()

    def read(self, row: Row) -> Iterator[Record | Rejected]:
        if not self.layout.melted:
            yield from self._finish(row, self._base(row), {})
            return
        base = self._base(row)
        self.tally.rows_read += self.layout.foreign_columns
        self.tally.out_of_scope += self.layout.foreign_columns
        if self.row_places and self._is_elsewhere(row, base):
            self.tally.rows_read += len(self.layout.melted)
            self.tally.out_of_scope += len(self.layout.melted)
            return
        for group in self.layout.melted:
            cells = {part.column: self._cell(row, part.position) for part in group}
            yield from self._finish(row, list(base), cells | dict(group[0].fixed))

    def _is_elsewhere(self, row: Row, base: list[str | None]) -> bool:
        """Whether the row's place, which its melted cells share, is out of scope."""
        record = Record(row.line, list(base), row.raw)
        for at in self.row_places:
            self._normalise(record, at, self.steps[at])
        elsewhere = self._derive(record, base, only=self.row_places)
        if not elsewhere and self._in_scope(record):
            return False
        self.tally.note_place(self._place(record))
        return True

    def _row_places(self) -> set[int]:
        """Columns that decide the scope and what they are found from; none if a header does."""
        scope = self.source.scope
        if scope is None or scope.not_null:
            return set()
        derive = self.source.column(scope.column).derive
        names = {scope.column, *(derive.inputs if derive else [])}
        from_headers = {
            name
            for group in self.layout.melted
            for part in group
            for name in [part.column, *(key for key, _ in part.fixed)]
        }
        if not names <= set(self.index) or names & from_headers:
            return set()
        return {self.index[name] for name in names}

    def _base(self, row: Row) -> list[str | None]:
        values: list[str | None] = [None] * len(self.columns)
        for name, position in self.layout.positions.items():
            values[self.index[name]] = self._cell(row, position)
        return values

    @staticmethod
    def _cell(row: Row, position: int) -> str:
        return row.cells[position] if position < len(row.cells) else ""

    def _finish(
        self, row: Row, values: list[str | None], melted: dict[str, str]
    ) -> Iterator[Record | Rejected]:
        self.tally.rows_read += 1
        for name, text in melted.items():
            values[self.index[name]] = text
        record = Record(row.line, values, row.raw)
        originals = list(values)
        for at, steps in enumerate(self.steps):
            self._normalise(record, at, steps)
        elsewhere = self._derive(record, originals)
        if elsewhere or not self._in_scope(record):
            self.tally.out_of_scope += 1
            self.tally.note_place(self._place(record))
            return
        self._flag_total(record)
        yield self._refusal(record) or record

    def _normalise(self, record: Record, at: int, steps: list[Callable[[str], Value]]) -> None:
        before = record.values[at]
        if before is None:
            return
        text: str | None = before
        for step in steps:
            if text is None:
                break
            text, finding = step(text)
            if finding:
                record.flags.append(finding)
                record.findings.append((finding, self.columns[at].name, before, text))
        record.values[at] = text or None

    def _derive(
        self, record: Record, originals: list[str | None], only: set[int] | None = None
    ) -> bool:
        """Fill derived columns; return whether one of them places the row elsewhere."""
        for at, column, derive in self.derivations:
            if record.values[at] is not None or column.derive is None:
                continue
            if only is not None and at not in only:
                continue
            for name in column.derive.inputs:
                text = self.given[name] if name[0] == "$" else originals[self.index[name]]
                found = derive(text)
                if isinstance(found, Elsewhere):
                    return True
                if found is not None:
                    record.values[at] = found
                    break
        return False

    def _in_scope(self, record: Record) -> bool:
        scope = self.source.scope
        if scope is None or scope.not_null:
            return True
        value = record.values[self.index[scope.column]] or ""
        if scope.values is not None:
            return value in scope.values
        return value.startswith(scope.prefix or "")

    def _place(self, record: Record) -> str | None:
        """Name of a place out of scope: the scope's column, or what its code was found in."""
        scope = self.source.scope
        if scope is None:
            return None
        column = self.source.column(scope.column)
        named = ["admin_name"] if "admin_name" in self.index else []
        inputs = column.derive.inputs if column.derive else []
        for name in [*named, *inputs, scope.column]:
            if name not in self.index or self.source.column(name).privacy not in _SHOWN:
                continue
            if text := record.values[self.index[name]]:
                return text
        return None

    def _flag_total(self, record: Record) -> None:
        totals = self.source.totals
        if totals is None:
            return
        for name in totals.columns:
            if record.values[self.index[name]] in totals.values:
                record.flags.append("total")
                record.findings.append(("total", name, None, None))
                return

    def _refusal(self, record: Record) -> Rejected | None:
        """Why the row is refused, if it is: a value is missing, or a spelling has no code."""
        is_total = "total" in record.flags
        for at, column, is_needed in self.wanted:
            if record.values[at] is not None:
                continue
            if is_total and column.derive and column.name != self.scoped:
                continue
            if _is_code(column) and (sought := self._sought(record, column)) is not None:
                self.tally.note_unmapped(column.name, sought)
                if self.source.contract.codes == "evolve":
                    record.flags.append("unmapped_code")
                    record.findings.append(("unmapped_code", column.name, None, None))
                    continue
                return Rejected(
                    record.line,
                    "unmapped_code",
                    f"no {column.name} is known for {sought or 'what is written'!r}; "
                    "add the spelling to the alias seed",
                    column.name,
                    record.raw,
                )
            if is_needed:
                reason = f"{column.name} is empty"
                if column.derive:
                    reason += f": nothing in {', '.join(column.derive.inputs)} gives it"
                return Rejected(record.line, "missing_value", reason, column.name, record.raw)
        return None

    def _sought(self, record: Record, column: Column) -> str | None:
        """What no code was found for: None where nothing stands, empty where it is not shown."""
        if column.derive is None:
            return None
        inputs = [name for name in column.derive.inputs if name in self.index]
        texts = [text for name in inputs if (text := record.values[self.index[name]])]
        if not texts:
            return None
        classes = {self.source.column(name).privacy for name in inputs}
        # Of a restricted column only what is nearly a known place or office is surely no person.
        is_shown = classes <= {"public"} or (
            classes <= {"public", "restricted"}
            and all(like_known(column.derive.with_, text) for text in texts)
        )
        return " / ".join(texts)[:_LONGEST_SPELLING] if is_shown else ""


def _is_code(column: Column) -> bool:
    return column.derive is not None and column.derive.with_ in CODE_DERIVATIONS


def _steps(column: Column) -> list[Callable[[str], Value]]:
    steps = [NORMALISERS[name] for name in column.normalise]
    return [*steps, _zero_is_missing] if column.zero_is_missing else steps


def _zero_is_missing(text: str) -> Value:
    return Value(None if text == "0" else text)
