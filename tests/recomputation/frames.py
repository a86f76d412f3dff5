"""Rows of indicators: complete grids, sums to the city, values."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from recomputation.delivered import Landing, seed

COLUMNS = [
    "indicator_id", "definition_version", "subgroup", "place_type", "place_code",
    "period_start", "numerator", "denominator", "value",
]  # fmt: skip
KEY = COLUMNS[:6]
DISTRICTS = tuple(seed("districts")["district_code"])
CITY = "26"
ALL = "all"


def start_of(days: pd.Series, period: str) -> pd.Series:
    """Return the first day of each day's month (M), quarter (Q) or year (Y)."""
    return days.dt.to_period(period).dt.start_time


def periods(first: pd.Timestamp, last: pd.Timestamp, period: str) -> list[pd.Timestamp]:
    """Return the first days of all periods from one day to another."""
    return [one.start_time for one in pd.period_range(first, last, freq=period)]


def counted(
    rows: pd.DataFrame, place: str, starts: Iterable[pd.Timestamp],
    places: Iterable[str] = DISTRICTS, weight: str | None = None,
) -> pd.Series:  # fmt: skip
    """Count rows (or add a weight) by place and `start`; nothing counts as zero on the grid."""
    grid = pd.MultiIndex.from_product([list(places), list(starts)], names=["place", "start"])
    groups = rows.groupby([rows[place].rename("place"), rows["start"]])
    found = groups.size() if weight is None else groups[weight].sum()
    return found.reindex(grid, fill_value=0).astype(float)


def with_city(values: pd.Series) -> pd.Series:
    """Add the city as the sum of the places; missing where a place is missing."""
    whole = values.groupby(level="start").sum(min_count=values.index.levels[0].size)
    whole.index = pd.MultiIndex.from_product([[CITY], whole.index], names=["place", "start"])
    return pd.concat([values, whole])


def indicator(
    name: str, numerator: pd.Series, denominator: pd.Series | None = None, *,
    version: int = 1, subgroup: str = ALL, place_type: str = "district", city: bool = True,
) -> pd.DataFrame:  # fmt: skip
    """Return rows of a ratio, or of a count when there is no denominator.

    Series are indexed by (place, start). city: add the city's sum of numerators and
    denominators. Rows whose denominator is missing or zero have no value and are left out.
    """
    declared = seed("indicators")
    is_this = (declared["indicator_id"] == name) & (declared["definition_version"] == str(version))
    scale = float(declared.loc[is_this, "scale"].iloc[0])
    if city:
        numerator = with_city(numerator)
        denominator = None if denominator is None else with_city(denominator)
    frame = pd.DataFrame({"numerator": numerator})
    if denominator is None:
        frame["denominator"] = np.nan
        frame["value"] = frame["numerator"] * scale
    else:
        frame["denominator"] = denominator.reindex(frame.index)
        frame = frame[frame["denominator"] > 0]
        frame["value"] = frame["numerator"] * scale / frame["denominator"]
    return finish(frame, name, version, subgroup, place_type)


def measured(
    name: str, value: pd.Series, denominator: pd.Series, *,
    subgroup: str = ALL, place_type: str = "district",
) -> pd.DataFrame:  # fmt: skip
    """Return rows of a measured value with its number of observations."""
    frame = pd.DataFrame({"value": value, "denominator": denominator})
    frame["numerator"] = np.nan
    return finish(frame, name, 1, subgroup, place_type)


def finish(
    frame: pd.DataFrame, name: str, version: int, subgroup: str, place_type: str
) -> pd.DataFrame:
    """Give rows indexed by (place, start) the columns of the comparison."""
    found = frame.dropna(subset=["value"]).reset_index()
    found = found.rename(columns={"place": "place_code", "start": "period_start"})
    found["indicator_id"] = name
    found["definition_version"] = version
    found["subgroup"] = subgroup
    found["place_type"] = np.where(found["place_code"] == CITY, "city", place_type)
    return found[COLUMNS]


def rounded(values: pd.DataFrame | pd.Series, digits: int) -> pd.DataFrame | pd.Series:
    """Round halves up, as a decimal type does (and not to the even digit)."""
    return np.floor(values * 10**digits + 0.5 + 1e-7) / 10**digits


def mean_residents(landing: Landing, period: str) -> pd.Series:
    """Return mean residents of each month, quarter or year: (district, start) -> persons.

    A month's mean is that of its own end and the end of the month before (without that, its own
    end); a quarter's or year's is the mean of the ends of its months. Kept to four decimals.
    """
    ends = landing.residents
    if period == "M":
        means = (ends + ends.shift(1)).div(2).where(ends.shift(1).notna(), ends)
    else:
        means = ends.groupby(ends.index.to_period(period).start_time).mean()
    found = rounded(means, 4).unstack()
    found.index.names = ["place", "start"]
    return found
