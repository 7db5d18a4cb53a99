"""Deeds of a programme: founding, seats, enrolment, assignment, milestones. Bulk forms first: an import has thousands."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import models, transaction
from django.utils import timezone

from audit import services as audit
from companies import services as companies
from companies.enums import AccessKind
from companies.models import Person
from companies.services import Grant
from programmes.enums import MilestoneCode, SeatRole
from programmes.models import Assignment, Enrolment, MilestoneDate, MilestoneKind, Programme, Seat, Session


@transaction.atomic
def found_programme(*, programme: Programme, actor) -> Seat:
    """Create the programme and give the actor its first seat, from which all other access is granted.

    Only the system operator and people with a secretariat seat somewhere may; others raise ProgrammingError.
    """
    programme.save(force_insert=True)
    seat = Seat(
        programme=programme,
        role=SeatRole.OPERATOR if actor.is_operator else SeatRole.LEADER,
        email=actor.email,
        name_ja=actor.name_ja,
        name_en=actor.name_en,
        user=actor,
    )
    seat.save(force_insert=True)
    audit.log(actor=actor, verb="programme.founded", obj=programme, programme_id=programme.pk)
    return seat


def ensure_operator_seat(*, programme: Programme, operator) -> Seat:
    """Return the operator's seat in the programme; without one, command-line work sees nothing of it."""
    return Seat.objects.current().get(programme=programme, user=operator, role=SeatRole.OPERATOR)


@transaction.atomic
def add_seats(*, seats: list[Seat], actor) -> None:
    """Create seats that wait for their people; `take_seat` links an account later."""
    Seat.objects.bulk_create(seats, batch_size=1000)
    audit.log_many(
        [
            audit.build_event(
                actor=actor, verb="seat.added", obj=seat, programme_id=seat.programme_id, detail={"role": seat.role}
            )
            for seat in seats
        ]
    )


def _grants_of_seat(seat: Seat) -> list[Grant]:
    """What the person of a seat may see: an adviser the assigned companies, the secretariat all that take part."""
    if seat.ended_at:
        return []
    if seat.role == SeatRole.ADVISER:
        return _adviser_grants(Assignment.objects.filter(adviser=seat).select_related("adviser"))
    company_ids = Enrolment.objects.filter(programme=seat.programme_id).values_list("company_id", flat=True)
    return [Grant(seat.user_id, company_id, AccessKind.SECRETARIAT, seat.pk) for company_id in company_ids]


def _sources_of_seat(seat: Seat) -> list[UUID]:
    """What access can come from: the seat itself and, for an adviser, its assignments."""
    return [seat.pk, *Assignment.objects.filter(adviser=seat).values_list("pk", flat=True)]


@transaction.atomic
def take_seat(*, seat: Seat, user, actor) -> None:
    """Link an account to a seat and open to it what the seat may see; to one that had the seat before, it is closed."""
    seat.user = user
    seat.save(update_fields=["user"])
    companies.end_access(source_ids=_sources_of_seat(seat))
    companies.grant_access(grants=_grants_of_seat(seat))
    audit.log(actor=actor, verb="seat.taken", obj=seat, programme_id=seat.programme_id, detail={"role": seat.role})


@transaction.atomic
def end_seat(*, seat: Seat, actor, now: datetime) -> None:
    """End a seat and all access that came with it; the person's next request already sees nothing."""
    seat.ended_at = now
    seat.save(update_fields=["ended_at"])
    companies.end_access(source_ids=_sources_of_seat(seat))
    audit.log(actor=actor, verb="seat.ended", obj=seat, programme_id=seat.programme_id, detail={"role": seat.role})


@transaction.atomic
def enrol_companies(*, enrolments: list[Enrolment], actor) -> None:
    """Let companies, which the actor may see, take part; every secretariat seat of the programme sees them from now on."""
    Enrolment.objects.bulk_create(enrolments, batch_size=1000)
    programme_ids = {enrolment.programme_id for enrolment in enrolments}
    seats = list(Seat.objects.current().managing().filter(programme__in=programme_ids, user__isnull=False))
    companies.grant_access(
        grants=[
            Grant(seat.user_id, enrolment.company_id, AccessKind.SECRETARIAT, seat.pk)
            for enrolment in enrolments
            for seat in seats
            if seat.programme_id == enrolment.programme_id
        ]
    )
    reach_milestones(reached=[Reached(e.pk, MilestoneCode.JOINED, "", e.joined_on, e) for e in enrolments], actor=actor)
    audit.log_many(
        [
            audit.build_event(
                actor=actor,
                verb="company.enrolled",
                obj=enrolment,
                company_id=enrolment.company_id,
                programme_id=enrolment.programme_id,
            )
            for enrolment in enrolments
        ]
    )


