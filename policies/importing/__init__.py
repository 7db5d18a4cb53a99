"""Texts that come from elsewhere."""

from .word import Document, FileRefused, Part, place_parts, read_document, refusal_message, remark_messages

__all__ = ["Document", "FileRefused", "Part", "place_parts", "read_document", "refusal_message", "remark_messages"]
