"""Writing the letters of a mailing into the outgoing mail: in batches, each letter once."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from companies.models import Person
from notifications.services import Reader, first_moment, notify, write_to
from programmes.enums import LetterOutcome
from programmes.models import Mailing, MailingRecipient
from programmes.queries.mailings import Owed, people_by_id
from programmes.rendering.letters import Addressee, kind_of, letter_facts, letter_path, letter_words, reply_address


@transaction.atomic
def write_letters(*, mailing: Mailing, actor, now: datetime, limit: int) -> int:
    """Write up to `limit` letters that are still to be written, and return how many; none of a mailing that was called off.

    The mailing is held meanwhile, so that no letter is written while it is called off, and its recipients are marked in
    the transaction of their mails: an attempt that is killed has written all of a batch or nothing of it. By night the
    letters wait until morning (`notifications.services.first_moment`).
    """
    mailing = (
        Mailing.objects.select_for_update(of=("self",))
        .select_related("programme", "session", "milestone")
        .get(pk=mailing.pk)
    )
    if mailing.called_off_at:
        return 0
    waiting = MailingRecipient.objects.waiting().filter(mailing=mailing).select_related("company", "person__user")
    rows = list(waiting.select_for_update(of=("self",)).order_by("pk")[:limit])
    others = people_by_id(actor, (each for row in rows for each in row.others))
    for row in rows:
        _write(mailing, row, _people(row, others), actor=actor, now=now)
    MailingRecipient.objects.bulk_update(rows, ["outcome", "mail_id", "written_at"])
    return len(rows)


def _people(row: MailingRecipient, others: dict[UUID, Person]) -> list[Person]:
    return [row.person, *(others[each] for each in row.others if each in others)]


def _write(mailing: Mailing, row: MailingRecipient, people: Iterable[Person], *, actor, now: datetime) -> None:
    addressee = Addressee(row.company, tuple(people), row.language)
    owed = Owed(row.due_on, row.overdue_days)
    common = {
        "kind": kind_of(mailing),
        "actor": actor,
        "path": letter_path(mailing, addressee),
        "reply_to": reply_address(actor),
        "not_before": first_moment(now),
    }
    params = letter_facts(mailing, addressee, owed)
    words = letter_words(mailing, addressee, actor=actor)
    user = row.person.user
    if user is None:
        reader = Reader(name=row.person.name, address=row.address, language=row.language)
        row.mail_id = write_to(to=reader, params=params | words, **common)
    else:
        message = notify(
            to=user,
            params=params,
            mail_only=words,
            company_id=row.company_id,
            programme_id=row.programme_id,
            key=f"mailing:{mailing.pk}:{row.company_id}",
            **common,
        )
        row.mail_id = message.mail_id if message else None
    row.outcome = LetterOutcome.WRITTEN if row.mail_id else LetterOutcome.CLOSED
    row.written_at = now if row.mail_id else None
