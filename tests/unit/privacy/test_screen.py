"""The block screen misses nothing that the exact detectors know."""

from hypothesis import given
from hypothesis import strategies as st

from busan_safety.privacy import kinds_in
from busan_safety.privacy.screen import candidate_lines

DIGITS = "0123456789０１９"
SEPARATORS = ["", "-", " ", " -", "- ", " - ", "‐", "－", "\u3000", "\u00a0", "\t", ")", ") "]


def digits(low, high=None):
    return st.text(DIGITS, min_size=low, max_size=high or low)


shapes = st.one_of(
    st.tuples(digits(6), st.sampled_from(SEPARATORS), digits(7)),
    st.tuples(
        st.sampled_from(["010", "011", "02", "051", "0505", "070"]),
        st.sampled_from(SEPARATORS),
        digits(3, 4),
        st.sampled_from(SEPARATORS),
        digits(4),
    ),
    st.tuples(st.sampled_from(["1588-", "1644-", "1899-"]), digits(4)),
    st.tuples(digits(2), st.just("-"), digits(2), st.just("-"), digits(6), st.just("-"), digits(2)),
    st.tuples(
        st.sampled_from(["", "부산", "부산 "]),
        digits(2, 3),
        st.sampled_from(["", " "]),
        st.sampled_from("가나바하배"),
        st.sampled_from(["", " "]),
        digits(4),
    ),
)
around = st.text('가나 ,."-:()a1', max_size=6)


@given(st.lists(st.tuples(around, shapes, around), min_size=1, max_size=5))
def test_every_identifier_is_a_candidate(rows):
    lines = [f"{before}{''.join(shape)}{after}" for before, shape, after in rows]
    block = "\n".join(["머리,글", *lines, "끝"]).encode()

    found = dict(candidate_lines(block))

    for number, line in enumerate(lines, start=1):
        if kinds_in(line):
            assert number in found, line
            assert found[number].decode() == line


def test_ordinary_rows_of_calls_are_no_candidates():
    row = (
        "20240305-000000123,2024-03-05 01:02:03,부산진경찰서,C1,305,2623051000,129.0512345,35.15,N"
    )
    assert list(candidate_lines("\n".join([row] * 50).encode())) == []


def test_an_empty_block_has_no_candidates():
    assert list(candidate_lines(b"")) == []
