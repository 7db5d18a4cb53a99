"""Sessions, their outcome and programmes as the prepared rows and terms that the components take."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext, npgettext, pgettext

from common import dates
from common.components import Cell, Column, Figure, Table, Term, badge, link
from common.models import fallback_language, in_language
from programmes.enums import Method, Mode, SessionState
from programmes.models import AgendaItem, Attendance, Feedback, Programme, Session
from programmes.queries import Places, Turnout


def as_of_line(day: date) -> str:
    """Return the day that figures stand for: 2025年4月30日(水) 現在."""
    return gettext("As of %(day)s") % {"day": dates.long_date(day)}


def scope_line(*, manages: bool, advises: bool) -> str:
    """Return whose people the reader sees and counts, because the same page shows more to others."""
    if manages:
        return ""
    if advises:
        return gettext("Only people of the companies that you advise are shown and counted.")
    return gettext("Only people of your own company are shown and counted.")


def session_url(session: Session) -> str:
    return reverse("programmes:session", args=[session.programme_id, session.pk])


def when(session: Session) -> str:
    return dates.date_and_times(session.starts_at, session.ends_at)


def method(session: Session) -> str:
    """Return how it was held, with the note: 「会場とオンライン(主に対面)」."""
    note = in_language(session, "method_note")
    if fallback_language(session, "method_note"):
        # Workbooks have one column for the note; the portal knows the usual ones in both languages (msgids of reports).
        note = gettext(note)
    label = str(Method(session.method).label)
    return pgettext("method with a note", "%(method)s (%(note)s)") % {"method": label, "note": note} if note else label


def where(session: Session) -> str:
    """Return method and venue in one line, for lists."""
    return " · ".join(part for part in (method(session), session.venue) if part)


# --- Lists ------------------------------------------------------------------------------------------------------------


def _role_in(programme: Programme, places: Places) -> str:
    return "、".join(place.role_label for place in places.in_programme(programme.pk)) or gettext(
        "Your company takes part"
    )


def programme_url(programme: Programme, places: Places) -> str:
    """Return where somebody's work in a programme begins: the adviser's home, or the programme's page."""
    adviser_only = places.advises(programme.pk) and not places.manages(programme.pk)
    return reverse("dashboards:advising" if adviser_only else "dashboards:programme", args=[programme.pk])


def programmes_table(programmes: Iterable[Programme], *, places: Places) -> Table:
    return Table(
        caption=gettext("Programmes"),
        columns=[
            Column(label=gettext("Programme")),
            Column(label=gettext("Fiscal year")),
            Column(label=gettext("Theme")),
            Column(label=gettext("Period")),
            Column(label=gettext("Your role")),
        ],
        rows=[
            (
                link(programme.name, programme_url(programme, places)),
                Cell(dates.fiscal_year(programme.fiscal_year), "nowrap"),
                programme.theme,
                dates.month_range(programme.starts_on, programme.ends_on),
                _role_in(programme, places),
            )
            for programme in programmes
        ],
    )


def sessions_table(sessions: Iterable[Session], turnouts: dict[UUID, Turnout], *, now: datetime) -> Table:
    """What each session came to; one that is still to come shows how many registered."""
    return Table(
        caption=gettext("Sessions"),
        columns=[
            Column(label=gettext("Session")),
            Column(label=gettext("Date and time")),
            Column(label=gettext("Method and venue")),
            Column(label=pgettext("how many", "People"), numeric=True),
            Column(label=pgettext("how many", "Companies"), numeric=True),
            Column(label=gettext("On site"), numeric=True),
            Column(label=gettext("Online"), numeric=True),
            Column(label=gettext("State")),
        ],
        rows=[_session_row(session, turnouts.get(session.pk, Turnout()), now=now) for session in sessions],
    )


def _session_row(session: Session, turnout: Turnout, *, now: datetime) -> tuple:
    start = (link(session.title, session_url(session)), Cell(when(session), "nowrap"), where(session))
    if session.state != SessionState.PUBLISHED:
        return (*start, None, None, None, None, badge(str(session.state)))
    if session.ends_at > now:
        expected = gettext("%(count)s registered") % {"count": turnout.registered} if turnout.registered else None
        return (*start, expected, None, None, None, badge("planned"))
    return (*start, turnout.people, turnout.companies, turnout.onsite, turnout.online, badge("held"))


