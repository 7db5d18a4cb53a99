"""Sessions to come as cards on which people are registered, and the secretariat's list of who has said what."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.urls import NoReverseMatch, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext, pgettext

from common import dates
from common.components import Cell, Chip, Column, Figure, Row, Table, badge, link, with_query
from common.models import in_language
from companies.models import Company, Person
from programmes.enums import Audience, Mode, ObserverKind, Registration, SessionState, Strand
from programmes.models import Arrival, Attendance, Material, Observer, Session
from programmes.queries import NONE_TAKEN, Taken

from .programme import method, people_unit, session_url, when

# So long before the beginning the joining link can be pressed, as people expect it of an online meeting.
DOORS_OPEN = timedelta(minutes=15)
ABSENT = "absent"
IN = (Registration.REGISTERED, Registration.WAITING)


@dataclass(frozen=True)
class Choice:
    """One of the buttons for a person: what it stands for, its words, and whether it is so."""

    value: str
    label: str
    is_pressed: bool
    hint: str = ""


@dataclass(frozen=True)
class PersonLine:
    """A person of the company at one session: where they stand, what can be chosen, and what went wrong just now."""

    id: UUID
    name: str
    title: str
    standing: SafeString | str
    remarks: list[str]
    choices: list[Choice]
    apology_url: str = ""
    trouble: str = ""
    is_latest: bool = False


@dataclass(frozen=True)
class WayIn:
    """How to get in, for who is registered in that mode; the joining link opens shortly before the beginning."""

    label: str
    url: str
    button: str
    opens: str
    note: str


@dataclass(frozen=True)
class Paper:
    """Something to read or to watch."""

    title: str
    kind: str
    url: str


@dataclass(frozen=True)
class SessionCard:
    """A session to come, with the company's people."""

    id: UUID
    title: str
    url: str
    when: str
    where: str
    audience: str
    deadline: str
    is_open: bool
    is_cancelled: bool
    places: list[str]
    preparation: str
    ways_in: list[WayIn]
    papers: list[Paper]
    people: list[PersonLine]
    action: str
    calendar_url: str
    is_list: bool = False
    coming: str = ""
    ticket_url: str = ""
    presentation_url: str = ""
    newcomer_url: str = ""


@dataclass
class Told:
    """What the database says of some sessions and one company's people, gathered once for all cards."""

    people: list[Person]
    attendances: Iterable[Attendance]
    taken: Mapping[tuple[UUID, str], Taken]
    numbers: Mapping[UUID, int]
    ways_in: Mapping[UUID, list[Arrival]] = field(default_factory=dict)
    materials: Mapping[UUID, list[Material]] = field(default_factory=dict)
    reader_id: UUID | None = None

    def __post_init__(self):
        self.rows = defaultdict(dict)
        for attendance in self.attendances:
            self.rows[attendance.session_id][attendance.person_id] = attendance


@dataclass(frozen=True)
class Desk:
    """Who registers here: the company itself, or the secretariat for it; "" for those who only look on."""

    kind: str
    company_id: UUID
    latest: UUID | None = None  # whose line was changed just now
    trouble: str = ""
    is_list: bool = False

    def address(self, session: Session) -> str:
        if self.kind == "secretariat":
            return reverse("programmes:register_for", args=[session.programme_id, session.pk])
        return reverse("programmes:register", args=[self.company_id, session.pk])

    def apology(self, session: Session, person_id: UUID) -> str:
        if self.kind == "secretariat":
            return reverse("programmes:apologise_for", args=[session.programme_id, session.pk, person_id])
        return reverse("programmes:apologise", args=[self.company_id, session.pk, person_id])


def session_card(session: Session, told: Told, *, desk: Desk, now: datetime) -> SessionCard:
    is_cancelled = session.state == SessionState.CANCELLED
    is_open = not is_cancelled and now < (session.ends_at if desk.kind == "secretariat" else session.closes_at)
    rows = told.rows.get(session.pk, {})
    return SessionCard(
        id=session.pk,
        title=session.title,
        url=session_url(session),
        when=when(session),
        where=" · ".join(part for part in (method(session), session.venue) if part),
        audience="" if session.audience == Audience.ALL else str(Audience(session.audience).label),
        deadline=_deadline(session, now=now),
        is_open=is_open,
        is_cancelled=is_cancelled,
        places=[] if is_cancelled else places_lines(session, told.taken),
        preparation=session.preparation,
        ways_in=[_way_in(way, session, now=now) for way in told.ways_in.get(session.pk, [])],
        papers=[_paper(material) for material in told.materials.get(session.pk, [])],
        people=_person_lines(session, told, rows, desk=desk, is_open=is_open, now=now),
        action=desk.address(session) if desk.kind and is_open else "",
        calendar_url=reverse("programmes:session_calendar", args=[session.programme_id, session.pk]),
        is_list=desk.is_list,
        coming=_coming(rows.values()),
        ticket_url=_ticket_url(session, rows.values(), told.reader_id),
        presentation_url=_presentation_url(session, desk),
        newcomer_url=_newcomer_url(session, desk) if desk.kind and is_open else "",
    )


