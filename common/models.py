"""Field sets and helpers that any app's models may use. No table of its own."""

import uuid

from django.db import models
from django.utils.translation import get_language


class IdentifiedModel(models.Model):
    """A row whose key is made in Python: it says nothing about how many there are, and needs no answer to INSERT."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)

    class Meta:
        abstract = True


def in_language(instance: models.Model, name: str, language: str | None = None) -> str:
    """Return `name_ja` or `name_en` of the instance in the language; an empty one falls back to the other."""
    language = language or get_language() or "ja"
    own, other = ("ja", "en") if language.startswith("ja") else ("en", "ja")
    return getattr(instance, f"{name}_{own}") or getattr(instance, f"{name}_{other}")


def fallback_language(instance: models.Model, name: str) -> str:
    """Return the language that `in_language` fell back to, for the `lang` of what is shown; "" where it did not."""
    own, other = ("ja", "en") if (get_language() or "ja").startswith("ja") else ("en", "ja")
    return "" if getattr(instance, f"{name}_{own}") or not getattr(instance, f"{name}_{other}") else other
