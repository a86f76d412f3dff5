"""What loading finds for a source with points: columns, flags and their wording (ADR 14)."""

from __future__ import annotations

from busan_safety.sources.model import Text

# Columns of the raw table beside the declared ones.
POINT_COLUMNS = {
    "_h3_cell": Text(
        ko="점이 속한 H3 격자(해상도 9)", en="H3 cell (resolution 9) that holds the point"
    ),
    "_point_district": Text(
        ko="점이 속한 구·군 경계의 코드(경계 자료가 없거나 경계 밖이면 빈 값)",
        en="District whose polygon holds the point; empty outside all, or without boundaries",
    ),
}

# A point this near to a polygon may lie in it: coordinates and outlines are both rounded.
TOLERANCE_M = 150

OUTSIDE_DISTRICT = "outside_district"
OUTSIDE_BOUNDARIES = "outside_boundaries"
POINT_FLAGS = {
    OUTSIDE_DISTRICT: Text(
        ko=f"점이 신고된 구·군의 경계에서 {TOLERANCE_M}m 넘게 떨어져 다른 구·군에 있습니다",
        en=f"the point lies in another district, over {TOLERANCE_M} m from the reported one",
    ),
    OUTSIDE_BOUNDARIES: Text(
        ko=f"점이 어느 구·군의 경계에서도 {TOLERANCE_M}m 넘게 떨어져 있습니다",
        en=f"the point lies over {TOLERANCE_M} m from every district's polygon",
    ),
}


class BoundaryError(ValueError):
    """A file of boundaries cannot be used; the text says which, why and what to do."""
