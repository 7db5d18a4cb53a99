"""Forms of booking: what about, when, and what to tell when no time suits or it cannot be."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.forms import PortalFormMixin
from companies.models import Person
from consultations.enums import EntryKind
from consultations.queries import Choice, Slot
from programmes.enums import Mode

ANY_WAY = ("", _("Either is fine"))
# The radio button of advisers and the secretariat for a time that is not offered.
OTHER_TIME = "other"


class MattersForm(PortalFormMixin, forms.Form):
    """What a consultation is to be about. Sections and open advice are offered with what is open chosen already."""

    submit_label = _("Save what it is about")

    sections = forms.MultipleChoiceField(
        label=_("Sections you want to talk about"), required=False, widget=forms.CheckboxSelectMultiple
    )
    items = forms.MultipleChoiceField(
        label=_("Open advice and tasks"), required=False, widget=forms.CheckboxSelectMultiple
    )
    questions = forms.CharField(
        label=_("Your questions"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Your advisers read them before you meet. The secretariat does not."),
    )

    def __init__(self, *args, sections: Iterable = (), items: Iterable = (), **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["sections"].choices = list(sections)
        self.fields["items"].choices = list(items)
        for name in ("sections", "items"):
            if not self.fields[name].choices:
                del self.fields[name]


class AboutForm(MattersForm):
    """The first step: what about, who comes, on site or online."""

    submit_label = _("Go on to the times")
    cancel_label = _("Go back without booking")

    people = forms.ModelMultipleChoiceField(
        label=_("Who comes"),
        queryset=Person.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("They get the invitation."),
    )
    method = forms.ChoiceField(
        label=_("On site or online"), choices=[ANY_WAY, *Mode.choices], required=False, widget=forms.RadioSelect
    )

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["people"].queryset = people
        if not people:
            del self.fields["people"]


class SlotForm(PortalFormMixin, forms.Form):
    """One of the times that are offered. The page draws the radio buttons, a day a heading."""

    submit_label = _("Go on and check")

    slot = forms.CharField(required=False, max_length=80)

    def __init__(self, *args, choice: Choice, find=None, **kwargs):
        """`find` returns the slot behind a key that is not among those of the page, or None."""
        self.choice, self._find = choice, find
        super().__init__(*args, **kwargs)

    def clean_slot(self) -> Slot | None:
        key = self.cleaned_data["slot"]
        if not key:
            raise ValidationError(_("Please choose a time."), code="required")
        return self.read(key)

    def read(self, key: str) -> tuple[UUID, datetime]:
        """Return adviser and beginning; whether they are offered is for the service to say, in a sentence of its own."""
        try:
            adviser, moment = key.split("@")
            starts_at = datetime.fromisoformat(moment)
            return UUID(adviser), timezone.make_aware(starts_at)
        except (ValueError, OverflowError) as error:
            raise ValidationError(_("Please choose one of the times below."), code="invalid") from error


class ArrangeForm(SlotForm):
    """A time that is offered, or another one, for advisers and the secretariat."""

    submit_label = _("Book this time")

    adviser = forms.ChoiceField(label=_("Adviser"), required=False)
    on = forms.DateField(label=_("Day"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    at = forms.TimeField(label=_("From"), required=False, widget=forms.TimeInput(attrs={"type": "time"}))
    method = forms.ChoiceField(label=_("On site or online"), choices=Mode.choices, widget=forms.RadioSelect)
    people = forms.ModelMultipleChoiceField(
        label=_("Who comes"), queryset=Person.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )
    reason = forms.CharField(label=_("Why it is moved"), required=False, max_length=300)

    def __init__(self, *args, people=None, is_move: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        advisers = self.choice.calendars.values()
        self.fields["adviser"].choices = [(str(each.seat_id), each.name) for each in advisers]
        if people:
            self.fields["people"].queryset = people
        else:
            del self.fields["people"]
        if not is_move:
            del self.fields["reason"]

    def clean_slot(self):
        key = self.cleaned_data["slot"]
        return None if key in ("", OTHER_TIME) else self.read(key)

    def clean(self):
        values = super().clean()
        if self.errors or values.get("slot"):
            return values
        wanted = [values.get("adviser"), values.get("on"), values.get("at")]
        if not all(value is not None and value != "" for value in wanted):
            self.add_error("slot", _("Please choose a time, or enter adviser, day and time of another one."))
            return values
        on, at = values["on"], values["at"].replace(second=0, microsecond=0)
        starts_at = datetime.combine(on, at, tzinfo=timezone.get_default_timezone())
        values["slot"] = (UUID(values["adviser"]), starts_at)
        return values


class WishForm(PortalFormMixin, forms.Form):
    """When the company could, because no time suits."""

    submit_label = _("Tell the secretariat")
    cancel_label = _("Back to the times")

    text = forms.CharField(
        label=_("When you could"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Days and times, for example “Thursdays after 15:00, or any morning in January”."),
    )
    method = forms.ChoiceField(
        label=_("On site or online"), choices=[ANY_WAY, *Mode.choices], required=False, widget=forms.RadioSelect
    )
    operation = forms.UUIDField(widget=forms.HiddenInput)


class CancelForm(PortalFormMixin, forms.Form):
    submit_look = "danger"
    submit_label = _("Cancel the consultation")
    cancel_label = _("Go back without changing anything")

    reason = forms.CharField(label=_("Reason"), max_length=300, required=False)

    def __init__(self, *args, needs_reason: bool, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = needs_reason
        if needs_reason:
            self.fields["reason"].help_text = _("The company and the adviser read it.")


class EntryForm(PortalFormMixin, forms.Form):
    """Why a company has one more or one fewer."""

    submit_label = _("Record in the ledger")

    kind = forms.ChoiceField(label=pgettext_lazy("ledger", "What"), choices=EntryKind.choices, widget=forms.RadioSelect)
    reason = forms.CharField(label=_("Reason"), max_length=300, help_text=_("The company reads it."))
    operation = forms.UUIDField(widget=forms.HiddenInput)
