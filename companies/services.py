"""Deeds on companies and their people. The one place that writes the access table."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from audit import services as audit
from common.models import in_language
from notifications.services import notify

from .enums import AccessKind, MemberRole
from .models import Company, Membership, Person, ProfileChange
from .permissions import can_edit_profile, is_member

# What a company says about itself; the buyer is the secretariat's own note.
PROFILE = (
    "name_ja", "name_en", "name_kana", "corporate_number", "postal_code", "prefecture", "address_ja", "address_en",
    "phone", "website", "industry", "employees", "capital",
)  # fmt: skip
KEPT_BY_SECRETARIAT = ("buyer",)


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


# --- The profile --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SavedProfile:
    """What became of a change. `clashes` are the fields that somebody else changed meanwhile, with what stands there."""

    change: ProfileChange | None
    clashes: dict[str, object]


def profile_of(company: Company) -> dict[str, object]:
    """Return the profile as values that JSON can carry, from which a form starts."""
    return {name: getattr(company, name) for name in (*PROFILE, *KEPT_BY_SECRETARIAT)}


@transaction.atomic
def change_profile(
    *, company: Company, values: dict[str, object], base: dict[str, object], note: str, actor, now: datetime
) -> SavedProfile:
    """Write what somebody changed since `base`, the profile that they had before them; nothing else.

    Two who change different fields both have their way. Where two changed the same one, the first stands: nothing of the
    second is taken over, all of it is kept beside, and `clashes` says what stands. The secretariat must say why, which
    the company reads. Raises PermissionDenied, and ValidationError at `note`.
    """
    if not can_edit_profile(actor, company.pk):
        raise PermissionDenied
    is_own = is_member(actor, company.pk)
    if not is_own and not note:
        raise ValidationError({"note": _("Please say why you correct it. The company reads this.")})
    locked = Company.objects.select_for_update().get(pk=company.pk)
    present = profile_of(locked)
    names = PROFILE if is_own else (*PROFILE, *KEPT_BY_SECRETARIAT)
    wanted = {name: values[name] for name in names if name in values and values[name] != base.get(name)}
    wanted = {name: value for name, value in wanted.items() if value != present[name]}
    if not wanted:
        return SavedProfile(None, {})
    clashes = {name: present[name] for name in wanted if present[name] != base.get(name)}
    change = ProfileChange(
        company=locked,
        author=actor,
        by_secretariat=not is_own,
        note="" if is_own else note,
        changes=[{"field": name, "before": present[name], "after": value} for name, value in wanted.items()],
        is_beside=bool(clashes),
        saved_at=now,
    )
    if clashes:
        return SavedProfile(_keep_beside(change), clashes)
    for name, value in wanted.items():
        setattr(locked, name, value)
    locked.save(update_fields=list(wanted))
    change.save(force_insert=True)
    verb = "profile.changed" if is_own else "profile.corrected"
    audit.log(actor=actor, verb=verb, obj=locked, company_id=locked.pk, detail={"fields": list(wanted)})
    if not is_own:
        _tell_of_correction(change)
    return SavedProfile(change, {})


def _keep_beside(change: ProfileChange) -> ProfileChange:
    """Keep what was not taken over, once however often it is sent."""
    last = ProfileChange.objects.filter(company=change.company_id, author=change.author_id).first()
    if last and last.is_beside and last.changes == change.changes:
        return last
    change.save(force_insert=True)
    audit.log(actor=change.author, verb="profile.kept_beside", obj=change.company, company_id=change.company_id)
    return change


def _tell_of_correction(change: ProfileChange) -> None:
    """Tell the managers of the company that the secretariat corrected it, once for each correction."""
    for manager in managers(change.company_id):
        notify(
            to=manager.person.user,
            kind="profile_corrected",
            actor=change.author,
            params={"company": in_language(change.company, "name", manager.person.user.language)},
            path=reverse("dashboards:profile", args=[change.company_id]),
            company_id=change.company_id,
            key=f"profile_corrected:{change.pk}",
        )


def managers(company_id: UUID) -> list[Membership]:
    """Return the open memberships of the company's managers who have an account."""
    held = Membership.objects.current().filter(
        company=company_id, role=MemberRole.MANAGER, person__user__is_active=True
    )
    return list(held.select_related("person__user"))
