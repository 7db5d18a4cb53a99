"""Forms in which an adviser says when there is time."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from common.forms import PortalFormMixin
from companies.models import Company
from consultations.models import Absence, DayException, Practice, WeeklyHours
from programmes.models import Seat

WEEKDAYS = (
    _("Monday"),
    _("Tuesday"),
    _("Wednesday"),
    _("Thursday"),
    _("Friday"),
    _("Saturday"),
    _("Sunday"),
)


class _Day(forms.DateInput):
    input_type = "date"

    def __init__(self):
        super().__init__(format="%Y-%m-%d")


class _Clock(forms.TimeInput):
    input_type = "time"

    def __init__(self):
        super().__init__(format="%H:%M")


class PracticeForm(PortalFormMixin, forms.ModelForm):
    submit_label = _("Save how you work")

    meeting_url = forms.URLField(label=_("joining link"), max_length=500, required=False, assume_scheme="https")

    class Meta:
        model = Practice
        fields = (
            "pause_minutes", "notice_days", "most_a_day", "works_on_holidays", "meeting_url", "place", "region",
            "speaks_english",
        )  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        bounds = {"pause_minutes": (0, 240), "notice_days": (0, 30), "most_a_day": (1, 20)}
        for name, (least, most) in bounds.items():
            label = self.fields[name].label
            self.fields[name] = forms.IntegerField(label=label, min_value=least, max_value=most)
        self.fields["meeting_url"].help_text = _("Who booked an online consultation with you gets it.")
        self.fields["notice_days"].help_text = _("Business days from the day of booking to the first day offered.")


class _TimesForm(PortalFormMixin, forms.ModelForm):
    """Checks that the end comes after the beginning; the database says the same, without a sentence."""

    first, last = "starts", "ends"

    def clean(self):
        values = super().clean()
        first, last = values.get(self.first), values.get(self.last)
        if first is not None and last is not None and self.is_upside_down(first, last):
            self.add_error(self.last, self.upside_down)
        return values

    def is_upside_down(self, first, last) -> bool:
        return last <= first

    upside_down = _("Please enter an end after the beginning.")


class HoursForm(_TimesForm):
    submit_label = _("Add these hours")

    class Meta:
        model = WeeklyHours
        fields = ("weekday", "starts", "ends", "method")

    weekday = forms.TypedChoiceField(label=_("Day of the week"), choices=list(enumerate(WEEKDAYS)), coerce=int)
    starts = forms.TimeField(label=_("From"), widget=_Clock())
    ends = forms.TimeField(label=_("Until"), widget=_Clock())


class ExceptionForm(_TimesForm):
    submit_label = _("Add this day")

    class Meta:
        model = DayException
        fields = ("on", "starts", "ends", "method")

    on = forms.DateField(label=_("Day"), widget=_Day())
    starts = forms.TimeField(
        label=_("From"),
        widget=_Clock(),
        required=False,
        help_text=_("Leave both times empty for a day without consultations."),
    )
    ends = forms.TimeField(label=_("Until"), widget=_Clock(), required=False)

    def clean(self):
        values = super().clean()
        if (values.get("starts") is None) != (values.get("ends") is None) and not self.errors:
            raise ValidationError(_("Please enter both times, or leave both empty for a day without consultations."))
        return values


class AbsenceForm(_TimesForm):
    submit_label = _("Add this absence")
    first, last = "starts_on", "ends_on"
    upside_down = _("Please enter a last day that is not before the first.")

    class Meta:
        model = Absence
        fields = ("starts_on", "ends_on", "stand_in")

    starts_on = forms.DateField(label=_("From"), widget=_Day())
    ends_on = forms.DateField(label=_("Until"), widget=_Day())
    stand_in = forms.ModelChoiceField(
        label=_("Who stands in"),
        queryset=Seat.objects.none(),
        required=False,
        help_text=_(
            "Nobody is assigned by this. The stand-in can be booked by companies that the secretariat has assigned to them; "
            "it is told which are missing."
        ),
    )

    def __init__(self, *args, others, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["stand_in"].queryset = others

    def is_upside_down(self, first, last) -> bool:
        return last < first


class ConflictForm(PortalFormMixin, forms.Form):
    submit_label = _("Declare the conflict of interest")

    company = forms.ModelChoiceField(label=_("Company"), queryset=Company.objects.none())
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        required=False,
        help_text=_("The secretariat reads it, the company does not."),
    )

    def __init__(self, *args, companies, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["company"].queryset = companies
        self.fields["company"].label_from_instance = lambda company: company.name
