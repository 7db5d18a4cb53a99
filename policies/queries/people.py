"""Who stands on which side of a policy: the people of the company, and its advisers."""

from datetime import date
from uuid import UUID

from accounts.models import User
from companies.models import Membership
from programmes.models import Assignment


def company_users(company_id: UUID) -> list[User]:
    """Return the accounts of those who may act for the company."""
    members = Membership.objects.current().filter(company_id=company_id, person__user__isnull=False)
    return [member.person.user for member in members.select_related("person__user").order_by("started_at", "pk")]


def adviser_users(company_id: UUID, day: date) -> list[User]:
    """Return the accounts of those who advise the company on `day`, each once."""
    assignments = Assignment.objects.on(day).filter(company_id=company_id, adviser__user__isnull=False)
    users = [one.adviser.user for one in assignments.select_related("adviser__user").order_by("starts_on", "pk")]
    return list({user.pk: user for user in users}.values())
