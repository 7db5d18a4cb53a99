"""Next year's programme out of this year's plan, and the companies carried on into it. Nothing of this year is touched."""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from audit import services as audit
from programmes import permissions
from programmes.enums import SeatRole
from programmes.models import (
    Assignment,
    Charge,
    Conflict,
    Enrolment,
    MilestoneKind,
    Organisation,
    Programme,
    Seat,
    Session,
)

from .planning_copying import copy_at
from .programme import add_seats, assign_advisers, enrol_companies, found_programme, set_milestones, take_seat

_OF_SEAT = ("role", "name_ja", "name_en", "name_kana", "title", "email")


class MadeAlready(Exception):
    """Somebody, or the first of two presses, made the next programme already; `programme` is it where one may see it."""

    def __init__(self, programme: Programme | None):
        self.programme = programme
        super().__init__(_("The next programme of this one has been made already."))


@dataclass(frozen=True)
class NextPlan:
    """What is to be made: the programme's columns, on which days the sessions, by when the milestones, and who goes on."""

    values: dict
    sessions: dict[UUID, date] = field(default_factory=dict)
    milestones: dict[UUID, date | None] = field(default_factory=dict)
    company_ids: frozenset[UUID] = frozenset()
    with_speakers: bool = False
    with_advisers: bool = True
    with_charges: bool = True


@transaction.atomic
def make_next_programme(*, source: Programme, plan: NextPlan, actor) -> Programme:
    """Found the programme that follows `source`, with its secretariat, plan and companies: all of it or nothing.

    Sessions become drafts. Enrolments are new and point at the earlier ones; days that were reached, policies and
    consultations stay where they are. Raises PermissionDenied, MadeAlready, and ValidationError by field.
    """
    if not permissions.can_manage(actor, source.pk):
        raise PermissionDenied
    # Two presses at once wait here for each other, and the second finds what the first made.
    source = Programme.objects.select_for_update().get(pk=source.pk)
    made = Programme.objects.filter(follows=source).first()
    if made:
        raise MadeAlready(made)
    programme = _found(source, plan, actor=actor)
    seats = _carry_secretariat(source, programme, actor=actor)
    Organisation.objects.bulk_create(
        Organisation(programme=programme, order=each.order, name_ja=each.name_ja, name_en=each.name_en, role=each.role)
        for each in source.organisations.all()
    )
    _carry_milestones(source, programme, plan, actor=actor)
    _carry_sessions(source, programme, plan, actor=actor)
    enrolments = _carry_companies(source, programme, plan, actor=actor)
    if plan.with_charges:
        _carry_charges(enrolments, seats)
    if plan.with_advisers:
        _carry_advisers(source, programme, enrolments, actor=actor)
    audit.log(
        actor=actor,
        verb="programme.carried_on",
        obj=programme,
        programme_id=programme.pk,
        detail={"from": str(source.pk), "companies": len(enrolments), "sessions": len(plan.sessions)},
    )
    return programme


def _found(source: Programme, plan: NextPlan, *, actor) -> Programme:
    programme = Programme(follows=source, is_sample=source.is_sample, **plan.values)
    try:
        with transaction.atomic():
            found_programme(programme=programme, actor=actor)
    except IntegrityError as error:
        # What stands in the way may be a programme that this person cannot see.
        constraint = error.__cause__.diag.constraint_name or ""
        if "follows" in constraint:
            raise MadeAlready(None) from error
        if "code" in constraint:
            raise ValidationError({"code": _("Another programme has this code. Please choose another one.")}) from error
        raise
    return programme


def _carry_secretariat(source: Programme, programme: Programme, *, actor) -> dict[UUID, Seat]:
    """Seat the present secretariat in the next programme too; return the new seat by the id of the old one."""
    present = list(Seat.objects.current().managing().filter(programme=source).select_related("user"))
    founded = Seat.objects.get(programme=programme, user=actor)
    made, new = {}, []
    for seat in sorted(present, key=lambda seat: seat.role != SeatRole.LEADER):
        if seat.user_id == actor.pk:
            if founded.pk not in {other.pk for other in made.values()}:
                # Founding gives a leader's seat; who was no leader does not become one by pressing a button.
                for name in _OF_SEAT:
                    setattr(founded, name, getattr(seat, name))
                founded.save(update_fields=_OF_SEAT)
            made[seat.pk] = founded
            continue
        made[seat.pk] = Seat(programme=programme, **{name: getattr(seat, name) for name in _OF_SEAT})
        new.append((made[seat.pk], seat.user))
    _take_seats(new, actor=actor)
    return made


