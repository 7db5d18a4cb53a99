"""What may stand in the address of the secretariat's pages, and the choice of a place."""

from datetime import date

from django import forms
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from common.components import with_query
from companies.forms import CompanySearchForm, ListForm
from policies.enums import State
from policies.queries import present_state
from programmes.models import MilestoneDate, MilestoneKind, Programme

from . import queries


class AsOfForm(ListForm):
    """The day that figures stand for; today unless an earlier one is chosen."""

    as_of = forms.DateField(label=_("As of"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def day(self, today: date) -> date:
        chosen = self.value("as_of")
        return min(chosen, today) if chosen else today

    def kept_for_day(self) -> list[tuple[str, str]]:
        return self.kept(without="as_of")

    def today_url(self) -> str:
        return with_query(self.data, as_of=None)


class CompanyListForm(CompanySearchForm, AsOfForm):
    """Search, one filter, an order, and the day the list stands for."""

    filters = ("q", "show")

    show = forms.ChoiceField(
        choices=[*State.choices, *((key, key) for key in ("none", "late", "unassigned", "withdrawn"))], required=False
    )
    sort = forms.CharField(required=False, max_length=41)

    def narrow(self, enrolments: QuerySet, *, programme: Programme, day: date) -> QuerySet:
        """Leave the companies that the chosen filter names; those that withdrew by the day have a filter of their own."""
        show = self.value("show")
        if show == "withdrawn":
            return enrolments.filter(queries.has_withdrawn(day))
        enrolments = enrolments.as_of(day)
        conditions = {
            "late": queries.is_late(programme, day),
            "unassigned": queries.is_unassigned(programme, day),
            "none": Q(state__isnull=True),
        }
        if show in State.values or show == "none":
            enrolments = enrolments.annotate(state=present_state())
        return enrolments.filter(conditions.get(show, Q(state=show))) if show else enrolments

    def order(self, enrolments: QuerySet, *, kinds: list[MilestoneKind], day: date) -> QuerySet:
        """Order by name, code, or the day of a milestone by its code; rows without the day come last."""
        sort = self.value("sort") or "name"
        name, descends = sort.removeprefix("-"), sort.startswith("-")
        kind = next((kind for kind in kinds if f"m-{kind.code}" == name), None)
        if kind:
            dates = MilestoneDate.objects.as_of(day).filter(enrolment=OuterRef("pk"), kind=kind)
            enrolments = enrolments.annotate(sorted_on=Subquery(dates.values("reached_on")[:1]))
        column = F("sorted_on") if kind else F("code" if name == "code" else "company__name_kana")
        first = column.desc(nulls_last=True) if descends else column.asc(nulls_last=True)
        return enrolments.order_by(first, "company__name_kana", "code", "pk")


class PlaceForm(forms.Form):
    """Where somebody wants to act: one of their own places."""

    place = forms.ChoiceField(error_messages={"required": _("Please choose where you want to work.")})

    def __init__(self, *args, places, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["place"].choices = [(place.key, place.key) for place in places]
