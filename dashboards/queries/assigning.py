"""Questions for assigning: what each adviser has to do, and what would be left when one goes."""

from datetime import date, datetime

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from consultations.enums import State
from consultations.models import Absence, Consultation
from consultations.queries import with_unassigned
from consultations.queries.overview import adviser_load
from policies.models import Submission
from programmes.models import Assignment, Conflict, Programme, Seat


def _counted(rows: QuerySet) -> Coalesce:
    return Coalesce(Subquery(rows.order_by().values("for_seat").annotate(n=Count("pk")).values("n")), 0)


def load(user, programme: Programme, *, now: datetime, day: date) -> QuerySet[Seat]:
    """Advisers with companies, consultations ahead and held, texts that wait for their review, and declared conflicts."""
    waiting = Submission.objects.waiting().filter(adviser=OuterRef("pk")).values(for_seat=OuterRef("pk"))
    conflicts = Conflict.objects.standing().filter(seat=OuterRef("pk")).values(for_seat=OuterRef("pk"))
    found = adviser_load(user, programme, now=now, day=day).current()
    return found.annotate(reviews=_counted(waiting), conflicts_declared=_counted(conflicts))


def left_over(assignment: Assignment, *, now: datetime) -> dict[str, int]:
    """Count what hangs on an adviser's time with a company: booked consultations ahead, and texts to review."""
    booked = Consultation.objects.filter(
        enrolment=assignment.enrolment_id, adviser=assignment.adviser_id, state=State.BOOKED, ends_at__gte=now
    )
    waiting = Submission.objects.waiting().filter(
        adviser=assignment.adviser_id, company=assignment.company_id, programme=assignment.programme_id
    )
    return {"booked": booked.count(), "reviews": waiting.count()}


def absences(user, programme: Programme) -> QuerySet[Absence]:
    """Absences for which somebody stands in, each with the companies to which the stand-in is still to be assigned."""
    found = Absence.objects.visible_to(user).filter(programme=programme, stand_in__isnull=False)
    return with_unassigned(found).select_related("seat", "stand_in")
