"""What people are told about a consultation: each in their language, once for each change, with the way to the calendar entry."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from accounts.models import User
from common import dates
from companies.models import Membership, Person
from consultations.enums import ChangeKind
from consultations.models import Change, Consultation, Participant
from notifications.services import Reader, notify, write_to
from policies.queries import company_users
from programmes.enums import Mode
from programmes.models import Seat

BOOKED, MOVED, CANCELLED = "consultation_booked", "consultation_moved", "consultation_cancelled"
SHARED, CHANGED, OBJECTED = "minutes_shared", "minutes_changed", "minutes_objected"


@dataclass(frozen=True)
class Circles:
    """Who may act for the companies of some consultations, and who comes to each of these; two statements for all."""

    members: dict[UUID, list[User]]
    participants: dict[UUID, list[Person]]

    @classmethod
    def of(cls, consultations: Iterable[Consultation]) -> "Circles":
        consultations = list(consultations)
        members, participants = defaultdict(list), defaultdict(list)
        acting = Membership.objects.current().filter(person__user__isnull=False)
        for each in (
            acting.filter(company__in={one.company_id for one in consultations})
            .select_related("person__user")
            .order_by("started_at", "pk")
        ):
            members[each.company_id].append(each.person.user)
        rows = Participant.objects.filter(consultation__in=[one.pk for one in consultations])
        for row in rows.select_related("person__user").order_by("pk"):
            participants[row.consultation_id].append(row.person)
        return cls(members, participants)


def tell_booked(consultation: Consultation, actor, *, circles: Circles | None = None) -> None:
    """Tell those who come and the adviser that it is booked. Whoever booked it gets the same as a confirmation."""
    _tell_time(BOOKED, consultation, actor, circles=circles)


def tell_moved(consultation: Consultation, actor, *, former: Seat | None = None) -> None:
    """Tell them the new time beside the one until now; call it after the change and its `Change` are written.

    `former` is the adviser until now, where another one gives the consultation: to them it is cancelled.
    """
    last = Change.objects.filter(consultation=consultation, kind=ChangeKind.MOVED).order_by("-made_at").first()
    before = last.before if last else None
    _tell_time(MOVED, consultation, actor, before=before)
    if former and former.pk != consultation.adviser_id and former.user:
        _tell_given_away(consultation, former.user, actor, before=before)


def tell_cancelled(consultation: Consultation, actor) -> None:
    """Tell them that it does not take place. The reason stands in the portal, not in the mail."""
    _tell_time(CANCELLED, consultation, actor)


def tell_shared(consultation: Consultation, actor, *, count: int, rev: int, is_change: bool = False) -> None:
    """Tell the company that there are minutes with `count` tasks, or that they were changed since."""
    kind = CHANGED if is_change else SHARED
    for user in company_users(consultation.company_id):
        if user.pk != actor.pk:
            _notify(user, kind, consultation, actor, key=f"{kind}:{consultation.pk}:{rev}", extra={"tasks": count})


def tell_objected(consultation: Consultation, actor, *, at) -> None:
    """Tell the adviser that the company finds something not right in the minutes."""
    if user := consultation.adviser.user:
        _notify(user, OBJECTED, consultation, actor, key=f"{OBJECTED}:{consultation.pk}:{at:%Y%m%d%H%M%S}")


def people_of(consultation: Consultation, circles: Circles | None = None) -> tuple[list[User], list[Person]]:
    """Return who is to be told: accounts, and people of the company who have only an address.

    Those who come; where none of them can be told, everybody who may act for the company. And the adviser.
    """
    circles = circles or Circles.of([consultation])
    people = circles.participants.get(consultation.pk, [])
    users = [person.user for person in people if person.user]
    others = [person for person in people if not person.user and person.email]
    if not users and not others:
        users = list(circles.members.get(consultation.company_id, []))
    if consultation.adviser.user:
        users.append(consultation.adviser.user)
    return list({user.pk: user for user in users}.values()), others


def _tell_time(kind: str, consultation: Consultation, actor, *, before=None, circles: Circles | None = None) -> None:
    circles = circles or Circles.of([consultation])
    users, others = people_of(consultation, circles)
    if isinstance(actor, User) and actor in circles.members.get(consultation.company_id, []):
        users = list({user.pk: user for user in [*users, actor]}.values())
    key = f"{kind}:{consultation.pk}:{consultation.sequence}"
    for user in users:
        _notify(user, kind, consultation, actor, key=key, before=before)
    for reader in _readers(others):
        params = facts(consultation, before=before) | _way(consultation)
        write_to(to=reader, kind=kind, actor=actor, params=params | {"calendar": ""})


def _tell_given_away(consultation: Consultation, user: User, actor, *, before) -> None:
    """Tell the adviser until now that another one gives it. The calendar entry is no longer theirs to fetch."""
    with translation.override(user.language):
        params = facts(consultation, before=before)
        params |= {"when": params["when_before"] or params["when"], "when_before": "", "calendar": ""}
    notify(
        to=user,
        kind=CANCELLED,
        actor=actor,
        params=params,
        company_id=consultation.company_id,
        programme_id=consultation.programme_id,
        key=f"{MOVED}:{consultation.pk}:{consultation.sequence}:away",
    )


def _readers(people: Iterable[Person]) -> list[Reader]:
    """Return people without an account, each address once: they cannot open the portal, so the mail holds what they need."""
    by_address = {person.email: person for person in reversed(list(people))}
    return [Reader(name=person.name_ja or person.name_en, address=address) for address, person in by_address.items()]


def _notify(user: User, kind: str, consultation: Consultation, actor, *, key: str, before=None, extra=None) -> None:
    page = "minutes" if kind in (SHARED, CHANGED, OBJECTED) else "prepare"
    with translation.override(user.language):
        params, way = facts(consultation, before=before), _way(consultation)
    notify(
        to=user,
        kind=kind,
        actor=actor,
        params=params | (extra or {}),
        mail_only=way if kind in (BOOKED, MOVED) else {},
        path=reverse(f"consultations:{page}", args=[consultation.company_id, consultation.pk]),
        company_id=consultation.company_id,
        programme_id=consultation.programme_id,
        key=key,
    )


def facts(consultation: Consultation, *, before=None) -> dict:
    """Return what a mail says of a consultation, in the present language: names, times, never what it is about."""
    length = consultation.ends_at - consultation.starts_at
    calendar = reverse("consultations:calendar", args=[consultation.company_id, consultation.pk])
    return {
        "company": consultation.company.name,
        "adviser": consultation.adviser.name,
        "when": dates.date_and_times(consultation.starts_at, consultation.ends_at),
        "when_before": dates.date_and_times(before, before + length) if before else "",
        "method": str(Mode(consultation.method).label),
        "calendar": f"{settings.PORTAL_URL}{calendar}",
    }


def _way(consultation: Consultation) -> dict:
    """Return how to get in, which is for the mail and not kept with the message."""
    if consultation.method == Mode.ONLINE:
        return {"joining_url": consultation.meeting_url}
    return {"place": consultation.place}
