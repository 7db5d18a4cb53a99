"""Corporate numbers and kana as people write them."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from companies.validators import normalise_corporate_number, normalise_kana, validate_corporate_number

# The National Tax Agency's own number, whose check digit its rule explains.
AGENCY = "7000012050002"


def check_digit(base: str) -> str:
    """9 minus the remainder by 9 of the digits from the right, weighed 1 and 2 in turn (ordinance of 2014, article 2)."""
    weighed = sum(int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(base)))
    return str(9 - weighed % 9)


def test_a_real_number_is_accepted():
    assert validate_corporate_number(AGENCY) is None


@given(st.text("0123456789", min_size=12, max_size=12))
def test_the_first_digit_checks_the_others(base):
    assert validate_corporate_number(check_digit(base) + base) is None


@given(st.text("0123456789", min_size=12, max_size=12), st.integers(1, 8))
def test_another_first_digit_is_refused(base, other):
    wrong = str((int(check_digit(base)) - 1 + other) % 9 + 1)
    with pytest.raises(ValidationError) as refused:
        validate_corporate_number(wrong + base)
    assert refused.value.code == "corporate_number_checksum"


@pytest.mark.parametrize("value", ["", "700001205000", "70000120500020", "700001205000A", "7000 12050002"])
def test_what_is_no_number_of_13_digits_is_refused(value):
    with pytest.raises(ValidationError) as refused:
        validate_corporate_number(value)
    assert refused.value.code == "corporate_number_length"


@pytest.mark.parametrize(
    "written",
    [
        "７０００012050002",
        "7-0000-1205-0002",
        "7－0000－1205－0002",
        "T7000012050002",
        "t7000012050002",
        " 7000012050002 ",
    ],
)
def test_numbers_are_read_however_they_are_written(written):
    assert normalise_corporate_number(written) == AGENCY


@given(st.text("0123456789０１２３４５６７８９-‐－ー 　TtＴ", max_size=20))
def test_what_is_read_is_read_the_same_again(text):
    once = normalise_corporate_number(text).lstrip("T")
    assert normalise_corporate_number(once) == once


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("さくら", "サクラ"),
        ("ｻｸﾗｼｮｳｼﾞ", "サクラショウジ"),
        ("カブシキ　ガイシャ  ガ", "カブシキ ガイシャ ガ"),
        ("ﾊﾟｰﾄﾅｰｽﾞ", "パートナーズ"),
        ("  ", ""),
        ("ABC", "ABC"),
    ],
)
def test_kana_of_any_kind_becomes_katakana(written, kept):
    assert normalise_kana(written) == kept
