"""Versions and what changed between them, as the prepared rows and passages that the pages draw."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, ngettext, pgettext

from common import dates
from common.comparing import compare
from common.components import Cell, Column, Row, Table, badge, link
from common.components.redlines import draw
from common.models import in_language
from jobs.models import Job
from policies.catalogue import catalogue
from policies.enums import FreezeReason
from policies.models import Cycle, Revision

from .redlines import BlockChange, Comparison, Fate

# --- The list -------------------------------------------------------------------------------------------------------------


def occasion(revision: Revision) -> str:
    """Return why a version was kept, or what the person called it who asked for it."""
    return revision.label or str(FreezeReason(revision.reason).label)


def version_title(revision: Revision) -> str:
    return gettext("Version %(number)s") % {"number": revision.number}


def option(revision: Revision, *, with_round: bool) -> str:
    """Return a version in a list to choose from: number, occasion, day, and its round where there are several."""
    words = [version_title(revision), occasion(revision), dates.short_date(timezone.localdate(revision.frozen_at))]
    if with_round:
        words.append(revision.cycle.programme.name)
    return pgettext("between", " · ").join(words)


def versions_table(revisions: Iterable[Revision], *, names: Mapping, company_id, with_round: bool) -> Table:
    """Return the versions with what can be done with each."""
    columns = [
        Column(label=gettext("Version")),
        Column(label=gettext("Kept on")),
        Column(label=gettext("By")),
        Column(label=gettext("Occasion")),
        Column(label=gettext("Compare")),
    ]
    if with_round:
        columns.insert(1, Column(label=gettext("Programme")))
    rows = []
    for revision in revisions:
        cells = [
            link(version_title(revision), reverse("policies:version", args=[company_id, revision.pk])),
            Cell(dates.date_and_time(revision.frozen_at), "nowrap"),
            names.get(revision.frozen_by_id, ""),
            _occasion_cell(revision),
            _compare_link(revision, company_id),
        ]
        if with_round:
            cells.insert(1, revision.cycle.programme.name)
        rows.append(Row(tuple(cells), id=f"version-{revision.pk}"))
    return Table(caption=gettext("Versions"), columns=columns, rows=rows)


def _occasion_cell(revision: Revision) -> SafeString | str:
    if not revision.shared_at:
        return occasion(revision)
    return format_html("{}<br><small>{}</small>", occasion(revision), gettext("Shared with the secretariat"))


def _compare_link(revision: Revision, company_id) -> SafeString | None:
    if not revision.previous_id:
        return None
    words = format_html(
        '{}<span class="visually-hidden"> ({})</span>', gettext("With the one before"), version_title(revision)
    )
    return link(words, compare_url(company_id, revision.previous_id, revision.pk))


def compare_url(company_id, before, after, **query: str) -> str:
    """Return the address of a comparison."""
    extra = "".join(f"&{name}={value}" for name, value in query.items() if value)
    return f"{reverse('policies:compare', args=[company_id])}?from={before}&to={after}{extra}"


def broken(sha256: str) -> SafeString:
    """Return a hash that may break between its groups of eight, and is copied without them."""
    groups = (sha256[start : start + 8] for start in range(0, len(sha256), 8))
    return format_html("<code>{}</code>", format_html_join(mark_safe("<wbr>"), "{}", ((group,) for group in groups)))


LANGUAGE_NAMES = {"ja": "日本語", "en": "English"}


def language_names(codes: Iterable[str]) -> str:
    """Return languages by their own names."""
    return pgettext("list", ", ").join(LANGUAGE_NAMES[code] for code in codes if code in LANGUAGE_NAMES)


def export_rows(jobs: Iterable[Job], company_id) -> list[tuple[str, SafeString, str, str]]:
    """Return the files asked for lately: what it is, how far, when, and where to see it."""
    return [
        (
            job.title_text,
            badge(job.state),
            dates.date_and_time(job.created_at),
            reverse("policies:export_progress", args=[company_id, job.pk]),
        )
        for job in jobs
    ]


# --- A comparison -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ChangeView:
    """One paragraph on the page of a comparison; `number` counts the changes, 0 is a paragraph that stayed."""

    text: SafeString
    number: int = 0
    # The number of the change after this one; 0 for the last.
    next: int = 0
    words: str = ""
    before: str = ""
    after: str = ""

    @property
    def is_change(self) -> bool:
        return self.number > 0

    @property
    def previous(self) -> int:
        return self.number - 1


@dataclass(frozen=True)
class PartView:
    """One section on the page of a comparison."""

    heading: SafeString
    blocks: list[ChangeView]
    # How many paragraphs that stayed are left out.
    left_out: int = 0


def part_views(comparison: Comparison, *, only_changes: bool) -> tuple[list[PartView], int]:
    """Return the sections with their changes numbered through the whole text, and how many changes there are."""
    fates, parts, number = _fate_words(), [], 0
    last = sum(block.is_change for block in comparison.blocks)
    for part in comparison.parts:
        if only_changes and not part.is_change:
            continue
        blocks, left_out = [], 0
        for block in part.blocks:
            if block.is_change:
                number += 1
                words = fates[block.fate] % {"section": block.elsewhere}
                following = number + 1 if number < last else 0
                blocks.append(ChangeView(_drawn(block), number, following, words, block.old, block.new))
            elif only_changes:
                left_out += 1
            else:
                blocks.append(ChangeView(draw(block.ops)))
        parts.append(PartView(draw(part.heading_ops), blocks, left_out))
    return parts, number


def _drawn(block: BlockChange) -> SafeString:
    """Return the passage with its changes marked; of a paragraph that now stands elsewhere only where that is."""
    return draw(((0, block.old),) if block.fate == Fate.LEFT else block.ops)


def _fate_words() -> dict[Fate, str]:
    return {
        Fate.CHANGED: gettext("Paragraph changed"),
        Fate.ADDED: gettext("Paragraph added"),
        Fate.REMOVED: gettext("Paragraph deleted"),
        Fate.MOVED: gettext("Paragraph moved here from “%(section)s”"),
        Fate.LEFT: gettext("Paragraph moved from here to “%(section)s”"),
    }


# --- Bringing back ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class RestoreItem:
    """One paragraph that would be brought back: what that changes in each language, and what the person saw."""

    heading: str
    note: str
    seen: str
    # (language, what changes, the present text, the text of the version)
    changes: list[tuple[str, SafeString, str, str]]


def restore_items(passages: Iterable, *, cycle: Cycle) -> list[RestoreItem]:
    """Return what bringing passages back would change, paragraph by paragraph."""
    headings = {section.code: section for section in catalogue(cycle.catalogue).sections}
    notes = {
        "present": gettext("The present text is replaced; it stays in the history."),
        "removed": gettext("The paragraph was deleted since; it comes back where it stood."),
        "absent": gettext("The paragraph is not in this round; it comes at the end of its section."),
    }
    return [
        RestoreItem(
            heading=_section_name(headings.get(passage.section_code), passage.section_code),
            note=notes[passage.standing],
            seen=f"{passage.id}={passage.token}",
            changes=[_restored(passage, language) for language in passage.languages],
        )
        for passage in passages
    ]


def _section_name(section, code: str) -> str:
    return in_language(section, "title") if section else code


def _restored(passage, language: str) -> tuple[str, SafeString, str, str]:
    present = passage.present.get(language, "") if passage.standing == "present" else ""
    old = passage.old[language]
    return language, draw(compare(present, old, language=language)), present, old


def restored_sentence(count: int, revision: Revision) -> str:
    return ngettext(
        "%(count)s paragraph was brought back from version %(number)s.",
        "%(count)s paragraphs were brought back from version %(number)s.",
        count,
    ) % {"count": count, "number": revision.number}
