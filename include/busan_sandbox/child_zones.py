"""Child protection zones as the standard-data interface lists them, one table a publisher.

Numbers of zones, empty cells, spellings of stations and the distance of the reference dates are
those counted in the published file; names, addresses and places are invented. Not scaled.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np

from busan_sandbox import city
from busan_sandbox.draws import pick
from busan_sandbox.facilities import base_name
from busan_sandbox.files import Delivery, json_bytes
from busan_sandbox.options import Options

# English field of the interface -> Korean header of the standard file, in its order.
FIELDS = {
    "fcltyKnd": "시설종류",
    "trgetFcltyNm": "대상시설명",
    "rdnmadr": "소재지도로명주소",
    "lnmadr": "소재지지번주소",
    "latitude": "위도",
    "longitude": "경도",
    "institutionNm": "관리기관명",
    "cmptncPolcsttnNm": "관할경찰서명",
    "cctvYn": "CCTV설치여부",
    "cctvCo": "CCTV설치대수",
    "roadWt": "보호구역도로폭",
    "referenceDate": "데이터기준일자",
    "insttCode": "제공기관코드",
    "insttNm": "제공기관명",
}
# Publishers that answer in the newer envelope.
NEWER_ENVELOPE = ("3260000", "3380000", "3400000")  # an assumption

_KINDS = {
    "kindergarten": "유치원",
    "elementary": "초등학교",
    "daycare": "어린이집",
    "special": "특수학교",
    "foreign": "외국인학교",
    "academy": "학원",
}
_WIDTHS = (
    ("6", 50), ("8", 47), ("10", 28), ("12", 17), ("16", 17), ("15", 14), ("5", 14), ("9", 14),
    ("20", 11), ("7.5", 3), ("6~8", 40), ("6~10", 30), ("4~12", 26), ("6~12", 20), ("3~15", 20),
    ("4.5~20", 17), ("12~12.5", 10), ("12.3~29.5", 6), ("9.8~13.1", 6),
)  # fmt: skip
# One district writes one range for all its zones.
_ONE_WIDTH = {"26320": "4~9"}
_CAMERAS = (
    (1, 192), (2, 113), (4, 56), (3, 55), (5, 26), (6, 12), (7, 9), (16, 7), (12, 6), (15, 5),
    (9, 5), (8, 5), (10, 4), (26, 2), (19, 1),
)  # fmt: skip
_OFFICE_WITHOUT_ENDING = ("26140", "26710")
_MISSPELT_OFFICE = ("26170", "부산공역시 동구청")
# Two kinds of facility of one name at one address, as the only register with such pairs has.
_SAME_NAME_DISTRICT, _SAME_NAME_PAIRS = "26320", 3
# 부산 in addresses of other cities; the city is real, the facilities are not.
_ELSEWHERE = (("유치원", "모의숲유치원", 12), ("초등학교", "모의들초등학교", 37))

Zone = dict[str, str]


def child_zone_answers(options: Options, planted: Counter[str]) -> Iterator[Delivery]:
    """Yield one table a publisher: the sixteen districts, and a city with a 부산동."""
    for register in city.table("child_zones"):
        district = next(d for d in city.districts() if d.code == register["district_code"])
        zones = _zones(options, district, register)
        planted["district_child_zones.rows"] += len(zones)
        planted["district_child_zones.no_camera_count"] += sum(not z["cctvCo"] for z in zones)
        planted["district_child_zones.no_road_width"] += sum(not z["roadWt"] for z in zones)
        planted["district_child_zones.width_ranges"] += sum("~" in z["roadWt"] for z in zones)
        yield Delivery(f"api/child_zones_{district.instt_code}.json", json_bytes(zones))
    elsewhere = _zones_elsewhere(options)
    planted["district_child_zones.elsewhere"] += len(elsewhere)
    yield Delivery("api/child_zones_4000000.json", json_bytes(elsewhere))


def _zones(options: Options, district: city.District, register: dict[str, str]) -> list[Zone]:
    stream = options.stream("child zones", district.code)
    kinds = [_KINDS[name] for name in _KINDS for _ in range(int(register[name]))]
    count = len(kinds)
    inside = [i for i, dong in enumerate(city.dongs()) if dong.district_code == district.code]
    where = np.array(inside)[stream.integers(0, len(inside), count)]
    longitude, latitude = city.scatter(where, stream)
    reference = options.last.last_day - timedelta(days=int(register["days_before"]))
    without = {
        name: set(stream.permutation(count)[: int(register[name])].tolist())
        for name in ("without_cctv", "no_count", "no_lot", "no_width")
    }
    cameras = pick([weight for _, weight in _CAMERAS], count, stream).tolist()
    widths = pick([weight for _, weight in _WIDTHS], count, stream).tolist()
    numbers = stream.integers(1, 400, (count, 2)).tolist()
    stations = register["station"].split("|")
    used: Counter[str] = Counter()
    zones = []
    for at, kind in enumerate(kinds):
        dong = city.dongs()[int(where[at])]
        has_camera = at not in without["without_cctv"]
        zones.append(
            {
                "fcltyKnd": kind,
                "trgetFcltyNm": _name(base_name(dong.name), kind, used),
                "rdnmadr": f"{city.CITY_NAME} {district.name} {base_name(dong.name)}로 "
                f"{numbers[at][0]}",
                "lnmadr": ""
                if at in without["no_lot"]
                else f"{city.CITY_NAME} {district.name} {base_name(dong.name)}동 {numbers[at][1]}",
                "latitude": f"{latitude[at]:.8f}",
                "longitude": f"{longitude[at]:.7f}",
                "institutionNm": _office(district),
                "cmptncPolcsttnNm": _station(dong, stations[at % len(stations)], reference),
                "cctvYn": "Y" if has_camera else "N",
                "cctvCo": ""
                if at in without["no_count"]
                else str(_CAMERAS[cameras[at]][0] if has_camera else 0),
                "roadWt": ""
                if at in without["no_width"]
                else _ONE_WIDTH.get(district.code, _WIDTHS[widths[at]][0]),
                "referenceDate": reference.isoformat(),
                "insttCode": district.instt_code,
                "insttNm": f"{city.CITY_NAME} {district.name}",
            }
        )
    if district.code == _SAME_NAME_DISTRICT:
        _pair_names(zones)
    if district.code == _MISSPELT_OFFICE[0]:
        zones[0]["institutionNm"] = _MISSPELT_OFFICE[1]
    return zones


def _name(stem: str, kind: str, used: Counter[str]) -> str:
    """Return a name that no other zone of the register has."""
    used[stem + kind] += 1
    number = used[stem + kind]
    return f"{stem}{f'제{number}' if number > 1 else ''}{kind}"


def _pair_names(zones: list[Zone]) -> None:
    first = [zone for zone in zones if zone["fcltyKnd"] == _KINDS["kindergarten"]]
    second = [zone for zone in zones if zone["fcltyKnd"] == _KINDS["daycare"]]
    for one, other in list(zip(first, second, strict=False))[:_SAME_NAME_PAIRS]:
        one["trgetFcltyNm"] = one["trgetFcltyNm"].removesuffix(one["fcltyKnd"])
        other["trgetFcltyNm"], other["rdnmadr"] = one["trgetFcltyNm"], one["rdnmadr"]


def _office(district: city.District) -> str:
    ending = "" if district.code in _OFFICE_WITHOUT_ENDING else "청"
    return f"{city.CITY_NAME} {district.name}{ending}"


def _station(dong: city.Dong, spelling: str, day: date) -> str:
    """Return the station as the register spells it; before 수영 opened, its dongs' old one."""
    if dong.later_station and day < city.SUYEONG_OPENED:
        return city.station_office(dong.station)
    return spelling


def _zones_elsewhere(options: Options) -> list[Zone]:
    return [
        {
            "fcltyKnd": kind,
            "trgetFcltyNm": name,
            "rdnmadr": f"경기도 오산시 부산동길 {number}",
            "lnmadr": f"경기도 오산시 부산동 {600 + number}",
            "latitude": "37.14900000",
            "longitude": "127.0850000",
            "institutionNm": "경기도 오산시청",
            "cmptncPolcsttnNm": "오산경찰서",
            "cctvYn": "N",
            "cctvCo": "0",
            "roadWt": "4",
            "referenceDate": options.last.last_day.isoformat(),
            "insttCode": "4000000",
            "insttNm": "경기도 오산시",
        }
        for kind, name, number in _ELSEWHERE
    ]
