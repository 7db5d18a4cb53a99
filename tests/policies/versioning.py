"""Texts to keep and compare: paragraphs written, rewritten and frozen through the portal's own services."""

from datetime import UTC, datetime
from uuid import uuid4

from django.urls import reverse

from common.tenancy import acting_as
from policies.enums import FreezeReason, SaveOutcome
from policies.models import ParagraphText, Revision
from policies.services import add_paragraph, begin_sections, freeze, save_paragraph

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


def in_english(user):
    """Return the person as one who reads English, where the Japanese wording is not what is tested."""
    user.language = "en"
    user.save(update_fields=["language"])
    return user


def write(cycle, actor, *texts, section="scope", english=None):
    """Add paragraphs to a section and return them."""
    with acting_as(actor.pk):
        place = begin_sections(cycle=cycle, actor=actor)[section]
        return [
            add_paragraph(section=place, texts={"ja": text, "en": (english or {}).get(text, "")}, actor=actor)
            for text in texts
        ]


def rewrite(paragraph, actor, text, language="ja"):
    with acting_as(actor.pk):
        rev = ParagraphText.objects.get(paragraph=paragraph, language=language).rev
        saved = save_paragraph(
            paragraph=paragraph, language=language, text=text, base_rev=rev, operation=uuid4(), actor=actor, now=NOW
        )
    assert saved.outcome == SaveOutcome.KEPT


def keep(cycle, actor, reason=FreezeReason.REQUEST, label="") -> Revision:
    with acting_as(actor.pk):
        return freeze(cycle=cycle, reason=reason, actor=actor, label=label)


def address(name, cycle, *args, **query):
    extra = "&".join(f"{key}={value}" for key, value in query.items())
    return reverse(f"policies:{name}", args=[cycle.company_id, *args]) + (f"?{extra}" if extra else "")
