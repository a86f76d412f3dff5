"""Crime: numbers 1 to 6 and 35."""

from __future__ import annotations

import re
from functools import cache

import pandas as pd

from recomputation.delivered import (
    Landing,
    day,
    district,
    first_only,
    moment,
    number,
    seed,
    station,
    text,
    yes,
)  # fmt: skip
from recomputation.frames import (
    CITY,
    DISTRICTS,
    counted,
    indicator,
    mean_residents,
    periods,
    start_of,
    with_city,
)  # fmt: skip


def recompute(landing: Landing) -> pd.DataFrame:
    """Return all rows of the topic."""
    return pd.concat([*_yearly(landing), *_stations(landing), *_incidents(landing)])


@cache
def classes() -> dict[str, str]:
    """Return class codes by every spelling without blanks and separators."""
    known = seed("crime_classes")
    found = {}
    for row in known.itertuples():
        for name in (row.class_middle, *row.aliases.split("|")):
            found[_bare(name)] = row.crime_class_code
    return found


def _bare(name: object) -> str:
    return re.sub(r"[\s/·,]", "", str(name))


def _groups() -> dict[str, str]:
    known = seed("crime_classes")
    return dict(zip(known["crime_class_code"], known["five_major_group"], strict=True))


def incidents(landing: Landing) -> pd.DataFrame:
    """Return accepted incidents: class, group, district, times in KST, zone."""
    rows = landing.table("police_crime_incidents", lambda found: found["_period"])
    rows["class_code"] = rows["class_name"].map(lambda name: classes().get(_bare(name)))
    rows["group"] = rows["class_code"].map(_groups())
    rows["district"] = text(rows["dong_code"]).str[:5]
    rows["reported"] = moment(rows["reported_at"])
    rows["occurred"] = moment(rows["occurred_at"])
    rows["cleared"] = day(rows["cleared_on"])
    rows["kind"] = text(rows["place_kind"])
    rows["zone"] = text(rows["zone_id"])
    rows["is_abnormal"] = yes(rows["is_abnormal_motive"])
    rows["case"] = text(rows["incident_id"])
    rows = first_only(rows, "case")
    return rows[
        rows["class_code"].notna()
        & rows["district"].isin(DISTRICTS)
        & (rows["reported"] >= rows["occurred"])
        & ~(rows["cleared"] < rows["reported"].dt.normalize())
    ]


def _yearly(landing: Landing) -> list[pd.DataFrame]:
    parts = []
    for delivery in landing.deliveries("police_crime_by_region"):
        grid = pd.read_csv(delivery.files[0], encoding="cp949", dtype=str)
        long = grid.melt(id_vars=list(grid.columns[:2]), var_name="name", value_name="count")
        long["district"] = district(long["name"].where(long["name"].str.startswith("부산")))
        long["group"] = long.iloc[:, 1].map(lambda name: classes().get(_bare(name))).map(_groups())
        long["start"] = pd.Timestamp(_year(delivery.name), 1, 1)
        long["count"] = number(long["count"])
        parts.append(long[long["district"].notna() & (long["group"].fillna("") != "")])
    rows = pd.concat(parts)
    residents = mean_residents(landing, "Y")
    made = []
    for name, wanted in (
        ("five_major_crime_rate", rows["group"].notna()),
        ("violent_crime_rate", rows["group"] != "theft"),
        ("theft_rate", rows["group"] == "theft"),
    ):
        counts = counted(rows[wanted], "district", sorted(set(rows["start"])), weight="count")
        made.append(indicator(name, counts, residents))
    return made


def _year(name: str) -> int:
    return int(re.findall(r"(20\d{2})\d{4}", name)[-1])


def whole_district_stations(on: pd.Timestamp) -> dict[str, list[str]]:
    """Return the districts of the stations whose area on a day is made of whole districts."""
    bridge = seed("station_dong_bridge")
    starts = pd.to_datetime(bridge["valid_from"].replace("", None))
    ends = pd.to_datetime(bridge["valid_to"].replace("", None))
    bridge = bridge[(starts.isna() | (starts <= on)) & (ends.isna() | (ends >= on))]
    dongs = seed("dongs").groupby("district_code")["dong_code"].agg(set)
    found = {}
    for code, of_station in bridge.groupby("station_code")["dong_code"].agg(set).items():
        districts = sorted({dong[:5] for dong in of_station})
        if of_station == set().union(*(dongs[one] for one in districts)):
            found[code] = districts
    return found


def _stations(landing: Landing) -> list[pd.DataFrame]:
    rows = landing.table("police_crime_by_station", lambda found: found["_name"])
    rows["station"] = station(rows["station_name"])
    rows = rows[rows["station"].notna()]
    rows["start"] = rows["_name"].map(lambda name: pd.Timestamp(_year(name), 1, 1))
    rows["crimes"] = sum(
        number(rows[group])
        for group in ("murder", "robbery", "sexual_violence", "theft", "violence")
    )
    residents = mean_residents(landing, "Y")
    crimes, people = {}, {}
    for row in rows.itertuples():
        area = whole_district_stations(row.start + pd.offsets.YearEnd(0)).get(row.station)
        if area:
            crimes[row.station, row.start] = row.crimes
            people[row.station, row.start] = sum(residents.get((one, row.start)) for one in area)
    index = pd.MultiIndex.from_tuples(crimes, names=["place", "start"])
    return [
        indicator(
            "five_major_crime_rate",
            pd.Series(list(crimes.values()), index),
            pd.Series(list(people.values()), index),
            place_type="station",
            city=False,
        )
    ]


def _incidents(landing: Landing) -> list[pd.DataFrame]:
    rows = incidents(landing)
    five = rows[rows["group"].fillna("") != ""]
    first, last = rows["reported"].min(), rows["reported"].max()
    months, quarters = periods(first, last, "M"), periods(first, last, "Q")
    monthly, quarterly = mean_residents(landing, "M"), mean_residents(landing, "Q")
    five = five.assign(start=start_of(five["reported"], "M"))
    hour = five["occurred"].dt.hour
    made = []
    for name, version, wanted in (
        ("five_major_crime_rate", 2, five["group"] != ""),
        ("violent_crime_rate", 2, five["group"] != "theft"),
        ("theft_rate", 2, five["group"] == "theft"),
        ("street_night_crime_rate", 1, (five["kind"] == "노상") & ((hour >= 20) | (hour < 6))),
    ):
        counts = counted(five[wanted], "district", months)
        made.append(indicator(name, counts, monthly, version=version))
    five = five.assign(start=start_of(five["reported"], "Q"))
    reported = counted(five, "district", quarters)
    cleared = five[five["cleared"].notna()]
    cleared = cleared.assign(start=start_of(cleared["cleared"], "Q"))
    made.append(
        indicator("five_major_clearance_rate", counted(cleared, "district", quarters), reported)
    )
    five = five.assign(days=five["group"].map(harm_weights()))
    harm = counted(five, "district", quarters, weight="days")
    made.append(indicator("crime_harm_index_rate", harm, quarterly))
    abnormal = rows[rows["is_abnormal"] == 1].assign(start=start_of(rows["reported"], "Q"))
    counts = with_city(counted(abnormal, "district", quarters)).loc[[CITY]]
    made.append(indicator("abnormal_motive_crime_count", counts, city=False))
    return made


def harm_weights() -> dict[str, float]:
    """Return the weight of a crime in days by crime group, from the seed."""
    known = seed("crime_harm_weights")
    return dict(zip(known["crime_group"], known["weight_days"].astype(float), strict=True))
