"""Sending an announcement by mail, too: each account and each address once, in batches that another attempt goes on from."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_noop

from common.models import in_language
from common.tenancy import acting_as
from companies.models import Person
from jobs.models import Job
from jobs.tasks import JobRefused, JobRun, job_handler
from notifications.services import Reader, first_moment, notify, tell_job_ended, write_to
from programmes import permissions
from programmes.models import Notice, NoticeLetter
from programmes.queries.mailings import people_by_id
from programmes.queries.notices import KIND, mailboxes, message_key, notice_of, reached
from programmes.rendering.letters import address_lines, reply_address, signature

BATCH = 50
WRITING = gettext_noop("Writing the mails")
GONE = gettext_noop("This announcement is not there any more, or you may no longer send it.")


def tell_failed(job: Job) -> None:
    """Tell who pressed that not everybody was written to: they may have left the page."""
    tell_job_ended(job=job, actor=job.requested_by)


@job_handler(KIND, on_failed=tell_failed)
def send_notice(run: JobRun) -> None:
    """Write to everybody whom it is for. Keys of messages and rows of addresses keep a second attempt from saying it twice."""
    today = timezone.localdate()
    with acting_as(run.actor.pk):
        notice = notice_of(run.actor, run.job.params["notice"])
        if notice is None or not permissions.can_manage(run.actor, notice.programme_id):
            raise JobRefused("gone", GONE)
        to_accounts = run.job.params.get("to_accounts", True)
        people = list(reached(notice.programme, notice.audience, today=today)) if to_accounts else []
        if notice.to_addresses:
            settle_addresses(notice, today=today)
        letters = NoticeLetter.objects.filter(notice=notice)
        total, waiting = len(people) + letters.count(), letters.waiting().count()
    for start in range(0, len(people), BATCH):
        run.step(WRITING, start, total)
        with acting_as(run.actor.pk):
            for person in people[start : start + BATCH]:
                tell(notice, person, actor=run.actor)
    while waiting > 0:
        run.step(WRITING, total - waiting, total)
        with acting_as(run.actor.pk):
            write_letters(notice, actor=run.actor, now=timezone.now(), limit=BATCH)
        waiting -= BATCH
    with run.finishing() as job:
        job.result_url = reverse("programmes:notice", args=[notice.programme_id, notice.pk])


def tell(notice: Notice, person, *, actor) -> None:
    """Tell one person, as they chose; the message keeps the programme's name and the title, the text stands in a mail alone."""
    notify(
        to=person,
        kind="notice",
        actor=actor,
        params={
            "programme": in_language(notice.programme, "name", person.language),
            "title": in_language(notice, "title", person.language),
        },
        mail_only={"text": in_language(notice, "text", person.language)},
        path=reverse("programmes:notice", args=[notice.programme_id, notice.pk]),
        programme_id=notice.programme_id,
        key=message_key(notice),
    )


def settle_addresses(notice: Notice, *, today) -> None:
    """Write down once and for good which addresses get it, so that another attempt finds the same."""
    if notice.letters.exists():
        return
    NoticeLetter.objects.bulk_create(
        [
            NoticeLetter(
                notice=notice,
                programme_id=notice.programme_id,
                company=mailbox.people[0].company,
                person=mailbox.people[0],
                others=[person.pk for person in mailbox.people[1:]],
                address=mailbox.address,
                language=mailbox.language,
            )
            for mailbox in mailboxes(notice.programme, notice.audience, today=today)
        ],
        ignore_conflicts=True,
    )


@transaction.atomic
def write_letters(notice: Notice, *, actor, now: datetime, limit: int) -> int:
    """Write to up to `limit` addresses that were not written to yet, and return to how many.

    Rows are marked in the transaction of their mails: an attempt that is killed has written all of a batch or none of it.
    """
    waiting = NoticeLetter.objects.waiting().filter(notice=notice).select_related("company", "person__company")
    rows = list(waiting.select_for_update(of=("self",)).order_by("pk")[:limit])
    others = people_by_id(actor, (each for row in rows for each in row.others))
    for row in rows:
        row.mail_id, row.written_at = _write(notice, row, _people(row, others), actor=actor, now=now), now
    NoticeLetter.objects.bulk_update(rows, ["mail_id", "written_at"])
    return len(rows)


def _people(row: NoticeLetter, others: dict[UUID, Person]) -> list[Person]:
    return [row.person, *(others[each] for each in row.others if each in others)]


def _write(notice: Notice, row: NoticeLetter, people: Sequence[Person], *, actor, now: datetime) -> UUID:
    language = row.language
    return write_to(
        to=Reader(name=row.person.name, address=row.address, language=language),
        kind="notice_address",
        actor=actor,
        params={
            "addressee": address_lines(people, language),
            "programme": in_language(notice.programme, "name", language),
            "title": in_language(notice, "title", language),
            "text": in_language(notice, "text", language),
            "signature": signature(notice.programme, language=language, actor=actor),
        },
        reply_to=reply_address(actor),
        not_before=first_moment(now),
    )
