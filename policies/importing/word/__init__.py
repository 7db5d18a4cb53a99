"""A policy that was written in Word: read without trusting it, and offered to the sections it seems to belong to."""

from common.archives import FileRefused

from .limits import FILE_BYTES
from .messages import refusal_message, remark_messages
from .placing import Part, place_parts
from .reading import Block, Document, read_document

__all__ = [
    "FILE_BYTES",
    "Block",
    "Document",
    "FileRefused",
    "Part",
    "place_parts",
    "read_document",
    "refusal_message",
    "remark_messages",
]
