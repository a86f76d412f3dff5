"""The picture of a result as SVG: its points as stored, so that nothing is drawn that is not told.

A series shows what was counted, the fit and what the past would lead one to expect; a roll-out its
effects by quarter around the start; sites the naive and the corrected ratio with their intervals;
windows the four counts. A refusal has no picture.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from typing import Any

import altair as alt
import vl_convert

from busan_safety.evaluation.effects import PolicyEffect

_WIDTH, _HEIGHT = 640, 320
_WORDS_A_LINE = 58
_LABELS = {
    "observed": "관측 observed",
    "fitted": "모형 fitted",
    "counterfactual": "사업이 없었다면 without it",
    "treated": "대상지 treated",
    "comparison": "비교지 comparison",
    "buffer": "둘레 200 m buffer",
    "naive": "단순 전후 비교 naive",
    "empirical_bayes": "평균 회귀를 뺀 비교 corrected",
    "before": "전 before",
    "after": "후 after",
}
_BLUE, _ORANGE, _GREY = "#0b5cad", "#c2571a", "#6b7280"


class NoPicture(ValueError):
    """A result without points, such as a refusal, cannot be drawn."""


def draw(effect: PolicyEffect) -> str:
    """SVG of a result. Raises NoPicture for one without points."""
    if not effect.points:
        raise NoPicture(f"{effect.effect_id} has no estimate, so there is nothing to draw.")
    series = {point["series"] for point in effect.points}
    picture = next(draws for known, draws in _PICTURES if known & series)(effect)
    chart = (
        picture.properties(width=_WIDTH, height=_HEIGHT, title=_title(effect))
        .configure(font="Noto Sans CJK KR, sans-serif", background="white")
        .configure_title(anchor="start", fontSize=15, subtitleFontSize=11, subtitleColor=_GREY)
        .configure_axis(labelFontSize=11, titleFontSize=11, gridColor="#e5e7eb")
        .configure_legend(labelFontSize=11, title=None, orient="bottom")
    )
    return str(vl_convert.vegalite_to_svg(chart.to_json()))


def _title(effect: PolicyEffect) -> alt.TitleParams:
    label = "합성 데이터 synthetic data · " if effect.is_synthetic else ""
    return alt.TitleParams(
        text=f"{effect.outcome_name_ko} · {effect.outcome_name_en}",
        subtitle=[
            f"{label}{effect.effect_id}",
            *textwrap.wrap(effect.sentence_ko, _WORDS_A_LINE),
        ],
    )


def _data(effect: PolicyEffect) -> Any:
    return _inline(
        [
            {**point, "name": _LABELS.get(point["series"], point["series"]), "order": order}
            for order, point in enumerate(effect.points)
        ]
    )


def _inline(values: list[dict[str, Any]]) -> Any:
    return alt.Data(values=values)  # type: ignore[no-untyped-call]


def _counted_series(effect: PolicyEffect) -> Any:
    began = effect.after_start.isoformat() if effect.after_start else None
    base = alt.Chart(_data(effect)).encode(x=alt.X("at:T", title=None))
    colour = alt.Color(
        "name:N",
        scale=alt.Scale(
            domain=[_LABELS[one] for one in ("observed", "fitted", "counterfactual")],
            range=["#111827", _BLUE, _ORANGE],
        ),
    )
    band = (
        base.transform_filter("datum.series == 'counterfactual'")
        .mark_area(opacity=0.15, color=_ORANGE)
        .encode(y=alt.Y("lower:Q", title="건수 events a month"), y2="upper:Q")
    )
    lines = (
        base.transform_filter("datum.series != 'observed'")
        .mark_line()
        .encode(y="value:Q", color=colour)
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


def _event_study(effect: PolicyEffect) -> Any:
    data = _inline(
        sorted(
            [{**point, "quarter": int(point["at"])} for point in effect.points]
            + [{"quarter": -1, "value": 1.0, "lower": 1.0, "upper": 1.0}],
            key=lambda one: int(one["quarter"]),
        )
    )
    base = alt.Chart(data).encode(
        x=alt.X(
            "quarter:Q", title="시작 뒤 분기 quarters since the start", axis=alt.Axis(tickMinStep=1)
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


def _ratios(effect: PolicyEffect) -> Any:
    base = alt.Chart(_data(effect)).encode(
        x=alt.X("name:N", title=None, sort=alt.SortField("order"), axis=alt.Axis(labelAngle=0))
    )
    return alt.layer(
        _line_at_one(),
        base.mark_rule(strokeWidth=2, color=_BLUE).encode(
            y=alt.Y("lower:Q", title="비율비 rate ratio", scale=alt.Scale(zero=False)),
            y2="upper:Q",
        ),
        base.mark_point(filled=True, size=90, color=_BLUE).encode(y="value:Q"),
    )


def _windows(effect: PolicyEffect) -> Any:
    values = [
        {**point, "name": _LABELS[point["series"]], "side": _LABELS[point["at"]]}
        for point in effect.points
    ]
    return (
        alt.Chart(_inline(values))
        .mark_bar()
        .encode(
            x=alt.X("name:N", title=None, axis=alt.Axis(labelAngle=0)),
            xOffset=alt.XOffset("side:N", sort=[_LABELS["before"], _LABELS["after"]]),
            y=alt.Y("value:Q", title="건수 events"),
            color=alt.Color(
                "side:N",
                sort=[_LABELS["before"], _LABELS["after"]],
                scale=alt.Scale(range=[_GREY, _BLUE]),
            ),
        )
    )


def _line_at_one() -> Any:
    return (
        alt.Chart(_inline([{"one": 1}])).mark_rule(strokeDash=[4, 4], color=_GREY).encode(y="one:Q")
    )


_PICTURES: tuple[tuple[set[str], Callable[[PolicyEffect], Any]], ...] = (
    ({"counterfactual"}, _counted_series),
    ({"event_study"}, _event_study),
    ({"empirical_bayes"}, _ratios),
    ({"treated"}, _windows),
)
