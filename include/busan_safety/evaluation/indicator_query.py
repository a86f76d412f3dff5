"""One indicator as an evaluator asks for it: by place and period, read from marts.

Numerators and denominators are added and divided, rates never averaged; what has no parts (a
median) or is a state on a date is not added over periods, and the refusal says so. The same
numbers come from dbt's metrics (`transform/metric_file.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from importlib.resources import files
from typing import Any, LiteralString

import psycopg
from psycopg.rows import dict_row

from busan_safety.connectors.nearest import nearest
from busan_safety.evaluation.spans import label, last_day, span
from busan_safety.warehouse import connect

PLACES = ("city", "district", "station", "zone", "event")
PERIODS = ("day", "month", "quarter", "half", "year")
_LENGTH = {kind: length for length, kind in enumerate(PERIODS)}


class QueryRefused(Exception):
    """The question has no honest answer as it was put; the message says which one has."""


@dataclass(frozen=True)
class Question:
    """What is asked: names as on the command line, periods as `spans.span` reads them."""

    indicator: str
    by: tuple[str, ...] = ()
    start: str | None = None
    end: str | None = None
    subgroup: str | None = None
    version: int | None = None
    places: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cell:
    """One answer. Interval and single value are the fact's own where nothing was added."""

    place_code: str
    place_name: str
    subgroup: str
    period: str
    first_day: date
    last_day: date
    period_count: int
    numerator: Decimal | None
    denominator: Decimal | None
    value: Decimal | None
    lower_95: Decimal | None
    upper_95: Decimal | None
    value_status: str
    is_partial_period: bool
    series_break: str | None
    data_as_of: date
    is_synthetic: bool


@dataclass(frozen=True)
class Answer:
    """Cells with what has to be said beside them."""

    indicator_id: str
    definition_version: int
    name_ko: str
    name_en: str
    definition_ko: str
    definition_en: str
    unit: str
    population_basis: str | None
    direction: str
    owner: str
    place_type: str
    cells: list[Cell]
    notes: list[str] = field(default_factory=list)


def query(question: Question) -> Answer:
    """Answer a question as role `evaluator`.

    Raises QueryRefused when the indicator, place, period or subgroup does not exist, or when the
    sum that is asked for has no meaning; WarehouseUnavailable when nothing answers.
    """
    place_type, period = _groups(question.by)
    first, last = _range(question)
    with connect("evaluator") as connection:
        about = _declared(connection, question)
        place_type = place_type or ("district" if question.places else "city")
        frequency = about["frequency"]
        period = _period(period, frequency, question.by)
        subgroup = _subgroup(connection, about, question)
        values = {
            "indicator": about["indicator_id"],
            "version": about["definition_version"],
            "frequency": frequency,
            "place_type": place_type,
            "places": _places(connection, place_type, question.places),
            "subgroup": subgroup,
            "first": first,
            "last": last,
            "period": period,
        }
        rows = _rows(connection, _sql("indicator_query.sql"), values)
        if not rows:
            raise QueryRefused(_nothing(connection, about, place_type))
        _refuse_sums(about, rows)
        cells = [_cell(about, row, period) for row in rows]
        notes = _notes(connection, about, question, cells)
    return Answer(
        *(about["indicator_id"], about["definition_version"], about["name_ko"], about["name_en"]),
        *(about["definition_ko"], about["definition_en"], about["unit"]),
        *(about["population_basis"], about["direction"], about["owner"]),
        *(place_type, cells, notes),
    )


def _groups(by: Sequence[str]) -> tuple[str | None, str | None]:
    known = (*PLACES, *PERIODS, "subgroup")
    for name in by:
        if name not in known:
            like = nearest(name, known)
            hint = f" Did you mean {like!r}?" if like else ""
            raise QueryRefused(f"{name!r} is nothing to group by: {', '.join(known)}.{hint}")
    places = [name for name in by if name in PLACES]
    periods = [name for name in by if name in PERIODS]
    if len(places) > 1 or len(periods) > 1:
        raise QueryRefused("One kind of place and one kind of period at a time.")
    return next(iter(places), None), next(iter(periods), None)


def _range(question: Question) -> tuple[date | None, date | None]:
    try:
        first = span(question.start)[0] if question.start else None
        last = span(question.end)[1] if question.end else None
    except ValueError as error:
        raise QueryRefused(str(error)) from error
    if first and last and first > last:
        raise QueryRefused(f"{question.start} is after {question.end}.")
    return first, last


