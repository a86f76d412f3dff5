"""The picture of a result as SVG: its points as stored, so that nothing is drawn that is not told.

A series shows what was counted, the fit and what the past would lead one to expect; a roll-out its
effects by quarter around the start; sites the naive and the corrected ratio with their intervals;
windows the four counts; days and amounts their ratios; a survey its means by wave; those who chose
themselves two shares that no line joins. A refusal has no picture.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import altair as alt
import vl_convert

from busan_safety.evaluation.effects import PolicyEffect

# As wide as a phone shows, so that letters stay legible there; larger screens enlarge it.
_WIDTH, _HEIGHT = 320, 230
_LETTERS_A_LINE = 34
_LABELS = {
    "observed": "관측 observed",
    "fitted": "모형 fitted",
    "counterfactual": "사업이 없었다면 without it",
    "treated": "대상지 treated",
    "comparison": "비교지 comparison",
    "buffer": "둘레 200 m buffer",
    "naive": "단순 전후 비교 naive",
    "empirical_bayes": "평균 회귀를 뺀 비교 corrected",
    "event_days": "행사일 event days",
    "days_beside": "앞뒤 이틀 days beside",
    "dose": "더 받은 만큼 per step",
    "all": "모든 구·군 all districts",
    "least_without_one": "한 곳을 뺀 최소 least without one",
    "most_without_one": "한 곳을 뺀 최대 most without one",
    "participants": "참여를 택한 사람 chose to take part",
    "non_participants": "참여하지 않은 사람 did not",
    "before": "전 before",
    "after": "후 after",
}
# Korean above English under a bar.
_TWO_LINES = alt.Axis(
    labelAngle=0, labelExpr="split(replace(datum.label, / (?=[a-z]{2})/, '|'), '|')"
)
_BLUE, _ORANGE, _GREY, _PALE = "#0b5cad", "#c2571a", "#6b7280", "#cbd5e1"


@dataclass(frozen=True)
class Drawn:
    """What a picture shows of a result, where there is no more of it than a released row."""

    effect_id: str
    title_ko: str | None
    title_en: str | None
    sentence_ko: str
    estimate_unit: str
    after_start: date | None
    is_synthetic: bool
    points: list[dict[str, Any]]


Drawable = PolicyEffect | Drawn
_FREE = alt.Scale(zero=False)


class NoPicture(ValueError):
    """A result without points, such as a refusal, or of unknown series cannot be drawn."""


def draw(effect: Drawable) -> str:
    """SVG of a result. Raises NoPicture for one without points or of series unknown here."""
    if not effect.points:
        raise NoPicture(f"{effect.effect_id} has no estimate, so there is nothing to draw.")
    series = {point["series"] for point in effect.points}
    draws = next((draws for known, draws in _PICTURES if known & series), None)
    if draws is None:
        raise NoPicture(f"{effect.effect_id} has no series that is known how to draw.")
    chart = (
        draws(effect)
        .properties(width=_WIDTH, height=_HEIGHT, title=_title(effect))
        .configure(font="Noto Sans CJK KR, sans-serif", background="white")
        .configure_title(anchor="start", fontSize=14, subtitleFontSize=11, subtitleColor=_GREY)
        .configure_axis(labelFontSize=11, titleFontSize=12, gridColor="#e5e7eb")
        .configure_legend(labelFontSize=11, title=None, orient="bottom", columns=2)
    )
    return str(vl_convert.vegalite_to_svg(chart.to_json()))


def _title(effect: Drawable) -> alt.TitleParams:
    label = "합성 데이터 synthetic data · " if effect.is_synthetic else ""
    return alt.TitleParams(
        text=[
            *textwrap.wrap(effect.title_ko or "", _LETTERS_A_LINE // 2 + 6),
            *textwrap.wrap(effect.title_en or "", _LETTERS_A_LINE + 8),
        ],
        subtitle=[
            f"{label}{effect.effect_id}",
            *textwrap.wrap(effect.sentence_ko, _LETTERS_A_LINE),
        ],
    )


def _data(effect: Drawable) -> Any:
    return _inline(
        [
            {**point, "name": _LABELS.get(point["series"], point["series"]), "order": order}
            for order, point in enumerate(effect.points)
        ]
    )


def _inline(values: list[dict[str, Any]]) -> Any:
    return alt.Data(values=values)  # type: ignore[no-untyped-call]


def _counted_series(effect: Drawable) -> Any:
    began = effect.after_start.isoformat() if effect.after_start else None
    base = alt.Chart(_data(effect)).encode(
        x=alt.X("at:T", title="월 month", axis=alt.Axis(format="%Y-%m", labelOverlap=True))
    )
    colour = alt.Color(
        "name:N",
        scale=alt.Scale(
            domain=[_LABELS[one] for one in ("observed", "fitted", "counterfactual")],
            range=["#111827", _BLUE, _ORANGE],
        ),
    )
    dashes = alt.StrokeDash(
        "name:N",
        scale=alt.Scale(
            domain=[_LABELS[one] for one in ("observed", "fitted", "counterfactual")],
            range=[[1, 0], [1, 0], [6, 4]],
        ),
    )
    band = (
        base.transform_filter("datum.series == 'counterfactual'")
        .mark_area(opacity=0.15, color=_ORANGE)
        .encode(y=alt.Y("lower:Q", title=_monthly(effect)), y2="upper:Q")
    )
    lines = (
        base.transform_filter("datum.series != 'observed'")
        .mark_line()
        .encode(y="value:Q", color=colour, strokeDash=dashes)
    )
    counted = (
        base.transform_filter("datum.series == 'observed'")
        .mark_point(filled=True)
        .encode(y="value:Q", color=colour)
    )
    start = (
        alt.Chart(_inline([{"at": began}]))
        .mark_rule(strokeDash=[4, 4], color=_GREY)
        .encode(x="at:T")
    )
    return alt.layer(band, lines, counted, start)


def _monthly(effect: Drawable) -> str:
    return "분 minutes" if effect.estimate_unit == "time_ratio" else "건수 events a month"


def _event_study(effect: Drawable) -> Any:
    points = [{**point, "quarter": int(point["at"])} for point in effect.points]
    if all(point["quarter"] != -1 for point in points):
        # The quarter before is what the others are compared with.
        points.append({"quarter": -1, "value": 1.0, "lower": 1.0, "upper": 1.0})
    data = _inline(sorted(points, key=lambda one: int(one["quarter"])))
    base = alt.Chart(data).encode(
        x=alt.X(
            "quarter:Q",
            title="시작 뒤 분기 quarters since the start",
            axis=alt.Axis(tickMinStep=1),
            scale=alt.Scale(nice=False, padding=14),
        )
    )
    return alt.layer(
        _line_at_one(),
        base.mark_rule(color=_BLUE).encode(
            y=alt.Y(
                "lower:Q",
                title="비율비 rate ratio",
                scale=alt.Scale(type="log", nice=False, padding=12),
            ),
            y2="upper:Q",
        ),
        base.mark_point(filled=True, size=60, color=_BLUE).encode(y="value:Q"),
    )


def _ratios(effect: Drawable) -> Any:
    base = alt.Chart(_data(effect)).encode(
        x=alt.X("name:N", title=None, sort=alt.SortField("order"), axis=_TWO_LINES)
    )
    return alt.layer(
        _line_at_one(),
        base.mark_rule(strokeWidth=2, color=_BLUE).encode(
            y=alt.Y("lower:Q", title="비율비 rate ratio", scale=_FREE),
            y2="upper:Q",
        ),
        base.mark_point(filled=True, size=90, color=_BLUE).encode(y="value:Q"),
    )


def _amounts(effect: Drawable) -> Any:
    """The ratio per step with its interval, and what is left of it with one district left out."""
    values = [{**point, "name": _LABELS[point["at"]]} for point in effect.points]
    base = alt.Chart(_inline(values)).encode(
        x=alt.X("name:N", title=None, sort=None, axis=alt.Axis(labelAngle=0))
    )
    return alt.layer(
        _line_at_one(),
        base.transform_filter("isValid(datum.lower)")
        .mark_rule(strokeWidth=2, color=_BLUE)
        .encode(y=alt.Y("lower:Q", title="비율비 rate ratio", scale=_FREE), y2="upper:Q"),
        base.mark_point(filled=True, size=90, color=_BLUE).encode(y="value:Q"),
    )


def _shares(effect: Drawable) -> Any:
    """Two shares with their intervals; no line joins them, since nothing is compared."""
    base = alt.Chart(_data(effect)).encode(
        x=alt.X("name:N", title=None, sort=alt.SortField("order"), axis=alt.Axis(labelAngle=0))
    )
    return alt.layer(
        base.mark_rule(strokeWidth=2, color=_GREY).encode(
            y=alt.Y("lower:Q", title="비율 share (%)", scale=alt.Scale(zero=True)), y2="upper:Q"
        ),
        base.mark_point(filled=True, size=90, color=_GREY).encode(y="value:Q"),
    )


def _waves(effect: Drawable) -> Any:
    values = [{**point, "name": _LABELS[point["series"]]} for point in effect.points]
    base = alt.Chart(_inline(values)).encode(
        x=alt.X("year(at):O", title="조사 해 survey", axis=alt.Axis(labelAngle=0)),
        xOffset="name:N",
        color=alt.Color("name:N", scale=alt.Scale(range=[_BLUE, _GREY])),
    )
    return alt.layer(
        base.mark_rule(strokeWidth=2).encode(
            y=alt.Y("lower:Q", title="점 points", scale=_FREE), y2="upper:Q"
        ),
        base.mark_point(filled=True, size=90).encode(y="value:Q"),
    )


def _windows(effect: Drawable) -> Any:
    if effect.estimate_unit == "points":
        return _waves(effect)
    return _counts(effect)


def _counts(effect: Drawable) -> Any:
    values = [
        {**point, "name": _LABELS[point["series"]], "side": _LABELS[point["at"]], "order": order}
        | {"short": _LABELS[point["at"]].split()[0]}
        for order, point in enumerate(effect.points)
    ]
    sides = [_LABELS["before"], _LABELS["after"]]
    base = alt.Chart(_inline(values)).encode(
        x=alt.X("name:N", title=None, sort=alt.SortField("order"), axis=_TWO_LINES),
        xOffset=alt.XOffset("side:N", sort=sides),
        y=alt.Y("value:Q", title="건수 events"),
    )
    bars = base.mark_bar(stroke="#111827", strokeWidth=0.6).encode(
        color=alt.Color("side:N", sort=sides, scale=alt.Scale(domain=sides, range=[_PALE, _BLUE]))
    )
    # The number and its side stand on the bar: nothing rests on the colour.
    counts = base.mark_text(dy=-18, fontSize=12).encode(text=alt.Text("value:Q", format=",.0f"))
    words = base.mark_text(dy=-6, fontSize=11, color=_GREY).encode(text="short:N")
    return alt.layer(bars, counts, words)


def _line_at_one() -> Any:
    return (
        alt.Chart(_inline([{"one": 1}])).mark_rule(strokeDash=[4, 4], color=_GREY).encode(y="one:Q")
    )


_PICTURES: tuple[tuple[set[str], Callable[[Drawable], Any]], ...] = (
    ({"counterfactual"}, _counted_series),
    ({"event_study"}, _event_study),
    ({"empirical_bayes", "event_days"}, _ratios),
    ({"dose"}, _amounts),
    ({"participants"}, _shares),
    ({"treated"}, _windows),
)
