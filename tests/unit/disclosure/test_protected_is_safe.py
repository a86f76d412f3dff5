"""After protection the attack, written apart, never succeeds; also after a second release."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest

from busan_safety.disclosure.attack import Singletons, attack
from busan_safety.disclosure.linked import LinkedTables, link
from busan_safety.disclosure.suppression import CannotProtect, suppress
from busan_safety.disclosure.suppression.optimum import Limits

# Which of the four districts each of two stations has parts of: the second district is shared.
STATIONS = [("d0", "s0"), ("d1", "s0"), ("d1", "s1"), ("d2", "s1"), ("d3", "s1")]
# The optimum is tried against brute force elsewhere; tables of this size take it minutes.
QUICK = Limits(rows=0)


def drawn(seed: int, mean: float) -> LinkedTables:
    """Districts, stations and the city by month and class, with every total."""
    random = np.random.default_rng(seed)
    parts = pd.DataFrame(
        [
            (district, station, f"m{month}", f"c{kind}", int(random.poisson(mean * (kind + 1))))
            for (district, station), month, kind in product(STATIONS, range(3), range(3))
        ],
        columns=["district", "station", "month", "class", "n"],
    )
    tables = {
        ".".join([*place, *period, *kind]) or "all": [*place, *period, *kind]
        for place, period, kind in product(
            ([], ["district"], ["station"]), ([], ["month"]), ([], ["class"])
        )
    }
    return link(parts, count="n", tables=tables)


def printed(linked: LinkedTables, hidden: np.ndarray, version: str) -> pd.DataFrame:
    """Ledger entries of a release."""
    values = np.where(hidden, np.nan, linked.values)
    return linked.cells[["table", "key"]].assign(version=version, value=values)


@pytest.mark.parametrize("threshold", [3, 5])
@pytest.mark.parametrize("mean", [1.0, 3.0])
@pytest.mark.parametrize("seed", range(4))
def test_the_attack_finds_nothing_in_what_was_protected(
    seed: int, mean: float, threshold: int
) -> None:
    linked = drawn(seed, mean)
    width = threshold - 1

    pattern = suppress(linked, thresholds=threshold, least=1, limits=QUICK)

    assert ((linked.values > 0) & (linked.values < threshold) & ~pattern.hidden).sum() == 0
    report = attack(linked, pattern.hidden, width=width, singletons=Singletons(width=width))
    assert report.findings == ()


@pytest.mark.parametrize("seed", range(4))
def test_small_counts_hidden_and_nothing_more_do_not_hold(seed: int) -> None:
    linked = drawn(seed, 4.0)

    hidden = (linked.values > 0) & (linked.values < 5)

    assert attack(linked, hidden, width=4).findings


@pytest.mark.parametrize("mean", [1.0, 4.0])
@pytest.mark.parametrize("seed", range(4))
def test_a_second_release_gives_nothing_away_that_the_first_hid(seed: int, mean: float) -> None:
    linked, threshold = drawn(seed, mean), 5
    first = suppress(linked, thresholds=threshold, least=1, limits=QUICK).hidden
    # Of one part more became known; what the first release printed of others stays printed.
    counts = linked.part_counts.copy()
    counts[seed] += 7
    values = linked.parts @ counts
    later = LinkedTables(
        **{**vars(linked), "part_counts": counts, "values": values.astype(linked.values.dtype)}
    )
    same = ~first & (later.values == linked.values)

    try:
        second = suppress(
            later,
            thresholds=threshold,
            least=1,
            limits=QUICK,
            fixed_published=same,
            fixed_hidden=first & (later.values > 0),
        ).hidden
    except CannotProtect:
        # Said, and nothing new is published: no release, nothing to attack.
        return

    report = attack(
        later,
        second,
        width=threshold - 1,
        ledger=printed(linked, first, "1"),
        singletons=Singletons(width=threshold - 1),
    )
    assert [one for one in report.findings if one.kind != "increment"] == []
