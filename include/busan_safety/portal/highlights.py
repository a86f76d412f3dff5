"""What the page shows of the numbers themselves, read from the released Parquet files."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow.parquet as pq

from busan_safety.gate import Text
from busan_safety.portal.charts import (
    Cell,
    IntervalPlot,
    Line,
    Range,
    Tile,
    interval_plot,
    line,
    reach_of,
    tile_map,
)
from busan_safety.release.pictures import picture_name
from busan_safety.release.publication import Version

MAPPED_INDICATORS = ("five_major_crime_rate", "call_112_rate")
TREND_INDICATOR = "call_112_rate"
ROUNDED = "rounded"
PLOT_WIDTH = 560
BESIDE_WIDTH = 300
TREND_WIDTH = 990
TREND_HEIGHT = 150

_UNITS_KO = {
    "per 1,000 residents": "인구 1천 명당",
    "per 10,000 residents": "인구 1만 명당",
    "per 100,000 residents": "인구 10만 명당",
    "minutes": "분",
}
_VERDICTS = {
    "decrease": Text(ko="감소", en="decrease"),
    "increase": Text(ko="증가", en="increase"),
    "not_detectable": Text(ko="가려낼 수 없음", en="not detectable"),
    "refused": Text(ko="추정하지 않음", en="not estimated"),
}

_NUMBERS = ("estimate", "lower_95", "upper_95")
_DRAWN = (*_NUMBERS, "mde")

Row = dict[str, Any]


@dataclass(frozen=True)
class Map:
    """An indicator's newest period over the 16 districts."""

    indicator_id: str
    name: Text
    unit: Text
    period: Text
    tiles: list[Tile]
    ranges: list[Range]

    @property
    def is_rounded(self) -> bool:
        """Whether a district's value was made of rounded counts."""
        return any(tile.cell.status == ROUNDED for tile in self.tiles)


@dataclass(frozen=True)
class Trend:
    """An indicator of the whole city by month."""

    name: Text
    unit: Text
    line: Line
    first: Text
    last: Text
    points: list[tuple[Text, float | None, str]]

    @property
    def is_rounded(self) -> bool:
        """Whether a month's value was made of rounded counts."""
        return any(status == ROUNDED for _, _, status in self.points)


@dataclass(frozen=True)
class Effect:
    """One evaluated effect: its careful sentence and, unless refused, its interval.

    plot: on an axis of its own; beside: on the axis that all effects share.
    picture: address of the released picture below the page; None where a row has none.
    """

    effect_id: str
    title: Text
    outcome: Text
    verdict: Text
    verdict_id: str
    sentence: Text
    grade: int | None
    window: Text | None
    estimate: float | None
    lower: float | None
    upper: float | None
    plot: IntervalPlot | None
    beside: IntervalPlot | None
    is_hidden: bool
    picture: str | None
    family_note: Text | None


def maps(version: Version) -> list[Map]:
    """Maps of the featured indicators, in their order; those not in the release are left out."""
    drawn = (_map(version, indicator_id) for indicator_id in MAPPED_INDICATORS)
    return [known for known in drawn if known is not None]


def trend(version: Version) -> Trend | None:
    """City-wide series of the featured indicator; None without any value."""
    rows = _rows(
        version,
        lambda row: (
            row["indicator_id"] == TREND_INDICATOR
            and row["place_type"] == "city"
            and row["period_type"] == "month"
        ),
    )
    rows.sort(key=lambda row: row["period_start"])
    values = [row["value"] for row in rows]
    if not any(value is not None for value in values):
        return None
    months = [_period("month", row["period_start"]) for row in rows]
    return Trend(
        name=Text(ko=rows[0]["indicator_name_ko"], en=rows[0]["indicator_name_en"]),
        unit=_unit(rows[0]["unit"]),
        line=line(values, width=TREND_WIDTH, height=TREND_HEIGHT),
        first=months[0],
        last=months[-1],
        points=list(zip(months, values, (row["value_status"] for row in rows), strict=True)),
    )


