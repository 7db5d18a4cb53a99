"""One company as the secretariat follows it: deadlines, what happened, who is in charge. No text of a draft, ever."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from types import SimpleNamespace

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext, ngettext, pgettext

from common import dates
from common.components import Chip, Column, Event, Row, Table, Term, badge, link, with_query
from common.models import in_language
from dashboards.queries import timeline
from notifications.models import State as MessageState
from policies.rendering import state_badge, state_label
from policies.rendering.cohort import names
from programmes.enums import MilestoneCode
from programmes.models import Charge, Enrolment, MilestoneDate, MilestoneKind
from programmes.rendering import Tab, company_tabs


def _page(name: str, enrolment: Enrolment, *more) -> str:
    return reverse(f"dashboards:{name}", args=[enrolment.programme_id, enrolment.company_id, *more])


def tabs(enrolment: Enrolment, *, here: str) -> list[Tab]:
    """Return the company's pages as the secretariat has them: following it up first."""
    own = {
        "following": gettext("Following up"),
        "timeline": gettext("What happened"),
        "company_advisers": gettext("Advisers"),
    }
    first = [Tab(label, _page(name, enrolment), name == here) for name, label in own.items()]
    return first + company_tabs(enrolment.company_id, here="")


# --- Deadlines ----------------------------------------------------------------------------------------------------------


def _own_due(kind: MilestoneKind) -> date | None:
    return date.fromisoformat(kind.own["due_on"]) if kind.own else None


def deadline_standing(kind: MilestoneKind, *, day: date) -> SafeString | str:
    """Return the day it was reached, or that it is overdue or missed, or open."""
    if kind.reached_on:
        return format_html('<span class="tag tag-done">{}</span>', dates.short_date(kind.reached_on))
    due = _own_due(kind) or kind.due_on
    if due and due < day:
        return badge("missed" if kind.source == MilestoneCode.SESSION else "late")
    return pgettext("milestone", "open")


def _extension(kind: MilestoneKind) -> str:
    if not kind.own:
        return ""
    name = in_language(SimpleNamespace(**kind.own), "name")
    words = gettext("%(reason)s (%(name)s, %(day)s)")
    since = dates.short_date(date.fromisoformat(kind.own["since_on"]))
    return words % {"reason": kind.own["reason"], "name": name, "day": since}


def deadlines_table(kinds: Iterable[MilestoneKind], enrolment: Enrolment, *, day: date) -> Table:
    """Every milestone with its deadline, and where it can be extended."""
    return Table(
        caption=gettext("Milestones and deadlines"),
        columns=[
            Column(label=gettext("Milestone")),
            Column(label=gettext("Standing")),
            Column(label=gettext("Programme's deadline")),
            Column(label=gettext("Extended until")),
            Column(label=gettext("Reason")),
            Column(label=gettext("Change")),
        ],
        rows=[
            Row(
                (
                    kind.name,
                    deadline_standing(kind, day=day),
                    dates.short_date(kind.due_on) if kind.due_on else None,
                    dates.short_date(_own_due(kind)) if kind.own else None,
                    _extension(kind),
                    _change(kind, enrolment),
                ),
                id=f"m-{kind.code}",
            )
            for kind in kinds
        ],
    )


def _change(kind: MilestoneKind, enrolment: Enrolment) -> SafeString | None:
    if kind.source == MilestoneCode.THEME:
        return _changes_of_step(kind, enrolment)
    if kind.reached_on or not kind.is_deadline:
        return None
    words = format_html('{}<span class="visually-hidden">: {}</span>', gettext("Extend the deadline"), kind.name)
    return link(words, _page("extend", enrolment, kind.pk))


def _changes_of_step(kind: MilestoneKind, enrolment: Enrolment) -> SafeString:
    """A step of a theme is recorded here, and until then its deadline can be extended."""
    deed = gettext("Change the record") if kind.reached_on else gettext("Record the step")
    ways = [(deed, _page("step", enrolment, kind.pk))]
    if not kind.reached_on:
        ways.append((gettext("Extend the deadline"), _page("extend", enrolment, kind.pk)))
    parts = (
        (link(format_html('{}<span class="visually-hidden">: {}</span>', words, kind.name), url),)
        for words, url in ways
    )
    return format_html_join(format_html("<br>{}", ""), "{}", parts)


def step_terms(kind: MilestoneKind, standing: MilestoneDate | None) -> list[Term]:
    """Return what a step counts, by when it is to be taken, and who recorded it."""
    due = _own_due(kind) or kind.due_on
    terms = [
        Term(label=gettext("Definition"), value=kind.definition),
        Term(label=gettext("Due"), value=dates.long_date(due) if due else gettext("None")),
    ]
    if standing and standing.recorded_by:
        recorded = dates.date_and_time(standing.recorded_at)
        by = gettext("%(name)s (%(day)s)") % {"name": standing.recorded_by.name, "day": recorded}
        terms.append(Term(label=gettext("Recorded by"), value=by))
    return terms


def deadline_terms(kind: MilestoneKind) -> list[Term]:
    """Return what a form that extends one deadline starts from."""
    return [
        Term(label=gettext("Definition"), value=kind.definition),
        Term(
            label=gettext("Programme's deadline"),
            value=dates.long_date(kind.due_on) if kind.due_on else gettext("None"),
        ),
        *([Term(label=gettext("Extended until"), value=dates.long_date(_own_due(kind)))] if kind.own else []),
        *([Term(label=gettext("Reason"), value=_extension(kind))] if kind.own else []),
    ]


# --- Who and where ------------------------------------------------------------------------------------------------------


