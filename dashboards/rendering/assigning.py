"""Who advises whom, as the tables and words of the secretariat's pages."""

from collections.abc import Iterable
from datetime import date

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext, pgettext

from common import dates
from common.components import Cell, Column, Figure, Table, Task, badge, link
from programmes.models import Assignment, Conflict, Seat


def adviser_url(seat: Seat) -> str:
    return reverse("dashboards:adviser", args=[seat.programme_id, seat.pk])


def company_url(assignment: Assignment) -> str:
    return reverse("dashboards:company_advisers", args=[assignment.programme_id, assignment.company_id])


def assignment_url(assignment: Assignment) -> str:
    return reverse("dashboards:assignment", args=[assignment.programme_id, assignment.company_id, assignment.pk])


def load_table(seats: Iterable[Seat]) -> Table:
    return Table(
        caption=gettext("Advisers and what they have to do"),
        columns=[
            Column(label=gettext("Adviser")),
            Column(label=pgettext("how many", "Companies"), numeric=True),
            Column(label=gettext("Consultations ahead"), numeric=True),
            Column(label=gettext("Consultations held"), numeric=True),
            Column(label=gettext("Texts to review"), numeric=True),
            Column(label=gettext("Conflicts of interest"), numeric=True),
        ],
        rows=[
            (
                link(seat.name, adviser_url(seat)),
                seat.companies,
                seat.ahead,
                seat.held,
                seat.reviews,
                seat.conflicts_declared or None,
            )
            for seat in seats
        ],
    )


def load_figures(seat: Seat) -> list[Figure]:
    return [
        Figure(label=gettext("Companies today"), value=seat.companies),
        Figure(label=gettext("Consultations ahead"), value=seat.ahead),
        Figure(label=gettext("Consultations held"), value=seat.held),
        Figure(label=gettext("Texts to review"), value=seat.reviews),
    ]


def load_labels(seats: Iterable[Seat]) -> dict:
    """Return how each adviser is offered in a form: with what they have to do already."""
    words = gettext("%(name)s (companies: %(companies)s, consultations ahead: %(ahead)s, texts to review: %(reviews)s)")
    return {
        seat.pk: words % {"name": seat.name, "companies": seat.companies, "ahead": seat.ahead, "reviews": seat.reviews}
        for seat in seats
    }


def period(starts_on: date, ends_on: date | None) -> str:
    first = dates.short_date(starts_on)
    if ends_on is None:
        return gettext("from %(first)s") % {"first": first}
    return gettext("%(first)s to %(last)s") % {"first": first, "last": dates.short_date(ends_on)}


def standing(assignment: Assignment, *, day: date) -> SafeString:
    """Return whether it holds, is to come or is over; and that the adviser declared a conflict since."""
    if assignment.ends_on and assignment.ends_on < day:
        return badge("assignment_over")
    told = badge("assignment_holds" if assignment.starts_on <= day else "assignment_to_come")
    return format_html("{} {}", told, badge("in_conflict")) if assignment.is_conflicted else told


def in_order(assignments: Iterable[Assignment], *, day: date) -> list[Assignment]:
    """Put those that hold first, then those to come, then the past, the latest first."""

    def place(assignment: Assignment) -> tuple:
        is_over = assignment.ends_on is not None and assignment.ends_on < day
        if is_over:
            return (2, -assignment.ends_on.toordinal(), str(assignment.pk))
        return (int(assignment.starts_on > day), assignment.starts_on.toordinal(), str(assignment.pk))

    return sorted(assignments, key=place)


def assignments_table(assignments: Iterable[Assignment], *, day: date, of_company: bool) -> Table:
    """The assignments of a company, or of an adviser, each with the way to change it."""
    return Table(
        caption=gettext("Assignments"),
        columns=[
            Column(label=gettext("Adviser") if of_company else gettext("Company")),
            Column(label=gettext("Days")),
            Column(label=gettext("State")),
            Column(label=gettext("Change")),
        ],
        rows=[
            (
                link(each.adviser.name, adviser_url(each.adviser))
                if of_company
                else link(each.company.name, company_url(each)),
                Cell(period(each.starts_on, each.ends_on), "nowrap"),
                standing(each, day=day),
                link(_change_words(each, of_company=of_company), assignment_url(each)),
            )
            for each in in_order(assignments, day=day)
        ],
    )


def _change_words(assignment: Assignment, *, of_company: bool) -> SafeString:
    who = assignment.adviser.name if of_company else assignment.company.name
    return format_html('{}<span class="visually-hidden">: {}</span>', gettext("Change or end"), who)


def conflict_tasks(assignments: Iterable[Assignment]) -> list[Task]:
    return [
        Task(
            title=gettext("%(adviser)s declared a conflict of interest with %(company)s")
            % {"adviser": each.adviser.name, "company": each.company.name},
            status="open",
            url=assignment_url(each),
            hint=period(each.starts_on, each.ends_on),
        )
        for each in assignments
    ]


def barred_lines(conflicts: Iterable[Conflict]) -> list[str]:
    words = gettext("%(name)s: %(reason)s")
    return [
        words % {"name": each.seat.name, "reason": each.reason} if each.reason else each.seat.name for each in conflicts
    ]


def left_over_lines(counts: dict[str, int]) -> list[str]:
    """Return what stays to be done when an adviser goes, in words."""
    lines = []
    if counts["booked"]:
        lines.append(
            ngettext(
                "%(count)s consultation is booked with this adviser. It stays booked: move it or cancel it.",
                "%(count)s consultations are booked with this adviser. They stay booked: move or cancel them.",
                counts["booked"],
            )
            % {"count": counts["booked"]}
        )
    if counts["reviews"]:
        lines.append(
            ngettext(
                "%(count)s text waits for this adviser's review. Reviews that were begun are handed on by the adviser, or "
                "closed unseen when somebody else begins.",
                "%(count)s texts wait for this adviser's review. Reviews that were begun are handed on by the adviser, or "
                "closed unseen when somebody else begins.",
                counts["reviews"],
            )
            % {"count": counts["reviews"]}
        )
    return lines
