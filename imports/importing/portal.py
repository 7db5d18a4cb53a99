"""What the portal knows of a programme, in the same form as a workbook's rows.

Read as whoever acts, so that nothing comes in sight that is not theirs: a constant number of statements, whatever the size.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db.models import Model

from companies.enums import AccessKind
from companies.models import Access, Company, Membership, Person
from consultations.models import Consultation
from policies.enums import State, Transition
from policies.models import Cycle, Move, Policy
from programmes.enums import MANAGING_ROLES, MilestoneCode, SeatRole
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

from .reading.records import plain

# States of a policy that a workbook has no word for, and the word that it uses instead.
AS_WRITTEN = {
    State.IN_REVIEW: "submitted",
    State.CHANGES_REQUESTED: "drafting",
    State.SUPERSEDED: "published",
}
DATES = {
    Transition.SUBMIT: "submitted_on",
    Transition.ENDORSE: "endorsed_on",
    Transition.APPROVE: "approved_on",
    Transition.PUBLISH: "published_on",
}


@dataclass(slots=True)
class Existing:
    """A row of the portal: its objects and its values as a workbook would write them (None for empty)."""

    objects: tuple[Model, ...]
    values: dict

    @property
    def object(self) -> Model:
        return self.objects[0]


@dataclass
class Portal:
    """A programme as it stands: by sheet and key. Empty when there is none yet."""

    programme: Programme | None = None
    rows: dict[str, dict[tuple, Existing]] = field(default_factory=lambda: defaultdict(dict))
    # Every adviser's seat by address, the current one first; also ended ones, which past consultations need.
    advisers: dict[str, Seat] = field(default_factory=dict)
    # Companies of the actor's programmes, by corporate number, whether they take part in this one or not.
    by_number: dict[str, Company] = field(default_factory=dict)
    # Companies whose policy is under way in another programme: only one cycle is open at a time.
    busy: set[UUID] = field(default_factory=set)
    assignments: dict[tuple[UUID, UUID], list[Assignment]] = field(default_factory=lambda: defaultdict(list))

    def get(self, sheet: str, key: tuple) -> Existing | None:
        return self.rows[sheet].get(key)


def normal(value):
    """A value as it is compared and stored: JSON's, with None for empty."""
    return None if value == "" else plain(value)


def _values(instance: Model, *names: str) -> dict:
    return {name: normal(getattr(instance, name)) for name in names}


def load_portal(programme: Programme | None, actor) -> Portal:
    """Everything of the programme that a workbook can speak of."""
    portal = Portal(programme)
    looked_after = Access.objects.of(actor, AccessKind.SECRETARIAT).company_ids()
    known = Company.objects.filter(pk__in=looked_after).exclude(corporate_number="")
    portal.by_number = {company.corporate_number: company for company in known}
    elsewhere = Cycle.objects.open().exclude(programme=programme) if programme else Cycle.objects.open()
    portal.busy = set(elsewhere.values_list("company_id", flat=True))
    if programme is None:
        return portal
    _load_programme(portal)
    _load_companies(portal)
    _load_people(portal)
    _load_sessions(portal)
    _load_consultations(portal)
    _load_policies(portal)
    _load_themes(portal)
    return portal


def attach(name: str, rows: list[Model], model: type[Model]) -> None:
    """Give every row its `name`, in a statement of its own.

    A join would do, but between two tables with row-level policies PostgreSQL asks the policy anew for every pair of rows
    until it has counted the tables, and right after an import it has not (measured: 9 s for 1,600 companies).
    """
    found = model.objects.in_bulk({getattr(row, f"{name}_id") for row in rows})
    for row in rows:
        setattr(row, name, found[getattr(row, f"{name}_id")])


def name_key(instance: Model) -> str:
    return (instance.name_en or instance.name_ja).casefold()


