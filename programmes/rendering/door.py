"""The list at the door: a row a person, what became of a tap in words, how many are there."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, npgettext, pgettext

from common import dates
from common.components import badge
from programmes.enums import DoorDeed, DoorOutcome, Mode, Registration
from programmes.models import Attendance, Session
from programmes.queries.door import Counts
from programmes.validators import company_key, folded, name_key

from .programme import Tab, companies_unit, people_unit

HIDDEN, DISABLED = format_html(" {}", "hidden"), format_html(" {}", "disabled")
AWAY = "away"
"""The part of the list with those who do not come: excused, withdrawn, waiting for a place, absent."""


def door_number(attendance_id: UUID) -> str:
    """Return the number that stands below somebody's QR code, for a door whose telephone cannot read it."""
    digits = f"{attendance_id.int % 10**8:08}"
    return f"{digits[:4]} {digits[4:]}"


def place(row: Attendance) -> str:
    """Return in which part of the list somebody stands: their mode, or `AWAY`."""
    if row.attended:
        return row.actual_mode
    if row.attended is False or row.registration != Registration.REGISTERED:
        return AWAY
    return row.planned_mode


def search_key(row: Attendance) -> str:
    """Return what somebody is found by: name in kanji, kana and romaji, company, and the number of their QR code."""
    person, company = row.person, row.company
    names = (person.name_kana, person.name_ja, person.name_en)
    firms = (company.name_kana, company.name_ja, company.name_en)
    keys = [name_key(name) for name in names] + [company_key(firm) for firm in firms]
    return " ".join([*filter(None, keys), door_number(row.pk).replace(" ", "")])


def is_found(key: str, query: str) -> bool:
    """Whether every word of a search begins or continues something in the key; kana of any kind, any width and case."""
    return all(name_key(word) in key for word in folded(query).split())


def standing(row: Attendance) -> SafeString:
    """Return what is known of somebody as a badge, with mode and time where they came."""
    if row.attended:
        at = dates.clock(row.arrived_at) if row.arrived_at else ""
        return badge(row.standing, detail=" ".join(filter(None, [str(Mode(row.actual_mode).label), at])))
    if row.standing == "planned":
        return badge("planned", detail=str(Mode(row.planned_mode).label))
    return badge(row.standing)


def door_list(rows: Iterable[Attendance], *, tab: str, query: str = "") -> SafeString:
    """Return the rows; those of other parts of the list are there and hidden, and a search looks through all parts."""
    words = {"act": gettext("Mark present"), "undo": pgettext("door", "Undo"), "pending": gettext("Waiting to be sent")}
    return format_html_join("", "{}", ((door_row(row, tab=tab, query=query, words=words),) for row in rows))


def door_row(row: Attendance, *, tab: str, query: str = "", words: dict[str, str] | None = None) -> SafeString:
    """Return one row: a button as wide as the list to receive somebody, and one to take it back."""
    words = words or {
        "act": gettext("Mark present"),
        "undo": pgettext("door", "Undo"),
        "pending": gettext("Waiting to be sent"),
    }
    key, part = search_key(row), place(row)
    is_shown = is_found(key, query) if query else part == tab
    person = row.person
    return format_html(
        '<li class="door-row" id="a-{pk}" data-tab="{part}" data-state="{state}" data-key="{key}"{hidden}>'
        '<button class="door-tap" name="check_in" value="{pk}"{received}>'
        '<span class="door-who"><b>{name}</b> <span class="door-kana">{kana}</span></span>'
        '<span class="door-company">{company}</span>'
        '<span class="door-standing">{standing}</span>'
        '<span class="door-pending tag tag-ask" hidden>{pending}</span>'
        '<span class="door-act">{act}</span></button>'
        '<button class="btn btn-outline door-undo" name="undo" value="{pk}"{missing}>{undo}'
        '<span class="visually-hidden"> {name}</span></button></li>',
        pk=row.pk,
        part=part,
        state="in" if row.attended else "out",
        key=key,
        hidden="" if is_shown else HIDDEN,
        received=DISABLED if row.attended else "",
        missing="" if row.attended else HIDDEN,
        name=person.name,
        kana=person.name_kana,
        company=row.company.name,
        standing=standing(row),
        **words,
    )


def door_tabs(session: Session, counts: Counts, *, here: str, url: str) -> list[Tab]:
    """Return the parts of the list, each with how many people stand in it."""
    parts = [
        (
            mode,
            str(Mode(mode).label),
            getattr(counts, f"{mode}_people") + getattr(counts, f"{mode}_expected"),
        )
        for mode in session.modes
    ]
    parts.append((AWAY, gettext("Not coming"), counts.away))
    words = pgettext("part of a list with its count", "%(part)s (%(count)s)")
    return [
        Tab(words % {"part": label, "count": count}, f"{url}?tab={key}", key == here) for key, label, count in parts
    ]


