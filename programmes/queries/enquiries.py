"""Questions about enquiries: of a company, and what waits in a programme."""

from django.db.models import Count, Q, QuerySet

from companies.models import Company
from programmes.models import Enquiry, EnquiryPost, Enrolment, Programme

SHOWS = ("open", "answered", "closed")


def enquiries_of(user, company: Company) -> QuerySet[Enquiry]:
    """A company's enquiries, the last word first."""
    found = Enquiry.objects.visible_to(user).filter(company=company)
    return found.select_related("company", "programme", "asked_by").order_by("-said_at", "pk")


def enquiries(user, programme: Programme, *, show: str = "") -> QuerySet[Enquiry]:
    """The enquiries of a programme: those that wait, the longest first; others by their last word."""
    found = Enquiry.objects.visible_to(user).filter(programme=programme).select_related("company", "asked_by")
    narrowed = {"open": found.waiting, "answered": found.answered, "closed": found.closed}
    if show in narrowed:
        found = narrowed[show]()
    return found.order_by("said_at" if show == "open" else "-said_at", "pk")


def enquiry_counts(user, programme: Programme) -> dict[str, int]:
    """Count a programme's enquiries by where they stand, in one statement."""
    ended = Q(closed_at__isnull=False)
    return (
        Enquiry.objects.visible_to(user)
        .filter(programme=programme)
        .aggregate(
            all=Count("pk"),
            open=Count("pk", filter=~ended & Q(is_answered=False)),
            answered=Count("pk", filter=~ended & Q(is_answered=True)),
            closed=Count("pk", filter=ended),
        )
    )


def posts_of(user, enquiry: Enquiry) -> QuerySet[EnquiryPost]:
    return (
        EnquiryPost.objects.visible_to(user).filter(enquiry=enquiry).select_related("author").order_by("said_at", "pk")
    )


def programmes_of(user, company: Company) -> list[Programme]:
    """Return the programmes whose secretariat a company can ask, the newest first."""
    enrolments = Enrolment.objects.visible_to(user).filter(company=company).select_related("programme")
    return [enrolment.programme for enrolment in enrolments.order_by("-programme__starts_on", "pk")]
