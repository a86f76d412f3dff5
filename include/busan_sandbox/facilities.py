"""Inventories of the districts and of the education office: routes, cameras, schools."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from busan_sandbox import city
from busan_sandbox.files import Cell, Delivery, Encoding, csv_bytes, json_bytes
from busan_sandbox.options import Options

ROUTE_HEADER: tuple[Cell, ...] = (
    "ASG_ID", "ASG_NM", "ASG_DATE", "SGG_CODE", "SGG_NM", "EMD_CODE", "EMD_NM", "LINK_LEN",
    "BELL_CNT", "CCTV_CNT", "LAMP_CNT", "BRD_CNT", "MARK_CNT", "SERVICE_SIGN_CNT",
    "DCLR_SIGN_CNT", "ETC_FACI_CNT", "WORK_DATE", "REMARK", "REFDATE", "LAMP_CHCK_DATE",
    "LAMP_CHCK_CNT", "LAMP_NRML_CNT",
)  # fmt: skip
# Share of lamps that work when they are inspected, within so many days before the reference date
# (assumptions); some routes were not inspected.
_WORKING_SHARE, _INSPECTED_WITHIN, _NOT_INSPECTED = 0.96, 90, 0.1
# Share of the dongs with a route in which works were done, and how far from the middle of the
# span (days, at most a sixth of the span).
_TREATED_SHARE = 0.45
_WORKS_SPREAD = 45
# Spellings of dates by district: most write ISO.
_DATE_STYLES = {"26290": "%Y.%m.%d", "26530": "%Y%m%d"}

_SCHOOL_LEVELS = {"초등학교": "ELEMENTARY", "중학교": "MIDDLE", "고등학교": "HIGH"}


@dataclass(frozen=True)
class Route:
    """A women's safe return route."""

    route_id: str
    name: str
    designated_on: date
    dong: city.Dong
    length_m: float
    facilities: tuple[int, ...]  # bells, cameras, lamps, boards, markings, two signs, other
    works_completed_on: date | None


def routes(options: Options) -> list[Route]:
    """Return the 151 routes. Works lie around the middle of the span, in about half the dongs."""
    stream = options.stream("routes")
    found: list[Route] = []
    for district in city.districts():
        dongs = city.dongs_of(district.code)
        weights = np.array([dong.residents * dong.night_boost for dong in dongs])
        picks = stream.choice(len(dongs), district.route_count, p=weights / weights.sum())
        with_route = sorted({int(pick) for pick in picks})
        works = round(len(with_route) * _TREATED_SHARE)
        treated = set(stream.choice(with_route, max(1, works), replace=False).tolist())
        done: set[int] = set()
        for number, pick in enumerate(sorted(picks.tolist()), 1):
            completed = None
            if pick in treated and (pick not in done or stream.random() < 0.5):
                completed = _works_date(options, stream)
                done.add(pick)
            found.append(_route(dongs[pick], number, completed, stream))
    return found


def treated_dongs(found: list[Route]) -> dict[str, date]:
    """Return, per dong with works, the day on which the first of them were completed."""
    first: dict[str, date] = {}
    for route in found:
        if route.works_completed_on is not None:
            known = first.get(route.dong.code, route.works_completed_on)
            first[route.dong.code] = min(known, route.works_completed_on)
    return dict(sorted(first.items()))


def route_files(options: Options, found: list[Route]) -> Iterator[Delivery]:
    """Yield each district's register, in the encoding that the district uses."""
    reference = options.last.last_day
    for position, district in enumerate(city.districts()):
        style = _DATE_STYLES.get(district.code, "%Y-%m-%d")
        rows: list[list[Cell]] = [list(ROUTE_HEADER)]
        inspections = options.stream("route inspections", district.code)
        for route in found:
            if route.dong.district_code != district.code:
                continue
            works = route.works_completed_on
            rows.append(
                [
                    route.route_id,
                    route.name,
                    f"{route.designated_on:{style}}",
                    district.code,
                    district.name,
                    route.dong.code,
                    route.dong.name,
                    f"{route.length_m:.1f}",
                    *route.facilities,
                    f"{works:{style}}" if works else "",
                    "조명·비상벨 정비" if works else "",
                    f"{reference:{style}}",
                    *_inspection(route, reference, style, inspections),
                ]
            )
        encoding: Encoding = "cp949" if position % 2 else "utf-8-sig"
        yield Delivery(
            f"districts/{district.instt_code}/safe_routes_{reference:%Y%m%d}.csv",
            csv_bytes(rows, encoding),
        )


