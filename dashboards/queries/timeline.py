"""What happened between a company and its programme, in one statement: facts and dates, never a text.

Every leg has the same columns; what they mean is the business of `dashboards.rendering.following`.
"""

from django.db.models import CharField, Count, DateField, DateTimeField, F, Q, QuerySet, UUIDField, Value
from django.db.models.functions import Cast, TruncDate

from consultations.models import Consultation
from notifications.models import Message
from policies.models import Move
from programmes.models import Attendance, Charge, Enrolment, Extension, MilestoneDate

POLICY, SESSIONS, CONSULTATIONS, MESSAGES, DESK = "policy", "sessions", "consultations", "messages", "desk"
JOINED, EXTENSION, CHARGE = "joined", "extension", "charge"
SHOWS = (POLICY, SESSIONS, CONSULTATIONS, MESSAGES, DESK)
COLUMNS = ("leg", "day", "moment", "a", "b", "c", "ref")


def _leg(rows: QuerySet, leg: str, *, day, moment: str, a: str, b: str = "", c: str = "", ref: str = "") -> QuerySet:
    texts = {
        name: Cast(column, CharField()) if column else Value("", CharField())
        for name, column in zip("abc", (a, b, c), strict=True)
    }
    return (
        rows.order_by()
        .annotate(
            leg=Value(leg, CharField()),
            day=Cast(day, DateField()),
            moment=Cast(moment, DateTimeField()),
            ref=Cast(ref or Value(None), UUIDField()),
            **texts,
        )
        .values_list(*COLUMNS, named=True)
    )


def _moves(user, enrolment: Enrolment) -> QuerySet:
    rows = Move.objects.visible_to(user).filter(cycle__enrolment=enrolment)
    return _leg(rows, POLICY, day="moved_on", moment="recorded_at", a="transition", b="to_state")


def _joined(user, enrolment: Enrolment) -> QuerySet:
    rows = MilestoneDate.objects.visible_to(user).filter(
        enrolment=enrolment, kind__source="joined", cancelled_on__isnull=True
    )
    return _leg(rows, JOINED, day="reached_on", moment="recorded_at", a="kind__name_ja", b="kind__name_en")


def _sessions(user, enrolment: Enrolment) -> QuerySet:
    """One row a session that is not a draft: how many of the company came, of how many who had a place."""
    rows = Attendance.objects.visible_to(user).filter(company=enrolment.company_id, programme=enrolment.programme_id)
    counted = (
        rows.exclude(session__state="draft")
        .order_by()
        .values("session")
        .annotate(came=Count("pk", filter=Q(attended=True)), listed=Count("pk", filter=Q(registration="registered")))
        .filter(Q(came__gt=0) | Q(listed__gt=0))
    )
    starts = "session__starts_at"
    return _leg(
        counted, SESSIONS, day=TruncDate(starts), moment=starts, a="session__title_ja", b="session__title_en",
        c="came", ref="session",
    )  # fmt: skip


def _consultations(user, enrolment: Enrolment) -> QuerySet:
    rows = Consultation.objects.visible_to(user).filter(enrolment=enrolment)
    return _leg(
        rows, CONSULTATIONS, day=TruncDate("starts_at"), moment="starts_at", a="adviser__name_ja", b="adviser__name_en",
        c="state",
    )  # fmt: skip


def _messages(user, enrolment: Enrolment) -> QuerySet:
    """What the portal wrote about this company in this programme: kind, address, and whether it arrived."""
    rows = Message.objects.visible_to(user).filter(company_id=enrolment.company_id, programme_id=enrolment.programme_id)
    return _leg(
        rows, MESSAGES, day=TruncDate("created_at"), moment="created_at", a="kind", b="to_user__email", c="state"
    )


def _extensions(user, enrolment: Enrolment) -> QuerySet:
    rows = Extension.objects.visible_to(user).filter(enrolment=enrolment)
    return _leg(rows, EXTENSION, day="since_on", moment="recorded_at", a="kind__name_ja", b="kind__name_en", c="due_on")


def _charges(user, enrolment: Enrolment) -> QuerySet:
    rows = Charge.objects.visible_to(user).filter(enrolment=enrolment)
    return _leg(
        rows, CHARGE, day="since_on", moment="recorded_at", a="seat__name_ja", b="seat__name_en", c="seat__email"
    )


_LEGS = {
    POLICY: (_moves, _joined),
    SESSIONS: (_sessions,),
    CONSULTATIONS: (_consultations,),
    MESSAGES: (_messages,),
    DESK: (_extensions, _charges),
}


def timeline(user, enrolment: Enrolment, *, show: str = "") -> QuerySet:
    """Return named rows (COLUMNS), the latest first: of everything, or of one of SHOWS."""
    first, *others = [leg(user, enrolment) for key, legs in _LEGS.items() if show in ("", key) for leg in legs]
    rows = first.union(*others, all=True) if others else first
    return rows.order_by(F("day").desc(), F("moment").desc(), F("leg").asc())
