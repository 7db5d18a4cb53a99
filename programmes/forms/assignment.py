"""What the secretariat enters about who advises whom, and when."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from common.forms import DayField, PortalFormMixin


class RefusableMixin(PortalFormMixin):
    """A form that shows what a service refused at the field it is about, or over all where it has no such field."""

    # Name of the service's field: name of this form's.
    shown_at: dict[str, str] = {}

    def refuse(self, error: ValidationError) -> None:
        for name, messages in error.message_dict.items():
            own = self.shown_at.get(name, name)
            self.add_error(own if own in self.fields else None, messages)


class PeriodForm(RefusableMixin, forms.Form):
    """From when until when; both days count."""

    submit_label = _("Save the days")

    starts_on = DayField(label=_("First day"), help_text=_("The adviser can read the company's texts from this day."))
    ends_on = DayField(
        label=_("Last day"),
        required=False,
        help_text=_("Empty for no end. After this day the company's pages are closed to the adviser."),
    )


class AssignForm(PeriodForm):
    """One adviser for one company. Those in conflict are not offered."""

    submit_label = _("Assign the adviser")
    field_order = ("adviser", "starts_on", "ends_on")

    adviser = forms.ModelChoiceField(label=_("Adviser"), queryset=None, empty_label=_("Choose an adviser"))

    def __init__(self, *args, advisers, labels, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["adviser"].queryset = advisers
        self.fields["adviser"].label_from_instance = lambda seat: labels.get(seat.pk, seat.name)


class AssignManyForm(PeriodForm):
    """One adviser, several companies, the same days."""

    submit_label = _("Assign to the chosen companies")
    field_order = ("companies", "starts_on", "ends_on")
    shown_at = {"adviser": "companies"}

    companies = forms.ModelMultipleChoiceField(label=_("Companies"), queryset=None, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args, enrolments, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["companies"].queryset = enrolments
        self.fields["companies"].label_from_instance = lambda enrolment: enrolment.company.name


class StandInForm(AssignManyForm):
    submit_label = _("Assign the stand-in")


class HandOnForm(RefusableMixin, forms.Form):
    """Who follows, and the last day of the one who goes."""

    submit_label = _("Hand the company on")

    last_day = DayField(label=_("Last day of the present adviser"))
    successor = forms.ModelChoiceField(
        label=_("Next adviser"),
        queryset=None,
        empty_label=_("Choose an adviser"),
        help_text=_("Assigned from the next day on. Who declared a conflict of interest is not offered."),
    )

    def __init__(self, *args, advisers, labels, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["successor"].queryset = advisers
        self.fields["successor"].label_from_instance = lambda seat: labels.get(seat.pk, seat.name)
