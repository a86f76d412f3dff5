"""Cells scored and chosen together: what may be chosen, what is covered, what is said of it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import h3
import pandas as pd
import pytest
import yaml

from busan_safety.evaluation.methods.refusal import Refused
from busan_safety.evaluation.siting.choice import by_district, choose_sites, covered_need
from busan_safety.evaluation.siting.inputs import COUNTS, Input, SitingInputs
from busan_safety.evaluation.siting.picture import draw_map
from busan_safety.evaluation.siting.policy import (
    POLICY_FILE,
    SitingPolicyRefused,
    read_siting_policy,
)
from busan_safety.evaluation.siting.words import limits, sentence_for

CENTRE = h3.latlng_to_cell(35.1796, 129.0756, 9)
AREA = sorted(h3.grid_disk(CENTRE, 6))
NEAR = sorted(h3.grid_disk(CENTRE, 1))
FAR = next(cell for cell in AREA if h3.grid_distance(CENTRE, cell) == 5)
QUIET = next(cell for cell in reversed(AREA) if h3.grid_distance(FAR, cell) >= 11)
POLICY = read_siting_policy()


def inputs(register_known: bool = True, **counts: dict[str, int]) -> SitingInputs:
    """Zeros all over the area but for the counts given by column and cell."""
    cells = pd.DataFrame({"h3_cell": AREA, "district_code": "26110"})
    for name in COUNTS:
        cells[name] = [counts.get(name, {}).get(cell, 0) for cell in AREA]
    cells["exposure"] = 0.0
    cells[["safe_route_count", "relief_facility_count"]] = 0
    cells["is_register_known"] = register_known
    return SitingInputs(
        cells=cells,
        inputs=(Input("five_major_crimes", 10, 9, 1, 24, date(2024, 12, 31), True),),
        years=2,
        study_area="district_boundaries",
        outside_count=0,
        has_exposure=False,
    )


def hot_spot() -> SitingInputs:
    """A hot spot of seven cells, a cell far off with a few crimes, one with a camera only."""
    return inputs(event_count={**dict.fromkeys(NEAR, 20), FAR: 4}, camera_count={QUIET: 1})


def test_chosen_together_reaches_more_than_the_list_of_hot_spots() -> None:
    siting = choose_sites(hot_spot(), POLICY, 2)

    chosen = siting.cells[siting.cells["is_selected"]]
    naive = siting.cells[siting.cells["is_naive"]]
    assert chosen.sort_values("selected_order")["h3_cell"].tolist()[0] == CENTRE
    assert set(naive["h3_cell"]) < set(NEAR)
    assert siting.plan.best.covered_demand == pytest.approx(siting.total_need)
    assert siting.covered_by_crimes < siting.plan.best.covered_demand


def test_cells_within_reach_of_enough_cameras_leave_no_need() -> None:
    policy = POLICY.model_copy(update={"covered_from": 2})
    siting = choose_sites(
        inputs(event_count={CENTRE: 9, FAR: 9}, camera_count={QUIET: 1, FAR: 2}), policy, 1
    )

    covered = set(siting.cells.loc[siting.cells["is_covered"], "h3_cell"])
    assert covered == set(AREA) & set(h3.grid_disk(FAR, 1))
    assert siting.cells.loc[siting.cells["is_selected"], "h3_cell"].tolist()[0] in NEAR
    assert siting.covered_before > 0


def test_nothing_left_to_cover_is_refused() -> None:
    with pytest.raises(Refused) as refusal:
        choose_sites(inputs(event_count={CENTRE: 9}, camera_count={CENTRE: 1}), POLICY, 1)

    assert refusal.value.code == "nothing_to_cover"


def test_nothing_is_chosen_where_the_register_is_not_known() -> None:
    known = hot_spot()
    known.cells["is_register_known"] = known.cells["h3_cell"] == FAR

    siting = choose_sites(known, POLICY, 1)

    assert siting.cells.loc[siting.cells["is_selected"], "h3_cell"].tolist() == [FAR]
    assert siting.cells["priority_rank"].count() == 1
    assert "1 districts without a camera register" in limits(POLICY, known).en


def test_weight_of_a_component_without_basis_goes_to_the_others() -> None:
    siting = choose_sites(hot_spot(), POLICY, 1)

    weights = siting.weights
    assert (weights.risk, weights.exposure, weights.vulnerable, weights.coverage) == pytest.approx(
        (0.5, 0, 0.25, 0.25)
    )
    assert POLICY.weights.with_exposure(known=True).exposure == 0.2


def test_districts_add_up_to_the_choice() -> None:
    known = hot_spot()
    known.cells.loc[known.cells["h3_cell"] == FAR, "district_code"] = "26140"
    siting = choose_sites(known, POLICY, 2)

    table = by_district(siting, known, POLICY.reach).set_index("district_code")

    assert table["cell_count"].tolist() == [len(AREA) - 1, 1]
    assert table["camera_count"].tolist() == [1, 0]
    assert table["selected_count"].sum() == 2
    assert table["need_total"].sum() == pytest.approx(siting.total_need)
    assert table["need_selected"].sum() == pytest.approx(siting.plan.best.covered_demand)


def test_a_cell_in_reach_of_two_sites_counts_once() -> None:
    demand = dict.fromkeys(NEAR, 1.0)

    assert covered_need(demand, [CENTRE, NEAR[0]], 1) == len(NEAR)


def test_sentence_names_the_gap_unless_the_choice_is_proven() -> None:
    siting = choose_sites(hot_spot(), POLICY, 2)
    unproven = siting.plan.__class__(
        **{**vars(siting.plan), "is_optimal": False, "upper_bound": siting.total_need * 2}
    )
    doubtful = siting.__class__(**{**vars(siting), "plan": unproven})

    proven_text = sentence_for(siting, is_synthetic=True).en
    assert "proven that no other choice" in proven_text
    assert proven_text.startswith("[Synthetic data]")
    assert "at most 50.0 %" in sentence_for(doubtful, is_synthetic=False).en


def test_map_is_the_same_twice_and_shows_every_ranked_cell() -> None:
    siting = choose_sites(hot_spot(), POLICY, 2)

    svg = draw_map(siting, {}, is_synthetic=True)

    assert svg == draw_map(siting, {}, is_synthetic=True)
    assert svg.count('aria-roledescription="geoshape"') == len(NEAR) + 2
    assert "합성 데이터" in svg


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"weights": {"risk": 1, "exposure": 1, "vulnerable": 0, "coverage": 0}}, "weights"),
        ({"site_count": 0}, "site_count"),
        ({"time_limit_seconds": 0}, "time_limit_seconds"),
        ({"nobody_knows": 1}, "nobody_knows"),
    ],
)
def test_policy_that_is_not_understood_is_refused_with_its_place(
    tmp_path: Path, change: dict[str, object], where: str
) -> None:
    known = yaml.safe_load(POLICY_FILE.read_text("utf-8"))
    (tmp_path / "siting.yml").write_text(yaml.safe_dump({**known, **change}), "utf-8")

    with pytest.raises(SitingPolicyRefused, match=where):
        read_siting_policy(tmp_path / "siting.yml")
