"""Emergency bells as the ministry's interface lists them (1741000), with their published defects.

The number of bells of Busan (682) is the published one and is not scaled; how they are spread
over the districts, their names and places are assumptions.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import numpy as np

from busan_sandbox import city
from busan_sandbox.draws import pick
from busan_sandbox.facilities import base_name
from busan_sandbox.files import Delivery, json_bytes
from busan_sandbox.options import Options

# Field of the interface -> header of the published file, in its order.
FIELDS = {
    "OPN_ATMY_GRP_CD": "개방자치단체코드",
    "MNG_NO": "관리번호",
    "SFTY_EMRGNCBLL_MNG_NO": "안전비상벨관리번호",
    "INSTL_PRPS": "설치목적",
    "INSTL_PLC_TYPE": "설치장소유형",
    "INSTL_PSTN": "설치위치",
    "LCTN_ROAD_NM_ADDR": "소재지도로명주소",
    "LCTN_LOTNO_ADDR": "소재지지번주소",
    "WGS84_LAT": "WGS84위도",
    "WGS84_LOT": "WGS84경도",
    "LINK_MTH": "연계방식",
    "POLC_LINK_EN": "경찰연계유무",
    "SECCO_LINK_EN": "경비업체연계유무",
    "MNGOFC_LINK_EN": "관리사무소연계유무",
    "ADDTN_FNC": "부가기능",
    "SFTY_EMRGNCBLL_INSTL_YR": "안전비상벨설치연도",
    "LAST_CHCK_YMD": "최종점검일자",
    "LAST_CHCK_RSLT_SE": "최종점검결과구분",
    "MNG_INST_NM": "관리기관명",
    "MNG_INST_TELNO": "관리기관전화번호",
    "DAT_CRTR_YMD": "데이터기준일자",
    "DAT_UPDT_SE": "데이터갱신구분",
    "DAT_UPDT_PNT": "데이터갱신시점",
    "LAST_MDFCN_PNT": "최종수정시점",
}
# Adds up to 682; more than one page of 100 in two districts.
_BELLS = {
    "26110": 46, "26140": 112, "26170": 58, "26200": 30, "26230": 24, "26260": 18, "26290": 40,
    "26320": 12, "26350": 36, "26380": 44, "26410": 22, "26440": 158, "26470": 16, "26500": 20,
    "26530": 28, "26710": 18,
}  # fmt: skip
_PLACES = (("화장실", "공중화장실 대변기칸 내"), ("가로변", "교차로 앞"), ("공원", "놀이터 옆"))
_EXTRAS = ("", "CCTV", "경보등+경보음+CCTV")
_DEPARTMENTS = ("문화관광과", "청소행정과", "해양산림과")

Bell = dict[str, str]


def bell_answers(options: Options, planted: Counter[str]) -> Delivery:
    """Return the bells of all districts; the interface selects them by publisher."""
    bells: list[Bell] = []
    for district in city.districts():
        stream = options.stream("bells", district.code)
        found = _bells(options, district, stream)
        _spoil(district, found, planted)
        bells += found
    planted["district_safety_bells.rows"] += len(bells)
    return Delivery("api/safety_bells.json", json_bytes(bells))


def _bells(options: Options, district: city.District, stream: np.random.Generator) -> list[Bell]:
    count = _BELLS[district.code]
    inside = [i for i, dong in enumerate(city.dongs()) if dong.district_code == district.code]
    where = np.array(inside)[stream.integers(0, len(inside), count)]
    longitude, latitude = city.scatter(where, stream)
    reference = options.last.last_day - timedelta(days=int(stream.integers(0, 240)))
    checked = stream.integers(0, 200, count).tolist()
    places = pick((5, 4, 2), count, stream).tolist()
    years = stream.integers(2015, reference.year + 1, count).tolist()
    numbers = stream.integers(1, 900, (count, 2)).tolist()
    bells = []
    for at in range(count):
        dong = city.dongs()[int(where[at])]
        stem = base_name(dong.name)
        kind, position = _PLACES[places[at]]
        inspected = reference - timedelta(days=checked[at])
        bells.append(
            {
                "OPN_ATMY_GRP_CD": district.instt_code,
                "MNG_NO": f"{reference.year}{district.instt_code}09{at + 1:05d}",
                "SFTY_EMRGNCBLL_MNG_NO": f"비상벨-{at + 1:03d}호",
                "INSTL_PRPS": "방범용",
                "INSTL_PLC_TYPE": kind,
                "INSTL_PSTN": f"{stem} {position}",
                "LCTN_ROAD_NM_ADDR": f"{city.CITY_NAME} {district.name} {stem}로 {numbers[at][0]}",
                "LCTN_LOTNO_ADDR": f"{city.CITY_NAME} {district.name} {stem}동 {numbers[at][1]}",
                "WGS84_LAT": f"{latitude[at]:.6f}",
                "WGS84_LOT": f"{longitude[at]:.6f}",
                "LINK_MTH": "양방향",
                "POLC_LINK_EN": "Y" if at % 3 else "N",
                "SECCO_LINK_EN": "N",
                "MNGOFC_LINK_EN": "N" if at % 3 else "Y",
                "ADDTN_FNC": _EXTRAS[at % len(_EXTRAS)],
                "SFTY_EMRGNCBLL_INSTL_YR": str(years[at]),
                "LAST_CHCK_YMD": inspected.isoformat(),
                "LAST_CHCK_RSLT_SE": "N" if at % 25 == 24 else "Y",
                "MNG_INST_NM": f"{city.CITY_NAME} {district.name}청",
                "MNG_INST_TELNO": f"051-000-{1000 + at}",
                "DAT_CRTR_YMD": reference.isoformat(),
                "DAT_UPDT_SE": "U" if at % 4 == 0 else "I",
                "DAT_UPDT_PNT": _at(reference, 18, 45, at),
                "LAST_MDFCN_PNT": _at(reference, 10, 8, at),
            }
        )
    return bells


def _at(day: date, hour: int, minute: int, second: int) -> str:
    return f"{day.isoformat()} {hour:02d}:{minute:02d}:{second % 60:02d}"


def _spoil(district: city.District, bells: list[Bell], planted: Counter[str]) -> None:
    """Plant the defects of the published rows in the districts that have them."""
    name = "district_safety_bells"
    if district.code == "26140":
        # The office without the city, the address in the place's column, quoted commas.
        for at, bell in enumerate(bells[:6]):
            bell["MNG_INST_NM"] = f"{district.name}청 {_DEPARTMENTS[at % len(_DEPARTMENTS)]}"
        bells[1]["INSTL_PSTN"] = bells[1]["LCTN_ROAD_NM_ADDR"]
        bells[2]["INSTL_PSTN"] = "남, 여 화장실 대변기칸 내"
        bells[2]["LCTN_ROAD_NM_ADDR"] += ", 모의공원 주차장 (모의동)"
        bells[3]["SFTY_EMRGNCBLL_MNG_NO"] = "모의문화공원(인공폭포 앞"
        planted[f"{name}.office_without_city"] += 6
    if district.code == "26170":
        # A space lost behind the district.
        for bell in bells[:2]:
            bell["LCTN_ROAD_NM_ADDR"] = bell["LCTN_ROAD_NM_ADDR"].replace("동구 ", "동구", 1)
        planted[f"{name}.space_lost"] += 2
    if district.code == "26320":
        bells[0]["WGS84_LOT"] = "218." + bells[0]["WGS84_LOT"].split(".")[1]
        planted[f"{name}.longitude_outside"] += 1
    if district.code == "26440":
        bells[0]["WGS84_LOT"] = "129.927213"
        bells[0]["LCTN_ROAD_NM_ADDR"] = city.CITY_NAME
        bells[0]["MNG_INST_NM"] = f"{city.CITY_NAME} {district.name}"
        planted[f"{name}.longitude_outside"] += 1
        planted[f"{name}.address_only_city"] += 1
