"""Dog patrols and volunteers: numbers 30 to 32."""

from __future__ import annotations

import pandas as pd

from recomputation.delivered import Landing, day, district, first_only, number, text, yes
from recomputation.frames import counted, indicator, mean_residents, periods, start_of

KINDS = ("반려견순찰", "자율방범대 합동순찰")
TOTALS = ("합계", "계", "소계", "총계")


def recompute(landing: Landing) -> pd.DataFrame:
    """Return all rows of the topic."""
    return pd.concat([*_dogs(landing), _volunteers(landing)])


def _dogs(landing: Landing) -> list[pd.DataFrame]:
    rows = landing.table("police_patrols", lambda found: found["_period"])
    rows["log"], rows["kind"], rows["team"] = (
        text(rows[name]) for name in ("log_id", "kind", "team_id")
    )
    rows["district"] = district(rows["district_name"])
    rows["day"] = day(rows["patrolled_on"])
    rows["reports"] = number(rows["report_112_count"]) + number(rows["report_120_count"])
    rows = first_only(rows, "log")
    rows = rows[
        rows["kind"].isin(KINDS) & rows["district"].notna() & rows["day"].notna()
        & number(rows["patrol_minutes"]).between(1, 720) & rows["reports"].notna()
    ]  # fmt: skip
    months = periods(rows["day"].min(), rows["day"].max(), "M")
    dogs = rows[rows["kind"] == "반려견순찰"].assign(start=start_of(rows["day"], "M"))
    patrols = counted(dogs, "district", months)
    teams = counted(dogs.drop_duplicates(["district", "start", "team"]), "district", months)
    reports = counted(dogs, "district", months, weight="reports")
    return [
        indicator("dog_patrol_intensity", patrols, teams),
        indicator("dog_patrol_report_rate", reports, patrols),
    ]


def _minutes(cell: object) -> float:
    """Read `90`, `90분`, `1시간 30분`."""
    found = pd.Series([str(cell)]).str.extract(r"^(?:(\d+)시간)?\s*(?:([\d.]+)\s*분?)?$").iloc[0]
    if found.isna().all():
        return float("nan")
    return float(found[0] if pd.notna(found[0]) else 0) * 60 + float(
        found[1] if pd.notna(found[1]) else 0
    )


def _clock(cells: pd.Series) -> pd.Series:
    parts = text(cells).str.extract(r"^(\d{1,2}):(\d{2})").astype(float)
    return parts[0] * 60 + parts[1]


def _volunteers(landing: Landing) -> pd.DataFrame:
    rows = landing.table(
        "district_volunteer_patrols", lambda found: found["_period"] + found["_scope"]
    )
    rows["district"] = rows["_scope"]
    rows["day"] = day(rows["patrolled_on"])
    rows["team"] = text(rows["team_name"])
    rows = rows[rows["day"].notna() & rows["team"].notna() & ~rows["team"].isin(TOTALS)].copy()
    # A row that repeats another to the last cell but its number was sent twice.
    cells = [
        "_delivery", "day", "team", "dong_name", "member_count", "started_at", "ended_at",
        "patrol_minutes", "patrol_hours", "is_joint", "joint_with", "route",
    ]  # fmt: skip
    rows = rows[~rows[cells].astype(str).duplicated()]
    # Hours are read as whole minutes, as the other districts write them.
    hours = (number(rows["patrol_hours"]) * 60 + 1e-9).round(1)
    span = (_clock(rows["ended_at"]) - _clock(rows["started_at"])) % (24 * 60)
    rows["minutes"] = rows["patrol_minutes"].map(_minutes).fillna(hours).fillna(span)
    rows["hours"] = rows["minutes"] / 60
    is_joint = (yes(rows["is_joint"]) == 1) | text(rows["joint_with"]).notna()
    joint = rows[is_joint].assign(start=start_of(rows["day"], "M"))
    years = sorted({int(one) for one in rows["_period"].str[:4]})
    months = periods(pd.Timestamp(years[0], 1, 1), pd.Timestamp(years[-1], 12, 31), "M")
    patrolled = counted(joint, "district", months, weight="hours")
    return indicator("volunteer_patrol_hours_rate", patrolled, mean_residents(landing, "M"))
