"""The priority score is the weighted sum it says it is, and nobody's ranks depend on file order."""

import h3
import libpysal
import numpy as np
import pandas as pd
import pytest
from esda.smoothing import Spatial_Empirical_Bayes
from hypothesis import given, settings
from hypothesis import strategies as st

from busan_safety.evaluation.methods.refusal import Refused
from busan_safety.evaluation.siting.cells import neighbours
from busan_safety.evaluation.siting.score import (
    INPUT_COLUMNS,
    LIMITS_EN,
    LIMITS_KO,
    Weights,
    percentile_ranks,
    priority_scores,
    shrunken_rates,
)

CENTRE = h3.latlng_to_cell(35.1796, 129.0756, 9)
AREA = sorted(h3.grid_disk(CENTRE, 2))
OUTER = [cell for cell in AREA if h3.grid_distance(CENTRE, cell) == 2]


def area(**columns: dict[str, float]) -> pd.DataFrame:
    """All cells of the area with zeros, but for the values given by column and cell."""
    table = pd.DataFrame({"h3_cell": AREA} | dict.fromkeys(INPUT_COLUMNS[1:], 0))
    table["exposure"] = table["exposure"].astype(float)
    for column, values in columns.items():
        for cell, value in values.items():
            table.loc[table["h3_cell"] == cell, column] = value
    return table


def scored(table: pd.DataFrame, **options: object) -> pd.DataFrame:
    return priority_scores(table, years=2, **options).set_index("h3_cell")  # type: ignore[arg-type]


def test_shrunken_rates_reproduce_the_published_toy() -> None:
    # DOMAIN.md E4, eight areas that are all one another's neighbours, 100 at risk in each.
    events = np.array([30, 25, 25, 15, 33, 21, 30, 20])

    rates = shrunken_rates(events, [np.arange(8)] * 8, years=100)

    assert np.round(rates, 8).tolist() == [
        0.25998529,
        0.24902403,
        0.24902403,
        0.22710152,
        0.26656204,
        0.24025503,
        0.25998529,
        0.23806278,
    ]


def test_shrunken_rates_agree_with_esda() -> None:
    events = np.random.default_rng(3).negative_binomial(1, 0.1, len(AREA))
    near = neighbours(AREA, 1)
    others = {i: [int(j) for j in near[i] if j != i] for i in range(len(AREA))}

    peer = Spatial_Empirical_Bayes(
        events, np.full(len(AREA), 3.0), libpysal.weights.W(others, id_order=list(others))
    )

    np.testing.assert_allclose(shrunken_rates(events, near, years=3), peer.r[:, 0], rtol=1e-12)


def test_even_neighbourhood_is_shrunk_to_its_mean() -> None:
    rates = shrunken_rates(np.array([4, 5, 6]), [np.arange(3)] * 3, years=5)

    assert rates == pytest.approx([1, 1, 1])


def test_cell_without_events_around_has_no_risk() -> None:
    assert shrunken_rates(np.array([0, 0]), [np.arange(2)] * 2, years=5).tolist() == [0, 0]


@pytest.mark.parametrize("years", [0, -1, float("nan")])
def test_years_are_positive(years: float) -> None:
    with pytest.raises(ValueError, match="positive"):
        shrunken_rates(np.array([1]), [np.array([0])], years=years)


def test_ranks_are_the_share_of_the_others_that_are_smaller() -> None:
    assert percentile_ranks(np.array([5.0, 0.0, 7.0, 0.0, 5.0])).tolist() == [0.5, 0, 1, 0, 0.5]
    assert percentile_ranks(np.array([3.0])).tolist() == [0]


def test_score_is_worked_by_hand_on_three_cells() -> None:
    a, b, c = OUTER[0], CENTRE, OUTER[-1]
    table = area(
        event_count={a: 0, b: 8, c: 2},
        exposure={a: 10, b: 30, c: 20},
        school_count={a: 1},
        relief_facility_count={a: 1, c: 1},
        camera_count={b: 2},
    )

    found = scored(table, weights=Weights(0.5, 0.1, 0.2, 0.2), smoothing_reach=0, camera_reach=0)

    # Ranks of a, b, c: risk 0, 1, 1/2; exposure 0, 1, 1/2; vulnerable 1, 0, 1/2; coverage 0, 1, 0.
    assert found.loc[[a, b, c], "risk_per_year"].tolist() == [0, 4, 1]
    assert found.loc[[a, b, c], "need"].tolist() == pytest.approx([0.2, 0.6, 0.4])
    assert found.loc[[a, b, c], "score"].tolist() == pytest.approx([0.2, 0.4, 0.4])


def test_cells_without_any_input_are_not_ranked() -> None:
    found = scored(area(exposure={CENTRE: 1}, camera_count={OUTER[0]: 1}))

    assert set(found.index[found["is_ranked"]]) == {CENTRE, OUTER[0]}
    assert found.loc[~found["is_ranked"], ["risk_rank", "need", "score"]].isna().all(axis=None)
    assert found.loc[found["is_ranked"], "score"].notna().all()


