"""What is sent from the pages of a consultation."""

import json
from collections.abc import Iterable

from django import forms
from django.utils.translation import gettext_lazy as _

from common.forms import PortalFormMixin
from companies.models import Person
from policies.forms.discussion import PlainText

LARGEST = 2**31 - 1
"""What a `rev` holds."""


class DraftField(forms.Field):
    """A text as it was typed. Whether it can be kept is the service's answer."""

    def to_python(self, value) -> str:
        if not isinstance(value, str):
            raise forms.ValidationError(_("This is not a text."), code="text")
        return value


class SaveForm(forms.Form):
    """One passage that the page saves by itself, or a choice between two texts of it."""

    text = DraftField(required=False)
    base_rev = forms.IntegerField(min_value=0, max_value=LARGEST)
    operation = forms.UUIDField()
    follows = forms.UUIDField(required=False)
    choice = forms.ChoiceField(choices=[(name, name) for name in ("mine", "theirs", "merged")], required=False)


def json_of(request) -> dict:
    """Return the object that a request brought as JSON; nothing where it brought something else."""
    try:
        data = json.loads(request.body)
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}


class TaskForm(forms.Form):
    """A task to be added to the minutes."""

    task_text = forms.CharField(label=_("What is to be done"), max_length=2000, required=False)
    task_owner = forms.ModelChoiceField(
        Person.objects.none(), label=_("Who sees to it"), required=False, empty_label=_("Nobody yet")
    )
    task_due = forms.DateField(
        label=_("By when"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["task_text"].widget = forms.Textarea(attrs={"rows": 2})
        self.fields["task_owner"].queryset = people
        for name in self.fields:
            self.fields[name].widget.attrs["class"] = "form-select" if name == "task_owner" else "form-control"

    @property
    def says_something(self) -> bool:
        return any(self[name].value() for name in self.fields)


class PeopleForm(forms.Form):
    """Who of the company was there."""

    people = forms.ModelMultipleChoiceField(Person.objects.none(), required=False)

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["people"].queryset = people


class ObjectionForm(PortalFormMixin, forms.Form):
    """What the company finds not right in the minutes."""

    submit_label = _("Ask for a change")
    show_needs = False

    objection = PlainText(
        rows=3,
        label=_("What is not right"),
        max_length=2000,
        help_text=_("Your adviser reads it and changes the minutes, or talks to you."),
    )


class ChangeForm(PortalFormMixin, forms.Form):
    """Minutes that are shared, to be changed."""

    submit_label = _("Change the minutes and tell the company")
    show_needs = False

    rev = forms.IntegerField(min_value=0, max_value=LARGEST, widget=forms.HiddenInput)

    def __init__(self, *args, titles: Iterable[tuple[str, str, int]], **kwargs):
        super().__init__(*args, **kwargs)
        for name, label, most in titles:
            self.fields[name] = PlainText(rows=6, label=label, required=False, max_length=most)


class HandOverForm(PortalFormMixin, forms.Form):
    """A note for other advisers of the company."""

    submit_label = _("Save the note")

    text = PlainText(
        rows=8,
        label=_("Note for other advisers of this company"),
        required=False,
        max_length=4000,
        help_text=_(
            "Advisers assigned to this company read it, now and later. The company and the secretariat do not."
        ),
    )
