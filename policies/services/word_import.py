"""A policy from Word: kept beside the text until somebody says where each part belongs; nothing is ever replaced."""

from collections.abc import Mapping
from datetime import datetime
from typing import BinaryIO

from django.db import transaction

from audit import services as audit
from policies.catalogue import catalogue
from policies.enums import Language
from policies.importing import place_parts, read_document
from policies.models import Cycle, WordImport, of_cycle

from .texts import add_paragraph, begin_sections, hold_for_writing


@transaction.atomic
def bring_word_file(*, cycle: Cycle, file: BinaryIO, file_name: str, language: str, actor) -> WordImport:
    """Read a Word file and keep what was read, in place of what the person brought before and never took over.

    Raises FileRefused, PermissionDenied and NotEditable.
    """
    hold_for_writing(cycle, actor)
    document = read_document(file)
    parts = place_parts(catalogue(cycle.catalogue), document.blocks)
    WordImport.objects.waiting().filter(cycle=cycle, author=actor).delete()
    brought = WordImport(
        **of_cycle(cycle),
        author=actor,
        file_name=file_name[:200],
        language=language,
        parts=[{"heading": part.heading, "section": part.section, "texts": list(part.texts)} for part in parts],
        remarks=list(document.remarks),
    )
    brought.save(force_insert=True)
    return brought


@transaction.atomic
def take_over(*, brought: WordImport, sections: Mapping[int, str], actor, now: datetime) -> int:
    """Put parts at the end of the sections chosen for them, by number of the part; return how many paragraphs came.

    What stands there stays as it is. A heading that names its section is not repeated. Done once: a second time nothing
    comes. Raises PermissionDenied, NotEditable, and ValidationError when a section would become too long.
    """
    cycle = hold_for_writing(brought.cycle, actor)
    brought = WordImport.objects.select_for_update().get(pk=brought.pk, author=actor)
    if brought.taken_at:
        return 0
    rows = begin_sections(cycle=cycle, actor=actor)
    number = 0
    for place, part in enumerate(brought.parts):
        code = sections.get(place, "")
        for text in _paragraphs(part, code) if code in rows else ():
            add_paragraph(section=rows[code], texts={brought.language: text}, actor=actor)
            number += 1
    brought.taken_at = now
    brought.save(update_fields=["taken_at"])
    audit.log(
        actor=actor,
        verb="word_file.taken_over",
        obj=cycle,
        company_id=cycle.company_id,
        programme_id=cycle.programme_id,
        detail={"paragraphs": number, "language": Language(brought.language).value},
    )
    return number


def _paragraphs(part: Mapping, code: str) -> list[str]:
    """The texts of a part, its heading first where that says something else than the section it goes to."""
    is_own = bool(part["heading"]) and part["section"] != code
    return [*([part["heading"]] if is_own else []), *part["texts"]]


@transaction.atomic
def throw_away(*, brought: WordImport, actor) -> None:
    """Forget what was brought. Raises PermissionDenied for others than the person who brought it."""
    hold_for_writing(brought.cycle, actor)
    if WordImport.objects.waiting().filter(pk=brought.pk, author=actor).delete()[0]:
        cycle = brought.cycle
        audit.log(
            actor=actor,
            verb="word_file.thrown_away",
            obj=cycle,
            company_id=cycle.company_id,
            programme_id=cycle.programme_id,
        )
