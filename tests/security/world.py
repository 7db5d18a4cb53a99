"""Three tenants with a row in every table, each of its own owner, and the people of the cast who look at them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.db import models
from django.utils import timezone

from accounts.models import User
from audit.models import Event
from common.tenancy import acting_as
from companies.models import Access, Company, Membership, Person
from consultations.models import Consultation, Minutes, PrivateNote
from imports.models import Import, ImportedRow
from jobs.models import Job, StoredFile
from jobs.services import store_file
from notifications.models import Message, Reminder
from policies.enums import State, Transition
from policies.models import Cycle, Move, Policy, Revision
from policies.queries import EXPORT_KIND
from programmes.enums import AgendaKind, OrganisationRole
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
from reports.models import Report
from tests.factories import (
    make_assignment,
    make_attendance,
    make_cast,
    make_consultation,
    make_person,
    make_seat,
    make_session,
)
from tests.security import audiences, following, gatherings, issuing, letters, meetings, people, reporting, workbench
from tests.security.audiences import OWNERS

NOON = datetime(2024, 12, 10, 3, tzinfo=UTC)


@dataclass
class World:
    people: dict[str, User | None]
    enrolments: dict[str, Enrolment]
    # The canaries in the bytes of files: what they stand in, whose they are, and who may read it.
    file_canaries: dict[str, tuple[str, str, frozenset]] = field(default_factory=dict)
    # What was made, by a name of the kind of data and the owner.
    rows: dict[str, dict[str, models.Model]] = field(default_factory=dict)
    # Rows that the database lets nobody change: they were made with their canaries.
    frozen: set[tuple[type[models.Model], object]] = field(default_factory=set)

    def keep(self, kind: str, owner: str, row: models.Model) -> models.Model:
        self.rows.setdefault(kind, {})[owner] = row
        return row

    def __getitem__(self, key: tuple[str, str]) -> models.Model:
        kind, owner = key
        return self.rows[kind][owner]


# Name of a kind of data: its model and who may see it. Every model that names a tenant stands here at least once.
KINDS: dict[str, tuple[type[models.Model], frozenset]] = {
    "company": (Company, audiences.RECORDS),
    "person": (Person, audiences.RECORDS),
    "membership": (Membership, audiences.RECORDS),
    "enrolment": (Enrolment, audiences.RECORDS),
    "assignment": (Assignment, audiences.RECORDS),
    "milestone date": (MilestoneDate, audiences.RECORDS),
    "attendance": (Attendance, audiences.RECORDS),
    "policy": (Policy, audiences.RECORDS),
    "cycle": (Cycle, audiences.RECORDS),
    "move": (Move, audiences.RECORDS),
    "consultation": (Consultation, audiences.RECORDS),
    "company's job": (Job, audiences.RECORDS),
    "company's file": (StoredFile, audiences.RECORDS),
    "revision": (Revision, audiences.CONTENT),
    "minutes": (Minutes, audiences.CONTENT),
    "content job": (Job, audiences.CONTENT),
    "export": (Job, audiences.CONTENT),
    "content file": (StoredFile, audiences.CONTENT),
    "proof": (StoredFile, audiences.CONTENT),
    "shared revision": (Revision, audiences.SHARED),
    "private note": (PrivateNote, audiences.ADVISERS),
    "note of a former adviser": (PrivateNote, audiences.NOBODY),
    "feedback": (Feedback, audiences.FEEDBACK),
    "programme": (Programme, audiences.PROGRAMME),
    "organisation": (Organisation, audiences.PROGRAMME),
    "seat": (Seat, audiences.PROGRAMME),
    "milestone kind": (MilestoneKind, audiences.PROGRAMME),
    "session": (Session, audiences.PROGRAMME),
    "agenda item": (AgendaItem, audiences.PROGRAMME),
    "speaker": (Speaker, audiences.PROGRAMME),
    "programme's job": (Job, audiences.MANAGED),
    "programme's file": (StoredFile, audiences.MANAGED),
    "company's event": (Event, audiences.RECORDS),
    "programme's event": (Event, audiences.MANAGED),
    "report": (Report, audiences.MANAGED),
    "import": (Import, audiences.MANAGED),
    "upload": (Import, audiences.NOBODY),
    "imported row": (ImportedRow, audiences.MANAGED),
    "message": (Message, audiences.MANAGED),
    "reminder": (Reminder, audiences.MANAGED),
    **workbench.KINDS,
    **gatherings.KINDS,
    **meetings.KINDS,
    **reporting.KINDS,
    **letters.KINDS,
    **following.KINDS,
    **people.KINDS,
    **issuing.KINDS,
    # Only whose access it is reads the row; here it is an adviser who is none of the cast.
    "access": (Access, audiences.NOBODY),
}


def make_world() -> World:
    cast = make_cast()
    enrolments = {"company": cast.enrolment, "neighbour": cast.neighbour, "stranger": cast.stranger}
    world = World(people={"anonymous": None, **cast.people}, enrolments=enrolments)
    for owner in OWNERS:
        _fill_programme(world, owner)
        _fill_company(world, owner)
        _fill_texts(world, owner)
        _fill_jobs(world, owner)
        workbench.fill(world, owner)
        gatherings.fill(world, owner)
        meetings.fill(world, owner)
        letters.fill(world, owner)
        following.fill(world, owner)
        people.fill(world, owner)
        _fill_exports(world, owner)
        _fill_proof(world, owner)
        reporting.fill(world, owner)
        _fill_report(world, owner)
        issuing.fill(world, owner)
        _fill_imports(world, owner)
        _fill_trail(world, owner)
        _fill_messages(world, owner)
    return world


def _fill_programme(world: World, owner: str) -> None:
    """The company and its neighbour share a programme; each gets rows of its own there all the same."""
    programme = world.keep("programme", owner, world.enrolments[owner].programme)
    both = {"programme": programme}
    world.keep("organisation", owner, Organisation.objects.create(role=OrganisationRole.ORGANISER, name_en="O", **both))
    world.keep(
        "milestone kind",
        owner,
        MilestoneKind.objects.create(code=f"extra-{owner}", source="session", subject=owner, name_en="M", **both),
    )
    session = world.keep("session", owner, make_session(programme))
    item = AgendaItem.objects.create(session=session, order=1, kind=AgendaKind.LECTURE, title_en="L", **both)
    world.keep("agenda item", owner, item)
    world.keep("speaker", owner, Speaker.objects.create(item=item, name_en="S", **both))


def _fill_company(world: World, owner: str) -> None:
    enrolment = world.keep("enrolment", owner, world.enrolments[owner])
    company = world.keep("company", owner, enrolment.company)
    person = world.keep("person", owner, make_person(company))
    world.keep("membership", owner, Membership.objects.create(company=company, person=person, role="staff"))
    seat = world.keep("seat", owner, make_seat(enrolment.programme, role="adviser"))
    assignment = world.keep("assignment", owner, make_assignment(enrolment, seat))
    world.keep("access", owner, Access.objects.get(source_id=assignment.pk))
    world.keep("milestone date", owner, MilestoneDate.objects.get(enrolment=enrolment, kind__source="joined"))
    session = world["session", owner]
    world.keep("attendance", owner, make_attendance(session, person))
    world.keep(
        "feedback",
        owner,
        Feedback.objects.create(
            session=session, programme=enrolment.programme, company=company, person=person, comment_en="F"
        ),
    )
    world.keep("consultation", owner, make_consultation(enrolment, seat, starts_at=NOON))


def _fill_texts(world: World, owner: str) -> None:
    enrolment, consultation = world.enrolments[owner], world["consultation", owner]
    both = {"company": enrolment.company, "programme": enrolment.programme}
    cycle = world.keep("cycle", owner, Cycle.objects.get(enrolment=enrolment))
    world.keep("policy", owner, cycle.policy)
    move = Move.objects.create(
        cycle=cycle,
        transition=Transition.SUBMIT,
        from_state=State.DRAFTING,
        to_state=State.SUBMITTED,
        moved_on=NOON.date(),
        **both,
    )
    world.keep("move", owner, move)
    text = {"sections": [{"paragraphs": [{"text": "T"}]}]}
    for number, (kind, shared_at) in enumerate({"revision": None, "shared revision": timezone.now()}.items(), start=1):
        revision = Revision.objects.create(
            cycle=cycle, number=number, content=text, sha256="0" * 64, shared_at=shared_at, **both
        )
        world.keep(kind, owner, revision)
    world.keep(
        "minutes", owner, Minutes.objects.create(consultation=consultation, text="M", shared_at=timezone.now(), **both)
    )
    # The adviser of the cast is assigned to the company alone; the other owners' notes are of advisers of their own.
    own = world.people["adviser"] if owner == "company" else world["seat", owner].user
    for kind, author in {"private note": own, "note of a former adviser": world.people["former_adviser"]}.items():
        note = PrivateNote.objects.create(consultation=consultation, author=author, text="N", **both)
        world.keep(kind, owner, note)


def _fill_jobs(world: World, owner: str) -> None:
    """Work and files of a company, of its texts, and of a programme, asked for by somebody who is none of the cast."""
    enrolment, asker = world.enrolments[owner], world["seat", owner].user
    tenants = {
        "company's": {"company_id": enrolment.company_id},
        "content": {"company_id": enrolment.company_id, "is_content": True},
        "programme's": {"programme_id": enrolment.programme_id},
    }
    for whose, tenant in tenants.items():
        job = Job.objects.create(kind="sweep", title="Work", requested_by=asker, state=Job.State.DONE, **tenant)
        world.keep(f"{whose} job", owner, job)
        file = StoredFile.objects.create(
            name="file.txt",
            content_type="text/plain",
            size=1,
            sha256="0" * 64,
            path="t/none",
            created_by=asker,
            **tenant,
        )
        world.keep(f"{whose} file", owner, file)


def _fill_exports(world: World, owner: str) -> None:
    """A file of a text, whose bytes say whose it is."""
    cycle, asker = world["cycle", owner], world["seat", owner].user
    tenant = {"company_id": cycle.company_id, "is_content": True}
    file = store_file(
        name="policy.docx", content=_canary(world, owner, "policy.docx", audiences.CONTENT), actor=asker, **tenant
    )
    params = {"cycle": str(cycle.pk), "kind": "word", "to": "working", "languages": ["ja"], "file": str(file.pk)}
    job = Job.objects.create(
        kind=EXPORT_KIND, title="Word", requested_by=asker, state=Job.State.DONE, params=params, **tenant
    )
    world.keep("export", owner, job)


def _fill_proof(world: World, owner: str) -> None:
    """The scan that shows what was recorded, whose bytes say whose it is."""
    evidence, actor = world["evidence", owner], world["seat", owner].user
    bytes_ = _canary(world, owner, "proof.pdf", audiences.CONTENT)
    evidence.file = store_file(
        name="proof.pdf", content=bytes_, actor=actor, company_id=evidence.company_id, is_content=True
    )
    evidence.save()
    world.keep("proof", owner, evidence.file)


def _fill_report(world: World, owner: str) -> None:
    """A finished report, whose files say whose they are."""
    programme, asker = world["programme", owner], world["seat", owner].user
    job = Job.objects.create(
        kind="reports.render", title="Report", requested_by=asker, programme_id=programme.pk, state=Job.State.DONE
    )
    report = Report(programme=programme, language="en", as_of=programme.ends_on, requested_by=asker, job=job)
    report.figures, report.content_key = {"computed_at": NOON.isoformat()}, "0" * 64
    report.pdf, report.sheet = _file(world, owner, "report.pdf"), _file(world, owner, "report.xlsx")
    report.save()
    world.keep("report", owner, report)


def _fill_imports(world: World, owner: str) -> None:
    """A workbook of the programme that was checked, and one of somebody else that nothing is known of yet."""
    programme, uploader = world["programme", owner], world["seat", owner].user
    checked = Import(uploaded_by=uploader, programme=programme, file_name="book.xlsx", checked_at=NOON)
    checked.file, checked.annotated = _file(world, owner, "book.xlsx"), _file(world, owner, "remarks.xlsx")
    checked.plan = {"is_new": False, "sheets": [], "conflicts": [], "changes": [], "vanished": []}
    checked.save()
    world.keep("import", owner, checked)
    world.keep("upload", owner, Import.objects.create(uploaded_by=uploader, file_name="new.xlsx", file=checked.file))
    row = ImportedRow.objects.create(programme=programme, sheet="Companies", key=owner, values={})
    world.keep("imported row", owner, row)


def _file(world: World, owner: str, name: str) -> StoredFile:
    """A file of the programme whose bytes are a canary, since nothing can be written into it later."""
    programme, actor = world["programme", owner], world["seat", owner].user
    return store_file(
        name=name, content=_canary(world, owner, name, audiences.MANAGED), actor=actor, programme_id=programme.pk
    )


def _canary(world: World, owner: str, name: str, audience: frozenset) -> bytes:
    """The bytes of a file of the owner's, which no other file holds."""
    canary = f"zqf{len(world.file_canaries):04x}qz"
    world.file_canaries[canary] = (f"bytes of {name}", owner, audience)
    return canary.encode()


def _fill_trail(world: World, owner: str) -> None:
    enrolment = world.enrolments[owner]
    with acting_as(None):
        world.keep("company's event", owner, Event.objects.create(verb="sweep.looked", company_id=enrolment.company_id))
        world.keep(
            "programme's event", owner, Event.objects.create(verb="sweep.looked", programme_id=enrolment.programme_id)
        )


def _fill_messages(world: World, owner: str) -> None:
    """What somebody of the programme, who is none of the cast, was told."""
    enrolment, person = world.enrolments[owner], world["seat", owner].user
    message = Message.objects.create(
        to_user=person,
        kind="sweep",
        language="en",
        company_id=enrolment.company_id,
        programme_id=enrolment.programme_id,
    )
    world.keep("message", owner, message)
    reminder = Reminder.objects.create(
        to_user=person,
        kind="sweep",
        due_on=timezone.localdate(),
        key=f"sweep:{owner}",
        company_id=enrolment.company_id,
        programme_id=enrolment.programme_id,
    )
    world.keep("reminder", owner, reminder)
