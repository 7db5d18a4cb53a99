"""What the secretariat enters about one company: who is in charge, a longer deadline, the memo."""

from django import forms
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from common import dates
from common.forms import DayField, PortalFormMixin


class ChargeForm(PortalFormMixin, forms.Form):
    """Somebody of the secretariat, or nobody."""

    submit_label = _("Save who is in charge")

    seat = forms.ModelChoiceField(label=_("In charge"), queryset=None, required=False, empty_label=_("Nobody yet"))

    def __init__(self, *args, seats, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["seat"].queryset = seats


class ExtensionForm(PortalFormMixin, forms.Form):
    """Until when, and why."""

    submit_label = _("Extend the deadline")

    due_on = DayField(label=_("New deadline"))
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The company and its advisers read this."),
    )


class ChosenForm(PortalFormMixin, forms.Form):
    """Something for many companies that were chosen from a list: they and the list's address go along."""

    companies = forms.CharField(required=False, widget=forms.HiddenInput)
    list = forms.CharField(required=False, max_length=2000, widget=forms.HiddenInput)


class ChargeAllForm(ChosenForm):
    """One of the secretariat for all of them, or nobody; never nobody by not answering."""

    NOBODY = "nobody"
    submit_label = _("Save who is in charge")

    seat = forms.ChoiceField(label=_("In charge"))

    def __init__(self, *args, seats, **kwargs):
        super().__init__(*args, **kwargs)
        self.seats = {str(seat.pk): seat for seat in seats}
        named = [(pk, seat.name or seat.email) for pk, seat in self.seats.items()]
        self.fields["seat"].choices = [
            ("", _("Please choose")),
            *named,
            (self.NOBODY, pgettext_lazy("person", "Nobody")),
        ]

    @property
    def chosen_seat(self):
        """The seat that was chosen, None for nobody."""
        return self.seats.get(self.cleaned_data["seat"])


class ExtendAllForm(ChosenForm):
    """For which milestone, until when, and why: one answer for all."""

    submit_label = _("Extend the deadline for them")

    kind = forms.ChoiceField(label=_("Milestone"))
    due_on = DayField(label=_("New deadline"))
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The companies and their advisers read this."),
    )

    def __init__(self, *args, kinds, **kwargs):
        super().__init__(*args, **kwargs)
        self.kinds = {str(kind.pk): kind for kind in kinds if kind.is_deadline}
        self.fields["kind"].choices = [("", _("Please choose")), *((pk, _named(k)) for pk, k in self.kinds.items())]

    @property
    def milestone(self):
        return self.kinds[self.cleaned_data["kind"]]


def _named(kind) -> str:
    if not kind.due_on:
        return kind.name
    return gettext("%(milestone)s (due %(day)s)") % {"milestone": kind.name, "day": dates.short_date(kind.due_on)}


class MemoForm(PortalFormMixin, forms.Form):
    """The memo, and the number of the text that it was written from."""

    submit_label = _("Save the memo")

    text = forms.CharField(
        label=_("Memo"),
        required=False,
        max_length=20_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 14}),
        help_text=_("Only the secretariat of this programme reads it; neither the company nor its advisers."),
    )
    base = forms.IntegerField(min_value=0, required=False, widget=forms.HiddenInput)

    def clean_text(self):
        return self.cleaned_data["text"].replace("\r\n", "\n").strip("\n")

    def clean_base(self):
        return self.cleaned_data["base"] or 0
