"""Effects of the programmes."""

from __future__ import annotations

from busan_safety.disclosure.tables.columns import DisclosedTable
from busan_safety.evaluation.effects import EFFECT_COLUMNS

# Not public: nothing checks the counts inside the diagnostics; the rest says nothing to readers.
_WORKINGS = {"diagnostics", "is_public", "code_version"}

TABLE = DisclosedTable(
    ("effect_id",),
    "One row per policy effect, after disclosure control. 공개 가능 정책 효과.",
    tuple(column for column in EFFECT_COLUMNS if column.name not in _WORKINGS),
    # Said by the plan, or counts of places and questions.
    known=(
        *("family_size", "treated_units", "control_units", "maryland_scale"),
        *("threats", "change_our_mind"),
    ),
)
