"""Zones, routes and cameras: numbers 13, 14 and 16 to 21."""

from __future__ import annotations

import numpy as np
import pandas as pd

from recomputation.crime import incidents
from recomputation.delivered import Landing, cell, day, district, month, number, seed, text
from recomputation.frames import DISTRICTS, counted, indicator, periods, start_of

SNAPSHOT = pd.Timestamp(1900, 1, 1)
FACILITIES = (
    "bell_count", "cctv_count", "lamp_count", "board_count", "mark_count", "service_sign_count",
    "report_sign_count",
)  # fmt: skip
OLD_YEARS, GOOD_PIXELS = 7, 200


def recompute(landing: Landing) -> pd.DataFrame:
    """Return all rows of the topic."""
    return pd.concat([*_zones(landing), *_routes(landing), *_cameras(landing)])


def _improved(name: str, rows: pd.DataFrame) -> pd.DataFrame:
    """Return the share with works done of all designated by the end of each quarter."""
    quarters = periods(rows["designated"].min(), rows["reference"].max(), "Q")
    done, known = [], []
    for start in quarters:
        end = start + pd.offsets.QuarterEnd(0)
        designated = rows[rows["designated"] <= end].assign(start=start)
        known.append(designated)
        done.append(designated[designated["completed"] <= end])
    return indicator(
        name, counted(pd.concat(done), "district", quarters),
        counted(pd.concat(known), "district", quarters),
    )  # fmt: skip


def _zones(landing: Landing) -> list[pd.DataFrame]:
    rows = landing.table("police_crime_zones", lambda found: found["_scope"])
    rows["district"] = district(rows["district_name"])
    rows["designated"] = day(rows["designated_on"])
    rows["completed"] = day(rows["works_completed_on"])
    rows["reference"] = day(rows["reference_date"])
    rows["zone"] = text(rows["zone_id"])
    rows = rows[rows["district"].notna()].drop_duplicates("zone")
    return [_improved("zone_improvement_rate", rows), _zone_ratios(landing, rows)]


def _zone_ratios(landing: Landing, zones: pd.DataFrame) -> pd.DataFrame:
    """Return the ratio of each zone whose two windows of twelve months are wholly delivered."""
    crimes = incidents(landing)
    crimes = crimes[crimes["group"].fillna("") != ""]
    crimes = crimes.assign(month=start_of(crimes["reported"], "M"))
    first, last = crimes["month"].min(), crimes["month"].max()
    numerators, denominators = {}, {}
    for zone in zones[zones["completed"].notna()].itertuples():
        done = zone.completed.to_period("M").start_time
        before = (done - pd.DateOffset(months=12), done - pd.DateOffset(months=1))
        after = (done + pd.DateOffset(months=1), done + pd.DateOffset(months=12))
        if before[0] < first or after[1] > last:
            continue
        inside = crimes[crimes["zone"] == zone.zone]["month"]
        outside = crimes[(crimes["district"] == zone.district) & crimes["zone"].isna()]["month"]
        if outside.between(*before).sum() == 0:
            continue
        ratio = outside.between(*after).sum() / outside.between(*before).sum()
        numerators[zone.zone, SNAPSHOT] = float(inside.between(*after).sum())
        denominators[zone.zone, SNAPSHOT] = float(inside.between(*before).sum() * ratio)
    index = pd.MultiIndex.from_tuples(list(numerators), names=["place", "start"])
    if not numerators:
        index = pd.MultiIndex.from_arrays([[], pd.to_datetime([])], names=["place", "start"])
    return indicator(
        "zone_crime_rate_ratio", pd.Series(list(numerators.values()), index, dtype=float),
        pd.Series(list(denominators.values()), index, dtype=float), place_type="zone", city=False,
    )  # fmt: skip


