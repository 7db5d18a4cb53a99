"""Writing a plan: all or nothing, in the caller's one transaction, in bulk, through the deeds of the apps below.

A constant number of statements for each sheet, whatever its rows. Order matters: whatever others refer to comes first, and
milestones come last, because they are worked out from what then stands.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import Max, Model
from django.utils import timezone
from django.utils.translation import gettext_noop

from audit import services as audit
from common.tenancy.statistics import refresh_statistics
from companies import services as companies
from companies.enums import PersonLevel
from companies.models import Company, Membership, Person
from consultations import workflow as consultations
from consultations.models import Consultation
from policies import services as policies
from policies import workflow as policy_workflow
from policies.models import Cycle, Policy
from programmes import services as programmes
from programmes.enums import Consent, MilestoneCode, Registration, SeatRole
from programmes.models import (
    AgendaItem,
    Assignment,
    Attendance,
    Enrolment,
    Feedback,
    MilestoneDate,
    MilestoneKind,
    Organisation,
    Programme,
    Seat,
    Session,
    Speaker,
)
from programmes.services.certificates import revoke_absent
from programmes.services.door import WRITTEN

from .bulk import insert_rows
from .planning import Plan, Update
from .portal import attach
from .reading.records import Record

BATCH = 2_000
# From here on PostgreSQL is told at once: until it looks by itself, pages are planned for empty tables.
MANY_ROWS = 1_000
JAPANESE = re.compile("[぀-ヿ㐀-鿿豈-﫿々]")
# Addresses that cannot exist (RFC 2606): whoever is made up has one, and the portal says so.
MADE_UP = (".example", "@example.com", "@example.org", "@example.net")
STAGES = ("submitted_on", "endorsed_on", "approved_on", "published_on")


class ImportConflict(Exception):
    """The database refused a row that the plan could not see coming; nothing is written. `message` is a msgid."""

    def __init__(self, code: str):
        super().__init__(code)
        self.code, self.message = code, CONFLICTS[code]


CONFLICTS = {
    "code_taken": gettext_noop(
        "The portal already has a programme with this code, which is not yours. Choose another code."
    ),
    "booked_elsewhere": gettext_noop(
        "The adviser or the company already has a consultation at one of these times, perhaps in another programme. Nothing was"
        " registered."
    ),
    "changed_meanwhile": gettext_noop(
        "The portal was changed while this was being registered. Nothing was registered; please check the file again."
    ),
}
# The constraints that rows out of sight can break, and the conflict that each means.
CONSTRAINTS = {
    "programmes_programme_code_key": "code_taken",
    "consultations_adviser_once": "booked_elsewhere",
    "consultations_person_once": "booked_elsewhere",
    "consultations_company_once": "booked_elsewhere",
}


def apply_plan(plan: Plan, *, actor, now: datetime) -> Programme:
    """Write the plan as `actor`, whose context is set, and return its programme. Raises ImportConflict."""
    if plan.findings and any(finding.level == "error" for finding in plan.findings):
        raise ValueError("A plan with errors is not applied.")
    try:
        with transaction.atomic():
            programme = _Writer(plan, actor, now).write()
            if plan.new_rows > MANY_ROWS:
                refresh_statistics()
            return programme
    except IntegrityError as error:
        constraint = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") or ""
        raise ImportConflict(CONSTRAINTS.get(constraint, "changed_meanwhile")) from error


@dataclass(frozen=True, slots=True)
class Proof:
    """The row that proves a milestone, as far as the milestone names it: cheaper than the row itself, ten thousand times."""

    _meta: object
    pk: UUID


def text(value) -> str:
    return value or ""


@dataclass
class _Written:
    """What was written, by company: for the trail that each company can read."""

    created: dict = field(default_factory=lambda: defaultdict(lambda: defaultdict(int)))
    changed: dict = field(default_factory=lambda: defaultdict(lambda: defaultdict(int)))


class _Writer:
    """One application of a plan. Every `_write_…` leaves its objects where the next ones find them."""

    def __init__(self, plan: Plan, actor, now: datetime):
        self.plan, self.portal, self.data = plan, plan.portal, plan.data
        self.actor, self.now = actor, now
        self.written = _Written()
        portal = plan.portal
        self.programme = portal.programme
        self.enrolments: dict[str, Enrolment] = {
            code: existing.object for (code,), existing in portal.rows["Companies"].items()
        }
        self.people: dict[tuple[str, str], Person] = {
            key: existing.object for key, existing in portal.rows["People"].items() if len(key) == 2
        }
        self.advisers = dict(portal.advisers)
        self.sessions: dict[str, Session] = {code: e.object for (code,), e in portal.rows["Sessions"].items()}
        self.items: dict[tuple[str, int], AgendaItem] = {key: e.object for key, e in portal.rows["Agenda"].items()}
        self.company_of = {record["email"]: record["company"] for record in self.data.records("People")}

    def write(self) -> Programme:
        if self.plan.changes_nothing:
            self._remember()
            return self.programme
        self._write_programme()
        self._write_organisations()
        self._write_sessions()
        self._write_milestones()
        self._write_theme_milestones()
        self._write_companies()
        self._write_people()
        self._write_agenda()
        self._write_speakers()
        self._write_attendance()
        self._write_feedback()
        self._write_assignments()
        self._write_consultations()
        self._write_policies()
        self._reach_sessions()
        self._reach_consultations()
        self._write_theme_steps()
        self._remember()
        self._tell()
        return self.programme

    def _creates(self, sheet: str) -> list[Record]:
        return self.plan[sheet].creates

    def _updates(self, sheet: str) -> list[Update]:
        return self.plan[sheet].updates

    def _count(self, kind: dict, sheet: str, company_id: UUID | None) -> None:
        if company_id:
            kind[company_id][sheet] += 1

    def _create(self, sheet: str, model: type[Model], objects: list[Model]) -> None:
        insert_rows(model, objects)
        for row in objects:
            self._count(self.written.created, sheet, getattr(row, "company_id", None))

    def _update(self, sheet: str, model: type[Model], changed: Iterable[tuple[Model, set[str]]]) -> None:
        """Write the named columns of each object: one statement for each set of columns."""
        by_columns = defaultdict(list)
        for row, names in changed:
            if names:
                by_columns[tuple(sorted(names))].append(row)
                self._count(self.written.changed, sheet, getattr(row, "company_id", None))
        for names, rows in by_columns.items():
            model.objects.bulk_update(rows, names, batch_size=BATCH)

    # The programme and what hangs on it alone

    def _write_programme(self) -> None:
        record = self.data.programme
        if self.programme is None:
            self.programme = Programme(is_sample=self._is_made_up())
            _fill_programme(self.programme, record, set(record.values))
            programmes.found_programme(programme=self.programme, actor=self.actor)
        for update in self._updates("Programme"):
            _fill_programme(self.programme, update.record, update.names)
            self.programme.save(update_fields=sorted(update.names))
        self.seat = Seat.objects.current().managing().filter(programme=self.programme, user=self.actor).first()

    def _is_made_up(self) -> bool:
        """True when no address of the companies' people can exist."""
        emails = [record["email"] for record in self.data.records("People") if record["company"]]
        return bool(emails) and all(email.endswith(MADE_UP) for email in emails)

    def _write_organisations(self) -> None:
        order = {id(record): number for number, record in enumerate(self.data.records("Organisations"), 1)}
        new = [
            _fill_texts(
                Organisation(programme=self.programme, order=order[id(r)], role=r["role"]), r, "name_en", "name_ja"
            )
            for r in self._creates("Organisations")
        ]
        self._create("Organisations", Organisation, new)
        self._update("Organisations", Organisation, [_filled(update) for update in self._updates("Organisations")])

    def _write_sessions(self) -> None:
        new = []
        for record in self._creates("Sessions"):
            session = Session(programme=self.programme, code=record["code"])
            _fill_session(session, record, set(record.values))
            self.sessions[session.code] = session
            new.append(session)
        self._create("Sessions", Session, new)
        changed = []
        for update in self._updates("Sessions"):
            names = _fill_session(update.existing.object, update.record, update.names)
            changed.append((update.existing.object, names))
        self._update("Sessions", Session, changed)

    def _write_milestones(self) -> None:
        """A new programme gets the usual milestones; later ones are its own business, but for new sessions."""
        kinds = programmes.propose_milestones(programme=self.programme, sessions=list(self.sessions.values()))
        if self.portal.programme is not None:
            new = {record["code"] for record in self._creates("Sessions")}
            kinds = [kind for kind in kinds if kind.source == MilestoneCode.SESSION and kind.subject in new]
        programmes.set_milestones(programme=self.programme, kinds=kinds, actor=self.actor)

    def _has_anything(self, sheet: str) -> bool:
        """Whether there is something to write of a sheet; most workbooks have none of the optional ones."""
        return bool(self._creates(sheet) or self._updates(sheet))

    def _write_theme_milestones(self) -> None:
        """What the programme counts of its themes, with its own words and days."""
        if not self._has_anything("Themes"):
            return
        last = MilestoneKind.objects.filter(programme=self.programme).aggregate(last=Max("order"))["last"] or 0
        new = []
        for order, record in enumerate(self._creates("Themes"), last + 1):
            code = record["milestone"]
            kind = MilestoneKind(
                programme=self.programme, order=order, code=code, source=MilestoneCode.THEME, subject=code
            )
            _fill_theme(kind, record)
            new.append(kind)
        programmes.set_milestones(programme=self.programme, kinds=new, actor=self.actor)
        changed = [
            (update.existing.object, _fill_theme(update.existing.object, update.record))
            for update in self._updates("Themes")
        ]
        self._update("Themes", MilestoneKind, changed)

    def _write_theme_steps(self) -> None:
        """Steps that companies took; one that is said otherwise takes the place of the one that stood."""
        if not self._has_anything("Theme steps"):
            return
        kinds = {
            kind.code: kind
            for kind in MilestoneKind.objects.filter(programme=self.programme, source=MilestoneCode.THEME)
        }
        updates = self._updates("Theme steps")
        programmes.cancel_milestones(dates=[update.existing.object for update in updates], actor=self.actor)
        new = []
        for record in [*self._creates("Theme steps"), *(update.record for update in updates)]:
            enrolment = self.enrolments[record["company"]]
            new.append(
                MilestoneDate(
                    enrolment_id=enrolment.pk,
                    company_id=enrolment.company_id,
                    programme_id=self.programme.pk,
                    kind=kinds[record["milestone"]],
                    reached_on=record["reached_on"],
                    note=record["note"] or "",
                    recorded_by=self.actor,
                )
            )
        MilestoneDate.objects.bulk_create(new, batch_size=BATCH)
        for number, row in enumerate(new):
            is_new = number < len(new) - len(updates)
            self._count(self.written.created if is_new else self.written.changed, "Theme steps", row.company_id)

    def _write_agenda(self) -> None:
        new = []
        for record in self._creates("Agenda"):
            session = self.sessions[record["session"]]
            item = AgendaItem(session=session, programme=self.programme, order=record["order"], kind=record["kind"])
            _fill_texts(item, record, "title_en", "title_ja")
            self.items[session.code, item.order] = item
            new.append(item)
        self._create("Agenda", AgendaItem, new)
        self._update("Agenda", AgendaItem, [_filled(update) for update in self._updates("Agenda")])

    def _write_speakers(self) -> None:
        orders = defaultdict(int)
        for key in self.portal.rows["Speakers"]:
            orders[key[:2]] += 1
        new = []
        for record in self._creates("Speakers"):
            place = (record["session"], record["order"])
            orders[place] += 1
            speaker = Speaker(item=self.items[place], programme=self.programme, order=orders[place])
            new.append(_fill_texts(speaker, record, "name_en", "name_ja", "title_en", "title_ja"))
        self._create("Speakers", Speaker, new)
        self._update("Speakers", Speaker, [_filled(update) for update in self._updates("Speakers")])

    # Companies and people

    def _write_companies(self) -> None:
        founded, enrolments = [], []
        for record in self._creates("Companies"):
            company = self.portal.by_number.get(record["corporate_number"])
            if company is None:
                company = Company()
                _fill_company(company, record, set(record.values))
                founded.append(company)
            enrolment = Enrolment(company=company, programme=self.programme, code=record["code"])
            _fill_enrolment(enrolment, record, self.programme)
            self.enrolments[record["code"]] = enrolment
            enrolments.append(enrolment)
        companies.found_companies(companies=founded, actor=self.actor, source_id=self.seat.pk)
        programmes.enrol_companies(enrolments=enrolments, actor=self.actor)
        free = [e for e in enrolments if e.withdrawn_on is None and e.company_id not in self.portal.busy]
        self.cycles = policies.open_cycles(enrolments=free)
        for enrolment in enrolments:
            self._count(self.written.created, "Companies", enrolment.company_id)
        self._update_companies()

    def _update_companies(self) -> None:
        of_company, of_enrolment = [], []
        for update in self._updates("Companies"):
            enrolment, company = update.existing.objects
            of_company.append((company, _fill_company(company, update.record, update.names)))
            if update.names & {"status", "joined_on", "withdrawn_on"}:
                _fill_enrolment(enrolment, update.record, self.programme, before=enrolment)
                of_enrolment.append((enrolment, {"joined_on", "withdrawn_on"}))
        self._update("Companies", Company, of_company)
        self._update("Companies", Enrolment, of_enrolment)
        joined = [programmes.Reached(e.pk, MilestoneCode.JOINED, "", e.joined_on, e) for e, _names in of_enrolment]
        programmes.reach_milestones(reached=joined, actor=self.actor)

    def _write_people(self) -> None:
        people, memberships, seats = [], [], []
        for record in self._creates("People"):
            if record["role"] in ("adviser", "secretariat"):
                seats.append(self._new_seat(record))
                continue
            enrolment = self.enrolments[record["company"]]
            person = Person(company_id=enrolment.company_id, email=record["email"], level=_level(record["role"]))
            _fill_texts(person, record, "name_en", "name_ja", "name_kana", "title")
            people.append(person)
            memberships.append(Membership(company_id=person.company_id, person_id=person.pk, role=record["role"]))
            self.people[record["email"], record["company"]] = person
        self._create("People", Person, people)
        insert_rows(Membership, memberships)
        programmes.add_seats(seats=seats, actor=self.actor)
        self._update_people()

    def _new_seat(self, record: Record) -> Seat:
        role = SeatRole.ADVISER if record["role"] == "adviser" else SeatRole.MEMBER
        seat = Seat(programme=self.programme, role=role, email=record["email"])
        _fill_texts(seat, record, "name_en", "name_ja", "name_kana", "title")
        if role == SeatRole.ADVISER:
            self.advisers[record["email"]] = seat
        return seat

    def _update_people(self) -> None:
        people, seats, memberships, missing = [], [], [], []
        for update in self._updates("People"):
            row, names = update.existing.object, set(update.names)
            if isinstance(row, Seat):
                seats.append((_fill_texts(row, update.record, *names), names))
                continue
            if "role" in names:
                names = names - {"role"} | {"level"}
                row.level = _level(update.record["role"])
                membership = update.existing.objects[1]
                if membership is None:
                    missing.append(Membership(company_id=row.company_id, person=row, role=update.record["role"]))
                else:
                    membership.role = update.record["role"]
                    memberships.append((membership, {"role"}))
            people.append((_fill_texts(row, update.record, *(names - {"level"})), names))
        self._update("People", Person, people)
        self._update("People", Seat, seats)
        self._update("Memberships", Membership, memberships)
        Membership.objects.bulk_create(missing, batch_size=BATCH)

    # Sessions: who came, what they said

    def _person(self, record: Record) -> Person:
        return self.people[record["email"], self.company_of[record["email"]]]

    def _write_attendance(self) -> None:
        new, changed = [], []
        for record in self._creates("Attendance"):
            session, person = self.sessions[record["session"]], self._person(record)
            row = Attendance(
                session_id=session.pk, programme_id=self.programme.pk, person_id=person.pk, company_id=person.company_id
            )
            new.append(self._fill_attendance(row, record, session))
        for update in self._updates("Attendance"):
            row = update.existing.object
            kept = Record(0, {"mode": row.actual_mode or row.planned_mode, "attended": row.attended})
            for name in update.names:
                kept.values[name] = update.record[name]
            self._fill_attendance(row, kept, self.sessions[update.record["session"]])
            changed.append((row, {"planned_mode", *WRITTEN}))
        self._create("Attendance", Attendance, new)
        self._update("Attendance", Attendance, changed)
        revoke_absent(attendances=[row for row, _names in changed], actor=self.actor, now=self.now)

    def _fill_attendance(self, row: Attendance, record: Record, session: Session) -> Attendance:
        """A session still to come has nobody present or absent; a mode that nobody told follows from the method."""
        mode = record["mode"] or ("online" if session.method == "online" else "onsite")
        row.planned_mode = row.planned_mode or mode
        row.attended = None if session.starts_at > self.now else record["attended"]
        row.actual_mode = mode if row.attended else ""
        if row.attended:
            # Who came has a place, whatever was said before.
            row.registration, row.waiting_since = Registration.REGISTERED, None
        else:
            row.planned_mode = mode
            row.arrived_at, row.is_late, row.left_early = None, False, False
        return row

    def _write_feedback(self) -> None:
        new, changed = [], []
        for record in self._creates("Feedback"):
            person = self._person(record)
            row = Feedback(
                session_id=self.sessions[record["session"]].pk,
                programme_id=self.programme.pk,
                person_id=person.pk,
                company_id=person.company_id,
                consent=Consent.ANONYMOUS if record["quotable"] else Consent.NONE,
            )
            new.append(_fill_texts(row, record, "comment_en", "comment_ja"))
        for update in self._updates("Feedback"):
            row, names = update.existing.object, set(update.names)
            if "quotable" in names:
                row.consent = Consent.ANONYMOUS if update.record["quotable"] else Consent.NONE
                names = names - {"quotable"} | {"consent"}
            _fill_texts(row, update.record, *(names - {"consent"}))
            changed.append((row, names))
        self._create("Feedback", Feedback, new)
        self._update("Feedback", Feedback, changed)

    # Advisers

    def _write_assignments(self) -> None:
        held = defaultdict(list)
        for key, assignments in self.portal.assignments.items():
            held[key] = [(a.starts_on, a.ends_on or date.max) for a in assignments]
        new = []
        for record in self._creates("Assignments"):
            enrolment, adviser = self.enrolments[record["company"]], self.advisers[record["adviser"]]
            new.append(self._assignment(enrolment, adviser, record["starts_on"], record["ends_on"]))
            held[enrolment.pk, adviser.pk].append((record["starts_on"], record["ends_on"] or date.max))
        for update in self._updates("Assignments"):
            self._change_assignment(update, held)
        new += self._assignments_of_consultations(held)
        programmes.assign_advisers(assignments=new, actor=self.actor)

    def _assignment(self, enrolment: Enrolment, adviser: Seat, starts_on: date, ends_on: date | None) -> Assignment:
        return Assignment(
            enrolment=enrolment,
            company_id=enrolment.company_id,
            programme=self.programme,
            adviser=adviser,
            starts_on=starts_on,
            ends_on=ends_on,
        )

    def _change_assignment(self, update: Update, held: dict) -> None:
        row = update.existing.object
        before = (row.starts_on, row.ends_on or date.max)
        for name in update.names:
            setattr(row, name, update.record[name])
        programmes.change_assignment(assignment=row, actor=self.actor)
        days = held[row.enrolment_id, row.adviser_id]
        days.remove(before)
        days.append((row.starts_on, row.ends_on or date.max))

    def _assignments_of_consultations(self, held: dict) -> list[Assignment]:
        """An adviser who consulted a company was assigned to it: from the first consultation to the programme's end."""
        days = defaultdict(list)
        for record in self._creates("Consultations"):
            if record["status"] != "cancelled":
                pair = (record["company"], record["adviser"])
                days[pair].append(timezone.localdate(record["starts_at"]))
        new = []
        for (company, email), dates in days.items():
            enrolment, adviser = self.enrolments[company], self.advisers[email]
            known = held[enrolment.pk, adviser.pk]
            uncovered = [day for day in sorted(dates) if not any(first <= day <= last for first, last in known)]
            while uncovered:
                first = uncovered[0]
                later = [start for start, _end in known if start > first]
                last = min([start - timedelta(days=1) for start in later] + [max(self.programme.ends_on, *dates)])
                new.append(self._assignment(enrolment, adviser, first, last))
                known.append((first, last))
                uncovered = [day for day in uncovered if day > last]
        return new

    def _write_consultations(self) -> None:
        restored = []
        for record in self._creates("Consultations"):
            enrolment = self.enrolments[record["company"]]
            row = Consultation(
                enrolment_id=enrolment.pk,
                company_id=enrolment.company_id,
                programme_id=self.programme.pk,
                adviser_id=self.advisers[record["adviser"]].pk,
                starts_at=record["starts_at"],
                ends_at=record["starts_at"] + timedelta(minutes=record["minutes"]),
                method=record["method"],
            )
            restored.append(consultations.Restored(row, record["status"], is_new=True))
            self._count(self.written.created, "Consultations", row.company_id)
        for update in self._updates("Consultations"):
            row = update.existing.object
            if "minutes" in update.names:
                row.ends_at = row.starts_at + timedelta(minutes=update.record["minutes"])
            if "method" in update.names:
                row.method = update.record["method"]
            state = update.record["status"] if "status" in update.names else row.state
            restored.append(consultations.Restored(row, state))
            self._count(self.written.changed, "Consultations", row.company_id)
        consultations.restore(restored=restored, actor=self.actor)

    # Policies

    def _write_policies(self) -> None:
        wanted = [(record, set(record.values)) for record in self._creates("Policies")]
        wanted += [(update.record, update.names) for update in self._updates("Policies")]
        enrolments = [self.enrolments[record["company"]] for record, _names in wanted]
        known = [enrolment for enrolment in enrolments if enrolment.pk not in self.cycles]
        policies.open_cycles(enrolments=known)
        opened = list(Cycle.objects.filter(enrolment__in=known))
        attach("policy", opened, Policy)
        self.cycles |= {cycle.enrolment_id: cycle for cycle in opened}
        restored, addresses = [], []
        for record, names in wanted:
            cycle = self.cycles[self.enrolments[record["company"]].pk]
            before = self.portal.get("Policies", (record["company"],))
            item = _restored(cycle, record, names, before.values if before else {})
            if names & {"status", *STAGES}:
                restored.append(item)
            if "published_url" in names and cycle.policy.published_url != text(record["published_url"]):
                cycle.policy.published_url = text(record["published_url"])
                addresses.append((cycle.policy, {"published_url"}))
            kind = self.written.changed if before else self.written.created
            self._count(kind, "Policies", cycle.company_id)
        policy_workflow.restore(restored=restored, actor=self.actor)
        self._update("Policies", Policy, addresses)
        self._cancel_cleared(restored)

    def _cancel_cleared(self, restored: list) -> None:
        """A day that the workbook took back no longer counts."""
        cleared = {
            (item.cycle.enrolment_id, stage.removesuffix("_on"))
            for item in restored
            for stage in STAGES
            if getattr(item, stage) is None
        }
        if self.portal.programme is None or not cleared:
            return
        rows = MilestoneDate.objects.filter(
            programme=self.programme,
            cancelled_on__isnull=True,
            kind__source__in=[s.removesuffix("_on") for s in STAGES],
        ).select_related("kind")
        programmes.cancel_milestones(
            dates=[row for row in rows if (row.enrolment_id, row.kind.source) in cleared], actor=self.actor
        )

    # Milestones that follow from what now stands

    def _reach_sessions(self) -> None:
        """Each company's first presence at a session, for the sessions in which anything changed."""
        touched = {record["session"] for record in self._creates("Attendance")}
        touched |= {update.record["session"] for update in self._updates("Attendance")}
        touched |= {update.record["code"] for update in self._updates("Sessions") if "starts_at" in update.names}
        sessions = {self.sessions[code].pk: self.sessions[code] for code in touched}
        enrolment_of = {enrolment.company_id: enrolment.pk for enrolment in self.enrolments.values()}
        present = Attendance.objects.present().filter(session__in=sessions)
        first = present.order_by("session_id", "company_id", "pk").distinct("session_id", "company_id")
        reached = [
            programmes.Reached(
                enrolment_of[company],
                MilestoneCode.SESSION,
                sessions[session].code,
                timezone.localdate(sessions[session].starts_at),
                Proof(Attendance._meta, pk),
            )
            for pk, session, company in first.values_list("pk", "session_id", "company_id")
            if company in enrolment_of
        ]
        subjects = {session.code for session in sessions.values()}
        self._reach(MilestoneCode.SESSION, subjects, reached, enrolments=None)

    def _reach_consultations(self) -> None:
        """The first, second … consultation held, for the companies in which anything changed."""
        touched = {record["company"] for record in self._creates("Consultations")}
        touched |= {update.record["company"] for update in self._updates("Consultations")}
        enrolments = {self.enrolments[code].pk for code in touched}
        numbers = defaultdict(int)
        reached = []
        held = (
            Consultation.objects.held().filter(programme=self.programme, enrolment__in=enrolments).order_by("starts_at")
        )
        for pk, enrolment, starts_at in held.values_list("pk", "enrolment_id", "starts_at"):
            numbers[enrolment] += 1
            day, proof = timezone.localdate(starts_at), Proof(Consultation._meta, pk)
            reached.append(programmes.Reached(enrolment, MilestoneCode.CONSULTED, str(numbers[enrolment]), day, proof))
        self._reach(MilestoneCode.CONSULTED, None, reached, enrolments=enrolments)

    def _reach(self, source: str, subjects: set | None, reached: list, *, enrolments: set | None) -> None:
        """Record what was reached, and cancel what no row proves any more."""
        if self.portal.programme is not None:
            self._cancel_unproven(source, subjects, reached, enrolments)
        programmes.reach_milestones(reached=reached, actor=self.actor)

    def _cancel_unproven(self, source: str, subjects: set | None, reached: list, enrolments: set | None) -> None:
        rows = MilestoneDate.objects.filter(programme=self.programme, cancelled_on__isnull=True, kind__source=source)
        if subjects is not None:
            rows = rows.filter(kind__subject__in=subjects)
        if enrolments is not None:
            rows = rows.filter(enrolment__in=enrolments)
        proven = {(item.enrolment_id, item.subject) for item in reached}
        unproven = [row for row in rows.select_related("kind") if (row.enrolment_id, row.kind.subject) not in proven]
        programmes.cancel_milestones(dates=unproven, actor=self.actor)

    # Afterwards

    def _remember(self) -> None:
        """What every row of the file said, for the next comparison."""
        rows = [
            (sheet, key, json.dumps(values, ensure_ascii=False))
            for sheet, plan in self.plan.sheets.items()
            for key, values in plan.remember.items()
        ]
        with connection.cursor() as cursor:
            for start in range(0, len(rows), 10_000):
                part = rows[start : start + 10_000]
                cursor.execute(
                    "INSERT INTO imports_importedrow (id, programme_id, sheet, key, values)"
                    " SELECT gen_random_uuid(), %s, n.sheet, n.key, n.said::jsonb"
                    " FROM unnest(%s::text[], %s::text[], %s::text[]) AS n(sheet, key, said)"
                    " ON CONFLICT (programme_id, sheet, key) DO UPDATE SET values = excluded.values",
                    [self.programme.pk, *map(list, zip(*part, strict=True))],
                )

    def _tell(self) -> None:
        """The trail: one line for the programme, one for each company of which anything was written; numbers only."""
        counts = {name: {"new": len(p.creates), "changed": len(p.updates)} for name, p in self.plan.sheets.items()}
        event = partial(audit.build_event, actor=self.actor, programme_id=self.programme.pk)
        events = [event(verb="programme.imported", obj=self.programme, detail=counts)]
        touched = set(self.written.created) | set(self.written.changed)
        enrolment_of = {enrolment.company_id: enrolment for enrolment in self.enrolments.values()}
        events += [
            event(
                verb="company.imported",
                obj=enrolment_of[company_id],
                company_id=company_id,
                detail={
                    "new": dict(self.written.created[company_id]),
                    "changed": dict(self.written.changed[company_id]),
                },
            )
            for company_id in sorted(touched)
        ]
        audit.log_many(events)


