"""Road traffic: numbers 51 to 55 and 57."""

from __future__ import annotations

import pandas as pd

from recomputation.calls import age_denominators
from recomputation.delivered import (
    Landing,
    district,
    first_only,
    moment,
    month,
    number,
    seed,
    text,
)  # fmt: skip
from recomputation.frames import counted, indicator, mean_residents, periods, start_of


def recompute(landing: Landing) -> pd.DataFrame:
    """Return all rows of the topic."""
    return pd.concat(
        [*_statistics(landing), _deaths(landing), *_accidents(landing), _licences(landing)]
    )


def _statistics(landing: Landing) -> list[pd.DataFrame]:
    rows = landing.table("police_traffic_statistics", lambda found: found["_period"])
    rows["district"] = district(rows["district_name"])
    rows["class"] = text(rows["accident_class"])
    for name in ("year", "accident_count", "death_count", "injured_count", "total_accident_count"):
        rows[name] = number(rows[name])
    rows = rows[rows["district"].notna() & ~(rows["accident_count"] > rows["total_accident_count"])]
    rows = rows.drop_duplicates(["district", "class", "year"])
    rows["start"] = pd.to_datetime(rows["year"].astype(int).astype(str) + "-01-01")
    rows["casualties"] = rows["death_count"] + rows["injured_count"]
    years = sorted(set(rows["start"]))
    zones = landing.table("district_child_zones", lambda found: found["_scope"])
    zones["district"] = zones["_scope"]
    names = ["district", "facility_kind", "facility_name", "road_address"]
    zones = zones[~zones[names].astype(str).duplicated()]
    every = pd.concat([zones.assign(start=start) for start in years])
    child = rows[rows["class"] == "스쿨존내어린이"]
    elderly = rows[rows["class"] == "고령보행자"]
    ends = {start: start + pd.offsets.YearEnd(0) for start in years}
    return [
        indicator(
            "school_zone_child_accidents_rate",
            counted(child, "district", years, weight="accident_count"),
            counted(every, "district", years),
        ),
        indicator(
            "elderly_pedestrian_casualty_rate",
            counted(elderly, "district", years, weight="casualties"),
            age_denominators(landing, ends, 65, 200),
        ),
    ]


def _deaths(landing: Landing) -> pd.DataFrame:
    rows = landing.table("police_fatal_accidents", lambda found: text(found["accident_year"]))
    rows = rows[text(rows["province_name"]).isin(["부산", "부산광역시"])].copy()
    rows["district"] = district(rows["district_name"])
    rows["deaths"] = number(rows["death_count"])
    rows["start"] = pd.to_datetime(text(rows["accident_year"]) + "-01-01")
    rows = rows[rows["district"].notna() & (rows["deaths"] >= 1)]
    years = sorted(set(rows["start"]))
    return indicator(
        "traffic_death_rate",
        counted(rows, "district", years, weight="deaths"),
        mean_residents(landing, "Y"),
    )


def _accidents(landing: Landing) -> list[pd.DataFrame]:
    rows = landing.table("police_traffic_accidents", lambda found: found["_name"])
    rows = rows[text(rows["accident_id"]).notna()].copy()
    rows["accident"] = text(rows["accident_id"])
    rows["occurred"] = moment(rows["occurred_at"])
    rows["district"] = district(rows["place_name"])
    casualties = {
        "death": "death_count", "serious": "serious_count", "slight": "slight_count",
        "reported_injury": "reported_injury_count",
    }  # fmt: skip
    for name in casualties.values():
        rows[name] = number(rows[name])
    # Rows that repeat an event are equal to the last column.
    rows = first_only(rows, "accident")
    rows = rows[
        rows["district"].notna() & rows["death_count"].between(0, 100)
        & (rows[list(casualties.values())].sum(axis=1) > 0)
    ]  # fmt: skip
    months = periods(rows["occurred"].min(), rows["occurred"].max(), "M")
    years = periods(rows["occurred"].min(), rows["occurred"].max(), "Y")
    weights = seed("epdo_weights")
    weights = dict(zip(weights["severity"], weights["weight"].astype(float), strict=True))
    rows["points"] = sum(rows[column] * weights[kind] for kind, column in casualties.items())
    monthly = rows.assign(start=start_of(rows["occurred"], "M"))
    yearly = rows.assign(start=start_of(rows["occurred"], "Y"))
    return [
        indicator(
            "traffic_injury_accident_rate",
            counted(monthly, "district", months),
            mean_residents(landing, "M"),
        ),
        indicator(
            "epdo_rate",
            counted(yearly, "district", years, weight="points"),
            mean_residents(landing, "Y"),
        ),
    ]


def _licences(landing: Landing) -> pd.DataFrame:
    rows = landing.table("city_traffic_culture", lambda found: found["_period"])
    rows["month"] = month(rows["month"])
    rows["district"] = district(rows["district_name"])
    rows["returns"], rows["holders"] = number(rows["count"]), number(rows["holder_count"])
    rows = rows[
        (text(rows["item"]) == "면허 자진반납") & rows["district"].notna()
        & rows["returns"].between(0, 1_000_000) & ~(rows["returns"] > rows["holders"])
    ].assign(start=lambda found: start_of(found["month"], "Y"))  # fmt: skip
    years = sorted(set(rows["start"]))
    last = rows[rows["month"] == rows.groupby("start")["month"].transform("max")]
    return indicator(
        "licence_return_rate_65",
        counted(rows, "district", years, weight="returns"),
        counted(last, "district", years, weight="holders"),
    )
