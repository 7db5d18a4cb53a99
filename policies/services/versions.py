"""Bringing passages of an earlier version back, as new saves upon what the person saw."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid5

from django.db import transaction

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
        (each, part["code"])
        for part in revision.content.get("sections", ())
        for each in part.get("paragraphs", ())
        if each.get("id") and (not section or part["code"] == section) and (not paragraph or each["id"] == paragraph)
    ]
    keys = [key for each, _code in wanted for key in _keys(cycle, each["id"])]
    known = Paragraph.objects.filter(cycle=cycle, pk__in=keys).select_related("cycle", "section")
    standing = {paragraph.pk: paragraph for paragraph in known}
    rows: dict[UUID, dict[str, ParagraphText]] = {}
    for row in ParagraphText.objects.filter(cycle=cycle, paragraph__in=standing):
        rows.setdefault(row.paragraph_id, {})[row.language] = row
    found = []
    for each, code in wanted:
        paragraph = next((standing[key] for key in _keys(cycle, each["id"]) if key in standing), None)
        found.append(_passage(each, code, paragraph, rows.get(paragraph.pk, {}) if paragraph else {}, cycle))
    return [passage for passage in found if passage.languages]


def _keys(cycle: Cycle, id_: str) -> list[UUID]:
    """Return the ids that a paragraph of a version may have in the cycle: its own, and that of its copy from another."""
    try:
        return [UUID(id_), _copy_of(cycle, id_)]
    except ValueError:  # an imported text has ids of its own kind
        return [_copy_of(cycle, id_)]


def _copy_of(cycle: Cycle, id_: str) -> UUID:
    return uuid5(cycle.pk, id_)


def _passage(old: Mapping, code: str, paragraph: Paragraph | None, rows: Mapping, cycle: Cycle) -> Passage:
    standing = Standing.ABSENT if paragraph is None else Standing.REMOVED if paragraph.removed_at else Standing.PRESENT
    return Passage(
        id=old["id"],
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
    keys = [key for id_ in seen for key in _keys(cycle, id_)]
    list(ParagraphText.objects.select_for_update().filter(cycle=cycle, paragraph__in=keys).order_by("pk"))
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
            add_paragraph(section=section, texts=passage.old, actor=actor, pk=_copy_of(cycle, passage.id))
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
