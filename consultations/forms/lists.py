"""What may stand in the address of a list of consultations."""

from django import forms
from django.db.models import QuerySet

from companies.forms import CompanySearchForm
from consultations.enums import State

_SORTS = {"when": ("starts_at", "pk"), "-when": ("-starts_at", "pk"), "name": ("company__name_kana", "starts_at", "pk")}
_SORTS["-name"] = ("-company__name_kana", "starts_at", "pk")


class ConsultationListForm(CompanySearchForm):
    state = forms.ChoiceField(choices=State.choices, required=False)
    sort = forms.ChoiceField(choices=[(name, name) for name in _SORTS], required=False)

    def narrow(self, consultations: QuerySet) -> QuerySet:
        state = self.value("state")
        return consultations.filter(state=state) if state else consultations

    def order(self, consultations: QuerySet) -> QuerySet:
        return consultations.order_by(*_SORTS[self.value("sort") or "when"])
