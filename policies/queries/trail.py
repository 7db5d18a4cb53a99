"""Whose accounts a record of deeds may ask for: what happened to an account belongs to no company and no programme."""

from django.db.models import QuerySet

from companies.models import Company, Membership
from programmes.models import Programme, Seat


def accounts_of_company(company: Company) -> QuerySet:
    """Return the ids of the users who may act for the company now."""
    own = Membership.objects.current().filter(company=company, person__user__isnull=False)
    return own.order_by().values_list("person__user_id", flat=True)


def accounts_of_programme(programme: Programme) -> QuerySet:
    """Return the ids of the users who have a seat in the programme now."""
    seats = Seat.objects.current().filter(programme=programme, user__isnull=False)
    return seats.order_by().values_list("user_id", flat=True).distinct()