def _load_programme(portal: Portal) -> None:
    programme = portal.programme
    names = (
        "code name_en name_ja fiscal_year theme_en theme_ja starts_on ends_on target_en target_ja target_due_on"
        " consultations_start_on consultations_end_on consultations_per_company consultation_minutes"
    )
    portal.rows["Programme"][()] = Existing((programme,), _values(programme, *names.split()))
    for organisation in Organisation.objects.filter(programme=programme):
        portal.rows["Organisations"][name_key(organisation),] = Existing(
            (organisation,), _values(organisation, "name_en", "name_ja", "role")
        )


def _load_companies(portal: Portal) -> None:
    enrolments = list(Enrolment.objects.filter(programme=portal.programme))
    attach("company", enrolments, Company)
    for enrolment in enrolments:
        values = _values(
            enrolment.company,
            *["name_en", "name_ja", "name_kana", "corporate_number", "industry", "employees", "prefecture", "buyer"],
        )
        values |= _values(enrolment, "code", "joined_on", "withdrawn_on")
        values["status"] = "withdrawn" if enrolment.withdrawn_on else "participating"
        portal.rows["Companies"][enrolment.code,] = Existing((enrolment, enrolment.company), values)


def _load_people(portal: Portal) -> None:
    """People by address and company's code, because one address may stand for people of two companies."""
    code_of = {existing.object.company_id: code for (code,), existing in portal.rows["Companies"].items()}
    memberships = {
        membership.person_id: membership
        for membership in Membership.objects.current().filter(company__in=list(code_of))
    }
    for person in Person.objects.filter(company__in=list(code_of)).exclude(email="").order_by("-created_at"):
        membership = memberships.get(person.pk)
        values = _values(person, "name_en", "name_ja", "name_kana", "title")
        values |= {"email": person.email.lower(), "company": code_of[person.company_id]}
        values["role"] = membership.role if membership else None
        key = (person.email.lower(), code_of[person.company_id])
        portal.rows["People"][key] = Existing((person, membership), values)
    for seat in Seat.objects.filter(programme=portal.programme).order_by("ended_at"):
        role = "adviser" if seat.role == SeatRole.ADVISER else "secretariat"
        values = _values(seat, "name_en", "name_ja", "name_kana", "title")
        values |= {"email": seat.email.lower(), "company": None, "role": role}
        portal.rows["People"].setdefault((seat.email.lower(), "", role), Existing((seat,), values))
        if seat.role not in MANAGING_ROLES:
            portal.advisers.setdefault(seat.email.lower(), seat)


def _load_sessions(portal: Portal) -> None:
    programme = portal.programme
    code_of = {}
    for session in Session.objects.filter(programme=programme):
        code_of[session.pk] = session.code
        values = _values(
            session,
            *[
                "code",
                "strand",
                "kind",
                "title_en",
                "title_ja",
                "starts_at",
                "ends_at",
                "method",
                "venue_en",
                "venue_ja",
            ],
        )
        # The workbook has one note; in which language it is written is told when it is stored.
        values["method_note"] = normal(session.method_note_en or session.method_note_ja)
        values["method_note_ja"] = normal(session.method_note_ja)
        portal.rows["Sessions"][session.code,] = Existing((session,), values)
    for item in AgendaItem.objects.filter(programme=programme):
        session = code_of[item.session_id]
        values = {"session": session, **_values(item, "order", "kind", "title_en", "title_ja")}
        portal.rows["Agenda"][session, item.order] = Existing((item,), values)
    for speaker in Speaker.objects.filter(programme=programme).select_related("item"):
        session, order = code_of[speaker.item.session_id], speaker.item.order
        values = {"session": session, "order": order}
        values |= _values(speaker, "name_en", "name_ja", "title_en", "title_ja")
        portal.rows["Speakers"][session, order, name_key(speaker)] = Existing((speaker,), values)
    _load_presence(portal, code_of)


