"""Questions of those who write: the present cycle, how far each section is, one section's texts, what came too late."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery

from accounts.models import User
from companies.models import Company
from policies.catalogue import Section as CatalogueSection
from policies.catalogue import catalogue
from policies.enums import Language, SaveOutcome, Theme
from policies.models import (
    Cycle,
    Paragraph,
    ParagraphSave,
    ParagraphText,
    RegisterVersion,
    Revision,
    Section,
)
from programmes.models import Extension, MilestoneKind

from .progress import FORMULATED_MILESTONES


def present_cycle(user, company: Company, theme: str = Theme.HUMAN_RIGHTS) -> Cycle | None:
    """Return the cycle that the company is at: the last one of its policy; None where none was begun or may be seen."""
    cycles = with_own_target(Cycle.objects.visible_to(user).filter(company=company, policy__theme=theme))
    return cycles.select_related("policy", "company", "programme").order_by("-number").first()


def with_own_target(cycles: QuerySet[Cycle]) -> QuerySet[Cycle]:
    """Add `own_target`: the day that a company was given instead of the programme's target day, if any."""
    kinds = MilestoneKind.objects.filter(programme=OuterRef("programme"), source__in=FORMULATED_MILESTONES)
    target = Subquery(kinds.order_by("order", "pk").values("pk")[:1])
    longer = Extension.objects.standing().filter(enrolment=OuterRef("enrolment"), kind=target)
    return cycles.annotate(own_target=Subquery(longer.values("due_on")[:1]))


# --- How far each section is ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SectionState:
    """One section of the catalogue, and what the company did with it so far. `row` is None before anybody began."""

    entry: CatalogueSection
    row: Section | None = None
    is_written: bool = False
    advice: int = 0
    touched_at: datetime | None = None

    @property
    def code(self) -> str:
        return self.entry.code

    @property
    def is_filled(self) -> bool:
        return self.row is not None and self.row.is_filled

    @property
    def status(self) -> str:
        """Return a key of `common.components.STATUSES`. Open advice comes first: it is what is to be done."""
        if self.advice:
            return "changes_requested"
        if self.is_filled:
            return "filled"
        return "in_progress" if self.is_written else "not_started"


@dataclass(frozen=True)
class Overview:
    """A cycle with all its sections in the order of its catalogue."""

    cycle: Cycle
    sections: tuple[SectionState, ...]
    # How many texts of the person came too late and wait for a choice.
    lost: int = 0

    @property
    def is_empty(self) -> bool:
        return not any(section.is_written for section in self.sections)

    @property
    def advice(self) -> int:
        return sum(section.advice for section in self.sections)

    @property
    def open_sections(self) -> list[SectionState]:
        """Those that are not filled in, in order."""
        return [section for section in self.sections if not section.is_filled]

    @property
    def last_touched(self) -> SectionState | None:
        """The section that somebody last wrote in."""
        touched = [section for section in self.sections if section.is_written]
        return max(touched, key=lambda section: section.touched_at, default=None)


def overview(cycle: Cycle, user_id: UUID) -> Overview:
    """Return how far each section of the cycle is, and what waits for the person, in one statement."""
    rows = {row.code: row for row in sections_with_counts(cycle, user_id)}
    states = (_section_state(entry, rows.get(entry.code)) for entry in catalogue(cycle.catalogue).sections)
    return Overview(cycle, tuple(states), lost=next((row.lost for row in rows.values()), 0))


def _section_state(entry: CatalogueSection, row: Section | None) -> SectionState:
    if row is None:
        return SectionState(entry)
    advice = row.suggestions + row.comments + row.tasks
    return SectionState(entry, row, row.is_written, advice, row.touched_at)


# Written out: every page of a company's policy asks for it, and building it from querysets costs more than running it.
SECTIONS_WITH_COUNTS = """
SELECT s.*, w.touched_at, w.touched_at IS NOT NULL AS is_written,
  (SELECT count(*) FROM policies_suggestion g JOIN policies_paragraph p ON p.id = g.paragraph_id
    WHERE p.section_id = s.id AND p.removed_at IS NULL AND g.state = 'open' AND g.shared_at IS NOT NULL) AS suggestions,
  (SELECT count(*) FROM policies_thread h LEFT JOIN policies_paragraph p ON p.id = h.paragraph_id
    WHERE h.cycle_id = s.cycle_id AND (p.section_id = s.id OR h.section_code = s.code)
      AND h.kind = 'comment' AND h.resolved_at IS NULL AND h.shared_at IS NOT NULL) AS comments,
  (SELECT count(*) FROM policies_actionitem a
    WHERE a.cycle_id = s.cycle_id AND a.section_code = s.code AND a.state = 'open' AND a.source = 'verdict') AS tasks,
  (SELECT count(*) FROM policies_paragraphsave v
    WHERE v.cycle_id = %(cycle)s AND v.outcome = 'lost' AND v.author_id = %(user)s
      AND NOT EXISTS (SELECT 1 FROM policies_settledsave c WHERE c.save_of_id = v.id)) AS lost
FROM policies_section s
LEFT JOIN LATERAL (
  SELECT max(t.updated_at) AS touched_at FROM policies_paragraphtext t JOIN policies_paragraph p ON p.id = t.paragraph_id
   WHERE p.section_id = s.id AND p.removed_at IS NULL AND t.text <> ''
) w ON true
WHERE s.cycle_id = %(cycle)s AND (%(code)s = '' OR s.code = %(code)s)
ORDER BY s."order"
"""


