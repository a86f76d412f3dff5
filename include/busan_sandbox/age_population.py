"""Residents by age in both forms of the ministry's download.

Ten-year bands: UTF-8 with a byte order mark, half a year a file, a note line, months and sexes
written once for their block of columns, then the headers. Single years: CP949, one month, down
to the dong, the code in the name (with a space for districts, without one for dongs, two for
the city), both sexes together, the registered population instead of the residents.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from busan_sandbox import city
from busan_sandbox.files import Cell, Delivery, csv_bytes
from busan_sandbox.options import Month, Options

Counts = npt.NDArray[np.int64]
Shares = npt.NDArray[np.float64]

_NOTE = "※ 매월 말일자 통계 현황"
_BANDS = (*(f"{age}~{age + 9}세" for age in range(0, 100, 10)), "100세 이상")
_BAND_STARTS = (*range(0, 100, 10), 100)
_SEXES = ("계", "남", "여")
_TOTALS = {"계": "총 거주자수", "남": "남 거주자수", "여": "여 거주자수"}
_AGES = (*(f"{age}세" for age in range(100)), "100세 이상")
# Registered population (2025-05: 3,254,457) by residents of the same month.
_REGISTERED_BY_RESIDENTS = 1.0043
# Within a band of old people each year of age has this share of the one before.
_SURVIVAL = {"70~79세": 0.95, "80~89세": 0.88, "90~99세": 0.75}


def age_population_files(options: Options) -> Iterator[Delivery]:
    """Yield a file of ten-year bands for each half year, one of single years for each year."""
    halves: dict[tuple[int, str], list[Month]] = {}
    for month in options.months:
        half = "first" if month.number <= 6 else "second"
        halves.setdefault((month.year, half), []).append(month)
    for (year, half), months in halves.items():
        name = f"{year}_{half}_half_population_by_age_monthly.csv"
        yield Delivery(f"city/population_age/{name}", csv_bytes(_bands(months), "utf-8-sig"))
    for month in options.months:
        if month.number == 12 or month == options.last:
            period = f"{month.year}{month.number:02d}"
            rows = _single_years(month)
            yield Delivery(
                f"city/population_age/{period}_{period}_연령별인구현황_월간.csv",
                csv_bytes(rows, "cp949", quote_all=True),
            )


def _bands(months: list[Month]) -> Iterator[list[Cell]]:
    block = len(_BANDS) + 2
    width = 2 + block * len(_SEXES) * len(months)
    yield [_NOTE, *(f"Unnamed: {i}" for i in range(1, width))]
    month_cells: list[Cell] = []
    for month in months:
        blanks = [""] * (block * len(_SEXES) - 1)
        month_cells += [f"{month.year}년{month.number:02d}월", *blanks]
    yield ["", "", *month_cells]
    sexes = [cell for sex in _SEXES for cell in (sex, *[""] * (block - 1))]
    yield ["", "", *sexes * len(months)]
    headers = [cell for sex in _SEXES for cell in (_TOTALS[sex], "연령구간인구수", *_BANDS)]
    yield ["행정기관코드", "행정기관", *headers * len(months)]
    for code, name in city.population_places():
        figures = [_by_sex_and_band(code, month) for month in months]
        if all(figure is None for figure in figures):
            continue
        cells: list[Cell] = [code, name + ("  " if code.endswith("00000000") else " ")]
        for figure in figures:
            cells += [""] * (block * len(_SEXES)) if figure is None else _block(figure)
        yield cells


def _block(figure: Counts) -> list[Cell]:
    cells: list[Cell] = []
    for counts in (figure.sum(axis=0), figure[0], figure[1]):
        total = f"{int(counts.sum()):,}"
        cells += [total, total, *(f"{count:,}" for count in counts.tolist())]
    return cells


def _by_sex_and_band(admin_code: str, month: Month) -> Counts | None:
    """Return residents as (male, female) x ten-year bands; None where the place does not exist."""
    if admin_code == city.CITY_CODE:
        parts = [_by_sex_and_band(f"{d.code}00000", month) for d in city.districts()]
        total: Counts = np.sum([part for part in parts if part is not None], axis=0)
        return total
    figure = city.residents(admin_code, month)
    if figure is None:
        return None
    shares = _band_shares(admin_code[:5])
    female = figure.residents - figure.male
    return np.array([apportion(figure.male, shares[0]), apportion(female, shares[1])])


def _single_years(month: Month) -> Iterator[list[Cell]]:
    stem = f"{month.year}년{month.number:02d}월_계_"
    yield ["행정구역", *(stem + age for age in ("총인구수", "연령구간인구수", *_AGES))]
    for code, name in city.population_places():
        if code == city.CITY_CODE:
            dongs = {d.code: _dongs_by_age(d.code, month) for d in city.districts()}
            whole = np.sum([counts for part in dongs.values() for counts in part], axis=0)
            yield _single_year_row(f"{name}  ({code})", whole)
        elif code.startswith(city.CITY_CODE[:2]):
            parts = dongs[code[:5]]
            yield _single_year_row(f"{name} ({code})", np.sum(parts, axis=0))
            for dong, counts in zip(city.dongs_of(code[:5]), parts, strict=True):
                yield _single_year_row(f"{name} {dong.name}({dong.code})", counts)
        elif (figure := city.residents(code, month)) is not None:
            people = round(figure.residents * _REGISTERED_BY_RESIDENTS)
            spaces = "  " if code.endswith("00000000") else " "
            counts = apportion(people, _single_year_shares(code[:5]))
            yield _single_year_row(f"{name}{spaces}({code})", counts)


def _single_year_row(name: str, counts: Counts) -> list[Cell]:
    total = f"{int(counts.sum()):,}"
    return [name, total, total, *(f"{count:,}" for count in counts.tolist())]


def _dongs_by_age(district_code: str, month: Month) -> list[Counts]:
    figure = city.residents(f"{district_code}00000", month)
    people = round((figure.residents if figure else 0) * _REGISTERED_BY_RESIDENTS)
    dongs = city.dongs_of(district_code)
    sizes = apportion(people, np.array([dong.residents for dong in dongs], dtype=float))
    shares = _single_year_shares(district_code)
    return [apportion(int(size), shares) for size in sizes]


@lru_cache(maxsize=32)
def _band_shares(district_code: str) -> Shares:
    """Return (male, female) x bands; places outside Busan have the mean of its districts."""
    rows = list(city.table("age_shares"))
    shares = {
        (row["district_code"], row["sex"]): np.array(
            [float(row[f"age_{age}"]) for age in _BAND_STARTS]
        )
        for row in rows
    }
    sexes = ("male", "female")
    if (district_code, "male") in shares:
        return np.array([shares[(district_code, sex)] for sex in sexes])
    return np.array(
        [np.mean([s for (_, own), s in shares.items() if own == sex], axis=0) for sex in sexes]
    )


@lru_cache(maxsize=32)
def _single_year_shares(district_code: str) -> Shares:
    bands = _band_shares(district_code).mean(axis=0)
    parts = []
    for name, share in zip(_BANDS[:-1], bands[:-1], strict=True):
        weights = _SURVIVAL.get(name, 1.0) ** np.arange(10)
        parts.append(share * weights / weights.sum())
    return np.concatenate([*parts, bands[-1:]])


def apportion(total: int, weights: Shares) -> Counts:
    """Split `total` by weights into whole numbers that add up to it (largest remainders)."""
    exact = total * weights / weights.sum()
    counts: Counts = np.floor(exact).astype(np.int64)
    for place in np.argsort(counts - exact, kind="stable")[: total - int(counts.sum())]:
        counts[place] += 1
    return counts