def _day_begins(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _adviser_grants(assignments) -> list[Grant]:
    """Access from the first day's midnight to the end of the last day, Asia/Tokyo; none for a seat that has ended."""
    return [
        Grant(
            assignment.adviser.user_id,
            assignment.company_id,
            AccessKind.ADVISER,
            assignment.pk,
            _day_begins(assignment.starts_on),
            _day_begins(assignment.ends_on + timedelta(days=1)) if assignment.ends_on else None,
        )
        for assignment in assignments
        if assignment.adviser.user_id and not assignment.adviser.ended_at
    ]


@transaction.atomic
def assign_advisers(*, assignments: list[Assignment], actor) -> None:
    """Assign advisers to companies for a time; it opens the companies' content to those who have an account."""
    Assignment.objects.bulk_create(assignments, batch_size=1000)
    companies.grant_access(grants=_adviser_grants(assignments))
    audit.log_many(
        [
            audit.build_event(
                actor=actor,
                verb="adviser.assigned",
                obj=assignment,
                company_id=assignment.company_id,
                programme_id=assignment.programme_id,
            )
            for assignment in assignments
        ]
    )


@transaction.atomic
def end_assignment(*, assignment: Assignment, ends_on: date, actor) -> None:
    """End an adviser's time with a company after `ends_on`; where that day has passed, access ends at once."""
    assignment.ends_on = ends_on
    assignment.save(update_fields=["ends_on"])
    companies.end_access(source_ids=[assignment.pk])
    if ends_on >= timezone.localdate():
        companies.grant_access(grants=_adviser_grants([assignment]))
    audit.log(
        actor=actor,
        verb="assignment.ended",
        obj=assignment,
        company_id=assignment.company_id,
        programme_id=assignment.programme_id,
        detail={"ends_on": ends_on.isoformat()},
    )


@transaction.atomic
def change_assignment(*, assignment: Assignment, actor) -> None:
    """Write the assignment's new days; access is open in them and at no other time."""
    assignment.save(update_fields=["starts_on", "ends_on"])
    companies.end_access(source_ids=[assignment.pk])
    if assignment.ends_on is None or assignment.ends_on >= timezone.localdate():
        companies.grant_access(grants=_adviser_grants([assignment]))
    audit.log(
        actor=actor,
        verb="assignment.changed",
        obj=assignment,
        company_id=assignment.company_id,
        programme_id=assignment.programme_id,
    )


@dataclass(frozen=True)
class Reached:
    """One milestone reached: by which enrolment, through what, when, and the row that proves it."""

    enrolment_id: UUID
    source: MilestoneCode
    subject: str
    reached_on: date
    evidence: models.Model


def reach_milestone(*, enrolment, source, reached_on, evidence, actor, subject="") -> None:
    """Record that one enrolment reached a milestone; the first day stays, and programmes without it ignore it."""
    reach_milestones(
        reached=[Reached(enrolment.pk, source, subject, reached_on, evidence)], actor=actor, is_correction=False
    )


@transaction.atomic
def reach_milestones(*, reached: list[Reached], actor, is_correction: bool = True) -> None:
    """Record many milestones in a constant number of statements.

    With `is_correction` another day than the recorded one cancels that one as of its own day, so that no as-of date
    counts it any more; without, the first recorded day stays.
    """
    programme_of = dict(
        Enrolment.objects.filter(pk__in={r.enrolment_id for r in reached}).values_list("pk", "programme_id")
    )
    company_of = dict(Enrolment.objects.filter(pk__in=programme_of).values_list("pk", "company_id"))
    kinds = {
        (kind.programme_id, kind.source, kind.subject): kind
        for kind in MilestoneKind.objects.filter(programme__in=set(programme_of.values()))
    }
    recorded = {
        (row.enrolment_id, row.kind_id): row
        for row in MilestoneDate.objects.filter(enrolment__in=programme_of, cancelled_on__isnull=True)
    }
    new, cancelled = {}, []
    for item in reached:
        kind = kinds.get((programme_of.get(item.enrolment_id), item.source, item.subject))
        if kind is None:
            continue
        key = (item.enrolment_id, kind.pk)
        before = recorded.get(key)
        if before and (before.reached_on == item.reached_on or not is_correction):
            continue
        if before:
            before.cancelled_on = before.reached_on
            cancelled.append(before)
        new[key] = MilestoneDate(
            enrolment_id=item.enrolment_id,
            company_id=company_of[item.enrolment_id],
            programme_id=programme_of[item.enrolment_id],
            kind_id=kind.pk,
            reached_on=item.reached_on,
            evidence=f"{item.evidence._meta.label_lower}:{item.evidence.pk}",
        )
    MilestoneDate.objects.bulk_update(cancelled, ["cancelled_on"], batch_size=1000)
    MilestoneDate.objects.bulk_create(new.values(), batch_size=2000)


@transaction.atomic
def cancel_milestones(*, dates: list[MilestoneDate], actor) -> None:
    """Take back days that nothing proves any more; they stay to be seen, but no as-of date counts them."""
    for row in dates:
        row.cancelled_on = row.reached_on
    MilestoneDate.objects.bulk_update(dates, ["cancelled_on"], batch_size=1000)


@transaction.atomic
def set_milestones(*, programme: Programme, kinds: list[MilestoneKind], actor) -> None:
    """Add the milestones that the programme counts and does not have yet, by code."""
    known = set(MilestoneKind.objects.filter(programme=programme).values_list("code", flat=True))
    new = [kind for kind in kinds if kind.code not in known]
    MilestoneKind.objects.bulk_create(new)
    if new:
        audit.log(
            actor=actor,
            verb="milestones.set",
            obj=programme,
            programme_id=programme.pk,
            detail={"codes": [kind.code for kind in new]},
        )


@transaction.atomic
def count_session(*, session: Session, actor) -> None:
    """Make taking part in the session a milestone of its programme, after those of the earlier sessions; once."""
    kinds = MilestoneKind.objects.filter(programme=session.programme_id)
    if kinds.filter(source=MilestoneCode.SESSION, subject=session.code).exists():
        return
    usual = propose_milestones(programme=session.programme, sessions=[session])
    [kind] = [kind for kind in usual if kind.source == MilestoneCode.SESSION]
    earlier = kinds.filter(source__in=(MilestoneCode.JOINED, MilestoneCode.SESSION))
    kind.order = earlier.aggregate(last=models.Max("order"))["last"] or 0
    set_milestones(programme=session.programme, kinds=[kind], actor=actor)


@transaction.atomic
def stop_counting_session(*, session: Session, actor) -> None:
    """Take the milestone of a session that does not take place away, unless a company reached it."""
    kind = MilestoneKind.objects.filter(
        programme=session.programme_id, source=MilestoneCode.SESSION, subject=session.code, dates=None
    ).first()
    if kind is None:
        return
    audit.log(
        actor=actor,
        verb="milestone.removed",
        obj=session.programme,
        programme_id=session.programme_id,
        detail={"code": kind.code},
    )
    kind.delete()


@dataclass(frozen=True)
class Places:
    """What an account was linked to: how many seats, and at how many companies."""

    seats: int
    companies: int


@transaction.atomic
def open_places(*, user, actor) -> Places:
    """Link an account to every seat and person that waits for its address, as far as the actor may see them.

    The caller has made sure that the address is the person's. Several people on one shared address of a company are
    left waiting, because an address alone does not say who of them it is.
    """
    seats = list(Seat.objects.current().filter(email__iexact=user.email, user__isnull=True))
    for seat in seats:
        take_seat(seat=seat, user=user, actor=actor)
    by_company = defaultdict(list)
    for person in Person.objects.staying().filter(email__iexact=user.email, user__isnull=True):
        by_company[person.company_id].append(person)
    alone = [people[0] for people in by_company.values() if len(people) == 1]
    for person in alone:
        companies.link_person(person=person, user=user, actor=actor)
    return Places(seats=len(seats), companies=len(alone))


# Code, source, names and definitions of the milestones that every programme of policies can count.
_POLICY_MILESTONES = (
    (
        "submitted",
        "初稿の提出",
        "First draft",
        "方針案をアドバイザーに初めて提出した日",
        "First submitted a draft to its adviser",
    ),
    (
        "endorsed",
        "アドバイザーの確認",
        "Reviewed",
        "アドバイザーが確認済みとした日",
        "An adviser marked the policy as reviewed",
    ),
    ("approved", "承認", "Approved", "経営トップが方針を承認した日", "Top management approved the policy"),
    ("published", "公表", "Published", "方針を社外に公表した日", "The policy was published"),
)


def propose_milestones(*, programme: Programme, sessions: list[Session]) -> list[MilestoneKind]:
    """Return the usual milestones of a programme, unsaved: joining, each session, consultations, the policy's steps.

    A programme keeps them as its own data and may rename, date or leave out any of them.
    """
    rows = [
        ("joined", MilestoneCode.JOINED, "", "参加", "Joined", "プログラムに参加した日", "Joined the programme", None)
    ]
    rows += [
        (
            f"session-{session.code.lower()}",
            MilestoneCode.SESSION,
            session.code,
            session.title_ja,
            session.title_en,
            "この回に1名以上が出席した日",
            "At least one person took part",
            timezone.localdate(session.starts_at),
        )
        for session in sorted(sessions, key=lambda session: session.starts_at)
    ]
    rows += [
        (
            f"consulted-{number}",
            MilestoneCode.CONSULTED,
            str(number),
            f"個別相談 {number}回目",
            f"Consultation {number}",
            f"{number}回目の個別相談を実施した日",
            f"Consultation {number} was held",
            programme.consultations_end_on,
        )
        for number in range(1, programme.consultations_per_company + 1)
    ]
    rows += [
        (code, MilestoneCode(code), "", *names, programme.target_due_on if code == "approved" else None)
        for code, *names in _POLICY_MILESTONES
    ]
    return [
        MilestoneKind(
            programme=programme,
            order=order,
            code=code,
            source=source,
            subject=subject,
            name_ja=name_ja[:100],
            name_en=name_en[:100],
            definition_ja=definition_ja,
            definition_en=definition_en,
            due_on=due_on,
        )
        for order, (code, source, subject, name_ja, name_en, definition_ja, definition_en, due_on) in enumerate(rows)
    ]
