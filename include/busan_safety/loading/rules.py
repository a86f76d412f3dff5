"""Rules of the registry over a loaded batch, set by set, inside the loading transaction."""

from __future__ import annotations

import datetime as dt
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import psycopg
from psycopg import sql

from busan_safety.loading.stream import Refusal
from busan_safety.sources import Column, Source
from busan_safety.sources.model import Rule

# Values outside a domain that are listed for one column and delivery.
_MOST_VALUES = 50
# Bad rows that are found again by their place; more of them by another scan.
_MOST_PLACES = 5000


@dataclass(frozen=True)
class _Check:
    """A reason to take a row out: SQL over alias `r`."""

    condition: sql.Composable
    code: str
    reason: str
    column: str | None


class Removed:
    """Rows that rules took out of the raw table: ten bytes a row, however many there are."""

    def __init__(self) -> None:
        self._lines = array("q")
        self._why = array("H")
        self._checks: list[_Check] = []

    def __len__(self) -> int:
        return len(self._lines)

    def add(self, checks: Sequence[_Check], rows: Iterable[tuple[int, int]]) -> None:
        """Take in rows as (line, which of the checks removed it)."""
        first = len(self._checks)
        self._checks.extend(checks)
        for line, at in rows:
            self._lines.append(line)
            self._why.append(first + at)

    def refusals(self) -> Iterator[Refusal]:
        """The rows, ascending by line."""
        for at in sorted(range(len(self._lines)), key=self._lines.__getitem__):
            check = self._checks[self._why[at]]
            yield Refusal(self._lines[at], check.code, check.reason, check.column)


@dataclass(frozen=True)
class Outcome:
    """What the rules did.

    unknown: rows by (column, value) whose value is outside the column's domain. reference_date:
    newest date among the rows that stay.
    """

    removed: Removed
    unknown: dict[tuple[str, str], int]
    rows_loaded: int
    reference_date: dt.date | None


def apply_rules(
    connection: psycopg.Connection, source: Source, batch_id: int, *, direct: bool
) -> Outcome:
    """Apply value checks, rules and the duplicate policy to one batch.

    direct: whether nullability was not checked yet. Mended and flagged rows are recorded in
    `quarantine.row_finding`. One scan counts what each rule would touch; only rules that touch
    something cost another.
    """
    connection.execute("set local work_mem = '256MB'")
    # The planner has no statistics of rows just copied and would scan all history; the
    # block-range index leads to this batch's blocks (and to those not summarised yet).
    connection.execute("set local enable_seqscan = off")
    # Sorting whole rows for a count of distinct hashes takes three times as long as the count.
    connection.execute("set local enable_presorted_aggregate = off")
    checks = _checks(source, direct=direct)
    rules = [rule for rule in source.rules if rule.action != "quarantine"]
    rows, bad, places, touched, newest = _survey(connection, source, batch_id, checks, rules)
    removed = Removed()
    unknown: dict[tuple[str, str], int] = {}
    if bad:
        which = _places(batch_id, bad, places, checks)
        unknown = _unknown_values(connection, source, which, checks)
        _quarantine(connection, source, which, checks, removed)
    for rule, count in zip(rules, touched, strict=True):
        if count and rule.action == "mend":
            _mend(connection, source, batch_id, rule)
        elif count:
            _flag(connection, source, batch_id, rule)
    _duplicates(connection, source, batch_id, removed)
    connection.execute("set local enable_seqscan = on")
    connection.execute("select brin_summarize_new_values(%s::regclass)", [f"raw.{source.id}_batch"])
    return Outcome(removed, unknown, rows - len(removed), newest)


def _table(source: Source) -> sql.Identifier:
    return sql.Identifier("raw", source.id)


def _checks(source: Source, *, direct: bool) -> list[_Check]:
    checks = []
    for column in source.stored_columns:
        name = sql.Identifier(column.name)
        if (direct and not column.nullable) or column.name in source.slice.columns:
            empty = sql.SQL("r.{} is null").format(name)
            checks.append(_Check(empty, "missing_value", f"{column.name} is empty", column.name))
        if column.domain:
            outside = sql.SQL("r.{} <> all ({})").format(name, sql.Literal(column.domain))
            reason = f"{column.name} is none of {', '.join(column.domain)}"
            checks.append(_Check(outside, "outside_domain", reason, column.name))
        if column.bounds:
            checks.append(_bounds_check(column))
    for rule in source.rules:
        if rule.action == "quarantine":
            checks.append(_Check(sql.SQL(rule.when), rule.id, rule.reason.en, None))
    return checks


