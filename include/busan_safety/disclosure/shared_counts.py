"""Indicators of counts that a protected table prints too: the same count stands in both.

An indicator with the exact count beside rounded or hidden ones would give these away. Its
numerator and denominator are therefore taken from the protected rows, value and interval are
computed anew from them, and an indicator of a hidden count is hidden.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd
import psycopg
from psycopg import sql

from busan_safety.disclosure.attacked import Outcome
from busan_safety.disclosure.declared import SharedIndicator
from busan_safety.disclosure.linked_counts import ProtectedFact

SUBJECT = "shared_counts"
_PLACE_AND_PERIOD = ("place_type", "place_code", "period_type", "period_start")
_DIGITS = 6

_ROWS = """
    select
        indicators.place_type, indicators.place_code, indicators.period_type,
        indicators.period_start, indicators.numerator, indicators.denominator, indicators.scale,
        indicators.interval_method, indicators.value_status,
        numerators.counted as counted, numerators.is_rounded as is_rounded,
        denominators.counted as counted_below, denominators.is_rounded as is_rounded_below
    from disclosed.safety_indicators as indicators
    left join ({numerators}) as numerators using (place_type, place_code, period_type, period_start)
    left join ({denominators}) as denominators
        using (place_type, place_code, period_type, period_start)
    where indicators.indicator_id = {id} and indicators.definition_version = {version}
        and indicators.value is not null
        and (numerators.place_type is not null or denominators.place_type is not null)
    order by place_type, place_code, period_type, period_start
"""
# All rows that are summed must be there and printed.
_COUNTED = """
    select
        place_type, place_code, period_type, period_start,
        case when count({count}) = {rows} then sum({count}) end as counted,
        bool_or(value_status = 'rounded') as is_rounded
    from disclosed.{dataset}
    where {belongs}
    group by place_type, place_code, period_type, period_start
"""
_UPDATE = """
    update disclosed.safety_indicators as indicators set
        numerator = shared.numerator, denominator = shared.denominator, value = shared.value,
        lower_95 = shared.lower_95, upper_95 = shared.upper_95,
        interval_method = shared.interval_method, value_status = shared.value_status
    from shared_indicators as shared
    where indicators.indicator_id = %s and indicators.definition_version = %s
        and indicators.place_type = shared.place_type
        and indicators.place_code = shared.place_code
        and indicators.period_type = shared.period_type
        and indicators.period_start = shared.period_start
