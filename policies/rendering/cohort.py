"""The words of the cohort matrix that page and file share."""

from collections.abc import Iterable
from types import SimpleNamespace

from django.utils.translation import gettext

from common import dates
from common.models import in_language
from policies.queries.cohort import Step
from programmes.enums import MilestoneCode

from . import state_label


def company_name(row) -> str:
    """Return the name of a row's company in the reader's language, or the other one."""
    return in_language(SimpleNamespace(name_ja=row.company__name_ja, name_en=row.company__name_en), "name")


def names(people: Iterable[dict]) -> str:
    """Return names that a query gave as {"name_ja", "name_en"}, in the reader's language or the other one."""
    return gettext(", ").join(in_language(SimpleNamespace(**each), "name") for each in people)


def charge_name(in_charge: dict | None) -> str:
    return (in_language(SimpleNamespace(**in_charge), "name") or in_charge["email"]) if in_charge else ""


def due_note(step: Step) -> str:
    """Return the day under the head: when the session was, or by when the step is due."""
    if not step.due_on:
        return ""
    if step.source == MilestoneCode.SESSION:
        return dates.short_date(step.due_on)
    return gettext("by %(day)s") % {"day": dates.short_date(step.due_on)}


def filter_label(name: str) -> str:
    labels = {
        "none": gettext("Not started"),
        "late": gettext("Overdue"),
        "unassigned": gettext("No adviser"),
        "withdrawn": gettext("Withdrawn"),
    }
    return labels.get(name) or state_label(name)
