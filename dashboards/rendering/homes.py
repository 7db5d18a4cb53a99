"""Homes, the list of companies and the page of one, as what the components take."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext, ngettext, pgettext

from common import dates
from common.components import Cell, Chip, Column, Figure, Table, Task, Term, badge, link, with_query
from companies.models import Company, Person
from consultations.enums import State as ConsultationState
from consultations.models import Consultation
from consultations.queries import Ledger, is_bookable, own_ledger
from consultations.rendering import Card, card, ledger_line, times_unit
from consultations.rendering import when as consultation_when
from dashboards.queries.homes import shown_of_queue
from policies.enums import FORMULATED_STATES, State
from policies.models import ActionItem, Cycle
from policies.queries import FORMULATED_MILESTONES
from policies.queries.queue import AGAIN, FIRST, QUESTION, Waiting
from policies.rendering import journey_steps, state_badge
from policies.rendering.cohort import names
from policies.rendering.drafting import NextThing, days_left
from programmes.enums import MilestoneCode
from programmes.models import Attendance, Enrolment, MilestoneKind, Organisation, Programme, Session
from programmes.rendering import Tab, companies_unit, own_sessions_table, session_url, where
from programmes.rendering import when as session_when

# --- Milestones -------------------------------------------------------------------------------------------------------


def own_milestones_table(kinds: Iterable[MilestoneKind], *, today: date) -> Table:
    """One company's milestones in order, each with its definition and its day, or what stands in for one."""
    return Table(
        caption=gettext("Milestones"),
        columns=[
            Column(label=gettext("Milestone")),
            Column(label=gettext("Reached on")),
            Column(label=gettext("Due")),
            Column(label=gettext("Definition")),
        ],
        rows=[
            (
                kind.name,
                _milestone_day(kind, today=today),
                _own_deadline(kind),
                _definition(kind),
            )
            for kind in kinds
        ],
        cards=False,
    )


def _definition(kind: MilestoneKind) -> SafeString | str:
    """Return what the milestone counts, and of a step that was recorded by hand what shows it."""
    if not kind.note:
        return kind.definition
    return format_html('{}<br><span class="quiet">{}</span>', kind.definition, kind.note)


def own_due(kind: MilestoneKind) -> date | None:
    """Return the company's own deadline, which `following.deadlines` found, or the programme's."""
    return date.fromisoformat(kind.own["due_on"]) if kind.own else kind.due_on


def _own_deadline(kind: MilestoneKind) -> str | None:
    """Return the deadline, and why it is not the programme's where it was extended."""
    due = own_due(kind)
    if not kind.own:
        return dates.short_date(due) if due else None
    return gettext("%(day)s (extended: %(reason)s)") % {"day": dates.short_date(due), "reason": kind.own["reason"]}


def own_target(programme: Programme, kinds: Iterable[MilestoneKind]) -> date | None:
    """Return by when the company's policy is to be formulated, an extension counted."""
    steps = [kind for kind in kinds if kind.source in FORMULATED_MILESTONES and kind.programme_id == programme.pk]
    if programme.target_due_on and steps and steps[0].own:
        return own_due(steps[0])
    return programme.target_due_on


def _milestone_day(kind: MilestoneKind, *, today: date) -> SafeString | None:
    if kind.reached_on:
        return format_html('<span class="tag tag-done">{}</span>', dates.short_date(kind.reached_on))
    due = own_due(kind)
    if not due or due >= today:
        return None
    # A session that nobody came to was missed; anything else that is due can still be done.
    return badge("missed" if kind.source == MilestoneCode.SESSION else "late")


