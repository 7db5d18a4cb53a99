"""Questions about what the secretariat says to all, and whom it reaches."""

from datetime import date
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from accounts.models import User
from companies.models import Membership
from programmes.enums import NoticeAudience
from programmes.models import Enrolment, Notice, NoticeRead, Programme, Seat

KIND = "programmes.notice"


def notices(user, programme: Programme) -> QuerySet[Notice]:
    """The notices of a programme that the person may see, the newest first, with whether they have read each."""
    return with_own_reading(Notice.objects.visible_to(user).filter(programme=programme), user)


def with_own_reading(found: QuerySet[Notice], user) -> QuerySet[Notice]:
    own = NoticeRead.objects.filter(notice=OuterRef("pk"), user_id=user.pk)
    return found.annotate(is_read=Exists(own)).order_by("-visible_from", "-created_at", "pk")


def unread_notices(user, programme_ids, *, today: date) -> QuerySet[Notice]:
    """What is shown to the person at present and they have not said to have read: for their home."""
    found = Notice.objects.visible_to(user).filter(programme__in=programme_ids).shown_on(today)
    return with_own_reading(found, user).filter(is_read=False).select_related("programme")


def with_reads(found: QuerySet[Notice]) -> QuerySet[Notice]:
    """Add how many people said that they have read it; for the secretariat."""
    return found.annotate(read_count=Count("reads", distinct=True))


def reached(programme: Programme, audience: str, *, today: date) -> QuerySet[User]:
    """The accounts that a notice is for: who acts for a company that takes part, and who has a seat as an adviser."""
    enrolled = Enrolment.objects.filter(programme=programme).as_of(today).values("company_id")
    members = Membership.objects.current().filter(company__in=enrolled, person__user__isnull=False)
    advisers = Seat.objects.current().advising().filter(programme=programme, user__isnull=False)
    wanted = Q(pk__in=[])
    if audience in (NoticeAudience.COMPANIES, NoticeAudience.ALL):
        wanted |= Q(pk__in=members.values("person__user_id"))
    if audience in (NoticeAudience.ADVISERS, NoticeAudience.ALL):
        wanted |= Q(pk__in=advisers.values("user_id"))
    return User.objects.filter(wanted, is_active=True).order_by("pk")


def reached_counts(programme: Programme, *, today: date) -> dict[str, int]:
    """Return how many accounts each audience is."""
    return {audience: reached(programme, audience, today=today).count() for audience in NoticeAudience.values}


def notice_of(user, notice_id: UUID) -> Notice | None:
    return Notice.objects.visible_to(user).select_related("programme").filter(pk=notice_id).first()
