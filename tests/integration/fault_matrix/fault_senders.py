"""Who can fail in the fault matrix: one sender of every kind, and the feed that stands for it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from busan_safety.sources.model import TransportKind
from busan_safety.sources.reference import CITY_CODE

KEY = "a-key/with+signs=="

# Rows a page, so that an answer comes in several pages.
PAGE_SIZES = {
    "city_living_lab": 5,
    "district_safety_bells": 20,
    "district_child_zones": 25,
    "police_traffic_statistics": 7,
    "police_crime_by_station": 6,
    "education_schools": 20,
}
_SOUTH, _MIDDLE, _WEST = "26290", "26110", "26140"

# Feeds, with their scopes, of another service of the gateway and of a file drop.
OTHER_SERVICES: tuple[tuple[str, str | None], ...] = (("city_events", None), ("police_apo", None))


@dataclass(frozen=True)
class Sender:
    """One sender and one of its feeds.

    at: whom faults name at the sandbox; counted: how the names begin under which its requests
    are counted; after: requests that are answered well before the fault begins. scope: the
    district that sends; period: what is asked for, where answers come by period. healthy: feeds
    (and their scopes) that are pulled in the same round. folder, files: where its one file lies
    below the drop folder. The rest are headers by the part that they play in faults: `renamed`
    is how a sender would rename `required`, `dropped` is never loaded.
    """

    name: str
    kind: TransportKind
    source: str
    at: str = ""
    counted: str = ""
    scope: str | None = None
    period: str | None = None
    after: int = 0
    healthy: tuple[tuple[str, str | None], ...] = OTHER_SERVICES
    folder: str = ""
    files: str = "*"
    required: str = ""
    renamed: str = ""
    number: str = ""
    place: str = ""
    text: str = ""
    dropped: str = ""

    def __str__(self) -> str:
        return self.name

    @property
    def scope_key(self) -> str:
        """The sender's scope as it is recorded."""
        return self.scope or CITY_CODE

    def beside_other_services(self) -> Sender:
        """The sender in a round with others that share neither key nor service with it.

        A daily limit is one of key and service: the other districts have to wait as well.
        """
        return replace(self, healthy=OTHER_SERVICES)


def _districts(source: str) -> tuple[tuple[str, str | None], ...]:
    return ((source, _MIDDLE), (source, _WEST))


# A healthy sender is one beside the failing one: another service of the gateway, another
# district, another agency of the same server.
APIS = (
    Sender(
        "datagokr", "datagokr", "city_living_lab",
        at="/6260000/LivingLabService/getLivingLab",
        counted="/6260000/LivingLabService/getLivingLab",
        required="PRJ_NM", renamed="PRJ_NAME", number="VOTE_CNT", place="GUGUN_NM", text="PRJ_NM",
    ),
    Sender(
        "datagokr_district", "datagokr", "district_safety_bells",
        at="3310000/1741000/emergency_call_box_info/info",
        counted="3310000/1741000/emergency_call_box_info/info",
        scope=_SOUTH, healthy=_districts("district_safety_bells"),
        required="MNG_NO", renamed="MNG_NUM", number="SFTY_EMRGNCBLL_INSTL_YR",
        place="OPN_ATMY_GRP_CD", text="INSTL_PSTN",
    ),
    Sender(
        "standard_data", "standard_data", "district_child_zones",
        at="3310000", counted="3310000/openapi/tn_pubr_public_child_prtc_zn_api",
        scope=_SOUTH, healthy=_districts("district_child_zones"),
        required="trgetFcltyNm", renamed="trgetFcltyName", number="cctvCo",
        place="cmptncPolcsttnNm", text="lnmadr",
    ),
    Sender(
        "taas", "taas", "police_traffic_statistics",
        at="taas", counted="/B552061/lgStat/getRestLgStat", period="2024",
        required="acc_cnt", renamed="accident_cnt", number="tot_acc_cnt", place="sido_sgg_nm",
        text="acc_cl_nm",
    ),
    Sender(
        "odcloud", "odcloud", "police_crime_by_station",
        at="/15036510/v1", counted="/15036510/v1", after=1,
        required="절도", renamed="절도범죄", number="절도", place="경찰서", text="경찰서",
    ),
    Sender(
        "neis", "neis", "education_schools", at="neis", counted="neis",
        required="SCHUL_NM", renamed="SCHUL_NAME", number="FOND_YMD", place="ORG_RDNMA",
        text="SCHUL_NM",
    ),
    Sender(
        "kosis", "kosis", "city_population_registered", at="kosis", counted="kosis",
        period="2024-12",
        required="DT", renamed="DT_VALUE", number="DT", place="C1_NM", text="C1_NM",
    ),
)  # fmt: skip
BY_NAME = {sender.name: sender for sender in APIS}
# What lists an odcloud service's files, and one of the districts that a TAAS delivery asks for.
ODCLOUD_DESCRIPTION = replace(BY_NAME["odcloud"], name="odcloud_description", after=0)
TAAS_DISTRICT = replace(
    BY_NAME["taas"],
    name="taas_district",
    at="3310000",
    counted="3310000/B552061/lgStat/getRestLgStat",
)

FOLDERS = (
    Sender(
        "http_folder", "http_folder", "city_safety_budget", at="city_files", counted="city_files",
        healthy=(("education_school_violence", None), ("city_events", None)),
        folder="http/city/budget",
        required="세부사업명", renamed="세부 사업의 이름", number="집행액(천원)", text="부문",
    ),
    Sender(
        "sftp", "sftp", "city_relief_center", at="city_sftp", counted="city_sftp",
        healthy=(("police_relational_cases", None), ("city_events", None)),
        folder="sftp/city/relief_center",
        required="입소번호", renamed="입소접수번호", number="입소일시", place="인계관서",
        text="이송수단", dropped="비고",
    ),
)  # fmt: skip
# The SFTP server as a whole, with every folder on it.
SFTP_SERVER = replace(
    FOLDERS[1], name="sftp_server", at="sftp", counted="sftp", healthy=OTHER_SERVICES
)
# Files by the way in which they are read: records of a CSV, a CSV copied as it is, workbooks,
# GeoJSON; and the kinds of folder in which they lie.
FILES = (
    Sender(
        "file_drop_csv", "file_drop", "city_participation", folder="city/participation",
        required="관리번호", renamed="관리용번호", number="안건 수", text="안건명", dropped="성명",
    ),
    Sender(
        "file_drop_copied", "file_drop", "police_112_calls", folder="police/112",
        required="RECV_NO", renamed="RECEIPT_NO", number="EVT_CL_CD", place="HPPN_DONG_CD",
        text="RECV_DEPT_NM",
    ),
    Sender(
        "file_drop_xlsx", "file_drop", "police_apo", folder="police/apo",
        healthy=(("city_events", None), ("city_participation", None)),
        required="경찰서", renamed="경찰관서들", number="현원", place="경찰서", text="연번",
    ),
    Sender(
        "file_drop_geojson", "file_drop", "police_crime_zones", folder="police/crime_zones",
        required="구역번호", renamed="구역관리번호", number="지정일", place="관할경찰서",
        text="구역명",
    ),
    Sender(
        "file_drop_district", "file_drop", "district_volunteer_patrols", scope=_SOUTH,
        healthy=_districts("district_volunteer_patrols"), folder="districts/3310000",
        files="*자율방범대*", required="방범대명", renamed="방범대들", number="참석 인원",
        text="순찰코스",
    ),
    *FOLDERS,
)  # fmt: skip