def milestones_table(
    kinds: Iterable[MilestoneKind], *, programme: Programme, enrolled: int, day: date, as_of: date | None
) -> Table:
    """How many companies reached each milestone by the day, with its definition; each leads to the list of that day."""
    return Table(
        caption=gettext("Milestones, as of %(day)s") % {"day": dates.long_date(day)},
        columns=[
            Column(label=gettext("Milestone")),
            Column(label=gettext("Reached"), numeric=True),
            Column(label=gettext("Share")),
            Column(label=gettext("Due")),
            Column(label=gettext("Definition")),
        ],
        rows=[
            (
                link(kind.name, _companies_url(programme, milestone=kind.code, reached="yes", as_of=as_of)),
                f"{kind.reached} / {enrolled}",
                meter(kind.reached, enrolled),
                dates.short_date(kind.due_on) if kind.due_on else None,
                kind.definition,
            )
            for kind in kinds
        ],
        cards=False,
    )


def meter(value: int, total: int) -> SafeString | None:
    """Return a bar of a share; the number stands beside it, so it says nothing of its own."""
    if not total:
        return None
    return format_html('<meter min="0" max="{}" value="{}" aria-hidden="true"></meter>', total, value)


# --- The secretariat's home -------------------------------------------------------------------------------------------


def _companies_url(programme: Programme, **query) -> str:
    url = reverse("dashboards:companies", args=[programme.pk])
    return url + with_query(None, **query).removesuffix("?")


def programme_figures(
    figures: dict[str, int], ledger: Ledger, *, programme: Programme, as_of: date | None
) -> list[Figure]:
    target = programme.target_due_on
    label = gettext("Policies formulated")
    if target:
        label = gettext("Policies formulated (target %(day)s)") % {"day": dates.short_date(target)}
    enrolled = figures["enrolled"]
    return [
        Figure(
            label=gettext("Companies taking part"),
            value=enrolled,
            unit=companies_unit(enrolled),
            url=_companies_url(programme, as_of=as_of),
        ),
        Figure(
            label=gettext("First draft submitted"),
            value=figures["submitted"],
            total=enrolled,
            unit=companies_unit(enrolled),
        ),
        Figure(label=label, value=figures["formulated"], total=enrolled, unit=companies_unit(enrolled)),
        Figure(
            label=gettext("Consultations held"),
            value=ledger.held,
            total=ledger.entitled or None,
            unit=times_unit(ledger.held),
            url=reverse("consultations:programme", args=[programme.pk]),
        ),
    ]


def stage_table(counts: dict[str, int], *, programme: Programme) -> Table | None:
    """One row a state that occurs, with its number of companies; the state opens them. None without companies."""
    total = sum(counts.values())
    if not total:
        return None
    return Table(
        caption=gettext("Where the policies stand"),
        columns=[
            Column(label=gettext("State")),
            Column(label=pgettext("how many", "Companies"), numeric=True),
            Column(label=gettext("Share")),
        ],
        rows=[
            (state_badge(state), link(count, _companies_url(programme, show=state or "none")), meter(count, total))
            for state, count in counts.items()
        ],
        cards=False,
    )


def count_of_companies(count: int) -> str:
    return ngettext("%(count)s company", "%(count)s companies", count) % {"count": count}


def waiting_tasks(
    figures: dict[str, int], ledger: Ledger, reviews: Iterable[Cycle], *, programme: Programme, today: date
) -> list[Task]:
    """Return what waits for somebody, the most urgent first."""
    tasks, late = [], figures["late"]
    if late:
        tasks.append(
            Task(
                title=gettext("Policies not formulated by the target date"),
                status="late",
                url=_companies_url(programme, show="late"),
                detail=count_of_companies(late),
            )
        )
    if ledger.overdue:
        tasks.append(
            Task(
                title=gettext("Consultations that are over and not recorded"),
                status="open",
                url=reverse("consultations:programme", args=[programme.pk]) + with_query(None, state="booked"),
                detail=str(ledger.overdue),
            )
        )
    if figures["without_adviser"] and today <= programme.ends_on:
        tasks.append(
            Task(
                title=gettext("Companies without an adviser"),
                status="open",
                url=_companies_url(programme, show="unassigned"),
                detail=count_of_companies(figures["without_adviser"]),
            )
        )
    return tasks + [review_task(cycle, today=today) for cycle in reviews]


