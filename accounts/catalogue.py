"""What people agree to before they first use the portal, and in which version."""

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _


class Document(models.TextChoices):
    TERMS = "terms", _("Terms of use")
    PRIVACY = "privacy", _("What personal data is used for")
    PLEDGE = "pledge", _("Advisers' pledge of confidentiality")


@dataclass(frozen=True)
class Edition:
    """A document as it is shown now. Whoever is invited after a change agrees to the new version."""

    document: Document
    version: str

    @property
    def templates(self) -> str:
        """Where its texts are: one template a language, `terms_ja.html`."""
        return f"accounts/documents/{self.document}"


EDITIONS = {
    document: Edition(document, version)
    for document, version in (
        (Document.TERMS, "2026-11"),
        (Document.PRIVACY, "2026-11"),
        (Document.PLEDGE, "2026-11"),
    )
}
# Everybody agrees to these; advisers to the pledge, too.
FOR_EVERYBODY = (Document.TERMS, Document.PRIVACY)
