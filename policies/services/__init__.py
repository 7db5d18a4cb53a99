"""Deeds on policies. Every change of state is a move of `workflow`."""

from .cycles import catalogues_of, digest, freeze_revision, open_cycles, share_revision
from .texts import (
    NotEditable,
    Saved,
    add_paragraph,
    begin_sections,
    check_text,
    confirm_translation,
    freeze,
    mark_section,
    move_paragraph,
    remove_paragraph,
    restore_paragraph,
    save_paragraph,
    set_english,
)

__all__ = [
    "NotEditable",
    "Saved",
    "add_paragraph",
    "begin_sections",
    "catalogues_of",
    "check_text",
    "confirm_translation",
    "digest",
    "freeze",
    "freeze_revision",
    "mark_section",
    "move_paragraph",
    "open_cycles",
    "remove_paragraph",
    "restore_paragraph",
    "save_paragraph",
    "set_english",
    "share_revision",
]
