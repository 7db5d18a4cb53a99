"""Invitations as their pages show them: who can be invited, how far each is, and what an invited person is told."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext

from common import dates
from common.components import Chip, Column, Table, Term, badge, with_query
from companies.enums import MemberRole
from companies.models import Membership
from jobs.models import Job
from notifications.models import State
from programmes.enums import SeatRole
from programmes.models import Invitation, Seat
from programmes.queries.invitations import INVITABLE, Result, Stage, right_offered


def invitations_url(programme_id: UUID) -> str:
    return reverse("programmes:invitations", args=[programme_id])


def run_url(job: Job) -> str:
    """Return where one sees what became of one press."""
    return reverse("programmes:invitation_run", args=[job.programme_id, job.pk])


def stage_label(stage: str) -> str:
    return {
        Stage.NO_ADDRESS: pgettext("invitation", "No address"),
        Stage.NONE: pgettext("invitation", "Not invited yet"),
        Stage.WAITING: pgettext("invitation", "Being written"),
        Stage.OPEN: pgettext("invitation", "Invited"),
        Stage.EXPIRED: pgettext("invitation", "Link has run out"),
        Stage.IN: pgettext("invitation", "Signs in"),
    }[Stage(stage)]


_LOOKS = {
    Stage.NO_ADDRESS: "blocked",
    Stage.NONE: "not_started",
    Stage.WAITING: "running",
    Stage.OPEN: "open",
    Stage.EXPIRED: "late",
    Stage.IN: "done",
}


def chips(counts: Mapping[str, int], *, stage: str, query) -> list[Chip]:
    every = Chip(
        label=gettext("All"),
        url=with_query(query, stage=None, page=None),
        active=not stage,
        count=sum(counts.values()),
    )
    return [every] + [
        Chip(
            label=stage_label(each),
            url=with_query(query, stage=each.value, page=None),
            active=each == stage,
            count=counts.get(each.value, 0),
        )
        for each in Stage
        if counts.get(each.value) or each == stage
    ]


@dataclass(frozen=True)
class Guest:
    """A row of the list: somebody who can be invited, or why not."""

    key: str
    name: str
    what: str
    address: str
    state: SafeString
    note: str
    can_be_chosen: bool
    take_back_url: str


def members(
    rows: Iterable[Membership], results: Mapping[UUID, Result], taken: set[UUID], *, programme_id: UUID
) -> list[Guest]:
    return [
        _guest(
            row,
            key=f"p:{row.person_id}",
            name=row.person.name,
            what=f"{row.company.name} · {MemberRole(row.role).label}",
            address=row.person.email,
            results=results,
            programme_id=programme_id,
            is_taken=row.person_id in taken,
        )
        for row in rows
    ]


def seats(rows: Iterable[Seat], results: Mapping[UUID, Result]) -> list[Guest]:
    return [
        _guest(
            row,
            key=f"s:{row.pk}",
            name=row.name,
            what=str(SeatRole(row.role).label),
            address=row.email,
            results=results,
            programme_id=row.programme_id,
            is_taken=False,
        )
        for row in rows
    ]


def _guest(row, *, key, name, what, address, results, programme_id, is_taken) -> Guest:
    stage = Stage(row.stage)
    result = results.get(row.invitation)
    can_be_chosen = stage in INVITABLE and bool(address) and not is_taken
    return Guest(
        key=key,
        name=name,
        what=what,
        address=address,
        state=_state(stage, result),
        note=_note(row, stage, address, is_taken=is_taken),
        can_be_chosen=can_be_chosen,
        take_back_url=reverse("programmes:take_back_invitation", args=[programme_id, row.invitation])
        if row.invitation and stage is not Stage.IN
        else "",
    )


def _state(stage: Stage, result: Result | None) -> SafeString:
    undelivered = None if stage is Stage.IN else _undelivered(result)
    return undelivered or badge(_LOOKS[stage], instead=stage_label(stage))


def _undelivered(result: Result | None) -> SafeString | None:
    """Return why a mail did not arrive; None for one that may have."""
    words = {
        State.REFUSED: pgettext("invitation", "Address refused"),
        State.GIVEN_UP: pgettext("invitation", "Not delivered"),
    }
    return badge("failed", instead=words[result.state]) if result and result.state in words else None


def _note(row, stage: Stage, address: str, *, is_taken: bool) -> str:
    if is_taken:
        return gettext("A colleague signs in with this address. Please enter one of their own.")
    if stage is Stage.NO_ADDRESS:
        return gettext("Please enter an address at the company first.")
    if not row.invitation or stage is Stage.IN:
        return ""
    day = dates.short_date(timezone.localdate(row.invited_at))
    words = gettext("Invited on %(day)s") % {"day": day}
    if stage is Stage.OPEN:
        until = dates.short_date(timezone.localdate(row.expires_at))
        words = gettext("Invited on %(day)s, until %(until)s") % {"day": day, "until": until}
    if row.invited_to != address.strip().lower():
        words = gettext("%(words)s, at %(address)s") % {"words": words, "address": row.invited_to}
    return words


# --- What became of one press -----------------------------------------------------------------------------------------


def run_table(rows: Iterable[Invitation], results: Mapping[UUID, Result], *, now: datetime) -> Table:
    return Table(
        caption=gettext("Invitations"),
        columns=[
            Column(label=gettext("Name")),
            Column(label=pgettext("invitation", "Invited as")),
            Column(label=pgettext("invitation", "Address")),
            Column(label=pgettext("invitation", "What became of it")),
        ],
        rows=[
            ((row.seat or row.person).name, what_is_offered(row), row.address, _became(row, results.get(row.pk), now))
            for row in rows
        ],
    )


def _became(row: Invitation, result: Result | None, now: datetime) -> SafeString:
    if row.accepted_at:
        return badge("done", instead=pgettext("invitation", "Accepted"))
    if row.voided_at:
        return badge("cancelled", instead=pgettext("invitation", "Taken back"))
    if row.mail_id is None:
        return badge("running", instead=stage_label(Stage.WAITING))
    if undelivered := _undelivered(result):
        return undelivered
    if result is None or result.state == State.QUEUED:
        return badge("running", instead=pgettext("invitation", "Waits for the mail server"))
    if row.expires_at <= now:
        return badge("late", instead=stage_label(Stage.EXPIRED))
    return badge("open", instead=pgettext("invitation", "Delivered"))


# --- What an invited person is told -----------------------------------------------------------------------------------


def what_is_offered(row: Invitation) -> str:
    """Return as what somebody is invited: 電子部品製作所（管理者）."""
    if row.seat is not None:
        return str(SeatRole(row.seat.role).label)
    right = right_offered(row)
    role = MemberRole(right.role).label if right else ""
    return gettext("%(company)s (%(role)s)") % {"company": row.company.name, "role": role} if role else row.company.name


def offer_terms(row: Invitation) -> list[Term]:
    """Return who invites whom, to what, and until when."""
    return [
        Term(label=pgettext("invitation", "For"), value=(row.seat or row.person).name),
        Term(label=pgettext("invitation", "Invited as"), value=what_is_offered(row)),
        Term(label=gettext("Programme"), value=row.programme.name),
        Term(label=pgettext("invitation", "Invited by"), value=row.invited_by.name),
        Term(label=pgettext("invitation", "Address to sign in with"), value=row.address),
        Term(label=pgettext("invitation", "Valid until"), value=dates.date_and_time(row.expires_at)),
    ]
