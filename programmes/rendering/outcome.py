"""What came of a session, as the report prints it, and the rows behind every figure."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, pgettext

from common import dates
from common.components import Cell, Chip, Column, Figure, Table, badge, link
from programmes.enums import Mode
from programmes.models import Attendance, Session
from programmes.queries.outcome import COMPANIES, PRESENT, ROWS, Outcome

from .programme import companies_unit, people_unit


def names() -> dict[str, str]:
    """What the rows behind each figure are called."""
    return {
        PRESENT: gettext("Took part"),
        "onsite": str(Mode.ONSITE.label),
        "online": str(Mode.ONLINE.label),
        "late": gettext("Came late"),
        "left_early": gettext("Left early"),
        "other_mode": gettext("Otherwise than planned"),
        "missed": gettext("Absent"),
        "apologised": gettext("Apology"),
        "cancelled": gettext("Withdrawn"),
        "waiting": gettext("On the waiting list"),
        "unknown": gettext("Not known yet"),
    }


def outcome_figures(outcome: Outcome) -> list[Figure]:
    """The figures of the report; each leads to its rows."""
    rows = outcome.rows
    return [
        Figure(label=gettext("Took part"), value=outcome.people, unit=people_unit(outcome.people), url=_show(PRESENT)),
        Figure(
            label=gettext("Companies"),
            value=outcome.companies,
            unit=companies_unit(outcome.companies),
            url=_show(COMPANIES),
        ),
        Figure(label=gettext("On site"), value=rows["onsite"], unit=people_unit(rows["onsite"]), url=_show("onsite")),
        Figure(label=gettext("Online"), value=rows["online"], unit=people_unit(rows["online"]), url=_show("online")),
    ]


def _show(name: str) -> str:
    return f"?show={name}#rows"


def outcome_chips(outcome: Outcome, *, chosen: str) -> list[Chip]:
    """The other rows of a session, each heap with its size; empty heaps are left out."""
    return [
        Chip(
            label=label,
            url="?#rows" if name == chosen else _show(name),
            active=name == chosen,
            value=label if name == chosen else "",
            count=outcome.rows[name],
        )
        for name, label in names().items()
        if outcome.rows[name] or name == chosen
    ]


def rows_title(chosen: str) -> str:
    if chosen == COMPANIES:
        return gettext("Companies who took part")
    return names().get(chosen, gettext("Everybody on the list"))


def is_known(chosen: str) -> bool:
    return chosen in ROWS or chosen == COMPANIES


def outcome_table(rows: Iterable[Attendance], *, session: Session, title: str) -> Table:
    """The people behind a figure: as planned and as it came, and why where somebody decided by hand.

    Each name leads to where it is corrected, and stands above the company. Times and minutes are left out where nobody of
    the page has any, so that the table fits the tablet at the door.
    """
    rows = list(rows)
    has_times, has_minutes = any(row.arrived_at for row in rows), any(row.minutes_online is not None for row in rows)
    columns = [
        (Column(label=gettext("Name")), True),
        (Column(label=gettext("Planned")), True),
        (Column(label=gettext("Attendance")), True),
        (Column(label=gettext("Arrived")), has_times),
        (Column(label=gettext("Minutes online"), numeric=True), has_minutes),
        (Column(label=gettext("Where it comes from")), True),
    ]
    return Table(
        caption=title,
        columns=[column for column, is_shown in columns if is_shown],
        rows=[
            tuple(cell for cell, (_column, is_shown) in zip(_row(row, session), columns, strict=True) if is_shown)
            for row in rows
        ],
    )


def _row(row: Attendance, session: Session) -> tuple:
    address = reverse("programmes:correct_attendance", args=[session.programme_id, session.pk, row.pk])
    words = format_html('<span class="visually-hidden">{} </span>{}', gettext("Correct"), row.person.name)
    return (
        format_html('<div>{}<div class="quiet">{}</div></div>', link(words, address), row.company.name),
        Cell(Mode(row.planned_mode).label, "nowrap"),
        standing(row),
        dates.clock(row.arrived_at) if row.arrived_at else None,
        row.minutes_online,
        f"{row.get_source_display()} · {row.note}" if row.note else row.get_source_display(),
    )


def standing(row: Attendance) -> SafeString:
    """Return everything that is said of somebody: came late and left early are both said where both hold."""
    if not row.attended:
        return badge(row.standing)
    keys = [key for key, holds in (("came_late", row.is_late), ("left_early", row.left_early)) if holds]
    mode = str(Mode(row.actual_mode).label)
    return format_html_join(" ", "{}", ((part,) for part in [badge("attended", detail=mode), *map(badge, keys)]))


def companies_table(companies: Iterable[dict]) -> Table:
    return Table(
        caption=gettext("Companies who took part"),
        columns=[
            Column(label=gettext("Company")),
            Column(label=pgettext("how many", "People"), numeric=True),
            Column(label=gettext("On site"), numeric=True),
            Column(label=gettext("Online"), numeric=True),
        ],
        rows=[
            (
                link(_name(each), reverse("dashboards:company", args=[each["company_id"]])),
                each["people"],
                each["onsite"],
                each["online"],
            )
            for each in companies
        ],
    )


def _name(each: dict) -> str:
    own, other = ("ja", "en") if (get_language() or "ja").startswith("ja") else ("en", "ja")
    return each[f"company__name_{own}"] or each[f"company__name_{other}"]


def printed_line(session: Session, outcome: Outcome) -> str:
    """Return the figures in one line, as the report says them: 「22名・16社(会場13名、オンライン9名)」."""
    return pgettext("outcome", "%(people)s %(pu)s, %(companies)s %(cu)s (on site %(onsite)s, online %(online)s)") % {
        "people": outcome.people,
        "pu": people_unit(outcome.people),
        "companies": outcome.companies,
        "cu": companies_unit(outcome.companies),
        "onsite": outcome.rows["onsite"],
        "online": outcome.rows["online"],
    }
