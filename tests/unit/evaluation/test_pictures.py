"""Pictures show the stored points, say what is synthetic, and refuse to draw nothing."""

import re
from datetime import date

import pytest

from busan_safety.evaluation.effects import PolicyEffect
from busan_safety.evaluation.pictures import NoPicture, draw


def effect(points: list[dict[str, object]]) -> PolicyEffect:
    day = date(2024, 3, 1)
    return PolicyEffect(
        effect_id="plan.outcome",
        programme_id="programme",
        plan_id="plan",
        title_ko="시책과 사고",
        title_en="programme and accidents",
        plan_hash="0" * 64,
        plan_changed=False,
        outcome_id="outcome",
        outcome_name_ko="사고 건수",
        outcome_name_en="accidents",
        design="design",
        desired_direction="decrease",
        family="family",
        adjustment="holm",
        verdict="not_detectable",
        maryland_scale=3,
        emmie={},
        threats=[],
        change_our_mind={},
        diagnostics={},
        points=points,
        is_public=False,
        sentence_ko="구별되지 않았습니다.",
        sentence_en="No difference could be told.",
        value_status="observed",
        after_start=day,
        data_as_of=day,
        is_synthetic=True,
        code_version="0",
    )


def point(series: str, at: str, value: float, lower: float, upper: float) -> dict[str, object]:
    return {"series": series, "at": at, "value": value, "lower": lower, "upper": upper}


MONTHS = ("2024-02-01", "2024-03-01", "2024-04-01")
PICTURES = {
    "series": [
        point(series, month, 10.0, 8.0, 12.0)
        for series in ("observed", "fitted", "counterfactual")
        for month in MONTHS
    ],
    "roll-out": [point("event_study", at, 0.9, 0.7, 1.1) for at in ("-3", "-2", "+0", "+1")],
    "sites": [
        point("naive", "naive", 0.66, 0.57, 0.77),
        point("empirical_bayes", "empirical_bayes", 0.83, 0.7, 0.99),
    ],
    "days": [
        point("event_days", "event_days", 1.3, 1.1, 1.5),
        point("days_beside", "days_beside", 1.0, 0.9, 1.1),
    ],
    "amounts": [
        point("dose", "all", 0.9, 0.7, 1.1),
        {"series": "dose", "at": "least_without_one", "value": 0.85, "lower": None, "upper": None},
    ],
    "shares": [
        point("participants", "participants", 4.0, 3.0, 5.0),
        point("non_participants", "non_participants", 9.0, 7.0, 11.0),
    ],
    "course": [point("event_study", at, 0.9, 0.7, 1.1) for at in ("-2", "-1", "+1", "+2")],
    "windows": [
        point(series, at, 100.0, 0.0, 0.0)
        for series in ("treated", "comparison")
        for at in ("before", "after")
    ],
}


def marks(svg: str, role: str) -> int:
    """Drawn marks of one kind, as the accessible names of the picture count them."""
    return len(re.findall(rf'aria-roledescription="{role}"', svg))


@pytest.mark.parametrize(
    ("kind", "role", "count"),
    [
        ("series", "point", 3),
        ("roll-out", "point", 5),
        ("sites", "point", 2),
        ("days", "point", 2),
        ("amounts", "point", 2),
        ("shares", "point", 2),
        ("course", "point", 4),
        ("windows", "bar", 4),
    ],
)
def test_every_point_is_drawn(kind: str, role: str, count: int) -> None:
    svg = draw(effect(PICTURES[kind]))

    assert marks(svg, role) == count
    assert "합성 데이터" in svg
    assert "구별되지 않았습니다" in svg


def test_counts_and_sides_stand_on_the_bars_so_that_nothing_rests_on_colour() -> None:
    svg = draw(effect([point("treated", at, 1234.0, 0.0, 0.0) for at in ("before", "after")]))

    words = re.findall(r">([^<>]+)</text>", svg)
    assert words.count("1,234") == 2
    assert {"전", "후"} <= set(words)


def test_a_series_that_nobody_knows_has_no_picture() -> None:
    with pytest.raises(NoPicture, match="no series"):
        draw(effect([point("of_tomorrow", "1", 1.0, 1.0, 1.0)]))


def test_a_survey_is_drawn_by_wave() -> None:
    points = [
        point(series, at, 70.0, 68.0, 72.0)
        for series in ("treated", "comparison")
        for at in ("2023-12-31", "2024-12-31")
    ]
    svg = draw(effect(points).model_copy(update={"estimate_unit": "points"}))

    assert marks(svg, "point") == 4
    assert "2023" in svg


def test_shares_of_those_who_chose_are_not_joined_or_compared() -> None:
    svg = draw(effect(PICTURES["shares"]).model_copy(update={"estimate_unit": "none"}))

    assert "비율비" not in svg
    assert marks(svg, "line mark") == 0


def test_same_points_give_the_same_bytes() -> None:
    assert draw(effect(PICTURES["sites"])) == draw(effect(PICTURES["sites"]))


def test_a_refusal_has_no_picture() -> None:
    with pytest.raises(NoPicture, match=r"plan\.outcome"):
        draw(effect([]))
