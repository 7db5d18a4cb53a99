"""Questions of the interview: what was answered, what is known of the company, and what a new draft would change."""

import re
from collections import defaultdict
from uuid import UUID

from django.db.models import F, QuerySet

from companies.enums import PersonLevel
from companies.models import Company, Person
from policies.catalogue import catalogue
from policies.composing import Change, Draft, Facts, Standing, changes, compose
from policies.enums import Language, SaveOutcome
from policies.models import Cycle, Interview, Paragraph, ParagraphSave, ParagraphText

JAPANESE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
HEAD_OF_COMPANY = re.compile(
    r"代表|社長|理事長|president|chief executive|\bceo\b|representative director", re.IGNORECASE
)


def interview_of(cycle: Cycle) -> Interview | None:
    return Interview.objects.filter(cycle=cycle).first()


def facts_of(company: Company) -> Facts:
    """Return what the portal knows of the company. A word that is kept once is used in the languages it is written in."""
    head = _head_of(company)
    industry = company.industry.strip()
    return Facts(
        company_ja=company.name_ja or company.name_en,
        company_en=company.name_en,
        industry_ja=industry,
        industry_en="" if JAPANESE.search(industry) else industry,
        employees=company.employees,
        representative_ja=(head.name_ja or head.name_en) if head else "",
        representative_en=head.name_en if head else "",
        title_ja=head.title if head else "",
        title_en=head.title if head and not JAPANESE.search(head.title) else "",
    )


def _head_of(company: Company) -> Person | None:
    """Return the one person of the management whose title says that they head the company; None where there is doubt."""
    managers = Person.objects.staying().filter(company=company, level=PersonLevel.MANAGEMENT)
    heads = [person for person in managers if HEAD_OF_COMPANY.search(person.title)]
    return heads[0] if len(heads) == 1 else None


def draft_of(cycle: Cycle, answers: dict) -> Draft:
    """Return the draft that the answers give."""
    return compose(catalogue(cycle.catalogue), answers, facts_of(cycle.company), cycle.languages)


def has_text(cycle: Cycle) -> bool:
    """Has anybody written anything yet?"""
    return ParagraphText.objects.filter(cycle=cycle, paragraph__removed_at__isnull=True).exclude(text="").exists()


def planned_changes(cycle: Cycle, answers: dict) -> list[Change]:
    """Return what a draft from these answers would change; four statements at any length."""
    return changes(draft_of(cycle, answers), standings(cycle))


def composed_rows(cycle: Cycle) -> QuerySet[ParagraphText]:
    """The texts of paragraphs that were composed once, by whomever they were changed since."""
    return ParagraphText.objects.filter(cycle=cycle).exclude(paragraph__clause="")


def standings(cycle: Cycle) -> list[Standing]:
    """Return the paragraphs that were composed once, with what was composed; three statements at any length."""
    texts: dict[UUID, dict[str, ParagraphText]] = defaultdict(dict)
    for row in composed_rows(cycle):
        texts[row.paragraph_id][row.language] = row
    composed = _composed_texts(cycle)
    paragraphs = Paragraph.objects.filter(cycle=cycle).exclude(clause="").select_related("section")
    return [
        Standing(
            key=paragraph.pk,
            section=paragraph.section.code,
            clause=paragraph.clause,
            texts={language: row.text for language, row in texts[paragraph.pk].items()},
            composed=composed[paragraph.pk],
            is_edited=any(
                not row.is_untouched for language, row in texts[paragraph.pk].items() if language in cycle.languages
            ),
            is_removed=paragraph.removed_at is not None,
        )
        for paragraph in paragraphs
    ]


def _composed_texts(cycle: Cycle) -> dict[UUID, dict[Language, str]]:
    """What each paragraph was when it was last composed: the history has every text there ever was."""
    saves = ParagraphSave.objects.filter(
        cycle=cycle,
        outcome=SaveOutcome.KEPT,
        paragraph__texts__language=F("language"),
        paragraph__texts__composed_rev=F("rev"),
    )
    found: dict[UUID, dict] = defaultdict(dict)
    for paragraph_id, language, text in saves.values_list("paragraph_id", "language", "text"):
        found[paragraph_id][language] = text
    return found