def _level(role: str) -> str:
    return PersonLevel.MANAGEMENT if role == "manager" else PersonLevel.WORKING


def _fill_theme(kind: MilestoneKind, record: Record) -> set[str]:
    """Write what the row says of a milestone; return the columns."""
    for name in ("theme", "name_en", "name_ja", "definition_en", "definition_ja"):
        setattr(kind, name, record[name] or "")
    kind.due_on = record["due_on"]
    return {"theme", "name_en", "name_ja", "definition_en", "definition_ja", "due_on"}


def _fill_texts(row: Model, record: Record, *names: str) -> Model:
    for name in names:
        setattr(row, name, text(record[name]))
    return row


def _filled(update: Update) -> tuple[Model, set[str]]:
    """For rows whose columns have the workbook's names."""
    return _fill_texts(update.existing.object, update.record, *update.names), set(update.names)


def _fill_programme(programme: Programme, record: Record, names: set[str]) -> None:
    numbers = {"consultations_per_company": 0, "consultation_minutes": 60}
    plain = {"fiscal_year", "starts_on", "ends_on", "target_due_on", "consultations_start_on", "consultations_end_on"}
    for name in names:
        value = record[name]
        if name in numbers:
            value = numbers[name] if value is None else value
        elif name not in plain:
            value = text(value)
        setattr(programme, name, value)