def _take_seats(seats: list, *, actor) -> None:
    add_seats(seats=[seat for seat, _user in seats], actor=actor)
    for seat, user in seats:
        if user:
            take_seat(seat=seat, user=user, actor=actor)


def _carry_milestones(source: Programme, programme: Programme, plan: NextPlan, *, actor) -> None:
    kinds = MilestoneKind.objects.filter(programme=source, pk__in=plan.milestones)
    names = ("order", "code", "source", "subject", "theme", "name_ja", "name_en", "definition_ja", "definition_en")
    copies = [
        MilestoneKind(
            programme=programme, due_on=plan.milestones[kind.pk], **{name: getattr(kind, name) for name in names}
        )
        for kind in kinds
    ]
    set_milestones(programme=programme, kinds=copies, actor=actor)


def _carry_sessions(source: Programme, programme: Programme, plan: NextPlan, *, actor) -> None:
    sessions = Session.objects.filter(programme=source, pk__in=plan.sessions).order_by("starts_at", "pk")
    for order, session in enumerate(sessions, 1):
        by = plan.sessions[session.pk] - timezone.localdate(session.starts_at)
        copy_at(session, programme, by=by, order=order, with_speakers=plan.with_speakers, actor=actor)


def _carry_companies(source: Programme, programme: Programme, plan: NextPlan, *, actor) -> list[Enrolment]:
    """Enrol the companies from the first day on, under the codes they had."""
    before = Enrolment.objects.filter(programme=source, company__in=plan.company_ids).order_by("code")
    enrolments = [
        Enrolment(
            company_id=each.company_id,
            programme=programme,
            code=each.code,
            joined_on=programme.starts_on,
            continues=each,
        )
        for each in before
    ]
    if enrolments:
        enrol_companies(enrolments=enrolments, actor=actor)
    return enrolments


def _carry_charges(enrolments: list[Enrolment], seats: dict[UUID, Seat]) -> None:
    before = Charge.objects.standing().filter(enrolment__in=[each.continues_id for each in enrolments])
    seat_of = {charge.enrolment_id: seats.get(charge.seat_id) for charge in before}
    Charge.objects.bulk_create(
        Charge(
            enrolment=each,
            company_id=each.company_id,
            programme_id=each.programme_id,
            seat=seat_of[each.continues_id],
            since_on=each.joined_on,
        )
        for each in enrolments
        if seat_of.get(each.continues_id)
    )


def _carry_advisers(source: Programme, programme: Programme, enrolments: list[Enrolment], *, actor) -> None:
    """Seat the advisers who were with these companies to the end of the programme, and assign them to the same ones."""
    last_day = min(timezone.localdate(), source.ends_on)
    before = list(
        Assignment.objects.on(last_day)
        .filter(enrolment__in=[each.continues_id for each in enrolments], adviser__ended_at__isnull=True)
        # Declared while the assignment stood: it is not begun anew.
        .exclude(
            Exists(Conflict.objects.standing().filter(seat=OuterRef("adviser"), company=OuterRef("company"))),
        )
        .select_related("adviser__user")
        .order_by("pk")
    )
    seats = {}
    for assignment in before:
        old = assignment.adviser
        seats.setdefault(
            old.pk, (Seat(programme=programme, **{name: getattr(old, name) for name in _OF_SEAT}), old.user)
        )
    _take_seats(list(seats.values()), actor=actor)
    _carry_conflicts(source, programme, {pk: seat for pk, (seat, _user) in seats.items()}, enrolments)
    enrolment_of = {each.continues_id: each for each in enrolments}
    assign_advisers(
        assignments=[
            Assignment(
                enrolment=enrolment_of[each.enrolment_id],
                company_id=each.company_id,
                programme=programme,
                adviser=seats[each.adviser_id][0],
                starts_on=programme.starts_on,
                ends_on=programme.ends_on,
            )
            for each in before
        ],
        actor=actor,
    )


def _carry_conflicts(source: Programme, programme: Programme, seats: dict[UUID, Seat], enrolments: list) -> None:
    """What an adviser declared about a company that goes on holds in the next year, too."""
    going_on = {each.company_id for each in enrolments}
    Conflict.objects.bulk_create(
        Conflict(
            seat=seats[each.seat_id],
            programme=programme,
            company_id=each.company_id,
            reason=each.reason,
            declared_at=each.declared_at,
            declared_by_id=each.declared_by_id,
        )
        for each in Conflict.objects.standing().filter(programme=source, seat__in=seats, company__in=going_on)
    )