def _newcomer_url(session: Session, desk: Desk) -> str:
    """Return where somebody is entered who is not in the list: below it, or on the session's own page of registration."""
    return f"{desk.address(session) if desk.is_list else ''}#newcomer"


def _ticket_url(session: Session, rows: Iterable[Attendance], reader_id: UUID | None) -> str:
    """Return where the reader's own code for the reception is: for who is registered on site."""
    own = (row for row in rows if row.person.user_id == reader_id and row.planned_mode == Mode.ONSITE)
    if reader_id is None or not any(row.registration == Registration.REGISTERED for row in own):
        return ""
    return _address("programmes:ticket", session.programme_id, session.pk)


def _presentation_url(session: Session, desk: Desk) -> str:
    """Return where a company enters what it presents at a closing meeting."""
    if session.strand != Strand.CLOSING or desk.kind != "company":
        return ""
    return _address("programmes:presentation", desk.company_id, session.pk)


def _address(name: str, *args) -> str:
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def _coming(rows: Iterable[Attendance]) -> str:
    count = sum(row.registration == Registration.REGISTERED for row in rows)
    if not count:
        return gettext("Nobody of your company is registered yet.")
    return ngettext("%(count)s person is registered.", "%(count)s people are registered.", count) % {"count": count}


def _deadline(session: Session, *, now: datetime) -> str:
    if session.closes_at <= now:
        return gettext("Registration has ended.")
    return gettext("Registration until %(moment)s") % {"moment": dates.date_and_time(session.closes_at)}


def places_lines(session: Session, taken: Mapping[tuple[UUID, str], Taken]) -> list[str]:
    """Return how many places are free in each mode that has a limit: 「会場: 残り3席(定員40名)」."""
    lines = []
    for mode in session.modes:
        capacity = session.capacity(mode)
        if capacity is None:
            continue
        used = taken.get((session.pk, mode), NONE_TAKEN)
        values = {"mode": Mode(mode).label, "free": max(0, capacity - used.places), "capacity": capacity}
        if used.places < capacity:
            lines.append(gettext("%(mode)s: %(free)s of %(capacity)s places are free") % values)
        else:
            waiting = {"waiting": used.waiting} | values
            lines.append(gettext("%(mode)s: all %(capacity)s places are taken, %(waiting)s waiting") % waiting)
    return lines


def _person_lines(session, told: Told, rows, *, desk: Desk, is_open: bool, now: datetime) -> list[PersonLine]:
    """Those for whom the session is come first; where nothing can be chosen any more, only those who said something."""
    may_choose = bool(desk.kind) and is_open
    people = told.people if may_choose else [person for person in told.people if person.pk in rows]
    fitting = sorted(people, key=lambda person: session.audience not in (Audience.ALL, person.level))
    return [
        _person_line(session, told, person, rows.get(person.pk), desk=desk, is_open=is_open, now=now)
        for person in fitting
    ]


def _person_line(session, told: Told, person: Person, row: Attendance | None, *, desk, is_open, now) -> PersonLine:
    may_leave = desk.kind and row and row.registration in IN and not row.attended
    may_leave = may_leave and session.state == SessionState.PUBLISHED and now < session.ends_at
    return PersonLine(
        id=person.pk,
        name=person.name,
        title=person.title,
        standing=standing_badge(row) if row else "",
        remarks=remarks_on(row, told.numbers) if row else [],
        choices=_choices(session, told, row) if desk.kind and is_open and not (row and row.attended) else [],
        apology_url=desk.apology(session, person.pk) if may_leave else "",
        trouble=desk.trouble if desk.latest == person.pk else "",
        is_latest=desk.latest == person.pk,
    )


def standing_badge(row: Attendance) -> SafeString:
    """Return where somebody stands, with the mode where that says something."""
    mode = row.actual_mode or row.planned_mode
    says_mode = row.attended or row.registration in IN
    if row.registration == Registration.REGISTERED and row.attended is None:
        return badge("registered", detail=str(Mode(mode).label))
    return badge(row.standing, detail=str(Mode(mode).label) if says_mode else "")


def remarks_on(row: Attendance, numbers: Mapping[UUID, int]) -> list[str]:
    """Return what belongs to a standing: the place in the waiting list, the reason, who comes instead of whom."""
    remarks = []
    if row.pk in numbers:
        remarks.append(gettext("Number %(number)s on the waiting list") % {"number": numbers[row.pk]})
    if row.apology:
        remarks.append(gettext("Reason: %(reason)s") % {"reason": row.apology})
    if row.deputy_for:
        remarks.append(gettext("In place of %(name)s") % {"name": row.deputy_for.name})
    return remarks


def _choices(session: Session, told: Told, row: Attendance | None) -> list[Choice]:
    present = row.registration if row else ""
    choices = []
    for mode in session.modes:
        is_pressed = present in IN and row.planned_mode == mode
        used, capacity = told.taken.get((session.pk, mode), NONE_TAKEN), session.capacity(mode)
        is_full = capacity is not None and (used.places >= capacity or used.waiting) and not is_pressed
        choices.append(Choice(mode, str(Mode(mode).label), is_pressed, gettext("Waiting list") if is_full else ""))
    is_absent = present == Registration.APOLOGISED
    return [*choices, Choice(ABSENT, pgettext("choice", "Not coming"), is_absent)]


