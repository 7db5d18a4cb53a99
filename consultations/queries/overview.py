"""Questions for the secretariat: which company had which consultation, who has none, how much each adviser gives. No content."""

import datetime
from collections.abc import Iterable
from uuid import UUID

from django.db.models import Count, ExpressionWrapper, F, Max, OuterRef, Q, QuerySet, Subquery, Sum, fields
from django.db.models.functions import Coalesce, TruncMonth
from django.utils import timezone

from consultations.enums import State
from consultations.models import Consultation
from programmes.models import Assignment, Enrolment, Programme, Seat
from programmes.queries import assigned_advisers

NONE, SECOND, OVERDUE, UNASSIGNED = "none", "next", "overdue", "unassigned"
SHOWS = (NONE, SECOND, OVERDUE, UNASSIGNED)
"""What of the overview may be asked for: companies without any consultation, with some of their entitlement to be booked,
with one that nobody recorded, and without an adviser."""

# What takes a place in the order of a company's consultations: whatever was not cancelled in time.
_COUNTED = Q(consultations__isnull=False) & ~Q(consultations__state=State.CANCELLED)


def with_rounds(enrolments: QuerySet[Enrolment], *, now: datetime.datetime, day: datetime.date) -> QuerySet[Enrolment]:
    """Add how many consultations each has (`counted`), whether one waits to be recorded, and its advisers on `day`."""
    overdue = Q(consultations__state=State.BOOKED, consultations__ends_at__lt=now)
    return enrolments.select_related("company").annotate(
        counted=Count("consultations", filter=_COUNTED),
        overdue=Count("consultations", filter=overdue),
        advisers=assigned_advisers(day),
    )


def condition(show: str, *, each: int) -> Q:
    """Return which of these enrolments are shown; all of them where nothing known is asked for."""
    return {
        NONE: Q(counted=0),
        SECOND: Q(counted__lt=each),
        OVERDUE: Q(overdue__gt=0),
        UNASSIGNED: Q(advisers=[]),
    }.get(show, Q())


def overview_counts(enrolments: QuerySet[Enrolment], *, each: int) -> dict[str, int]:
    """Count the enrolments of `with_rounds` for each choice, and all of them; one statement."""
    conditions = {show: condition(show, each=each) for show in SHOWS}
    counts = {f"of_{name}": Count("pk", filter=which) for name, which in conditions.items()}
    found = enrolments.order_by().aggregate(of_all=Count("pk"), **counts)
    return {name.removeprefix("of_"): number for name, number in found.items()}


def most_rounds(user, programme: Programme) -> int:
    """Return how many consultations the company with the most has; at least what the programme grants each."""
    counted = Consultation.objects.visible_to(user).filter(programme=programme).exclude(state=State.CANCELLED)
    rows = counted.order_by().values("enrolment").annotate(number=Count("pk"))
    return max(programme.consultations_per_company, rows.aggregate(most=Max("number"))["most"] or 0)


def rounds_of(user, enrolment_ids: Iterable[UUID]) -> dict[UUID, list[Consultation]]:
    """Return the consultations of enrolments in the order of their times, those cancelled in time left out; one statement."""
    found = Consultation.objects.visible_to(user).filter(enrolment__in=list(enrolment_ids))
    rounds: dict[UUID, list[Consultation]] = {}
    for each in found.exclude(state=State.CANCELLED).select_related("adviser").order_by("starts_at", "pk"):
        rounds.setdefault(each.enrolment_id, []).append(each)
    return rounds


def adviser_load(user, programme: Programme, *, now: datetime.datetime, day: datetime.date) -> QuerySet[Seat]:
    """Return the advisers of a programme with what they have: companies on `day`, consultations ahead and held, time given."""
    companies = Assignment.objects.on(day).filter(adviser=OuterRef("pk")).order_by().values("adviser")
    own = Q(consultations__programme=programme)
    held = own & Q(consultations__state=State.HELD)
    length = F("consultations__ends_at") - F("consultations__starts_at")
    return (
        Seat.objects.visible_to(user)
        .advising()
        .filter(programme=programme)
        .annotate(
            companies=Coalesce(Subquery(companies.annotate(number=Count("pk")).values("number")), 0),
            held=Count("consultations", filter=held),
            ahead=Count(
                "consultations", filter=own & Q(consultations__state=State.BOOKED, consultations__ends_at__gte=now)
            ),
            overdue=Count(
                "consultations", filter=own & Q(consultations__state=State.BOOKED, consultations__ends_at__lt=now)
            ),
            given=Sum(ExpressionWrapper(length, output_field=fields.DurationField()), filter=held),
        )
        .order_by("name_kana", "name_ja", "pk")
    )


def hours(user, programme: Programme, *, since: datetime.date | None, until: datetime.date | None) -> QuerySet:
    """Return for each adviser and month how many consultations were held and how long, and how many the company let fall.

    For the payment of advisers: rows of adviser's names, `month`, `held`, `given`, `missed`, `cancelled_late`; both
    days included, Asia/Tokyo.
    """
    zone = timezone.get_default_timezone()
    length = ExpressionWrapper(F("ends_at") - F("starts_at"), output_field=fields.DurationField())
    return (
        paid(user, programme, since=since, until=until)
        .annotate(month=TruncMonth("starts_at", tzinfo=zone))
        .order_by()
        .values("adviser_id", "adviser__name_ja", "adviser__name_en", "adviser__name_kana", "month")
        .annotate(
            held=Count("pk", filter=Q(state=State.HELD)),
            given=Sum(length, filter=Q(state=State.HELD)),
            missed=Count("pk", filter=Q(state=State.MISSED)),
            late=Count("pk", filter=Q(state=State.CANCELLED_LATE)),
        )
        .order_by("adviser__name_kana", "adviser_id", "month")
    )


def paid(user, programme: Programme, *, since: datetime.date | None, until: datetime.date | None) -> QuerySet:
    """Return the consultations behind the hours: those that were held, and those that the company let fall."""
    found = Consultation.objects.visible_to(user).filter(
        programme=programme, state__in=(State.HELD, State.MISSED, State.CANCELLED_LATE)
    )
    if since:
        found = found.filter(starts_at__gte=_midnight(since))
    if until:
        found = found.filter(starts_at__lt=_midnight(until + datetime.timedelta(days=1)))
    return found


def _midnight(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time.min))
