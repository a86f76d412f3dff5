"""Crowded events and ordinances: numbers 33 and 63."""

from __future__ import annotations

import pandas as pd

from recomputation.delivered import Landing, day, district, first_only, number, text
from recomputation.frames import DISTRICTS, indicator, periods

MOST_PERSONS = 5_000_000


def recompute(landing: Landing) -> pd.DataFrame:
    """Return all rows of the topic."""
    return pd.concat([_events(landing), _ordinances(landing)])


def _events(landing: Landing) -> pd.DataFrame:
    rows = landing.table("city_events", lambda found: found["_scope"])
    rows["place"] = text(rows["event_id"])
    rows["start"], rows["end"] = day(rows["started_on"]), day(rows["ended_on"])
    rows["came"], rows["incidents"] = (
        number(rows["attendance_count"]), number(rows["incident_count"]),
    )  # fmt: skip
    rows = first_only(rows, "place")
    rows = rows[
        district(rows["district_name"]).notna() & (rows["end"] >= rows["start"])
        & ~(rows["came"] > MOST_PERSONS) & (rows["end"] <= day(rows["reference_date"]))
        & rows["came"].notna() & rows["incidents"].notna()
    ].set_index(["place", "start"])  # fmt: skip
    return indicator(
        "event_incident_rate", rows["incidents"], rows["came"], place_type="event", city=False
    )


def _ordinances(landing: Landing) -> pd.DataFrame:
    rows = landing.table("district_ordinances", lambda found: found["_scope"])
    rows["on"] = day(rows["promulgated_on"])
    rows["kind"] = text(rows["revision_kind"])
    last = day(rows["reference_date"]).max()
    quarters = periods(pd.Timestamp(2021, 1, 1), last, "Q")
    found = {}
    for place in DISTRICTS:
        of_place = rows[rows["_scope"] == place].sort_values("on")
        for start in quarters:
            known = of_place[of_place["on"] <= start + pd.offsets.QuarterEnd(0)]
            states = known[known["kind"].isin(["제정", "폐지"])]["kind"].tolist()
            found[place, start] = float(bool(states) and states[-1] == "제정")
    index = pd.MultiIndex.from_tuples(found, names=["place", "start"])
    return indicator("ordinance_enacted_count", pd.Series(list(found.values()), index))
