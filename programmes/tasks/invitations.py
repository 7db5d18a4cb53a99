"""Writing invitations by the worker, in batches that another attempt goes on from."""

from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_noop, override

from common.dates import date_and_time
from common.tenancy import acting_as
from common.tokens import new_token, token_hash
from jobs.models import Job
from jobs.tasks import JobRefused, JobRun, job_handler
from notifications.services import Reader, first_moment, tell_job_ended, write_to
from programmes import permissions
from programmes.models import Invitation
from programmes.queries.invitations import KIND
from programmes.rendering.invitations import run_url, what_is_offered

BATCH = 20
LINK_DAYS = 7

WRITING = gettext_noop("Writing the invitations")
GONE = gettext_noop("You may no longer invite people to this programme.")


def tell_failed(job: Job) -> None:
    """Tell who pressed that not every invitation was written: they may have left the page."""
    tell_job_ended(job=job, actor=job.requested_by)


@job_handler(KIND, on_failed=tell_failed)
def send_invitations(run: JobRun) -> None:
    """Write every invitation that is still to be written; how many were written already is where the bar begins."""
    with acting_as(run.actor.pk):
        if not permissions.can_manage(run.actor, run.job.programme_id):
            raise JobRefused("gone", GONE)
        rows = Invitation.objects.filter(job=run.job)
        total, done = rows.count(), rows.count() - rows.unwritten().count()
    while True:
        run.step(WRITING, done, total)
        with acting_as(run.actor.pk):
            written = write_invitations(job=run.job, now=timezone.now(), limit=BATCH)
        done += written
        if written < BATCH:
            break
    with run.finishing() as job:
        job.result_url = run_url(job)


@transaction.atomic
def write_invitations(*, job: Job, now: datetime, limit: int) -> int:
    """Write up to `limit` invitations of a press, and return how many; one that was taken back meanwhile is not written.

    The word of a link is in the outgoing mail alone, which the web cannot read and a day after delivery is emptied. By
    night mails wait until morning, and the days of the link count from then.
    """
    waiting = Invitation.objects.unwritten().filter(job=job).select_related("programme", "company", "person", "seat")
    rows = list(waiting.select_related("invited_by").select_for_update(of=("self",)).order_by("pk")[:limit])
    for row in rows:
        _write(row, now=now)
    Invitation.objects.bulk_update(rows, ["token_hash", "mail_id", "expires_at"])
    return len(rows)


def _write(row: Invitation, *, now: datetime) -> None:
    token, leaves_at = new_token(), first_moment(now)
    row.token_hash = token_hash(token)
    row.expires_at = (leaves_at or now) + timedelta(days=LINK_DAYS)
    invited = row.seat or row.person
    with override(row.language):
        offer = what_is_offered(row)
        params = {
            "inviter": row.invited_by.name,
            "offer": offer,
            "programme": row.programme.name,
            "expires_at": date_and_time(row.expires_at),
        }
        name = invited.name
    row.mail_id = write_to(
        to=Reader(name=name, address=row.address, language=row.language),
        kind="invitation",
        actor=row.invited_by,
        params=params,
        path=reverse("programmes:accept_invitation", args=[token]),
        reply_to=row.invited_by.email,
        not_before=leaves_at,
    )
