"""Forms of a round: when it is, and what a company gets in it."""

from datetime import datetime

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.forms import PortalFormMixin
from consultations.models import Offer
from programmes.enums import Mode
from programmes.models import Seat

LEAVE_OUT = "leave_out"


def _day() -> forms.DateInput:
    widget = forms.DateInput(format="%Y-%m-%d")
    widget.input_type = "date"
    return widget


def _clock() -> forms.TimeInput:
    widget = forms.TimeInput(format="%H:%M")
    widget.input_type = "time"
    return widget


class RoundForm(PortalFormMixin, forms.Form):
    submit_label = _("Propose the round")

    number = forms.IntegerField(
        label=_("Number of the round"),
        min_value=1,
        max_value=99,
        help_text=_("A draft with the same number is proposed anew."),
    )
    starts_on = forms.DateField(label=_("From"), widget=_day())
    ends_on = forms.DateField(label=_("Until"), widget=_day())

    def clean(self):
        values = super().clean()
        first, last = values.get("starts_on"), values.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("Please enter a last day that is not before the first."))
        elif first and last and (last - first).days > 366:
            self.add_error("ends_on", _("A round can last a year at most."))
        return values


class OfferForm(PortalFormMixin, forms.Form):
    submit_label = _("Keep this proposal")

    adviser = forms.ModelChoiceField(label=_("Adviser"), queryset=Seat.objects.none(), required=False)
    on = forms.DateField(label=_("Day"), required=False, widget=_day())
    at = forms.TimeField(label=_("From"), required=False, widget=_clock())
    method = forms.ChoiceField(label=_("On site or online"), choices=Mode.choices, required=False)
    leave_out = forms.BooleanField(label=_("Leave this company out of the round"), required=False)

    def __init__(self, *args, offer: Offer, advisers, **kwargs):
        starts_at = timezone.localtime(offer.starts_at) if offer.starts_at else None
        initial = {
            "adviser": offer.adviser_id,
            "on": starts_at.date() if starts_at else None,
            "at": starts_at.time() if starts_at else None,
            "method": offer.method or Mode.ONLINE,
        }
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["adviser"].queryset = advisers

    def clean(self):
        values = super().clean()
        if values.get("leave_out"):
            return values
        for name in ("adviser", "on", "at", "method"):
            if name not in self.errors and not values.get(name) and values.get(name) != 0:
                field = self.fields[name]
                self.add_error(name, _("Please fill in: {field}").format(field=field.label))
        return values

    def chosen(self) -> dict:
        """Return what `services.change_offer` takes."""
        values = self.cleaned_data
        if values["leave_out"]:
            return {}
        starts_at = datetime.combine(
            values["on"], values["at"].replace(second=0, microsecond=0), tzinfo=timezone.get_default_timezone()
        )
        return {"adviser": values["adviser"], "starts_at": starts_at, "method": values["method"]}
