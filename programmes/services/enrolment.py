"""A company withdraws from a programme, and may come back: figures of the days in between stay what they were."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from audit import services as audit
from common import dates
from programmes.models import Enrolment, Interruption


@transaction.atomic
def withdraw_company(*, enrolment: Enrolment, withdrawn_on: date, reason: str, actor) -> Enrolment:
    """Let a company take part no longer, from a day on; that day it counts no more. Said again, it is another day or reason.

    Nothing of the company is deleted, booked away or closed: people decide what becomes of it. Raises ValidationError at
    `withdrawn_on`.
    """
    enrolment = _hold(enrolment)
    back = enrolment.interruptions.order_by("returned_on").last()
    if withdrawn_on < enrolment.joined_on:
        words = _("The company joined on %(day)s. Please choose that day or a later one.")
        raise ValidationError({"withdrawn_on": words % {"day": dates.long_date(enrolment.joined_on)}})
    if back and withdrawn_on < back.returned_on:
        words = _("The company came back on %(day)s. Please choose that day or a later one.")
        raise ValidationError({"withdrawn_on": words % {"day": dates.long_date(back.returned_on)}})
    if withdrawn_on > enrolment.programme.ends_on:
        words = _("Please choose a day in the programme, which ends on %(day)s.")
        raise ValidationError({"withdrawn_on": words % {"day": dates.long_date(enrolment.programme.ends_on)}})
    if (enrolment.withdrawn_on, enrolment.withdrawal_reason) == (withdrawn_on, reason):
        return enrolment
    enrolment.withdrawn_on, enrolment.withdrawal_reason = withdrawn_on, reason
    enrolment.save(update_fields=["withdrawn_on", "withdrawal_reason"])
    audit.log(
        actor=actor,
        verb="company.withdrawn",
        obj=enrolment,
        company_id=enrolment.company_id,
        programme_id=enrolment.programme_id,
        detail={"happened_on": withdrawn_on.isoformat()},
    )
    return enrolment


@transaction.atomic
def return_company(*, enrolment: Enrolment, returned_on: date, actor) -> Interruption | None:
    """Let a company that withdrew take part again from a day on. On the day of the withdrawal it is as if there was none.

    Raises ValidationError at `returned_on`.
    """
    enrolment = _hold(enrolment)
    if enrolment.withdrawn_on is None:
        return None
    if returned_on < enrolment.withdrawn_on:
        words = _("The company withdrew on %(day)s. Please choose that day or a later one.")
        raise ValidationError({"returned_on": words % {"day": dates.long_date(enrolment.withdrawn_on)}})
    if returned_on > enrolment.programme.ends_on:
        words = _("Please choose a day in the programme, which ends on %(day)s.")
        raise ValidationError({"returned_on": words % {"day": dates.long_date(enrolment.programme.ends_on)}})
    away = None
    if returned_on > enrolment.withdrawn_on:
        away = Interruption.objects.create(
            enrolment=enrolment,
            company_id=enrolment.company_id,
            programme_id=enrolment.programme_id,
            withdrawn_on=enrolment.withdrawn_on,
            returned_on=returned_on,
            reason=enrolment.withdrawal_reason,
            recorded_by=actor,
        )
    enrolment.withdrawn_on, enrolment.withdrawal_reason = None, ""
    enrolment.save(update_fields=["withdrawn_on", "withdrawal_reason"])
    audit.log(
        actor=actor,
        verb="company.returned",
        obj=enrolment,
        company_id=enrolment.company_id,
        programme_id=enrolment.programme_id,
        detail={"happened_on": returned_on.isoformat()},
    )
    return away


def _hold(enrolment: Enrolment) -> Enrolment:
    rows = Enrolment.objects.select_for_update(of=("self",)).select_related("programme", "company")
    return rows.get(pk=enrolment.pk)
