"""Relational crime: numbers 37, 40 and 47."""

from __future__ import annotations

import pandas as pd

from recomputation.delivered import Landing, day, district, first_only, moment, station, text, yes
from recomputation.frames import CITY, counted, indicator, periods, start_of

KINDS = ("가정폭력", "교제폭력", "데이트폭력", "스토킹", "아동학대", "노인학대")
REREPORT_DAYS = 90


def cases(landing: Landing) -> pd.DataFrame:
    """Return accepted reports."""
    rows = landing.table("police_relational_cases", lambda found: found["_period"])
    for name in ("case_id", "household_id", "kind", "outcome", "measure"):
        rows[name] = text(rows[name])
    rows["reported"] = moment(rows["reported_at"])
    rows["measured"] = day(rows["measured_on"])
    rows["station"] = station(rows["station_name"])
    rows["district"] = district(rows["district_name"])
    rows["is_joint"] = yes(rows["is_joint_response"])
    rows = first_only(rows, "case_id")
    return rows[
        rows["kind"].isin(KINDS)
        & rows["district"].notna()
        & rows["station"].notna()
        & ~(rows["measured"] < rows["reported"].dt.normalize())
    ].assign(start=lambda found: start_of(found["reported"], "Q"))


def recompute(landing: Landing) -> pd.DataFrame:
    """Return all rows of the topic."""
    rows = cases(landing)
    quarters = periods(rows["reported"].min(), rows["reported"].max(), "Q")
    return pd.concat(
        [_rereports(rows, quarters), _measures(rows, quarters), _joint(rows, quarters)]
    )


def _rereports(rows: pd.DataFrame, quarters: list[pd.Timestamp]) -> pd.DataFrame:
    reports = rows[rows["kind"] == "가정폭력"].sort_values(["reported", "case_id"])
    index = reports.drop_duplicates(["household_id", "start"]).copy()
    days = {
        household: list(zip(of_one["case_id"], of_one["reported"], strict=True))
        for household, of_one in reports.groupby("household_id")
    }

    def returns(first: pd.Series) -> bool:
        limit = first["reported"].normalize() + pd.Timedelta(days=REREPORT_DAYS)
        return any(
            (at, case) > (first["reported"], first["case_id"]) and at.normalize() <= limit
            for case, at in days[first["household_id"]]
        )

    index["returned"] = index.apply(returns, axis=1)
    return indicator(
        "dv_rereport_rate_90d",
        counted(index[index["returned"]], "district", quarters),
        counted(index, "district", quarters),
    )


def _measures(rows: pd.DataFrame, quarters: list[pd.Timestamp]) -> pd.DataFrame:
    accepted = rows[(rows["kind"] == "스토킹") & (rows["outcome"] == "입건")]
    both = pd.concat([accepted, accepted.assign(station=CITY)])
    places = sorted(set(both["station"]))
    measured = both[both["measure"].isin(["긴급응급조치", "잠정조치"])]
    return indicator(
        "stalking_protective_measure_share",
        counted(measured, "station", quarters, places), counted(both, "station", quarters, places),
        place_type="station", city=False,
    )  # fmt: skip


def _joint(rows: pd.DataFrame, quarters: list[pd.Timestamp]) -> pd.DataFrame:
    known = rows[(rows["kind"] == "아동학대") & rows["is_joint"].notna()]
    return indicator(
        "child_abuse_joint_response_share",
        counted(known[known["is_joint"] == 1], "district", quarters),
        counted(known, "district", quarters),
    )
