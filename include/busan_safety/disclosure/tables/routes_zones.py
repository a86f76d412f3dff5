"""Women's safe return routes and crime prevention zones, one by one."""

from __future__ import annotations

from busan_safety.disclosure.tables.columns import AS_OF, STATUS, SYNTHETIC, DisclosedTable
from busan_safety.evaluation.tables import Column

_COLUMNS = (
    Column(
        "place_kind",
        "text",
        "장소 종류: safe_route 여성안심귀갓길, prevention_zone 범죄예방강화구역",
        "Kind of place: safe_route or prevention_zone",
    ),
    Column("place_id", "text", "노선·구역 번호", "Id of the route or zone"),
    Column("place_name", "text", "노선 이름", "Name of the route; zones have none"),
    Column("category", "text", "노선·구역 구분", "Kind of route or zone, as the agency names it"),
    Column("district_code", "text", "구·군 코드", "District code"),
    Column("district_name_ko", "text", "구·군 국문 이름", "District in Korean"),
    Column("district_name_en", "text", "구·군 영문 이름", "District in English"),
    Column("dong_code", "text", "행정동 코드", "Code of the administrative neighbourhood"),
    Column("dong_name_ko", "text", "행정동 이름", "Neighbourhood in Korean"),
    Column("station_code", "text", "관할 경찰서 코드", "Police station in charge, zones only"),
    Column("works", "text", "정비 내용", "Works done in the zone"),
    Column("length_m", "numeric", "길이(m)", "Length in metres, routes only"),
    Column("area_m2", "numeric", "면적(㎡)", "Area in square metres, zones only"),
    Column("bell_count", "integer", "비상벨 수", "Emergency bells, routes only"),
    Column("cctv_count", "integer", "CCTV 수", "Cameras, routes only"),
    Column("lamp_count", "integer", "보안등 수", "Lamps, routes only"),
    Column("board_count", "integer", "안내판 수", "Information boards, routes only"),
    Column("mark_count", "integer", "노면표시 수", "Markings on the ground, routes only"),
    Column("sign_count", "bigint", "안내표지 수(서비스·신고)", "Signs: service and report"),
    Column("other_count", "integer", "기타 시설 수", "Other facilities, routes only"),
    Column(
        "facility_count",
        "bigint",
        "시설 합계(기타 제외)",
        "Facilities of the route, other ones left out",
    ),
    Column("has_works", "boolean", "정비 여부", "Whether works were completed"),
    Column("designated_on", "date", "지정일", "Day of designation"),
    Column("works_completed_on", "date", "정비 완료일", "Day on which works were completed"),
    STATUS,
    AS_OF,
    SYNTHETIC,
)

TABLE = DisclosedTable(
    ("place_kind", "place_id"),
    "One row per women's safe return route and crime prevention zone. 안심귀갓길·범죄예방강화구역.",
    _COLUMNS,
)
