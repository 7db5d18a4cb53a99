"""Deeds on companies and their people. The one place that writes the access table."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from audit import services as audit

from .enums import AccessKind
from .models import Company, Membership, Person


@dataclass(frozen=True)
class Grant:
    """One line of access to be written: who may see which company, as what, on account of what, and when."""

    user_id: UUID
    company_id: UUID
    kind: str
    source_id: UUID
    starts_at: datetime | None = None  # None: from now on
    valid_until: datetime | None = None


def grant_access(*, grants: Iterable[Grant]) -> None:
    """Write access rows; one that exists for the same source is opened again with the new dates.

    The database checks that whoever acts may grant each row: the secretariat of the company, or the founder of a
    company that nobody can see yet. Otherwise it raises ProgrammingError (insufficient privilege) and writes nothing.
    """
    grants = list(grants)
    if not grants:
        return
    columns = zip(
        *((g.user_id, g.company_id, g.kind, g.source_id, g.starts_at, g.valid_until) for g in grants), strict=True
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT app.grant_access(%s::uuid[], %s::uuid[], %s::text[], %s::uuid[], %s::timestamptz[],"
            " %s::timestamptz[])",
            [list(column) for column in columns],
        )


def end_access(*, source_ids: Iterable[UUID]) -> int:
    """End all access that comes from these memberships, assignments or seats, at once. Return how many rows ended.

    Raises ProgrammingError (insufficient privilege) when one of the rows is not the actor's to end; then none ends.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT app.end_access(%s::uuid[])", [list(source_ids)])
        return cursor.fetchone()[0]


def found_companies(*, companies: list[Company], actor, source_id: UUID) -> None:
    """Create companies that nobody can see yet, and let the actor see them by the seat `source_id`."""
    Company.objects.bulk_create(companies, batch_size=1000)
    grant_access(grants=[Grant(actor.pk, company.pk, AccessKind.SECRETARIAT, source_id) for company in companies])
    audit.log_many([audit.build_event(actor=actor, verb="company.founded", obj=c, company_id=c.pk) for c in companies])


@transaction.atomic
def link_person(*, person: Person, user, actor) -> None:
    """Let an account act for the company as this person, with the rights of the person's open membership.

    An account that acted as this person before no longer does.
    """
    person.user = user
    person.save(update_fields=["user"])
    memberships = list(Membership.objects.current().filter(person=person))
    end_access(source_ids=[membership.pk for membership in memberships])
    grant_access(grants=[Grant(user.pk, person.company_id, AccessKind.MEMBER, m.pk) for m in memberships])
    audit.log(actor=actor, verb="person.linked", obj=person, company_id=person.company_id)


@transaction.atomic
def end_membership(*, membership: Membership, actor, now: datetime) -> None:
    """Take the person's rights at the company from `now` on; the next request already sees nothing."""
    membership.ended_at = now
    membership.save(update_fields=["ended_at"])
    end_access(source_ids=[membership.pk])
    audit.log(actor=actor, verb="membership.ended", obj=membership, company_id=membership.company_id)
