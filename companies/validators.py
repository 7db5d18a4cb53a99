"""Shapes of what Japanese companies write about themselves."""

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


def normalise_kana(value: str) -> str:
    """Return kana of any kind as full-width katakana, with single spaces; other characters stay."""
    return " ".join(jaconv.hira2kata(jaconv.h2z(value, kana=True)).split())
