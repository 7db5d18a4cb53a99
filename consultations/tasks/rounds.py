"""Telling the people of a round, a few consultations at a time: in whichever attempt, each person once."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_noop

from common.tenancy import acting_as
from consultations.enums import State
from consultations.models import Consultation, Round
from consultations.queries import INVITATIONS_KIND
from jobs.models import Job
from jobs.tasks import JobRefused, JobRun, job_handler
from notifications.services import tell_job_ended
from programmes.models import Assignment

from .drafts import pin_draft
from .messages import Circles, tell_booked

AT_ONCE = 20
WRITING = gettext_noop("Writing invitations: %(told)s of %(all)s consultations")
GONE = gettext_noop("You may no longer send this round.")


def tell_failed(job: Job) -> None:
    """Tell who sent the round that not everybody has been told, and why."""
    tell_job_ended(job=job, actor=job.requested_by)


@job_handler(INVITATIONS_KIND, on_failed=tell_failed)
def invite(run: JobRun) -> None:
    """Tell the people of every consultation of the round; an attempt goes on where the last one ended."""
    round_id = UUID(run.job.params["round"])
    with acting_as(run.actor.pk):
        made = Round.objects.visible_to(run.actor).filter(pk=round_id).first()
        total = Consultation.objects.filter(round=made).count() if made else 0
        told = total - _untold(round_id).count()
    if made is None:
        raise JobRefused("gone", GONE)
    while True:
        run.step(WRITING, told, total, told=told, all=total)
        with acting_as(run.actor.pk):
            count = tell_some(round_id, actor=run.actor)
        if not count:
            break
        told += count
    with run.finishing() as job:
        job.steps_done = job.steps_total = total
        job.result_url = reverse("consultations:round", args=[made.programme_id, made.pk])


def _untold(round_id: UUID):
    return Consultation.objects.filter(round=round_id, told_at__isnull=True)


def _beginnings(consultations: Iterable[Consultation]) -> dict[UUID, date]:
    """Return on which day each adviser's assignment begins: not before that may the adviser read the draft."""
    wanted = {(each.enrolment_id, each.adviser_id): each for each in consultations}
    rows = Assignment.objects.filter(enrolment__in=[enrolment_id for enrolment_id, _adviser in wanted])
    found = {}
    for row in rows:
        each = wanted.get((row.enrolment_id, row.adviser_id))
        if each and row.starts_on <= timezone.localdate(each.starts_at) <= (row.ends_on or date.max):
            found[each.pk] = row.starts_on
    return found


def tell_some(round_id: UUID, *, actor, most: int = AT_ONCE) -> int:
    """Tell the people of some consultations and write that they were told; return of how many. Call it in a transaction.

    The rows are held: an attempt that was given up and comes back finds what the next one told, and tells nobody twice.
    What was moved or cancelled meanwhile was told of by that.
    """
    rows = _untold(round_id).select_related("company", "adviser__user", "enrolment").order_by("starts_at", "pk")
    held = list(rows.select_for_update(of=("self",))[:most])
    circles, begins = Circles.of(held), _beginnings(held)
    for each in held:
        if each.state == State.BOOKED and not each.sequence:
            pin_draft(each, actor=actor, begins=begins.get(each.pk, timezone.localdate()))
            tell_booked(each, actor, circles=circles)
    Consultation.objects.filter(pk__in=[each.pk for each in held]).update(told_at=Now())
    return len(held)
