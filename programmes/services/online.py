"""Deeds on lists of online meetings: kept as uploaded, decided by hand where nobody is meant for certain, imported once."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from audit import services as audit
from companies.models import Person
from programmes.enums import Mode, Registration, Source
from programmes.importing.online import (
    Entry,
    Known,
    ListRefused,
    Matcher,
    Problem,
    Stayed,
    minutes_needed,
    read,
    stayed,
)
from programmes.models import Attendance, Enrolment, OnlineList, Session

from .door import GRACE, WRITTEN, is_late, keep_milestones, lock_session, set_present

HAND, LEFT_OUT = "hand", "left_out"
"""How it was decided by hand: somebody is meant, or it is nobody who takes part."""
CERTAIN = ("address", "name", HAND)


class ListConfirmed(Exception):
    """The list was imported already; what came of it is changed person by person."""


@dataclass(frozen=True)
class Line:
    """An entry of a list with who is meant by it. `person` is empty where nobody is, or nobody knows."""

    entry: Entry
    by: str
    person: str = ""
    candidates: tuple[str, ...] = ()
    reason: str = ""

    @property
    def is_open(self) -> bool:
        """Somebody has to say who is meant."""
        return self.by not in (*CERTAIN, LEFT_OUT)


def lines_of(online_list: OnlineList) -> list[Line]:
    """Return the lines of a list as they are kept."""
    return [_line(kept) for kept in online_list.entries]


def _line(kept: dict) -> Line:
    stays = tuple((datetime.fromisoformat(a), datetime.fromisoformat(b)) for a, b in kept["stays"])
    entry = Entry(tuple(kept["names"]), kept["email"], stays, kept["minutes"], tuple(kept["rows"]))
    return Line(entry, kept["by"], kept["person"], tuple(kept["candidates"]), kept["reason"])


def _kept(line: Line) -> dict:
    entry = asdict(line.entry)
    entry["stays"] = [[a.isoformat(), b.isoformat()] for a, b in line.entry.stays]
    return entry | {
        "by": line.by,
        "person": line.person,
        "candidates": list(line.candidates),
        "reason": line.reason,
    }


# --- Upload -----------------------------------------------------------------------------------------------------------


def known_people(session: Session) -> list[Known]:
    """Everybody who may be meant: who is on the list of the session, and the others of the companies that take part."""
    day = timezone.localdate(session.starts_at)
    enrolled = Enrolment.objects.filter(programme=session.programme_id).as_of(day).values("company")
    expected = set(Attendance.objects.filter(session=session).values_list("person_id", flat=True))
    people = Person.objects.filter(company__in=enrolled) | Person.objects.filter(pk__in=expected)
    return [
        Known(
            id=str(person.pk),
            email=person.email,
            names=(person.name_ja, person.name_en, person.name_kana),
            companies=(person.company.name_ja, person.company.name_en, person.company.name_kana),
            is_expected=person.pk in expected,
        )
        for person in people.select_related("company").distinct()
    ]


@transaction.atomic
def keep_list(*, session: Session, name: str, content: bytes, share: int, actor) -> OnlineList:
    """Read an uploaded list and keep it with who is meant by each entry; nobody is registered by that.

    Raises ListRefused with everything that is wrong; then nothing is kept. A list whose times lie beside the session is
    refused, too: it is another meeting's, or its times are of another zone.
    """
    if Mode.ONLINE not in session.modes:
        raise ListRefused([Problem("onsite_only")])
    zone = timezone.get_default_timezone()
    reading = read(content, day=timezone.localdate(session.starts_at), zone=zone)
    timed = [stay for entry in reading.entries for stay in entry.stays]
    if timed and not any(a < session.ends_at and b > session.starts_at for a, b in timed):
        first, last = min(a for a, _b in timed), max(b for _a, b in timed)
        raise ListRefused([Problem("other_time", text=f"{first:%H:%M}–{last:%H:%M}")])
    matcher = Matcher(known_people(session))
    lines = []
    for entry in reading.entries:
        match = matcher.match(entry)
        lines.append(Line(entry, match.by, match.person, match.candidates))
    online_list = OnlineList(
        session=session,
        programme_id=session.programme_id,
        origin=reading.origin,
        name=name[:150],
        encoding=reading.encoding,
        online_share=share,
        entries=[_kept(line) for line in lines],
        uploaded_by_id=actor.pk,
    )
    online_list.save(force_insert=True)
    audit.log(
        actor=actor,
        verb="online_list.uploaded",
        obj=session,
        programme_id=session.programme_id,
        detail={"entries": len(lines), "open": sum(line.is_open for line in lines)},
    )
    return online_list


def _locked(online_list: OnlineList) -> OnlineList:
    found = OnlineList.objects.select_for_update().get(pk=online_list.pk)
    if found.confirmed_at:
        raise ListConfirmed
    return found


@transaction.atomic
def decide_line(*, online_list: OnlineList, number: int, person_id: UUID | None, reason: str, actor) -> None:
    """Say by hand who is meant by an entry, or with None that it is nobody who takes part. Raises ListConfirmed."""
    found = _locked(online_list)
    line = _line(found.entries[number])
    decided = replace(line, by=HAND if person_id else LEFT_OUT, person=str(person_id or ""), reason=reason)
    found.entries[number] = _kept(decided)
    found.save(update_fields=["entries"])
    audit.log(
        actor=actor,
        verb="online_list.decided",
        obj=found.session,
        programme_id=found.programme_id,
        detail={"line": number + 1, "as": decided.by},
    )


@transaction.atomic
def discard_list(*, online_list: OnlineList, actor) -> None:
    """Throw away a list that was not imported. Raises ListConfirmed."""
    found = _locked(online_list)
    audit.log(actor=actor, verb="online_list.discarded", obj=found.session, programme_id=found.programme_id)
    found.delete()


# --- What comes of it -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Verdict:
    """What a list says of one person, from all lines that are theirs."""

    person: str
    stayed: Stayed
    is_enough: bool
    reason: str = ""


def needed(online_list: OnlineList, session: Session) -> int:
    return minutes_needed(starts_at=session.starts_at, ends_at=session.ends_at, share=online_list.online_share)


def verdicts(lines: Iterable[Line], *, session: Session, minutes: int) -> dict[str, Verdict]:
    """Return what would come of each person that is meant, by their id. `minutes` is how many are enough."""
    of_person: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        if line.person:
            of_person[line.person].append(line)
    found = {}
    for person, theirs in of_person.items():
        took_part = stayed([line.entry for line in theirs], starts_at=session.starts_at, ends_at=session.ends_at)
        reason = next((line.reason for line in theirs if line.by == HAND), "")
        found[person] = Verdict(person, took_part, took_part.minutes >= minutes, reason)
    return found


@dataclass(frozen=True)
class Imported:
    """How many people: present by the list, there too shortly, received on site before; and lines that nobody decided."""

    present: int = 0
    short: int = 0
    onsite: int = 0
    open: int = 0


@transaction.atomic
def confirm_list(*, online_list: OnlineList, actor, now: datetime) -> Imported:
    """Write what the list says into the attendance, all of it or nothing, once. Raises ListConfirmed and DoorClosed.

    Who was received on site stays on site. Who was there too shortly stays unknown, with the minutes. Lines that nobody
    decided register nobody.
    """
    session = lock_session(online_list.session)
    found = _locked(online_list)
    lines = lines_of(found)
    says = verdicts(lines, session=session, minutes=needed(found, session))
    rows = {
        str(row.person_id): row
        for row in Attendance.objects.filter(session=session, person__in=says).select_related("person")
    }
    people = {str(p.pk): p for p in Person.objects.filter(pk__in=[key for key in says if key not in rows])}
    new, changed, onsite = [], [], 0
    for key, verdict in says.items():
        row = rows.get(key)
        if row is None and verdict.is_enough and key in people:
            new.append(_apply(_new_row(session, people[key]), verdict, session))
        elif row is not None and row.attended and row.actual_mode == Mode.ONSITE:
            onsite += 1
        elif row is not None:
            changed.append(_apply(row, verdict, session))
    Attendance.objects.bulk_create(new)
    Attendance.objects.bulk_update(changed, [*WRITTEN, "minutes_online", "note"])
    found.confirmed_at = now
    found.save(update_fields=["confirmed_at"])
    imported = Imported(
        present=sum(bool(row.attended) for row in (*new, *changed)),
        short=sum(not verdict.is_enough for verdict in says.values()),
        onsite=onsite,
        open=sum(line.is_open for line in lines),
    )
    detail = asdict(imported)
    audit.log(actor=actor, verb="online_list.imported", obj=session, programme_id=session.programme_id, detail=detail)
    keep_milestones(session=session, company_ids={row.company_id for row in (*new, *changed)}, actor=actor)
    return imported


def _new_row(session: Session, person: Person) -> Attendance:
    return Attendance(
        session=session,
        programme_id=session.programme_id,
        company_id=person.company_id,
        person=person,
        planned_mode=Mode.ONLINE,
        registration=Registration.REGISTERED,
        source=Source.ONLINE_LIST,
    )


def _apply(row: Attendance, verdict: Verdict, session: Session) -> Attendance:
    """Write what the list says of somebody. Presence that a person recorded is never taken by a list."""
    row.minutes_online = verdict.stayed.minutes
    if verdict.reason:
        row.note = verdict.reason
    if not verdict.is_enough:
        return row
    set_present(row, session=session, mode=Mode.ONLINE, at=verdict.stayed.arrived_at)
    row.is_late = is_late(session, verdict.stayed.arrived_at)
    row.left_early = verdict.stayed.left_at is not None and verdict.stayed.left_at < session.ends_at - GRACE
    return row
