"""A company joins a programme by hand: entered or known already, with a policy to be written."""

from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from common import dates
from companies import services as companies
from companies.models import Company
from policies.models import Cycle
from programmes.models import Enrolment, Programme, Seat
from programmes.services import enrol_companies

from .cycles import open_cycles

FIRST_CODE = 1


def next_code(programme: Programme) -> str:
    """Return the code that follows the highest of the programme's usual ones: C07 after C06."""
    codes = Enrolment.objects.filter(programme=programme, code__regex=r"^[A-Za-z]+[0-9]+$").values_list(
        "code", flat=True
    )
    numbered = [(int(code.lstrip(_LETTERS)), code) for code in codes]
    if not numbered:
        return f"C{FIRST_CODE:02}"
    number, last = max(numbered)
    digits = last.lstrip(_LETTERS)
    return f"{last.removesuffix(digits)}{number + 1:0{len(digits)}}"


_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


@transaction.atomic
def enrol_company(
    *, programme: Programme, company: Company | None, values: dict[str, str], code: str, joined_on: date, actor
) -> Enrolment:
    """Let a company that the actor knows, or a new one, take part from a day on; its policy is begun unless one is open.

    Raises PermissionDenied, and ValidationError: at `code` and `corporate_number` for what another company has, at
    `company` for one that takes part already, at `joined_on` for a day after the programme.
    """
    seat = Seat.objects.current().managing().filter(programme=programme, user=actor).first()
    if seat is None:
        raise PermissionDenied
    # Enrolments come one after the other, so that no two get one code.
    programme = Programme.objects.select_for_update().get(pk=programme.pk)
    _check(programme, company, values, code, joined_on, actor)
    if company is None:
        company = Company(**values)
        companies.found_companies(companies=[company], actor=actor, source_id=seat.pk)
    enrolment = Enrolment(company=company, programme=programme, code=code, joined_on=joined_on)
    enrol_companies(enrolments=[enrolment], actor=actor)
    if not Cycle.objects.open().filter(company_id=company.pk).exists():
        open_cycles(enrolments=[enrolment])
    return enrolment


def _check(programme, company, values, code, joined_on, actor) -> None:
    own = Enrolment.objects.filter(programme=programme)
    if own.filter(code=code).exists():
        raise ValidationError({"code": _("Another company has this code.")})
    if joined_on > programme.ends_on:
        words = _("Please choose a day in the programme, which ends on %(day)s.")
        raise ValidationError({"joined_on": words % {"day": dates.long_date(programme.ends_on)}})
    if company is not None:
        if own.filter(company=company).exists():
            raise ValidationError({"company": _("This company takes part already.")})
        return
    number = values.get("corporate_number")
    known = Company.objects.visible_to(actor).filter(corporate_number=number).first() if number else None
    if known:
        words = _("%(company)s has this number. Please choose it above, or correct the number.")
        raise ValidationError({"corporate_number": words % {"company": known.name}})
