"""Asking for the PDF of shared minutes."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from common.dates import long_date
from consultations import permissions
from consultations.models import Consultation, Minutes
from consultations.queries.minutes import MINUTES_KIND
from jobs.models import Job
from jobs.services import request_job

from .minutes import NotWritable

PDF_TITLE = gettext_noop("Minutes of the consultation on %(day)s")


@transaction.atomic
def request_minutes_pdf(
    *, consultation: Consultation, minutes: Minutes | None, language: str, actor
) -> tuple[Job, bool]:
    """Ask for the PDF; while the same is being made, return that job and False. Raises PermissionDenied and NotWritable."""
    if not permissions.can_read_draft(actor, consultation):
        raise PermissionDenied
    if minutes is None or minutes.shared_at is None:
        raise NotWritable
    day = timezone.localdate(consultation.starts_at)
    return request_job(
        MINUTES_KIND,
        title=PDF_TITLE,
        title_params={"day": {code: long_date(day, language=code) for code in ("ja", "en")}},
        params={"consultation": str(consultation.pk), "language": language},
        company_id=consultation.company_id,
        is_content=True,
        dedupe=f"{consultation.pk}:{actor.pk}:{language}:{minutes.rev}",
        actor=actor,
    )
