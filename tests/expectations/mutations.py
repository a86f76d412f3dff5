"""One mutation per check: the smallest damage that this check, and no other, must see."""

from __future__ import annotations

from expectations import attacks
from expectations.datasets import dataset_modules

INDICATORS = "published_candidate.pub_safety_indicators_v1"
FACILITIES = "published_candidate.pub_safety_facilities_v1"
LAB = "published_candidate.pub_living_lab_v1"
EFFECTS = "published_candidate.pub_policy_effects_v1"

_STATION = (
    f"ctid = (select ctid from {INDICATORS} where place_type = 'station'"
    " and indicator_id = 'five_major_crime_rate' order by place_code, period_start limit 1)"
)
_MEDIAN = (
    f"ctid = (select ctid from {INDICATORS} where place_type = 'station'"
    " and indicator_id = 'code01_response_median_min' order by place_code, period_start limit 1)"
)
_EFFECT = "effect_id = 'safe_routes.night_calls'"
_LOSE_A_ROW = "delete from raw.{source} where _line = 2"
_TWICE_AS_MANY = """
    insert into ops.release (
        dataset, version, candidate_fingerprint, decision_id, row_count, path, csv_sha256
    ) values ('{dataset}', '2024.11.1', 'x', 1, 100000, 'x', 'x')
"""


def _mutations_of_every_dataset(dataset: str, table: str, text_column: str) -> dict[str, str]:
    source = {
        "safety_indicators": "police_fatal_accidents",
        "safety_facilities": "education_schools",
        "living_lab": "city_living_lab",
        "policy_effects": "police_112_calls",
    }[dataset]
    return {
        "key_unique": f"insert into {table} select * from {table} where "
        + {
            "safety_indicators": _MEDIAN,
            "safety_facilities": "facility_type = 'school' and district_code = '26110'",
            "living_lab": "project_id = 'LL-2024-001'",
            "policy_effects": _EFFECT,
        }[dataset],
        "row_accounting": _LOSE_A_ROW.format(source=source),
        "dated": f"update {table} set data_as_of = null",
        "freshness": f"update {table} set data_as_of = data_as_of - 3650",
        "synthetic_flag": f"update {table} set is_synthetic = false",
        "personal_data": f"update {table} set {text_column} = '문의 ０１０-1234-5678'",
        "rows_against_last_release": _TWICE_AS_MANY.format(dataset=dataset),
    }