# --- One session ------------------------------------------------------------------------------------------------------


def session_terms(session: Session) -> list[Term]:
    return [
        Term(label=gettext("Date and time"), value=when(session)),
        Term(label=gettext("Method"), value=method(session)),
        Term(
            label=gettext("Venue"),
            value=session.venue or (gettext("Online") if session.method == Method.ONLINE else ""),
        ),
        Term(label=gettext("Strand"), value=session.get_strand_display()),
        Term(label=gettext("Kind"), value=session.get_kind_display()),
        Term(label=gettext("For whom"), value=session.get_audience_display()),
        *_terms_of_registration(session),
    ]


def _terms_of_registration(session: Session) -> list[Term]:
    """Until when and for how many, as far as the plan says so."""
    terms = []
    if session.registration_ends_at:
        terms.append(Term(label=gettext("Registration until"), value=dates.date_and_time(session.registration_ends_at)))
    places = [
        gettext("%(mode)s: %(places)s") % {"mode": Mode(mode).label, "places": session.capacity(mode)}
        for mode in session.modes
        if session.capacity(mode) is not None
    ]
    if places:
        terms.append(Term(label=gettext("Places"), value=" · ".join(places)))
    return terms


@dataclass(frozen=True)
class SpeakerLine:
    """A speaker with the title on the day; each with its language where it is not the page's."""

    name: str
    name_language: str
    title: str
    title_language: str


@dataclass(frozen=True)
class AgendaLine:
    """An item of a session's programme: what kind, its title, who spoke, and when, where that is known."""

    kind: str
    title: str
    language: str
    speakers: list[SpeakerLine]
    when: str = ""


def agenda(session: Session) -> list[AgendaLine]:
    return [_agenda_line(item) for item in session.agenda.all()]


def _agenda_line(item: AgendaItem) -> AgendaLine:
    speakers = [
        SpeakerLine(
            str(speaker),
            fallback_language(speaker, "name"),
            in_language(speaker, "title"),
            fallback_language(speaker, "title"),
        )
        for speaker in item.speakers.all()
    ]
    times = f"{dates.clock(item.starts_at)}–{dates.clock(item.ends_at)}" if item.starts_at else ""
    return AgendaLine(item.get_kind_display(), str(item), fallback_language(item, "title"), speakers, times)


def turnout_figures(turnout: Turnout, *, session: Session, now: datetime) -> list[Figure]:
    if session.ends_at > now:
        registered = Figure(label=gettext("Registered"), value=turnout.registered, unit=people_unit(turnout.registered))
        return [registered] if turnout.registered else []
    return [
        Figure(label=gettext("Took part"), value=turnout.people, unit=people_unit(turnout.people)),
        Figure(label=gettext("Companies"), value=turnout.companies, unit=companies_unit(turnout.companies)),
        Figure(label=gettext("On site"), value=turnout.onsite, unit=people_unit(turnout.onsite)),
        Figure(label=gettext("Online"), value=turnout.online, unit=people_unit(turnout.online)),
    ]


def people_unit(count: int) -> str:
    return npgettext("unit", "person", "people", count)


def companies_unit(count: int) -> str:
    return npgettext("unit", "company", "companies", count)


def presence(attendance: Attendance) -> SafeString:
    """Return whether somebody came, and how, as a badge with the mode; or that they wait or sent an apology."""
    if attendance.attended:
        return badge(attendance.standing, detail=str(Mode(attendance.actual_mode).label))
    is_planned = attendance.standing == "planned"
    return badge(attendance.standing, detail=str(Mode(attendance.planned_mode).label) if is_planned else "")


