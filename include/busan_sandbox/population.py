"""Monthly residents and households in the form of the ministry's half-year download.

UTF-8 with a byte order mark; a note line, month blocks written once for six columns, headers,
then the country's places: thousands separators, padded ratios, names with trailing blanks,
blank months for a province that changed its name.
"""

from __future__ import annotations

from collections.abc import Iterator

from busan_sandbox import city
from busan_sandbox.files import Cell, Delivery, csv_bytes
from busan_sandbox.options import Month, Options

_NOTE = "※ 매월 말일자 통계 현황"
_MEASURES = ("총 거주자수", "세대수", "세대당 인구", "남자 인구수", "여자 인구수", "남여 비율")


def population_files(options: Options) -> Iterator[Delivery]:
    """Yield one file for each half year that the span touches."""
    halves: dict[tuple[int, str], list[Month]] = {}
    for month in options.months:
        half = "first" if month.number <= 6 else "second"
        halves.setdefault((month.year, half), []).append(month)
    for (year, half), months in halves.items():
        name = f"{year}_{half}_half_registered_population_and_household_monthly.csv"
        yield Delivery(f"city/population/{name}", csv_bytes(_rows(months), "utf-8-sig"))


def _rows(months: list[Month]) -> Iterator[list[Cell]]:
    width = 2 + len(_MEASURES) * len(months)
    yield [_NOTE, *(f"Unnamed: {i}" for i in range(1, width))]
    blocks: list[Cell] = []
    for month in months:
        blocks += [f"{month.year}년{month.number:02d}월", *[""] * (len(_MEASURES) - 1)]
    yield ["", "", *blocks]
    yield ["행정기관코드", "행정기관", *_MEASURES * len(months)]
    for code, name in city.population_places():
        figures = [city.residents(code, month) for month in months]
        if not any(figures):
            continue
        is_province = code.endswith("00000000")
        cells: list[Cell] = [code, name + ("  " if is_province else " ")]
        for figure in figures:
            cells += _block(figure)
        yield cells


def _block(figure: city.Residents | None) -> list[Cell]:
    if figure is None:
        return [""] * len(_MEASURES)
    female = figure.residents - figure.male
    return [
        f"{figure.residents:,}",
        f"{figure.households:,}",
        f"{figure.residents / figure.households:14.2f}",
        f"{figure.male:,}",
        f"{female:,}",
        f"{figure.male / female:14.2f}",
    ]
