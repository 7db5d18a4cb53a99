"""Sending an announcement by mail, too: each account once, in batches that another attempt goes on from."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_noop

from common.models import in_language
from common.tenancy import acting_as
from jobs.tasks import JobRefused, JobRun, job_handler
from notifications.services import first_moment, notify
from programmes.models import Notice
from programmes.queries.notices import KIND, notice_of, reached

BATCH = 50
WRITING = gettext_noop("Writing the mails")
GONE = gettext_noop("This announcement is not there any more.")


@job_handler(KIND)
def send_notice(run: JobRun) -> None:
    """Write to everybody whom it is for. The key of the message keeps a second attempt from saying it twice."""
    with acting_as(run.actor.pk):
        notice = notice_of(run.actor, run.job.params["notice"])
        if notice is None:
            raise JobRefused("gone", GONE)
        people = list(reached(notice.programme, notice.audience, today=timezone.localdate()))
    for start in range(0, len(people), BATCH):
        run.step(WRITING, start, len(people))
        with acting_as(run.actor.pk):
            for person in people[start : start + BATCH]:
                tell(notice, person, actor=run.actor)
    with run.finishing() as job:
        job.result_url = reverse("programmes:notice", args=[notice.programme_id, notice.pk])


def tell(notice: Notice, person, *, actor) -> None:
    """Tell one person; the message keeps the programme's name, the words stand in the mail alone."""
    notify(
        to=person,
        kind="notice",
        actor=actor,
        params={"programme": in_language(notice.programme, "name", person.language)},
        mail_only={
            "title": in_language(notice, "title", person.language),
            "text": in_language(notice, "text", person.language),
        },
        path=reverse("programmes:notice", args=[notice.programme_id, notice.pk]),
        programme_id=notice.programme_id,
        key=f"notice:{notice.pk}",
        not_before=first_moment(timezone.now()),
    )
