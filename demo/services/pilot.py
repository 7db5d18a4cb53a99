"""The FY2024 pilot, brought in as every programme is: from its workbook, by the importer."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from accounts.services import open_account
from common.tenancy import acting_as
from companies.models import Person
from imports.importing.reading import messages
from imports.services import import_directly
from programmes import services as programmes
from programmes.models import Programme, Seat

from . import data


class PilotRefused(Exception):
    """The importer refused the pilot's own workbook; the message is what it found."""


def load_pilot(*, actor: User, now: datetime) -> None:
    """Import the pilot as the operator: all of it or, with PilotRefused, nothing."""
    outcome = import_directly(
        name=data.PILOT_WORKBOOK.name, content=data.PILOT_WORKBOOK.read_bytes(), actor=actor, now=now
    )
    if outcome.imported is None:
        examination = outcome.examination
        reasons = [messages.describe_refusal(examination.refusal)] if examination.refusal else []
        raise PilotRefused("\n".join(reasons + [messages.line(finding) for finding in examination.findings]))


@transaction.atomic
def open_pilot(*, actor: User) -> None:
    """Say on its pages that the pilot is a sample, open an account for each role, and seat the demo's secretariat in it.

    Safe to do again: what is done already stays as it is.
    """
    with acting_as(actor.pk):
        programme = Programme.objects.get(code=data.PILOT_CODE)
        if not programme.is_sample:
            programme.is_sample = True
            programme.save(update_fields=["is_sample"])
        _seat_secretariat(programme, actor)
        for email in data.read("pilot")["accounts"]:
            account_of(email, actor)


def _seat_secretariat(programme: Programme, actor: User) -> None:
    """One secretariat runs both, so that it sees a year that is over beside the one that is not."""
    seated = set(Seat.objects.current().filter(programme=programme).values_list("email", flat=True))
    missing = [facts for facts in data.secretariat() if facts["email"] not in seated]
    seats = [
        Seat(programme=programme, role=facts["role"], **{name: facts.get(name, "") for name in data.NAMES})
        for facts in missing
    ]
    programmes.add_seats(seats=seats, actor=actor)
    for seat in seats:
        user = open_account(email=seat.email, name_ja=seat.name_ja, name_en=seat.name_en)
        programmes.take_seat(seat=seat, user=user, actor=actor)


def account_of(email: str, actor: User) -> User:
    """Return the account of somebody in the pilot, opened when there is none. `actor` is the operator, who acts."""
    known = Seat.objects.current().filter(email=email).first() or Person.objects.get(email=email)
    if known.user_id is None:
        user = open_account(email=email, name_ja=known.name_ja, name_en=known.name_en)
        programmes.open_places(user=user, actor=actor)
        return user
    return known.user
