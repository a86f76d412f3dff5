"""What the score is made from: things in cells as the marts hold them, over the study area."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from importlib import resources
from typing import Any, Literal

import h3
import pandas as pd
import psycopg
from psycopg.rows import dict_row

from busan_safety.evaluation.methods.refusal import Refused
from busan_safety.evaluation.siting.policy import SitingPolicy
from busan_safety.loading.points import RESOLUTION

StudyArea = Literal["district_boundaries", "cells_with_data"]

COUNTS = (
    "event_count",
    "camera_count",
    "school_count",
    "child_zone_count",
    "safety_bell_count",
    "security_light_count",
)
# Columns of the score that no feed has by cell: safe routes come by dong, relief facilities as one.
_UNKNOWN_BY_CELL = ("safe_route_count", "relief_facility_count")


@dataclass(frozen=True)
class Input:
    """One feed behind the score: its rows, and how many of them lie in a cell."""

    input: str
    row_count: int
    located_count: int
    district_count: int
    month_count: int | None
    data_as_of: date | None
    is_synthetic: bool


@dataclass(frozen=True)
class SitingInputs:
    """The study area with its counts, and what they rest on.

    cells: one row per cell of the study area, columns `h3_cell`, `district_code` (None where
    unknown), `COUNTS`, `exposure` (0 throughout without a basis), `is_register_known` (whether the
    district's camera register was delivered), and what `priority_scores` asks for besides. years:
    of reported crime. outside_count: cells with data beyond the study area, left out.
    """

    cells: pd.DataFrame
    inputs: tuple[Input, ...]
    years: float
    study_area: StudyArea
    outside_count: int
    has_exposure: bool

    @property
    def data_as_of(self) -> date | None:
        """Newest date in the contributing data."""
        dates = [known.data_as_of for known in self.inputs if known.data_as_of]
        return max(dates, default=None)

    @property
    def is_synthetic(self) -> bool:
        """Whether any contributing row is synthetic."""
        return any(known.is_synthetic for known in self.inputs)

    def described(self) -> list[dict[str, Any]]:
        """Inputs as they are stored and printed: dates as text."""
        return [
            {**asdict(known), "data_as_of": known.data_as_of and known.data_as_of.isoformat()}
            for known in self.inputs
        ]


def read_inputs(
    connection: psycopg.Connection, policy: SitingPolicy, outlines: Mapping[str, Any] | None
) -> SitingInputs:
    """Read the cells of the study area with their counts.

    outlines: polygons in degrees by district code; the study area is then every cell whose centre
    lies in one. Without them it is the cells with data and their neighbours, so that an empty
    neighbour still pulls a risk down.

    Raises Refused: no_input without reported crimes or delivered months, no_register without any
    camera register (an empty register is unknown coverage, not a city without cameras).
    """
    parameters = {"crime_years": policy.crime_years}
    found = _rows(connection, "siting_cells", parameters)
    inputs = tuple(Input(**row) for row in _rows(connection, "siting_inputs", parameters))
    registers = {row["district_code"] for row in _rows(connection, "siting_registers", {})}
    months = max((known.month_count or 0 for known in inputs), default=0)
    if not months:
        raise Refused("no_input", "No month of reported crimes was delivered.")
    if not registers:
        raise Refused("no_register", "No district's camera register was delivered.")
    area = _area(found, outlines)
    known = {row["h3_cell"]: row for row in found}
    table = pd.DataFrame({"h3_cell": sorted(area)})
    table["district_code"] = [area[cell] for cell in table["h3_cell"]]
    for name in COUNTS:
        table[name] = [known[cell][name] if cell in known else 0 for cell in table["h3_cell"]]
    # No feed says how many people are where: residents come by dong, calls are not located.
    table["exposure"] = 0.0
    table[list(_UNKNOWN_BY_CELL)] = 0
    # Without a district there is no register to miss: such a cell is taken as it is.
    table["is_register_known"] = [
        area[cell] is None or area[cell] in registers for cell in table["h3_cell"]
    ]
    return SitingInputs(
        cells=table,
        inputs=inputs,
        years=months / 12,
        study_area="district_boundaries" if outlines else "cells_with_data",
        outside_count=sum(cell not in area for cell in known),
        has_exposure=False,
    )


def _area(found: list[dict[str, Any]], outlines: Mapping[str, Any] | None) -> dict[str, str | None]:
    """Return the cells of the study area with their districts."""
    if outlines:
        # A centre lies in one district; where outlines overlap the lower code keeps it.
        return {
            cell: code
            for code, polygon in sorted(outlines.items(), reverse=True)
            for cell in h3.geo_to_cells(polygon, RESOLUTION)
        }
    own = {row["h3_cell"]: row["district_code"] for row in found}
    around = {near for cell in own for near in h3.grid_disk(cell, 1)}
    return {cell: own.get(cell) for cell in around}


def _rows(
    connection: psycopg.Connection, name: str, parameters: Mapping[str, object]
) -> list[dict[str, Any]]:
    text = resources.files("busan_safety.evaluation").joinpath("sql", f"{name}.sql").read_bytes()
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(text, parameters).fetchall()