def _declared(connection: psycopg.Connection, question: Question) -> dict[str, Any]:
    wanted = question.indicator.strip().lower()
    versions = _rows(
        connection,
        "select d.*, exists (select from marts.fct_indicator_value v where v.indicator_id ="
        " d.indicator_id and v.definition_version = d.definition_version) as has_rows"
        " from marts.dim_indicator d where d.indicator_id = %(id)s order by has_rows,"
        " definition_version",
        {"id": wanted},
    )
    if not versions:
        raise QueryRefused(_unknown(connection, question.indicator))
    if question.version is None:
        return versions[-1]
    for one in versions:
        if one["definition_version"] == question.version:
            return one
    have = ", ".join(str(one["definition_version"]) for one in versions)
    raise QueryRefused(f"{wanted} has no version {question.version}; it has {have}.")


def _unknown(connection: psycopg.Connection, asked: str) -> str:
    rows = connection.execute(
        "select distinct indicator_id, name_ko, name_en from marts.dim_indicator order by 1"
    ).fetchall()
    known = {name: row[0] for row in rows for name in row}
    # Names with most of the words first; what is only spelled alike after them.
    words = set(asked.lower().replace("-", "_").replace(" ", "_").split("_"))
    shared = Counter(
        key
        for name, key in known.items()
        for _ in words & set(name.lower().replace(" ", "_").split("_"))
    )
    found = [key for key, _ in shared.most_common(4)]
    if like := nearest(asked, known):
        found = list(dict.fromkeys([*found[:1], known[like], *found]))
    found = found[:5]
    hint = f" Nearest: {', '.join(found)}." if found else ""
    return f"There is no indicator {asked!r}.{hint} All of them: busan-safety query --list"


def _period(asked: str | None, frequency: str, by: Sequence[str]) -> str:
    """`each` period as it is, `all` of them added, or a longer period than the indicator's own."""
    if asked is None:
        # A place alone asks for one number of the whole range.
        return "all" if by and set(by) & set(PLACES) else "each"
    if asked == frequency:
        return "each"
    if frequency not in _LENGTH or _LENGTH[asked] < _LENGTH[frequency]:
        raise QueryRefused(f"It is measured by {frequency}; there is nothing by {asked}.")
    return asked


def _subgroup(
    connection: psycopg.Connection, about: dict[str, Any], question: Question
) -> str | None:
    known = [
        str(row[0])
        for row in connection.execute(
            "select distinct subgroup from marts.fct_indicator_value where indicator_id = %s"
            " and definition_version = %s order by 1",
            [about["indicator_id"], about["definition_version"]],
        ).fetchall()
    ]
    if question.subgroup is not None:
        if known and question.subgroup not in known:
            raise QueryRefused(
                f"{about['indicator_id']} has no subgroup {question.subgroup!r}; it has:"
                f" {', '.join(known)}."
            )
        return question.subgroup
    return "all" if "all" in known and "subgroup" not in question.by else None


def _places(
    connection: psycopg.Connection, place_type: str, asked: Sequence[str]
) -> list[str] | None:
    if not asked:
        return None
    if place_type not in {"district", "station"}:
        return list(asked)
    queries: dict[str, LiteralString] = {
        "district": "select district_code, name_ko, name_en from marts.dim_district",
        "station": "select station_code, name_ko, name_en from marts.dim_station",
    }
    rows = connection.execute(queries[place_type]).fetchall()
    codes = {str(name).lower(): str(row[0]) for row in rows for name in row if name}
    found = []
    for one in asked:
        if one.lower() not in codes:
            like = nearest(one, codes)
            hint = f" Did you mean {like!r}?" if like else ""
            raise QueryRefused(f"There is no {place_type} {one!r}.{hint}")
        found.append(codes[one.lower()])
    return found


def _nothing(connection: psycopg.Connection, about: dict[str, Any], place_type: str) -> str:
    there = connection.execute(
        "select place_type, min(period_start), max(period_end) from marts.fct_indicator_value"
        " where indicator_id = %s and definition_version = %s group by place_type order by 1",
        [about["indicator_id"], about["definition_version"]],
    ).fetchall()
    name = f"{about['indicator_id']} (version {about['definition_version']})"
    if not there:
        return f"{name} is declared, but the warehouse holds no value of it yet."
    held = "; ".join(f"{kind}: {first} to {last}" for kind, first, last in there)
    return f"{name} has no row by {place_type} in the periods asked for. There is {held}."


def _refuse_sums(about: dict[str, Any], rows: Sequence[dict[str, Any]]) -> None:
    if about["is_summable_over_periods"]:
        return
    most = max(row["period_count"] for row in rows)
    if most > 1:
        frequency = about["frequency"]
        how = f"Add --by {frequency}" if frequency in PERIODS else "Leave out --by or narrow it"
        raise QueryRefused(
            f"{about['indicator_id']} is not added over its {most} periods:"
            f" {about['no_sum_reason']} {how}, or ask for one period with --from and --to."
        )


