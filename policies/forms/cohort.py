"""What may stand in the address of a list of companies by their progress: the day, filters that combine, an order."""

from copy import copy
from datetime import date
from html import escape
from uuid import UUID

from django import forms
from django.db.models import Q, QuerySet
from django.forms.utils import flatatt
from django.utils.safestring import mark_safe
from django.utils.text import Truncator
from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from common import dates
from common.components import with_query
from companies.forms import CompanySearchForm, ListForm
from policies.enums import State
from policies.queries import cohort
from policies.queries.kept import StandIns
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
    """The day that figures stand for; today unless an earlier one is chosen.

    What the address says and nobody can answer is left out, and `left_out` says so: figures are never silently other
    ones than those that were asked for.
    """

    as_of = forms.DateField(label=_("As of"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.unknown: list[str] = []

    def day(self, today: date) -> date:
        chosen = self.value("as_of")
        if chosen and chosen > today:
            words = gettext("%(day)s is still to come. These are the figures of today.")
            self.unknown.append(words % {"day": dates.long_date(chosen)})
        return min(chosen, today) if chosen else today

    def left_out(self) -> list[str]:
        """Return a sentence for everything in the address that is not answered."""
        self.is_valid()
        return [self._wrong(name) for name in self.errors if name in self.data] + self.unknown

    def _wrong(self, name: str) -> str:
        if name == "as_of":
            return gettext("“%(value)s” is not a day. These are the figures of today.") % {"value": self.said(name)}
        words = gettext("“%(value)s” is no answer to “%(name)s”. It was left out.")
        return words % {"value": self.said(name), "name": self.name_of(name)}

    def said(self, name: str) -> str:
        return Truncator(self.data.get(name, "")).chars(40)

    def name_of(self, name: str) -> str:
        return str(self.fields[name].label or name)

    def kept_for_day(self) -> list[tuple[str, str]]:
        return self.kept(without="as_of")

    def today_url(self) -> str:
        return with_query(self.data, as_of=None)


class CohortForm(CompanySearchForm, AsOfForm):
    """Search, filters that combine, an order, the day the list stands for, and what of the matrix is shown."""

    panel = ("industry", "prefecture", "adviser", "charge", "milestone", "reached")
    filters = ("q", "show", *panel)

    show = forms.ChoiceField(
        label=_("Filter"),
        choices=[*State.choices, *((key, key) for key in ("none", "late", "unassigned", "withdrawn"))],
        required=False,
    )
    industry = forms.CharField(label=_("Industry"), required=False, max_length=100, widget=PlainSelect)
    prefecture = forms.CharField(label=_("Prefecture"), required=False, max_length=50, widget=PlainSelect)
    adviser = forms.CharField(label=_("Adviser"), required=False, max_length=36, widget=PlainSelect)
    charge = forms.CharField(label=_("In charge"), required=False, max_length=36, widget=PlainSelect)
    milestone = forms.CharField(label=_("Milestone"), required=False, max_length=40, widget=PlainSelect)
    reached = forms.ChoiceField(label=pgettext_lazy("milestone", "Where it stands"), choices=STANDINGS, required=False)
    view = forms.ChoiceField(
        label=_("Columns"), choices=[(key, key) for key in ("sessions", "policy", "consultations")], required=False
    )
    density = forms.ChoiceField(
        label=pgettext_lazy("lines of a table", "Lines"), choices=[("dense", "dense")], required=False
    )
    rows = forms.TypedChoiceField(
        label=_("Companies on a page"), choices=[(size, size) for size in cohort.SIZES], coerce=int, required=False
    )
    sort = forms.CharField(label=_("Order"), required=False, max_length=42)

    def clean_adviser(self):
        return self._seat("adviser")

    def clean_charge(self):
        return self._seat("charge")

    def _seat(self, name: str) -> UUID | str:
        """Return the id of a seat, NOBODY, or "". Raises ValidationError for anything else."""
        value = self.cleaned_data[name]
        if not value or value == NOBODY:
            return value
        try:
            return UUID(value)
        except ValueError as error:
            raise forms.ValidationError("") from error

    def kept_for_panel(self) -> list[tuple[str, str]]:
        """Return what else the address says, as hidden fields of the panel of filters."""
        return [(name, self.data[name]) for name in self.fields if name not in self.panel and self.data.get(name)]

    def offer(self, plan: cohort.Plan) -> None:
        """Let the panel offer what the programme has, and say what of the address it has not."""
        everybody = [("", gettext("All")), (NOBODY, pgettext("person", "Nobody"))]
        choices = {
            "industry": [("", gettext("All")), *((each, each) for each in plan.industries)],
            "prefecture": [("", gettext("All")), *((each, each) for each in plan.prefectures)],
            "adviser": everybody + [(str(each.id), each.name) for each in plan.advisers],
            "charge": everybody + [(str(each.id), each.name) for each in plan.secretariat],
            "milestone": [("", gettext("All")), *((step.code, step.name) for step in plan.steps)],
        }
        for name, offered in choices.items():
            chosen = str(self.value(name) or "")
            if all(chosen != key for key, _label in offered):
                self._not_offered(name, chosen, offered)
            self.fields[name].widget.choices = offered
        self._check_order(plan)
        if self.value("reached") and not self.value("milestone"):
            words = gettext("“%(name)s” narrows the list only together with a milestone.")
            self.unknown.append(words % {"name": self.name_of("reached")})

    def _not_offered(self, name: str, chosen: str, offered: list[tuple[str, str]]) -> None:
        """Say that the list is narrowed by something that the programme has not (any more), and keep it chosen."""
        label = chosen
        if name in ("adviser", "charge"):
            label = gettext("Somebody who has no seat in the programme now")
        offered.append((chosen, label))
        words = gettext(
            "This programme has no “%(value)s” under “%(name)s” now; the list is narrowed by it all the same."
        )
        self.unknown.append(words % {"value": Truncator(label).chars(40), "name": self.name_of(name)})

    def _check_order(self, plan: cohort.Plan) -> None:
        known = {"name", "code", *(f"m-{step.code}" for step in plan.steps)}
        if self.present_sort().removeprefix("-") not in known:
            words = gettext("The list cannot be put into the order “%(value)s”. It is ordered by name.")
            self.unknown.append(words % {"value": self.said("sort")})

    def shape(self) -> tuple | None:
        """Return what of the address makes the statements another; None where words are searched, which are part of them."""
        if self.value("q"):
            return None
        order = self.present_sort()
        named = [(name, self._shape_of(name)) for name in (*self.panel, "show") if self.value(name)]
        return (*named, ("order", order if not order.lstrip("-").startswith("m-") else order.startswith("-")))

    def _shape_of(self, name: str) -> str | bool:
        value = self.value(name)
        return value if name in ("show", "reached") or value == NOBODY else True

    def standing_in(self) -> "CohortForm":
        """Return the same form with stand-ins for what may differ within its shape."""
        other = copy(self)
        other.cleaned_data = self.cleaned_data | {
            name: value for name, value in StandIns.words.items() if self.value(name) not in (None, NOBODY)
        }
        order = self.present_sort()
        if order.lstrip("-").startswith("m-"):
            other.cleaned_data["sort"] = f"{'-' if order.startswith('-') else ''}m-{StandIns.words['order']}"
        return other

    def in_their_places(self) -> dict:
        """Return the values of this address by their stand-ins."""
        values = {stand_in: self.value(name) for name, stand_in in StandIns.words.items() if name != "order"}
        return values | {StandIns.words["order"]: self.present_sort().lstrip("-").removeprefix("m-")}

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
        for name in ("industry", "prefecture"):
            if value := self.value(name):
                found = found.filter(**{f"company__{name}": value})
        if adviser := self.value("adviser"):
            unassigned = adviser == NOBODY
            found = found.filter(
                cohort.is_unassigned(programme, day) if unassigned else cohort.is_advised_by(programme, day, adviser)
            )
        if charge := self.value("charge"):
            found = found.filter(cohort.is_in_charge_of(programme, day, None if charge == NOBODY else charge))
        if asked := self.milestone_filter():
            found = found.filter(cohort.stands_at(programme, day, *asked))
        return found

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
