"""The map of a choice of sites as SVG: cells by score, chosen ones, district outlines.

For use inside the agency: a cell holds a few houses. Drawn on a plane in kilometres, so that no
map projection and no tile server is needed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import altair as alt
import h3
import numpy as np
import pandas as pd
import shapely
import vl_convert

from busan_safety.evaluation.siting.choice import Siting

# Kilometres in a degree at Busan's latitude (35.17 N).
_KM_EAST, _KM_NORTH = 91.110, 110.950
_WIDTH = 760
_CLASSES = 5
# Light to dark in one hue, so that order shows without colour as well.
_BLUES = ["#e3edf6", "#b6cfe6", "#7fa9d1", "#3f7db5", "#0b4a8a"]
_ORANGE, _GREY = "#c2571a", "#6b7280"
# A lying cross as an SVG path: the built-in one stands, and is filled.
_CROSS = "M-1,-1L1,1M-1,1L1,-1"


def draw_map(siting: Siting, outlines: Mapping[str, Any], *, is_synthetic: bool) -> str:
    """SVG of the ranked cells in fifths by score, the chosen ones and the cells by crimes alone.

    outlines: polygons in degrees by district code, may be empty. The same siting gives the same
    bytes.
    """
    cells = siting.cells[siting.cells["is_ranked"]].sort_values("h3_cell")
    fifth = _fifths(cells["score"])
    hexagons = _features(
        (_hexagon(cell), {"name": _class_name(number)})
        for cell, number in zip(cells["h3_cell"], fifth, strict=True)
    )
    names = [_class_name(number) for number in range(_CLASSES)]
    ground = (
        alt.Chart(hexagons)
        .mark_geoshape(stroke="white", strokeWidth=0.2)
        .encode(
            color=alt.Color(
                "properties.name:N",
                scale=alt.Scale(domain=names, range=_BLUES),
                legend=alt.Legend(title="점수 score", orient="right"),
            )
        )
    )
    districts = _features((_plane(shape), {}) for shape in outlines.values())
    borders = alt.Chart(districts).mark_geoshape(filled=False, stroke=_GREY, strokeWidth=0.8)
    chosen, naive = "선정 chosen", "신고 범죄순 by crimes"
    marks = _features(
        [
            *((_centre(cell), {"name": naive}) for cell in _cells(siting, "is_naive")),
            *((_centre(cell), {"name": chosen}) for cell in _cells(siting, "is_selected")),
        ]
    )
    points = _marks(marks, naive, _CROSS, "#111827") + _marks(marks, chosen, "circle", _ORANGE)
    layers = [ground, *([borders] if outlines else []), points]
    chart = (
        alt.layer(*layers)
        .project(type="identity", reflectY=True)
        .properties(width=_WIDTH, height=_WIDTH, title=_title(siting, is_synthetic))
        .configure(font="Noto Sans CJK KR, sans-serif", background="white")
        .configure_view(stroke=None)
        .configure_title(anchor="start", fontSize=15, subtitleFontSize=11, subtitleColor=_GREY)
    )
    return str(vl_convert.vegalite_to_svg(chart.to_json()))


def _title(siting: Siting, is_synthetic: bool) -> alt.TitleParams:
    label = "합성 데이터 synthetic data · " if is_synthetic else ""
    return alt.TitleParams(
        text=f"{label}새 카메라 {siting.site_count}곳 · {siting.site_count} new cameras",
        subtitle=[
            "칸은 약 300 m, 진할수록 점수가 높습니다. 원: 함께 골라 필요도를 가장 많이 덮는 칸, "
            "가위표: 신고된 범죄가 많은 순.",
            "Cells of about 300 m, darker for a higher score. Discs: chosen together to cover most "
            "need; crosses: most reported crimes.",
            "기관 내부용 For use inside the agency only",
        ],
    )


def _marks(data: Any, name: str, shape: str, colour: str) -> Any:
    return (
        alt.Chart(data)
        .transform_filter(f"datum.properties.name == '{name}'")
        .transform_calculate(x="datum.geometry.coordinates[0]", y="datum.geometry.coordinates[1]")
        .mark_point(
            shape=shape,
            fill=colour if shape == "circle" else None,
            stroke="white" if shape == "circle" else colour,
            strokeWidth=0.8 if shape == "circle" else 1,
            size=34 if shape == "circle" else 16,
            opacity=1,
        )
        .encode(longitude="x:Q", latitude="y:Q")
    )


def _features(pairs: Any) -> Any:
    values = [
        {"type": "Feature", "properties": properties, "geometry": geometry}
        for geometry, properties in pairs
    ]
    return alt.Data(values=values)  # type: ignore[no-untyped-call]


def _cells(siting: Siting, flag: str) -> list[str]:
    return sorted(siting.cells.loc[siting.cells[flag], "h3_cell"])


def _hexagon(cell: str) -> dict[str, Any]:
    return _plane(shapely.Polygon([(east, north) for north, east in h3.cell_to_boundary(cell)]))


def _centre(cell: str) -> dict[str, Any]:
    north, east = h3.cell_to_latlng(cell)
    return _plane(shapely.Point(east, north))


def _plane(shape: Any) -> dict[str, Any]:
    moved = shapely.transform(shape, lambda degrees: degrees * np.array([_KM_EAST, _KM_NORTH]))
    # A tenth of a metre is finer than any screen, and keeps the file small.
    geometry: dict[str, Any] = json.loads(shapely.to_geojson(shapely.set_precision(moved, 1e-3)))
    return geometry


def _fifths(scores: pd.Series) -> list[int]:
    ranks = scores.rank(method="first").to_numpy()
    return [int(number) for number in np.floor((ranks - 1) * _CLASSES / len(ranks))]


def _class_name(number: int) -> str:
    words = {0: "낮음 lowest fifth", _CLASSES - 1: "높음 highest fifth"}
    return words.get(number, f"{number + 1} / {_CLASSES}")
