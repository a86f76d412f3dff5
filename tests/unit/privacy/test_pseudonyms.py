"""Pseudonyms join the same person within a domain, and nobody across domains or keys."""

import pytest

from busan_safety.privacy.keys import PseudonymKey
from busan_safety.privacy.pseudonyms import Pseudonymiser, domain_of, normal_identifier

FIRST = PseudonymKey(1, b"a" * 32)
SECOND = PseudonymKey(2, b"b" * 32)
PERSON = Pseudonymiser(FIRST, domain_of("city", "person_id"))


def test_a_pseudonym_says_its_key_version_and_nothing_else():
    assert PERSON("A-17").startswith("p1_")
    assert len(PERSON("A-17")) == 3 + 32
    assert Pseudonymiser(SECOND, "city:person_id")("A-17").startswith("p2_")


@pytest.mark.parametrize("other", [" A-17 ", "a-17", "Ａ－１７", "A - 17"])
def test_the_same_identifier_in_another_spelling_is_the_same_person(other):
    assert PERSON(other) == PERSON("A-17")


def test_long_numbers_join_with_and_without_hyphens_and_short_ones_do_not():
    assert PERSON("010-1234-5678") == PERSON("01012345678")
    assert PERSON("1-23") != PERSON("12-3")


def test_equal_numbers_of_other_agencies_and_columns_are_other_people():
    others = [
        Pseudonymiser(FIRST, domain_of(*one))
        for one in (("police", "person_id"), ("city", "case_id"))
    ]
    assert len({one("17") for one in [PERSON, *others]}) == 3


def test_another_key_gives_another_pseudonym():
    again = Pseudonymiser(PseudonymKey(1, b"c" * 32), "city:person_id")
    assert again("17") != PERSON("17")


def test_the_key_is_in_no_text_of_it():
    assert FIRST.secret.hex() not in repr(FIRST) and "aaaa" not in repr(FIRST)
    assert FIRST.check_value not in (SECOND.check_value, FIRST.secret.hex()[:16])


def test_an_identifier_of_blanks_only_is_empty():
    assert normal_identifier(" \u3000 ") == ""
