"""Issuing certificates and keeping their files: in batches by the worker, one by one where another is issued."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from audit import services as audit
from common.models import in_language
from jobs.services import NewFile, store_files
from programmes import permissions
from programmes.enums import OrganisationRole
from programmes.models import Attendance, Certificate, Organisation, Session
from programmes.queries.certificates import new_code, without_certificate

LANGUAGES = ("ja", "en")
VERSION = 1


def check_manages(session: Session | Certificate, actor) -> None:
    if not permissions.can_manage(actor, session.programme_id):
        raise PermissionDenied


@transaction.atomic
def issue_certificates(
    *,
    session: Session,
    actor,
    now: datetime,
    attendance_ids: Iterable[UUID] | None = None,
    limit: int | None = None,
) -> list[Certificate]:
    """Issue certificates to people who came and have none, as many statements for a thousand as for one.

    The session is held, as everybody does who changes presence: nobody gets two, and nobody who has just been taken off
    the list gets one. `limit` is how many at once; the caller comes again for the rest. Raises PermissionDenied.
    """
    check_manages(session, actor)
    session = Session.objects.select_for_update(of=("self",)).select_related("programme").get(pk=session.pk)
    people = list(without_certificate(session, attendance_ids=attendance_ids)[:limit])
    if not people:
        return []
    issuer = _issuer(session)
    certificates = Certificate.objects.bulk_create(
        [
            Certificate(
                attendance=attendance,
                session=session,
                programme_id=session.programme_id,
                company_id=attendance.company_id,
                code=new_code(),
                content=frozen(attendance, session, issuer=issuer, now=now),
                issued_by_id=actor.pk,
            )
            for attendance in people
        ]
    )
    audit.log_many([certificate_event("certificate.issued", certificate, actor) for certificate in certificates])
    return certificates


def _issuer(session: Session) -> dict[str, str]:
    """Return in whose name certificates are issued: the programme's organiser, else the programme itself."""
    organiser = Organisation.objects.filter(programme=session.programme_id, role=OrganisationRole.ORGANISER).first()
    return _both(organiser or session.programme, "name")


def frozen(attendance: Attendance, session: Session, *, issuer: dict[str, str], now: datetime) -> dict:
    """Return what the certificate says, for ever: names and titles as they are on the day of issue."""
    person = attendance.person
    return {
        "version": VERSION,
        "name": _both(person, "name"),
        "title": person.title,
        "company": _both(attendance.company, "name"),
        "session": _both(session, "title"),
        "programme": _both(session.programme, "name"),
        "starts_at": session.starts_at.isoformat(),
        "ends_at": session.ends_at.isoformat(),
        "mode": attendance.actual_mode,
        "venue": _both(session, "venue"),
        "issuer": issuer,
        "issued_on": timezone.localdate(now).isoformat(),
    }


def _both(row, name: str) -> dict[str, str]:
    """Return both languages, each as it is written; a language that is missing stays missing."""
    return {code: in_language(row, name, code) if getattr(row, f"{name}_{code}") else "" for code in LANGUAGES}


@transaction.atomic
def keep_files(*, drawn: Sequence[tuple[Certificate, str, bytes]], actor) -> None:
    """Keep the files of certificates (with name and bytes) with them, in a constant number of statements."""
    files = [
        NewFile(name, content, company_id=certificate.company_id, programme_id=certificate.programme_id)
        for certificate, name, content in drawn
    ]
    for (certificate, _name, _content), stored in zip(drawn, store_files(files, actor=actor), strict=True):
        certificate.file = stored
    Certificate.objects.bulk_update([certificate for certificate, _name, _content in drawn], ["file"])


def certificate_event(verb: str, certificate: Certificate, actor, **detail):
    return audit.build_event(
        actor=actor,
        verb=verb,
        obj=certificate,
        company_id=certificate.company_id,
        programme_id=certificate.programme_id,
        detail={"attendance": str(certificate.attendance_id), **detail},
    )
