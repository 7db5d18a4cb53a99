"""The secretariat gives companies advisers: for a time, for another time, in somebody's stead, or no longer."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from audit import services as audit
from common import dates
from common.models import in_language
from companies import services as companies
from companies.models import Company
from notifications.services import notify
from programmes.enums import SeatRole
from programmes.models import Assignment, Conflict, Enrolment, Seat

from .programme import assign_advisers, change_assignment

# How many companies a message names before it counts the rest.
NAMED = 5


@transaction.atomic
def give_adviser(
    *, adviser: Seat, enrolments: Iterable[Enrolment], starts_on: date, ends_on: date | None, actor
) -> list[Assignment]:
    """Assign one adviser to companies for a time; all of them or none. The adviser is told once, not a company at a time.

    Raises ValidationError: at `adviser` for somebody who may or can not, with the names of the companies concerned, at
    `starts_on` and `ends_on` for days that cannot be.
    """
    held = _hold(enrolments)
    _check_days(starts_on, ends_on, held)
    _check_adviser(adviser, held, starts_on, ends_on)
    given = [
        Assignment(
            enrolment=enrolment,
            company_id=enrolment.company_id,
            programme_id=enrolment.programme_id,
            adviser=adviser,
            starts_on=starts_on,
            ends_on=ends_on,
        )
        for enrolment in held
    ]
    assign_advisers(assignments=given, actor=actor)
    if given:
        _tell_adviser(adviser, [enrolment.company for enrolment in held], starts_on, ends_on, actor=actor)
    return given


@transaction.atomic
def change_period(*, assignment: Assignment, starts_on: date, ends_on: date | None, actor) -> bool:
    """Let an assignment hold on other days; False when they are the same. Access follows with the next request.

    Raises ValidationError at `starts_on` or `ends_on`, also where the adviser's conflict of interest forbids more days.
    """
    (enrolment,) = _hold([assignment.enrolment])
    assignment = Assignment.objects.select_for_update().select_related("adviser").get(pk=assignment.pk)
    if (assignment.starts_on, assignment.ends_on) == (starts_on, ends_on):
        return False
    _check_days(starts_on, ends_on, [enrolment])
    is_longer = starts_on < assignment.starts_on or _last(ends_on) > _last(assignment.ends_on)
    if is_longer and _conflicted(assignment.adviser, [enrolment]):
        words = _("%(adviser)s declared a conflict of interest. The time can be made shorter, not longer.")
        raise ValidationError({"ends_on": words % {"adviser": assignment.adviser.name}})
    others = _overlapping(assignment.adviser, [enrolment], starts_on, ends_on).exclude(pk=assignment.pk)
    if others.exists():
        raise ValidationError({"starts_on": _("In these days the adviser is assigned to the company already.")})
    assignment.starts_on, assignment.ends_on = starts_on, ends_on
    change_assignment(assignment=assignment, actor=actor)
    return True


@transaction.atomic
def end_now(*, assignment: Assignment, actor, today: date) -> None:
    """Close the company to the adviser at once; one that has not begun is taken back as if it had never been.

    One of today keeps its day in the records, but its access is over.
    """
    _hold([assignment.enrolment])
    assignment = Assignment.objects.select_for_update().select_related("adviser").get(pk=assignment.pk)
    if assignment.ends_on and assignment.ends_on < today:
        return
    if assignment.starts_on > today:
        companies.end_access(source_ids=[assignment.pk])
        _log("assignment.taken_back", assignment, actor=actor, detail={"starts_on": assignment.starts_on.isoformat()})
        assignment.delete()
        return
    assignment.ends_on = max(assignment.starts_on, today - timedelta(days=1))
    assignment.save(update_fields=["ends_on"])
    companies.end_access(source_ids=[assignment.pk])
    _log("assignment.ended", assignment, actor=actor, detail={"ends_on": assignment.ends_on.isoformat(), "at": "once"})


@transaction.atomic
def hand_on(*, assignment: Assignment, successor: Seat, last_day: date, actor) -> Assignment:
    """End an assignment after a day, and give the company to another adviser from the next one until the same end.

    Raises ValidationError as the two deeds do, with the successor's at `successor` and the day's at `last_day`.
    """
    ends_on = assignment.ends_on if assignment.ends_on and assignment.ends_on > last_day else None
    try:
        change_period(assignment=assignment, starts_on=assignment.starts_on, ends_on=last_day, actor=actor)
        (given,) = give_adviser(
            adviser=successor,
            enrolments=[assignment.enrolment],
            starts_on=last_day + timedelta(days=1),
            ends_on=ends_on,
            actor=actor,
        )
    except ValidationError as error:
        at = {"adviser": "successor", "starts_on": "last_day", "ends_on": "last_day"}
        raise ValidationError({at[name]: words for name, words in error.message_dict.items()}) from error
    return given


# --- What stands in the way ---------------------------------------------------------------------------------------------


def _hold(enrolments: Iterable[Enrolment]) -> list[Enrolment]:
    """Let nobody else give these companies advisers until this transaction ends; always in the same order."""
    rows = Enrolment.objects.select_for_update(of=("self",)).filter(pk__in=[each.pk for each in enrolments])
    return list(rows.select_related("company", "programme").order_by("pk"))


def _last(ends_on: date | None) -> date:
    return ends_on or date.max


def _overlapping(adviser: Seat, enrolments: list[Enrolment], starts_on: date, ends_on: date | None):
    within = Q(ends_on__isnull=True) | Q(ends_on__gte=starts_on)
    return Assignment.objects.filter(
        within, adviser=adviser, enrolment__in=enrolments, starts_on__lte=_last(ends_on)
    ).select_related("company")


def _conflicted(adviser: Seat, enrolments: list[Enrolment]):
    companies_of = [enrolment.company_id for enrolment in enrolments]
    return list(Conflict.objects.standing().filter(seat=adviser, company__in=companies_of).select_related("company"))


def _check_days(starts_on: date, ends_on: date | None, enrolments: list[Enrolment]) -> None:
    if ends_on and ends_on < starts_on:
        raise ValidationError({"ends_on": _("Please enter a last day that is not before the first.")})
    for enrolment in enrolments:
        if starts_on > enrolment.programme.ends_on:
            last = dates.long_date(enrolment.programme.ends_on)
            words = _("Please choose a day in the programme, which ends on %(day)s.")
            raise ValidationError({"starts_on": words % {"day": last}})
        if enrolment.withdrawn_on and starts_on >= enrolment.withdrawn_on:
            words = _("%(company)s withdrew on %(day)s. Please choose an earlier day, or let it return first.")
            what = {"company": enrolment.company.name, "day": dates.long_date(enrolment.withdrawn_on)}
            raise ValidationError({"starts_on": words % what})


def _check_adviser(adviser: Seat, enrolments: list[Enrolment], starts_on: date, ends_on: date | None) -> None:
    if adviser.role != SeatRole.ADVISER or adviser.ended_at:
        raise ValidationError({"adviser": _("This person is no adviser of the programme any more.")})
    conflicts = _conflicted(adviser, enrolments)
    if conflicts:
        words = _("%(adviser)s declared a conflict of interest with %(companies)s and cannot be assigned.")
        what = {"adviser": adviser.name, "companies": _names(conflict.company for conflict in conflicts)}
        raise ValidationError({"adviser": words % what}, code="conflict")
    overlapping = list(_overlapping(adviser, enrolments, starts_on, ends_on))
    if overlapping:
        words = _("%(adviser)s is assigned in these days already: %(companies)s.")
        what = {"adviser": adviser.name, "companies": _names(each.company for each in overlapping)}
        raise ValidationError({"adviser": words % what}, code="overlap")


def _names(companies_: Iterable[Company], language: str | None = None) -> str:
    found = sorted({company.pk: in_language(company, "name", language) for company in companies_}.values())
    return pgettext("list", ", ").join(found)


# --- Telling ------------------------------------------------------------------------------------------------------------


def _tell_adviser(adviser: Seat, given: list[Company], starts_on: date, ends_on: date | None, *, actor) -> None:
    if adviser.user is None:
        return
    language = adviser.user.language
    notify(
        to=adviser.user,
        kind="adviser_assigned",
        actor=actor,
        params={
            "companies": _names(given[:NAMED], language),
            "count": len(given),
            "more": max(0, len(given) - NAMED),
            "first": dates.long_date(starts_on, language=language),
            "last": dates.long_date(ends_on, language=language) if ends_on else "",
        },
        path=reverse("dashboards:advised", args=[adviser.programme_id]),
        programme_id=adviser.programme_id,
    )


def _log(verb: str, assignment: Assignment, *, actor, detail: dict) -> None:
    audit.log(
        actor=actor,
        verb=verb,
        obj=assignment,
        company_id=assignment.company_id,
        programme_id=assignment.programme_id,
        detail=detail,
    )
