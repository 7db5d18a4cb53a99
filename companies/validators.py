"""Shapes of what Japanese companies write about themselves."""

import re
import unicodedata

import jaconv
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from stdnum.exceptions import InvalidChecksum
from stdnum.exceptions import ValidationError as InvalidNumber
from stdnum.jp import cn

HYPHENS = dict.fromkeys(map(ord, "-‐‑‒–—―−ーｰ－ "), None)


def normalise_corporate_number(value: str) -> str:
    """Return the number as 13 plain digits where it can be read so: full-width, hyphens and the invoice T are undone."""
    digits = unicodedata.normalize("NFKC", value).translate(HYPHENS).upper()
    return digits.removeprefix("T")


def validate_corporate_number(value: str) -> None:
    """Refuse a number that is not 13 digits with the right check digit (the first; National Tax Agency rule)."""
    try:
        cn.validate(value)
    except InvalidChecksum as error:
        raise ValidationError(
            _("The check digit of this corporate number does not match. Please compare it with the certificate."),
            code="corporate_number_checksum",
        ) from error
    except InvalidNumber as error:
        raise ValidationError(_("A corporate number has 13 digits."), code="corporate_number_length") from error


def complete_corporate_number(value: str) -> str:
    """Return the corporate number of twelve digits, which registers print without the check digit; else ""."""
    digits = normalise_corporate_number(value)
    return cn.calc_check_digit(digits) + digits if len(digits) == 12 and digits.isascii() and digits.isdigit() else ""


def normalise_postal_code(value: str) -> str:
    """Return a postal code in any form, as 〒１０８－８００１, as its digits."""
    return unicodedata.normalize("NFKC", value).translate(HYPHENS).removeprefix("〒")


def validate_postal_code(value: str) -> None:
    if not re.fullmatch(r"[0-9]{7}", value):
        raise ValidationError(_("A postal code has 7 digits, for example 108-8001."), code="postal_code")


def normalise_phone(value: str) -> str:
    """Return a telephone number in ASCII, with plain hyphens."""
    plain = unicodedata.normalize("NFKC", value)
    return " ".join(re.sub("[-‐‑‒–—―−ーｰ]", "-", plain).split())


def validate_phone(value: str) -> None:
    if not re.fullmatch(r"\+?[0-9][0-9() -]*(?: ?(?:ext\.?|内線) ?[0-9]+)?", value) or sum(map(str.isdigit, value)) < 9:
        raise ValidationError(
            _("Please write a telephone number with its area code, for example 03-1234-5678."), code="phone"
        )


def validate_kana(value: str) -> None:
    """Refuse kanji in a reading. Letters and digits, as companies have them in their names, may stay."""
    if any(unicodedata.name(character, "").startswith("CJK ") for character in value):
        raise ValidationError(_("Please write the reading in kana, without kanji."), code="kana")


def normalise_kana(value: str) -> str:
    """Return kana of any kind as full-width katakana, with single spaces; other characters stay."""
    return " ".join(jaconv.hira2kata(jaconv.h2z(value, kana=True)).split())
