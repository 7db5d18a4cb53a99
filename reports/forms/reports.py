from django import forms
from django.utils.translation import gettext_lazy as _

from common.forms import PortalFormMixin
from reports.enums import Edition, Language
from reports.models import MAX_PLANS

from .days import AsOfMixin


class ReportForm(AsOfMixin, PortalFormMixin, forms.Form):
    """What a report is of. The day lies between the programme's start and today."""

    submit_label = _("Make the report")
    cancel_label = _("Go back without making one")

    language = forms.ChoiceField(label=_("Language of the report"), choices=Language, widget=forms.RadioSelect)
    edition = forms.ChoiceField(
        label=_("Edition"),
        choices=Edition,
        widget=forms.RadioSelect,
        help_text=_("The public edition names no company; the internal one is for the secretariat only."),
    )
    as_of = forms.DateField(
        label=_("Figures as of"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("What happened later is not counted."),
    )
    plans = forms.CharField(
        label=_("Future plans"),
        required=False,
        max_length=MAX_PLANS,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_(
            "Printed at the end of chapter 1, in the words you write here. If you leave it empty, the report says what "
            "remains to be done according to the records."
        ),
    )
