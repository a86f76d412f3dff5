"""Pictures of a release: from the released rows alone, listed with their hashes, none if hidden."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from datetime import date

import pytest

from busan_safety.evaluation.pictures import Drawn, draw
from busan_safety.gate import Decision, get_dataset
from busan_safety.gate.candidate import Candidate, Column
from busan_safety.release.package import CHECKSUMS, Edition, build_files
from busan_safety.release.pictures import picture_name, pictures

NAMES = (
    *("effect_id", "title_ko", "title_en", "sentence_ko", "points", "after_start"),
    *("estimate_unit", "data_as_of", "is_synthetic"),
)
COLUMNS = tuple(Column(name, "text", "") for name in NAMES)
POINTS = [
    {"series": series, "at": at, "value": value, "lower": None, "upper": None}
    for series, value in (("treated", 40), ("comparison", 500))
    for at in ("before", "after")
]
SHOWN = ("plan.shown", "신고", "calls", "줄었습니다.", json.dumps(POINTS), "2024-01-01")
HIDDEN = ("plan.hidden", "사건", "events", "공개하지 않습니다.", "", "2024-01-01")


def edition(*rows: tuple[str, ...]) -> Edition:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(
        [NAMES, *((*row, "rate_ratio", "2024-12-31", "t") for row in rows)]
    )
    candidate = Candidate(
        get_dataset("policy_effects"), COLUMNS, "One row.", text.getvalue().encode()
    )
    decision = Decision(
        decision_id=1,
        dataset="policy_effects",
        candidate_fingerprint=candidate.fingerprint,
        suite_hash="s" * 64,
        code_version="0.1.0",
        decision="pass",
        reasons=(),
        row_count=len(rows),
        decided_by="suite",
    )
    return Edition(candidate, decision, "2024.12.1", date(2024, 12, 31), is_synthetic=True)


def test_a_hidden_effect_has_no_picture_and_that_is_no_warning(
    caplog: pytest.LogCaptureFixture,
) -> None:
    files = build_files(edition(HIDDEN, SHOWN), None)

    assert caplog.messages == []
    assert [name for name in files if name.endswith(".svg")] == ["effect-plan.shown.svg"]
    assert "effect-*.svg" in files["README.md"].decode()
    assert "effect-" not in build_files(edition(HIDDEN), None)["README.md"].decode()


def test_a_picture_shows_what_stands_in_its_row_and_nothing_else() -> None:
    drawn = pictures(edition(SHOWN).candidate)["effect-plan.shown.svg"].decode()

    assert drawn == draw(
        Drawn(
            *SHOWN[:4],
            estimate_unit="rate_ratio",
            after_start=date(2024, 1, 1),
            is_synthetic=True,
            points=POINTS,
        )
    )


def test_pictures_are_listed_with_their_hashes() -> None:
    files = build_files(edition(SHOWN), None)
    digest = hashlib.sha256(files["effect-plan.shown.svg"]).hexdigest()

    resources = json.loads(files["datapackage.json"])["resources"]

    assert f"{digest}  effect-plan.shown.svg\n" in files[CHECKSUMS].decode()
    picture = next(one for one in resources if one["path"] == "effect-plan.shown.svg")
    assert (picture["mediatype"], picture["hash"]) == ("image/svg+xml", f"sha256:{digest}")


def test_same_rows_give_the_same_bytes() -> None:
    assert build_files(edition(SHOWN), None) == build_files(edition(SHOWN), None)


def test_a_name_of_a_picture_leads_nowhere_else() -> None:
    assert picture_name("../a b/효과") == "effect-.._a_b___.svg"
