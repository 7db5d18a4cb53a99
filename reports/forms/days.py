"""The day that figures are of, as every form of a report asks for it."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common import dates


class AsOfMixin:
    """Checks the field `as_of`: a day between the start of `programme` and today."""

    def __init__(self, *args, programme, **kwargs):
        super().__init__(*args, **kwargs)
        self.programme = programme

    def clean_as_of(self):
        day, first, last = self.cleaned_data["as_of"], self.programme.starts_on, timezone.localdate()
        if day < first:
            raise forms.ValidationError(
                _("The programme starts on %(day)s. Please choose that day or a later one."),
                params={"day": dates.long_date(first)},
            )
        if day > last:
            raise forms.ValidationError(
                _("This day is still to come. Please choose %(day)s or an earlier one."),
                params={"day": dates.long_date(last)},
            )
        return day
