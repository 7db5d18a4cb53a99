"""Questions at the door: who is on the list, what changed since the last look, how many are there."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, Max, Q, QuerySet

from companies.models import Company
from programmes.enums import Mode, Registration
from programmes.models import Attendance, Enrolment, Session

# Rows that changed this long before the last look are shown again: what was under way then may have been committed after.
OVERLAP = timedelta(seconds=5)
PAPER_KIND = "programmes.door_paper"
"""The kind of job that prints the list at the door, or badges."""


@dataclass(frozen=True)
class Counts:
    """How many people are there, from how many companies, and who is still expected; by mode and in all."""

    people: int = 0
    companies: int = 0
    expected: int = 0
    onsite_people: int = 0
    onsite_companies: int = 0
    onsite_expected: int = 0
    online_people: int = 0
    online_companies: int = 0
    online_expected: int = 0
    away: int = 0


def door_counts(user, session: Session) -> Counts:
    """Count the rows of a session in one statement. A company with people on site and online is one company in all."""
    came, coming = Q(attended=True), Q(attended__isnull=True, registration=Registration.REGISTERED)
    figures = {
        "people": Count("pk", filter=came),
        "companies": Count("company_id", filter=came, distinct=True),
        "expected": Count("pk", filter=coming),
        "away": Count("pk", filter=Q(attended=False) | (~came & ~Q(registration=Registration.REGISTERED))),
    }
    for mode in Mode.values:
        figures |= {
            f"{mode}_people": Count("pk", filter=came & Q(actual_mode=mode)),
            f"{mode}_companies": Count("company_id", filter=came & Q(actual_mode=mode), distinct=True),
            f"{mode}_expected": Count("pk", filter=coming & Q(planned_mode=mode)),
        }
    return Counts(**Attendance.objects.visible_to(user).filter(session=session).aggregate(**figures))


def door_rows(user, session: Session, *, since: datetime | None = None) -> QuerySet[Attendance]:
    """The list in the order of the kana, or what of it changed since a look."""
    rows = Attendance.objects.visible_to(user).filter(session=session).select_related("company", "person")
    if since is not None:
        rows = rows.filter(changed_at__gt=since - OVERLAP)
    return rows.order_by("person__name_kana", "person__name_ja", "person__name_en", "pk")


def last_change(user, session: Session) -> datetime | None:
    """When anything of the list changed last, by the clock of the database."""
    return Attendance.objects.visible_to(user).filter(session=session).aggregate(last=Max("changed_at"))["last"]


def companies_taking_part(user, session: Session, *, on) -> QuerySet[Company]:
    """Companies whose people may come: those that take part in the programme on the day of the session."""
    enrolled = Enrolment.objects.visible_to(user).filter(programme=session.programme_id).as_of(on)
    return Company.objects.visible_to(user).filter(pk__in=enrolled.values("company"))


def over_capacity(user, session: Session, mode: str) -> int:
    """Return by how many more people than places somebody has a place or is there in a mode; 0 where there is room."""
    capacity = session.capacity(mode)
    if capacity is None:
        return 0
    held = Q(attended=True, actual_mode=mode) | Q(
        attended__isnull=True, registration=Registration.REGISTERED, planned_mode=mode
    )
    return max(0, Attendance.objects.visible_to(user).filter(held, session=session).count() - capacity)


def own_attendance(user, session: Session) -> Attendance | None:
    """The row of a session that is the person's own, through their account."""
    rows = Attendance.objects.visible_to(user).filter(session=session, person__user_id=user.pk)
    return rows.select_related("company", "person").order_by(F("attended").desc(nulls_last=True), "pk").first()
