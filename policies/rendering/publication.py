"""Where a policy stands published, in words and rows for its company."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from common import dates
from common.components import Term
from policies.composing import Place
from policies.enums import LinkReason, LinkState
from policies.models import Publication, RegisterEntry, Revision

from .contents import read
from .register import entry_url


def publication_terms(publication: Publication, entry: RegisterEntry | None) -> list[Term]:
    """What is published, where, and until when it counts."""
    return [
        Term(label=gettext("Published on"), value=dates.long_date(publication.published_on)),
        Term(label=gettext("Own website"), value=_own_page(publication)),
        Term(label=gettext("Public register"), value=_in_register(publication, entry)),
        Term(label=gettext("Next yearly review"), value=review_words(publication)),
        Term(
            label=gettext("Fingerprint (SHA-256)"),
            value=format_html('<code class="hash">{}</code>', publication.revision.sha256),
        ),
    ]


def _own_page(publication: Publication) -> SafeString | str:
    if not publication.address:
        return gettext("Not there")
    return format_html('<a href="{0}" rel="noopener">{0}</a>', publication.address)


def _in_register(publication: Publication, entry: RegisterEntry | None) -> SafeString | str:
    if publication.is_in_register and entry:
        return format_html('<a href="{}">{}</a>', entry_url(entry), gettext("Listed: to its page"))
    if entry and entry.present and entry.present.withdrawn_on:
        return gettext("Withdrawn on %(day)s") % {"day": dates.long_date(entry.present.withdrawn_on)}
    return gettext("Not there")


def review_words(publication: Publication) -> str:
    return dates.long_date(publication.review_on) if publication.review_on else ""


@dataclass(frozen=True)
class LinkReport:
    """What the last check of the address said: look of the notice, title, and what to do."""

    look: str
    title: str
    text: str
    checked_at: str


def link_report(publication: Publication) -> LinkReport | None:
    """Return the last check in words; None where there is no address."""
    if not publication.address:
        return None
    checked = dates.date_and_time(publication.link_checked_at) if publication.link_checked_at else ""
    if publication.is_checking and not checked:
        return LinkReport("info", gettext("The address is being checked"), gettext("This takes a few seconds."), "")
    look, title, text = {
        LinkState.FOUND: ("success", gettext("The policy is there"), ""),
        LinkState.TOP_PAGE: (
            "warning",
            gettext("This looks like a top page."),
            gettext("Please enter the address where the policy itself is seen."),
        ),
        LinkState.NO_NAME: (
            "warning",
            gettext("The page does not name the company"),
            gettext("Please look whether it is the right page, and whether your company's name stands on it."),
        ),
        LinkState.BROKEN: (
            "error",
            gettext("The page was not found at its address"),
            gettext("Please look whether the address is right and the page can be read without signing in."),
        ),
        LinkState.REFUSED: (
            "error",
            gettext("The portal does not check this address"),
            gettext("Only pages of the open internet are checked. Please enter a public address."),
        ),
    }.get(publication.link_state, ("info", gettext("The address was not checked yet"), ""))
    reason = LinkReason(publication.link_reason).label if publication.link_reason else ""
    return LinkReport(look, title, " ".join(filter(None, (str(reason), text))), checked)


@dataclass(frozen=True)
class StalePair:
    """A passage whose Japanese changed after the English was written: both as they were approved."""

    ja: str
    en: str


def stale_pairs(places: Iterable[Place], approved: Revision) -> list[StalePair]:
    blocks = {block.id: block for part in read(approved.content).parts for block in part.blocks}
    found = (blocks.get(place.paragraph) for place in places)
    return [StalePair(block.text("ja"), block.text("en")) for block in found if block]


def review_is_due(publication: Publication | None, day: date) -> bool:
    """Whether today is the day, or past it, on which the company meant to look at its policy again."""
    return publication is not None and publication.review_on is not None and publication.review_on <= day


def checked_day(publication: Publication) -> str:
    return dates.long_date(timezone.localdate(publication.link_checked_at)) if publication.link_checked_at else ""
