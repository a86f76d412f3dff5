"""The page and the picture of the results: `docs/reference/recovery.md`, `recovery.svg`."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from datetime import datetime
from importlib.metadata import version
from typing import Any

import altair as alt
import vl_convert

from busan_safety import __version__
from busan_safety.settings import SEOUL
from studies.recovery.programmes import PLACEBO, PLANTED, STUDIED, Studied
from studies.recovery.summary import LEAST, MOST, Share, Summary

_BLUE, _ORANGE, _GREY = "#0b5cad", "#c2571a", "#6b7280"
_VERDICTS = {"within": "yes", "compatible": "within chance", "outside": "**no**"}
_HEAD = (
    "| plan | estimator | planted | mean estimate | bias of the log | covers (MC interval) "
    "| 93-97 % | leaves out 1 | width | refused |\n|---|---|---|---|---|---|---|---|---|---|"
)
_NOTES = {
    "safe_routes_night_calls": "Districts share days and months that are busy for all their dongs.",
    "prevention_zones_crimes": "Counts of 2023 are fixed to the published ones by station.",
    "dog_patrols_night_incidents": "Seven districts by the end of the study period, at their real "
    "dates; counts of 2023 are fixed to the published ones by station.",
    "countdown_timers_accidents": "79 sites, the worst of 2019 to 2021: regression to the mean is "
    "planted. Those that got another facility, too, are left out.",
    "rear_plate_cameras_accidents": "60 sites by traffic. With the data of 2024, where the plan "
    "ends, it is mostly refused for want of accidents; the study goes on to the end of 2025. A "
    "city is refused when few accidents were counted after, so the others have more than their "
    "share and the mean of their estimates lies nearer to 1 than what was planted.",
    "signal_side_lights_accidents": "150 sites by traffic; the sandbox plants nothing, so that "
    "there is a placebo only.",
    "apo_vehicles_repeated_reports": "Six of 15 stations; one quarter after is followed for 90 "
    "days within the data.",
    "relief_centre_intoxicated_calls": "The sandbox plants nothing in the calls of the whole city: "
    "the study itself takes 15 % of them away from the opening on. No works on routes, whose "
    "effect on night calls would fall into the same months.",
    "mental_centre_handling_minutes": "The planted ratio is that of all cases: 72 % have the joint "
    "response, which takes a fifth off the minutes after the report.",
    "security_cctv_street_incidents": "Cells whose cameras all have a month, about 64 with a first "
    "one. The sandbox plants nothing: the study itself takes incidents of these cells away from "
    "the month of the camera on.",
    "crowded_events_calls": "About 30 events, without the fireworks, for whose crowd the sandbox "
    "plants calls. The study itself takes calls of an event's district away on its days.",
    "licence_returns_elderly_accidents": "The ratio is for each licence returned for 100 holders. "
    "The sandbox plants nothing: the study itself takes elderly drivers' accidents away by the "
    "district's returns, and leaves all accidents, the basis, as they are.",
}
_INTRODUCTION = """\
# Does the evaluation find what was planted?

Synthetic data. Written by `{command}` on {day}; nothing on this page was typed by hand but the
explanations, which stand in `studies/recovery`.

{cities} cities, seeds 1 to {cities}. In each the sandbox's generators draw the events, with the
effect of a programme planted and, the same city, without it. They are put into the rows that the
plan's SQL returns, and estimated by the code behind `busan-safety evaluate`.
`tests/recomputation/plan_rows.py` holds the rows against the SQL.

- *mean estimate*: geometric mean of the rate ratios; *bias of the log*: mean of log(estimate /
  planted) with its standard error over cities, so that ±0.01 is about one per cent.
- *covers*: share of 95 % intervals that hold what was planted, with its own 95 % Monte-Carlo
  interval (Wilson). *93-97 %*: `yes`; `within chance` where that interval reaches into 93 to 97;
  **no**.
- *leaves out 1*: intervals that would be called a decrease or an increase. Under a placebo 5 % is
  what it should be.
- *width*: upper over lower limit, geometric mean. *refused*: share of cities the plan declined;
  all other columns are over the rest.
