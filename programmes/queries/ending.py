"""What is still open in a programme that is to be closed."""

from datetime import datetime

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext

from jobs.models import Job
from programmes.enums import SessionState
from programmes.models import Attendance, Enquiry, Mailing, Programme, Session, Survey
from programmes.signals import Unfinished, what_is_unfinished


def unfinished(user, programme: Programme, *, now: datetime) -> list[Unfinished]:
    """Return everything that is still open, as far as the person sees it, of all apps; a constant number of queries."""
    found = _own(user, programme, now)
    for _receiver, more in what_is_unfinished.send(sender=Programme, user=user, programme=programme, now=now):
        found += more
    return [each for each in found if each.count]


def _own(user, programme: Programme, now: datetime) -> list[Unfinished]:
    sessions = Session.objects.visible_to(user).filter(programme=programme)
    sessions_url = reverse("programmes:sessions", args=[programme.pk])
    published = sessions.filter(state=SessionState.PUBLISHED)
    unsaid = Attendance.objects.visible_to(user).filter(
        session__in=published.filter(ends_at__lte=now), attended__isnull=True, registration="registered"
    )
    mailings = Mailing.objects.visible_to(user).filter(programme=programme, called_off_at__isnull=True)
    letters = mailings.filter(Q(sent_at__isnull=True) | Q(job__state__in=Job.OPEN))
    jobs = open_jobs(programme)
    return [
        Unfinished(
            gettext("Sessions that are still drafts"), sessions.filter(state=SessionState.DRAFT).count(), sessions_url
        ),
        Unfinished(
            gettext("Sessions that are still to be held"), published.filter(ends_at__gt=now).count(), sessions_url
        ),
        Unfinished(
            gettext("Registrations of which nobody has said whether the person came"), unsaid.count(), sessions_url
        ),
        Unfinished(
            gettext("Surveys that can still be answered"),
            Survey.objects.filter(programme=programme, closes_at__gt=now).count(),
            sessions_url,
        ),
        Unfinished(
            gettext("Enquiries of companies without an answer"),
            Enquiry.objects.visible_to(user).waiting().filter(programme=programme).count(),
            reverse("programmes:enquiries", args=[programme.pk]),
        ),
        Unfinished(
            gettext("Letters that are not sent"), letters.count(), reverse("dashboards:mailings", args=[programme.pk])
        ),
        Unfinished(gettext("Work that is still being done in the background"), jobs.count(), ""),
    ]


def open_jobs(programme: Programme):
    """Jobs of the programme itself; those of a company are the company's, and what they write is refused."""
    return Job.objects.open().filter(programme_id=programme.pk, company_id__isnull=True)