def enquiry_tasks(waiting: int, *, programme: Programme) -> list[Task]:
    """Return what companies wait for from the secretariat itself."""
    if not waiting:
        return []
    return [
        Task(
            title=gettext("Enquiries that wait for an answer"),
            status="open",
            url=reverse("programmes:enquiries", args=[programme.pk]) + with_query(None, show="open"),
            detail=str(waiting),
        )
    ]


MOST_TASKS = 5


def minutes_tasks(held: list[Consultation]) -> list[Task]:
    """Return the oldest consultations whose minutes are still to be written or shared."""
    return [
        Task(
            title=each.company.name,
            status="open",
            url=reverse("consultations:minutes", args=[each.company_id, each.pk]),
            detail=dates.long_date(timezone.localdate(each.starts_at)),
        )
        for each in held[:MOST_TASKS]
    ]


def review_task(cycle: Cycle, *, today: date) -> Task:
    days = (today - cycle.since).days if cycle.since else 0
    waits = gettext("waiting for a review since today")
    if days:
        waits = ngettext("waiting for a review for %(days)s day", "waiting for a review for %(days)s days", days)
    return Task(
        title=cycle.company.name,
        status=cycle.state,
        url=reverse("policies:company", args=[cycle.company_id]),
        hint=waits % {"days": days},
    )


@dataclass(frozen=True)
class Coming:
    """Something with a date ahead, as a card: title, when, where or with whom."""

    at: datetime
    title: str
    url: str
    when: str
    more: str


def coming(sessions: Iterable[Session], consultations: Iterable[Consultation], *, with_company: bool) -> list[Coming]:
    """Return what is ahead in the order of time."""
    cards = [Coming(s.starts_at, s.title, session_url(s), session_when(s), where(s)) for s in sessions]
    cards += [_coming_consultation(each, with_company=with_company) for each in consultations]
    return sorted(cards, key=lambda card: card.at)


def _coming_consultation(each: Consultation, *, with_company: bool) -> Coming:
    title = gettext("Consultation")
    if with_company:
        title = pgettext("with a company", "Consultation: %(company)s") % {"company": each.company.name}
    adviser = pgettext("adviser's name", "Adviser: %(name)s") % {"name": each.adviser.name}
    more = f"{each.get_method_display()} · {adviser}"
    url = reverse("consultations:company", args=[each.company_id])
    return Coming(each.starts_at, title, url, consultation_when(each), more)


# --- One company ------------------------------------------------------------------------------------------------------


def people_table(people: Iterable[Person]) -> Table:
    """The company's people, with what they may do in the portal."""
    rights = {"manager": gettext("Company manager"), "staff": gettext("Staff")}
    return Table(
        caption=gettext("People"),
        columns=[
            Column(label=gettext("Name")),
            Column(label=gettext("Job title")),
            Column(label=gettext("Level")),
            Column(label=gettext("Rights")),
            Column(label=gettext("E-mail address")),
            Column(label=gettext("Account")),
        ],
        rows=[
            (
                Cell(person.name, "nowrap"),
                person.title,
                person.get_level_display(),
                rights.get(person.rights),
                person.email,
                gettext("Signs in") if person.user_id else gettext("No account yet"),
            )
            for person in people
        ],
    )


# --- The homes of companies and advisers ------------------------------------------------------------------------------


# States in which the policy itself asks for something of the company.
_ASKING = (State.DRAFTING, State.CHANGES_REQUESTED, State.ENDORSED, State.APPROVED)


