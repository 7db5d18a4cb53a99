"""Deeds of certificates of attendance: issuing, drawing, revoking, and issuing again."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language, gettext_noop

from audit import services as audit
from common.models import in_language
from jobs.models import Job
from jobs.services import NewFile, request_job, store_files
from programmes import permissions
from programmes.enums import OrganisationRole
from programmes.models import Attendance, Certificate, Organisation, Session
from programmes.queries.certificates import ISSUE_KIND, PRINT_KIND, new_code, without_certificate

LANGUAGES = ("ja", "en")
VERSION = 1

ISSUE_TITLE = gettext_noop("Certificates for “%(session)s”")
PRINT_TITLE = gettext_noop("Certificates of “%(session)s” to print")


class NotValid(Exception):
    """The certificate was revoked already."""


def request_certificates(*, session: Session, actor, attendance_id: UUID | None = None) -> Job:
    """Ask for certificates: for one person, or for everybody who came and has none. Raises PermissionDenied."""
    _check_manages(session, actor)
    return _request(ISSUE_KIND, ISSUE_TITLE, session, actor, **({"attendance": attendance_id} if attendance_id else {}))


def request_print(*, session: Session, actor) -> Job:
    """Ask for one file with all valid certificates of a session, a page each. Raises PermissionDenied."""
    _check_manages(session, actor)
    return _request(PRINT_KIND, PRINT_TITLE, session, actor)


def _request(kind: str, title: str, session: Session, actor, **narrowed: UUID) -> Job:
    ids = {name: str(value) for name, value in narrowed.items()}
    job, _created = request_job(
        kind,
        title=title,
        title_params={"session": {"ja": session.title_ja, "en": session.title_en}},
        params={"session": str(session.pk), "language": (get_language() or "ja")[:2], **ids},
        actor=actor,
        programme_id=session.programme_id,
        dedupe=":".join([str(session.pk), *ids.values()]),
    )
    return job


def _check_manages(session: Session | Certificate, actor) -> None:
    if not permissions.can_manage(actor, session.programme_id):
        raise PermissionDenied


# --- Issuing ----------------------------------------------------------------------------------------------------------


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
    _check_manages(session, actor)
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
    audit.log_many([_event("certificate.issued", certificate, actor) for certificate in certificates])
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


# --- Revoking ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def revoke_certificate(*, certificate: Certificate, reason: str, actor, now: datetime) -> None:
    """End a certificate; whoever asks for its code is told so from now on. The reason stands in the trail.

    Raises PermissionDenied and NotValid.
    """
    _check_manages(certificate, actor)
    row = Certificate.objects.select_for_update(of=("self",)).get(pk=certificate.pk)
    if row.revoked_at:
        raise NotValid
    row.revoked_at = certificate.revoked_at = now
    row.save(update_fields=["revoked_at"])
    audit.log_many([_event("certificate.revoked", row, actor, reason=reason)])


ABSENT = "presence taken back"


@transaction.atomic
def revoke_absent(*, attendances: Iterable[Attendance], actor, now: datetime) -> list[Certificate]:
    """End the certificates of people of whom the list does not say any more that they came; return them.

    For whoever takes presence back, in the same transaction: no valid certificate may say what the list does not.
    """
    gone = [attendance.pk for attendance in attendances if not attendance.attended]
    if not gone:
        return []
    rows = list(Certificate.objects.valid().select_for_update(of=("self",)).filter(attendance__in=gone))
    for row in rows:
        row.revoked_at = now
    Certificate.objects.bulk_update(rows, ["revoked_at"])
    audit.log_many([_event("certificate.revoked", row, actor, reason=ABSENT) for row in rows])
    return rows


@transaction.atomic
def reissue_certificate(*, certificate: Certificate, reason: str, actor, now: datetime) -> Job | None:
    """Revoke a certificate and issue another with the present names; None where the person is not on the list any more.

    Raises what `revoke_certificate` raises.
    """
    revoke_certificate(certificate=certificate, reason=reason, actor=actor, now=now)
    session = certificate.session
    issued = issue_certificates(session=session, attendance_ids=[certificate.attendance_id], actor=actor, now=now)
    return (
        request_certificates(session=session, actor=actor, attendance_id=certificate.attendance_id) if issued else None
    )


def _event(verb: str, certificate: Certificate, actor, **detail):
    return audit.build_event(
        actor=actor,
        verb=verb,
        obj=certificate,
        company_id=certificate.company_id,
        programme_id=certificate.programme_id,
        detail={"attendance": str(certificate.attendance_id), **detail},
    )
