"""What the builder's pages send."""

from django import forms
from django.utils.translation import gettext_lazy as _

from common.forms import PortalFormMixin
from reports.enums import Edition, Language
from reports.models import MAX_REASON

from .days import AsOfMixin


class DraftForm(AsOfMixin, PortalFormMixin, forms.Form):
    """Of what a report is written. The day lies between the programme's start and today."""

    submit_label = _("Begin to write")

    edition = forms.ChoiceField(label=_("Edition"), choices=Edition, widget=forms.RadioSelect)
    as_of = forms.DateField(
        label=_("Figures as of"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("What happened later is not counted."),
    )


class AsOfForm(DraftForm):
    """The same, of a draft whose figures are read again."""

    submit_label = _("Show what would change")


class OverrideForm(PortalFormMixin, forms.Form):
    """A value in place of the computed one, and why."""

    submit_label = _("Print this value")

    value = forms.IntegerField(label=_("Value to print"), min_value=0, max_value=1_000_000)
    reason_ja = forms.CharField(
        label=_("Reason (Japanese)"),
        required=False,
        max_length=MAX_REASON,
        help_text=_("Printed in the report beside the value. One language is enough; the other report says the same."),
    )
    reason_en = forms.CharField(label=_("Reason (English)"), required=False, max_length=MAX_REASON)

    def clean(self):
        values = super().clean()
        if not values.get("reason_ja") and not values.get("reason_en"):
            self.add_error("reason_ja", _("Say why. The report prints the reason beside the value."))
        return values


class LanguageForm(forms.Form):
    """In which language a draft is looked at; nonsense is the reader's own."""

    lang = forms.ChoiceField(choices=Language)

    def value(self, default: str) -> str:
        return self.cleaned_data["lang"] if self.is_valid() else default


class FigureForm(forms.Form):
    """Which figure's rows are asked for."""

    of = forms.CharField(max_length=120, required=False, strip=True)

    def value(self) -> str:
        return self.cleaned_data["of"] if self.is_valid() else ""