def _way_in(way: Arrival, session: Session, *, now: datetime) -> WayIn:
    if way.mode == Mode.ONSITE:
        return WayIn(gettext("The way to the room"), way.url, gettext("Open the map"), "", way.note)
    opens_at = session.starts_at - DOORS_OPEN
    is_open = opens_at <= now < session.ends_at
    opens = "" if is_open else gettext("The joining link can be pressed from %(time)s on the day.")
    return WayIn(
        label=gettext("Taking part online"),
        url=way.url if is_open else "",
        button=gettext("Join online"),
        opens=opens % {"time": dates.clock(opens_at)} if opens and way.url else "",
        note=way.note,
    )


def _paper(material: Material) -> Paper:
    url = material.url
    if material.file_id:
        url = _address("programmes:material", material.programme_id, material.session_id, material.pk)
    return Paper(str(material), material.get_kind_display(), url)


# --- The secretariat's list -------------------------------------------------------------------------------------------


def registration_figures(session: Session, taken: Mapping[tuple[UUID, str], Taken]) -> list[Figure]:
    """Return for each mode who has a place, of how many, and who waits."""
    figures = []
    for mode in session.modes:
        used, capacity = taken.get((session.pk, mode), NONE_TAKEN), session.capacity(mode)
        label = str(Mode(mode).label)
        figures.append(Figure(label=label, value=used.places, unit=people_unit(used.places), total=capacity))
        if used.waiting or capacity is not None:
            waiting = pgettext("figure", "%(mode)s, waiting") % {"mode": label}
            figures.append(Figure(label=waiting, value=used.waiting, unit=people_unit(used.waiting)))
    return figures


def registration_chips(query, *, standing: str, mode: str, session: Session) -> list[Chip]:
    """Return the filters of the list: where people stand, and how they take part."""
    standings = [(str(one.label), with_query(query, standing=one)) for one in Registration]
    modes = [(str(Mode(one).label), with_query(query, mode=one)) for one in session.modes]
    chips = [
        Chip(label=gettext("Registration"), options=standings)
        if not standing
        else Chip(
            label=gettext("Registration"),
            url=with_query(query, standing=""),
            value=str(Registration(standing).label),
            active=True,
        )
    ]
    if len(modes) > 1:
        chips.append(
            Chip(label=gettext("Planned mode"), options=modes)
            if not mode
            else Chip(
                label=gettext("Planned mode"), url=with_query(query, mode=""), value=str(Mode(mode).label), active=True
            )
        )
    return chips


def registrations_table(rows: Iterable[Attendance], *, session: Session, numbers: Mapping[UUID, int], query) -> Table:
    """Who has said what: each line leads to where the secretariat changes it."""
    return Table(
        caption=gettext("Registrations for “%(session)s”") % {"session": session.title},
        columns=[
            Column(label=gettext("Name")),
            Column(label=gettext("Company")),
            Column(label=gettext("Registration")),
            Column(label=pgettext("list of people", "Remarks")),
            Column(label=pgettext("list of people", "Since")),
        ],
        rows=[
            Row(
                cells=(
                    link(row.person.name, change_url(session, row.company_id, row.person_id)),
                    row.company.name,
                    standing_badge(row),
                    " · ".join(remarks_on(row, numbers)),
                    Cell(dates.date_and_time(row.registered_at), "nowrap"),
                )
            )
            for row in rows
        ],
        query=query,
    )


def change_url(session: Session, company_id: UUID, person_id: UUID) -> str:
    """Return where the secretariat registers the people of a company, at one person's line."""
    page = reverse("programmes:register_for", args=[session.programme_id, session.pk])
    return f"{page}?company={company_id}#p-{session.pk}-{person_id}"


def companies_table(companies: Iterable[Company], *, session: Session) -> Table:
    page = reverse("programmes:register_for", args=[session.programme_id, session.pk])
    return Table(
        caption=gettext("Companies"),
        columns=[Column(label=gettext("Company")), Column(label=gettext("Industry"))],
        rows=[(link(company.name, f"{page}?company={company.pk}"), company.industry) for company in companies],
    )


def observers_table(observers: Iterable[Observer], *, session: Session) -> Table:
    def address(observer: Observer) -> str:
        return reverse("programmes:observer", args=[session.programme_id, session.pk, observer.pk])

    return Table(
        caption=gettext("Observers of “%(session)s”") % {"session": session.title},
        columns=[
            Column(label=gettext("Name")),
            Column(label=pgettext("list of people", "Organisation")),
            Column(label=gettext("Kind")),
            Column(label=gettext("Mode")),
        ],
        rows=[
            (
                link(str(observer), address(observer)),
                in_language(observer, "organisation"),
                str(ObserverKind(observer.kind).label),
                str(Mode(observer.mode).label),
            )
            for observer in observers
        ],
    )
