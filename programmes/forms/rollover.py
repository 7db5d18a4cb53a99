"""Next year's programme before it is made: everything is proposed, and everything can be changed."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django import forms
from django.forms.boundfield import BoundField
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from common import dates
from common.forms import FIRST_YEAR, LAST_YEAR, DayField, PortalFormMixin
from programmes.models import MilestoneKind, Programme
from programmes.queries.rollover import EVERYBODY, NOBODY, NOT_REACHED, REACHED, ProposedMilestone, ProposedSession
from programmes.services.rollover import NextPlan

_FACTS = ("name_ja", "name_en", "code", "fiscal_year", "theme_ja", "theme_en")
_PERIOD = ("starts_on", "ends_on", "target_ja", "target_en", "target_due_on")
_CONSULTATIONS = (
    "consultations_start_on",
    "consultations_end_on",
    "consultations_per_company",
    "consultation_minutes",
)
_DAYS = ("starts_on", "ends_on", "target_due_on", "consultations_start_on", "consultations_end_on")


@dataclass(frozen=True)
class Line:
    """One thing of the plan on the page: whether it comes along, and its day."""

    id: UUID
    use: BoundField
    day: BoundField


class NextProgrammeForm(PortalFormMixin, forms.ModelForm):
    """The programme's facts, a line for every session and milestone, and which companies go on."""

    which = forms.ChoiceField(label=_("Which companies go on"))
    with_advisers = forms.BooleanField(
        label=_("Advisers go on with the same companies"),
        required=False,
        initial=True,
        help_text=_("Assigned from the first to the last day of the new programme. Bookings stay in the earlier one."),
    )
    with_charges = forms.BooleanField(
        label=_("The same person of the secretariat stays in charge of each company"), required=False, initial=True
    )
    with_speakers = forms.BooleanField(
        label=_("Copy the speakers, too"),
        required=False,
        help_text=_("Their names and titles are those of the earlier day. Check them before you publish."),
    )

    submit_label = _("Check what will be made")
    cancel_label = _("Go back without making anything")

    PARTS = (
        (gettext_lazy("Programme"), _FACTS),
        (pgettext_lazy("of a programme", "Period and target"), _PERIOD),
        (gettext_lazy("Consultations"), _CONSULTATIONS),
    )

    class Meta:
        model = Programme
        fields = (*_FACTS, *_PERIOD, *_CONSULTATIONS)
        field_classes = dict.fromkeys(_DAYS, DayField)

    def __init__(
        self,
        *args,
        sessions: list[ProposedSession],
        milestones: list[ProposedMilestone],
        kinds: Iterable[MilestoneKind],
        **kwargs,
    ):
        super().__init__(*args, **kwargs)
        self.fields["which"].choices = _choices(kinds)
        for each in sessions:
            was = gettext("Held on %(day)s") % {"day": _day_of(each.session)}
            self._add_line("session", each.session.pk, each.session.title, was, each.held_on)
        for each in milestones:
            before = each.kind.due_on
            was = gettext("Was due on %(day)s") % {"day": dates.long_date(before)} if before else ""
            self._add_line("milestone", each.kind.pk, each.kind.name, was, each.due_on)
        self._sessions = [each.session.pk for each in sessions]
        self._milestones = [each.kind.pk for each in milestones]

    def _add_line(self, kind: str, pk: UUID, label: str, help_text: str, day) -> None:
        self.fields[f"{kind}_{pk.hex}"] = forms.BooleanField(
            label=label, required=False, initial=True, help_text=help_text
        )
        self.fields[f"{kind}_{pk.hex}_on"] = DayField(
            label=_("Day of “%(name)s”") % {"name": label} if kind == "session" else _due_of(label),
            required=False,
            initial=day,
        )

    def _lines(self, kind: str, ids: list[UUID]) -> list[Line]:
        return [Line(pk, self[f"{kind}_{pk.hex}"], self[f"{kind}_{pk.hex}_on"]) for pk in ids]

    @property
    def sessions(self) -> list[Line]:
        return self._lines("session", self._sessions)

    @property
    def milestones(self) -> list[Line]:
        return self._lines("milestone", self._milestones)

    @property
    def parts(self) -> list[tuple[str, list[BoundField]]]:
        """The headings of the page, each with its fields."""
        return [(heading, [self[name] for name in names]) for heading, names in self.PARTS]

    def clean(self):
        data = super().clean()
        if not data.get("name_ja") and not data.get("name_en") and not self.errors.keys() & {"name_ja", "name_en"}:
            self.add_error("name_ja", _("Please give the name in at least one language."))
        year = data.get("fiscal_year")
        if year is not None and not FIRST_YEAR <= year <= LAST_YEAR:
            self.add_error("fiscal_year", _("Please check the year."))
        self._check_order("starts_on", "ends_on", _("The programme cannot end before it starts."))
        self._check_order(
            "consultations_start_on", "consultations_end_on", _("Consultations cannot end before they start.")
        )
        for pk in self._sessions:
            name = f"session_{pk.hex}"
            if data.get(name) and not data.get(f"{name}_on") and f"{name}_on" not in self.errors:
                self.add_error(f"{name}_on", _("Please give the day, or take the session out."))
        return data

    def _check_order(self, first: str, last: str, words) -> None:
        begins, ends = self.cleaned_data.get(first), self.cleaned_data.get(last)
        if begins and ends and ends < begins:
            self.add_error(last, words)

    def plan(self, company_ids: Iterable[UUID]) -> NextPlan:
        """Return what the form says, with the companies that go on."""
        data = self.cleaned_data

        def chosen(kind: str, ids: list[UUID]) -> dict:
            return {pk: data[f"{kind}_{pk.hex}_on"] for pk in ids if data[f"{kind}_{pk.hex}"]}

        return NextPlan(
            values={name: data[name] for name in self.Meta.fields},
            sessions=chosen("session", self._sessions),
            milestones=chosen("milestone", self._milestones),
            company_ids=frozenset(company_ids),
            with_speakers=data["with_speakers"],
            with_advisers=data["with_advisers"],
            with_charges=data["with_charges"],
        )


def _due_of(label: str) -> str:
    return gettext("Due day of “%(name)s”") % {"name": label}


def _day_of(session) -> str:
    return dates.long_date(timezone.localdate(session.starts_at))


def _choices(kinds: Iterable[MilestoneKind]) -> list:
    kinds = list(kinds)
    return [
        (EVERYBODY, _("All that take part today")),
        (NOBODY, _("None for now")),
        (
            _("Who has reached"),
            [(f"{REACHED}:{kind.code}", gettext("Reached: %(name)s") % {"name": kind.name}) for kind in kinds],
        ),
        (
            _("Who has not reached"),
            [(f"{NOT_REACHED}:{kind.code}", gettext("Not reached: %(name)s") % {"name": kind.name}) for kind in kinds],
        ),
    ]
