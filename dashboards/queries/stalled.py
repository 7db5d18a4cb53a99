"""Companies that do not move: nothing was reached and no state changed for days. From dates alone, never from a text."""

from datetime import date, datetime, timedelta

from django.db.models import DateField, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Greatest, JSONObject

from consultations.models import Consultation
from policies.enums import State
from policies.models import Move
from policies.queries import present_state
from programmes.models import Charge, Enrolment, MilestoneDate, Programme
from programmes.queries import assigned_advisers

# After how many days without a move a company is listed; the second unless another is chosen.
DAYS = (14, 30, 60, 90)
USUAL = 30
# Whose policy stands so has arrived.
ARRIVED = (State.PUBLISHED, State.SUPERSEDED)


def stalled(user, programme: Programme, *, days: int, day: date, now: datetime) -> QuerySet[Enrolment]:
    """Return the companies that take part and have not moved for `days`, the longest still first.

    Each has `since` (the last milestone, move of the policy, or joining), `state`, `advisers`, `in_charge`, and
    `next_consultation`.
    """
    moved = Move.objects.filter(cycle__enrolment=OuterRef("pk"), moved_on__lte=day).order_by("-moved_on")
    reached = MilestoneDate.objects.as_of(day).filter(enrolment=OuterRef("pk")).order_by("-reached_on")
    booked = Consultation.objects.filter(enrolment=OuterRef("pk"), state="booked", starts_at__gt=now).order_by(
        "starts_at"
    )
    charge = Charge.objects.as_of(day).filter(enrolment=OuterRef("pk")).order_by("-recorded_at")
    since = Greatest(
        Subquery(moved.values("moved_on")[:1]),
        Subquery(reached.values("reached_on")[:1]),
        F("joined_on"),
        output_field=DateField(),
    )
    return (
        Enrolment.objects.visible_to(user)
        .filter(programme=programme)
        .as_of(day)
        .annotate(since=since, state=present_state())
        .filter(Q(state__isnull=True) | ~Q(state__in=ARRIVED), since__lte=day - timedelta(days=days))
        .annotate(
            advisers=assigned_advisers(day),
            in_charge=Subquery(
                charge.values(
                    json=JSONObject(name_ja=F("seat__name_ja"), name_en=F("seat__name_en"), email=F("seat__email"))
                )[:1]
            ),
            next_consultation=Subquery(booked.values("starts_at")[:1]),
        )
        .select_related("company")
        .order_by("since", "company__name_kana", "code", "pk")
    )
