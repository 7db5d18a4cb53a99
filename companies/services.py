"""Deeds on companies and their people. The one place that writes the access table."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
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
from .permissions import can_edit_profile, can_give_rights, is_member, is_secretariat_of

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
    audit.log(actor=actor, verb="membership.ended", obj=membership, company_id=membership.company_id)
    # Last, because who ends their own rights can write nothing here afterwards.
    with connection.cursor() as cursor:
        cursor.execute("SELECT app.end_member_access(%s)", [membership.pk])


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
    wanted, clashes = _compare({name: present[name] for name in names}, values, base)
    if not wanted:
        return SavedProfile(None, {})
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


def _compare(present: dict, values: dict, base: dict) -> tuple[dict, dict]:
    """Return what somebody changed since `base`, and of that what others changed meanwhile, with what stands there."""
    changed = {name: values[name] for name in present if name in values and values[name] != base.get(name)}
    wanted = {name: value for name, value in changed.items() if value != present[name]}
    return wanted, {name: present[name] for name in wanted if present[name] != base.get(name)}


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


# --- People -------------------------------------------------------------------------------------------------------------

CONTACT = ("name_ja", "name_en", "name_kana", "title", "email", "level")


def contact_of(person: Person) -> dict[str, object]:
    """Return what is kept about somebody as values that JSON can carry, from which a form starts."""
    return {name: getattr(person, name) for name in CONTACT}


@transaction.atomic
def add_person(*, company: Company, values: dict[str, object], role: str, actor) -> Person:
    """Enter somebody among the company's people, with rights that wait for an account, or none.

    Raises PermissionDenied, and ValidationError at a name that stands there already with the same address.
    """
    if not can_edit_profile(actor, company.pk) or (role and not can_give_rights(actor, company.pk)):
        raise PermissionDenied
    # Whoever enters people of the company holds it, so that two desks see each other's.
    Company.objects.select_for_update().get(pk=company.pk)
    person = Person(company=company, **{name: values[name] for name in CONTACT})
    _check_alike(person)
    person.save(force_insert=True)
    audit.log(actor=actor, verb="person.added", obj=person, company_id=company.pk)
    if role:
        _open_membership(person, role, actor=actor)
    return person


def _check_alike(person: Person) -> None:
    others = Person.objects.staying().filter(company=person.company_id, email__iexact=person.email)
    for other in others.exclude(pk=person.pk):
        for name in ("name_ja", "name_en"):
            mine, theirs = getattr(person, name), getattr(other, name)
            if mine and "".join(mine.split()).casefold() == "".join(theirs.split()).casefold():
                words = _("This person stands in the list already, with the same address.")
                raise ValidationError({name: words}, code="alike")


@dataclass(frozen=True)
class SavedPerson:
    """What became of a change; `clashes` as in `SavedProfile`."""

    is_changed: bool
    clashes: dict[str, object]


@transaction.atomic
def change_person(*, person: Person, values: dict[str, object], base: dict[str, object], actor) -> SavedPerson:
    """Write what was changed in somebody's contact data since `base`; what others changed meanwhile is not overwritten.

    Raises PermissionDenied, and ValidationError as `add_person`.
    """
    if not can_edit_profile(actor, person.company_id):
        raise PermissionDenied
    locked = Person.objects.select_for_update().get(pk=person.pk)
    wanted, clashes = _compare(contact_of(locked), values, base)
    if clashes or not wanted:
        return SavedPerson(False, clashes)
    for name, value in wanted.items():
        setattr(locked, name, value)
    _check_alike(locked)
    locked.save(update_fields=list(wanted))
    audit.log(
        actor=actor, verb="person.changed", obj=locked, company_id=locked.company_id, detail={"fields": list(wanted)}
    )
    return SavedPerson(True, {})


@transaction.atomic
def change_rights(*, person: Person, role: str, actor, now: datetime) -> bool:
    """Let somebody act for the company as manager or staff, or not at all (""); False when it is so already.

    Who never had an account waits for an invitation; who acted for the company before does so again at once. Raises
    PermissionDenied, and ValidationError at `role` where the company would be left without a manager.
    """
    if not can_give_rights(actor, person.company_id):
        raise PermissionDenied
    _hold_rights(person.company_id)
    membership = Membership.objects.current().filter(person=person).first()
    if (membership.role if membership else "") == role:
        return False
    if membership and membership.role == MemberRole.MANAGER:
        _check_managed_still(membership, actor)
    if not role:
        end_membership(membership=membership, actor=actor, now=now)
    elif membership:
        membership.role = role
        membership.save(update_fields=["role"])
        audit.log(
            actor=actor, verb="rights.changed", obj=person, company_id=person.company_id, detail={"role": str(role)}
        )
    else:
        _open_membership(person, role, actor=actor)
    return True


def _open_membership(person: Person, role: str, *, actor) -> None:
    membership = Membership(company_id=person.company_id, person=person, role=role)
    membership.save(force_insert=True)
    if person.user_id:
        with connection.cursor() as cursor:
            cursor.execute("SELECT app.reopen_member_access(%s)", [membership.pk])
    audit.log(actor=actor, verb="rights.given", obj=person, company_id=person.company_id, detail={"role": str(role)})


def _hold_rights(company_id: UUID) -> None:
    """Let rights at one company change one after the other, so that two cannot each take the last but one manager's."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"rights:{company_id}"])