def _fill_company(company: Company, record: Record, names: set[str]) -> set[str]:
    """Set the company's own columns among `names` and return them; the others belong to its enrolment."""
    own = names - {"code", "status", "joined_on", "withdrawn_on"}
    _fill_texts(company, record, *(own - {"employees"}))
    if "employees" in own:
        company.employees = record["employees"]
    return own


def _fill_enrolment(
    enrolment: Enrolment, record: Record, programme: Programme, *, before: Enrolment | None = None
) -> None:
    """Without a date a company joined with the programme's start, and a withdrawn one counts as withdrawn from its start."""
    enrolment.joined_on = record["joined_on"] or (before.joined_on if before else programme.starts_on)
    if record["status"] == "participating":
        enrolment.withdrawn_on = None
    else:
        enrolment.withdrawn_on = record["withdrawn_on"] or (before and before.withdrawn_on) or enrolment.joined_on


def _fill_session(session: Session, record: Record, names: set[str]) -> set[str]:
    """Set the columns and return their names in the model."""
    written = set()
    for name in names - {"code", "method_note", "method_note_ja"}:
        value = record[name]
        setattr(session, name, value if name in ("starts_at", "ends_at") else text(value))
        written.add(name)
    if names & {"method_note", "method_note_ja"}:
        note = text(record["method_note"])
        own = text(record["method_note_ja"])
        session.method_note_ja = own or (note if JAPANESE.search(note) else "")
        session.method_note_en = "" if JAPANESE.search(note) else note
        written |= {"method_note_ja", "method_note_en"}
    return written - {"code"}


def _restored(cycle, record: Record, names: set[str], before: dict) -> policy_workflow.Restored:
    """Where the policy stands afterwards: the file's cells where they win, else what the portal has."""
    days = {}
    for stage in STAGES:
        value = record[stage] if stage in names else before.get(stage)
        days[stage] = date.fromisoformat(value) if isinstance(value, str) else value
    state = record["status"] if "status" in names else cycle.state
    return policy_workflow.Restored(cycle=cycle, state=state, **days)
