"""What may stand in the address of a trail: a period, a kind of deed, a company, a person, words."""

import datetime
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from common import dates
from common.components import Chip, with_query
from common.forms import DayField

from .catalogue import VERBS
from .enums import Kind
from .models import Event

_NO_DAY = {"invalid": pgettext_lazy("trail", "Please enter a day such as 2026-11-22.")}


class TrailForm(forms.Form):
    """Filters that combine. A wrong one is answered at its field, and nothing is shown until it is put right."""

    filters = ("q", "kind", "since", "until", "company", "person")
    show_needs = False

    q = forms.CharField(
        label=pgettext_lazy("trail", "Name of a person or a thing"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    kind = forms.ChoiceField(
        label=pgettext_lazy("trail", "Kind of deed"),
        choices=[("", pgettext_lazy("trail", "All")), *Kind.choices],
        required=False,
        error_messages={"invalid_choice": pgettext_lazy("trail", "This kind of deed is not known. Please choose one.")},
    )
    company = forms.TypedChoiceField(
        label=_("Company"),
        coerce=UUID,
        empty_value=None,
        required=False,
        error_messages={
            "invalid_choice": pgettext_lazy("trail", "This company is not in the programme. Please choose one.")
        },
    )
    since = DayField(required=False, label=pgettext_lazy("trail", "From"), error_messages=_NO_DAY)
    until = DayField(required=False, label=pgettext_lazy("trail", "Until"), error_messages=_NO_DAY)
    person = forms.UUIDField(
        label=pgettext_lazy("trail", "Person"),
        required=False,
        widget=forms.HiddenInput,
        error_messages={
            "invalid": pgettext_lazy("trail", "This person is not known. Please choose one from the list.")
        },
    )

    def __init__(self, data, *, companies: dict[UUID, str] | None = None, select=forms.Select):
        """`companies` are those to choose from; without any the trail is of one company, or of a person."""
        super().__init__(data)
        self.companies = companies
        if companies is None:
            del self.fields["company"]
        else:
            field = self.fields["company"]
            field.widget = select()
            field.choices = [("", pgettext("trail", "All")), *((str(pk), name) for pk, name in companies.items())]

    def clean(self):
        found = super().clean()
        since, until = found.get("since"), found.get("until")
        if since and until and until < since:
            raise ValidationError(
                {"until": pgettext("trail", "This day lies before the first one. Please choose a later one.")}
            )
        return found

    def value(self, name: str):
        """Return what was asked, or None where it is empty or wrong."""
        self.is_valid()
        return self.cleaned_data.get(name) or None

    def find(self, events: QuerySet[Event]) -> QuerySet[Event]:
        """Leave what the address asks for, the latest first; nothing where it asks for nonsense."""
        if not self.is_valid():
            return events.none()
        asked = self.cleaned_data
        if words := asked["q"]:
            events = events.filter(Q(actor_label__icontains=words) | Q(object_label__icontains=words))
        if kind := asked["kind"]:
            events = events.filter(verb__in=VERBS[kind])
        if asked.get("company"):
            events = events.filter(company_id=asked["company"])
        if asked["person"]:
            events = events.filter(actor_id=asked["person"])
        if asked["since"]:
            events = events.filter(at__gte=_begin(asked["since"]))
        if asked["until"]:
            events = events.filter(at__lt=_begin(asked["until"] + datetime.timedelta(days=1)))
        return events.order_by("-at", "pk")

    def in_words(self, *, person: str = "") -> list[tuple[str, str, str]]:
        """Return name, label and value of each filter that is set, as page and file say them."""
        said = {
            "q": self.value("q"),
            "kind": (kind := self.value("kind")) and Kind(kind).label,
            "company": (self.companies or {}).get(self.value("company")),
            "since": (day := self.value("since")) and dates.long_date(day),
            "until": (day := self.value("until")) and dates.long_date(day),
            "person": self.value("person") and (person or pgettext("trail", "one person")),
        }
        return [(name, str(self.fields[name].label), str(value)) for name, value in said.items() if value]

    def chips(self, *, person: str = "") -> list[Chip]:
        return [
            Chip(label=label, value=value, active=True, url=with_query(self.data, **{name: None}))
            for name, label, value in self.in_words(person=person)
        ]

    def clear_url(self) -> str:
        """Return the address without filters, or "" where nothing narrows the trail."""
        if not any(self.data.get(name) for name in self.filters):
            return ""
        return with_query(self.data, **dict.fromkeys(self.filters))


def _begin(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time.min))
