"""Deeds of the importer: upload, confirm, and, from the command line, all of it at once."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext_noop

from audit import services as audit
from common.tenancy import acting_as
from jobs.models import Job, StoredFile
from jobs.services import request_job, store_file
from programmes.models import Programme
from programmes.permissions import can_manage

from . import permissions, tasks
from .importing.examining import Examination, Progress, compare_with_portal, read_content
from .importing.pauses import paused_collection
from .importing.planning import ALL
from .models import Import

CHECK_TITLE = gettext_noop("Check “%(name)s”")
APPLY_TITLE = gettext_noop("Register “%(name)s”")
EXPORT_TITLE = gettext_noop("Workbook of %(programme)s")
ENDING = ".xlsx"


class ImportNotReady(Exception):
    """The import cannot be confirmed: it is still being checked, has errors, or was confirmed already."""


@transaction.atomic
def upload_workbook(*, name: str, content: bytes, actor) -> Import:
    """Keep an uploaded workbook and let the worker check it. Nothing of it is registered."""
    if not permissions.can_import(actor):
        raise PermissionDenied
    file = _keep(name, content, actor)
    imported = Import(uploaded_by=actor, file=file, file_name=file.name)
    imported.save(force_insert=True)
    check_again(imported=imported, actor=actor)
    audit.log(actor=actor, verb="import.uploaded", obj=imported, detail={"bytes": len(content)})
    return imported


def _keep(name: str, content: bytes, actor) -> StoredFile:
    """Whatever the file calls itself, it is kept and handed out as a workbook: nothing else is done with it."""
    stem = name[: -len(ENDING)] if name.lower().endswith(ENDING) else name
    return store_file(name=f"{stem}{ENDING}", content=content, actor=actor)


@transaction.atomic
def check_again(*, imported: Import, actor) -> None:
    """Let the worker check the file, now or once more; what an earlier check found stays until the new one is done.

    Raises ImportNotReady when it is being registered or has been.
    """
    if imported.confirmed_at or imported.applied_at:
        raise ImportNotReady(imported.stage)
    job, _created = request_job(
        tasks.CHECK,
        title=CHECK_TITLE,
        title_params={"name": imported.file_name},
        params={"import_id": str(imported.pk)},
        programme_id=imported.programme_id,
        actor=actor,
        dedupe=str(imported.pk),
    )
    imported.check_job = job
    imported.save(update_fields=["check_job"])


@transaction.atomic
def confirm_import(*, imported: Import, taken: Collection[str], actor, now: datetime) -> Import:
    """Let the worker register the import; `taken` are the conflicts in which the file wins, or "all".

    Raises PermissionDenied, and ImportNotReady when there is nothing to confirm (any more).
    """
    locked = Import.objects.select_for_update().get(pk=imported.pk)
    if not permissions.can_import(actor):
        raise PermissionDenied
    if not locked.can_be_confirmed:
        raise ImportNotReady(locked.stage)
    locked.taken = sorted(taken)
    locked.confirmed_at = now
    job, _created = request_job(
        tasks.APPLY,
        title=APPLY_TITLE,
        title_params={"name": locked.file_name},
        params={"import_id": str(locked.pk)},
        programme_id=locked.programme_id,
        actor=actor,
        dedupe=str(locked.pk),
    )
    locked.apply_job = job
    locked.save(update_fields=["taken", "confirmed_at", "apply_job"])
    audit.log(
        actor=actor,
        verb="import.confirmed",
        obj=locked,
        programme_id=locked.programme_id,
        detail={"taken": len(locked.taken)},
    )
    return locked


@transaction.atomic
def request_export(*, programme: Programme, language: str, actor) -> Job:
    """Ask for the whole programme as a workbook, and return the job; while it is being made, that one.

    Raises PermissionDenied for anyone but the programme's secretariat.
    """
    if not can_manage(actor, programme.pk):
        raise PermissionDenied
    job, created = request_job(
        tasks.EXPORT,
        title=EXPORT_TITLE,
        title_params={"programme": {"ja": programme.name_ja, "en": programme.name_en}},
        params={"programme": str(programme.pk), "language": language},
        programme_id=programme.pk,
        actor=actor,
        dedupe=language,
    )
    if created:
        audit.log(actor=actor, verb="programme.export_requested", obj=programme, programme_id=programme.pk)
    return job


@dataclass
class Outcome:
    """What a direct import came to; `imported` is None when nothing was registered."""

    examination: Examination
    imported: Import | None = None


def import_directly(
    *,
    name: str,
    content: bytes,
    actor,
    now: datetime,
    dry_run: bool = False,
    take_file: bool = False,
    progress: Progress | None = None,
    before_writing=lambda: None,
) -> Outcome:
    """Read, check and register in this process, for the command line; a dry run stops before writing.

    `before_writing` is called when reading is over. Raises ImportConflict; then nothing is written.
    """
    taken = [ALL] if take_file else []
    with paused_collection():
        examination = read_content(content, now=now, progress=progress)
        with acting_as(actor.pk):
            compare_with_portal(examination, actor=actor, now=now, taken=taken, for_writing=not dry_run)
            if dry_run or not examination.can_be_applied:
                return Outcome(examination)
            before_writing()
            file = _keep(name, content, actor)
            imported = Import(uploaded_by=actor, file=file, file_name=file.name, checked_at=now, confirmed_at=now)
            imported.taken = taken
            imported.save(force_insert=True)
            tasks.write(imported, examination, content, actor=actor, now=now)
    return Outcome(examination, imported)