def _load_presence(portal: Portal, code_of: dict) -> None:
    """Attendance and feedback, by session, address and company's code."""
    who = {existing.object.pk: key for key, existing in portal.rows["People"].items() if len(key) == 2}
    for attendance in Attendance.objects.filter(programme=portal.programme):
        if attendance.person_id not in who:
            continue
        session, (email, company) = code_of[attendance.session_id], who[attendance.person_id]
        values = {"session": session, "email": email, "attended": attendance.attended}
        values["mode"] = normal(attendance.actual_mode or attendance.planned_mode)
        portal.rows["Attendance"][session, email, company] = Existing((attendance,), values)
    for feedback in Feedback.objects.filter(programme=portal.programme, person__isnull=False):
        if feedback.person_id not in who:
            continue
        session, (email, company) = code_of[feedback.session_id], who[feedback.person_id]
        values = {"session": session, "email": email, "quotable": feedback.is_quotable}
        values |= _values(feedback, "comment_en", "comment_ja")
        portal.rows["Feedback"][session, email, company] = Existing((feedback,), values)


def _load_consultations(portal: Portal) -> None:
    programme = portal.programme
    code_of = {existing.object.pk: code for (code,), existing in portal.rows["Companies"].items()}
    email_of = dict(Seat.objects.filter(programme=programme).values_list("pk", "email"))
    for consultation in Consultation.objects.filter(programme=programme):
        company, adviser = code_of[consultation.enrolment_id], email_of[consultation.adviser_id].lower()
        values = {"company": company, "adviser": adviser, "starts_at": plain(consultation.starts_at)}
        values |= {"minutes": consultation.minutes_long, "method": consultation.method, "status": consultation.state}
        key = (company, adviser, plain(consultation.starts_at))
        portal.rows["Consultations"][key] = Existing((consultation,), values)
    assignments = list(Assignment.objects.filter(programme=programme).order_by("starts_on"))
    attach("adviser", assignments, Seat)
    for assignment in assignments:
        company, adviser = code_of[assignment.enrolment_id], email_of[assignment.adviser_id].lower()
        values = {"company": company, "adviser": adviser, **_values(assignment, "starts_on", "ends_on")}
        portal.rows["Assignments"][company, adviser] = Existing((assignment,), values)
        portal.assignments[assignment.enrolment_id, assignment.adviser_id].append(assignment)


def _load_policies(portal: Portal) -> None:
    code_of = {existing.object.pk: code for (code,), existing in portal.rows["Companies"].items()}
    days: dict[UUID, dict[str, date]] = defaultdict(dict)
    moves = Move.objects.filter(programme=portal.programme, transition__in=DATES).order_by("recorded_at")
    for cycle_id, transition, moved_on in moves.values_list("cycle_id", "transition", "moved_on"):
        days[cycle_id][DATES[transition]] = moved_on
    cycles = list(Cycle.objects.filter(programme=portal.programme))
    attach("policy", cycles, Policy)
    for cycle in cycles:
        values = {"company": code_of[cycle.enrolment_id], "status": AS_WRITTEN.get(cycle.state, str(cycle.state))}
        values |= {name: normal(days[cycle.pk].get(name)) for name in DATES.values()}
        values["published_url"] = normal(cycle.policy.published_url)
        portal.rows["Policies"][code_of[cycle.enrolment_id],] = Existing((cycle, cycle.policy), values)


def _load_themes(portal: Portal) -> None:
    """Steps of themes as the programme has them, and which company took which."""
    programme = portal.programme
    code_of = {existing.object.pk: code for (code,), existing in portal.rows["Companies"].items()}
    kinds = {}
    for kind in MilestoneKind.objects.filter(programme=programme, source=MilestoneCode.THEME):
        kinds[kind.pk] = kind.code
        names = ("theme", "name_en", "name_ja", "definition_en", "definition_ja", "due_on")
        portal.rows["Themes"][kind.code,] = Existing((kind,), {"milestone": kind.code, **_values(kind, *names)})
    for row in MilestoneDate.objects.filter(programme=programme, kind__in=kinds, cancelled_on__isnull=True):
        company, milestone = code_of[row.enrolment_id], kinds[row.kind_id]
        values = {"company": company, "milestone": milestone, **_values(row, "reached_on", "note")}
        portal.rows["Theme steps"][company, milestone] = Existing((row,), values)


def moment(text: str) -> datetime:
    """The time that `plain` wrote."""
    return datetime.fromisoformat(text)
