"""One picture per published effect, drawn from the released row alone."""

from __future__ import annotations

import json
import logging
import re
from datetime import date

from busan_safety.evaluation.pictures import Drawn, NoPicture, draw
from busan_safety.gate.candidate import Candidate

log = logging.getLogger(__name__)

_NEEDED = {
    *("effect_id", "points", "title_ko", "title_en", "sentence_ko"),
    "estimate_unit",
}
_PREFIX = "effect-"


def picture_name(effect_id: str) -> str:
    """File name of an effect's picture: no character that a path or an address would read."""
    return f"{_PREFIX}{re.sub(r'[^A-Za-z0-9._-]', '_', effect_id)}.svg"


def pictures(candidate: Candidate) -> dict[str, bytes]:
    """SVG of every row with points, by file name; none for tables that are not about effects.

    A suppressed or refused row has no points and so no picture. The same rows give the same bytes
    where the same fonts are installed: they measure the texts.
    """
    names = [column.name for column in candidate.columns]
    if not set(names) >= _NEEDED:
        return {}
    found = {}
    for row in candidate.rows():
        effect = _effect(dict(zip(names, row, strict=True)))
        if not effect.points:
            continue
        try:
            found[picture_name(effect.effect_id)] = draw(effect).encode("utf-8")
        except NoPicture as error:
            log.warning("released without a picture: %s", error)
    return found


def _effect(row: dict[str, str]) -> Drawn:
    return Drawn(
        effect_id=row["effect_id"],
        title_ko=row["title_ko"],
        title_en=row["title_en"],
        sentence_ko=row["sentence_ko"],
        estimate_unit=row["estimate_unit"],
        after_start=date.fromisoformat(row["after_start"]) if row["after_start"] else None,
        is_synthetic=row["is_synthetic"] == "t",
        points=json.loads(row["points"]) if row["points"] else [],
    )
