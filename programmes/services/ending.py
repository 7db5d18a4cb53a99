"""Closing a programme, and opening it again. In between everybody reads and nobody writes: the database sees to it."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit import services as audit
from companies.services import end_access
from jobs.services import JobNotOpen, cancel_job
from notifications.services import forget_reminders_of_programme
from programmes import permissions
from programmes.models import Assignment, Programme, Survey
from programmes.queries.ending import open_jobs
from programmes.signals import programme_ends


class EndingRefused(Exception):
    """It cannot be closed or opened as it stands. The message says why, in the words of the person who asks."""


@transaction.atomic
def close_programme(*, programme: Programme, reason: str, actor, now: datetime) -> Programme:
    """Close a programme: what it waits for ends, its advisers' access ends, and from then on it is read only.

    Order of effects: surveys and assignments end, apps above end their own (`programme_ends`), reminders and jobs that wait
    are taken back, and last the programme is marked, after which the database refuses every change to it. Raises
    PermissionDenied, and EndingRefused when it is closed already.
    """
    if not permissions.can_manage(actor, programme.pk):
        raise PermissionDenied
    held = Programme.objects.select_for_update().get(pk=programme.pk)
    if held.closed_at:
        raise EndingRefused(_("The programme has been closed already."))
    Survey.objects.filter(programme=held, closes_at__gt=now).update(closes_at=now)
    ended = _end_assignments(held, now)
    programme_ends.send(sender=Programme, programme=held, actor=actor, now=now)
    forget_reminders_of_programme(programme_id=held.pk)
    stopped = _stop_jobs(held, actor=actor)
    held.closed_at, held.closed_by, held.closed_reason = now, actor, reason
    held.save(update_fields=["closed_at", "closed_by", "closed_reason"])
    audit.log(
        actor=actor,
        verb="programme.closed",
        obj=held,
        programme_id=held.pk,
        detail={"assignments": ended, "jobs": stopped},
    )
    return held


def _end_assignments(programme: Programme, now: datetime) -> int:
    """End what advisers may still see and read through this programme, at once; what has not begun never begins."""
    today = timezone.localdate(now)
    assignments = list(Assignment.objects.filter(programme=programme))
    going = [each for each in assignments if each.ends_on is None or each.ends_on >= today]
    for each in going:
        each.ends_on = max(today, each.starts_on)
    Assignment.objects.bulk_update(going, ["ends_on"], batch_size=1000)
    end_access(source_ids=[each.pk for each in assignments])
    return len(going)


def _stop_jobs(programme: Programme, *, actor) -> int:
    stopped = 0
    for job in open_jobs(programme):
        try:
            cancel_job(job=job, actor=actor)
        except JobNotOpen:  # it was done in this moment
            continue
        stopped += 1
    return stopped


@transaction.atomic
def reopen_programme(*, programme: Programme, reason: str, actor, now: datetime) -> Programme:
    """Let a closed programme be written again. Assignments, reminders and jobs that ended stay ended.

    Raises PermissionDenied for everybody but the leader of its secretariat, and EndingRefused when it is open.
    """
    if not permissions.can_reopen(actor, programme.pk):
        raise PermissionDenied
    held = Programme.objects.select_for_update().get(pk=programme.pk)
    if not held.closed_at:
        raise EndingRefused(_("The programme is open already."))
    held.closed_at = None
    held.reopened_at, held.reopened_by, held.reopened_reason = now, actor, reason
    held.save(update_fields=["closed_at", "reopened_at", "reopened_by", "reopened_reason"])
    audit.log(actor=actor, verb="programme.reopened", obj=held, programme_id=held.pk)
    return held
