"""What anybody may know of an issued report: through the one door of the database, and nothing else."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from reports.enums import Edition

_SHA256 = re.compile(r"[0-9a-f]{64}")
_NUMBER = re.compile(r"[A-Z0-9_-]{1,60}")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−ーｰ", "-"))
PARTS = ("pdf_ja", "pdf_en", "sheet_ja", "sheet_en")
"""The files of an issue in the order in which the door gives their hashes."""


def read_number(typed: str) -> str:
    """Return a number as somebody typed it, in whatever width and case; "" for what can be none."""
    number = "".join(unicodedata.normalize("NFKC", typed).translate(_DASHES).upper().split())
    return number if _NUMBER.fullmatch(number) else ""


def read_sha256(typed: str) -> str:
    """Return a sha256 as some program printed it, with blanks or colons in between; "" for what can be none."""
    digest = re.sub(r"[\s:]+", "", unicodedata.normalize("NFKC", typed)).lower()
    return digest if _SHA256.fullmatch(digest) else ""


@dataclass(frozen=True)
class Checked:
    """What the door says. Of an internal edition only that number and file belong together."""

    number: str
    edition: str
    issued_at: datetime | None
    as_of: date | None
    withdrawn_at: datetime | None
    replaced_by: str
    replaces: str
    programme: dict
    is_sample: bool
    hashes: dict
    # Which file the hash is of: "pdf_ja" and so on, "" for none.
    fits: str

    @property
    def is_internal(self) -> bool:
        return self.edition == Edition.INTERNAL


def checked(*, number: str = "", sha256: str = "") -> Checked | None:
    """Return what stands behind a number, a hash, or both; None where that is nothing that anybody may know."""
    if not number and not sha256:
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT number, edition, issued_at, as_of, withdrawn_at, replaced_by, replaces, programme_ja, programme_en,"
            " is_sample, hashes, fits FROM app.issued_report(%s, %s)",
            [number, sha256],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    found, edition, issued_at, as_of, withdrawn_at, replaced_by, replaces, ja, en, is_sample, hashes, fits = row
    return Checked(
        number=found,
        edition=edition,
        issued_at=issued_at,
        as_of=as_of,
        withdrawn_at=withdrawn_at,
        replaced_by=replaced_by or "",
        replaces=replaces or "",
        programme={"ja": ja or "", "en": en or ""},
        is_sample=is_sample,
        hashes=dict(zip(PARTS, hashes or (), strict=False)),
        fits=fits,
    )
