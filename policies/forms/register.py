"""How the list of the public register is narrowed, as its address says it."""

from django import forms
from django.conf import settings
from django.db.models import QuerySet
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from companies.forms import ListForm
from policies.enums import Language
from policies.models import RegisterEntry
from policies.queries import register

ORDERS = {
    "name": ("sort_name", "id"),
    "-name": ("-sort_name", "-id"),
    "published": ("published_on", "-id"),
    "-published": ("-published_on", "id"),
}


class PreparedSelect(forms.Select):
    """A choice whose options are joined, not drawn by a template each: that took half the time of the page."""

    def render(self, name, value, attrs=None, renderer=None):
        chosen = str(value or "")
        options = format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            ((code, flatatt({"selected": str(code) == chosen}), label) for code, label in self.choices),
        )
        return format_html("<select{}>{}</select>", flatatt(self.build_attrs({"name": name} | (attrs or {}))), options)


class RegisterForm(ListForm):
    """Search, filters and order. What the address says wrongly counts as not said."""

    filters = ("q", "industry", "prefecture", "year", "text")

    q = forms.CharField(
        label=_("Company's name, its reading, or corporate number"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    industry = forms.ChoiceField(widget=PreparedSelect, label=_("Industry"), required=False)
    prefecture = forms.ChoiceField(widget=PreparedSelect, label=_("Prefecture"), required=False)
    year = forms.TypedChoiceField(widget=PreparedSelect, label=_("Year of publication"), required=False, coerce=int)
    # Not "language", which is that of the page.
    text = forms.ChoiceField(widget=PreparedSelect, label=_("Text in"), required=False)
    sort = forms.ChoiceField(choices=[(name, name) for name in ORDERS], required=False)
    lang = forms.ChoiceField(choices=settings.LANGUAGES, required=False)

    def __init__(self, data, *, facets: register.Facets):
        super().__init__(data)
        everything = ("", _("All"))
        english = sum(number for codes, number in facets.languages.items() if Language.EN in codes.split(","))
        for name, values in (
            ("industry", facets.industries),
            ("prefecture", facets.prefectures),
            ("year", facets.years),
        ):
            self.fields[name].choices = [
                everything,
                *((value, f"{value} ({number:,})") for value, number in values.items()),
            ]
        self.fields["text"].choices = [everything, (Language.EN.value, f"{Language.EN.label} ({english:,})")]

    def kept_for_search(self) -> list[tuple[str, str]]:
        """What the search does not change: order and language of the page."""
        return [(name, self.value(name)) for name in ("sort", "lang") if self.value(name)]

    @property
    def is_narrowed(self) -> bool:
        return any(self.value(name) for name in self.filters)

    def narrow(self, entries: QuerySet[RegisterEntry]) -> QuerySet[RegisterEntry]:
        if self.value("q"):
            entries = register.search_entries(entries, self.value("q"))
        for name in ("industry", "prefecture"):
            if self.value(name):
                entries = entries.filter(**{name: self.value(name)})
        if self.value("year"):
            entries = register.in_year(entries, self.value("year"))
        if self.value("text"):
            entries = entries.filter(languages__contains=self.value("text"))
        return entries

    def order(self, entries: QuerySet[RegisterEntry]) -> QuerySet[RegisterEntry]:
        return entries.order_by(*ORDERS[self.value("sort") or "name"])
