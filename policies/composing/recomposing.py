"""What a new draft would change in a text that is already there. What somebody edited is never changed without asking."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from .drafting import Draft, DraftParagraph


class Kind(StrEnum):
    """What happens to a paragraph. The last two are asked about, one by one; unasked they stay as they are."""

    ADD = "add"
    CHANGE = "change"
    REMOVE = "remove"
    ASK_CHANGE = "ask_change"
    ASK_REMOVE = "ask_remove"


ASKED = (Kind.ASK_CHANGE, Kind.ASK_REMOVE)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A paragraph of the present text that was once composed.

    `composed` is what was composed then, by language; a language of which that is not known is missing. A paragraph that a
    person took out is there with `is_removed`.
    """

    key: Hashable
    section: str
    clause: str
    texts: Mapping[str, str]
    composed: Mapping[str, str]
    is_edited: bool = False
    is_removed: bool = False


@dataclass(frozen=True, kw_only=True)
class Change:
    """One paragraph of which the new draft says something else. `standing` is None for a new one."""

    kind: Kind
    section: str
    clause: str
    new: DraftParagraph | None = None
    standing: Standing | None = None

    @property
    def is_asked(self) -> bool:
        return self.kind in ASKED


def changes(draft: Draft, standings: Iterable[Standing]) -> list[Change]:
    """Return what the draft would change, in the order of its sections; paragraphs that go come last in theirs.

    A paragraph that somebody edited counts only where the answers make it say something else than they did before. One that
    somebody took out stays out.
    """
    by_clause = {standing.clause: standing for standing in sorted(standings, key=lambda each: not each.is_removed)}
    wanted = {paragraph.clause for _, paragraph in draft.paragraphs()}
    found = []
    for section in draft.sections:
        for paragraph in section.paragraphs:
            found += _change(draft, section.code, paragraph, by_clause.get(paragraph.clause))
        found += [
            Change(
                kind=Kind.ASK_REMOVE if standing.is_edited else Kind.REMOVE,
                section=section.code,
                clause=clause,
                standing=standing,
            )
            for clause, standing in by_clause.items()
            if standing.section == section.code and clause not in wanted and not standing.is_removed
        ]
    return found


def _change(draft: Draft, section: str, new: DraftParagraph, standing: Standing | None) -> list[Change]:
    if standing is None:
        return [Change(kind=Kind.ADD, section=section, clause=new.clause, new=new)]
    if standing.is_removed or _says(draft, new, standing.texts):
        return []
    if not standing.is_edited:
        kind = Kind.CHANGE
    elif _says(draft, new, standing.composed):
        return []
    else:
        kind = Kind.ASK_CHANGE
    return [Change(kind=kind, section=section, clause=new.clause, new=new, standing=standing)]


def _says(draft: Draft, new: DraftParagraph, texts: Mapping[str, str]) -> bool:
    return all(texts.get(language) == getattr(new, language) for language in draft.languages)
