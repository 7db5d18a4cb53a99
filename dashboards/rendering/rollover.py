"""The plan of next year's programme, and the years of one company, as what the components take."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext

from common import dates
from common.components import Cell, Column, Table, Term, link
from policies.rendering import state_badge
from programmes.forms.rollover import NextProgrammeForm
from programmes.models import Enrolment, MilestoneKind
from programmes.rendering import Tab, companies_unit
from programmes.services.rollover import NextPlan


def candidates_table(enrolments: Iterable[Enrolment], kinds: list[MilestoneKind], *, without: set[UUID]) -> Table:
    """Companies with how far they came this year; a tick leaves one out."""
    names = {str(kind.pk): (kind.order, kind.name) for kind in kinds}
    return Table(
        caption=gettext("Companies that go on"),
        columns=[
            Column(label=gettext("Company")),
            Column(label=gettext("Company code")),
            Column(label=gettext("Policy")),
            Column(label=gettext("Milestones reached"), numeric=True),
            Column(label=gettext("Last milestone")),
            Column(label=gettext("Leave out")),
        ],
        rows=[
            (
                link(each.company.name, reverse("dashboards:following", args=[each.programme_id, each.company_id])),
                Cell(each.code, "nowrap"),
                state_badge(each.state),
                f"{len(each.reached)} / {len(kinds)}",
                _last(each, names),
                _tick(each, is_ticked=each.company_id in without),
            )
            for each in enrolments
        ],
    )


def _last(enrolment: Enrolment, names: dict[str, tuple[int, str]]) -> str:
    """Return the milestone that was reached last, with its day."""
    reached = [(each["on"], *names[each["kind"]]) for each in enrolment.reached if each["kind"] in names]
    if not reached:
        return ""
    day, _order, name = max(reached)
    return gettext("%(name)s (%(day)s)") % {"name": name, "day": dates.short_date(date.fromisoformat(day))}


def _tick(enrolment: Enrolment, *, is_ticked: bool) -> SafeString:
    return format_html(
        '<label class="tick"><input type="checkbox" class="form-check-input" name="without" value="{}" {}>'
        '<span class="visually-hidden">{}</span></label>',
        enrolment.company_id,
        "checked" if is_ticked else "",
        pgettext("rollover", "Leave out %(company)s") % {"company": enrolment.company.name},
    )


# --- The question -------------------------------------------------------------------------------------------------------


def plan_terms(plan: NextPlan) -> list[Term]:
    values, yes, no = plan.values, gettext("Yes"), gettext("No")
    names = [name for name in (values["name_ja"], values["name_en"]) if name]
    period = gettext("%(first)s to %(last)s") % {
        "first": dates.long_date(values["starts_on"]),
        "last": dates.long_date(values["ends_on"]),
    }
    companies = len(plan.company_ids)
    return [
        Term(label=pgettext("of a programme", "Name"), value=" / ".join(names)),
        Term(label=gettext("Code"), value=values["code"]),
        Term(label=gettext("Fiscal year"), value=dates.fiscal_year(values["fiscal_year"])),
        Term(label=gettext("Period"), value=period),
        Term(label=gettext("Companies that go on"), value=f"{companies} {companies_unit(companies)}"),
        Term(label=gettext("Advisers go on with the same companies"), value=yes if plan.with_advisers else no),
        Term(
            label=gettext("The same person of the secretariat stays in charge of each company"),
            value=yes if plan.with_charges else no,
        ),
        Term(label=gettext("Copy the speakers, too"), value=yes if plan.with_speakers else no),
    ]


def plan_lists(plan: NextPlan, form: NextProgrammeForm, going_on: list[Enrolment]) -> list[tuple[str, list[str]]]:
    """Return what will be made, a heading with its lines; in the order of the form."""
    sessions = [
        f"{line.use.label}: {dates.long_date(plan.sessions[line.id])}"
        for line in form.sessions
        if line.id in plan.sessions
    ]
    milestones = [
        f"{line.use.label}: {dates.long_date(plan.milestones[line.id])}"
        if plan.milestones[line.id]
        else str(line.use.label)
        for line in form.milestones
        if line.id in plan.milestones
    ]
    return [
        (gettext("Sessions, as drafts"), sessions),
        (gettext("Milestones"), milestones),
        (gettext("Companies that go on"), [f"{each.code} {each.company.name}" for each in going_on]),
    ]


# --- The years of one company ---------------------------------------------------------------------------------------------


def year_tabs(enrolments: list[Enrolment], *, here: Enrolment, url: str) -> list[Tab]:
    """Return the company's years as tabs, the newest first; none where there is one year only."""
    if len(enrolments) < 2:
        return []
    return [Tab(each.programme.name, f"{url}?programme={each.programme_id}", each.pk == here.pk) for each in enrolments]


def present_year(enrolments: list[Enrolment], *, asked: str, day: date) -> Enrolment:
    """Return the year that was asked for, else the newest that has begun, else the one that begins first."""
    for each in enrolments:
        if str(each.programme_id) == asked:
            return each
    begun = [each for each in enrolments if each.programme.starts_on <= day]
    return begun[0] if begun else enrolments[-1]