def next_thing(
    company: Company, asked: NextThing | None, state: str | None, ahead: list[Coming], *, is_over: bool
) -> NextThing:
    """Return what a company does next: what its policy asks for, else the next date, else where things stand.

    `asked` is what the policy's own home says; both pages name the same thing.
    """
    if is_over and state in (None, State.DRAFTING):
        policy_url = reverse("policies:company", args=[company.pk])
        return NextThing(
            gettext("The programme is over"),
            gettext("Your policy was not finished in the programme. Ask the secretariat how to go on."),
            policy_url,
            gettext("See where the policy stands"),
            gettext("Where you are"),
        )
    if asked and state in _ASKING:
        return asked
    if ahead:
        first = ahead[0]
        return NextThing(
            first.title, f"{first.when} · {first.more}", first.url, gettext("See the details"), gettext("Next date")
        )
    return asked or NextThing(
        gettext("Write your policy"),
        gettext("Nothing has been submitted yet. Prepare the draft with your adviser."),
        reverse("policies:company", args=[company.pk]),
        gettext("See where the policy stands"),
        gettext("Where you are"),
    )


def home_lead(programme: Programme, state: str | None, *, target: date | None, today: date) -> str:
    """Return programme, target date with its weekday and the days left, and whether something was submitted."""
    parts = [programme.name]
    if target and state not in FORMULATED_STATES:
        due = gettext("To be formulated by %(day)s") % {"day": dates.long_date(target)}
        parts.append(f"{due} ({days_left(target, today=today)})")
    if state in (None, State.DRAFTING):
        parts.append(gettext("Not submitted yet"))
    return " · ".join(parts)


def company_home(
    company: Company,
    enrolment: Enrolment,
    kinds: Iterable[MilestoneKind],
    sessions,
    own: list[Consultation],
    *,
    asked: NextThing | None,
    now: datetime,
) -> dict:
    """Return what a company's home shows, of its newest programme; `asked` is what its policy asks for."""
    today, programme, kinds = timezone.localdate(now), enrolment.programme, list(kinds)
    booked = [each for each in own if each.state == ConsultationState.BOOKED and each.ends_at > now]
    ahead = coming(sessions, booked, with_company=False)
    this_year = [each for each in own if each.enrolment_id == enrolment.pk]
    entries = [SimpleNamespace(kind=kind) for kind in enrolment.ledger_kinds]
    ledger = own_ledger(this_year, entitled=programme.consultations_per_company, now=now, entries=entries)
    is_open = is_bookable(programme, day=today)
    return {
        "programme": programme,
        "today": today,
        "lead": home_lead(programme, enrolment.state, target=own_target(programme, kinds), today=today),
        "next": next_thing(company, asked, enrolment.state, ahead, is_over=programme.ends_on < today),
        "steps": journey_steps(enrolment.state),
        "milestones": own_milestones_table(kinds, today=today),
        "reached": sum(bool(kind.reached_on) for kind in kinds),
        "deadlines": deadline_tasks(kinds, company, today=today),
        "coming": ahead,
        "can_book": is_open and bool(enrolment.advisers) and ledger.unused > 0,
        "state": state_badge(enrolment.state),
        "ledger": ledger_line(ledger, is_over=not is_open),
        "advisers": names(enrolment.advisers),
    }


# Of deadlines ahead a home names those of this many days, and no more than this many.
SOON = timedelta(days=30)
MOST_DEADLINES = 3


def deadline_tasks(kinds: Iterable[MilestoneKind], company: Company, *, today: date) -> list[Task]:
    """Return the milestones that the company owes: overdue, or due soon, the earliest first; not its adviser's review."""
    owed = [
        (own_due(kind), kind)
        for kind in kinds
        if kind.is_deadline and not kind.reached_on and kind.source != MilestoneCode.ENDORSED
    ]
    soon = sorted((due, kind.order, kind) for due, kind in owed if due and due <= today + SOON)
    return [
        Task(
            title=kind.name,
            status="late" if due < today else "open",
            url=reverse(_where_reached(kind), args=[company.pk]),
            hint=gettext("By when: %(day)s") % {"day": dates.long_date(due)},
        )
        for due, _order, kind in soon[:MOST_DEADLINES]
    ]


def _where_reached(kind: MilestoneKind) -> str:
    pages = {MilestoneCode.CONSULTED: "consultations:company", MilestoneCode.THEME: "dashboards:company"}
    return pages.get(kind.source, "policies:company")


