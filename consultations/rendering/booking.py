"""Slots, ledgers and deadlines as the prepared rows that pages draw."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext, pgettext

from common import dates
from common.components import STATUSES, Cell, Column, Event, Table, Term, badge
from consultations.enums import ChangeKind, State
from consultations.models import Change, Consultation
from consultations.queries import Calendar, Choice, Line, LineKind, Slot
from programmes.enums import Method, Mode

from .cards import when


def times(starts_at: datetime, ends_at: datetime) -> str:
    dash = "〜" if (get_language() or "ja").startswith("ja") else "–"
    return f"{dates.clock(starts_at)}{dash}{dates.clock(ends_at)}"


@dataclass(frozen=True)
class Option:
    """One radio button."""

    id: str
    key: str
    label: str
    is_chosen: bool


@dataclass(frozen=True)
class Day:
    """A day as a heading with the times of it."""

    id: str
    label: str
    options: list[Option]


def slot_days(choice: Choice, *, chosen: str = "") -> list[Day]:
    """Return the days that a page shows; the chosen slot keeps its mark."""
    return [
        Day(
            id=f"day-{day:%Y-%m-%d}",
            label=dates.long_date(day),
            options=[_option(slot, choice.calendars[slot.adviser_id], chosen) for slot in slots],
        )
        for day, slots in choice.days
    ]


def _option(slot: Slot, calendar: Calendar, chosen: str) -> Option:
    label = pgettext("slot", "%(times)s %(adviser)s (%(method)s)") % {
        "times": times(slot.starts_at, slot.ends_at),
        "adviser": calendar.name,
        "method": Method(slot.method).label,
    }
    return Option(f"slot-{slot.adviser_id}-{slot.starts_at:%Y%m%d%H%M}", slot.key, label, slot.key == chosen)


def left_line(left: int) -> str:
    return ngettext(
        "Your company can book %(count)s more consultation.",
        "Your company can book %(count)s more consultations.",
        left,
    ) % {"count": left}


def checked_terms(
    *, starts_at: datetime, ends_at: datetime, adviser: str, method: str, people: Iterable, urls: dict[str, str]
) -> list[Term]:
    """Return the answers of a booking as they are checked before it is made; `urls` lead to where each is changed."""
    return [
        Term(
            label=gettext("Date and time"),
            value=dates.date_and_times(starts_at, ends_at),
            change_url=urls.get("time", ""),
        ),
        Term(label=gettext("Adviser"), value=adviser, change_url=urls.get("time", "")),
        Term(label=gettext("On site or online"), value=str(Mode(method).label), change_url=urls.get("about", "")),
        Term(
            label=gettext("Who comes"),
            value="\n".join(person.name for person in people) or gettext("Nobody named yet"),
            change_url=urls.get("about", ""),
        ),
    ]


def matters_terms(sections: list[str], items: list[str], questions: str, *, url: str = "") -> list[Term]:
    return [
        Term(label=gettext("Sections"), value="\n".join(sections), change_url=url),
        Term(label=gettext("Open advice and tasks"), value="\n".join(items), change_url=url),
        Term(label=gettext("Your questions"), value=questions, change_url=url),
    ]


def meeting_terms(consultation: Consultation, people: Iterable) -> list[Term]:
    """Return when, with whom and where a consultation is."""
    terms = checked_terms(
        starts_at=consultation.starts_at,
        ends_at=consultation.ends_at,
        adviser=consultation.adviser.name,
        method=consultation.method,
        people=people,
        urls={},
    )
    if consultation.state == State.BOOKED and (consultation.meeting_url or consultation.place):
        is_online = consultation.method == Mode.ONLINE
        label = gettext("Joining link") if is_online else gettext("Place")
        terms.insert(3, Term(label=label, value=consultation.meeting_url if is_online else consultation.place))
    if consultation.reason:
        terms.append(Term(label=gettext("Reason"), value=consultation.reason))
    return terms


def change_events(changes: Iterable[Change], names: dict) -> list[Event]:
    """Return the history of a consultation, newest first."""
    return [_event(change, names) for change in sorted(changes, key=lambda change: change.made_at, reverse=True)]


def _event(change: Change, names: dict) -> Event:
    starts = dates.date_and_time(change.starts_at)
    title = {
        ChangeKind.BOOKED: gettext("Booked for %(time)s") % {"time": starts},
        ChangeKind.MOVED: gettext("Moved from %(before)s to %(time)s")
        % {"before": dates.date_and_time(change.before) if change.before else "–", "time": starts},
        ChangeKind.ENDED: gettext("Cancelled; it was to be on %(time)s") % {"time": starts},
    }[change.kind]
    return Event(at=change.made_at, title=title, by=names.get(change.made_by_id, ""), body=change.reason)


_EFFECT_WORDS = {1: "+1", -1: "−1", 0: "0"}


def ledger_table(lines: Iterable[Line], *, is_over: bool) -> Table:
    """Return a company's ledger, a line for everything that happened, each with what it counts and what is left.

    What remains has no recorded reason once the consultations of the programme are over (`is_over`).
    """
    return Table(
        caption=gettext("Ledger of consultations"),
        columns=[
            Column(label=gettext("Date")),
            Column(label=pgettext("ledger", "What happened")),
            Column(label=gettext("Reason")),
            Column(label=gettext("Counts"), numeric=True),
            Column(label=gettext("Left"), numeric=True),
        ],
        rows=[_ledger_row(line, is_over=is_over) for line in lines],
    )


def _ledger_row(line: Line, *, is_over: bool) -> tuple:
    if line.kind == LineKind.GRANTED:
        return ("–", gettext("Granted by the programme"), "", f"+{line.counts}", line.left)
    if line.kind == LineKind.UNUSED:
        why = gettext("Reason not recorded") if is_over else gettext("Can still be booked")
        what = badge("unused") if is_over else pgettext("ledger", "Not yet used")
        return ("–", what, why, "0", line.left)
    day = dates.long_date(timezone.localdate(line.at))
    return (
        Cell(day, "nowrap"),
        badge(line.kind),
        line.reason or _usual_reason(line.kind),
        _EFFECT_WORDS[line.counts],
        line.left,
    )


def _usual_reason(kind: str) -> str:
    if kind == State.CANCELLED:
        return gettext("In time, so that it costs nothing")
    if kind == State.CANCELLED_LATE:
        return gettext("After the deadline, so that it counts as used")
    return ""


def status_word(kind: str) -> str:
    return str(STATUSES[kind].label)


def hours_label(starts, ends) -> str:
    dash = "〜" if (get_language() or "ja").startswith("ja") else "–"
    return f"{starts:%-H:%M}{dash}{ends:%-H:%M}"


@dataclass(frozen=True)
class PreviewDay:
    """A day of the coming weeks as companies see it, with what is booked."""

    label: str
    free: list[str]
    booked: list[str]


def preview_days(days: Iterable[tuple[date, list[Slot]]], booked: Iterable[Consultation]) -> list[PreviewDay]:
    """Return the days on which something is free or booked."""
    free = {day: [_free_label(slot) for slot in slots] for day, slots in days}
    taken: dict[date, list[str]] = {}
    for each in booked:
        taken.setdefault(timezone.localdate(each.starts_at), []).append(
            f"{times(each.starts_at, each.ends_at)} {each.company.name}"
        )
    return [PreviewDay(dates.long_date(day), free.get(day, []), taken.get(day, [])) for day in sorted({*free, *taken})]


def _free_label(slot: Slot) -> str:
    return pgettext("free slot", "%(times)s (%(method)s)") % {
        "times": times(slot.starts_at, slot.ends_at),
        "method": Method(slot.method).label,
    }


def fallen_out_line(consultation: Consultation) -> str:
    return pgettext("booked consultation", "%(when)s %(company)s") % {
        "when": when(consultation),
        "company": consultation.company.name,
    }