def terms(enrolment: Enrolment, charge: Charge | None) -> list[Term]:
    found = [
        Term(label=gettext("Policy today"), value=state_badge(enrolment.state)),
        Term(
            label=gettext("In charge"),
            value=charge.seat.name if charge else gettext("Nobody yet"),
            change_url=_page("charge", enrolment),
        ),
        Term(
            label=gettext("Adviser"),
            value=names(enrolment.advisers) or gettext("Nobody is assigned today"),
            change_url=_page("company_advisers", enrolment),
        ),
        Term(label=gettext("Company code"), value=enrolment.code),
        Term(
            label=gettext("Taking part since"),
            value=dates.long_date(enrolment.joined_on),
            change_url=_page("enrolment", enrolment),
        ),
    ]
    if enrolment.withdrawn_on:
        found.append(Term(label=gettext("Withdrawn on"), value=dates.long_date(enrolment.withdrawn_on)))
    return found


# --- What happened ------------------------------------------------------------------------------------------------------


# What a message was about, by the beginning of its kind; nothing of what it said.
_ABOUT = {
    "adviser": lambda: gettext("About an adviser"),
    "approval": lambda: gettext("About an approval"),
    "consultation": lambda: gettext("About a consultation"),
    "digest": lambda: gettext("Reminders of the day"),
    "enquiry": lambda: gettext("About an enquiry"),
    "minutes": lambda: gettext("About minutes"),
    "notice": lambda: gettext("About an announcement"),
    "policy": lambda: gettext("About the policy"),
    "profile": lambda: gettext("About the company's profile"),
    "review": lambda: gettext("About a review"),
    "session": lambda: gettext("About a session"),
    "submission": lambda: gettext("About a submission"),
    "survey": lambda: gettext("About a survey"),
    "job": lambda: gettext("About a file that was made"),
    "reminder": lambda: gettext("Reminder of the secretariat"),
    "mailing": lambda: gettext("Reminder of the secretariat"),
}


def about(kind: str) -> str:
    """Return what a message of this kind is about."""
    words = _ABOUT.get(kind.split("_")[0])
    return words() if words else gettext("A message of the portal")


def events(rows: Iterable, enrolment: Enrolment, *, now: datetime) -> list[Event]:
    return [_TELL[row.leg](row, enrolment, now) for row in rows]


def _named(row) -> str:
    return in_language(SimpleNamespace(name_ja=row.a, name_en=row.b), "name")


def _moved(row, enrolment, _now) -> Event:
    title = gettext("Policy: %(state)s") % {"state": state_label(row.b)}
    return Event(at=row.day, title=title, url=reverse("policies:company", args=[enrolment.company_id]))


def _joined(row, _enrolment, _now) -> Event:
    return Event(at=row.day, title=gettext("Joined the programme"))


def _session(row, enrolment, now) -> Event:
    url = reverse("programmes:session", args=[enrolment.programme_id, row.ref])
    came = int(row.c)
    if row.moment > now:
        return Event(at=row.day, title=_named(row), url=url, ahead=True, status="registered")
    words = ngettext("%(count)s person took part", "%(count)s people took part", came) % {"count": came}
    return Event(at=row.day, title=_named(row), body=words, url=url, status="attended" if came else "missed")


def _consultation(row, enrolment, now) -> Event:
    return Event(
        at=row.day,
        title=gettext("Consultation with %(name)s") % {"name": _named(row)},
        url=reverse("consultations:company", args=[enrolment.company_id]),
        status=row.c,
        ahead=row.moment > now and row.c == "booked",
    )


def _message(row, _enrolment, _now) -> Event:
    words = gettext("Mail to %(address)s: %(state)s")
    return Event(at=row.day, title=about(row.a), body=words % {"address": row.b, "state": MessageState(row.c).label})


def _extended(row, _enrolment, _now) -> Event:
    until = dates.short_date(date.fromisoformat(row.c))
    words = gettext("Deadline extended: %(milestone)s, until %(day)s")
    return Event(at=row.day, title=words % {"milestone": _named(row), "day": until})


def _charged(row, _enrolment, _now) -> Event:
    return Event(at=row.day, title=gettext("In charge from this day: %(name)s") % {"name": _named(row) or row.c})


_TELL = {
    timeline.POLICY: _moved,
    timeline.JOINED: _joined,
    timeline.SESSIONS: _session,
    timeline.CONSULTATIONS: _consultation,
    timeline.MESSAGES: _message,
    timeline.EXTENSION: _extended,
    timeline.CHARGE: _charged,
}


def left_out(asked: str, show: str) -> list[str]:
    """Return a sentence where the address asks for another kind of event than there is."""
    if asked == show:
        return []
    return [gettext("“%(value)s” cannot be chosen here. Everything is shown.") % {"value": Truncator(asked).chars(20)}]


def timeline_chips(show: str, query) -> list[Chip]:
    labels = {
        "": gettext("Everything"),
        timeline.POLICY: gettext("Policy"),
        timeline.SESSIONS: gettext("Sessions"),
        timeline.CONSULTATIONS: gettext("Consultations"),
        timeline.MESSAGES: gettext("Messages"),
        timeline.DESK: gettext("Secretariat"),
    }
    return [
        Chip(label=label, url=with_query(query, show=key or None), active=key == show) for key, label in labels.items()
    ]


@dataclass(frozen=True)
class Text:
    """A text of the memo, with who saved it and when."""

    number: int
    text: str
    by: str
    is_beside: bool


def memo_texts(saves: Iterable) -> list[Text]:
    words = gettext("%(name)s, %(when)s")
    return [
        Text(
            save.number,
            save.text,
            words % {"name": save.author.name or save.author.email, "when": dates.date_and_time(save.saved_at)},
            save.is_beside,
        )
        for save in saves
    ]
