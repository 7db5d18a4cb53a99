"""Questions about who advises whom: of one company, of one adviser, and who may not."""

from datetime import date
from uuid import UUID

from django.db.models import BooleanField, Case, Exists, OuterRef, Q, QuerySet, Value, When

from programmes.models import Assignment, Conflict, Enrolment, Programme, Seat


def advisers(user, programme: Programme) -> QuerySet[Seat]:
    """The advisers who can be assigned."""
    return Seat.objects.visible_to(user).filter(programme=programme).current().advising()


def advisers_for(user, enrolment: Enrolment) -> QuerySet[Seat]:
    """The advisers of the programme without those in conflict with the company."""
    barred = Conflict.objects.standing().filter(company=enrolment.company_id, seat=OuterRef("pk"))
    return advisers(user, enrolment.programme).filter(~Exists(barred)).order_by("name_kana", "email")


def barred_advisers(user, enrolment: Enrolment) -> QuerySet[Conflict]:
    """Who may not advise the company, and why."""
    conflicts = Conflict.objects.visible_to(user).standing().filter(company=enrolment.company_id)
    return conflicts.filter(programme=enrolment.programme_id, seat__ended_at__isnull=True).select_related("seat")


def assignments(user, programme: Programme, *, day: date) -> QuerySet[Assignment]:
    """Every assignment with `is_conflicted` and `holds`; those of today first, then those to come, then the past."""
    conflict = Conflict.objects.standing().filter(seat=OuterRef("adviser"), company=OuterRef("company"))
    holds = Q(starts_on__lte=day) & (Q(ends_on__isnull=True) | Q(ends_on__gte=day))
    return (
        Assignment.objects.visible_to(user)
        .filter(programme=programme)
        .select_related("adviser", "company", "enrolment")
        .annotate(
            is_conflicted=Exists(conflict),
            holds=Case(When(holds, then=Value(True)), default=Value(False), output_field=BooleanField()),
        )
    )


def in_conflict(user, programme: Programme, *, day: date) -> QuerySet[Assignment]:
    """Assignments that hold or are to come although the adviser declared a conflict of interest meanwhile."""
    lasting = Q(ends_on__isnull=True) | Q(ends_on__gte=day)
    return assignments(user, programme, day=day).filter(lasting, is_conflicted=True).order_by("starts_on", "pk")


def without_adviser(user, programme: Programme, *, day: date) -> QuerySet[Enrolment]:
    """Companies that take part on the day and have no adviser then or later."""
    lasting = Assignment.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day), enrolment=OuterRef("pk"))
    taking_part = Enrolment.objects.visible_to(user).filter(programme=programme).as_of(day)
    return taking_part.filter(~Exists(lasting)).select_related("company").order_by("company__name_kana", "code")


def conflicts_of(user, seat: Seat) -> QuerySet[Conflict]:
    """The adviser's standing conflicts of interest."""
    return Conflict.objects.visible_to(user).standing().filter(seat=seat).select_related("company")


def conflicted_companies(seat: Seat) -> QuerySet:
    """Ids of the companies that the adviser may not advise."""
    return Conflict.objects.standing().filter(seat=seat).values("company")


def overlapping_enrolments(seat_id: UUID, *, first: date, last: date) -> QuerySet:
    """Ids of the enrolments to which the adviser is assigned on some of the days."""
    within = Q(ends_on__isnull=True) | Q(ends_on__gte=first)
    return Assignment.objects.filter(within, adviser=seat_id, starts_on__lte=last).values("enrolment")
