"""Deeds of invitations: inviting one or many, taking back, accepting."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.catalogue import FOR_EVERYBODY, Document
from accounts.models import User
from accounts.services import accept_documents, open_account
from audit import services as audit
from common.tenancy import acting_as
from companies.models import Person
from companies.services import link_person
from jobs.models import Job
from jobs.services import request_job
from programmes import permissions
from programmes.enums import SeatRole
from programmes.models import Invitation, Programme, Seat
from programmes.queries import invitations as questions_about
from programmes.queries.invitations import INVITABLE, KIND, LinkStatus

from .programme import add_seats, take_seat

TITLE = gettext_noop("Invitations: %(count)s")


class NobodyToInvite(Exception):
    """None of those who were chosen can be invited."""


class InvitationSpent(Exception):
    """The link does nothing any more; `status` says why."""

    def __init__(self, status: LinkStatus):
        super().__init__(status)
        self.status = status


class AddressTaken(ValidationError):
    """Somebody else of the company signs in with this address."""


@transaction.atomic
def invite(
    *, programme: Programme, people: Iterable[UUID] = (), seats: Iterable[UUID] = (), actor, now: datetime
) -> tuple[Job, int]:
    """Invite people of companies, and whoever is to take a seat, in the background. Return the job and how many they are.

    Inviting again takes the invitation before back: its link does nothing any more. Who has come in, has no address or
    shares one with a colleague who signs in with it, or whose mail is about to be written, is left as they are.
    Raises PermissionDenied, and NobodyToInvite where none is left.
    """
    if not permissions.can_manage(actor, programme.pk):
        raise PermissionDenied
    # One press after another: the second finds what the first has made.
    Programme.objects.select_for_update().get(pk=programme.pk)
    rows = [*_for_members(programme, set(people), actor, now), *_for_seats(programme, set(seats), actor, now)]
    if not rows:
        raise NobodyToInvite
    job, _created = request_job(
        KIND,
        title=TITLE,
        title_params={"count": len(rows)},
        params={"press": str(rows[0].pk)},
        actor=actor,
        programme_id=programme.pk,
        dedupe=str(rows[0].pk),
    )
    for row in rows:
        row.job = job
    before = Invitation.objects.open().filter(programme=programme)
    before.filter(person__in=[row.person_id for row in rows if row.person_id]).update(voided_at=now)
    before.filter(seat__in=[row.seat_id for row in rows if row.seat_id]).update(voided_at=now)
    Invitation.objects.bulk_create(rows, batch_size=1000)
    audit.log(
        actor=actor,
        verb="invitations.sent",
        obj=programme,
        programme_id=programme.pk,
        detail={"people": len(rows)},
    )
    return job, len(rows)


def _for_members(programme: Programme, ids: set[UUID], actor, now: datetime) -> list[Invitation]:
    if not ids:
        return []
    today = timezone.localdate(now)
    rows = questions_about.members(actor, programme, today=today, now=now).filter(person__in=ids)
    rows = list(rows.filter(stage__in=INVITABLE).exclude(person__email=""))
    taken = questions_about.taken_addresses(row.person for row in rows)
    return [
        _invitation(programme, row.person, actor, person=row.person, company=row.company)
        for row in rows
        if row.person_id not in taken
    ]


def _for_seats(programme: Programme, ids: set[UUID], actor, now: datetime) -> list[Invitation]:
    if not ids:
        return []
    rows = questions_about.seats(actor, programme, now=now).filter(pk__in=ids, stage__in=INVITABLE)
    return [_invitation(programme, seat, actor, seat=seat) for seat in rows]


def _invitation(programme: Programme, invited: Person | Seat, actor, **whom) -> Invitation:
    return Invitation(
        programme=programme,
        address=invited.email.strip().lower(),
        language="ja" if invited.name_ja or not invited.name_en else "en",
        invited_by=actor,
        **whom,
    )


@transaction.atomic
def take_back(*, invitation: Invitation, actor, now: datetime) -> bool:
    """Take an invitation back: its link does nothing any more. False where it was accepted or taken back before."""
    if not permissions.can_manage(actor, invitation.programme_id):
        raise PermissionDenied
    row = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if row.accepted_at or row.voided_at:
        return False
    row.voided_at = now
    row.save(update_fields=["voided_at"])
    _log("invitation.taken_back", row, actor)
    return True


@transaction.atomic
def offer_seat(*, seat: Seat, actor) -> Seat:
    """Make a seat that waits for its person. Raises PermissionDenied, and ValidationError for one that is there already.

    Members of the secretariat are named by its leaders alone, because they see everything that the secretariat sees.
    """
    if not permissions.can_manage(actor, seat.programme_id):
        raise PermissionDenied
    if seat.role != SeatRole.ADVISER and not permissions.leads(actor, seat.programme_id):
        raise PermissionDenied
    seat.email = seat.email.strip().lower()
    same = Seat.objects.current().filter(programme=seat.programme_id, role=seat.role, email__iexact=seat.email)
    if same.exists():
        raise ValidationError({"email": _("Somebody with this address has this role already.")})
    add_seats(seats=[seat], actor=actor)
    return seat


# --- Accepting --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class NewAccount:
    """What somebody enters who has no account yet."""

    name_ja: str
    name_en: str
    language: str
    password: str


def documents_for(invitation: Invitation) -> tuple[Document, ...]:
    """Return what has to be agreed to before the invitation is accepted."""
    is_adviser = invitation.seat is not None and invitation.seat.role == SeatRole.ADVISER
    return (*FOR_EVERYBODY, Document.PLEDGE) if is_adviser else FOR_EVERYBODY


@transaction.atomic
def accept(
    *, invitation: Invitation, now: datetime, account: User | None = None, new: NewAccount | None = None
) -> User:
    """Link the account that accepts, or the one made now, to what was offered; the link serves no more.

    Acts with the rights of who invited, in whose name the caller acts. Raises InvitationSpent, PermissionDenied for an
    account with another address, and AddressTaken when a colleague signs in with it.
    """
    row = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
    row.programme, row.company, row.invited_by = invitation.programme, invitation.company, invitation.invited_by
    status = questions_about.link_status(row, now=now)
    if status != LinkStatus.OPEN:
        raise InvitationSpent(status)
    present = questions_about.account_of(row.address)
    if present != account:
        raise PermissionDenied
    if account is None:
        account = open_account(
            email=row.address,
            name_ja=new.name_ja,
            name_en=new.name_en,
            language=new.language,
            password=new.password,
        )
    _link(row, account)
    row.accepted_at, row.accepted_by = now, account
    row.save(update_fields=["accepted_at", "accepted_by"])
    with acting_as(account.pk):
        accept_documents(user=account, documents=documents_for(row), now=now)
        audit.log(
            actor=account,
            verb="invitation.accepted",
            obj=row,
            company_id=row.company_id,
            programme_id=row.programme_id,
            detail={"invited_by": str(row.invited_by_id)},
        )
    return account


def _link(row: Invitation, account: User) -> None:
    if row.seat is not None:
        take_seat(seat=row.seat, user=account, actor=row.invited_by)
        return
    if Person.objects.filter(company=row.company_id, user=account).exists():
        raise AddressTaken(_("Somebody else of the company signs in with this address already."))
    link_person(person=row.person, user=account, actor=row.invited_by)


def _log(verb: str, row: Invitation, actor) -> None:
    audit.log(actor=actor, verb=verb, obj=row, company_id=row.company_id, programme_id=row.programme_id)
