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
    are counted. scope: the district that sends. period: what is asked for, where answers come by
    period. after: requests that are answered well before the fault begins. healthy: feeds (and their scopes) that are pulled in the same round. folder, files:
    where its one file lies below the drop folder. columns: headers by the part they play in the
    faults: `required`, `renamed` (as a sender would rename it), `number`, `place`, `text`.
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
    ),
    Sender(
        "sftp", "sftp", "city_relief_center", at="city_sftp", counted="city_sftp",
        healthy=(("police_relational_cases", None), ("city_events", None)),
        folder="sftp/city/relief_center",
    ),
)  # fmt: skip
# The SFTP server as a whole, with every folder on it.
SFTP_SERVER = replace(FOLDERS[1], name="sftp_server", at="sftp", counted="sftp").beside_other_services()