def _cell(about: dict[str, Any], row: dict[str, Any], period: str) -> Cell:
    alone = row["period_count"] == 1
    first, last = row["first_day"], row["last_day"]
    is_short = False
    if period in _LENGTH:
        group_start = row["group_start"]
        text = label(group_start, period)
        if period != "day":
            is_short = first > group_start or last < last_day(group_start, period)
    elif period == "all" and not alone:
        kind = about["frequency"]
        text = f"{label(first, kind)} to {label(_start_of_last(last, kind), kind)}"
    else:
        text = label(first, about["frequency"])
    return Cell(
        *(row["place_code"], row["place_name"] or row["place_code"], row["subgroup"], text),
        *(first, last, row["period_count"]),
        *(row["numerator"], row["denominator"]),
        row["only_value"] if alone else _quotient(about, row),
        row["only_lower_95"] if alone else None,
        row["only_upper_95"] if alone else None,
        row["only_status"] if alone and not is_short else _status(row, is_short),
        row["is_partial_period"] or is_short,
        row["series_break"],
        row["data_as_of"],
        row["is_synthetic"],
    )


def _start_of_last(last: date, kind: str) -> date:
    months = {"month": 1, "quarter": 3, "half": 6, "year": 12}.get(kind)
    return last if months is None else date(last.year, last.month - months + 1, 1)


def _quotient(about: dict[str, Any], row: dict[str, Any]) -> Decimal | None:
    numerator, denominator = row["numerator"], row["denominator"]
    if numerator is None:
        return None
    if about["value_kind"] == "count":
        return Decimal(numerator)
    if not denominator:
        return None
    # PostgreSQL's precision, cut where the fact cuts.
    exact = Decimal(numerator) * Decimal(about["scale"]) / Decimal(denominator)
    return exact.quantize(Decimal("0.000001"), ROUND_HALF_UP).normalize() + Decimal(0)


def _status(row: dict[str, Any], is_short: bool) -> str:
    if row["has_not_reported"]:
        return "not_reported"
    if row["has_unknown"] or not row["has_value"]:
        return "not_applicable"
    return "provisional" if row["has_provisional"] or is_short else "observed"


def _notes(
    connection: psycopg.Connection,
    about: dict[str, Any],
    question: Question,
    cells: Sequence[Cell],
) -> list[str]:
    notes = []
    if any(cell.is_synthetic for cell in cells):
        notes.append("합성 자료 / Synthetic: played agencies, not Busan's real figures.")
    if any(cell.period_count > 1 for cell in cells):
        notes.append(
            "Several periods: sum of numerators / sum of denominators"
            f" (never a mean of rates), so a rate stays one per {about['frequency']}; sums have no"
            " interval here."
            if about["value_kind"] == "ratio"
            else "Several periods: the counts are added."
        )
    missing = sum(cell.value is None for cell in cells)
    if missing:
        notes.append(f"{missing} of {len(cells)} values are empty; see their status, never 0.")
    if any(cell.is_partial_period for cell in cells):
        notes.append("Partial: the period is not over, not wholly delivered or cut by the range.")
    first, last = min(cell.first_day for cell in cells), max(cell.last_day for cell in cells)
    breaks = connection.execute(
        "select distinct series_break, broke_on, description_en from marts.dim_series_break"
        " where series_break = any(string_to_array(%s, '|')) and broke_on > %s and broke_on <= %s"
        " order by broke_on",
        [about["series_breaks"], first, last],
    ).fetchall()
    notes += [f"Series break on {on}: {what}" for _, on, what in breaks]
    versions = connection.execute(
        "select count(*) from marts.dim_indicator where indicator_id = %s",
        [about["indicator_id"]],
    ).fetchone()
    if question.version is None and versions and versions[0] > 1:
        notes.append(
            f"Version {about['definition_version']} of {versions[0]}; another one with --version."
        )
    return notes


def declared_indicators() -> list[dict[str, Any]]:
    """Every declared indicator and version, and whether marts hold values of it."""
    with connect("evaluator") as connection:
        return _rows(
            connection,
            "select indicator_id, definition_version, name_ko, name_en, unit, frequency, grain,"
            " exists (select from marts.fct_indicator_value v where v.indicator_id ="
            " d.indicator_id and v.definition_version = d.definition_version) as has_values"
            " from marts.dim_indicator d order by catalogue_number, indicator_id,"
            " definition_version",
            {},
        )


def _rows(
    connection: psycopg.Connection, text: LiteralString, values: dict[str, Any]
) -> list[dict[str, Any]]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(text, values).fetchall()


def _sql(name: str) -> LiteralString:
    return files(__package__).joinpath("sql", name).read_text("utf-8")