def _inspection(
    route: Route, reference: date, style: str, stream: np.random.Generator
) -> list[Cell]:
    """Return day, lamps inspected and lamps that worked; empty where there was no inspection."""
    lamps = route.facilities[2]
    day = reference - timedelta(days=int(stream.integers(0, _INSPECTED_WITHIN)))
    working = int(stream.binomial(lamps, _WORKING_SHARE))
    if stream.random() < _NOT_INSPECTED:
        return ["", "", ""]
    return [f"{day:{style}}", lamps, working]


def _works_date(options: Options, stream: np.random.Generator) -> date:
    days = (options.last.last_day - options.first.first_day).days
    spread = min(_WORKS_SPREAD, days // 6)
    return options.middle + timedelta(days=int(stream.integers(-spread, spread + 1)))


def _route(
    dong: city.Dong, number: int, completed: date | None, stream: np.random.Generator
) -> Route:
    length = float(stream.uniform(180, 1200))
    per_100m = (0.35, 0.6, 3.0, 0.25, 0.8, 0.2, 0.15, 0.4)
    return Route(
        route_id=f"SR-{dong.district_code}-{number:03d}",
        name=f"{base_name(dong.name)} 여성안심귀갓길 {number}",
        designated_on=date(2013, 3, 1) + timedelta(days=int(stream.integers(0, 3200))),
        dong=dong,
        length_m=round(length, 1),
        facilities=tuple(int(stream.poisson(mean * length / 100)) for mean in per_100m),
        works_completed_on=completed,
    )


def base_name(dong_name: str) -> str:
    """Return a dong's name without its number and ending: 부전제1동 becomes 부전."""
    return re.sub(r"(제?[\d.·]+)?(동|읍|면)$", "", dong_name) or dong_name


def school_answers(options: Options) -> Delivery:
    """Return the rows of NEIS schoolInfo: 617 schools, no coordinates, no district code."""
    stream = options.stream("schools")
    names: dict[tuple[str, str], int] = {}
    rows: list[dict[str, Cell]] = []
    for line in city.table("schools"):
        district = next(d for d in city.districts() if d.code == line["district_code"])
        dongs = city.dongs_of(district.code)
        for _ in range(int(line["school_count"])):
            dong = dongs[int(stream.integers(0, len(dongs)))]
            stem = base_name(dong.name)
            count = names[(stem, line["level"])] = names.get((stem, line["level"]), 0) + 1
            name = f"{stem}{f'제{count}' if count > 1 else ''}{line['level']}"
            rows.append(_school_row(options, len(rows) + 1, name, line["level"], district, stream))
    return Delivery("api/schools.json", json_bytes(rows))


def _school_row(
    options: Options,
    number: int,
    name: str,
    level: str,
    district: city.District,
    stream: np.random.Generator,
) -> dict[str, Cell]:
    private = stream.random() < (0.6 if level == "고등학교" else 0.05)
    founded = date(1946 + int(stream.integers(0, 75)), 3, 1)
    is_high = level == "고등학교"
    return {
        "ATPT_OFCDC_SC_CODE": "C10",
        "ATPT_OFCDC_SC_NM": "부산광역시교육청",
        "SD_SCHUL_CODE": f"{7150000 + number}",
        "SCHUL_NM": name,
        "ENG_SCHUL_NM": f"SYNTHETIC {_SCHOOL_LEVELS[level]} SCHOOL {number:03d}",
        "SCHUL_KND_SC_NM": level,
        "LCTN_SC_NM": city.CITY_NAME,
        "JU_ORG_NM": city.CITY_NAME
        + ("교육청" if is_high else f"{district.support_office}교육지원청"),
        "FOND_SC_NM": "사립" if private else "공립",
        # The trailing blank and the spelling 남여공학 are in the published answers.
        "ORG_RDNZC": f"{46000 + int(stream.integers(0, 3999)):05d} ",
        "ORG_RDNMA": f"{city.CITY_NAME} {district.name} 학교로 {int(stream.integers(1, 400))}",
        "ORG_RDNDA": f"/ {name}",
        "ORG_TELNO": f"051-000-{number:04d}",
        "HMPG_ADRES": f"https://school{number:03d}.example",
        "COEDU_SC_NM": "남여공학",
        "ORG_FAXNO": f"051-000-{5000 + number}",
        "HS_SC_NM": "일반고" if is_high else None,
        "INDST_SPECL_CCCCL_EXST_YN": "N",
        "HS_GNRL_BUSNS_SC_NM": "일반계" if is_high else "해당없음",
        "SPCLY_PURPS_HS_ORD_NM": None,
        "ENE_BFE_SEHF_SC_NM": "전기",
        "DGHT_SC_NM": "주간",
        "FOND_YMD": f"{founded:%Y%m%d}",
        "FOAS_MEMRD": f"{founded:%Y%m%d}",
        "LOAD_DTM": f"{options.last.last_day:%Y%m%d}",
    }
