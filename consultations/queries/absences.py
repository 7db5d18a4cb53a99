"""Which stand-ins cannot be booked yet, because nobody assigned them to the companies of whom they stand in for."""

from datetime import date

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject

from consultations.models import Absence
from programmes.models import Assignment, Programme


def _overlapping(first, last) -> Q:
    return Q(starts_on__lte=last) & (Q(ends_on__isnull=True) | Q(ends_on__gte=first))


def with_unassigned(absences: QuerySet[Absence]) -> QuerySet[Absence]:
    """Add `unassigned`: names of the absent adviser's companies to which the stand-in is not assigned in these days."""
    outer = OuterRef(OuterRef("starts_on")), OuterRef(OuterRef("ends_on"))
    covered = Assignment.objects.filter(
        _overlapping(*outer), adviser=OuterRef(OuterRef("stand_in")), enrolment=OuterRef("enrolment")
    )
    own = Assignment.objects.filter(_overlapping(OuterRef("starts_on"), OuterRef("ends_on")), adviser=OuterRef("seat"))
    missing = own.filter(~Exists(covered)).order_by("enrolment_id").distinct("enrolment_id")
    names = JSONObject(name_ja=F("company__name_ja"), name_en=F("company__name_en"))
    return absences.annotate(unassigned=ArraySubquery(missing.values(json=names)))


def waiting_stand_ins(user, programme: Programme, *, day: date) -> list[Absence]:
    """Return absences that are not over whose stand-in is still to be assigned to somebody; one statement."""
    absences = Absence.objects.visible_to(user).filter(
        programme=programme, ends_on__gte=day, stand_in__isnull=False, seat__ended_at__isnull=True
    )
    found = with_unassigned(absences).select_related("seat", "stand_in").order_by("starts_on", "pk")
    return [absence for absence in found if absence.unassigned]
