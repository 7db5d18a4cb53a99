"""Questions about a company."""

from django.db.models import OuterRef, QuerySet, Subquery

from .models import Company, Membership, Person, ProfileChange


def people(user, company: Company) -> QuerySet[Person]:
    """The company's people, each with `rights`: manager, staff, or None for those who cannot act for it."""
    rights = Membership.objects.current().filter(person=OuterRef("pk")).values("role")[:1]
    return Person.objects.visible_to(user).filter(company=company).annotate(rights=Subquery(rights))


def profile_changes(user, company: Company) -> QuerySet[ProfileChange]:
    """What was changed in the company's profile, the latest first, with who did it."""
    return ProfileChange.objects.visible_to(user).filter(company=company).select_related("author")