# --- Counts -----------------------------------------------------------------------------------------------------------


def counted(people: int, companies: int) -> str:
    """Return 「13名・9社」."""
    return pgettext("people and companies", "%(people)s %(people_unit)s, %(companies)s %(companies_unit)s") % {
        "people": people,
        "people_unit": people_unit(people),
        "companies": companies,
        "companies_unit": companies_unit(companies),
    }


def door_counts(session: Session, counts: Counts, *, over: dict[str, int]) -> SafeString:
    """Return who is there and who is still expected, by mode and in all, as a list of terms."""
    lines = [(gettext("Present in all"), counted(counts.people, counts.companies), counts.expected, "", 0)]
    for mode in session.modes:
        people, companies = getattr(counts, f"{mode}_people"), getattr(counts, f"{mode}_companies")
        expected = getattr(counts, f"{mode}_expected")
        lines.append((str(Mode(mode).label), counted(people, companies), expected, mode, over.get(mode, 0)))
    return format_html_join(
        "",
        '<div data-mode="{}"><dt>{}</dt><dd><b>{}</b> <span class="quiet">{}</span>{}</dd></div>',
        (
            (mode, label, present, gettext("Expected: %(count)s") % {"count": expected}, _over(too_many))
            for label, present, expected, mode, too_many in lines
        ),
    )


def _over(too_many: int) -> SafeString:
    if not too_many:
        return format_html("{}", "")
    words = npgettext(
        "places", "%(count)s more than there are places", "%(count)s more than there are places", too_many
    )
    return format_html(' <span class="tag tag-ask">{}</span>', words % {"count": too_many})


# --- What became of a tap -----------------------------------------------------------------------------------------------


def said(*, outcome: str, deed: str, row: Attendance | None, registration: str = Registration.REGISTERED) -> str:
    """Return what became of a tap, for who tapped. Empty where the same tap was sent twice: it was told then.

    `registration` is what the list said of the person before.
    """
    if outcome == DoorOutcome.REPEATED:
        return ""
    if row is None or outcome == DoorOutcome.REFUSED:
        return gettext(
            "Not recorded: this person is not on the list of this session, or the session is not held that way."
        )
    name = {"name": row.person.name, "company": row.company.name}
    if outcome == DoorOutcome.OVERTAKEN:
        return gettext("%(name)s (%(company)s): something was recorded later, and that counts.") % name
    is_new = outcome == DoorOutcome.DONE
    if deed != DoorDeed.UNDO:
        return _received(row, registration, name) if is_new else _received_already(row, name)
    if is_new:
        return gettext("%(name)s (%(company)s) is not marked as present any more.") % name
    return gettext("%(name)s (%(company)s) is not marked as present.") % name


def _received_already(row: Attendance, name: dict) -> str:
    if not row.arrived_at:
        return gettext("%(name)s (%(company)s) was received already.") % name
    at = {"time": dates.clock(row.arrived_at)}
    return gettext("%(name)s (%(company)s) was received already, at %(time)s.") % (name | at)


def _received(row: Attendance, registration: str, name: dict) -> str:
    sentences = [gettext("%(name)s (%(company)s) is present.") % name]
    if registration != Registration.REGISTERED:
        sentences.append(_although(registration))
    elif row.planned_mode != row.actual_mode:
        modes = {"planned": Mode(row.planned_mode).label, "actual": Mode(row.actual_mode).label}
        sentences.append(gettext("Planned was %(planned)s; recorded is %(actual)s.") % modes)
    return sentences_in_a_row(sentences)


def sentences_in_a_row(sentences: Iterable[str]) -> str:
    """Join sentences as the language does: Japanese without, English with a space."""
    return ("" if (get_language() or "ja").startswith("ja") else " ").join(filter(None, sentences))


def _although(registration: str) -> str:
    return {
        Registration.CANCELLED: gettext("They had not been registered, or had withdrawn."),
        Registration.APOLOGISED: gettext("They had sent an apology."),
        Registration.WAITING: gettext("They had been on the waiting list."),
    }[Registration(registration)]


def several_of_that_name() -> str:
    return gettext(
        "This company has several people of that name. Please add the kana, or choose the person of the list."
    )


def day_line(session: Session, now: datetime) -> str:
    """Return that the session is not today's, where it is not; a list of another day is taken by mistake easily."""
    day = timezone.localdate(session.starts_at)
    if day == timezone.localdate(now):
        return ""
    return gettext("This session is not today: it is on %(day)s.") % {"day": dates.long_date(day)}
