"""What published policies say, by the check of the catalogue: only texts that stand in the public register are read."""

import datetime
from dataclasses import dataclass
from uuid import UUID

from policies.catalogue import catalogue
from policies.composing.checks import checklist
from policies.models import RegisterVersion
from programmes.models import Enrolment, Programme

STATEMENTS = (
    "ilo-association",
    "ilo-forced-labour",
    "ilo-child-labour",
    "ilo-discrimination",
    "ilo-safety",
    "contact-reach",
    "implementation-dialogue",
)
"""The statements whose shares a report prints: the five categories of the ILO, a contact, dialogue."""


@dataclass(frozen=True)
class Reading:
    """One company's published text as of a day, and which of the statements were found in it in any language."""

    company_id: UUID
    published_on: datetime.date
    stated: frozenset[str]


def readings(programme: Programme, as_of: datetime.date) -> list[Reading]:
    """Read the texts that stood in the register on the day, of the companies enrolled on it, the companies by code."""
    enrolled = Enrolment.objects.filter(programme=programme, joined_on__lte=as_of).exclude(withdrawn_on__lte=as_of)
    order = list(enrolled.order_by("code", "id").values_list("company", flat=True))
    texts = RegisterVersion.objects.filter(company__in=order, published_on__lte=as_of)
    texts = (
        texts.exclude(withdrawn_on__lte=as_of).order_by("company_id", "-published_on", "-number").distinct("company_id")
    )
    by_company = {text.company_id: text for text in texts}
    rules = catalogue()
    return [_read(by_company[company], rules) for company in order if company in by_company]


def _read(text: RegisterVersion, rules) -> Reading:
    stated = {each.code for each in checklist(rules, text.content) if each.places and each.code in STATEMENTS}
    return Reading(text.company_id, text.published_on, frozenset(stated))


def outcomes(programme: Programme, as_of: datetime.date) -> dict:
    """Return {"outcomes": …} for the frozen figures; nothing where no text can be read."""
    found = readings(programme, as_of)
    if not found:
        return {}
    titles = {rule.code: rule for rule in catalogue().statements}
    statements = [
        {
            "code": code,
            "title_ja": titles[code].title_ja,
            "title_en": titles[code].title_en,
            "companies": sum(code in each.stated for each in found),
        }
        for code in STATEMENTS
    ]
    return {"outcomes": {"texts": len(found), "statements": statements}}
