"""112 calls: numbers 7 to 10, 12, 25, 36, 38, 39 and 46."""

from __future__ import annotations

import pandas as pd

from recomputation.delivered import Landing, first_only, moment, number, station, text
from recomputation.frames import (
    CITY,
    DISTRICTS,
    counted,
    indicator,
    mean_residents,
    measured,
    periods,
    rounded,
    start_of,
)  # fmt: skip

URGENT = ("C0", "C1")


def calls(landing: Landing) -> pd.DataFrame:
    """Return accepted calls: time, class, priority, closing code, district, station."""
    rows = landing.table("police_112_calls", lambda found: found["_period"])
    rows["received"] = moment(rows["received_at"])
    rows["arrived"] = moment(rows["arrived_at"])
    rows["event_class"] = number(rows["event_class_code"])
    rows["priority"] = text(rows["priority_code"])
    rows["closed_as"] = text(rows["end_code"]).str.extract(r"(\d{3})")[0]
    rows["district"] = text(rows["dong_code"]).str[:5]
    rows["station"] = station(rows["department_name"])
    rows["receipt"] = text(rows["receipt_number"])
    rows = first_only(rows, "receipt")
    return rows[
        rows["event_class"].notna()
        & rows["district"].isin(DISTRICTS)
        & ~(rows["arrived"] < rows["received"])
    ]


def age_denominators(
    landing: Landing, ends: dict[pd.Timestamp, pd.Timestamp], first: int, last: int
) -> pd.Series:
    """Return registered residents of an age span: newest table at or before each end.

    ends: period start -> last day. Before the first table the first one stands.
    """
    tables = landing.registered_ages
    found = {}
    for start, end in ends.items():
        known = [one for one in sorted(tables) if one + pd.offsets.MonthEnd(0) <= end]
        table = tables[known[-1] if known else min(tables)]
        persons = table.loc[:, [age for age in table if first <= age <= last]].sum(axis=1)
        found |= {(place, start): float(count) for place, count in persons.items()}
    index = pd.MultiIndex.from_tuples(found, names=["place", "start"])
    return pd.Series(list(found.values()), index)


def recompute(landing: Landing) -> pd.DataFrame:
    """Return all rows of the topic."""
    rows = calls(landing)
    rows = rows.assign(start=start_of(rows["received"], "M"))
    first, last = rows["received"].min(), rows["received"].max()
    months = periods(first, last, "M")
    residents = mean_residents(landing, "M")
    every = counted(rows, "district", months)
    made = [indicator("call_112_rate", every, residents)]
    for name, wanted in (
        ("call_112_dispatch_share", rows["priority"].isin(["C0", "C1", "C2", "C3"])),
        ("code01_share", rows["priority"].isin(URGENT)),
        ("false_report_share", rows["closed_as"].isin(["601", "602", "603"])),
    ):
        made.append(indicator(name, counted(rows[wanted], "district", months), every))
    for name, event_class in (
        ("intox_call_rate", 305),
        ("dv_call_rate", 107),
        ("dating_violence_call_rate", 211),
        ("stalking_call_rate", 212),
    ):
        of_class = counted(rows[rows["event_class"] == event_class], "district", months)
        made.append(indicator(name, of_class, residents))
    made.append(_response(rows))
    quarters = periods(first, last, "Q")
    abuse = rows[rows["event_class"].isin([108, 109])]
    abuse = abuse.assign(start=start_of(abuse["received"], "Q"))
    ends = {start: start + pd.offsets.QuarterEnd(0) for start in quarters}
    made.append(
        indicator(
            "child_abuse_call_rate",
            counted(abuse, "district", quarters),
            age_denominators(landing, ends, 0, 17),
        )
    )
    return pd.concat(made)


def _response(rows: pd.DataFrame) -> pd.DataFrame:
    urgent = rows[rows["priority"].isin(URGENT) & rows["arrived"].notna()]
    minutes = (urgent["arrived"] - urgent["received"]).dt.total_seconds() / 60
    # A call's time is kept to hundredths of a minute.
    urgent = urgent.assign(minutes=rounded(minutes, 2))
    both = pd.concat([urgent.assign(place=urgent["station"]), urgent.assign(place=CITY)])
    groups = both.groupby(["place", "start"])["minutes"]
    return measured(
        "code01_response_median_min", groups.median(), groups.size(), place_type="station"
    )
