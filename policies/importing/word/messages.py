"""Codes into sentences, in the reader's language, at the moment they are read."""

from collections.abc import Iterable

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from common.archives import FileRefused

REFUSALS = {
    "empty_file": _("The file is empty. Choose the Word file (.docx) again."),
    "file_too_large": _("The file is larger than %(megabytes)s MB. Remove its pictures and save it again."),
    "not_a_document": _("This is not a Word file. Choose a file of the type .docx."),
    "old_word": _("This is a file of an old Word (.doc). Open it in Word and save it as “Word Document (.docx)”."),
    "encrypted": _("The file is protected by a password. Save it without a password and choose it again."),
    "pdf": _("This is a PDF. Choose the Word file (.docx) it was made from."),
    "open_document": _("This is an OpenDocument file. Save it as “Word Document (.docx)” and choose that."),
    "other_document": _("This is an Excel or PowerPoint file. Choose the Word file (.docx)."),
    "template": _("This is a Word template. Save it as “Word Document (.docx)” and choose that."),
    "damaged": _("The file is damaged and cannot be read. Open it in Word, save it again and choose the new file."),
    "macros": _("The file contains macros. Save it as “Word Document (.docx)”, which has none."),
    "unsafe_part": _(
        "The file contains a part that does not belong there. Copy its text into a new Word file and save that."
    ),
    "too_many_parts": _(
        "The file consists of more than %(limit)s parts. Copy its text into a new Word file and save that."
    ),
    "unpacks_too_large": _(
        "The file unpacks to far more than a policy needs (limit %(megabytes)s MB). Copy its text into a new Word file and"
        " save that."
    ),
    "too_complicated": _(
        "The file is built in a way that is too complicated to read. Copy its text into a new Word file and save that."
    ),
    "too_much_text": _(
        "The file holds more text than a policy (limit %(limit)s characters). Keep only the policy in it."
    ),
    "no_text": _("No text was found in the file. A policy that was scanned as a picture cannot be read."),
}
REMARKS = {
    "tracked_changes": _("The file has tracked changes. The text was read as if all of them were accepted."),
    "tables": _("The file has tables. Their cells were read one after the other."),
    "text_boxes": _("The file has text boxes. Their text stands where they are fixed in the document."),
    "notes": _("Footnotes and endnotes were not read."),
    "hidden_text": _("Text that is hidden in Word was left out."),
}


def refusal_message(refusal: FileRefused) -> str:
    params = {name: f"{value:,}" if isinstance(value, int) else value for name, value in refusal.params.items()}
    return gettext(REFUSALS[refusal.code]) % params


def remark_messages(remarks: Iterable[str]) -> list[str]:
    return [gettext(REMARKS[remark]) for remark in remarks if remark in REMARKS]
