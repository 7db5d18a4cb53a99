"""What may stand in the address of the overview and of the sheet of hours."""

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from companies.forms import CompanySearchForm
from consultations.queries.overview import SHOWS

_SORTS = {"name": ("company__name_kana", "pk"), "-name": ("-company__name_kana", "pk")}


class OverviewForm(CompanySearchForm):
    filters = ("q", "show")

    show = forms.ChoiceField(choices=[(name, name) for name in SHOWS], required=False)
    sort = forms.ChoiceField(choices=[(name, name) for name in _SORTS], required=False)

    def order(self, enrolments: QuerySet) -> QuerySet:
        return enrolments.order_by(*_SORTS[self.value("sort") or "name"])


class HoursForm(forms.Form):
    """The days of which the hours are asked; nonsense asks for all."""

    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def value(self, name: str):
        self.is_valid()
        return self.cleaned_data.get(name)
