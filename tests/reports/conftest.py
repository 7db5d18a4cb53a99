"""The pilot as a programme in the test's database, loaded from the workbook through the portal's own services."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
from openpyxl import load_workbook

from accounts.models import User
from accounts.services import system_operator
from common.tenancy import acting_as
from companies import services as companies
from companies.models import Company, Person
from consultations.models import Consultation
from policies import services as policies
from policies import workflow
from policies.models import Cycle
from programmes import services as programmes
from programmes.enums import MilestoneCode
from programmes.models import (
    AgendaItem,
    Attendance,
    Enrolment,
    Feedback,
    Organisation,
    Programme,
    Session,
    Speaker,
)
from programmes.services import Reached, propose_milestones
from reports.queries import report_figures
from tests.factories import make_seat
from tests.factories.workbooks import PILOT

TOKYO = ZoneInfo("Asia/Tokyo")
NOW = datetime(2026, 11, 22, 5, 4, tzinfo=UTC)
END = date(2025, 4, 30)


@pytest.fixture(autouse=True)
def media_root(settings, tmp_path):
    """Keep files of tests out of the portal's own folder."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@dataclass
class Loaded:
    programme: Programme
    secretariat: User
    companies: dict[str, Enrolment]

    def figures(self, *, as_of: date = END, edition: str = "public") -> dict:
        with acting_as(self.secretariat.pk):
            return report_figures(self.programme, as_of=as_of, edition=edition, now=NOW)


@pytest.fixture
def pilot(db) -> Loaded:
    return load(PILOT)


def load(path) -> Loaded:
    """Found the programme of a workbook without the importer, so that the report's tests stand alone."""
    sheets = {sheet.title: _records(sheet) for sheet in load_workbook(BytesIO(path.read_bytes()))}
    operator = system_operator()
    with acting_as(operator.pk):
        programme = _programme(sheets, operator)
        sessions = _sessions(sheets, programme)
        kinds = propose_milestones(programme=programme, sessions=list(sessions.values()))
        programmes.set_milestones(programme=programme, kinds=kinds, actor=operator)
        enrolments = _companies(sheets, programme, operator)
        people = _people(sheets, enrolments)
    seats = {
        record["email"]: make_seat(programme, role="adviser" if record["role"] == "adviser" else "leader")
        for record in sheets["People"]
        if not record["company"]
    }
    titles = {record["email"]: record["title"] or "" for record in sheets["People"]}
    for email, seat in seats.items():
        seat.title = titles[email]
        seat.save(update_fields=["title"])
    with acting_as(operator.pk):
        reached = _attendance(sheets, sessions, people, enrolments) + _consultations(
            sheets, programme, enrolments, seats
        )
        programmes.reach_milestones(reached=reached, actor=operator)
        _policies(sheets, enrolments, operator)
    secretariat = next(seat for seat in seats.values() if seat.role == "leader").user
    return Loaded(programme, secretariat, enrolments)


def _records(sheet) -> list[dict]:
    rows = sheet.iter_rows(values_only=True)
    heads = next(rows)
    return [dict(zip(heads, row, strict=True)) for row in rows if any(value is not None for value in row)]


def _texts(record: dict, *names: str) -> dict:
    return {f"{name}_{language}": record.get(f"{name}_{language}") or "" for name in names for language in ("ja", "en")}


def _programme(sheets: dict, operator) -> Programme:
    values = {record["key"]: record["value"] for record in sheets["Programme"]}
    days = {key: value.date() for key, value in values.items() if isinstance(value, datetime)}
    programme = Programme(**(values | days), is_sample=True)
    programmes.found_programme(programme=programme, actor=operator)
    Organisation.objects.bulk_create(
        Organisation(programme=programme, order=order, role=record["role"], **_texts(record, "name"))
        for order, record in enumerate(sheets["Organisations"])
    )
    return programme


