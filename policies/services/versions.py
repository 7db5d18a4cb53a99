"""Bringing passages of an earlier version back, as new saves upon what the person saw."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import Q

from audit import services as audit
from policies.enums import Language
from policies.models import Cycle, Paragraph, ParagraphText, Revision

from .texts import add_paragraph, begin_sections, hold_for_writing, restore_paragraph, save_paragraph


class Standing(StrEnum):
    """Where a paragraph of an earlier version is now."""

    PRESENT = "present"
    REMOVED = "removed"
    ABSENT = "absent"


@dataclass(frozen=True)
class Passage:
    """A paragraph of an earlier version that is not in the working copy as it was then."""

    id: str
    # The first paragraph of an earlier round that it goes on from, or itself.
    origin: UUID | None
    # Its row in the cycle; None where the cycle never had it.
    paragraph: Paragraph | None
    section_code: str
    standing: Standing
    # By language: as it was in the version, as it is now, and the `rev` of the latter.
    old: Mapping[str, str]
    present: Mapping[str, str]
    revs: Mapping[str, int]

    @property
    def languages(self) -> list[str]:
        """The languages in which bringing it back would change something."""
        gone = self.standing != Standing.PRESENT
        return [code for code, text in self.old.items() if text and (gone or text != self.present.get(code, ""))]

    @property
    def token(self) -> str:
        """Stands for what the person saw: it is another one as soon as anybody changed the paragraph."""
        return ".".join([self.standing, *(f"{code}{self.revs[code]}" for code in sorted(self.revs))])


class ChangedMeanwhile(Exception):
    """Somebody wrote on the same paragraph after the page was drawn; nothing was brought back."""


def passages_to_restore(*, revision: Revision, cycle: Cycle, paragraph: str = "", section: str = "") -> list[Passage]:
    """Return what bringing back one paragraph, one section or the whole version would change; three statements."""
    wanted = [
        (each, part.get("code") or "")
        for part in revision.content.get("sections", ())
        for each in part.get("paragraphs", ())
        if each.get("id")
        and (not section or part.get("code") == section)
        and (not paragraph or each["id"] == paragraph)
    ]
    keys = [key for each, _code in wanted for key in _keys(cycle, each)]
    known = Paragraph.objects.filter(Q(pk__in=keys) | Q(origin_id__in=keys), cycle=cycle)
    standing: dict[UUID | None, Paragraph] = {}
    for each in known.select_related("cycle", "section"):
        standing |= {each.origin_id: each, each.pk: each}
    rows: dict[UUID, dict[str, ParagraphText]] = {}
    for row in ParagraphText.objects.filter(cycle=cycle, paragraph__in=standing.values()):
        rows.setdefault(row.paragraph_id, {})[row.language] = row
    found = []
    for each, code in wanted:
        present = next((standing[key] for key in _keys(cycle, each) if key in standing), None)
        found.append(_passage(each, code, present, rows.get(present.pk, {}) if present else {}, cycle))
    return [passage for passage in found if passage.languages]


def _keys(cycle: Cycle, old: Mapping) -> list[UUID]:
    """Return the ids by which a paragraph of a version may be known in the cycle: its own, where it goes on from, its copy."""
    return [key for key in (_uuid(old["id"]), _uuid(old.get("origin")), _copy_of(cycle, old["id"])) if key]


def _uuid(value: str | None) -> UUID | None:
    """Return an id of ours; an imported text may have others."""
    try:
        return UUID(value or "")
    except ValueError:
        return None


def _copy_of(cycle: Cycle, id_: str) -> UUID:
    return uuid5(cycle.pk, id_)


def _passage(old: Mapping, code: str, paragraph: Paragraph | None, rows: Mapping, cycle: Cycle) -> Passage:
    standing = Standing.ABSENT if paragraph is None else Standing.REMOVED if paragraph.removed_at else Standing.PRESENT
    return Passage(
        id=old["id"],
        origin=_uuid(old.get("origin")) or _uuid(old["id"]),
        paragraph=paragraph,
        section_code=code,
        standing=standing,
        old={language: old.get(language) or "" for language in cycle.languages},
        present={language: row.text for language, row in rows.items()},
        revs={language: row.rev for language, row in rows.items()},
    )


@transaction.atomic
def restore_passages(
    *, revision: Revision, cycle: Cycle, seen: Mapping[str, str], operation: UUID, actor, now: datetime
) -> int:
    """Bring paragraphs of a version back and return how many; what they replace stays in the history.

    `seen` gives the token of each wanted paragraph as the page had it. When any changed since, ChangedMeanwhile is
    raised and nothing is brought back. The same operation again changes nothing. Raises PermissionDenied, NotEditable,
    and ValidationError where a section has no room.
    """
    hold_for_writing(cycle, actor)
    before = passages_to_restore(revision=revision, cycle=cycle)
    # Nobody writes on them between looking and writing.
    mine = [passage.paragraph for passage in before if passage.id in seen and passage.paragraph]
    list(ParagraphText.objects.select_for_update().filter(cycle=cycle, paragraph__in=mine).order_by("pk"))
    passages = [p for p in passages_to_restore(revision=revision, cycle=cycle) if p.id in seen]
    if any(passage.token != seen[passage.id] for passage in passages):
        raise ChangedMeanwhile
    for passage in passages:
        _restore(passage, cycle=cycle, operation=operation, actor=actor, now=now)
    if passages:
        audit.log(
            actor=actor,
            verb="policy.restored_from_version",
            obj=cycle,
            company_id=cycle.company_id,
            programme_id=cycle.programme_id,
            detail={"number": revision.number, "paragraphs": len(passages)},
        )
    return len(passages)


def _restore(passage: Passage, *, cycle: Cycle, operation: UUID, actor, now: datetime) -> None:
    if passage.standing == Standing.ABSENT:
        section = begin_sections(cycle=cycle, actor=actor).get(passage.section_code)
        if section is not None:
            copy = add_paragraph(section=section, texts=passage.old, actor=actor, pk=_copy_of(cycle, passage.id))
            Paragraph.objects.filter(pk=copy.pk).update(origin_id=passage.origin)
        return
    paragraph = passage.paragraph
    if passage.standing == Standing.REMOVED:
        restore_paragraph(paragraph=paragraph, actor=actor)
    # The Japanese first: the English that comes with it is one of it.
    for language in sorted(passage.languages, key=lambda code: code != Language.JA):
        save_paragraph(
            paragraph=paragraph,
            language=language,
            text=passage.old[language],
            base_rev=passage.revs[language],
            operation=uuid5(operation, f"{passage.id}-{language}"),
            actor=actor,
            now=now,
        )
