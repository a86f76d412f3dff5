"""The districts' feeds beside those of the first path: their deliveries and interfaces."""

from __future__ import annotations

from collections.abc import Iterator

from busan_sandbox.bells import bell_answers
from busan_sandbox.child_zones import NEWER_ENVELOPE, child_zone_answers
from busan_sandbox.endpoints import Endpoint
from busan_sandbox.files import Delivery, Root
from busan_sandbox.lights import light_answers, light_files
from busan_sandbox.options import Options
from busan_sandbox.ordinances import ordinance_answers
from busan_sandbox.truth import Truth
from busan_sandbox.volunteers import patrol_files

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        sender="datagokr_standard",
        path="openapi/tn_pubr_public_child_prtc_zn_api",
        table="child_zones_*",
        wire="S4",
        json_switch=("type", "json"),
        filters={"instt_code": "insttCode"},
        wires=dict.fromkeys(NEWER_ENVELOPE, "S8"),
    ),
    Endpoint(
        sender="datagokr_standard",
        path="openapi/tn_pubr_public_scrty_lmp_api",
        table="security_lights_*",
        wire="S4",
        json_switch=("type", "json"),
        filters={"instt_code": "insttCode"},
    ),
    Endpoint(
        sender="datagokr",
        path="1741000/emergency_call_box_info/info",
        table="safety_bells",
        wire="S7",
        cap=100,
        json_switch=("returnType", "JSON"),
        filters={"cond[OPN_ATMY_GRP_CD::EQ]": "OPN_ATMY_GRP_CD"},
    ),
    Endpoint(
        sender="datagokr",
        path="6260000/OrdinanceService/getOrdinances",
        table="ordinances",
        wire="S2",
        json_switch=("resultType", "json"),
        filters={"instt_code": "INSTT_CODE"},
        required=("instt_code",),
    ),
)


def deliveries(options: Options, truth: Truth) -> Iterator[tuple[Root, Delivery]]:
    """Yield every delivery of these feeds and note in `truth` what was planted."""
    for delivery in light_files(options, truth.planted):
        yield "drop", delivery
    for delivery in patrol_files(options, truth.planted):
        yield "drop", delivery
    for delivery in child_zone_answers(options, truth.planted):
        yield "state", delivery
    for delivery in light_answers(options, truth.planted):
        yield "state", delivery
    yield "state", bell_answers(options, truth.planted)
    yield "state", ordinance_answers(options, truth.planted)
