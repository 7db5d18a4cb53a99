"""Checking and registering a workbook, and taking a programme out as one, in the worker."""

from itertools import count

from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from audit import services as audit
from common.tenancy import acting_as
from jobs.models import Job, StoredFile
from jobs.services import open_stored, store_file
from jobs.tasks import JobRefused, JobRun, job_handler
from notifications.services import tell_job_ended
from programmes.models import Programme

from .importing.applying import ImportConflict, apply_plan
from .importing.examining import Examination, compare_with_portal, read_content, record
from .importing.pauses import paused_collection
from .importing.reading.schema import SHEETS
from .models import Import

CHECK = "imports.check"
APPLY = "imports.apply"
EXPORT = "imports.export"

READING = gettext_noop("Reading the workbook")
READING_SHEET = gettext_noop("Reading the sheet “%(sheet)s”, row %(row)s")
COMPARING = gettext_noop("Comparing with the portal")
MARKING = gettext_noop("Marking what is remarkable")
REGISTERING = gettext_noop("Registering")
GONE = gettext_noop("This import is no longer there.")
NOT_CONFIRMED = gettext_noop("This import has not been confirmed, or was registered already.")
READING_PROGRAMME = gettext_noop("Reading the programme")
WRITING_SHEET = gettext_noop("Writing the sheet “%(sheet)s”")
OUT_OF_REACH = gettext_noop("You may no longer take this programme out.")
TOO_MANY = gettext_noop(
    "A sheet would have more rows than an import reads. Please ask whoever runs the portal for help."
)
STEPS = 4


def _load(run: JobRun, *, lock: bool = False) -> Import:
    rows = Import.objects.visible_to(run.actor).filter(pk=run.job.params["import_id"])
    imported = (rows.select_for_update(of=("self",)) if lock else rows).first()
    if imported is None:
        raise JobRefused("gone", GONE)
    return imported


def _content(run: JobRun) -> bytes:
    run.step(READING, 0, STEPS)
    with acting_as(run.actor.pk):
        stored = StoredFile.objects.visible_to(run.actor).filter(pk=_load(run).file_id).first()
    if stored is None:
        raise JobRefused("gone", GONE)
    with open_stored(stored) as file:
        return file.read()


def _read(run: JobRun, content: bytes, now) -> Examination:
    return read_content(
        content, now=now, progress=lambda sheet, row: run.step(READING_SHEET, 0, STEPS, sheet=sheet, row=row)
    )


def _tell(job: Job) -> None:
    """Tell who asked by mail: of a failure, and of a registration; a check is over before anybody leaves the page."""
    tell_job_ended(job=job, actor=job.requested_by)


@job_handler(CHECK, on_failed=_tell)
def check(run: JobRun) -> None:
    """Read, check and compare; what is found is kept for the page, and nothing else is written."""
    now = timezone.now()
    with paused_collection():
        content = _content(run)
        examination = _read(run, content, now)
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
            job.result_url = reverse("imports:import", args=[imported.pk])
            if imported.confirmed_at:
                return
            record(imported, examination, now=now)
            _hand_over(imported, content, actor=run.actor)
            if annotated is not None:
                imported.annotated = store_file(
                    name=f"{prefix} {imported.file_name}",
                    content=annotated,
                    actor=run.actor,
                    programme_id=imported.programme_id,
                )
            imported.save()


def _hand_over(imported: Import, content: bytes, *, actor) -> None:
    """Let the whole secretariat of the programme read the file, as soon as the programme is known."""
    if imported.programme_id and imported.file.programme_id != imported.programme_id:
        imported.file = store_file(
            name=imported.file_name, content=content, actor=actor, programme_id=imported.programme_id
        )


def _unconfirm(job: Job) -> None:
    """Nothing was registered, so that it can be confirmed again."""
    Import.objects.filter(pk=job.params["import_id"], applied_at__isnull=True).update(confirmed_at=None)
    _tell(job)


@job_handler(APPLY, on_failed=_unconfirm)
def register(run: JobRun) -> None:
    """Read the same file again, compare with the portal as it is now, and write everything or nothing."""
    now = timezone.now()
    with paused_collection():
        content = _content(run)
        examination = _read(run, content, now)
        run.step(COMPARING, 1, STEPS)
        run.step(REGISTERING, 2, STEPS)
        try:
            with run.finishing() as job:
                imported = _load(run, lock=True)
                if imported.confirmed_at is None or imported.applied_at is not None:
                    raise JobRefused("not_confirmed", NOT_CONFIRMED)
                compare_with_portal(examination, actor=run.actor, now=now, taken=imported.taken, for_writing=True)
                write(imported, examination, content, actor=run.actor, now=now)
                job.result_url = reverse("imports:import", args=[imported.pk])
                _tell(job)
        except ImportConflict as conflict:
            raise JobRefused(conflict.code, conflict.message) from conflict


def write(imported: Import, examination: Examination, content: bytes, *, actor, now) -> None:
    """Apply and keep the outcome, in the caller's transaction; with errors only the outcome, to be corrected first."""
    record(imported, examination, now=imported.checked_at or now)
    if examination.can_be_applied:
        imported.programme = apply_plan(examination.plan, actor=actor, now=now)
        imported.applied_at = now
        _hand_over(imported, content, actor=actor)
    else:
        imported.confirmed_at = None
    imported.save()


@job_handler(EXPORT, on_failed=_tell)
def export(run: JobRun) -> None:
    """Take a whole programme out as a workbook: read at one moment, written outside of any transaction."""
    from .importing.exporting import TooManyRows, collect, write_workbook  # noqa: PLC0415 - openpyxl only in the worker

    total = len(SHEETS) + 1
    run.step(READING_PROGRAMME, 0, total)
    with paused_collection():
        try:
            with acting_as(run.actor.pk):
                rows = collect(_managed(run), actor=run.actor, now=timezone.now())
        except TooManyRows as error:
            raise JobRefused("too_many", TOO_MANY) from error
        steps = count(1)
        with translation.override(run.job.params["language"]):
            content = write_workbook(rows, tell=lambda sheet: run.step(WRITING_SHEET, next(steps), total, sheet=sheet))
    with run.finishing() as job:
        programme = _managed(run)
        name = f"{programme.code}_{timezone.localdate():%Y%m%d}.xlsx"
        stored = store_file(name=name, content=content, actor=run.actor, programme_id=programme.pk)
        job.params = job.params | {"file": str(stored.pk)}
        job.result_url = reverse("imports:export_file", args=[programme.pk, job.pk])
        audit.log(
            actor=run.actor,
            verb="programme.exported",
            obj=programme,
            programme_id=programme.pk,
            detail={"rows": sum(len(sheet) for sheet in rows.rows.values()), "sha256": stored.sha256},
        )


def _managed(run: JobRun) -> Programme:
    programme = Programme.objects.managed_by(run.actor).filter(pk=run.job.params["programme"]).first()
    if programme is None:
        raise JobRefused("out_of_reach", OUT_OF_REACH)
    return programme