def _check_managed_still(membership: Membership, actor) -> None:
    """Refuse to leave a company without a manager; the secretariat may, because it can name another."""
    others = Membership.objects.current().filter(company=membership.company_id, role=MemberRole.MANAGER)
    if others.exclude(pk=membership.pk).filter(person__user__isnull=False).exists():
        return
    if not is_secretariat_of(actor, membership.company_id):
        raise ValidationError(
            {"role": _("The company needs a manager who signs in. Please make somebody else a manager first.")}
        )


@transaction.atomic
def leave_company(*, person: Person, successor: Person | None, actor, now: datetime, today: date) -> None:
    """Somebody leaves the company: their rights end at once, and a successor gets them, where one is named.

    What they did and said stays theirs. Raises PermissionDenied, and ValidationError at `successor`.
    """
    if not can_give_rights(actor, person.company_id):
        raise PermissionDenied
    if successor and (successor.pk == person.pk or successor.company_id != person.company_id or successor.left_on):
        raise ValidationError({"successor": _("Please choose somebody else who is at the company.")})
    _hold_rights(person.company_id)
    person = Person.objects.select_for_update().get(pk=person.pk)
    if person.left_on:
        return
    membership = Membership.objects.current().filter(person=person).first()
    if membership:
        if successor:
            _take_over(membership, successor, actor=actor, now=now)
        if membership.role == MemberRole.MANAGER:
            try:
                _check_managed_still(membership, actor)
            except ValidationError as error:
                raise ValidationError({"successor": error.message_dict["role"]}) from error
    person.left_on = today
    person.save(update_fields=["left_on"])
    audit.log(
        actor=actor,
        verb="person.left",
        obj=person,
        company_id=person.company_id,
        detail={"successor": str(successor.pk) if successor else None},
    )
    if membership:
        end_membership(membership=membership, actor=actor, now=now)


def _take_over(membership: Membership, successor: Person, *, actor, now: datetime) -> None:
    """Give a successor the rights of who leaves, unless they have more already."""
    own = Membership.objects.current().filter(person=successor).first()
    if own is None or membership.role == MemberRole.MANAGER:
        change_rights(person=successor, role=membership.role, actor=actor, now=now)


@transaction.atomic
def return_to_company(*, person: Person, actor) -> None:
    """Somebody is at the company again, without rights until they are given."""
    if not can_give_rights(actor, person.company_id):
        raise PermissionDenied
    if Person.objects.filter(pk=person.pk, left_on__isnull=False).update(left_on=None):
        audit.log(actor=actor, verb="person.returned", obj=person, company_id=person.company_id)
