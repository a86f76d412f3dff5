"""The one error by which a method declines to estimate, with a code that can be published."""

from __future__ import annotations

from typing import Literal

RefusalCode = Literal[
    "no_complete_months",
    "no_treated_units",
    "no_control_units",
    "too_few_events",
    "too_few_sites",
    "too_few_areas",
    "too_few_points",
    "too_few_clusters",
    "no_periods_before",
    "missing_months",
    "incomplete_panel",
    "zero_counts",
    "interruption_outside",
    "known_break",
    "overlapping_treatment",
    "no_change_of_dose",
    "too_few_waves",
    "no_variation",
    "no_convergence",
    "not_identified",
    "empty_stratum",
    "nothing_expected",
    "weights_do_not_sum",
    "no_input",
    "no_sites_requested",
    "too_few_candidates",
    "no_register",
    "nothing_to_cover",
    "unusable_weights",
    "too_few_respondents",
    "too_few_sampling_units",
]


class Refused(ValueError):
    """These data do not support the planned estimate; `code` says why, without any count."""

    def __init__(self, code: RefusalCode, message: str) -> None:
        super().__init__(message)
        self.code: RefusalCode = code
