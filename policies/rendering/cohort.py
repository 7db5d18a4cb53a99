"""The words of the cohort matrix that page and file share."""

from collections.abc import Iterable

from django.utils.translation import get_language, gettext

from common import dates
from policies.queries.cohort import Step
from programmes.enums import MilestoneCode

from . import state_label


class Names:
    """Names as rows of the matrix write them, in the reader's language or the other one: asked thousands of times."""

    def __init__(self):
        language = (get_language() or "ja")[:2]
        self.own, self.other = ("name_ja", "name_en") if language == "ja" else ("name_en", "name_ja")
        self.own_company, self.other_company = f"company__{self.own}", f"company__{self.other}"
        self.comma = gettext(", ")

    def company(self, row) -> str:
        """Return the name of a row's company."""
        return getattr(row, self.own_company) or getattr(row, self.other_company)

    def person(self, named: dict) -> str:
        return named[self.own] or named[self.other]

    def people(self, named: Iterable[dict]) -> str:
        """Return names that a query gave as {"name_ja", "name_en"}."""
        return self.comma.join(map(self.person, named))

    def in_charge(self, named: dict | None) -> str:
        return (self.person(named) or named["email"]) if named else ""


def names(people: Iterable[dict]) -> str:
    """Return names that a query gave as {"name_ja", "name_en"}, in the reader's language or the other one."""
    return Names().people(people)


def charge_name(in_charge: dict | None) -> str:
    return Names().in_charge(in_charge)


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