@dataclass(frozen=True)
class Year:
    """A company's part in one programme."""

    programme: Programme
    terms: list[Term]
    milestones: Table
    sessions: Table | None
    consultations: list[Card]
    following_url: str = ""  # for the secretariat of that programme
    continued: Programme | None = None  # the year before, where the company went on from it


def years(
    enrolments: Iterable[Enrolment],
    kinds: list[MilestoneKind],
    attendances: list[Attendance],
    consultations: list[Consultation],
    *,
    managed: Iterable[UUID],
    now: datetime,
) -> list[Year]:
    """Return a company's parts in programmes; those in `managed` lead to where their secretariat follows the company."""
    managed, enrolments = set(managed), list(enrolments)
    programmes = {enrolment.pk: enrolment.programme for enrolment in enrolments}
    return [
        _year(
            enrolment,
            [kind for kind in kinds if kind.programme_id == enrolment.programme_id],
            [each for each in attendances if each.programme_id == enrolment.programme_id],
            [each for each in consultations if each.enrolment_id == enrolment.pk],
            is_managed=enrolment.programme_id in managed,
            continued=programmes.get(enrolment.continues_id),
            now=now,
        )
        for enrolment in enrolments
    ]


def _year(
    enrolment: Enrolment,
    kinds,
    attendances,
    consultations,
    *,
    is_managed: bool,
    continued: Programme | None,
    now: datetime,
) -> Year:
    by_session = defaultdict(list)
    for attendance in attendances:
        by_session[attendance.session].append(attendance)
    sessions = sorted(by_session, key=lambda session: session.starts_at)
    by_id = {session.pk: rows for session, rows in by_session.items()}
    return Year(
        programme=enrolment.programme,
        terms=_year_terms(enrolment),
        milestones=own_milestones_table(kinds, today=timezone.localdate(now)),
        sessions=own_sessions_table(sessions, by_id) if sessions else None,
        consultations=[card(each, now=now) for each in consultations],
        following_url=_following_url(enrolment) if is_managed else "",
        continued=continued,
    )


def _following_url(enrolment: Enrolment) -> str:
    return reverse("dashboards:following", args=[enrolment.programme_id, enrolment.company_id])


def _year_terms(enrolment: Enrolment) -> list[Term]:
    terms = [
        Term(label=gettext("Policy today"), value=state_badge(enrolment.state)),
        Term(label=gettext("Adviser"), value=names(enrolment.advisers) or gettext("Nobody is assigned today")),
        Term(label=gettext("Company code"), value=enrolment.code),
        Term(label=gettext("Taking part since"), value=dates.long_date(enrolment.joined_on)),
    ]
    if enrolment.withdrawn_on:
        terms.append(Term(label=gettext("Withdrawn on"), value=dates.long_date(enrolment.withdrawn_on)))
    return terms


# --- What a programme is ----------------------------------------------------------------------------------------------


def programme_terms(programme: Programme, organisations: Iterable[Organisation]) -> list[Term]:
    target = programme.target
    if target and programme.target_due_on:
        target = gettext("%(target)s, by %(day)s") % {"target": target, "day": dates.long_date(programme.target_due_on)}
    by_role = defaultdict(list)
    for organisation in organisations:
        by_role[organisation.get_role_display()].append(str(organisation))
    return [
        Term(label=gettext("Fiscal year"), value=dates.fiscal_year(programme.fiscal_year)),
        Term(label=gettext("Theme"), value=programme.theme),
        Term(label=gettext("Target"), value=target),
        Term(label=gettext("Period"), value=dates.month_range(programme.starts_on, programme.ends_on)),
        Term(label=gettext("Consultations for each company"), value=programme.consultations_per_company),
        *(Term(label=role, value="\n".join(each)) for role, each in by_role.items()),
    ]


