"""What a PDF or Word file says about its text besides the text: which version, from when, approved by whom, its hash."""

import datetime
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext, override, pgettext

from common import dates
from policies.enums import FreezeReason


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is known of a text. A text without a number is the working copy, which nobody froze."""

    # When it was frozen; for the working copy, when it was read.
    at: datetime.datetime
    number: int | None = None
    reason: str = ""
    label: str = ""
    sha256: str = ""
    approved_on: datetime.date | None = None
    approver: str = ""
    approver_title: str = ""
    approving_body: str = ""
    published_on: datetime.date | None = None
    # False where top management approved it without an adviser's review.
    is_reviewed: bool = True

    @property
    def is_draft(self) -> bool:
        """True while top management has not approved this very text."""
        return self.approved_on is None


def version_name(facts: Facts, *, language: str) -> str:
    """Return "Version 3" with its name or occasion, or what stands for the working copy."""
    with override(language):
        if facts.number is None:
            return gettext("Working copy")
        name = gettext("Version %(number)s") % {"number": facts.number}
        occasion = facts.label or (str(FreezeReason(facts.reason).label) if facts.reason else "")
        return (
            pgettext("version", "%(version)s (%(occasion)s)") % {"version": name, "occasion": occasion}
            if occasion
            else name
        )


def state_word(facts: Facts, *, language: str) -> str:
    """Return the one word that every page carries: an unapproved text must not pass for the company's policy."""
    with override(language):
        if facts.published_on:
            return gettext("Published")
        return gettext("Draft, not approved") if facts.is_draft else gettext("Approved")


def fact_lines(facts: Facts, *, language: str) -> list[str]:
    """Return what stands below the title, a sentence or a date a line."""
    with override(language):
        moment = dates.date_and_time(facts.at, language=language)
        kept = gettext("as of %(moment)s") if facts.number is None else gettext("kept on %(moment)s")
        lines = [f"{version_name(facts, language=language)}{pgettext('between', ', ')}{kept % {'moment': moment}}"]
        if facts.approved_on:
            lines.append(_approval(facts, language))
            if not facts.is_reviewed:
                lines.append(gettext("Not reviewed by an adviser"))
        else:
            lines.append(state_word(facts, language=language))
        if facts.published_on:
            day = dates.long_date(facts.published_on, language=language, weekday=False)
            lines.append(gettext("Published on %(day)s") % {"day": day})
        return lines


def _approval(facts: Facts, language: str) -> str:
    day = dates.long_date(facts.approved_on, language=language, weekday=False)
    who = pgettext("between", ", ").join(filter(None, [facts.approving_body, facts.approver_title, facts.approver]))
    if not who:
        return gettext("Approved on %(day)s") % {"day": day}
    return gettext("Approved on %(day)s: %(who)s") % {"day": day, "who": who}


def fingerprint_line(facts: Facts, *, language: str) -> str:
    """Return the sentence with the text's hash; the working copy has none, because it still changes."""
    with override(language):
        if not facts.sha256:
            return gettext("This is a working copy, which may change. Only a numbered version stays as it is.")
        return gettext("Fingerprint of this text (SHA-256): %(sha256)s") % {"sha256": facts.sha256}


def made_on(moment: datetime.datetime) -> str:
    """Return the day as it stands in a file's name: 2026-11-22."""
    return timezone.localtime(moment).date().isoformat()
