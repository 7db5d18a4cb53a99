"""A programme taken out as a workbook: uploaded again it changes nothing, and in an empty portal it gives the same."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone, translation
from openpyxl import load_workbook

from accounts.services import system_operator
from audit.models import Event
from common.tenancy import acting_as
from companies.models import Company
from consultations.models import Consultation
from imports.importing.exporting import TooManyRows, collect, left_out, write_workbook
from imports.importing.portal import load_portal
from imports.importing.reading import limits
from imports.importing.reading.schema import THEMES
from imports.services import request_export
from jobs.models import Job
from jobs.tasks import run_job
from programmes.catalogue import themes as catalogue
from programmes.enums import Registration, SessionState
from programmes.models import Attendance, MilestoneDate, Programme, Session
from programmes.services.themes import choose_themes, record_step
from tests.counting import queries_of
from tests.factories import Cast, make_attendance, make_cast, make_person, make_session
from tests.factories.workbooks import PILOT, make_content, set_cell
from tests.imports.helpers import counts, programme, run_import
from tests.roles import seen_by, web_role

pytestmark = pytest.mark.django_db
STEP = date(2025, 6, 2)


def export(code: str, *, language: str = "ja", now=None):
    """Export as the worker does, under the web role; returns the rows and the workbook."""
    actor = system_operator()
    with web_role():
        with acting_as(actor.pk):
            rows = collect(programme(code), actor=actor, now=now or timezone.now())
        with translation.override(language):
            return rows, write_workbook(rows)


def standing(code: str) -> dict:
    """Every row of the programme as a workbook would say it."""
    with seen_by(system_operator()):
        portal = load_portal(programme(code), system_operator())
    return {sheet: {key: row.values for key, row in rows.items()} for sheet, rows in portal.rows.items()}


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_pilot_comes_out_and_in_again_without_a_difference(language):
    run_import(PILOT.read_bytes())
    rows, workbook = export("fy2024-pilot", language=language)
    assert left_out(rows) == []
    again = run_import(workbook, dry_run=True)
    assert [finding for finding in again.examination.findings if finding.level == "error"] == []
    assert again.examination.plan.changes_nothing
    assert counts(again) == {}
    assert len(again.examination.plan.data.records("Attendance")) == Attendance.objects.count()


def test_an_empty_portal_is_filled_with_the_same():
    run_import(PILOT.read_bytes())
    before = standing("fy2024-pilot")
    _rows, workbook = export("fy2024-pilot", language="en")
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE programmes_programme, companies_company CASCADE")
    assert not Programme.objects.exists()
    run_import(workbook)
    assert standing("fy2024-pilot") == before


@pytest.mark.parametrize("state", ["cancelled", "cancelled_late", "missed"])
def test_what_became_of_a_consultation_comes_back(state):
    content = make_content()
    set_cell(content, "Consultations", 2, "status", state)
    run_import(content)
    assert Consultation.objects.filter(state=state).exists()
    _rows, workbook = export("fy2025-small")
    assert counts(run_import(workbook, dry_run=True)) == {}


@pytest.mark.parametrize("language", ["ja", "en"])
def test_themes_and_their_steps_come_out_and_in_again(language):
    run_import(make_content())
    founded, actor, today = programme("fy2025-small"), system_operator(), timezone.localdate()
    enrolment = founded.enrolments.order_by("code").first()
    with acting_as(actor.pk):
        choose_themes(programme=founded, codes=["grievance"], due={"grievance-opened": today}, actor=actor)
        kind = founded.milestone_kinds.get(code="grievance-opened")
        record_step(
            enrolment=enrolment, kind=kind, reached_on=enrolment.joined_on, note="掲示", actor=actor, today=today
        )
    before = standing("fy2025-small")
    assert (len(before["Themes"]), len(before["Theme steps"])) == (4, 1)
    _rows, workbook = export("fy2025-small", language=language)
    again = run_import(workbook, dry_run=True)
    assert again.examination.plan.changes_nothing
    assert counts(again) == {}
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE programmes_programme, companies_company CASCADE")
    run_import(workbook)
    assert standing("fy2025-small") == before
    step = MilestoneDate.objects.get(kind__code="grievance-opened")
    assert (step.note, step.recorded_by, step.enrolment.code) == ("掲示", actor, enrolment.code)


def test_another_day_of_a_step_takes_the_place_of_the_one_that_stood():
    content = make_content()
    content["Themes"] = [
        ["theme", "milestone", "name_en", "name_ja", "definition_en", "definition_ja", "due_on"],
        ["grievance", "grievance-opened", "Opened", "受付の開始", "", "", None],
    ]
    code = content["Companies"][1][content["Companies"][0].index("code")]
    content["Theme steps"] = [["company", "milestone", "reached_on", "note"], [code, "grievance-opened", STEP, "掲示"]]
    run_import(content)
    set_cell(content, "Theme steps", 2, "reached_on", STEP + timedelta(days=1))
    assert counts(run_import(content)) == {"Theme steps": {"changed": 1}}
    rows = MilestoneDate.objects.filter(kind__code="grievance-opened").order_by("reached_on")
    assert [(row.reached_on, row.cancelled_on) for row in rows] == [(STEP, STEP), (STEP + timedelta(days=1), None)]


def test_the_workbook_knows_the_themes_of_the_catalogue():
    assert {choice.code for choice in THEMES} == {theme.code for theme in catalogue.THEMES}


def test_what_a_workbook_would_say_wrongly_is_left_out_and_counted():
    run_import(make_content())
    now = timezone.now()
    session = Session.objects.order_by("starts_at").first()
    draft = make_session(session.programme, code="DRAFT", state=SessionState.DRAFT)
    company = session.programme.enrolments.first().company
    make_attendance(session, make_person(company, email=""))
    known = Attendance.objects.exclude(person__email="").filter(session=session).first()
    Attendance.objects.filter(pk=known.pk).update(attended=None, actual_mode="", registration=Registration.APOLOGISED)
    rows, workbook = export("fy2025-small", language="en", now=now + timedelta(days=3650))
    assert draft.code not in {row["code"] for row in rows.rows["Sessions"]}
    assert rows.left_out["other_sessions"] == 1
    assert rows.left_out["open_registrations"] >= 1
    remarks = [row[0].value for row in load_workbook(BytesIO(workbook)).worksheets[0].iter_rows()]
    assert "Sessions that are drafts or were cancelled: 1" in remarks
    again = run_import(workbook, dry_run=True).examination.plan
    assert again.changes_nothing
    assert again.conflicts == []


def test_what_looks_like_a_formula_stays_text():
    run_import(make_content())
    Company.objects.filter(enrolments__code="A01").update(industry="=1+1")
    _rows, workbook = export("fy2025-small", language="en")
    sheet = load_workbook(BytesIO(workbook))["Companies"]
    cell = next(cell for row in sheet.iter_rows() for cell in row if cell.value == "=1+1")
    assert (cell.data_type, cell.quotePrefix) == ("s", True)


def test_more_rows_than_an_import_reads_are_refused(monkeypatch):
    run_import(make_content())
    monkeypatch.setattr(limits, "ROWS_PER_SHEET", 1)
    with pytest.raises(TooManyRows):
        export("fy2025-small")


# --- The page and the job ---------------------------------------------------------------------------------------------


@pytest.fixture
def cast(db) -> Cast:
    return make_cast()


def page(cast) -> str:
    return f"/imports/export/{cast.programme.pk}/"


def test_the_secretariat_asks_waits_and_fetches(cast, sign_in):
    client = sign_in(cast.people["secretariat"])
    assert client.post(page(cast)).status_code == 302
    client.post(page(cast))
    job = Job.objects.get(kind="imports.export")
    with web_role():
        run_job(str(job.pk), str(job.requested_by_id))
    job.refresh_from_db()
    assert job.state == Job.State.DONE
    assert job.result_url in client.get(page(cast)).content.decode()
    content = b"".join(client.get(job.result_url).streaming_content)
    names = [row[0].value for row in load_workbook(BytesIO(content))["参加企業"].iter_rows(min_row=2)]
    assert names == sorted(names)
    assert len(names) == cast.programme.enrolments.count()
    assert Event.objects.filter(verb="programme.exported", programme_id=cast.programme.pk).count() == 1


@pytest.mark.parametrize(
    ("role", "status"), [("manager", 403), ("adviser", 403), ("other_secretariat", 404), ("nobody", 404)]
)
def test_nobody_else_takes_a_programme_out(cast, sign_in, role, status):
    client = sign_in(cast.people[role])
    assert client.get(page(cast)).status_code == status
    assert client.post(page(cast)).status_code == status
    with seen_by(cast.people[role]), pytest.raises(PermissionDenied):
        request_export(programme=cast.programme, language="ja", actor=cast.people[role])
    assert not Job.objects.filter(kind="imports.export").exists()


def test_the_list_of_imports_leads_there(cast, sign_in):
    client = sign_in(cast.people["secretariat"])
    assert f'href="{page(cast)}"' in client.get("/imports/").content.decode()
    assert len(queries_of(client, "/imports/")) <= 8


def test_a_changed_cell_is_found():
    """The negative control of the comparison above."""
    run_import(make_content())
    _rows, workbook = export("fy2025-small", language="en")
    book = load_workbook(BytesIO(workbook))
    sheet = book["Companies"]
    column = next(cell.column for cell in sheet[1] if str(cell.value).startswith("prefecture"))
    sheet.cell(2, column).value = "沖縄県"
    output = BytesIO()
    book.save(output)
    assert counts(run_import(output.getvalue(), dry_run=True)) == {"Companies": {"changed": 1}}
