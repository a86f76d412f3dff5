"""Registered population by district and sex, as KOSIS lists table DT_1B040A3.

The published residents of the months, raised by the ratio of the two published bases of 2023 to
2025 (unknown addresses are in this one): the figures repeat published ones approximately.
"""

from __future__ import annotations

from collections.abc import Iterator

from busan_sandbox import city
from busan_sandbox.endpoints import Endpoint
from busan_sandbox.files import Cell, Delivery, json_bytes
from busan_sandbox.options import Month, Options

TABLE = "DT_1B040A3"
ENDPOINT = Endpoint(
    sender="kosis",
    path="openapi/Param/statisticsParameterData.do",
    table="registered_population",
    wire="kosis",
    filters={"orgId": "ORG_ID", "tblId": "TBL_ID"},
    required=("method", "orgId", "tblId", "itmId", "objL1", "prdSe"),
)
ITEMS = {"T20": "총인구수", "T21": "남자인구수", "T22": "여자인구수"}
_TITLE = "행정구역(시군구)별, 성별 인구수"
# 3,293,362 registered against 3,279,357 residents at the end of 2023; 2024 and 2025 alike.
_REGISTERED_PER_RESIDENT = 1.0043


def registered_population_answers(options: Options) -> Delivery:
    """Return every month of the span: the city and its districts, three items each."""
    rows = [row for month in options.months for row in _month(month)]
    return Delivery("api/registered_population.json", json_bytes(rows))


def registered(month: Month) -> dict[str, tuple[str, int, int]]:
    """Return {KOSTAT code: (name, male, female)} of a month; the city, 21, is the sum."""
    found = {}
    for position, district in enumerate(city.districts(), 1):
        people = city.residents(f"{district.code}00000", month)
        if people is None:
            continue
        male = round(people.male * _REGISTERED_PER_RESIDENT)
        female = round((people.residents - people.male) * _REGISTERED_PER_RESIDENT)
        # 기장군 had 21310 until 2022.
        code = "21510" if district.code == "26710" else f"21{position:02d}0"
        found[code] = (district.name, male, female)
    total = (sum(part[1] for part in found.values()), sum(part[2] for part in found.values()))
    return {"21": (city.CITY_NAME, *total), **found}


def _month(month: Month) -> Iterator[dict[str, Cell]]:
    for code, (name, male, female) in registered(month).items():
        counts = {"T20": male + female, "T21": male, "T22": female}
        for item, count in counts.items():
            yield {
                "ORG_ID": "101",
                "TBL_ID": TABLE,
                "TBL_NM": _TITLE,
                "C1": code,
                "C1_OBJ_NM": "행정구역(시군구)별",
                "C1_NM": name,
                "ITM_ID": item,
                "ITM_NM": ITEMS[item],
                "UNIT_NM": "명",
                "PRD_SE": "M",
                "PRD_DE": f"{month.year}{month.number:02d}",
                "DT": str(count),
                "LST_CHN_DE": month.next.first_day.isoformat(),
            }
