"""Questions about certificates of attendance: who has one, whose they are, and what a code stands for."""

import json
import secrets
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, QuerySet
from django.db.models.functions import JSONObject
from django.utils.dateparse import parse_datetime

from programmes.models import Attendance, Certificate, Session

# Kinds of jobs: certificates for people of a session, and one file of them for the printer.
ISSUE_KIND = "programmes.certificates"
PRINT_KIND = "programmes.certificates_print"

# Capitals and digits of which none is taken for another on paper or on the telephone: no 0 and O, 1, I and L, 2 and Z,
# 5 and S, 8 and B, U and V. 28 of 24 are 128.4 bits.
ALPHABET = "ACDEFGHJKMNPQRTVWXY34679"
CODE_LENGTH = 28
GROUP = 4


def new_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def read_code(typed: str) -> str:
    """Return a code as somebody typed it, in whatever width, case and grouping; "" for what can be no code."""
    code = "".join(char for char in unicodedata.normalize("NFKC", typed).upper() if char.isalnum())
    return code if len(code) == CODE_LENGTH and set(code) <= set(ALPHABET) else ""


def grouped(code: str) -> str:
    """Return a code as it is printed: ACDE-FGHJ-…"""
    return "-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


def present_people(user, session: Session) -> QuerySet[Attendance]:
    """Who came to a session, with `certificates`: every certificate of theirs, the newest first."""
    certificates = Certificate.objects.filter(attendance=OuterRef("pk")).order_by("-issued_at", "-pk")
    rows = Attendance.objects.visible_to(user).present().filter(session=session).select_related("company", "person")
    return rows.annotate(
        issued=ArraySubquery(
            certificates.values(
                json=JSONObject(
                    id=F("pk"), code=F("code"), issued_at=F("issued_at"), revoked_at=F("revoked_at"), file=F("file_id")
                )
            )
        )
    ).order_by("company__name_kana", "company__name_ja", "person__name_kana", "pk")


def without_certificate(session: Session, *, attendance_ids: Iterable[UUID] | None = None) -> QuerySet[Attendance]:
    """Who came and has no valid certificate; `attendance_ids` narrows it to these people."""
    valid = Certificate.objects.valid().filter(attendance=OuterRef("pk"))
    rows = Attendance.objects.present().filter(~Exists(valid), session=session)
    if attendance_ids is not None:
        rows = rows.filter(pk__in=attendance_ids)
    return rows.select_related("company", "person").order_by("company__name_kana", "person__name_kana", "pk")


def undrawn(session: Session) -> QuerySet[Certificate]:
    """Valid certificates that have no file yet."""
    return Certificate.objects.valid().filter(session=session, file=None).order_by("issued_at", "pk")


def valid_of(user, session: Session) -> QuerySet[Certificate]:
    """Valid certificates of a session in the order in which they are handed out: company by company."""
    rows = Certificate.objects.visible_to(user).valid().filter(session=session)
    person = "attendance__person__name_kana"
    return rows.order_by("company__name_kana", "company__name_ja", person, "pk")


def company_certificates(user, company_id: UUID) -> QuerySet[Certificate]:
    """Certificates of a company's people; one's own first, then the newest session first."""
    rows = Certificate.objects.visible_to(user).filter(company=company_id).select_related("session", "file")
    return rows.annotate(
        is_own=Exists(Attendance.objects.filter(pk=OuterRef("attendance_id"), person__user_id=user.pk))
    ).order_by("-is_own", "-session__starts_at", "attendance__person__name_kana", "-issued_at", "pk")


def certificates_by_session(user, company_id: UUID) -> dict[UUID, int]:
    """Return how many of a company's people have a valid certificate with its file, by session."""
    rows = Certificate.objects.visible_to(user).valid().filter(company=company_id, file__isnull=False)
    return dict(rows.order_by().values_list("session").annotate(Count("pk")))


def certificate_counts(user, session: Session) -> tuple[int, int]:
    """Return how many people came, and how many of them have a valid certificate."""
    valid = Certificate.objects.valid().filter(attendance=OuterRef("pk"))
    rows = Attendance.objects.visible_to(user).present().filter(session=session).annotate(certified=Exists(valid))
    answers = list(rows.values_list("certified", flat=True))
    return len(answers), sum(answers)


def has_certificate(attendance: Attendance) -> bool:
    """Whether a valid certificate says that this person was there: then nobody may say otherwise unseen."""
    return attendance.pk in certified([attendance.pk])


def certified(attendance_ids: Iterable[UUID]) -> set[UUID]:
    """Return which of these people have a valid certificate, in one statement."""
    rows = Certificate.objects.valid().filter(attendance__in=attendance_ids)
    return set(rows.values_list("attendance_id", flat=True))


@dataclass(frozen=True)
class Verified:
    """What anybody who knows the code may know of a certificate."""

    name: dict
    session: dict
    programme: dict
    starts_at: datetime | None
    ends_at: datetime | None
    issued_at: datetime
    revoked_at: datetime | None


def verified(code: str) -> Verified | None:
    """Return what stands behind a code, through the one door of the database that opens to anybody; None: nothing."""
    if not code:
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name_printed, session_printed, programme_printed, began_at, ended_at, issued_at, revoked_at"
            " FROM app.certificate(%s)",
            [code],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    name, session, programme, began, ended, issued_at, revoked_at = row
    return Verified(
        _words(name), _words(session), _words(programme), _moment(began), _moment(ended), issued_at, revoked_at
    )


def _words(value: str | None) -> dict:
    """Return the words by language; Django leaves JSON of a bare cursor as text."""
    return json.loads(value) if value else {}


def _moment(value: str | None) -> datetime | None:
    return parse_datetime(value) if value else None