def _bounds_check(column: Column) -> _Check:
    low, high = column.bounds or (None, None)
    name = sql.Identifier(column.name)
    sides = [
        sql.SQL("r.{} {} {}").format(name, sql.SQL(sign), sql.Literal(bound))
        for sign, bound in (("<", low), (">", high))
        if bound is not None
    ]
    shown = " to ".join("any" if bound is None else f"{bound:g}" for bound in (low, high))
    reason = f"{column.name} is outside {shown}" + (f" {column.unit}" if column.unit else "")
    # A total of rows is as large as they are together: bounds are those of single rows.
    condition = sql.SQL("({}) and not coalesce('total' = any(r._flags), false)").format(
        sql.SQL(" or ").join(sides)
    )
    return _Check(condition, "outside_bounds", reason, column.name)


def _any_of(checks: list[_Check]) -> sql.Composable:
    if not checks:
        return sql.SQL("false")
    return sql.SQL(" or ").join(sql.SQL("({})").format(check.condition) for check in checks)


def _survey(
    connection: psycopg.Connection,
    source: Source,
    batch_id: int,
    checks: list[_Check],
    rules: list[Rule],
) -> tuple[int, int, list[str], list[int], dt.date | None]:
    """(rows, rows to remove, places of some, rows each rule touches, newest date that stays)."""
    bad = sql.SQL("({}) is true").format(_any_of(checks))
    column = source.column(source.freshness.event_column)
    newest = sql.SQL("max(r.{}) filter (where ({}) is not true)").format(
        sql.Identifier(column.name), _any_of(checks)
    )
    newest = (
        sql.SQL("make_date({}, 12, 31)").format(newest)
        if column.type == "smallint"
        else sql.SQL("({})::date").format(newest)
    )
    touched = [sql.SQL("count(*) filter (where {})").format(sql.SQL(rule.when)) for rule in rules]
    # Each condition once a row: the places of the bad rows are their number, too.
    places = sql.SQL("array_agg(r.ctid::text) filter (where {})").format(bad)
    row = connection.execute(
        sql.SQL(
            "select total, coalesce(cardinality(places), 0), places[:{}], newest, touched from"
            " (select count(*) as total, {} as places, {} as newest, array[{}]::bigint[] as touched"
            " from {} r where r._batch_id = {}) survey"
        ).format(
            sql.Literal(_MOST_PLACES),
            places,
            newest,
            sql.SQL(", ").join(touched),
            _table(source),
            sql.Literal(batch_id),
        )
    ).fetchone()
    if row is None:
        raise LookupError(f"{source.id}: the survey of batch {batch_id} gave no row")
    return row[0], row[1], row[2] or [], row[4], row[3]


def _places(batch_id: int, bad: int, places: list[str], checks: list[_Check]) -> sql.Composable:
    """SQL for the rows to remove: where the survey saw them; by another scan when they are many."""
    if bad <= len(places):
        return sql.SQL("r.ctid = any ({}::tid[])").format(sql.Literal(places))
    return sql.SQL("r._batch_id = {} and ({}) is true").format(
        sql.Literal(batch_id), _any_of(checks)
    )


def _unknown_values(
    connection: psycopg.Connection, source: Source, which: sql.Composable, checks: list[_Check]
) -> dict[tuple[str, str], int]:
    """Rows by (column, value) of the values that no domain knows, the most frequent ones."""
    unknown: dict[tuple[str, str], int] = {}
    for check in checks:
        if check.code != "outside_domain" or check.column is None:
            continue
        rows = connection.execute(
            sql.SQL(
                "select r.{}::text, count(*) from {} r where {} and ({})"
                " group by 1 order by 2 desc limit {}"
            ).format(
                sql.Identifier(check.column),
                _table(source),
                which,
                check.condition,
                sql.Literal(_MOST_VALUES),
            )
        )
        unknown |= {(check.column, value): count for value, count in rows}
    return unknown


def _quarantine(
    connection: psycopg.Connection,
    source: Source,
    which: sql.Composable,
    checks: list[_Check],
    removed: Removed,
) -> None:
    """Take the rows out; the first check that speaks against a row is its reason."""
    case = sql.SQL(" ").join(
        sql.SQL("when {} then {}").format(check.condition, sql.Literal(at))
        for at, check in enumerate(checks)
    )
    statement = sql.SQL("delete from {} r where {} returning r._line, case {} end").format(
        _table(source), which, case
    )
    with connection.cursor() as cursor:
        # One row at a time: a delivery may be bad to the last row.
        removed.add(checks, cursor.stream(statement))


