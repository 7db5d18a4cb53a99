from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Edition(models.TextChoices):
    """Who may read a report: anyone, with codes in place of companies' names, or the secretariat alone, with names."""

    PUBLIC = "public", _("Public edition (companies by code)")
    INTERNAL = "internal", _("Internal edition (names companies)")


class Language(models.TextChoices):
    """The languages that a report can be written in, each by its own name."""

    JAPANESE = "ja", "日本語"
    ENGLISH = "en", "English"


class BlockKind(models.TextChoices):
    """What a block of a report is made of."""

    DATA = "data", _("Figures")
    NARRATIVE = "narrative", pgettext_lazy("block of a report", "Text")
    QUOTES = "quotes", _("Quotes")
    PHOTOS = "photos", _("Photographs")


class Verdict(models.TextChoices):
    """What a reader from outside says of a report before it is issued."""

    AGREED = "agreed", pgettext_lazy("reading", "I agree with it as it is")
    DIFFERS = "differs", pgettext_lazy("reading", "I do not agree yet")