def definitions(kinds: Iterable[MilestoneKind]) -> list[Term]:
    """Return what the programme counts, with the words that say when it counts."""
    return [Term(label=kind.name, value=kind.definition) for kind in kinds]


# --- The adviser's home -----------------------------------------------------------------------------------------------


def advising_table(enrolments: list[Enrolment], booked: Iterable[Consultation]) -> Table | None:
    """The companies an adviser is assigned to: where each policy stands, since when, and the next consultation."""
    if not enrolments:
        return None
    next_times = {each.enrolment_id: consultation_when(each) for each in reversed(list(booked))}
    return Table(
        caption=gettext("Assigned companies"),
        columns=[
            Column(label=gettext("Company")),
            Column(label=gettext("Policy today")),
            Column(label=gettext("Since")),
            Column(label=gettext("Consultations held"), numeric=True),
            Column(label=gettext("Next consultation")),
        ],
        rows=[
            (
                link(enrolment.company.name, reverse("dashboards:company", args=[enrolment.company_id])),
                state_badge(enrolment.state),
                Cell(dates.short_date(enrolment.since), "nowrap") if enrolment.since else None,
                enrolment.held,
                next_times.get(enrolment.pk),
            )
            for enrolment in enrolments
        ],
    )


@dataclass(frozen=True)
class Emptiness:
    """What an empty queue says: that nothing waits, and what comes next."""

    title: str
    text: str


def advising_tabs(programme: Programme, *, here: str) -> list[Tab]:
    """Return the pages of an adviser's home."""
    labels = {"dashboards:advising": gettext("To do"), "dashboards:advised": gettext("Companies that you advise")}
    return [Tab(label, reverse(name, args=[programme.pk]), name == here) for name, label in labels.items()]


def queue_chips(waiting: list[Waiting], *, show: str, query) -> list[Chip]:
    """Return what of the queue may be looked at, each with its number; kinds that do not occur are left out."""
    labels = {
        "": pgettext("queue", "Yours to do"),
        FIRST: pgettext("queue", "First submissions"),
        AGAIN: pgettext("queue", "Submitted again"),
        QUESTION: pgettext("queue", "Questions"),
        "all": pgettext("queue", "All of your companies"),
    }
    counts = {key: len(shown_of_queue(waiting, show=key)) for key in labels}
    return [
        Chip(label=label, url=with_query(query, show=key or None, page=None), active=key == show, count=counts[key])
        for key, label in labels.items()
        if counts[key] or key in ("", show)
    ]


def queue_table(rows: list[Waiting], seen: dict[UUID, UUID], *, user, today: date) -> Table | None:
    """What waits, by the day it is due; each row leads to where it is answered. `seen` is what the adviser saw last."""
    if not rows:
        return None
    kinds = {
        FIRST: pgettext("queue", "First submission"),
        AGAIN: pgettext("queue", "Submitted again"),
        QUESTION: pgettext("queue", "Question"),
    }
    return Table(
        caption=gettext("To do, by the day it is due"),
        columns=[
            Column(label=gettext("Company")),
            Column(label=pgettext("queue", "What")),
            Column(label=pgettext("queue", "Arrived")),
            Column(label=gettext("Due")),
            Column(label=gettext("Changed since you last looked")),
            Column(label=gettext("State")),
        ],
        rows=[
            (
                link(row.company, _waiting_url(row)),
                kinds[row.kind],
                Cell(dates.short_date(timezone.localdate(row.arrived_at)), "nowrap"),
                _waiting_due(row, today),
                _waiting_change(row, seen),
                _waiting_state(row, user),
            )
            for row in rows
        ],
    )


def _waiting_url(row: Waiting) -> str:
    return reverse("policies:questions" if row.kind == QUESTION else "policies:review", args=[row.company_id])


def _waiting_due(row: Waiting, today: date) -> Cell | None:
    if row.due_on is None:
        return None
    day = dates.short_date(row.due_on)
    return Cell(format_html("{} {}", day, badge("late")) if row.due_on < today else day, "nowrap")


