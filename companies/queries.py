"""Questions about a company."""

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from .models import Company, Membership, Person, ProfileChange


def people(user, company: Company) -> QuerySet[Person]:
    """Who is at the company, each with `rights`: manager, staff, or None for those who cannot act for it."""
    return everybody(user, company).staying()


def everybody(user, company: Company) -> QuerySet[Person]:
    """The company's people with those who left, each with `rights` and `sharing`: how many others have the address."""
    rights = Membership.objects.current().filter(person=OuterRef("pk")).values("role")[:1]
    others = Person.objects.staying().filter(company=OuterRef("company"), email__iexact=OuterRef("email"))
    sharing = others.exclude(pk=OuterRef("pk")).exclude(email="").order_by().values("company").annotate(n=Count("pk"))
    found = Person.objects.visible_to(user).filter(company=company)
    return found.annotate(rights=Subquery(rights), sharing=Coalesce(Subquery(sharing.values("n")), 0))


def profile_changes(user, company: Company) -> QuerySet[ProfileChange]:
    """What was changed in the company's profile, the latest first, with who did it."""
    return ProfileChange.objects.visible_to(user).filter(company=company).select_related("author")
