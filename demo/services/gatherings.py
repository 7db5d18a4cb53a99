"""Who came to the sessions, who is expected, and what they said."""

from django.utils import timezone

from common.tenancy import acting_as
from programmes import services as programmes
from programmes.enums import Consent, Method, MilestoneCode, Mode, Strand
from programmes.models import Attendance, Feedback, Session
from programmes.services import Reached

from . import data
from .world import World

EXPECTED_WITHIN = 20  # business days ahead for which people have registered


def gather(world: World) -> None:
    """Record registrations and attendance as the secretariat, feedback as the people themselves."""
    days = {facts["code"]: facts["day"] for facts in data.read("programme")["sessions"]}
    with acting_as(world.leader.pk):
        attendances = [
            attendance
            for code, day in days.items()
            if day <= EXPECTED_WITHIN
            for attendance in _expected(world, world.sessions[code], is_over=day < 0)
        ]
        Attendance.objects.bulk_create(attendances)
        programmes.reach_milestones(reached=_reached(world, attendances), actor=world.leader)
    for facts in data.read("programme")["feedback"]:
        _say(world, facts)


def _expected(world: World, session: Session, *, is_over: bool) -> list[Attendance]:
    on = timezone.localdate(session.starts_at)
    return [
        _attendance(world, session, facts, is_over=is_over)
        for facts in data.people()
        if _takes_part(world.enrolments[facts["company"]], on) and _is_for(session, facts)
    ]


def _takes_part(enrolment, on) -> bool:
    return enrolment.joined_on <= on and (enrolment.withdrawn_on is None or on < enrolment.withdrawn_on)


def _is_for(session: Session, facts: dict) -> bool:
    """Management studies with management, working level with working level; who is alone or does both comes to all."""
    if session.strand == Strand.CLOSING or facts.get("both") or _is_alone(facts):
        return True
    return (session.strand == Strand.MANAGEMENT_STUDY) == (facts["level"] == "management")


def _is_alone(facts: dict) -> bool:
    return sum(other["company"] == facts["company"] for other in data.people()) == 1


def _attendance(world: World, session: Session, facts: dict, *, is_over: bool) -> Attendance:
    mode = facts.get("mode", Mode.ONSITE) if session.method == Method.HYBRID else session.method
    came = session.code not in facts.get("absent", []) if is_over else None
    person = world.people[facts["key"]]
    return Attendance(
        session=session,
        programme=world.programme,
        company_id=person.company_id,
        person=person,
        planned_mode=mode,
        attended=came,
        actual_mode=mode if came else "",
    )


def _reached(world: World, attendances: list[Attendance]) -> list[Reached]:
    """A company reaches a session by the first of its people who came."""
    enrolment_of = {enrolment.company_id: enrolment for enrolment in world.enrolments.values()}
    first = {(a.company_id, a.session.code): a for a in reversed(attendances) if a.attended}
    return [
        Reached(
            enrolment_of[company_id].pk,
            MilestoneCode.SESSION,
            code,
            timezone.localdate(attendance.session.starts_at),
            attendance,
        )
        for (company_id, code), attendance in first.items()
    ]


def _say(world: World, facts: dict) -> None:
    person = world.people[facts["person"]]
    with acting_as(world.users[facts["person"]].pk):
        Feedback(
            session=world.sessions[facts["session"]],
            programme=world.programme,
            company_id=person.company_id,
            person=person,
            comment_ja=facts.get("comment_ja", ""),
            comment_en=facts.get("comment_en", ""),
            consent=Consent.ANONYMOUS if facts.get("is_quotable") else Consent.NONE,
        ).save(force_insert=True)