- *naive*: the plain before-after comparison of the same sites.
"""


def page(summaries: Sequence[Summary], *, cities: int, command: str) -> str:
    """Return the page. summaries: of all plans, arms and estimators."""
    day = datetime.now(SEOUL).date().isoformat()
    parts = [
        _INTRODUCTION.format(cities=cities, command=command, day=day),
        "## With the effect planted\n",
        _table([one for one in summaries if one.arm == PLANTED]),
        "\n## Placebo: the same cities, nothing planted\n",
        _table([one for one in summaries if one.arm == PLACEBO]),
        "\n![Coverage by plan](recovery.svg)\n",
        "## What was drawn\n",
        *(_drawn(one) for one in STUDIED),
        "\n## Versions\n",
        _versions(),
    ]
    return "\n".join(parts) + "\n"


def _table(summaries: Sequence[Summary]) -> str:
    return "\n".join([_HEAD, *map(_row, summaries)])


def _row(one: Summary) -> str:
    cells = (
        one.plan_id,
        "the plan's" if one.estimator == "plan" else "naive",
        f"{one.truth:.2f}",
        f"{one.mean:.3f}",
        f"{one.bias:+.3f} ± {one.bias_error:.3f}",
        _share(one.covered),
        _VERDICTS[one.verdict],
        _share(one.significant),
        f"{one.width:.2f}",
        f"{one.refused:.0%}",
    )
    return f"| {' | '.join(cells)} |"


def _share(share: Share) -> str:
    return f"{share.value:.1%} ({share.lower:.1%}-{share.upper:.1%})"


def _drawn(studied: Studied) -> str:
    scale = "real size" if studied.scale == 1 else f"{studied.scale:g} of the real events"
    span, note = f"{studied.first} to {studied.last}", _NOTES[studied.plan_id]
    return f"- `{studied.plan_id}`: {span}, {scale}. {note}"


def _versions() -> str:
    names = ("numpy", "scipy", "statsmodels", "pandas")
    others = ", ".join(f"{name} {version(name)}" for name in names)
    return f"busan-safety {__version__}, Python {platform.python_version()}, {others}."


def picture(summaries: Sequence[Summary]) -> str:
    """Return coverage by plan and arm as SVG, naive estimates in another colour."""
    data = alt.Data(values=[_point(one) for one in summaries])  # type: ignore[no-untyped-call]
    base = alt.Chart(data).encode(
        y=alt.Y("name:N", title=None, sort=None, axis=alt.Axis(labelLimit=320)),
        color=alt.Color(
            "estimator:N",
            scale=alt.Scale(domain=["the plan's", "naive"], range=[_BLUE, _ORANGE]),
            legend=alt.Legend(title=None, orient="bottom"),
        ),
    )
    share = alt.Scale(domain=[0, 1])
    axis = alt.Axis(format="%")
    points = base.mark_point(filled=True, size=60).encode(
        x=alt.X("covered:Q", title="intervals that hold what was planted", scale=share, axis=axis)
    )
    errors = base.mark_rule().encode(x=alt.X("lower:Q", scale=share), x2="upper:Q")
    wanted = [{"least": LEAST, "most": MOST}]
    band = (
        alt.Chart(alt.Data(values=wanted))  # type: ignore[no-untyped-call]
        .mark_rect(color=_GREY, opacity=0.25)
        .encode(x=alt.X("least:Q", scale=share), x2="most:Q")
    )
    chart = (
        alt.layer(band, errors, points)
        .properties(
            width=520,
            height=alt.Step(20),
            title="합성 데이터 synthetic data · coverage of 95 % intervals",
        )
        .configure(font="Noto Sans CJK KR, sans-serif", background="white")
        .configure_title(anchor="start", fontSize=14)
    )
    return str(vl_convert.vegalite_to_svg(chart.to_json()))


def _point(one: Summary) -> dict[str, Any]:
    return {
        "name": f"{one.plan_id} · {one.arm}",
        "estimator": "the plan's" if one.estimator == "plan" else "naive",
        "covered": one.covered.value,
        "lower": one.covered.lower,
        "upper": one.covered.upper,
    }