def attendance_table(attendances: Iterable[Attendance], *, session: Session) -> Table:
    """Who registered and who came. Names stand under their company, whose page is one step away."""
    return Table(
        caption=gettext("People at “%(session)s”") % {"session": session.title},
        columns=[
            Column(label=gettext("Name")),
            Column(label=gettext("Company")),
            Column(label=gettext("Job title")),
            Column(label=gettext("Attendance")),
        ],
        rows=[
            (
                Cell(attendance.person.name, "nowrap"),
                link(attendance.company.name, reverse("dashboards:company", args=[attendance.company_id])),
                attendance.person.title,
                presence(attendance),
            )
            for attendance in attendances
        ],
    )


@dataclass(frozen=True)
class FeedbackNote:
    """A comment after a session: who, where the reader may know it, and whether it may be quoted without a name."""

    text: str
    language: str  # of the text, where it is not the page's; else empty
    by: str
    consent: str


def feedback_notes(feedback: Iterable[Feedback], *, with_names: bool) -> list[FeedbackNote]:
    """Prepare comments. The secretariat reads them without the names: a comment may be about itself."""
    return [
        FeedbackNote(
            text=in_language(comment, "comment"),
            language=fallback_language(comment, "comment"),
            by=comment.person.name if with_names and comment.person else "",
            consent=comment.get_consent_display(),
        )
        for comment in feedback
    ]


# --- One company ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Tab:
    label: str
    url: str
    current: bool


def company_tabs(company_id: UUID, *, here: str) -> list[Tab]:
    """Return the pages of one company, for those who look at it from outside; its own people have them in the menu."""
    labels = {
        "dashboards:company": gettext("Company"),
        "policies:company": gettext("Policy"),
        "programmes:company_sessions": gettext("Sessions"),
        "consultations:company": gettext("Consultations"),
    }
    return [Tab(label, reverse(name, args=[company_id]), name == here) for name, label in labels.items()]


@dataclass(frozen=True)
class Meeting:
    """A session that is still to come, as a card."""

    title: str
    url: str
    when: str
    where: str
    people: str = ""


def meeting(session: Session, people: Iterable[Attendance] = ()) -> Meeting:
    names = [
        pgettext("name with mode", "%(name)s (%(mode)s)") % {"name": a.person.name, "mode": Mode(a.planned_mode).label}
        for a in people
    ]
    return Meeting(session.title, session_url(session), when(session), where(session), gettext(", ").join(names))


@dataclass(frozen=True)
class Afterwards:
    """What is there for a company after a session: what stands of the survey, and how many certificates its people have."""

    survey: SafeString | str = ""
    certificates: int = 0


def own_sessions_table(
    sessions: Iterable[Session],
    by_session: dict[UUID, list[Attendance]],
    afterwards: Mapping[UUID, Afterwards] | None = None,
    *,
    certificates_url: str = "",
) -> Table:
    """Past sessions with who of the company came, and with `afterwards` what there is for them."""
    columns = [
        Column(label=gettext("Session")),
        Column(label=gettext("Date and time")),
        Column(label=gettext("Who took part")),
    ]
    if afterwards is not None:
        columns += [Column(label=gettext("Survey")), Column(label=gettext("Certificates of attendance"))]
    return Table(
        caption=gettext("Past sessions"),
        columns=columns,
        rows=[
            (
                link(session.title, session_url(session)),
                Cell(when(session), "nowrap"),
                came(by_session.get(session.pk, [])),
                *_afterwards(session, afterwards, certificates_url),
            )
            for session in sessions
        ],
    )


def _afterwards(session: Session, afterwards: Mapping[UUID, Afterwards] | None, certificates_url: str) -> tuple:
    if afterwards is None:
        return ()
    own = afterwards.get(session.pk, Afterwards())
    count = ngettext("%(count)s certificate", "%(count)s certificates", own.certificates) % {"count": own.certificates}
    words = format_html('{}<span class="visually-hidden"> {}</span>', count, session.title)
    return own.survey, link(words, certificates_url) if own.certificates else ""


def came(attendances: Iterable[Attendance]) -> str:
    """Return the names of those who came, with how: 「高橋 陽子(オンライン)」."""
    present = (a for a in attendances if a.attended)
    return gettext(", ").join(
        pgettext("name with mode", "%(name)s (%(mode)s)") % {"name": a.person.name, "mode": Mode(a.actual_mode).label}
        for a in present
    )
