"""Threshold, dominance and p% rules."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from busan_safety.disclosure.suppression import dominated, guessed, small_counts

AMOUNTS = pd.DataFrame(
    [(0, 90), (0, 5), (0, 5), (1, 40), (1, 35), (1, 25), (2, 7), (3, 50), (3, 50)],
    columns=["cell", "amount"],
)


def test_counts_below_the_threshold_are_sensitive_and_zeros_are_not():
    values = np.array([0, 1, 4, 5, 9])

    assert small_counts(values, 5).tolist() == [False, True, True, False, False]


def test_thresholds_by_cell():
    values = np.array([3, 3, 3, 9])

    assert small_counts(values, [np.nan, 0, 5, 10]).tolist() == [False, False, True, True]


def test_dominance_counts_the_largest_contributors():
    assert dominated(AMOUNTS, 5, n=1, k=0.75).tolist() == [True, False, True, False, False]
    assert dominated(AMOUNTS, 5, n=2, k=0.75).tolist() == [True, False, True, True, False]


def test_p_percent_is_what_the_second_can_guess_of_the_first():
    # 100 - 90 - 5 = 5 < 0.1 * 90; 25 >= 0.1 * 40; two contributors know each other.
    assert guessed(AMOUNTS, 5, p=0.1).tolist() == [True, False, True, True, False]


def test_negative_contributions_are_refused():
    with pytest.raises(ValueError, match="negative"):
        dominated(AMOUNTS.assign(amount=-1), 5, n=1, k=0.5)