def _routes(landing: Landing) -> list[pd.DataFrame]:
    rows = landing.table("district_safe_routes", lambda found: found["_scope"])
    rows["district"] = text(rows["district_code"])
    rows["designated"] = day(rows["designated_on"])
    rows["completed"] = day(rows["works_completed_on"])
    rows["reference"] = day(rows["reference_date"])
    rows["inspected_on"] = day(rows["lamps_inspected_on"])
    rows["inspected"] = number(rows["lamp_inspected_count"])
    rows["passed"] = number(rows["lamp_passed_count"])
    rows["km"] = number(rows["length_m"]) / 1000
    rows["facilities"] = sum(number(rows[name]).fillna(0) for name in FACILITIES)
    rows = rows[rows["km"] > 0].assign(start=SNAPSHOT)
    inspected = rows[rows["inspected_on"].notna()]
    inspected = inspected.assign(start=start_of(inspected["inspected_on"], "Q"))
    quarters = sorted(set(inspected["start"]))
    return [
        _improved("safe_route_improvement_rate", rows),
        indicator(
            "safe_route_facility_density",
            counted(rows, "district", [SNAPSHOT], weight="facilities"),
            counted(rows, "district", [SNAPSHOT], weight="km"),
        ),
        indicator(
            "safe_route_lamp_working_share",
            counted(inspected, "district", quarters, weight="passed"),
            counted(inspected, "district", quarters, weight="inspected"),
        ),
    ]


def _cameras(landing: Landing) -> list[pd.DataFrame]:
    rows = landing.table("district_cctv", lambda found: found["_scope"])
    rows["district"] = rows["_scope"]
    rows["cameras"] = number(rows["camera_count"])
    rows["reference"] = day(rows["reference_date"])
    rows["installed"] = month(rows["installed_month"])
    pixels = number(rows["pixel_count_10k"])
    rows["pixels"] = pixels.where(pixels != 0)
    rows["start"] = SNAPSHOT
    # Rows that look the same stay: several cameras hang on one pole.
    purposes = seed("cctv_purposes")
    security = purposes.loc[purposes["is_security"] == "true", "purpose"]
    newest = rows["reference"].max().to_period("M").start_time
    ends = landing.residents.stack()
    residents = pd.Series(
        {(one, SNAPSHOT): float(ends.get((newest, one), float("nan"))) for one in DISTRICTS}
    ).rename_axis(["place", "start"])
    # Only the month of installation is stated: whole months are counted.
    limit = rows["reference"].dt.to_period("M").dt.start_time - pd.DateOffset(years=OLD_YEARS)
    is_old = (rows["installed"] < limit) | (rows["pixels"] < GOOD_PIXELS)
    stated = rows["installed"].notna() | rows["pixels"].notna()
    return [
        indicator(
            "cctv_security_rate",
            counted(
                rows[text(rows["purpose"]).isin(list(security))], "district", [SNAPSHOT],
                weight="cameras",
            ),
            residents,
        ),
        indicator(
            "cctv_old_share",
            counted(rows[stated & is_old], "district", [SNAPSHOT], weight="cameras"),
            counted(rows[stated], "district", [SNAPSHOT], weight="cameras"),
        ),
        _priority_sites(landing, rows),
    ]  # fmt: skip


def _priority_sites(landing: Landing, cameras: pd.DataFrame) -> pd.DataFrame:
    """Return the share of each year's new cameras in the worst cells of the year before."""
    crimes = incidents(landing)
    crimes = crimes[crimes["group"].fillna("") != ""]
    crimes = crimes.assign(year=start_of(crimes["reported"], "Y"), cell=cell(crimes))
    months = crimes.groupby("year")["reported"].agg(lambda days: days.dt.month.nunique())
    sizes = crimes.dropna(subset=["cell"]).groupby(["year", "cell"]).size()
    ranks = sizes.groupby("year").rank(method="min", ascending=False)
    worst = ranks[ranks <= np.ceil(sizes.groupby("year").transform("size") / 10)].index
    new = cameras[cameras["installed"].notna()]
    new = new.assign(start=start_of(new["installed"], "Y"), cell=cell(new))
    before = new["start"] - pd.DateOffset(years=1)
    is_in_worst = pd.MultiIndex.from_arrays([before, new["cell"]]).isin(worst)
    newest = cameras["reference"].max()
    years = [
        year + pd.DateOffset(years=1)
        for year in months[months == 12].index
        if year + pd.DateOffset(years=1) <= newest
    ]
    # A register from before the year says nothing of it.
    references = cameras.groupby("district")["reference"].max()
    everything = counted(new, "district", years, weight="cameras")
    places = references.reindex(everything.index.get_level_values("place")).to_numpy()
    is_known = places >= everything.index.get_level_values("start").to_numpy()
    return indicator(
        "cctv_priority_site_share",
        counted(new[is_in_worst], "district", years, weight="cameras").where(is_known),
        everything.where(is_known),
    )
