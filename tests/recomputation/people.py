"""Victims, abuse prevention, keepers, schools: numbers 41 to 45 and 48 to 50."""

from __future__ import annotations

import pandas as pd

from recomputation.delivered import (
    Landing,
    day,
    district,
    first_only,
    month,
    number,
    station,
    text,
    yes,
)  # fmt: skip
from recomputation.frames import CITY, counted, indicator, periods, start_of

LEVELS = {"초등학교": "elementary", "중학교": "middle", "고등학교": "high"}
SUPPORT = ("민간경호", "의료지원", "법률지원", "희망드림")


def recompute(landing: Landing) -> pd.DataFrame:
    """Return all rows of the topic."""
    return pd.concat(
        [*_victims(landing), _officers(landing), _keepers(landing), *_violence(landing)]
    )


def supported(landing: Landing) -> pd.DataFrame:
    """Return accepted rows of victim support, of each year the newest workbook."""
    rows = landing.table("city_victim_support", lambda found: text(found["support_year"]))
    for name in ("case_number", "support_kind", "participation", "person_id", "person_role"):
        rows[name] = text(rows[name])
    for name in ("meeting_on", "started_on", "ended_on", "rereported_on"):
        rows[name] = day(rows[name])
    for name in (
        "guard_count", "planned_session_count", "attended_session_count", "satisfaction_level",
    ):  # fmt: skip
        rows[name] = number(rows[name])
    rows["is_completed"], rows["is_again"] = yes(rows["is_completed"]), yes(rows["is_revictimised"])
    rows = first_only(rows, "case_number")
    return rows[
        rows["support_kind"].isin(SUPPORT)
        & rows["started_on"].notna()
        & ~(rows["ended_on"] < rows["started_on"])
        & ~(rows["attended_session_count"] > rows["planned_session_count"])
    ].assign(city=CITY)


def _victims(landing: Landing) -> list[pd.DataFrame]:
    rows = supported(landing)
    rows["year"], rows["quarter"] = (start_of(rows["started_on"], one) for one in ("Y", "Q"))
    known = landing.table("city_victim_support", lambda found: text(found["support_year"]))
    years = sorted(int(one) for one in set(text(known["support_year"])) if one)
    grid = {
        one: periods(pd.Timestamp(years[0], 1, 1), pd.Timestamp(years[-1], 12, 31), one)
        for one in ("Y", "Q")
    }

    def count(part: pd.DataFrame, period: str, weight: str | None = None) -> pd.Series:
        column = "year" if period == "Y" else "quarter"
        return counted(part.assign(start=part[column]), "city", grid[period], [CITY], weight)

    guards = rows[rows["support_kind"] == "민간경호"].copy()
    persons = guards.drop_duplicates(["person_id", "year"])
    victims_again = guards[guards["is_again"] == 1].drop_duplicates(["person_id", "year"])
    ended = guards[guards["ended_on"].notna()].copy()
    ended["guard_days"] = ((ended["ended_on"] - ended["started_on"]).dt.days + 1) * ended[
        "guard_count"
    ]
    programme = rows[rows["support_kind"] == "희망드림"]
    took_part = programme[programme["participation"] == "참여"]
    others = programme[programme["participation"] == "비참여"]
    others = others.assign(year=start_of(others["meeting_on"].fillna(others["started_on"]), "Y"))
    made = [
        indicator(
            "protected_victim_revictim_rate", count(victims_again, "Y"), count(persons, "Y"),
            city=False,
        ),
        indicator("private_guard_days", count(ended, "Q", "guard_days"), city=False),
        indicator(
            "happy_home_completion_rate", count(took_part[took_part["is_completed"] == 1], "Q"),
            count(took_part, "Q"), city=False,
        ),
    ]  # fmt: skip
    for subgroup, part in (("all", took_part), ("non_participant", others)):
        again = part[part["is_again"] == 1]
        made.append(
            indicator(
                "happy_home_reoffence_rate",
                count(again, "Y"),
                count(part, "Y"),
                subgroup=subgroup,
                city=False,
            )
        )
    answers = took_part[took_part["satisfaction_level"].notna()]
    for subgroup, role in (("victim", "피해자"), ("perpetrator", "행위자")):
        part = answers[answers["person_role"] == role]
        made.append(
            indicator(
                "happy_home_satisfaction",
                count(part[part["satisfaction_level"] >= 4], "Y"),
                count(part, "Y"),
                subgroup=subgroup,
                city=False,
            )
        )
    return made


def _officers(landing: Landing) -> pd.DataFrame:
    rows = landing.table("police_apo", lambda found: found["_name"])
    rows["start"] = start_of(day(rows["reference_date"]), "Q")
    rows["place"] = station(rows["station_name"])
    rows = rows[rows["place"].notna()]
    rows["households"] = number(rows["monitored_household_count"])
    rows["officers"] = number(rows["officer_count"])
    both = pd.concat([rows, rows.assign(place=CITY)]).groupby(["place", "start"])
    return indicator(
        "apo_cases_per_officer", both["households"].sum(), both["officers"].sum(),
        place_type="station", city=False,
    )  # fmt: skip


def _keepers(landing: Landing) -> pd.DataFrame:
    schools = landing.table("education_schools", lambda found: found["_scope"])
    schools["district"] = district(
        text(schools["road_address"]).str.extract(r"^(부산광역시 \S+[구군])")[0]
    )
    primary = schools[text(schools["school_level"]) == "초등학교"]
    of_school = dict(zip(text(primary["school_id"]), primary["district"], strict=True))
    rows = landing.table("police_child_keepers", lambda found: found["_period"])
    rows["month"] = month(rows["active_month"])
    rows["keeper"] = text(rows["keeper_id"])
    rows["school"] = text(rows["school_code"])
    rows = first_only(rows, "keeper", "month")
    hours, days = number(rows["active_hours"]), number(rows["active_days"])
    rows = rows[
        station(rows["station_name"]).notna() & hours.between(0, 250) & (days > 0)
        & rows["school"].isin(list(of_school))
    ]  # fmt: skip
    rows["district"] = rows["school"].map(of_school)
    rows["start"] = start_of(rows["month"], "Q")
    quarters = sorted(set(rows["start"]))
    kept = rows.drop_duplicates(["school", "start"])
    every = pd.concat([primary.assign(start=start) for start in quarters])
    return indicator(
        "child_keeper_coverage",
        counted(kept, "district", quarters),
        counted(every, "district", quarters),
    )


def _violence(landing: Landing) -> list[pd.DataFrame]:
    rows = landing.table(
        "education_school_violence",
        lambda found: text(found["survey_year"]) + "|" + text(found["survey_round"]),
    )
    rows["district"] = district(rows["district_name"])
    rows["level"] = text(rows["school_level"]).map(LEVELS)
    rows = rows[rows["district"].notna() & rows["level"].notna()]
    first_months = text(rows["survey_round"]).map({"1차": 1, "2차": 7})
    rows["start"] = pd.to_datetime(
        {"year": number(rows["survey_year"]), "month": first_months, "day": 1}
    )
    rows["victims"], rows["answers"] = (
        number(rows["victim_count"]),
        number(rows["respondent_count"]),
    )
    made = []
    for subgroup in ("all", *LEVELS.values()):
        part = rows if subgroup == "all" else rows[rows["level"] == subgroup]
        groups = part.rename(columns={"district": "place"}).groupby(["place", "start"])
        made.append(
            indicator(
                "school_violence_victim_rate",
                groups["victims"].sum(),
                groups["answers"].sum(),
                subgroup=subgroup,
            )
        )
    return made