def _waiting_change(row: Waiting, seen: dict[UUID, UUID]) -> Cell | str | None:
    """Return how much changed since this adviser looked: exactly, where the text was counted against what they saw."""
    if row.kind == QUESTION:
        return None
    last = seen.get(row.cycle_id)
    if last is None:
        words = ngettext("new to you, %(count)s character", "new to you, %(count)s characters", row.characters)
        return words % {"count": f"{row.characters:,}"}
    if last != row.compared_with_id:
        return gettext("several versions")
    added, removed = f"{row.added:,}", f"{row.removed:,}"
    spoken = gettext("%(added)s characters added, %(removed)s taken out") % {"added": added, "removed": removed}
    shown = '<span aria-hidden="true">+{} −{}</span> <span class="visually-hidden">{}</span>'
    return Cell(format_html(shown, added, removed, spoken), "nowrap")


def _waiting_state(row: Waiting, user) -> SafeString:
    if row.kind == QUESTION:
        return badge("waits_for_adviser")
    if row.reviewing_id == user.pk:
        return badge("in_progress", detail=gettext("(your draft)"))
    return state_badge(row.state)


def queue_empty(waiting: list[Waiting], booked: list[Consultation], *, show: str) -> Emptiness:
    """Return what stands there when nothing is to be done: why, and what comes next."""
    if show:
        return Emptiness(gettext("Nothing of this kind waits"), gettext("Choose “Yours to do” to see what does."))
    text = gettext("When a company submits its policy or asks you something, it appears here with the day it is due.")
    if others := len(waiting):
        more = ngettext(
            "%(count)s submission of your companies waits for another adviser.",
            "%(count)s submissions of your companies wait for another adviser.",
            others,
        )
        text = f"{text} {more % {'count': others}}"
    if booked:
        coming = gettext("Your next consultation: %(company)s, %(when)s.")
        text = f"{text} {coming % {'company': booked[0].company.name, 'when': consultation_when(booked[0])}}"
    return Emptiness(gettext("Nothing waits for you"), text)


def agreed_tasks(items: Iterable[ActionItem], *, today: date) -> list[Task]:
    """Return tasks from consultations for a company's home; each leads to where it is answered."""
    return [
        Task(
            title=Truncator(item.text).chars(80),
            status="late" if item.due_on and item.due_on < today else "open",
            url=reverse("policies:advice_item", args=[item.company_id, item.pk]),
            hint=_task_hint(item),
        )
        for item in items
    ]


def _task_hint(item: ActionItem) -> str:
    owner = item.owner.name if item.owner else gettext("Nobody yet")
    words = [gettext("Who sees to it: %(name)s") % {"name": owner}]
    if item.due_on:
        words.append(gettext("By when: %(day)s") % {"day": dates.long_date(item.due_on)})
    return pgettext("between", " · ").join(words)


def looks_table(events: Iterable, *, company_id: UUID) -> Table:
    """Return who looked at what, and when; a version of the policy leads to it."""
    words = {
        "policies.revision": gettext("Draft of the policy, version %(number)s"),
        "consultations.minutes": gettext("Minutes of a consultation"),
        "companies.company": gettext("Minutes of consultations, on the list"),
        "programmes.enrolment": gettext("Your home page as you see it, without any text"),
    }
    return Table(
        caption=gettext("Looks from outside the company"),
        columns=[Column(label=gettext("When")), Column(label=gettext("Who")), Column(label=gettext("What"))],
        rows=[
            (
                Cell(dates.date_and_time(event.at), "nowrap"),
                event.actor_label,
                _looked_at(event, words.get(event.object_type, gettext("A text of the company")), company_id),
            )
            for event in events
        ],
    )


def _looked_at(event, words: str, company_id: UUID) -> SafeString | str:
    if event.object_type != "policies.revision":
        return words
    url = reverse("policies:version", args=[company_id, event.object_id])
    return link(words % {"number": event.object_label}, url)
