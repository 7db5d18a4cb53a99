"""Fields that several pages of policies share."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from jobs.services import MAX_FILE_BYTES
from policies.services import check_text


class CheckedText(forms.CharField):
    """Words that can be kept: a NUL character or half a character is refused at the field, in a sentence."""

    def clean(self, value):
        return super().clean(check_text(value) if isinstance(value, str) else value)


def checked_lines(*, rows: int = 4, **kwargs) -> CheckedText:
    """Return a field for several lines."""
    return CheckedText(widget=forms.Textarea(attrs={"rows": rows}), **kwargs)


class PastDay(forms.DateField):
    """A day that has come already, by the calendar of the portal."""

    def __init__(self, **kwargs):
        super().__init__(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs)

    def validate(self, value):
        super().validate(value)
        if value and value > timezone.localdate():
            raise ValidationError(_("This day is still to come. Please enter the day on which it happened."))


# What people scan and keep as proof. Pictures straight from a telephone included.
SCAN_TYPES = (".pdf", ".jpg", ".png")
PROOF_TYPES = (*SCAN_TYPES, ".docx", ".xlsx", ".pptx", ".txt", ".csv")
MAX_PROOF_BYTES = min(10 * 1024 * 1024, MAX_FILE_BYTES)


def upload_of(data: dict, name: str) -> tuple[str, bytes] | None:
    """Return the name and the bytes of a cleaned upload, None where there is none."""
    file = data.get(name)
    return (file.name, file.read()) if file else None