def test_empty_cells_pull_the_smoothed_risk_of_their_neighbours() -> None:
    alone = scored(area(event_count={CENTRE: 8}))
    company = scored(area(event_count=dict.fromkeys(h3.grid_disk(CENTRE, 1), 8)))

    assert alone.loc[CENTRE, "risk_per_year"] < company.loc[CENTRE, "risk_per_year"] == 4


def test_camera_next_door_lowers_the_score_within_its_reach_only() -> None:
    neighbour = next(cell for cell in h3.grid_ring(CENTRE, 1))
    bare = area(exposure={CENTRE: 2, OUTER[0]: 1}, camera_count={neighbour: 3})

    near = scored(bare, camera_reach=1)
    own = scored(bare, camera_reach=0)

    assert near.loc[CENTRE, "covering_camera_count"] == 3
    assert own.loc[CENTRE, "covering_camera_count"] == 0
    assert near.loc[CENTRE, "score"] < own.loc[CENTRE, "score"]


def test_weights_that_do_not_add_up_are_refused() -> None:
    with pytest.raises(Refused) as refusal:
        Weights(0.4, 0.2, 0.2, 0.3)

    assert refusal.value.code == "weights_do_not_sum"


def test_negative_weights_are_no_weights() -> None:
    with pytest.raises(ValueError, match="from 0 to 1"):
        Weights(1.2, 0, 0, -0.2)


def test_area_without_any_input_is_refused() -> None:
    with pytest.raises(Refused) as refusal:
        scored(area())

    assert refusal.value.code == "no_input"


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (area(exposure={CENTRE: 1}).drop(columns="camera_count"), "camera_count"),
        (pd.concat([area(exposure={CENTRE: 1})] * 2), "more than once"),
        (area(exposure={CENTRE: -1}), "from 0 up"),
        (area(exposure={CENTRE: float("nan")}), "from 0 up"),
        (area(exposure={CENTRE: 1}).assign(event_count=0.5), "whole"),
        (area(exposure={CENTRE: 1}).replace(AREA[0], "Haeundae"), "not an H3 cell"),
        (
            area(exposure={CENTRE: 1}).replace(AREA[0], h3.cell_to_parent(CENTRE, 8)),
            "different H3 resolutions",
        ),
    ],
)
def test_broken_tables_are_named(broken: pd.DataFrame, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        scored(broken)


def test_negative_reach_is_an_error() -> None:
    with pytest.raises(ValueError, match="reach"):
        scored(area(exposure={CENTRE: 1}), camera_reach=-1)


def test_limits_name_reported_crime_and_feedback_in_both_languages() -> None:
    assert "신고된 범죄" in LIMITS_KO and "되풀이" in LIMITS_KO
    assert "reported crime, which is not crime" in LIMITS_EN and "feed back" in LIMITS_EN


tables = st.lists(
    st.tuples(*[st.integers(0, 4)] * len(INPUT_COLUMNS[1:])),
    min_size=len(AREA),
    max_size=len(AREA),
).map(
    lambda rows: pd.DataFrame(
        [(cell, *row) for cell, row in zip(AREA, rows, strict=True)], columns=list(INPUT_COLUMNS)
    )
)


@settings(max_examples=25, deadline=None)
@given(tables, st.randoms(use_true_random=False))
def test_row_order_changes_nothing(table: pd.DataFrame, random: object) -> None:
    order = list(range(len(table)))
    random.shuffle(order)  # type: ignore[attr-defined]
    if not (table[list(INPUT_COLUMNS[1:])] > 0).any(axis=None):
        return

    pd.testing.assert_frame_equal(scored(table.iloc[order]), scored(table), check_exact=True)


@settings(max_examples=25, deadline=None)
@given(tables)
def test_reader_can_recompute_the_score_from_its_components(table: pd.DataFrame) -> None:
    if not (table[list(INPUT_COLUMNS[1:])] > 0).any(axis=None):
        return
    weights = Weights(0.1, 0.2, 0.3, 0.4)

    found = scored(table, weights=weights).query("is_ranked")

    ranks = found[["risk_rank", "exposure_rank", "vulnerable_rank", "coverage_rank"]]
    assert ranks.ge(0).all(axis=None) and ranks.le(1).all(axis=None)
    np.testing.assert_allclose(found["score"], ranks @ [0.1, 0.2, 0.3, -0.4], atol=1e-12)
    for rank, source in {
        "risk_rank": "risk_per_year",
        "exposure_rank": "exposure",
        "vulnerable_rank": "vulnerable_count",
        "coverage_rank": "covering_camera_count",
    }.items():
        by_hand = (found[source].rank(method="min") - 1) / max(1, len(found) - 1)
        np.testing.assert_allclose(found[rank], by_hand)