"""


def share_counts(connection: psycopg.Connection, protected: Sequence[ProtectedFact]) -> None:
    """Give the disclosed indicators the protected counts of the rows that they are declared as."""
    for fact, indicator in _declared(protected):
        shared = _recounted(_read(connection, fact, indicator), indicator)
        if not shared.empty:
            _write(connection, indicator, shared)


def attack_shared(connection: psycopg.Connection, protected: Sequence[ProtectedFact]) -> Outcome:
    """Compare every printed numerator and denominator with the row that it is declared as."""
    cells = found = 0
    for fact, indicator in _declared(protected):
        rows = _read(connection, fact, indicator)
        cells += len(rows)
        found += int(_differs(rows, indicator).sum())
    return Outcome(
        dataset="safety_indicators",
        subject=SUBJECT,
        method="same counts",
        cells=cells,
        hidden=0,
        found=found,
        increments=0,
        summary={"other_than_the_protected_count": found},
    )


def _declared(
    protected: Sequence[ProtectedFact],
) -> Iterator[tuple[ProtectedFact, SharedIndicator]]:
    for fact in protected:
        for indicator in fact.fact.indicators:
            if indicator.numerator or indicator.denominator:
                yield fact, indicator


def _read(
    connection: psycopg.Connection, fact: ProtectedFact, indicator: SharedIndicator
) -> pd.DataFrame:
    cursor = connection.execute(
        sql.SQL(_ROWS).format(
            numerators=_counted(fact, indicator.numerator),
            denominators=_counted(fact, indicator.denominator),
            id=sql.Literal(indicator.id),
            version=sql.Literal(indicator.definition_version),
        )
    )
    names = [column.name for column in cursor.description or []]
    rows = pd.DataFrame(cursor.fetchall(), columns=names)
    numbers = ["numerator", "denominator", "scale", "counted", "counted_below"]
    flags = ["is_rounded", "is_rounded_below"]
    return rows.astype(dict.fromkeys(numbers, float)).astype(dict.fromkeys(flags, "boolean"))


def _counted(fact: ProtectedFact, rows: Sequence[Mapping[str, str]]) -> sql.Composed:
    return sql.SQL(_COUNTED).format(
        count=sql.Identifier(fact.fact.count),
        rows=sql.Literal(len(rows)),
        dataset=sql.Identifier(fact.dataset),
        belongs=sql.SQL(" or ").join([sql.SQL("false"), *(_like(fact, row) for row in rows)]),
    )


def _like(fact: ProtectedFact, row: Mapping[str, str]) -> sql.Composed:
    wanted = {**fact.fact.rows, **row}
    return sql.SQL("({})").format(
        sql.SQL(" and ").join(
            sql.SQL("{}::text = {}").format(sql.Identifier(column), sql.Literal(value))
            for column, value in wanted.items()
        )
    )


def _differs(rows: pd.DataFrame, indicator: SharedIndicator) -> pd.Series:
    """Mark rows with another numerator or denominator than the protected one, or a hidden one."""
    differs = pd.Series(False, index=rows.index)
    if indicator.numerator:
        differs |= rows["numerator"] != rows["counted"]
    if indicator.denominator:
        differs |= rows["denominator"] != rows["counted_below"]
    return differs


def _recounted(rows: pd.DataFrame, indicator: SharedIndicator) -> pd.DataFrame:
    """Return the rows that change, with their new numbers."""
    rounded = rows["is_rounded"].fillna(False) | rows["is_rounded_below"].fillna(False)
    new = rows[_differs(rows, indicator) | rounded].copy()
    if indicator.numerator:
        new["numerator"] = new["counted"]
    if indicator.denominator:
        new["denominator"] = new["counted_below"]
    share = new["interval_method"].eq("wilson") & new["numerator"].gt(new["denominator"])
    empty = new["numerator"].isna() | new["denominator"].isna() | new["denominator"].eq(0) | share
    new["value"] = new["numerator"] / new["denominator"] * new["scale"]
    limits = [
        _limits(*row)
        for row in new[["numerator", "denominator", "interval_method"]]
        .where(~empty)
        .itertuples(index=False, name=None)
    ]
    of_one = pd.DataFrame(limits, columns=["low", "high", "method"], index=new.index)
    new["lower_95"], new["upper_95"] = of_one["low"] * new["scale"], of_one["high"] * new["scale"]
    new["interval_method"] = of_one["method"]
    new["value_status"] = np.where(empty, "suppressed", "rounded")
    new.loc[~empty & ~rounded, "value_status"] = rows["value_status"]
    new.loc[empty, ["numerator", "value", "lower_95", "upper_95", "interval_method"]] = None
    # Residents are public whatever is hidden above them; a count below is not.
    if indicator.denominator:
        new.loc[empty, "denominator"] = None
    return new


def _limits(
    numerator: float, denominator: float, method: str | None
) -> tuple[float | None, float | None, str | None]:
    """95 % limits of numerator / denominator by the method that its size asks for."""
    # Importing the methods takes seconds, which readers of the policy would wait for.
    from busan_safety.evaluation.methods.intervals import poisson_interval, wilson_interval

    if method == "wilson":
        return (*wilson_interval(int(numerator), int(denominator)), method)
    if method in ("exact", "byar"):
        low, high, chosen = poisson_interval(int(numerator))
        return low / denominator, high / denominator, chosen
    return None, None, None


def _write(
    connection: psycopg.Connection, indicator: SharedIndicator, shared: pd.DataFrame
) -> None:
    names = [
        *_PLACE_AND_PERIOD,
        *("numerator", "denominator", "value", "lower_95", "upper_95"),
        *("interval_method", "value_status"),
    ]
    connection.execute(
        "create temporary table if not exists shared_indicators (place_type text, place_code text,"
        " period_type text, period_start date, numerator numeric, denominator numeric,"
        " value numeric, lower_95 numeric, upper_95 numeric, interval_method text,"
        " value_status text) on commit drop"
    )
    connection.execute("truncate shared_indicators")
    numbers = ["value", "lower_95", "upper_95"]
    ready = (
        shared[names]
        .astype({name: float for name in numbers})
        .round(dict.fromkeys(numbers, _DIGITS))
    )
    with connection.cursor().copy("copy shared_indicators from stdin") as copy:
        for row in ready.astype(object).where(ready.notna(), None).itertuples(index=False):
            copy.write_row(tuple(_whole(value) for value in row))
    connection.execute(_UPDATE, (indicator.id, indicator.definition_version))


def _whole(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value
