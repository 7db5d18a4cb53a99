"""Who can be invited to sign in, how far each invitation is, and what stands behind the word of a link."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from django.db import connection
from django.db.models import Case, CharField, Count, F, OuterRef, Q, QuerySet, Subquery, Value, When

from accounts.models import User
from companies.models import Membership, Person
from programmes.enums import SeatRole
from programmes.models import Enrolment, Invitation, Seat

KIND = "programmes.invitations"


class Stage(StrEnum):
    """How far somebody is on the way in."""

    NO_ADDRESS = "no_address"
    NONE = "none"
    # Its mail is still to be written.
    WAITING = "waiting"
    OPEN = "open"
    EXPIRED = "expired"
    IN = "in"


INVITABLE = (Stage.NONE, Stage.OPEN, Stage.EXPIRED)


def _latest(**whose) -> QuerySet[Invitation]:
    return Invitation.objects.open().filter(**whose).order_by("-created_at")


def _with_stage(rows: QuerySet, latest: QuerySet[Invitation], *, linked: str, email: str, now: datetime) -> QuerySet:
    """Annotate each row with its open invitation and with the stage that follows from it."""
    rows = rows.annotate(
        invitation=Subquery(latest.values("pk")[:1]),
        invited_at=Subquery(latest.values("created_at")[:1]),
        invited_to=Subquery(latest.values("address")[:1]),
        expires_at=Subquery(latest.values("expires_at")[:1]),
    )
    stage = Case(
        When(**{f"{linked}__isnull": False}, then=Value(Stage.IN.value)),
        When(Q(invitation__isnull=True) & Q(**{email: ""}), then=Value(Stage.NO_ADDRESS.value)),
        When(invitation__isnull=True, then=Value(Stage.NONE.value)),
        When(expires_at__isnull=True, then=Value(Stage.WAITING.value)),
        When(expires_at__lte=now, then=Value(Stage.EXPIRED.value)),
        default=Value(Stage.OPEN.value),
        output_field=CharField(),
    )
    return rows.annotate(stage=stage)


def members(user, programme, *, today: date, now: datetime) -> QuerySet[Membership]:
    """Those who may act for a company of the programme, in the order of their companies, each with its stage."""
    enrolled = Enrolment.objects.visible_to(user).filter(programme=programme).as_of(today)
    rows = Membership.objects.visible_to(user).current().filter(company__in=enrolled.values("company_id"))
    latest = _latest(programme=programme, person=OuterRef("person_id"))
    rows = _with_stage(rows, latest, linked="person__user", email="person__email", now=now)
    return rows.select_related("person", "company").order_by(
        "company__name_kana", "company__name_ja", "company_id", "role", "person__name_kana", "pk"
    )


def seats(user, programme, *, now: datetime) -> QuerySet[Seat]:
    """The seats of the programme that people take, each with its stage."""
    rows = Seat.objects.visible_to(user).current().filter(programme=programme).exclude(role=SeatRole.OPERATOR)
    rows = _with_stage(rows, _latest(seat=OuterRef("pk")), linked="user", email="email", now=now)
    return rows.order_by("role", "name_kana", "email", "pk")


def member_counts(rows: QuerySet[Membership]) -> Counter:
    """Return how many stand at which stage; one statement."""
    return Counter(dict(rows.order_by().values_list("stage").annotate(number=Count("pk"))))


@dataclass(frozen=True)
class Result:
    """What the mail server said to the mail of an invitation."""

    state: str
    settled_at: datetime | None


def mail_results(ids: Iterable[UUID]) -> dict[UUID, Result]:
    """Return by invitation what became of its mail, for the secretariat that sent it."""
    ids = [each for each in ids if each]
    if not ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT invitation_id, state, settled_at FROM app.invitation_results(%s::uuid[])", [ids])
        return {row[0]: Result(*row[1:]) for row in cursor.fetchall()}


def of_job(user, job) -> QuerySet[Invitation]:
    """The invitations that one press sent, in the order of the companies."""
    rows = Invitation.objects.visible_to(user).filter(job=job).select_related("person", "seat", "company")
    return rows.order_by(F("company__name_kana").asc(nulls_first=True), "address", "pk")


def taken_addresses(people: Iterable[Person]) -> set[UUID]:
    """Return which of these people have the address of somebody of their company who signs in with it already.

    An address is one account: two people of one company who share a mailbox cannot both sign in with it.
    """
    waiting = [person for person in people if person.email and person.user_id is None]
    if not waiting:
        return set()
    used = Person.objects.filter(
        company__in={person.company_id for person in waiting},
        user__email__in={person.email.lower() for person in waiting},
    )
    taken = set(used.values_list("company_id", "user__email"))
    return {person.pk for person in waiting if (person.company_id, person.email.lower()) in taken}


# --- The link ---------------------------------------------------------------------------------------------------------


class LinkStatus(StrEnum):
    """What the link of an invitation is good for."""

    OPEN = "open"
    ACCEPTED = "accepted"
    VOIDED = "voided"
    EXPIRED = "expired"
    # The seat or the right that was offered is there no more.
    GONE = "gone"


@dataclass(frozen=True)
class Door:
    """The row behind a link, its company if it has one, and whose rights it was made with."""

    row_id: UUID
    company_id: UUID | None
    user_id: UUID


def invitation_door(token_hash: str) -> Door | None:
    """Return what stands behind the hash of a link's word, accepted and taken-back invitations included."""
    if not token_hash:
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT invitation_id, company_id, user_id FROM app.invitation_by_token(%s)", [token_hash])
        row = cursor.fetchone()
    return Door(*row) if row else None


def invitation_behind(door: Door) -> Invitation | None:
    """Return the invitation, while the rights it was made with still reach it."""
    kept = ("programme", "company", "person", "seat", "invited_by")
    return Invitation.objects.filter(pk=door.row_id).select_related(*kept).first()


def link_status(invitation: Invitation, *, now: datetime) -> LinkStatus:
    """Say what the link is good for. Who has come in by another invitation, has accepted this one with it."""
    if invitation.accepted_at or (invitation.seat or invitation.person).user_id is not None:
        return LinkStatus.ACCEPTED
    if invitation.voided_at:
        return LinkStatus.VOIDED
    if invitation.expires_at is None or invitation.expires_at <= now:
        return LinkStatus.EXPIRED
    return LinkStatus.OPEN if is_still_offered(invitation) else LinkStatus.GONE


def is_still_offered(invitation: Invitation) -> bool:
    """Whether the seat, or the right to act for the company, is there still."""
    if invitation.seat is not None:
        return invitation.seat.ended_at is None
    return right_offered(invitation) is not None


def right_offered(invitation: Invitation) -> Membership | None:
    """Return as what somebody would act for the company."""
    return Membership.objects.current().filter(person=invitation.person_id).first()


def account_of(address: str) -> User | None:
    """Return the account with this address, in any case of its letters."""
    return User.objects.filter(email__iexact=address.strip()).first()
