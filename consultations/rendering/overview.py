"""The secretariat's overview of consultations as prepared tables, and as sheets for Excel."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter

from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, ngettext, pgettext

from common import dates
from common.components import Cell, Chip, Column, Table, Task, link, with_query
from consultations.enums import State
from consultations.models import Absence, Consultation
from consultations.queries.overview import NONE, OVERDUE, SECOND, UNASSIGNED
from programmes.models import Enrolment, Seat

from .cards import state_badge

# A cell that begins with one of these is a formula to a spreadsheet.
FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def round_title(number: int) -> str:
    return pgettext("ordinal of a consultation", "Consultation %(number)s") % {"number": number}


def chips(counts: Mapping[str, int], *, show: str, query) -> list[Chip]:
    words = {
        "": gettext("All"),
        NONE: gettext("Without any consultation"),
        SECOND: gettext("Not all booked yet"),
        OVERDUE: gettext("Not recorded whether held"),
        UNASSIGNED: gettext("Without an adviser"),
    }
    return [
        Chip(
            label=label,
            url=with_query(query, show=key or None, page=None),
            active=show == key,
            count=counts[key or "all"],
        )
        for key, label in words.items()
    ]


def overview_table(
    enrolments: Iterable[Enrolment],
    rounds: Mapping,
    *,
    most: int,
    now: datetime,
    query,
    sort: str,
) -> Table:
    """Return companies by rounds: state, day and adviser of each; empty where there is none yet."""
    columns = [Column(label=gettext("Company"), sort="name"), Column(label=gettext("Assigned adviser"))]
    columns += [Column(label=round_title(number)) for number in range(1, most + 1)]
    rows = []
    for enrolment in enrolments:
        own = rounds.get(enrolment.pk, [])
        cells = [_round(own[number], now=now) if number < len(own) else None for number in range(most)]
        company = link(enrolment.company.name, reverse("consultations:company", args=[enrolment.company_id]))
        rows.append((company, names(enrolment.advisers), *cells))
    return Table(
        caption=gettext("Companies and their consultations"), columns=columns, rows=rows, query=query, sort=sort
    )


def names(advisers: Iterable[Mapping[str, str]]) -> str:
    own, other = ("name_ja", "name_en") if (get_language() or "ja").startswith("ja") else ("name_en", "name_ja")
    return pgettext("list", ", ").join(one[own] or one[other] for one in advisers)


def _round(consultation: Consultation, *, now: datetime) -> SafeString:
    day = dates.short_date(timezone.localdate(consultation.starts_at))
    return format_html("{} {}<br><small>{}</small>", state_badge(consultation, now=now), day, consultation.adviser.name)


def stand_in_tasks(absences: Iterable[Absence]) -> list[Task]:
    """Return absences whose stand-in cannot be booked yet, each with the way to the page that assigns them."""
    return [
        Task(
            title=gettext("%(stand_in)s stands in for %(adviser)s")
            % {"stand_in": absence.stand_in.name, "adviser": absence.seat.name},
            status="open",
            url=reverse("dashboards:stand_in", args=[absence.programme_id, absence.pk]),
            hint=f"{_absent(absence)} · {_to_be_assigned(absence)}",
        )
        for absence in absences
    ]


def _absent(absence: Absence) -> str:
    days = {"first": dates.long_date(absence.starts_on), "last": dates.long_date(absence.ends_on)}
    return gettext("%(first)s to %(last)s") % days


def _to_be_assigned(absence: Absence) -> str:
    return gettext("To be assigned to: %(companies)s") % {"companies": names(absence.unassigned)}


def load_table(seats: Iterable[Seat]) -> Table:
    """Return how much each adviser has and gave."""
    return Table(
        caption=gettext("Advisers"),
        columns=[
            Column(label=gettext("Adviser")),
            Column(label=gettext("Companies"), numeric=True),
            Column(label=gettext("Booked"), numeric=True),
            Column(label=gettext("Held"), numeric=True),
            Column(label=gettext("Not recorded"), numeric=True),
            Column(label=gettext("Time given"), numeric=True),
        ],
        rows=[
            (seat.name, seat.companies, seat.ahead, seat.held, seat.overdue, Cell(time_given(seat.given), "nowrap"))
            for seat in seats
        ],
    )


def time_given(given: timedelta | None) -> str:
    """Return a length in hours, with halves and quarters: consultations last full quarters."""
    hours = in_hours(given)
    return ngettext("%(hours)s hour", "%(hours)s hours", 1 if hours == 1 else 2) % {"hours": f"{hours:g}"}


def in_hours(given: timedelta | None) -> float:
    return round((given or timedelta()).total_seconds() / 3600, 2)


# --- Sheets ----------------------------------------------------------------------------------------------------------------


def overview_csv(enrolments: Iterable[Enrolment], rounds: Mapping, *, most: int, now: datetime) -> str:
    """Return the filtered overview, a line a company and three columns a round."""
    head = [gettext("Company code"), gettext("Company"), gettext("Assigned adviser")]
    for number in range(1, most + 1):
        title = round_title(number)
        head += [f"{title} {word}" for word in (gettext("State"), gettext("Date and time"), gettext("Adviser"))]
    lines = [head]
    for enrolment in enrolments:
        own = rounds.get(enrolment.pk, [])
        line = [enrolment.code, enrolment.company.name, names(enrolment.advisers)]
        for number in range(most):
            line += _cells(own[number], now=now) if number < len(own) else ["", "", ""]
        lines.append(line)
    return _sheet(lines)


def _cells(consultation: Consultation, *, now: datetime) -> list[str]:
    state = str(State(consultation.state).label)
    if consultation.state == State.BOOKED and consultation.ends_at < now:
        state = gettext("Not recorded whether held")
    at = timezone.localtime(consultation.starts_at)
    return [state, f"{at:%Y-%m-%d %H:%M}", consultation.adviser.name]


def hours_heads() -> list[str]:
    return [
        gettext("Adviser"),
        gettext("Month"),
        gettext("Held"),
        gettext("Hours"),
        gettext("Company did not come"),
        gettext("Cancelled too late"),
    ]


def hours_lines(rows: Iterable[Mapping]) -> Iterator[list]:
    """Return what each adviser gave in each month, with the sum of each adviser after their months."""
    for _adviser, months in groupby(rows, key=itemgetter("adviser_id")):
        sums = [0, 0, 0, 0]
        for row in months:
            name = names([{"name_ja": row["adviser__name_ja"], "name_en": row["adviser__name_en"]}])
            values = [row["held"], in_hours(row["given"]), row["missed"], row["late"]]
            yield [name, f"{timezone.localtime(row['month']):%Y-%m}", *values]
            sums = [round(a + b, 2) for a, b in zip(sums, values, strict=True)]
        yield [name, gettext("Total"), *sums]


def hours_csv(rows: Iterable[Mapping]) -> str:
    """Return the hours of advisers as CSV."""
    return _sheet([hours_heads(), *hours_lines(rows)])


def _sheet(lines: Iterable[list]) -> str:
    """Return lines as CSV for Excel: byte order mark, CRLF, and no cell that would be taken for a formula."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerows([[_safe(value) for value in line] for line in lines])
    return f"\ufeff{buffer.getvalue()}"


def _safe(value) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULAS) else value
