"""The HTTP interfaces as data: which path answers from which table, in which wire format.

`generate` writes the endpoints of the feeds into the state folder (`endpoints.json`), so that
`serve` plays what was generated without importing the feeds, which need numpy. The interfaces
of the first path stand here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from busan_sandbox.files import json_bytes

Wire = Literal["S1", "S2", "S4", "S5", "S6", "S7", "S8", "S9", "xml", "neis", "kosis", "odcloud"]

# In the state folder: the endpoints of the generated feeds.
ENDPOINTS_FILE = "endpoints.json"

_DISTRICT = re.compile(r"3[2-4]\d0000")
_TAAS_DISTRICT = re.compile(r"12(0[1-9]|1[0-6])")


@dataclass(frozen=True)
class Endpoint:
    """One operation of a sender.

    sender: whom faults name: `datagokr`, `taas`, `kosis`, …; a district's code in the query goes
    before it. path: exact path, for odcloud the namespace. table: `api/<table>.json` of the state
    folder; a `*` in it joins several. root: the operation's name where the wire format has it as
    its root (S5, neis). cap: rows a page at most, silently. json_switch: the parameter and value
    that ask for JSON; without it XML comes back. filters: query parameter -> column that must
    equal it; hidden: columns that serve the filters only and are never sent. required: parameters
    without which code 11 comes back. title: what odcloud's swagger calls the data set. wires:
    seven-digit code of a publisher -> his own wire format, where publishers differ. agency: city,
    police, education or districts; `generate` sets it, so that faults can name whole agencies.
    """

    sender: str
    path: str
    table: str
    wire: Wire
    root: str = ""
    cap: int = 1000
    json_switch: tuple[str, str] | None = None
    filters: Mapping[str, str] = field(default_factory=dict)
    hidden: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    title: str = ""
    wires: Mapping[str, Wire] = field(default_factory=dict)
    agency: str = ""

    def asked_by(self, query: Mapping[str, str]) -> Endpoint:
        """Return the endpoint as the publisher that a query names speaks it."""
        wire = self.wires.get(district_in(query), self.wire) if self.wires else self.wire
        return self if wire == self.wire else replace(self, wire=wire)

    @property
    def request_path(self) -> str:
        """Path as requests have it; for odcloud what the tables' own paths begin with."""
        plain = self.path.strip("/")
        return f"/api/{plain}" if self.wire == "odcloud" else f"/{plain}"


LIVING_LAB = Endpoint(
    sender="datagokr",
    path="6260000/LivingLabService/getLivingLab",
    table="living_lab",
    wire="S5",
    root="getLivingLab",
    cap=100,
    json_switch=("resultType", "json"),
    agency="city",
)
CCTV = Endpoint(
    sender="datagokr_standard",
    path="openapi/tn_pubr_public_cctv_api",
    table="cctv_*",
    wire="S4",
    json_switch=("type", "json"),
    filters={"instt_code": "insttCode"},
    agency="districts",
)
SCHOOLS = Endpoint(
    sender="neis",
    path="hub/schoolInfo",
    table="schools",
    wire="neis",
    root="schoolInfo",
    json_switch=("Type", "json"),
    filters={
        name: name
        for name in ("ATPT_OFCDC_SC_CODE", "SD_SCHUL_CODE", "SCHUL_NM", "SCHUL_KND_SC_NM")
    },
    agency="education",
)
STATIONS = Endpoint(
    sender="odcloud",
    path="15036510/v1",
    table="stations",
    wire="odcloud",
    title="경찰청 부산광역시경찰청_경찰서별 5대 범죄 발생 현황",
    agency="police",
)
FIRST_ENDPOINTS = (LIVING_LAB, CCTV, SCHOOLS, STATIONS)


def endpoints_document(endpoints: Iterable[Endpoint]) -> bytes:
    """Return the endpoints as `endpoints.json` holds them."""
    return json_bytes([asdict(endpoint) for endpoint in endpoints])


def read_endpoints(text: str) -> tuple[Endpoint, ...]:
    """Return the endpoints that `endpoints_document` wrote."""
    return tuple(_endpoint(entry) for entry in json.loads(text))


def district_in(query: Mapping[str, str]) -> str:
    """Return the seven-digit code of the district that a query asks for, '' if it names none.

    TAAS numbers the districts 1201 to 1216 in the order of their seven-digit codes.
    """
    for name, value in query.items():
        if _DISTRICT.fullmatch(value):
            return value
        if name == "guGun" and _TAAS_DISTRICT.fullmatch(value):
            return str(3_250_000 + (int(value) - 1201) * 10_000)
    return ""


def _endpoint(entry: dict[str, Any]) -> Endpoint:
    lists = {name: tuple(entry[name]) for name in ("hidden", "required")}
    switch = tuple(entry["json_switch"]) if entry["json_switch"] else None
    return Endpoint(**{**entry, **lists, "json_switch": switch})
