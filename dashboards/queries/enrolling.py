"""What a company has in a programme that it leaves."""

from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from companies.models import Company
from consultations.enums import State
from consultations.models import Consultation
from programmes.enums import Registration
from programmes.models import Assignment, Attendance, Enrolment, Programme


def left_over(enrolment: Enrolment, *, now: datetime) -> dict[str, int]:
    """Count consultations booked, registrations for sessions to come, and assignments that last."""
    own = {"company": enrolment.company_id, "programme": enrolment.programme_id}
    lasting = Q(ends_on__isnull=True) | Q(ends_on__gte=timezone.localdate(now))
    listed = (Registration.REGISTERED, Registration.WAITING)
    ahead = Attendance.objects.filter(**own, session__starts_at__gt=now, registration__in=listed)
    return {
        "booked": Consultation.objects.filter(enrolment=enrolment, state=State.BOOKED, ends_at__gte=now).count(),
        "registered": ahead.count(),
        "advisers": Assignment.objects.filter(lasting, enrolment=enrolment).count(),
    }


def known_companies(user, programme: Programme) -> QuerySet[Company]:
    """Companies of the person's other programmes that do not take part in this one."""
    here = Enrolment.objects.filter(programme=programme).values("company")
    return Company.objects.visible_to(user).exclude(pk__in=here).order_by("name_kana", "name_ja", "pk")
