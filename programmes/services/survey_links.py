"""The word in the address of a survey: made anew from the invitation whenever it is needed, and kept nowhere.

Whoever holds the database alone finds neither the word nor, in an anonymous survey, the answers that belong to it; the
portal's SECRET_KEY is needed as well (docs/decisions/survey-links.md).
"""

import base64
import hashlib
import hmac
import re
from uuid import UUID

from django.urls import reverse
from django.utils.crypto import salted_hmac

# What 32 bytes come to. Anything else opens nothing and is not asked for.
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


def survey_token(invitation_id: UUID) -> str:
    """Return the word of an invitation: 256 bits that only the portal can make."""
    digest = salted_hmac("programmes.survey.link", str(invitation_id), algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def survey_token_hash(token: str) -> str:
    """Return what the invitation keeps of its word; "" for what cannot be one, which is the hash of no row."""
    return hashlib.sha256(token.encode()).hexdigest() if TOKEN.fullmatch(token) else ""


def answer_key(token: str) -> str:
    """Return what finds the answers of an anonymous survey: it cannot be told from what the invitation keeps."""
    return hmac.new(token.encode(), b"programmes.survey.answers", hashlib.sha256).hexdigest()


def survey_path(invitation_id: UUID) -> str:
    return reverse("programmes:survey_link", args=[survey_token(invitation_id)])
