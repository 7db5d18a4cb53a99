"""What lists of companies share: the search, and a form whose wrong values count as not given."""

import jaconv
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from common.components import with_query


class ListForm(forms.Form):
    """The state of a list as its address tells it. An address that somebody mistyped shows the list without it."""

    def value(self, name: str):
        """Return the value of a field, or None where it is empty or wrong."""
        self.is_valid()
        return self.cleaned_data.get(name) or None

    def kept(self, *, without: str) -> list[tuple[str, str]]:
        """Return what else the address says, as hidden fields of the form that changes one field of it."""
        return [(name, self.data[name]) for name in self.fields if name != without and self.data.get(name)]


class CompanySearchForm(ListForm):
    """A search by name in either language, kana of any kind, or corporate number."""

    company = "company"  # how the list's rows name their company
    filters = ("q", "state")

    q = forms.CharField(
        label=_("Company's name"), required=False, max_length=100, widget=forms.TextInput(attrs={"type": "search"})
    )

    def kept_for_search(self) -> list[tuple[str, str]]:
        return self.kept(without="q")

    def clear_url(self) -> str:
        """Return the address of the whole list, or "" where nothing narrows it."""
        if not any(self.value(name) for name in self.filters):
            return ""
        return with_query(self.data, **dict.fromkeys(self.filters))

    def search(self, rows: QuerySet) -> QuerySet:
        words = self.value("q")
        if not words:
            return rows
        kana = jaconv.hira2kata(jaconv.h2z(words))
        prefix = f"{self.company}__"
        return rows.filter(
            Q(**{f"{prefix}name_ja__icontains": words})
            | Q(**{f"{prefix}name_en__icontains": words})
            | Q(**{f"{prefix}name_kana__icontains": kana})
            | Q(**{f"{prefix}corporate_number": words})
        )
