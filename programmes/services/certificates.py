"""Deeds of certificates of attendance: issuing, drawing, revoking, and issuing again."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import get_language, gettext_noop

from audit import services as audit
from jobs.models import Job
from jobs.services import request_job
from notifications.services import forget_reminders
from programmes.models import Attendance, Certificate, Session
from programmes.queries.certificates import ISSUE_KIND, PRINT_KIND
from programmes.tasks.issuing import certificate_event, certificate_key, check_manages, issue_certificates, keep_files

ISSUE_TITLE = gettext_noop("Certificates for “%(session)s”")
PRINT_TITLE = gettext_noop("Certificates of “%(session)s” to print")


class NotValid(Exception):
    """The certificate was revoked already."""


def request_certificates(*, session: Session, actor, attendance_id: UUID | None = None) -> Job:
    """Ask for certificates: for one person, or for everybody who came and has none. Raises PermissionDenied."""
    check_manages(session, actor)
    return _request(ISSUE_KIND, ISSUE_TITLE, session, actor, **({"attendance": attendance_id} if attendance_id else {}))


def request_print(*, session: Session, actor) -> Job:
    """Ask for one file with all valid certificates of a session, a page each. Raises PermissionDenied."""
    check_manages(session, actor)
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


# --- Revoking ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def revoke_certificate(*, certificate: Certificate, reason: str, actor, now: datetime) -> None:
    """End a certificate; whoever asks for its code is told so from now on. The reason stands in the trail.

    Raises PermissionDenied and NotValid.
    """
    check_manages(certificate, actor)
    row = Certificate.objects.select_for_update(of=("self",)).get(pk=certificate.pk)
    if row.revoked_at:
        raise NotValid
    row.revoked_at = certificate.revoked_at = now
    row.save(update_fields=["revoked_at"])
    forget_reminders(keys=[certificate_key(row)])
    audit.log_many([certificate_event("certificate.revoked", row, actor, reason=reason)])


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
    if rows:
        forget_reminders(keys=[certificate_key(row) for row in rows])
    audit.log_many([certificate_event("certificate.revoked", row, actor, reason=ABSENT) for row in rows])
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


__all__ = [
    "ABSENT",
    "NotValid",
    "issue_certificates",
    "keep_files",
    "reissue_certificate",
    "request_certificates",
    "request_print",
    "revoke_absent",
    "revoke_certificate",
]
