"""Every indicator, recomputed from the delivered bytes, is what the marts hold."""

from __future__ import annotations

import pandas as pd
import pytest

from loaded_city import LoadedCity, loaded_city
from recomputation.compare import IN_MARTS, NOT_RECOMPUTED, Difference, compare, recompute_all
from recomputation.delivered import Landing, seed
from recomputation.frames import COLUMNS

__all__ = ["loaded_city"]

# Indicators whose rows no model makes yet; an entry goes when the first row is there.
NOT_YET: frozenset[tuple[str, int]] = frozenset(
    {
        ("five_major_crime_rate", 2), ("violent_crime_rate", 2), ("theft_rate", 2),
        *((name, 1) for name in (
            "street_night_crime_rate", "five_major_clearance_rate", "crime_harm_index_rate",
            "zone_improvement_rate",
            "intox_center_admissions", "intox_center_mean_stay_hours",
            "intox_center_er_transfer_share", "intox_repeat_share", "mental_joint_response_count",
            "mental_emergency_admission_share", "mental_handling_time_median",
            "dog_patrol_intensity", "dog_patrol_report_rate", "volunteer_patrol_hours_rate",
            "event_incident_rate", "urgent_budget_lead_days", "abnormal_motive_crime_count",
            "dv_rereport_rate_90d", "stalking_protective_measure_share",
            "protected_victim_revictim_rate", "private_guard_days", "happy_home_completion_rate",
            "happy_home_reoffence_rate", "happy_home_satisfaction", "child_abuse_call_rate",
            "child_abuse_joint_response_share", "apo_cases_per_officer", "child_keeper_coverage",
            "school_violence_victim_rate", "school_zone_child_accidents_rate",
            "traffic_injury_accident_rate", "epdo_rate", "elderly_pedestrian_casualty_rate",
            "licence_return_rate_65", "budget_execution_rate", "perceived_safety_score",
            "autonomous_police_awareness_rate", "night_walk_fear_share",
            "living_lab_citizen_score", "ordinance_enacted_count", "zone_crime_rate_ratio",
        )),
    }
)  # fmt: skip
DECLARED = [
    (row.indicator_id, int(row.definition_version)) for row in seed("indicators").itertuples()
]


@pytest.fixture(scope="session")
def marts(loaded_city: LoadedCity) -> pd.DataFrame:
    return pd.DataFrame(loaded_city.query(IN_MARTS), columns=COLUMNS)


@pytest.fixture(scope="session")
def differences(loaded_city: LoadedCity, marts: pd.DataFrame) -> dict[tuple[str, int], Difference]:
    recomputed = recompute_all(Landing(loaded_city.landing))
    return {(one.indicator_id, one.version): one for one in compare(recomputed, marts)}


@pytest.mark.parametrize(("name", "version"), DECLARED)
def test_marts_hold_what_the_files_say(name, version, differences):
    found = differences[name, version]
    if name in NOT_RECOMPUTED:
        assert found.equal + found.different + found.only_here == 0
        if NOT_RECOMPUTED[name].startswith("not reported"):
            assert found.only_there == 0, str(found)
    elif (name, version) in NOT_YET:
        assert found.equal + found.different + found.only_there == 0, "take it out of NOT_YET"
        assert found.only_here > 0 or name == "zone_crime_rate_ratio", str(found)
    else:
        assert found.is_equal, str(found)


def test_districts_add_up_to_the_city(marts):
    measured = set(seed("indicators").query("value_kind == 'measured'")["indicator_id"])
    # Weights of a survey are drawn for the city too, but a respondent lives in one district.
    rows = marts[~marts["indicator_id"].isin(measured)].copy()
    period = ["indicator_id", "definition_version", "subgroup", "period_start"]
    rows[["numerator", "denominator"]] = rows[["numerator", "denominator"]].astype(float)
    # Registers of the districts have dates of their own: their sum has no common one.
    snapshots = seed("indicators").query("frequency == 'snapshot'")["indicator_id"]
    rows.loc[rows["indicator_id"].isin(snapshots), "period_start"] = None
    groups = rows.groupby([*period, "place_type"], dropna=False)[["numerator", "denominator"]]
    sums = groups.sum(min_count=1).unstack("place_type")
    checked = 0
    for column in ("numerator", "denominator"):
        both = sums[column][["district", "city"]].dropna()
        wrong = both[(both["district"] - both["city"]).abs() > 1e-6 * both["city"].abs() + 1e-9]
        assert wrong.empty, wrong.head(5).to_string()
        checked += len(both)
    assert checked > 100
