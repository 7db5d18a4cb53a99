"""What the programme of next year would be, read from this year's plan: nothing is written, everything can be changed."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from programmes.enums import MilestoneCode, SessionState
from programmes.models import Enrolment, MilestoneDate, MilestoneKind, Programme, Session

DAYS_OF_A_YEAR = 365.2425
_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
REACHED, NOT_REACHED = "reached", "open"
EVERYBODY, NOBODY = "all", "none"


def weeks_of(years: int) -> int:
    """By how many weeks a plan moves in so many years: the nearest whole number, so that weekdays stay."""
    return round(years * DAYS_OF_A_YEAR / 7)


def same_day_of_week(day: date, years: int = 1) -> date:
    """Return the same weekday of the same week, some years later."""
    return day + timedelta(weeks=weeks_of(years))


def same_place_of_year(day: date, years: int = 1) -> date:
    """Return where a bound of a period lies some years later.

    The first or last day of a month stays one, as a period of whole months is meant; any other keeps its weekday.
    """
    if day.day == 1:
        return day.replace(year=day.year + years)
    if (day + timedelta(days=1)).day == 1:
        following = (day + timedelta(days=1)).replace(day=1)
        return following.replace(year=following.year + years) - timedelta(days=1)
    return same_day_of_week(day, years)


def next_name(name: str, year: int, *, otherwise: str) -> str:
    """Return a name with its year raised by one; a name without the year gets `otherwise` behind it."""
    if not name:
        return ""
    for before, after in (
        (str(year), str(year + 1)),
        (str(year).translate(_FULL_WIDTH), str(year + 1).translate(_FULL_WIDTH)),
    ):
        raised, count = re.subn(rf"(?<!\d){before}(?!\d)", after, name)
        if count:
            return raised[:200]
    return f"{name[: 200 - len(otherwise)]}{otherwise}"


def next_code(code: str, year: int) -> str:
    raised, count = re.subn(rf"(?<!\d){year}(?!\d)", str(year + 1), code)
    return raised if count else f"{code[:43]}-fy{year + 1}"


def next_values(source: Programme) -> dict:
    """Return the columns of the next programme as they are proposed."""
    year = source.fiscal_year
    values = {
        name: getattr(source, name)
        for name in (
            "theme_ja",
            "theme_en",
            "target_ja",
            "target_en",
            "consultations_per_company",
            "consultation_minutes",
        )
    }
    days = ("starts_on", "ends_on", "target_due_on", "consultations_start_on", "consultations_end_on")
    for name in days:
        day = getattr(source, name)
        values[name] = same_place_of_year(day) if day else None
    for name in ("target_ja", "target_en"):
        values[name] = re.sub(rf"(?<!\d){year}(?!\d)", str(year + 1), values[name])
    return values | {
        "code": next_code(source.code, year),
        "fiscal_year": year + 1,
        "name_ja": next_name(source.name_ja, year, otherwise=f" {year + 1}年度"),
        "name_en": next_name(source.name_en, year, otherwise=f" FY{year + 1}"),
    }


@dataclass(frozen=True)
class ProposedSession:
    session: Session
    held_on: date


@dataclass(frozen=True)
class ProposedMilestone:
    kind: MilestoneKind
    due_on: date | None


def proposed_sessions(user, source: Programme) -> list[ProposedSession]:
    """Sessions that were not cancelled, each on the same weekday of the same week."""
    sessions = Session.objects.visible_to(user).filter(programme=source).exclude(state=SessionState.CANCELLED)
    return [
        ProposedSession(session, same_day_of_week(timezone.localdate(session.starts_at)))
        for session in sessions.order_by("starts_at", "pk")
    ]


def proposed_milestones(user, source: Programme) -> list[ProposedMilestone]:
    """Milestones with their days. Those of sessions are left out: a session is counted once it is published."""
    kinds = MilestoneKind.objects.visible_to(user).filter(programme=source).exclude(source=MilestoneCode.SESSION)
    return [ProposedMilestone(kind, same_place_of_year(kind.due_on) if kind.due_on else None) for kind in kinds]


def candidates(user, source: Programme, *, which: str, day: date) -> QuerySet[Enrolment]:
    """The companies that can be carried on, narrowed by `which`.

    "all" is who takes part on `day`, "none" nobody, "reached:<code>" and "open:<code>" who has reached a milestone by
    it, or has not; any other word is nobody.
    """
    enrolments = Enrolment.objects.visible_to(user).filter(programme=source)
    present = enrolments.as_of(max(day, source.starts_on)).select_related("company")
    reached, _colon, code = which.partition(":")
    if which == EVERYBODY:
        return present
    dates = MilestoneDate.objects.as_of(day).filter(programme=source, kind__code=code)
    having = Q(pk__in=dates.order_by().values("enrolment_id"))
    if reached == REACHED:
        return present.filter(having)
    return present.filter(~having) if reached == NOT_REACHED else present.none()


def next_programme(user, source: Programme) -> Programme | None:
    """The programme that was made from this one, if the person may see it."""
    return Programme.objects.visible_to(user).filter(follows=source).first()


def left_out(enrolments: Iterable[Enrolment], company_ids: Iterable[UUID]) -> list[Enrolment]:
    """Return the enrolments without those of some companies."""
    without = set(company_ids)
    return [enrolment for enrolment in enrolments if enrolment.company_id not in without]
