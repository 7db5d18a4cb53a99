"""Importing as the command and the worker do it: as the web role, in the actor's context."""

from datetime import UTC, datetime

from django.utils import timezone

from accounts.services import system_operator
from common.tenancy import acting_as
from imports.models import Import
from imports.services import confirm_import, import_directly, upload_workbook
from jobs.tasks import run_job
from programmes.models import Programme
from tests.factories.workbooks import make_workbook
from tests.roles import web_role

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


def run_import(content, *, actor=None, now=NOW, name="programme.xlsx", **options):
    """Import plain lists or the bytes of a workbook; returns the outcome."""
    content = content if isinstance(content, bytes) else make_workbook(content)
    actor = actor or system_operator()
    with web_role():
        return import_directly(name=name, content=content, actor=actor, now=now, **options)


def counts(outcome) -> dict:
    """What the plan found, without the sheets in which nothing is new, changed, in conflict or gone."""
    return {
        name: {key: number for key, number in plan.counts.items() if number and key != "unchanged"}
        for name, plan in outcome.examination.plan.sheets.items()
        if any(number for key, number in plan.counts.items() if key != "unchanged")
    }


def programme(code: str = "fy2025-small") -> Programme:
    return Programme.objects.get(code=code)


def work(imported, *, name="check"):
    """Do the import's job as a worker would, under the web role; returns the import as it then is."""
    job_id = getattr(imported, f"{name}_job_id")
    with web_role():
        run_job(str(job_id), str(imported.uploaded_by_id))
    return Import.objects.get(pk=imported.pk)


def upload(actor, content=None, *, name="programme.xlsx"):
    """Upload as the page does, and let the worker check it."""
    content = content if isinstance(content, bytes) else make_workbook(content)
    with acting_as(actor.pk), web_role():
        imported = upload_workbook(name=name, content=content, actor=actor)
    return work(imported)


def confirm(imported, actor, *, taken=()):
    """Confirm as the page does, and let the worker register it."""
    with acting_as(actor.pk), web_role():
        confirm_import(imported=imported, taken=taken, actor=actor, now=timezone.now())
    imported.refresh_from_db()
    return work(imported, name="apply")
