"""The list at the door and badges on paper, for a day without a network: A4, drawn by the worker."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext, override

from common import dates
from jobs.rendering import Progress, drawable, render_pdf
from programmes.enums import Mode, Registration
from programmes.models import Attendance, Session

from .door import door_number

STYLESHEET = Path(__file__).resolve().parent.parent / "assets" / "door.css"
LIST, BADGES = "list", "badges"
ON_A_PAGE = 8
# Characters of a name up to which a badge sets it large, and in the middle size.
LARGE, MIDDLE = 8, 16


@dataclass(frozen=True)
class Line:
    """One person as printed."""

    number: str
    name: str
    kana: str
    company: str
    mode: str
    note: str = ""

    @property
    def size(self) -> str:
        return "large" if len(self.name) <= LARGE else "middle" if len(self.name) <= MIDDLE else "small"


def lines(rows: Iterable[Attendance], *, kind: str, language: str) -> list[Line]:
    """Return whom the paper names. The list names everybody, badges are for those who are expected on site."""
    with override(language):
        return [_line(row) for row in rows if kind == LIST or _gets_badge(row)]


def _gets_badge(row: Attendance) -> bool:
    mode = row.actual_mode or row.planned_mode
    return mode == Mode.ONSITE and row.registration == Registration.REGISTERED and row.attended is not False


def _line(row: Attendance) -> Line:
    note = "" if row.registration == Registration.REGISTERED else str(row.get_registration_display())
    return Line(
        door_number(row.pk),
        drawable(row.person.name),
        drawable(row.person.name_kana),
        drawable(row.company.name),
        str(Mode(row.actual_mode or row.planned_mode).label),
        note,
    )


def papers_pdf(
    session: Session, people: list[Line], *, kind: str, language: str, progress: Progress | None = None
) -> bytes:
    """Return the list, or badges eight to a page, as PDF in a language."""
    with override(language):
        starts, ends = session.starts_at, session.ends_at
        context = {
            "language": language,
            "title": f"{drawable(session.title)} – {gettext('Door')}",
            "session": drawable(session.title),
            "when": dates.date_and_times(starts, ends),
            "venue": drawable(session.venue),
            "people": people,
            "pages": [people[at : at + ON_A_PAGE] for at in range(0, len(people), ON_A_PAGE)],
            "printed": gettext("Printed %(at)s") % {"at": dates.date_and_time(timezone.now())},
        }
        html = render_to_string(f"programmes/document/door_{kind}.html", context)
    return render_pdf(html, stylesheets=[STYLESHEET.read_text(encoding="utf-8")], progress=progress)


def paper_name(session: Session, *, kind: str, language: str) -> str:
    with override(language):
        words = gettext("List at the door") if kind == LIST else gettext("Badges")
        return f"{words} {session.code}.pdf"
