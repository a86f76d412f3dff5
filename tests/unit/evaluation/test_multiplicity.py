import pytest

from busan_safety.evaluation.methods.multiplicity import adjusted_p_values


def test_holm_multiplies_by_what_is_left() -> None:
    # 0.01 x 4, then 0.02 x 3 and 0.03 x 2 (both 0.06), then the last, never below the one before.
    assert adjusted_p_values([0.03, 0.01, 0.05, 0.02], method="holm") == pytest.approx(
        [0.06, 0.04, 0.06, 0.06]
    )


def test_benjamini_hochberg_multiplies_by_size_over_rank() -> None:
    # 0.01 x 4/1, 0.02 x 4/2, 0.03 x 4/3 and 0.05 x 4/4; from the largest down, the least so far.
    assert adjusted_p_values(
        [0.03, 0.01, 0.05, 0.02], method="benjamini_hochberg"
    ) == pytest.approx([0.04, 0.04, 0.05, 0.04])


def test_a_family_of_one_is_as_it_was() -> None:
    assert adjusted_p_values([0.2], method="holm") == [0.2]
    assert adjusted_p_values([], method="holm") == []


@pytest.mark.parametrize("p", [-0.1, 1.1])
def test_what_is_no_p_value_is_refused(p: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        adjusted_p_values([p], method="holm")