MUTATIONS: dict[str, dict[str, str]] = {
    "safety_indicators": {
        **_mutations_of_every_dataset("safety_indicators", INDICATORS, "place_name_ko"),
        "value_status_known": f"""
            update {INDICATORS} set value_status = 'estimated' where {_STATION}
        """,
        "indicators_present": f"delete from {INDICATORS} where indicator_id = 'theft_rate'",
        "indicators_declared": f"""
            insert into {INDICATORS} select * from {INDICATORS} where {_MEDIAN};
            update {INDICATORS} set indicator_id = 'mystery_rate'
            where ctid = (select max(ctid) from {INDICATORS})
        """,
        "grid_complete": f"""
            delete from {INDICATORS} where indicator_id = 'dv_call_rate'
            and place_code = '26710' and period_start = '2024-12-01'
        """,
        "periods_well_formed": f"""
            update {INDICATORS} set period_end = period_end - 1 where {_STATION}
        """,
        "value_within_bounds": f"update {INDICATORS} set value = 9999 where {_MEDIAN}",
        "value_empty_iff_status": f"""
            update {INDICATORS} set value = null, lower_95 = null, upper_95 = null where {_MEDIAN}
        """,
        "hidden_rows_are_empty": f"""
            update {INDICATORS} set upper_95 = 3.1, lower_95 = 0.2 where value_status = 'suppressed'
        """,
        "small_counts_hidden": f"""
            update {INDICATORS} set numerator = 4, value = 4 / denominator * scale,
                lower_95 = 0, upper_95 = value where {_STATION}
        """,
        "parts_match_total": f"""
            update {INDICATORS}
            set numerator = numerator + 1, value = (numerator + 1) / denominator * scale
            where place_type = 'city' and indicator_id = 'theft_rate'
                and period_start = '2023-01-01'
        """,
        "interval_contains_value": f"""
            update {INDICATORS} set lower_95 = value + 1 where {_STATION}
        """,
        "denominator_positive": f"update {INDICATORS} set denominator = 0 where {_STATION}",
        "value_matches_counts": f"""
            update {INDICATORS} set value = value * 1.05 where {_STATION}
        """,
    },
    "safety_facilities": {
        **_mutations_of_every_dataset("safety_facilities", FACILITIES, "category"),
        "value_status_known": f"""
            update {FACILITIES} set value_status = 'counted'
            where facility_type = 'school' and district_code = '26110'
        """,
        "grid_complete": f"""
            delete from {FACILITIES} where facility_type = 'school' and district_code = '26110'
        """,
        "site_count_within_bounds": f"""
            update {FACILITIES} set site_count = -1
            where facility_type = 'school' and district_code = '26110'
        """,
        "counts_agree": f"""
            update {FACILITIES} set completed_count = site_count + 1
            where facility_type = 'safe_route' and district_code = '26110'
        """,
        "value_empty_iff_status": f"""
            update {FACILITIES} set site_count = 0 where value_status = 'not_reported'
        """,
        "reference_date_plausible": f"""
            update {FACILITIES} set reference_date = '2042-10-31'
            where facility_type = 'school' and district_code = '26110'
        """,
    },
    "living_lab": {
        **_mutations_of_every_dataset("living_lab", LAB, "project_name"),
        "not_empty": f"delete from {LAB}",
        "value_status_known": f"""
            update {LAB} set value_status = 'done' where project_id = 'LL-2024-001'
        """,
        "score_within_bounds": f"""
            update {LAB} set citizen_score = 100.5 where project_id = 'LL-2024-001'
        """,
        "counts_not_negative": f"""
            update {LAB} set budget_won = -1 where project_id = 'LL-2024-001'
        """,
        "value_empty_iff_status": f"""
            update {LAB} set value_status = 'observed' where project_id = 'LL-2024-003'
        """,
        "district_known": f"""
            update {LAB} set district_code = '11140' where project_id = 'LL-2024-001'
        """,
        "dates_plausible": f"""
            update {LAB} set ended_on = started_on - 1 where project_id = 'LL-2024-001'
        """,
        "small_counts_hidden": f"""
            update {LAB} set citizen_vote_count = 2 where project_id = 'LL-2024-001'
        """,
    },
    "policy_effects": {
        **_mutations_of_every_dataset("policy_effects", EFFECTS, "outcome_name_ko"),
        "not_empty": f"delete from {EFFECTS}",
        "value_status_known": f"update {EFFECTS} set value_status = 'good' where {_EFFECT}",
        "verdict_known": f"update {EFFECTS} set verdict = 'proven' where {_EFFECT}",
        "value_empty_iff_status": f"""
            update {EFFECTS} set estimate = null, lower_95 = null, upper_95 = null where {_EFFECT}
        """,
        "refused_is_no_effect": f"update {EFFECTS} set p_value = 0.04 where verdict = 'refused'",
        "interval_contains_estimate": f"update {EFFECTS} set estimate = 0.5 where {_EFFECT}",
        "verdict_fits_interval": f"update {EFFECTS} set upper_95 = 1.2 where {_EFFECT}",
        "sentences_present": f"update {EFFECTS} set sentence_en = '' where {_EFFECT}",
        "grade_within_bounds": f"update {EFFECTS} set maryland_scale = 6 where {_EFFECT}",
        "windows_ordered": f"update {EFFECTS} set after_end = before_end where {_EFFECT}",
        "small_counts_hidden": f"""
            update {EFFECTS} set points = jsonb_set(points, '{{1,value}}', '3') where {_EFFECT}
        """,
        "no_counts_of_published_places": f"""
            update {EFFECTS} set design = 'few_clusters_did' where {_EFFECT}
        """,
        "hidden_rows_are_empty": f"""
            update {EFFECTS} set value_status = 'suppressed', estimate = null, lower_95 = null,
                upper_95 = null, p_value = null, p_adjusted = null, mde = null where {_EFFECT}
        """,
        "plan_unchanged": f"update {EFFECTS} set plan_changed = true where {_EFFECT}",
    },
}
MUTATIONS |= {name: module.MUTATIONS for name, module in dataset_modules().items()}
for _dataset in attacks.subjects():
    MUTATIONS[_dataset][attacks.CHECK] = attacks.found(_dataset)
