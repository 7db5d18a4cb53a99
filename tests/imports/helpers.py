"""Importing as the command and the worker do it: as the web role, in the actor's context."""

from datetime import UTC, datetime

from accounts.services import system_operator
from imports.services import import_directly
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
