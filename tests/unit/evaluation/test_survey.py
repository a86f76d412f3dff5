"""Survey estimates reproduce published errors, hand-worked ones, and each other."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from busan_safety.evaluation.methods.refusal import Refused
from busan_safety.evaluation.methods.survey import (
    given_replicates,
    jackknife_weights,
    linearised_estimate,
    replicated_estimate,
    survey_design,
)

# The eight respondents of Stata's and R's (survey package) data set "fpc".
STRATUM = [1, 1, 1, 1, 1, 2, 2, 2]
CLUSTER = [1, 2, 3, 4, 5, 1, 2, 3]
WEIGHT = [3, 3, 3, 3, 3, 4, 4, 4]
ANSWER = [2.8, 4.1, 6.8, 6.8, 9.2, 3.7, 6.6, 4.2]


@pytest.mark.parametrize(
    ("weights", "strata", "clusters", "mean", "error", "digits", "freedom"),
    [
        (WEIGHT, STRATUM, CLUSTER, 5.4481, 0.7413, 4, 6),
        (WEIGHT, STRATUM, None, 5.4481, 0.7413, 4, 6),
        ([1] * 8, STRATUM, CLUSTER, 5.525, 0.7796, 4, 6),
        ([1] * 8, None, CLUSTER, 5.525, 0.838, 3, 4),
        (WEIGHT, None, CLUSTER, 5.4481, 0.7938, 4, 4),
        (WEIGHT, None, STRATUM, 5.4481, 0.5465, 4, 1),
        ([1] * 8, None, STRATUM, 5.525, 0.5188, 4, 1),
    ],
)
def test_linearised_error_matches_the_published_output_of_r(
    weights, strata, clusters, mean: float, error: float, digits: int, freedom: int
) -> None:
    found = linearised_estimate(ANSWER, survey_design(weights, strata=strata, clusters=clusters))

    assert round(found.estimate, 4) == mean
    # Half a unit of the last digit: the last error is 0.51875 and printed as 0.5188.
    assert found.standard_error == pytest.approx(error, abs=0.5 * 10**-digits + 1e-12, rel=0)
    assert found.degrees_of_freedom == freedom


def test_estimate_worked_by_hand() -> None:
    # Weights sum to 6, the mean is 20 / 6. Weight x distance / 6 in ninths: -7, -1 in stratum a
    # and 1, 7 in b; in each the squared distances from its mean sum to 18 / 81, times 2 / (2 - 1)
    # is 4 / 9: variance 8 / 9. A simple random sample: spread 300 / 54 x 4 / 3, over 4: 50 / 27.
    design = survey_design([2, 2, 1, 1], strata=["a", "a", "b", "b"])

    found = linearised_estimate([1, 3, 4, 8], design)

    assert found.estimate == pytest.approx(10 / 3)
    assert found.standard_error == pytest.approx(math.sqrt(8 / 9))
    assert found.degrees_of_freedom == 2
    assert found.upper - found.estimate == pytest.approx(4.302653 * math.sqrt(8 / 9), rel=1e-6)
    assert found.lower + found.upper == pytest.approx(2 * found.estimate)
    assert found.design_effect == pytest.approx((8 / 9) / (50 / 27))
    assert found.effective_sample_size == pytest.approx(4 / 0.48)
    assert found.sample_size == 4


def test_jackknife_weights_worked_by_hand() -> None:
    design = survey_design(
        [2, 3, 1, 1, 4], strata=["a", "a", "b", "b", "b"], clusters=[1, 2, 1, 2, 3]
    )

    found = jackknife_weights(design)

    expected = [
        [0, 6, 1, 1, 4],
        [4, 0, 1, 1, 4],
        [2, 3, 0, 1.5, 6],
        [2, 3, 1.5, 0, 6],
        [2, 3, 1.5, 1.5, 0],
    ]
    assert np.allclose(found.replicates.T, expected)
    assert found.scales == pytest.approx([1 / 2, 1 / 2, 2 / 3, 2 / 3, 2 / 3])
    assert found.degrees_of_freedom == 3


def test_simple_random_sample_has_the_textbook_error_both_ways() -> None:
    answers = np.array([3.0, 5, 8, 1, 4, 4, 9, 2])
    design = survey_design([25] * 8)

    linear = linearised_estimate(answers, design)
    jackknife = replicated_estimate(answers, jackknife_weights(design))

    for found in (linear, jackknife):
        assert found.standard_error == pytest.approx(answers.std(ddof=1) / math.sqrt(8))
        assert found.degrees_of_freedom == 7
        assert found.design_effect == pytest.approx(1)
        assert found.effective_sample_size == pytest.approx(8)
    interval = stats.ttest_1samp(answers, 0).confidence_interval(0.95)
    assert (linear.lower, linear.upper) == pytest.approx((interval.low, interval.high))


def clustered(rng: np.random.Generator, clusters_each: int, size: int, strata: int = 3):
    """Draw answers that are alike within clusters, and unequal weights."""
    count = strata * clusters_each
    cluster = np.repeat(np.arange(count), size)
    stratum = np.repeat(np.arange(strata), clusters_each * size)
    answers = stratum + rng.normal(0, 1, count)[cluster] + rng.normal(0, 1, count * size)
    return answers, rng.uniform(0.5, 2, count * size), stratum, cluster


@pytest.mark.parametrize("of_group", [False, True])
def test_jackknife_agrees_with_linearisation_on_simulated_clusters(of_group: bool) -> None:
    rng = np.random.default_rng(5)
    answers, weights, stratum, cluster = clustered(rng, clusters_each=20, size=8)
    design = survey_design(weights, strata=stratum, clusters=cluster)
    group = rng.random(len(answers)) < 0.4 if of_group else None

    linear = linearised_estimate(answers, design, group=group)
    jackknife = replicated_estimate(answers, jackknife_weights(design), group=group)

    assert jackknife.estimate == pytest.approx(linear.estimate)
    assert jackknife.standard_error == pytest.approx(linear.standard_error, rel=0.02)
    assert jackknife.degrees_of_freedom == linear.degrees_of_freedom == 57
    assert linear.design_effect > 1.5


def test_interval_holds_the_mean_as_often_as_it_says_only_with_the_clusters() -> None:
    rng = np.random.default_rng(6)
    held = {"clusters": 0, "none": 0}
    for _ in range(400):
        answers, weights, stratum, cluster = clustered(rng, clusters_each=10, size=6)
        for name, labels in (("clusters", cluster), ("none", None)):
            design = survey_design(weights, strata=stratum, clusters=labels)
            found = linearised_estimate(answers - stratum, design)
            held[name] += found.lower <= 0 <= found.upper

    assert held["clusters"] / 400 == pytest.approx(0.95, abs=0.025)
    assert held["none"] / 400 < 0.8


def test_group_is_estimated_within_the_whole_design() -> None:
    # Cutting the others off would forget that the group's size differs between clusters.
    answers = np.array([1.0, 2, 9, 3, 9, 9, 4, 6])
    group = np.array([True, True, False, True, False, False, True, True])
    clusters = np.array([1, 1, 1, 2, 2, 3, 4, 4])

    found = linearised_estimate(answers, survey_design([1] * 8, clusters=clusters), group=group)

    # Mean 16 / 5; cluster totals of distances over 5: -3.4, -0.2, 0, 3.6 over 5; squares sum to
    # (11.56 + 0.04 + 12.96) / 25, times 4 / 3. Three of the four clusters hold the group.
    assert found.estimate == pytest.approx(3.2)
    assert found.standard_error == pytest.approx(math.sqrt(24.56 / 25 * 4 / 3))
    assert found.degrees_of_freedom == 2
    assert found.sample_size == 5


def test_values_that_do_not_count_may_be_missing() -> None:
    design = survey_design([1, 1, 1, 1, 0])
    values = [1.0, 2.0, 4.0, math.nan, math.nan]
    group = np.array([True, True, True, False, True])

    found = linearised_estimate(values, design, group=group)

    assert found.estimate == pytest.approx(7 / 3)
    assert found.sample_size == 3
    with pytest.raises(ValueError, match="missing"):
        linearised_estimate(values, design)


def test_interval_of_a_proportion_is_that_of_its_logit_and_stays_inside() -> None:
    answers = [1] + [0] * 19
    design = survey_design([50] * 20)

    found = linearised_estimate(answers, design, proportion=True)

    # SE = sqrt(0.05 x 0.95 / 19) = 0.05; logit -2.94444; t(19) = 2.093024; 0.05 / 0.0475
    reach = 2.093024 * 0.05 / 0.0475
    assert found.standard_error == pytest.approx(0.05)
    assert found.lower == pytest.approx(1 / (1 + math.exp(2.944439 + reach)), rel=1e-5)
    assert found.upper == pytest.approx(1 / (1 + math.exp(2.944439 - reach)), rel=1e-5)
    assert linearised_estimate(answers, design).lower < 0 < found.lower


def test_given_replicates_follow_their_scale() -> None:
    # Balanced half samples of two strata with two clusters each; the full mean is 4, the
    # replicates' 2.5, 4.5, 3.5 and 5.5: squared distances 2.25 + 0.25 + 0.25 + 2.25, over 4.
    replicates = 2 * np.array([[1, 1, 0, 0], [0, 0, 1, 1], [1, 0, 1, 0], [0, 1, 0, 1]])
    found = replicated_estimate(
        [1, 3, 4, 8], given_replicates([1] * 4, replicates, 1 / 4, degrees_of_freedom=2)
    )
    halved = replicated_estimate(
        [1, 3, 4, 8], given_replicates([1] * 4, replicates, 1 / 4, replicate_scales=[0.5] * 4)
    )

    assert found.estimate == 4
    assert found.standard_error == pytest.approx(math.sqrt(5 / 4))
    assert found.degrees_of_freedom == 2
    assert halved.standard_error == pytest.approx(math.sqrt(5 / 8))
    assert halved.degrees_of_freedom == 3


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(min_value=-100, max_value=100), st.floats(min_value=0.1, max_value=10)),
        min_size=3,
        max_size=30,
    ).filter(lambda rows: np.ptp([row[0] for row in rows]) > 0.1),
    st.floats(min_value=0.01, max_value=1000),
)
def test_unit_of_the_weights_does_not_matter(rows, factor: float) -> None:
    answers, weights = map(np.array, zip(*rows, strict=True))

    plain = linearised_estimate(answers, survey_design(weights))
    scaled = linearised_estimate(answers, survey_design(weights * factor))

    assert scaled.estimate == pytest.approx(plain.estimate, abs=1e-9)
    assert scaled.standard_error == pytest.approx(plain.standard_error)
    assert answers.min() - 1e-9 <= plain.estimate <= answers.max() + 1e-9


@pytest.mark.parametrize("weights", [[1, -1, 2], [0, 0, 0], [1, math.nan, 1], [1, math.inf, 1], []])
def test_unusable_weights_are_refused(weights: list[float]) -> None:
    with pytest.raises(Refused) as refusal:
        survey_design(weights)

    assert refusal.value.code == "unusable_weights"


def test_replicate_that_is_all_zero_is_refused() -> None:
    with pytest.raises(Refused) as refusal:
        given_replicates([1, 1], [[1, 0], [1, 0]], 0.5)

    assert refusal.value.code == "unusable_weights"


@pytest.mark.parametrize("total", [98.9, 101.2])
def test_weights_that_do_not_sum_to_the_population_are_refused(total: float) -> None:
    weights = [25.0] * 4

    with pytest.raises(Refused) as refusal:
        survey_design(weights, population_total=total)
    with pytest.raises(Refused):
        given_replicates(weights, np.ones((4, 4)), 0.25, population_total=total)

    assert refusal.value.code == "weights_do_not_sum"
    assert survey_design(weights, population_total=total, tolerance=0.02).weights.sum() == 100
    assert survey_design(weights, population_total=99.5).weights.sum() == 100


def test_stratum_with_a_single_cluster_is_refused() -> None:
    with pytest.raises(Refused) as refusal:
        survey_design([1] * 5, strata=[1, 1, 1, 2, 2], clusters=[1, 2, 2, 3, 3])

    assert refusal.value.code == "too_few_sampling_units"


def test_group_in_a_single_cluster_is_refused() -> None:
    design = survey_design([1] * 6, clusters=[1, 1, 2, 2, 3, 3])
    group = np.array([True, True, False, False, False, False])
    answers = [1, 2, 3, 4, 5, 6]

    with pytest.raises(Refused) as linear:
        linearised_estimate(answers, design, group=group)
    with pytest.raises(Refused) as replicated:
        replicated_estimate(answers, jackknife_weights(design), group=group)

    assert linear.value.code == replicated.value.code == "too_few_sampling_units"


@pytest.mark.parametrize("size", [0, 1])
def test_group_of_fewer_than_two_is_refused(size: int) -> None:
    with pytest.raises(Refused) as refusal:
        linearised_estimate([1, 2, 3], survey_design([1] * 3), group=np.arange(3) < size)

    assert refusal.value.code == "too_few_respondents"


@pytest.mark.parametrize("answer", [0.0, 1.0, 0.1, 1e6 / 3])
def test_answers_that_are_all_equal_are_refused(answer: float) -> None:
    design = survey_design([1.1, 0.7, 3.3, 0.3])

    for proportion in {False, answer in (0, 1)}:
        with pytest.raises(Refused) as refusal:
            linearised_estimate([answer] * 4, design, proportion=proportion)
        assert refusal.value.code == "no_variation"
        with pytest.raises(Refused) as refusal:
            replicated_estimate([answer] * 4, jackknife_weights(design), proportion=proportion)
        assert refusal.value.code == "no_variation"


def test_arguments_that_make_no_sense_are_errors() -> None:
    design = survey_design([1, 1, 1])

    for broken in (
        lambda: survey_design([[1, 1], [1, 1]]),
        lambda: survey_design([1, 1, 1], strata=[1, 1]),
        lambda: survey_design([1, 1, 1], clusters=["a", None, "b"]),
        lambda: survey_design([1, 1, 1], population_total=0),
        lambda: survey_design([1, 1, 1], population_total=3, tolerance=-1),
        lambda: linearised_estimate([1, 2], design),
        lambda: linearised_estimate([1, 2, 3], design, group=[True, False]),
        lambda: linearised_estimate([1, 2, 3], design, group=[1, 0, 1]),
        lambda: linearised_estimate([1, 0, 2], design, proportion=True),
        lambda: linearised_estimate([1, 2, 3], design, level=95),
        lambda: given_replicates([1, 1], [[1, 1]], 0.5),
        lambda: given_replicates([1, 1], [[1, 2], [2, 1]], 0),
        lambda: given_replicates([1, 1], [[1, 2], [2, 1]], 0.5, replicate_scales=[1]),
        lambda: given_replicates([1, 1], [[1, 2], [2, 1]], 0.5, replicate_scales=[1, -1]),
        lambda: given_replicates([1, 1], [[1, 2], [2, 1]], 0.5, degrees_of_freedom=0),
    ):
        with pytest.raises(ValueError, match=r"\.$") as error:
            broken()
        assert not isinstance(error.value, Refused)
