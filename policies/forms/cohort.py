"""What may stand in the address of a list of companies by their progress: the day, filters that combine, an order."""

from datetime import date
from html import escape
from uuid import UUID

from django import forms
from django.db.models import Q, QuerySet
from django.forms.utils import flatatt
from django.utils.safestring import mark_safe
from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from common.components import with_query
from companies.forms import CompanySearchForm, ListForm
from policies.enums import State
from policies.queries import cohort
from policies.queries.progress import is_late
from programmes.models import Enrolment, Programme

NOBODY = "none"
SELECTED = " selected"
STANDINGS = (
    (cohort.REACHED, pgettext_lazy("milestone", "Reached")),
    (cohort.OPEN, pgettext_lazy("milestone", "Not reached yet")),
    (cohort.OVERDUE, pgettext_lazy("milestone", "Overdue or missed")),
)


class PlainSelect(forms.Select):
    """A select of hundreds of people: Django renders each of its options by a template, which takes longer than the page."""

    def render(self, name, value, attrs=None, renderer=None):
        chosen = "" if value is None else str(value)
        options = "".join(
            f'<option value="{escape(str(key))}"{SELECTED if str(key) == chosen else ""}>{escape(str(label))}</option>'
            for key, label in self.choices
        )
        attributes = flatatt(self.build_attrs(self.attrs, attrs))
        return mark_safe(f'<select name="{escape(name)}"{attributes}>{options}</select>')  # noqa: S308 - every part is escaped


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


class CohortForm(CompanySearchForm, AsOfForm):
    """Search, filters that combine, an order, the day the list stands for, and what of the matrix is shown."""

    filters = ("q", "show", "adviser", "charge", "milestone", "reached")
    panel = ("adviser", "charge", "milestone", "reached")

    show = forms.ChoiceField(
        choices=[*State.choices, *((key, key) for key in ("none", "late", "unassigned", "withdrawn"))], required=False
    )
    adviser = forms.CharField(label=_("Adviser"), required=False, max_length=36, widget=PlainSelect)
    charge = forms.CharField(label=_("In charge"), required=False, max_length=36, widget=PlainSelect)
    milestone = forms.SlugField(label=_("Milestone"), required=False, max_length=40, widget=PlainSelect)
    reached = forms.ChoiceField(label=pgettext_lazy("milestone", "Where it stands"), choices=STANDINGS, required=False)
    view = forms.ChoiceField(choices=[(key, key) for key in ("sessions", "policy", "consultations")], required=False)
    rows = forms.TypedChoiceField(choices=[(size, size) for size in cohort.SIZES], coerce=int, required=False)
    sort = forms.CharField(required=False, max_length=42)

    def kept_for_panel(self) -> list[tuple[str, str]]:
        """Return what else the address says, as hidden fields of the panel of filters."""
        return [(name, self.data[name]) for name in self.fields if name not in self.panel and self.data.get(name)]

    def offer(self, plan: cohort.Plan) -> None:
        """Let the panel offer what the programme has."""
        everybody = [("", gettext("All")), (NOBODY, pgettext("person", "Nobody"))]
        choices = {
            "adviser": everybody + [(str(each.id), each.name) for each in plan.advisers],
            "charge": everybody + [(str(each.id), each.name) for each in plan.secretariat],
            "milestone": [("", gettext("All")), *((step.code, step.name) for step in plan.steps)],
        }
        for name, offered in choices.items():
            self.fields[name].widget.choices = offered

    def size(self) -> int:
        return self.value("rows") or cohort.SIZES[0]

    def present_sort(self) -> str:
        return self.value("sort") or "name"

    def milestone_filter(self) -> tuple[str, str] | None:
        """Return the code of the milestone and where companies stand at it; reached, where only the milestone is named."""
        code = self.value("milestone")
        return (code, self.value("reached") or cohort.REACHED) if code else None

    def find(self, enrolments: QuerySet[Enrolment], *, programme: Programme, day: date) -> QuerySet[Enrolment]:
        """Leave what search and panel name, of every state and of withdrawn companies too."""
        found = self.search(enrolments)
        if adviser := self._person("adviser"):
            unassigned = adviser == NOBODY
            found = found.filter(
                cohort.is_unassigned(programme, day) if unassigned else cohort.is_advised_by(programme, day, adviser)
            )
        if charge := self._person("charge"):
            found = found.filter(cohort.is_in_charge_of(programme, day, None if charge == NOBODY else charge))
        if asked := self.milestone_filter():
            found = found.filter(cohort.stands_at(programme, day, *asked))
        return found

    def _person(self, name: str) -> UUID | str | None:
        """Return the id of a seat, NOBODY, or None where the address says nothing or nonsense."""
        value = self.value(name)
        if not value or value == NOBODY:
            return value
        try:
            return UUID(value)
        except ValueError:
            return None

    def narrow(
        self, found: QuerySet[Enrolment], *, programme: Programme, day: date, today: date
    ) -> QuerySet[Enrolment]:
        """Leave the companies that the chosen chip names; those that withdrew by the day have a chip of their own."""
        show = self.value("show")
        if show == "withdrawn":
            return found.filter(cohort.has_withdrawn(day))
        found = found.as_of(day)
        if not show:
            return found
        if show in State.values or show == "none":
            return cohort.with_state(found, None if show == "none" else show, day=day, today=today)
        conditions = {"late": is_late, "unassigned": cohort.is_unassigned}
        return found.filter(conditions[show](programme, day) if show in conditions else Q())

    def listed(self, user, programme: Programme, *, day: date, today: date) -> QuerySet[Enrolment]:
        """Return the companies of the whole list in its order, as a file takes them."""
        found = self.find(Enrolment.objects.visible_to(user).filter(programme=programme), programme=programme, day=day)
        narrowed = self.narrow(found, programme=programme, day=day, today=today)
        return cohort.order_by(narrowed, self.present_sort(), programme=programme, day=day)