def sections_with_counts(cycle: Cycle, user_id: UUID, code: str = "") -> list[Section]:
    """Return the cycle's sections, or the one with `code`, in one statement.

    `is_written` and `touched_at` (texts that stand); what is open in them: `suggestions`, `comments` and `tasks`, which are
    pieces of advice on a requirement (comments and suggestions have action items, too, but are counted where they stand);
    `lost`, the same in each: how many texts of the person came too late in the whole cycle.
    """
    return list(Section.objects.raw(SECTIONS_WITH_COUNTS, {"cycle": cycle.pk, "user": user_id, "code": code}))


def last_revision(cycle: Cycle) -> Revision | None:
    """Return the last frozen text of the cycle, without what it says."""
    return Revision.objects.filter(cycle=cycle).defer("content").order_by("-number").first()


@dataclass(frozen=True)
class Home:
    """What the company's policy home shows of its texts."""

    overview: Overview
    revision: Revision | None


def home(cycle: Cycle, user_id: UUID) -> Home:
    """Return how far the sections are, and the last frozen text."""
    return Home(overview(cycle, user_id), last_revision(cycle))


# --- One section ------------------------------------------------------------------------------------------------------


def section_row(cycle: Cycle, code: str, user_id: UUID) -> Section | None:
    """Return a section with its counts; None before anybody wrote in the cycle."""
    return next(iter(sections_with_counts(cycle, user_id, code)), None)


@dataclass
class Passage:
    """A paragraph with its texts by language."""

    paragraph: Paragraph
    texts: dict[str, ParagraphText] = field(default_factory=dict)

    @property
    def pk(self) -> UUID:
        return self.paragraph.pk

    @property
    def is_removed(self) -> bool:
        return self.paragraph.removed_at is not None

    @property
    def removed_at(self) -> datetime | None:
        return self.paragraph.removed_at

    @property
    def is_stale(self) -> bool:
        """Whether the Japanese was changed after the English was made of it."""
        source, translation = self.texts.get(Language.JA), self.texts.get(Language.EN)
        return bool(translation and translation.text and source and translation.source_rev != source.rev)


def passages(section: Section) -> list[Passage]:
    """Return the paragraphs of a section in their order, those taken out included, in one statement."""
    rows = ParagraphText.objects.filter(paragraph__section=section).select_related("paragraph")
    found: dict[UUID, Passage] = {}
    for row in rows.order_by("paragraph__order", "paragraph__created_at", "paragraph_id"):
        found.setdefault(row.paragraph_id, Passage(row.paragraph)).texts[row.language] = row
    return list(found.values())


def is_stale(paragraph: Paragraph) -> bool:
    """Whether the paragraph's English was made of an earlier Japanese text."""
    return Passage(paragraph, {row.language: row for row in ParagraphText.objects.filter(paragraph=paragraph)}).is_stale


PEERS = 3
"""Published policies shown beside a section."""


@dataclass(frozen=True)
class PeerText:
    """What another company published on a section."""

    version: RegisterVersion
    texts: tuple[dict, ...]


def peer_texts(company_id: UUID, code: str) -> list[PeerText]:
    """Return what other companies of the register say on a section, the latest first; in one statement."""
    versions = (
        RegisterVersion.objects.filter(entry__is_listed=True, withdrawn_on__isnull=True)
        .exclude(company_id=company_id)
        .select_related("entry")
        .order_by("-published_on", "-number", "pk")
    )
    return list(_one_a_company(versions[: PEERS * 2], code))[:PEERS]


def _one_a_company(versions, code: str) -> Iterator[PeerText]:
    seen = set()
    for version in versions:
        texts = tuple(
            paragraph
            for section in version.content.get("sections") or ()
            if section.get("code") == code
            for paragraph in section.get("paragraphs") or ()
            if paragraph.get("ja") or paragraph.get("en")
        )
        if texts and version.entry_id not in seen:
            seen.add(version.entry_id)
            yield PeerText(version, texts)


# --- Saves ------------------------------------------------------------------------------------------------------------


def lost_saves(cycle: Cycle, *, author_id: UUID | None = None) -> QuerySet[ParagraphSave]:
    """Texts that came too late and that nobody has settled yet; `author_id` narrows them to one writer's."""
    lost = ParagraphSave.objects.filter(cycle=cycle, outcome=SaveOutcome.LOST, settled__isnull=True)
    return lost.filter(author_id=author_id) if author_id else lost


def saves(cycle: Cycle) -> QuerySet[ParagraphSave]:
    """Every text that reached the portal, the latest first, each with the `present_rev` of its place.

    Saves that changed nothing and empty beginnings are left out.
    """
    present = ParagraphText.objects.filter(paragraph=OuterRef("paragraph"), language=OuterRef("language"))
    return (
        ParagraphSave.objects.filter(cycle=cycle)
        .exclude(outcome=SaveOutcome.SAME)
        .exclude(base_rev=0, text="")
        .annotate(present_rev=Subquery(present.values("rev")[:1]))
        .select_related("paragraph__section", "settled")
        .order_by("-saved_at", "-pk")
    )


def save_with_present(cycle: Cycle, save_id: UUID) -> tuple[ParagraphSave, ParagraphText] | None:
    """Return a save of the cycle with the text that stands now in its place; None where there is no such save."""
    save = ParagraphSave.objects.filter(cycle=cycle, pk=save_id).select_related("paragraph__section", "settled").first()
    if save is None:
        return None
    return save, ParagraphText.objects.get(paragraph_id=save.paragraph_id, language=save.language)


def names_of(user_ids) -> dict[UUID, str]:
    """Return people's names by id, for lists of who did what."""
    return {user.pk: user.name for user in User.objects.filter(pk__in={pk for pk in user_ids if pk})}
