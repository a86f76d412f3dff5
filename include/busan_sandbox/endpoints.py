"""The HTTP interfaces as data: which path answers from which table, in which wire format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Wire = Literal["S1", "S2", "S4", "S5", "S6", "S7", "S8", "S9", "xml", "neis", "kosis", "odcloud"]


@dataclass(frozen=True)
class Endpoint:
    """One operation of a sender.

    sender: whom faults name: `datagokr`, `taas`, `kosis`, …; a district's code in the query goes
    before it. path: exact path, for odcloud the namespace. table: `api/<table>.json` of the state
    folder. root: the operation's name where the wire format has it as its root (S5, neis). cap:
    rows a page at most, silently. json_switch: the parameter and value that ask for JSON; without
    it XML comes back. filters: query parameter -> column that must equal it; hidden: columns that
    serve the filters only and are never sent.
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