def _sessions(sheets: dict, programme: Programme) -> dict[str, Session]:
    sessions = {}
    for order, record in enumerate(sheets["Sessions"]):
        plain = {key: record[key] for key in ("code", "strand", "kind", "method")}
        times = {key: record[key].replace(tzinfo=TOKYO) for key in ("starts_at", "ends_at")}
        texts = _texts(record, "title", "venue") | {"method_note_en": record["method_note"] or ""}
        sessions[plain["code"]] = Session.objects.create(programme=programme, order=order, **plain, **times, **texts)
    items = {}
    for record in sheets["Agenda"]:
        plain = {"session": sessions[record["session"]], "order": record["order"], "kind": record["kind"]}
        items[record["session"], record["order"]] = AgendaItem.objects.create(
            programme=programme, **plain, **_texts(record, "title")
        )
    for order, record in enumerate(sheets["Speakers"]):
        item = items[record["session"], record["order"]]
        Speaker.objects.create(programme=programme, item=item, order=order, **_texts(record, "name", "title"))
    return sessions


def _companies(sheets: dict, programme: Programme, operator) -> dict[str, Enrolment]:
    founded = {
        record["code"]: Company(name_kana=record["name_kana"] or "", **_texts(record, "name"))
        for record in sheets["Companies"]
    }
    seat = programmes.ensure_operator_seat(programme=programme, operator=operator)
    companies.found_companies(companies=list(founded.values()), actor=operator, source_id=seat.pk)
    enrolments = {
        code: Enrolment(company=company, programme=programme, code=code, joined_on=programme.starts_on)
        for code, company in founded.items()
    }
    programmes.enrol_companies(enrolments=list(enrolments.values()), actor=operator)
    policies.open_cycles(enrolments=list(enrolments.values()))
    return enrolments


def _people(sheets: dict, enrolments: dict) -> dict[str, Person]:
    people = {
        record["email"]: Person(
            company=enrolments[record["company"]].company, email=record["email"], **_texts(record, "name")
        )
        for record in sheets["People"]
        if record["company"]
    }
    Person.objects.bulk_create(people.values())
    return people


def _attendance(sheets: dict, sessions: dict, people: dict, enrolments: dict) -> list[Reached]:
    enrolment_of = {enrolment.company_id: enrolment for enrolment in enrolments.values()}
    reached = {}
    for record in sheets["Attendance"]:
        session, person = sessions[record["session"]], people[record["email"]]
        came = record["attended"] == "yes"
        row = Attendance.objects.create(
            session=session,
            programme=session.programme,
            company=person.company,
            person=person,
            planned_mode=record["mode"],
            attended=came,
            actual_mode=record["mode"] if came else "",
        )
        if came:
            key = enrolment_of[person.company_id].pk, session.code
            day = session.starts_at.astimezone(TOKYO).date()
            reached[key] = Reached(key[0], MilestoneCode.SESSION, session.code, day, row)
    for record in sheets["Feedback"]:
        session, person = sessions[record["session"]], people[record["email"]]
        Feedback.objects.create(
            session=session,
            programme=session.programme,
            company=person.company,
            person=person,
            consent="anonymous" if record["quotable"] == "yes" else "none",
            **_texts(record, "comment"),
        )
    return list(reached.values())


def _consultations(sheets: dict, programme: Programme, enrolments: dict, seats: dict) -> list[Reached]:
    reached, count = [], defaultdict(int)
    for record in sorted(sheets["Consultations"], key=lambda record: record["starts_at"]):
        enrolment, starts_at = enrolments[record["company"]], record["starts_at"].replace(tzinfo=TOKYO)
        row = Consultation.objects.create(
            enrolment=enrolment,
            company=enrolment.company,
            programme=programme,
            adviser=seats[record["adviser"]],
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=record["minutes"]),
            method=record["method"],
            state=record["status"],
        )
        if record["status"] == "held":
            count[enrolment.pk] += 1
            number = str(count[enrolment.pk])
            reached.append(Reached(enrolment.pk, MilestoneCode.CONSULTED, number, starts_at.date(), row))
    return reached


def _policies(sheets: dict, enrolments: dict, operator) -> None:
    cycles = {cycle.enrolment_id: cycle for cycle in Cycle.objects.all()}
    days = ("submitted_on", "endorsed_on", "approved_on", "published_on")
    workflow.restore(
        restored=[
            workflow.Restored(
                cycle=cycles[enrolments[record["company"]].pk],
                state=record["status"],
                **{name: record[name].date() if record[name] else None for name in days},
            )
            for record in sheets["Policies"]
        ],
        actor=operator,
    )
