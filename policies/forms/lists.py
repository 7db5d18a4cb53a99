"""What may stand in the address of a list of policies."""

from django import forms
from django.db.models import F, QuerySet

from companies.forms import CompanySearchForm
from policies.enums import State

_SORTS = {
    "name": ("company__name_kana", "company__name_ja"),
    "submitted": ("submitted_on",),
    "endorsed": ("endorsed_on",),
    "approved": ("approved_on",),
    "published": ("published_on",),
}


class PolicyListForm(CompanySearchForm):
    state = forms.ChoiceField(choices=State.choices, required=False)
    sort = forms.ChoiceField(choices=[(f"{sign}{name}", name) for name in _SORTS for sign in ("", "-")], required=False)

    def narrow(self, cycles: QuerySet) -> QuerySet:
        state = self.value("state")
        return cycles.filter(state=state) if state else cycles

    def order(self, cycles: QuerySet) -> QuerySet:
        """Order by the chosen column, rows without a day last, companies by kana within the same day."""
        sort = self.value("sort") or "name"
        name = sort.removeprefix("-")
        columns = [F(column) for column in _SORTS[name]]
        ordered = [c.desc(nulls_last=True) if sort.startswith("-") else c.asc(nulls_last=True) for c in columns]
        return cycles.order_by(*ordered, *_SORTS["name"], "pk")