def _mend(connection: psycopg.Connection, source: Source, batch_id: int, rule: Rule) -> None:
    assignments = sql.SQL(", ").join(
        sql.SQL("{} = {}").format(
            sql.Identifier(name),
            sql.SQL("null") if value is None else sql.SQL("r.{}").format(sql.Identifier(value)),
        )
        for name, value in (rule.set or {}).items()
    )
    before = _json_of("old", rule.set or {})
    after = _json_of("new", rule.set or {})
    connection.execute(
        sql.SQL(
            "with mended as (update {} r set {}, _flags = array_append(r._flags, {rule})"
            " where r._batch_id = {batch} and ({when})"
            " returning new._line, {} as before, {} as after)"
            " insert into quarantine.row_finding"
            " (batch_id, line, rule_id, action, reason, before, after)"
            " select {batch}, _line, {rule}, 'mend', {reason}, before, after from mended"
        ).format(
            _table(source),
            assignments,
            before,
            after,
            rule=sql.Literal(rule.id),
            batch=sql.Literal(batch_id),
            when=sql.SQL(rule.when),
            reason=sql.Literal(rule.reason.en),
        )
    )


def _json_of(row: str, names: Iterable[str]) -> sql.Composable:
    parts = [
        sql.SQL("{}, {}.{}").format(sql.Literal(name), sql.SQL(row), sql.Identifier(name))
        for name in names
    ]
    return sql.SQL("jsonb_build_object({})").format(sql.SQL(", ").join(parts))


def _flag(connection: psycopg.Connection, source: Source, batch_id: int, rule: Rule) -> None:
    flag_where(connection, source, batch_id, rule.id, rule.reason.en, sql.SQL(rule.when))


def flag_where(
    connection: psycopg.Connection,
    source: Source,
    batch_id: int,
    rule_id: str,
    reason: str,
    when: sql.Composable,
) -> None:
    """Flag the batch's rows where a condition over alias `r` holds, and say so in quarantine."""
    connection.execute(
        sql.SQL(
            "with flagged as (update {} r set _flags = array_append(r._flags, {rule})"
            " where r._batch_id = {batch} and ({when}) returning r._line)"
            " insert into quarantine.row_finding (batch_id, line, rule_id, action, reason)"
            " select {batch}, _line, {rule}, 'flag', {reason} from flagged"
        ).format(
            _table(source),
            rule=sql.Literal(rule_id),
            batch=sql.Literal(batch_id),
            when=when,
            reason=sql.Literal(reason),
        )
    )


def _duplicates(
    connection: psycopg.Connection, source: Source, batch_id: int, removed: Removed
) -> None:
    """Rows that repeat an earlier row of the batch; the first by line stays.

    One sort of 64-bit hashes tells whether there are any (the usual answer is no, and this is
    the cheapest way to it); only then are the repeated keys looked for.
    """
    policy = source.duplicates
    if policy is None:
        return
    names = policy.columns or [
        column.name for column in source.stored_columns if column.name not in policy.ignore
    ]
    key = sql.SQL(", ").join(sql.SQL("r.{}").format(sql.Identifier(name)) for name in names)
    table = _table(source)
    batch = sql.Literal(batch_id)
    digest = (
        sql.SQL("hashtextextended(r.{}::text, 0)").format(sql.Identifier(names[0]))
        if len(names) == 1
        else sql.SQL("hash_record_extended(row({}), 0)").format(key)
    )
    surplus = connection.execute(
        sql.SQL(
            "select count(*) - count(distinct {digest}) from {table} r where r._batch_id = {batch}"
        ).format(digest=digest, table=table, batch=batch)
    ).fetchone()
    if surplus is None or surplus[0] == 0:
        return
    later = sql.SQL(
        "r.ctid in (select c from (select r.ctid as c, row_number() over"
        " (partition by {key} order by r._line, r.ctid) as nth from {table} r"
        " where r._batch_id = {batch} and {digest} in (select {digest} from {table} r"
        " where r._batch_id = {batch} group by 1 having count(*) > 1)) numbered where nth > 1)"
    ).format(key=key, table=table, batch=batch, digest=digest)
    if policy.action == "flag":
        flag_where(
            connection, source, batch_id, "duplicate", "repeats an earlier row of the file", later
        )
        return
    reason = f"repeats an earlier row of the file ({', '.join(names)})"
    check = _Check(later, "duplicate", reason, names[0])
    statement = sql.SQL("delete from {} r where r._batch_id = {} and {} returning r._line").format(
        table, batch, later
    )
    with connection.cursor() as cursor:
        removed.add([check], ((line, 0) for (line,) in cursor.stream(statement)))
