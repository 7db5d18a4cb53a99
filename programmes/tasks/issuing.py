"""Issuing certificates and keeping their files: in batches by the worker, one by one where another is issued."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from audit import services as audit
from common.models import in_language
from companies.models import Membership
from jobs.services import NewFile, store_files
from notifications.services import Due, Reader, remind_all
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
    """Keep the files of certificates (with name and bytes) with them, in a constant number of statements, and tell whose
    they are that they are there.
    """
    files = [
        NewFile(name, content, company_id=certificate.company_id, programme_id=certificate.programme_id)
        for certificate, name, content in drawn
    ]
    for (certificate, _name, _content), stored in zip(drawn, store_files(files, actor=actor), strict=True):
        certificate.file = stored
    certificates = [certificate for certificate, _name, _content in drawn]
    Certificate.objects.bulk_update(certificates, ["file"])
    _tell_ready(certificates, today=timezone.localdate())


def _tell_ready(certificates: Sequence[Certificate], *, today: date) -> None:
    """Write down that people hear of their certificates, each once, with everything else of the day.

    Whoever acts for the company is led to its certificates; whoever cannot sign in, to the page that anybody may open.
    """
    ids = [certificate.attendance_id for certificate in certificates]
    rows = Attendance.objects.filter(pk__in=ids).select_related("person__user", "session").in_bulk()
    people = [row.person_id for row in rows.values()]
    acting = set(Membership.objects.current().filter(person__in=people).values_list("person", flat=True))
    again = set(
        Certificate.objects.filter(attendance__in=ids, revoked_at__isnull=False).values_list("attendance", flat=True)
    )
    remind_all(
        due
        for certificate in certificates
        for due in _ready(
            certificate,
            rows[certificate.attendance_id],
            is_member=rows[certificate.attendance_id].person_id in acting,
            is_again=certificate.attendance_id in again,
            today=today,
        )
    )


def _ready(certificate: Certificate, row: Attendance, *, is_member: bool, is_again: bool, today: date) -> list[Due]:
    """Return what somebody is told, to the account or else the address; nothing for who has neither."""
    person = row.person
    to = person.user if person.user and person.user.is_active else None
    if to is None and person.email:
        to = Reader(name=person.name_ja or person.name_en, address=person.email)
    if to is None:
        return []
    can_download = is_member and isinstance(to, User)
    page = reverse("programmes:company_certificates", args=[row.company_id])
    return [
        Due(
            to=to,
            kind="certificate_ready",
            due_on=today,
            key=certificate_key(certificate),
            params=lambda: {
                "session": row.session.title,
                "person": person.name,
                "can_download": can_download,
                "is_again": is_again,
            },
            path=page if can_download else reverse("programmes:verify_certificate", args=[certificate.code]),
            company_id=row.company_id,
            programme_id=row.programme_id,
        )
    ]


def certificate_key(certificate: Certificate) -> str:
    """Under which a certificate is told of, once."""
    return f"certificate_ready:{certificate.pk}"


def certificate_event(verb: str, certificate: Certificate, actor, **detail):
    return audit.build_event(
        actor=actor,
        verb=verb,
        obj=certificate,
        company_id=certificate.company_id,
        programme_id=certificate.programme_id,
        detail={"attendance": str(certificate.attendance_id), **detail},
    )
