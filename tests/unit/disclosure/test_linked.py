"""Cells of linked tables are the sums of the parts they name."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from busan_safety.disclosure.linked import link

PARTS = pd.DataFrame(
    [
        ("남구", "남부", "2024-01", "theft", 3),
        ("수영구", "남부", "2024-01", "theft", 2),
        ("수영구", "남부", "2024-02", None, 7),
        ("중구", "중부", "2024-01", "theft", 0),
    ],
    columns=["district", "station", "month", "major", "events"],
)


def test_cells_are_sums_of_their_parts():
    linked = link(
        PARTS,
        count="events",
        tables={
            "by_district": ["district", "month"],
            "by_station": ["station"],
            "major": ["major"],
            "city": [],
        },
    )

    cells = linked.cells.assign(count=linked.values).set_index(["table", "key"])["count"]
    assert cells.to_dict() == {
        ("by_district", ("남구", "2024-01")): 3,
        ("by_district", ("수영구", "2024-01")): 2,
        ("by_district", ("수영구", "2024-02")): 7,
        ("by_district", ("중구", "2024-01")): 0,
        ("by_station", ("남부",)): 12,
        ("by_station", ("중부",)): 0,
        ("major", ("theft",)): 5,
        ("city", ()): 12,
    }
    assert np.array_equal(linked.parts @ linked.part_counts, linked.values)


@pytest.mark.parametrize("wrong", [-1, 2.5, None])
def test_what_is_no_count_is_refused(wrong):
    spoilt = PARTS.assign(events=[wrong, 1, 1, 1])

    with pytest.raises(ValueError, match="missing, negative or not whole"):
        link(spoilt, count="events", tables={"city": []})


def test_a_table_by_an_unknown_column_is_refused():
    with pytest.raises(ValueError, match="groups by dong"):
        link(PARTS, count="events", tables={"by_dong": ["dong"]})
