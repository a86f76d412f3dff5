"""Effects of the programmes."""

from __future__ import annotations

from busan_safety.disclosure.tables.columns import DisclosedTable
from busan_safety.evaluation.effects import EFFECT_COLUMNS

# Workings of an evaluation that the public table does not carry.
_WORKINGS = {
    "family",
    "family_size",
    "p_adjusted",
    "adjustment",
    "family_note_ko",
    "family_note_en",
    "change_our_mind",
    "diagnostics",
    "points",
    "is_public",
    "code_version",
}

TABLE = DisclosedTable(
    ("effect_id",),
    "One row per policy effect, after disclosure control. 공개 가능 정책 효과.",
    tuple(column for column in EFFECT_COLUMNS if column.name not in _WORKINGS),
)
