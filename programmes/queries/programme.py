"""Questions about programmes: where somebody may act, who took part, what a session came to."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, CharField, Count, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Coalesce, JSONObject

from accounts.models import User
from common.models import in_language
from common.prepared import Prepared
from companies.enums import AccessKind, MemberRole
from companies.models import Access, Company, Membership
from notifications.models import Message
from programmes.enums import MANAGING_ROLES, Mode, Registration, SeatRole
from programmes.models import (
    Assignment,
    Attendance,
    Enrolment,
    MilestoneDate,
    MilestoneKind,
    Programme,
    Seat,
    Session,
    records_visible_to,
)


@dataclass(frozen=True)
class Place:
    """Where somebody may act, and as what: for one company, or in one programme as secretariat or adviser."""

    kind: str  # of AccessKind
    id: UUID  # of the company, or of the programme
    name_ja: str
    name_en: str
    role: str  # of MemberRole, or of SeatRole
    is_sample: bool = False

    @property
    def key(self) -> str:
        """A word for this place that a session can keep."""
        return f"{self.kind}:{self.id}"

    @property
    def name(self) -> str:
        return in_language(self, "name")

    @property
    def role_label(self) -> str:
        return str((MemberRole if self.kind == AccessKind.MEMBER else SeatRole)(self.role).label)


@dataclass(frozen=True)
class Places:
    """All places of somebody. For one company also what they are to it, and which programmes it takes part in."""

    all: tuple[Place, ...] = ()
    standings: frozenset[str] = frozenset()
    taking_part: tuple[Place, ...] = ()
    # How many messages they have not read, because every page says so.
    unread: int = 0

    def in_programme(self, programme_id: UUID) -> list[Place]:
        return [place for place in self.all if place.kind != AccessKind.MEMBER and place.id == programme_id]

    def manages(self, programme_id: UUID) -> bool:
        """True for a secretariat seat in the programme; `permissions.can_manage` asks the database the same."""
        return any(place.kind == AccessKind.SECRETARIAT for place in self.in_programme(programme_id))

    def advises(self, programme_id: UUID) -> bool:
        return any(place.kind == AccessKind.ADVISER for place in self.in_programme(programme_id))

    def is_member(self, company_id: UUID) -> bool:
        return any(place.kind == AccessKind.MEMBER and place.id == company_id for place in self.all)

    def is_company_manager(self, company_id: UUID) -> bool:
        own = (place for place in self.all if place.kind == AccessKind.MEMBER and place.id == company_id)
        return any(place.role == MemberRole.MANAGER for place in own)


def _text(value: str = "") -> Value:
    return Value(value, output_field=CharField())


def _seats(user_id: UUID) -> QuerySet:
    return (
        Seat.objects.current()
        .filter(user_id=user_id)
        .order_by()
        .values_list(
            _text("seat"), "programme_id", "programme__name_ja", "programme__name_en", "role", "programme__is_sample"
        )
    )


def _memberships(user_id: UUID) -> QuerySet:
    """Companies the person acts for. While the request is narrowed to one company the names of the others are hidden."""
    company = Company.objects.filter(pk=OuterRef("company_id")).order_by()
    role = Membership.objects.current().filter(pk=OuterRef("source_id")).values("role")
    return (
        Access.objects.valid()
        .filter(user_id=user_id, kind=AccessKind.MEMBER)
        .order_by()
        .values_list(
            _text("member"),
            "company_id",
            Subquery(company.values("name_ja"), output_field=CharField()),
            Subquery(company.values("name_en"), output_field=CharField()),
            Subquery(role, output_field=CharField()),
            Value(False, output_field=BooleanField()),
        )
    )


def _standings(user_id: UUID, company_id: UUID) -> QuerySet:
    return (
        Access.objects.valid()
        .filter(user_id=user_id, company_id=company_id)
        .order_by()
        .values_list(
            _text("standing"), "company_id", _text(), _text(), "kind", Value(False, output_field=BooleanField())
        )
    )


def _taking_part(user_id: UUID, company_id: UUID) -> QuerySet:
    return (
        Enrolment.objects.filter(records_visible_to(User(pk=user_id)), company_id=company_id)
        .order_by()
        .values_list(
            _text("enrolled"),
            "programme_id",
            "programme__name_ja",
            "programme__name_en",
            "code",
            "programme__is_sample",
        )
    )


def _unread(user_id: UUID) -> QuerySet:
    """One row with the number of messages that the person has not read."""
    new = (
        Message.objects.unread().filter(to_user_id=OuterRef("pk")).order_by().values("to_user").annotate(n=Count("pk"))
    )
    return (
        User.objects.filter(pk=user_id)
        .order_by()
        .values_list(
            _text("unread"),
            "pk",
            Cast(Coalesce(Subquery(new.values("n")), 0), output_field=CharField()),
            _text(),
            _text(),
            Value(False, output_field=BooleanField()),
        )
    )


def _everywhere(user_id: UUID) -> QuerySet:
    return _seats(user_id).union(_memberships(user_id), _unread(user_id), all=True)


def _at_company(user_id: UUID, company_id: UUID) -> QuerySet:
    here = [_standings(user_id, company_id), _taking_part(user_id, company_id)]
    return _seats(user_id).union(_memberships(user_id), _unread(user_id), *here, all=True)


_PLACES, _PLACES_AT_COMPANY = Prepared(_everywhere), Prepared(_at_company, ids=2)


def places(user, *, company_id: UUID | None = None) -> Places:
    """Return where the person may act, in one statement, because every page asks; newest programmes come last."""
    found = _PLACES_AT_COMPANY.rows(user.pk, company_id) if company_id else _PLACES.rows(user.pk)
    rows = defaultdict(list)
    for leg, *row in found:
        rows[leg].append(row)
    members = {
        row[0]: Place(AccessKind.MEMBER, row[0], row[1] or "", row[2] or "", row[3] or "staff")
        for row in rows["member"]
    }
    seats = {}
    for pk, name_ja, name_en, role, is_sample in sorted(rows["seat"], key=lambda row: row[3]):
        kind = AccessKind.SECRETARIAT if role in MANAGING_ROLES else AccessKind.ADVISER
        seats.setdefault((kind, pk), Place(kind, pk, name_ja, name_en, role, is_sample))
    return Places(
        all=tuple(
            sorted([*members.values(), *seats.values()], key=lambda place: (place.kind, place.name_ja, place.name_en))
        ),
        standings=frozenset(row[3] for row in rows["standing"]),
        taking_part=tuple(
            Place(AccessKind.SECRETARIAT, row[0], row[1], row[2], row[3], row[4])
            for row in sorted(rows["enrolled"], key=lambda row: row[3])
        ),
        unread=int(rows["unread"][0][1]) if rows["unread"] else 0,
    )


def assigned_advisers(day) -> ArraySubquery:
    """Names of the advisers of an enrolment on a day, as {"name_ja", "name_en"}; for `Enrolment.objects.annotate`."""
    return ArraySubquery(
        Assignment.objects.on(day)
        .filter(enrolment=OuterRef("pk"))
        .order_by("adviser__name_kana", "adviser__email")
        .values(json=JSONObject(name_ja=F("adviser__name_ja"), name_en=F("adviser__name_en")))
    )


def reached_milestones(day) -> ArraySubquery:
    """Milestones of an enrolment as of a day, as {"kind", "on"} with an ISO date; for `Enrolment.objects.annotate`."""
    return ArraySubquery(
        MilestoneDate.objects.as_of(day)
        .filter(enrolment=OuterRef("pk"))
        .order_by()
        .values(json=JSONObject(kind=F("kind_id"), on=F("reached_on")))
    )


@dataclass(frozen=True)
class Turnout:
    """What a session came to, as far as the asker may see it: everybody for the secretariat, a company its own people."""

    people: int = 0
    companies: int = 0
    onsite: int = 0
    online: int = 0
    expected: int = 0  # registered and not yet known whether they came
    registered: int = 0  # had a place, whether they came or not
    listed: int = 0  # all who said something and did not take it back: those who wait and those who apologised, too


def turnouts(user, sessions: Iterable[Session]) -> dict[UUID, Turnout]:
    """Return the turnout of each session by its id, in one statement; sessions that nobody registered for are left out."""
    came, placed = Q(attended=True), Q(registration=Registration.REGISTERED)
    rows = (
        Attendance.objects.visible_to(user)
        .filter(session__in=sessions)
        .order_by()
        .values("session_id")
        .annotate(
            people=Count("pk", filter=came),
            companies=Count("company_id", filter=came, distinct=True),
            onsite=Count("pk", filter=came & Q(actual_mode=Mode.ONSITE)),
            online=Count("pk", filter=came & Q(actual_mode=Mode.ONLINE)),
            expected=Count("pk", filter=placed & Q(attended__isnull=True)),
            registered=Count("pk", filter=placed),
            listed=Count("pk", filter=~Q(registration=Registration.CANCELLED)),
        )
    )
    return {row.pop("session_id"): Turnout(**row) for row in rows}


def upcoming_sessions(user, *, programme_ids, now: datetime, limit: int = 3) -> QuerySet[Session]:
    """The next sessions that are announced and not over yet."""
    return Session.objects.visible_to(user).standing().filter(programme__in=programme_ids, ends_at__gt=now)[:limit]


def attendances(user, session: Session) -> QuerySet[Attendance]:
    """Who said something to a session and did not take it back, company by company in the order of their kana."""
    rows = Attendance.objects.visible_to(user).filter(session=session).exclude(registration=Registration.CANCELLED)
    return rows.select_related("company", "person").order_by(
        "company__name_kana", "company__name_ja", "person__name_kana", "pk"
    )


def milestone_counts(user, programme: Programme, *, day: date) -> QuerySet[MilestoneKind]:
    """The programme's milestones, each with `reached`: how many of the companies that take part on `day` had it by then."""
    taking_part = Enrolment.objects.visible_to(user).filter(programme=programme).as_of(day)
    reached = Q(dates__reached_on__lte=day) & (Q(dates__cancelled_on__isnull=True) | Q(dates__cancelled_on__gt=day))
    kinds = MilestoneKind.objects.visible_to(user).filter(programme=programme)
    counted = kinds.annotate(reached=Count("dates", filter=reached & Q(dates__enrolment__in=taking_part.values("pk"))))
    # Django leaves the model's own order out of a statement that groups.
    return counted.order_by("order", "pk")