def effects(version: Version) -> list[Effect]:
    """Every published effect, in the release's order."""
    drawn = {file.name for file in version.files}
    rows = _rows(version, lambda _: True)
    reach = reach_of(row[name] for row in rows if _has_plot(row) for name in _DRAWN)
    return [_effect(row, version.path, drawn, reach) for row in rows]


def _has_plot(row: Row) -> bool:
    return row["estimate_unit"] == "rate_ratio" and None not in [row[name] for name in _NUMBERS]


def _map(version: Version, indicator_id: str) -> Map | None:
    rows = _rows(
        version,
        lambda row: row["indicator_id"] == indicator_id and row["place_type"] == "district",
    )
    reported = [row["period_start"] for row in rows if row["value"] is not None]
    if not reported:
        return None
    newest = max(reported)
    shown = [row for row in rows if row["period_start"] == newest]
    tiles, ranges = tile_map(
        [
            Cell(
                code=row["place_code"],
                name_ko=row["place_name_ko"],
                name_en=row["place_name_en"],
                value=row["value"],
                status=row["value_status"],
            )
            for row in shown
        ]
    )
    first = shown[0]
    return Map(
        indicator_id=indicator_id,
        name=Text(ko=first["indicator_name_ko"], en=first["indicator_name_en"]),
        unit=_unit(first["unit"]),
        period=_period(first["period_type"], newest),
        tiles=tiles,
        ranges=ranges,
    )


def _effect(row: Row, path: str, drawn: Collection[str], reach: float) -> Effect:
    ratios = [row[name] for name in _DRAWN]
    has_plot = _has_plot(row)
    outcome = Text(ko=row["outcome_name_ko"], en=row["outcome_name_en"])
    picture = picture_name(row["effect_id"])
    note = row.get("family_note_ko")
    return Effect(
        effect_id=row["effect_id"],
        # Releases before the title had a column name their outcome alone.
        title=Text(ko=row["title_ko"], en=row["title_en"]) if "title_ko" in row else outcome,
        outcome=outcome,
        verdict=_VERDICTS[row["verdict"]],
        verdict_id=row["verdict"],
        sentence=Text(ko=row["sentence_ko"], en=row["sentence_en"]),
        grade=row["maryland_scale"],
        window=_window(row),
        estimate=row["estimate"],
        lower=row["lower_95"],
        upper=row["upper_95"],
        plot=interval_plot(*ratios, width=PLOT_WIDTH) if has_plot else None,
        beside=interval_plot(*ratios, width=BESIDE_WIDTH, reach=reach) if has_plot else None,
        is_hidden=row["value_status"] == "suppressed",
        picture=f"{path}/{picture}" if picture in drawn else None,
        family_note=Text(ko=note, en=row["family_note_en"]) if note else None,
    )


def _window(row: Row) -> Text | None:
    if row["before_start"] is None or row["after_end"] is None:
        return None
    start, end = row["before_start"], row["after_end"]
    return Text(
        ko=f"{start.year}년 {start.month}월~{end.year}년 {end.month}월",
        en=f"{start:%B %Y} to {end:%B %Y}",
    )


def _unit(unit: str) -> Text:
    return Text(ko=_UNITS_KO.get(unit, unit), en=unit)


def _period(period_type: str, start: date) -> Text:
    if period_type == "year":
        return Text(ko=f"{start.year}년", en=f"{start.year}")
    if period_type == "quarter":
        quarter = (start.month + 2) // 3
        return Text(ko=f"{start.year}년 {quarter}분기", en=f"Q{quarter} {start.year}")
    if period_type == "month":
        return Text(ko=f"{start.year}년 {start.month}월", en=f"{start:%B %Y}")
    return Text(ko=f"{start.isoformat()} 기준", en=f"as of {start.isoformat()}")


def _rows(version: Version, wanted: Callable[[Row], bool]) -> list[Row]:
    table = pq.read_table(version.folder / version.file(".parquet").name)
    return [row for row in table.to_pylist() if wanted(row)]
