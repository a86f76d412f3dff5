"""Every body in two years, the first of which one body did not report."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from expectations.candidates import AS_OF, seed
from expectations.datasets import mutations_of_any

TABLE = """
    body_name_ko text, activity_year smallint, body_name_en text, programme_id text,
    session_count bigint, proposal_count bigint, evaluation_count bigint,
    attendance_count bigint, item_count bigint, adopted_count bigint, completed_count bigint,
    answered_count bigint, answered_in_time_count bigint, mean_panel_score numeric,
    value_status text, data_as_of date, is_synthetic boolean
"""
SEEDS = ("participation_bodies",)
_COUNTS = {
    "session_count": 12,
    "proposal_count": 0,
    "evaluation_count": 0,
    "attendance_count": 193,
    "item_count": 44,
    "adopted_count": 23,
    "completed_count": 20,
    "answered_count": 11,
    "answered_in_time_count": 7,
}


def rows() -> Iterator[dict[str, Any]]:
    for body in seed("participation_bodies"):
        for year in (2023, 2024):
            is_reported = (body["body"], year) != ("자문단", 2023)
            yield {
                "body_name_ko": body["body"],
                "activity_year": year,
                "body_name_en": body["name_en"],
                "programme_id": body["programme_id"],
                **(_COUNTS if is_reported else {}),
                "mean_panel_score": 84.65 if body["body"] == "성과평가" else None,
                "value_status": "observed" if is_reported else "not_reported",
                "data_as_of": AS_OF,
                "is_synthetic": True,
            }


_ALL = "published_candidate.pub_participation_v1"
_ONE = "body_name_ko = '실무협의회' and activity_year = 2024"
_PANEL = "body_name_ko = '성과평가' and activity_year = 2024"

MUTATIONS = {
    **mutations_of_any(
        "participation", one=_ONE, source="city_participation", text_column="body_name_en"
    ),
    "grid_complete": f"delete from {_ALL} where {_ONE}",
    "bodies_declared": f"""
        insert into {_ALL} select * from {_ALL} where {_ONE};
        update {_ALL} set body_name_ko = '홍길동 위원'
        where ctid = (select max(ctid) from {_ALL})
    """,
    "no_free_text": f"alter table {_ALL} add column topic text",
    "parts_match_total": f"update {_ALL} set adopted_count = 45 where {_ONE}",
    "counts_not_negative": f"update {_ALL} set attendance_count = -1 where {_ONE}",
    "score_within_bounds": f"update {_ALL} set mean_panel_score = 100.5 where {_PANEL}",
    "value_empty_iff_status": f"update {_ALL} set attendance_count = null where {_ONE}",
    "year_plausible": f"update {_ALL} set activity_year = 2020 where activity_year = 2023",
}
