"""Relief centre and mental emergencies: numbers 22 to 24 and 26 to 29."""

from __future__ import annotations

import pandas as pd

from recomputation.delivered import Landing, first_only, moment, text
from recomputation.frames import CITY, counted, indicator, measured, periods, rounded, start_of

OUTCOMES = ("귀가", "보호자 인계", "응급실 이송", "타기관 연계")
ADMISSIONS = ("응급입원", "행정입원", "자의·동의입원", "미입원")
JOINT_SINCE = pd.Timestamp(2023, 12, 1)
REPEAT_DAYS = 90


def admissions(landing: Landing) -> pd.DataFrame:
    """Return accepted admissions to the relief centre."""
    rows = landing.table("city_relief_center", lambda found: found["_period"])
    for name in ("admission_number", "person_id", "outcome"):
        rows[name] = text(rows[name])
    for name in ("found_at", "admitted_at", "discharged_at"):
        rows[name] = moment(rows[name])
    rows = first_only(rows, "admission_number")
    return rows[
        rows["outcome"].isin(OUTCOMES)
        & ~(rows["discharged_at"] < rows["admitted_at"])
        & ~(rows["admitted_at"] < rows["found_at"])
        & (rows["admitted_at"] >= pd.Timestamp(2023, 4, 11))
    ].assign(city=CITY, start=lambda found: start_of(found["admitted_at"], "M"))


def emergencies(landing: Landing) -> pd.DataFrame:
    """Return accepted mental emergencies."""
    rows = landing.table("city_mental_center", lambda found: found["_scope"])
    for name in ("case_number", "response_kind", "admission_kind"):
        rows[name] = text(rows[name])
    for name in ("received_at", "arrived_at", "closed_at"):
        rows[name] = moment(rows[name])
    rows = first_only(rows, "case_number")
    return rows[
        (rows["admission_kind"].isin(ADMISSIONS) | rows["admission_kind"].isna())
        & ~(rows["closed_at"] < rows["received_at"])
        & ~(rows["arrived_at"] < rows["received_at"])
    ].assign(city=CITY, start=lambda found: start_of(found["received_at"], "Q"))


def recompute(landing: Landing) -> pd.DataFrame:
    """Return all rows of the topic."""
    return pd.concat([*_relief(landing), *_mental(landing)])


def _relief(landing: Landing) -> list[pd.DataFrame]:
    rows = admissions(landing)
    months = periods(rows["admitted_at"].min(), rows["admitted_at"].max(), "M")
    hours = (rows["discharged_at"] - rows["admitted_at"]).dt.total_seconds() / 3600
    stays = rows.assign(hours=hours)[hours.notna()]
    every = counted(rows, "city", months, [CITY])
    stayed = counted(stays, "city", months, [CITY], "hours")
    emergency = counted(rows[rows["outcome"] == "응급실 이송"], "city", months, [CITY])
    made = [indicator("intox_center_admissions", every, city=False)]
    made.append(
        indicator(
            "intox_center_mean_stay_hours",
            stayed,
            counted(stays, "city", months, [CITY]),
            city=False,
        )
    )
    made.append(indicator("intox_center_er_transfer_share", emergency, every, city=False))
    known = rows[rows["person_id"].notna()].copy()
    known["date"] = known["admitted_at"].dt.normalize()
    known = known.sort_values(["person_id", "admitted_at", "admission_number"])
    gap = known["date"] - known.groupby("person_id")["date"].shift(1)
    known["repeats"] = gap <= pd.Timedelta(days=REPEAT_DAYS)
    known["start"] = start_of(known["admitted_at"], "Q")
    persons = known.groupby(["city", "start"])["person_id"].nunique()
    again = known[known["repeats"]].groupby(["city", "start"])["person_id"].nunique()
    persons.index.names = again.index.names = ["place", "start"]
    again = again.reindex(persons.index, fill_value=0)
    made.append(indicator("intox_repeat_share", again, persons, city=False))
    return made


def _mental(landing: Landing) -> list[pd.DataFrame]:
    rows = emergencies(landing)
    first, last = rows["received_at"].min(), rows["received_at"].max()
    joint = rows[rows["response_kind"] == "합동"]
    monthly = joint.assign(start=start_of(joint["received_at"], "M"))
    months = periods(max(first, JOINT_SINCE), last, "M")
    quarters = periods(max(first, JOINT_SINCE), last, "Q")
    made = [
        indicator(
            "mental_joint_response_count", counted(monthly, "city", months, [CITY]), city=False
        ),
        indicator(
            "mental_emergency_admission_share",
            counted(joint[joint["admission_kind"] == "응급입원"], "city", quarters, [CITY]),
            counted(joint, "city", quarters, [CITY]), city=False,
        ),
    ]  # fmt: skip
    minutes = (rows["closed_at"] - rows["received_at"]).dt.total_seconds() / 60
    closed = rows.assign(minutes=minutes)[minutes.notna()]
    groups = closed.rename(columns={"city": "place"}).groupby(["place", "start"])["minutes"]
    made.append(measured("mental_handling_time_median", rounded(groups.median(), 2), groups.size()))
    return made
