"""Checking and registering a workbook, in the worker."""

from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from common.tenancy import acting_as
from jobs.models import Job
from jobs.services import open_stored, store_file
from jobs.tasks import JobRefused, JobRun, job_handler

from .importing.applying import ImportConflict, apply_plan
from .importing.examining import Examination, compare_with_portal, read_content, record
from .importing.pauses import paused_collection
from .models import Import

CHECK = "imports.check"
APPLY = "imports.apply"

READING = gettext_noop("Reading the workbook")
READING_SHEET = gettext_noop("Reading the sheet “%(sheet)s”, row %(row)s")
COMPARING = gettext_noop("Comparing with the portal")
MARKING = gettext_noop("Marking what is remarkable")
REGISTERING = gettext_noop("Registering")
GONE = gettext_noop("This import is no longer there.")
NOT_CONFIRMED = gettext_noop("This import has not been confirmed, or was registered already.")
STEPS = 4


def _load(run: JobRun, *, lock: bool = False) -> Import:
    rows = Import.objects.visible_to(run.actor).filter(pk=run.job.params["import_id"])
    imported = (rows.select_for_update(of=("self",)) if lock else rows).select_related("file").first()
    if imported is None:
        raise JobRefused("gone", GONE)
    return imported


def _read(run: JobRun, now) -> Examination:
    run.step(READING, 0, STEPS)
    with acting_as(run.actor.pk):
        stored = _load(run).file
    with open_stored(stored) as file:
        content = file.read()
    return read_content(
        content, now=now, progress=lambda sheet, row: run.step(READING_SHEET, 0, STEPS, sheet=sheet, row=row)
    )


@job_handler(CHECK)
def check(run: JobRun) -> None:
    """Read, check and compare; what is found is kept for the page, and nothing else is written."""
    now = timezone.now()
    with paused_collection():
        examination = _read(run, now)
        run.step(COMPARING, 1, STEPS)
        with acting_as(run.actor.pk):
            compare_with_portal(examination, actor=run.actor, now=now)
        run.step(MARKING, 2, STEPS)
        with translation.override(run.actor.language):
            annotated = examination.annotated()
            prefix = _("Remarks")
        run.step(MARKING, 3, STEPS)
        with run.finishing() as job:
            imported = _load(run, lock=True)
            _keep(imported, examination, annotated, prefix, actor=run.actor, now=now)
            job.result_url = reverse("imports:import", args=[imported.pk])


def _keep(imported: Import, examination: Examination, annotated: bytes | None, prefix: str, *, actor, now) -> None:
    record(imported, examination, now=now)
    if annotated is not None:
        imported.annotated = store_file(
            name=f"{prefix} {imported.file.name}",
            content=annotated,
            actor=actor,
            programme_id=imported.programme_id,
        )
    imported.save()


def _unconfirm(job: Job) -> None:
    """Nothing was registered, so that it can be confirmed again."""
    Import.objects.filter(pk=job.params["import_id"], applied_at__isnull=True).update(confirmed_at=None)


@job_handler(APPLY, on_failed=_unconfirm)
def register(run: JobRun) -> None:
    """Read the same file again, compare with the portal as it is now, and write everything or nothing."""
    now = timezone.now()
    with paused_collection():
        examination = _read(run, now)
        run.step(COMPARING, 1, STEPS)
        run.step(REGISTERING, 2, STEPS)
        try:
            with run.finishing() as job:
                imported = _load(run, lock=True)
                if imported.confirmed_at is None or imported.applied_at is not None:
                    raise JobRefused("not_confirmed", NOT_CONFIRMED)
                compare_with_portal(examination, actor=run.actor, now=now, taken=imported.taken)
                write(imported, examination, actor=run.actor, now=now)
                job.result_url = reverse("imports:import", args=[imported.pk])
        except ImportConflict as conflict:
            raise JobRefused(conflict.code, conflict.message) from conflict


def write(imported: Import, examination: Examination, *, actor, now) -> None:
    """Apply and keep the outcome, in the caller's transaction; with errors only the outcome, to be corrected first."""
    record(imported, examination, now=imported.checked_at or now)
    if examination.can_be_applied:
        imported.programme = apply_plan(examination.plan, actor=actor, now=now)
        imported.applied_at = now
    else:
        imported.confirmed_at = None
    imported.save()
