"""Closing meetings and certificates: topics of companies, running orders, what was said, and papers for a past session."""

from datetime import timedelta

from common.tenancy import acting_as
from programmes.enums import Method, SessionKind, Strand
from programmes.models import Attendance, Certificate, Session
from programmes.services import certificates, closing

from . import data
from .world import World

ONE_DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def close(world: World) -> None:
    """Prepare this year's closing meeting, look back on last year's, and hand out certificates of a past session."""
    facts = data.read("closings")
    _present(world, world.sessions[facts["upcoming"]["code"]], facts["upcoming"], world.enrolments)
    previous = _last_years_meeting(world, facts["previous"])
    _present(world, previous, facts["previous"], world.previous_enrolments)
    _record_remarks(world, previous, facts["previous"]["remarks"])
    with acting_as(world.leader.pk):
        _certify(world, facts)


def _last_years_meeting(world: World, facts: dict) -> Session:
    begins = world.calendar.moment(facts["day"], "14:00")
    session = Session(
        programme=world.previous,
        code=facts["code"],
        strand=Strand.CLOSING,
        kind=SessionKind.MEETING,
        method=Method.ONLINE,
        title_ja=facts["title_ja"],
        title_en=facts["title_en"],
        starts_at=begins,
        ends_at=begins + HOUR,
    )
    with acting_as(world.leader.pk):
        session.save(force_insert=True)
    return session


def _present(world: World, session: Session, facts: dict, enrolments: dict) -> None:
    """Let each company enter its topics before the meeting, and the secretariat set the order."""
    before = min(world.began, session.starts_at - ONE_DAY)
    for own in facts["presentations"]:
        words = {name: own.get(name, "").strip() for name in closing.WORDS} | {"language": own.get("language", "ja")}
        actor = world.users[own["by"]]
        with acting_as(actor.pk):
            closing.save_presentation(
                session=session,
                enrolment=enrolments[own["company"]],
                words=words,
                seen=closing.state_of(None),
                actor=actor,
                now=before,
            )
    numbers = {enrolments[key].pk: place for place, key in enumerate(facts["order"], start=1)}
    with acting_as(world.leader.pk):
        closing.set_running_order(session=session, numbers=numbers, actor=world.leader)


def _record_remarks(world: World, session: Session, remarks: list[dict]) -> None:
    with acting_as(world.leader.pk):
        for facts in remarks:
            company = world.companies[facts["company"]] if "company" in facts else None
            closing.record_remark(
                session=session,
                kind=facts["kind"],
                said_by=facts["said_by"],
                text=facts["text"],
                company_id=company.pk if company else None,
                actor=world.leader,
            )


def _certify(world: World, facts: dict) -> None:
    """Issue for everybody who came; one had a mistake, was revoked, and was issued again."""
    session, actor, now = world.sessions[facts["certified"]], world.leader, world.began
    certificates.issue_certificates(session=session, actor=actor, now=now)
    mended = Attendance.objects.filter(session=session, person=world.people[facts["mended"]]).first()
    wrong = Certificate.objects.filter(attendance=mended).select_related("session__programme").first()
    if wrong:
        certificates.revoke_certificate(certificate=wrong, reason=facts["reason"], actor=actor, now=now)
        certificates.issue_certificates(session=session, attendance_ids=[mended.pk], actor=actor, now=now)
    # The worker draws them: a load would take half as long again.
    certificates.request_certificates(session=session, actor=actor)
