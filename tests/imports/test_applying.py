"""From the workbook into the portal: what is registered, what a second file changes, what is kept."""

from datetime import date, datetime

import pytest
from django.db.models import Count

from accounts.services import system_operator
from audit.models import Event
from common.tenancy import acting_as
from companies.models import Access, Company, Membership, Person
from consultations.models import Consultation
from imports.importing.applying import ImportConflict
from imports.models import Import, ImportedRow
from policies.models import Cycle, Move, Policy
from programmes.models import (
    AgendaItem,
    Assignment,
    Attendance,
    Certificate,
    Enrolment,
    Feedback,
    MilestoneDate,
    Organisation,
    Programme,
    Seat,
    Session,
    Speaker,
)
from programmes.services.certificates import issue_certificates
from tests.factories import make_company, make_member, make_programme, make_seat, make_user
from tests.factories.workbooks import PILOT, make_content, make_large_content, make_workbook, set_cell, set_pair
from tests.imports.helpers import NOW, counts, programme, run_import
from tests.roles import web_role

pytestmark = pytest.mark.django_db

NEW_URL = "https://aoi.example/new"
EVERYTHING = (
    Programme,
    Organisation,
    Company,
    Enrolment,
    Person,
    Membership,
    Seat,
    Session,
    AgendaItem,
    Speaker,
    Attendance,
    Feedback,
    Assignment,
    Consultation,
    Policy,
    Cycle,
    Move,
    MilestoneDate,
    Access,
)


def everything() -> dict:
    """Every row of the domain with all its columns: two snapshots are equal when nothing at all was changed."""
    return {model.__name__: sorted(map(str, model.objects.values_list())) for model in EVERYTHING}


def errors(outcome) -> list:
    return [(f.sheet, f.cell, f.code) for f in outcome.examination.findings if f.level == "error"]


# The pilot


def test_the_pilot_gives_the_published_figures_again():
    outcome = run_import(PILOT.read_bytes())
    pilot = programme("fy2024-pilot")

    assert outcome.imported.programme == pilot
    assert (pilot.fiscal_year, pilot.name_ja, pilot.is_sample) == (2024, "SPPパイロット2024", True)
    present = Attendance.objects.present().filter(programme=pilot)
    figures = {
        code: (
            present.filter(session__code=code).count(),
            present.filter(session__code=code).values("company").distinct().count(),
            present.filter(session__code=code, actual_mode="onsite").count(),
            present.filter(session__code=code, actual_mode="online").count(),
        )
        for code in ("MS1", "MS2", "WL1", "WL2", "CL")
    }
    assert figures == {
        "MS1": (22, 16, 13, 9),
        "MS2": (16, 15, 14, 2),
        "WL1": (18, 16, 0, 18),
        "WL2": (19, 16, 10, 9),
        "CL": (35, 15, 0, 35),
    }
    assert Consultation.objects.held().filter(programme=pilot).count() == 28
    approved = MilestoneDate.objects.filter(programme=pilot, kind__source="approved")
    assert approved.as_of(date(2025, 4, 30)).count() == 13
    assert approved.as_of(date(2025, 3, 31)).count() == 9
    assert Enrolment.objects.filter(programme=pilot).as_of(date(2025, 4, 30)).count() == 16
    first = Session.objects.get(programme=pilot, code="MS1")
    assert first.starts_at.isoformat() == "2024-11-07T06:30:00+00:00"
    assert (first.method_note_en, first.method_note_ja) == ("mainly face-to-face", "")


def test_the_pilots_people_wait_for_an_invitation():
    run_import(PILOT.read_bytes())
    pilot = programme("fy2024-pilot")

    assert Person.objects.filter(company__enrolments__programme=pilot).count() == 64
    assert Person.objects.filter(user__isnull=False).count() == 0
    assert dict(Membership.objects.values_list("role").annotate(Count("pk"))) == {"manager": 32, "staff": 32}
    assert dict(Seat.objects.filter(programme=pilot).values_list("role").annotate(Count("pk"))) == {
        "operator": 1,
        "adviser": 3,
        "member": 1,
    }
    assert Access.objects.exclude(user=system_operator()).count() == 0


def test_advisers_are_assigned_from_their_first_consultation_to_the_programmes_end():
    run_import(PILOT.read_bytes())
    pair = Assignment.objects.get(enrolment__code="C01", adviser__email="adviser1@sharoshi.example")
    assert (pair.starts_on, pair.ends_on) == (date(2025, 2, 3), date(2025, 4, 30))
    assert Assignment.objects.count() == 28


def test_a_milestone_is_reached_on_the_day_it_happened():
    run_import(PILOT.read_bytes())
    dates = MilestoneDate.objects.filter(enrolment__code="C01").order_by("reached_on", "kind__order")
    assert list(dates.values_list("kind__code", "reached_on")) == [
        ("joined", date(2024, 11, 1)),
        ("session-ms1", date(2024, 11, 7)),
        ("session-ms2", date(2024, 11, 15)),
        ("session-wl1", date(2024, 12, 4)),
        ("session-wl2", date(2024, 12, 18)),
        ("consulted-1", date(2025, 2, 3)),
        ("submitted", date(2025, 2, 10)),
        ("consulted-2", date(2025, 3, 3)),
        ("endorsed", date(2025, 3, 7)),
        ("approved", date(2025, 3, 14)),
        ("published", date(2025, 3, 17)),
    ]


def test_the_pilot_twice_changes_nothing():
    run_import(PILOT.read_bytes())
    before = everything()
    outcome = run_import(PILOT.read_bytes())

    assert counts(outcome) == {}
    assert everything() == before


def test_a_dry_run_writes_nothing_at_all():
    outcome = run_import(PILOT.read_bytes(), dry_run=True)
    assert counts(outcome)["Attendance"] == {"new": 110}
    assert (
        Programme.objects.count() + Company.objects.count() + Import.objects.count() + ImportedRow.objects.count() == 0
    )


def test_a_workbook_with_one_error_registers_nothing():
    content = make_content()
    set_cell(content, "Policies", 2, "approved_on", date(2025, 9, 1))
    outcome = run_import(content)
    assert errors(outcome) == [("Policies", "E2", "stages_out_of_order")]
    assert Programme.objects.count() + Company.objects.count() + Import.objects.count() == 0


def test_the_trail_says_who_imported_how_much_and_no_content():
    run_import(make_content())
    event = Event.objects.get(verb="programme.imported")
    assert (event.actor_id, event.detail["Companies"]) == (system_operator().pk, {"new": 3, "changed": 0})
    lines = Event.objects.filter(verb="company.imported")
    by_company = {line.object_label: line.detail["new"] for line in lines}
    assert by_company["A01"] == {
        "Companies": 1,
        "People": 2,
        "Attendance": 2,
        "Feedback": 1,
        "Consultations": 1,
        "Policies": 1,
    }


# A withdrawn company, a workbook of other numbers


def test_a_withdrawn_company_counts_as_withdrawn_from_the_start():
    run_import(make_content())
    enrolment = Enrolment.objects.get(code="A03")
    assert (enrolment.joined_on, enrolment.withdrawn_on) == (date(2025, 6, 1), date(2025, 6, 1))
    assert Enrolment.objects.as_of(date(2025, 6, 1)).count() == 2
    assert not Cycle.objects.filter(enrolment=enrolment).exists()


def test_dates_of_joining_and_withdrawing_are_kept():
    content = make_content()
    content["Companies"][0] += ["joined_on", "withdrawn_on"]
    content["Companies"][1] += [date(2025, 7, 1), None]
    content["Companies"][3] += [None, date(2025, 9, 1)]
    run_import(content)
    assert list(Enrolment.objects.order_by("code").values_list("joined_on", "withdrawn_on")) == [
        (date(2025, 7, 1), None),
        (date(2025, 6, 1), None),
        (date(2025, 6, 1), date(2025, 9, 1)),
    ]
    joined = MilestoneDate.objects.get(enrolment__code="A01", kind__code="joined")
    assert joined.reached_on == date(2025, 7, 1)


def test_an_upcoming_session_has_nobody_absent_yet():
    content = make_content()
    set_pair(content, "ends_on", date(2027, 3, 31))
    set_cell(content, "Sessions", 3, "starts_at", datetime(2027, 1, 8, 13, 0))
    set_cell(content, "Sessions", 3, "ends_at", datetime(2027, 1, 8, 16, 0))
    set_cell(content, "Attendance", 4, "attended", "no")
    run_import(content)
    row = Attendance.objects.get(session__code="S2", person__email="ni@aoi.example")
    assert (row.planned_mode, row.attended, row.actual_mode) == ("online", None, "")
    assert counts(run_import(content)) == {}


def test_a_published_policy_has_its_state_and_its_moves():
    run_import(make_content())
    cycle = Cycle.objects.get(enrolment__code="A01")
    assert (cycle.state, cycle.is_reviewed, cycle.policy.published_url) == (
        "published",
        True,
        "https://aoi.example/policy",
    )
    assert list(Move.objects.filter(cycle=cycle).values_list("to_state", "moved_on", "is_restored")) == [
        ("submitted", date(2025, 9, 10), True),
        ("endorsed", date(2025, 9, 20), True),
        ("approved", date(2025, 10, 1), True),
        ("published", date(2025, 10, 5), True),
    ]


def test_a_japanese_note_on_the_method_is_kept_as_japanese():
    content = make_content()
    set_cell(content, "Sessions", 2, "method_note", "主に対面")
    run_import(content)
    session = Session.objects.get(code="S1")
    assert (session.method_note_ja, session.method_note_en) == ("主に対面", "")
    assert counts(run_import(content)) == {}


# An edited file


@pytest.fixture
def imported():
    run_import(make_content())
    return programme()


def edited(*changes):
    content = make_content()
    for sheet, row, column, value in changes:
        set_cell(content, sheet, row, column, value)
    return content


def test_an_edited_file_changes_only_what_differs(imported):
    before = everything()
    outcome = run_import(edited(("Companies", 2, "employees", 45)))
    after = everything()

    assert counts(outcome) == {"Companies": {"changed": 1}}
    change = outcome.examination.plan["Companies"].changes[0]
    assert (change.name, change.portal, change.file, change.row) == ("employees", 40, 45, 2)
    assert Company.objects.get(enrolments__code="A01").employees == 45
    assert {name for name in after if after[name] != before[name]} == {"Company"}


@pytest.mark.parametrize(
    ("sheet", "row", "column", "value", "look", "expected"),
    [
        ("Organisations", 2, "role", "leader", lambda: Organisation.objects.get(name_en="Organiser Association").role, "leader"),
        ("Companies", 3, "name_kana", "ぼたん", lambda: Company.objects.get(enrolments__code="A02").name_kana, "ボタン"),
        ("People", 3, "title", None, lambda: Person.objects.get(email="ni@aoi.example").title, ""),
        ("People", 6, "title", "Adviser", lambda: Seat.objects.get(email="go@sharoshi.example").title, "Adviser"),
        ("Sessions", 2, "venue_en", "Room 2", lambda: Session.objects.get(code="S1").venue_en, "Room 2"),
        ("Agenda", 3, "title_ja", "話し合い", lambda: AgendaItem.objects.get(session__code="S1", order=2).title_ja, "話し合い"),
        ("Speakers", 2, "title_ja", "部長", lambda: Speaker.objects.get().title_ja, "部長"),
        ("Feedback", 2, "quotable", "no", lambda: Feedback.objects.get().is_quotable, False),
        ("Consultations", 3, "minutes", 90, lambda: Consultation.objects.get(enrolment__code="A02", state="held").minutes_long, 90),
        ("Policies", 2, "published_url", NEW_URL, lambda: Policy.objects.get(published_url__contains="aoi").published_url, NEW_URL),
    ],
)  # fmt: skip
def test_each_sheet_can_be_edited(imported, sheet, row, column, value, look, expected):
    outcome = run_import(edited((sheet, row, column, value)))
    assert counts(outcome) == {sheet: {"changed": 1}}
    assert look() == expected
    assert counts(run_import(edited((sheet, row, column, value)))) == {}


def test_a_changed_role_changes_rights_and_level(imported):
    run_import(edited(("People", 3, "role", "manager")))
    person = Person.objects.get(email="ni@aoi.example")
    assert (person.level, person.memberships.get().role) == ("management", "manager")


def test_a_changed_programme_is_changed(imported):
    content = make_content()
    set_pair(content, "target_due_on", date(2026, 2, 28))
    assert counts(run_import(content)) == {"Programme": {"changed": 1}}
    assert programme().target_due_on == date(2026, 2, 28)


def test_new_rows_are_added(imported):
    content = make_content()
    content["Companies"].append(
        ["A04", "Dai Ltd.", "大株式会社", "ダイ", None, None, None, None, None, "participating"]
    )
    content["People"].append(["shi@dai.example", "Shiro Dai", "大 四郎", "ダイ シロウ", "A04", "staff", None])
    content["Attendance"].append(["S2", "shi@dai.example", "online", "yes"])
    outcome = run_import(content)
    assert counts(outcome) == {"Companies": {"new": 1}, "People": {"new": 1}, "Attendance": {"new": 1}}
    dates = MilestoneDate.objects.filter(enrolment__code="A04").values_list("kind__code", "reached_on")
    assert set(dates) == {("joined", date(2025, 6, 1)), ("session-s2", date(2025, 7, 4))}


def test_a_new_session_gets_its_milestone_and_no_other(imported):
    content = make_content()
    content["Sessions"].append([*content["Sessions"][2]])
    set_cell(content, "Sessions", 4, "code", "S3")
    imported.milestone_kinds.filter(code="consulted-2").delete()
    run_import(content)
    assert set(imported.milestone_kinds.filter(source="session").values_list("code", flat=True)) == {
        "session-s1",
        "session-s2",
        "session-s3",
    }
    assert not imported.milestone_kinds.filter(code="consulted-2").exists()


def test_a_corrected_attendance_takes_its_milestone_back(imported):
    kind = {"kind__code": "session-s2", "enrolment__code": "A01"}
    assert MilestoneDate.objects.as_of(date(2026, 1, 1)).filter(**kind).count() == 1
    run_import(edited(("Attendance", 4, "attended", "no")))
    assert MilestoneDate.objects.as_of(date(2026, 1, 1)).filter(**kind).count() == 0
    run_import(make_content())
    assert MilestoneDate.objects.as_of(date(2026, 1, 1)).filter(**kind).count() == 1


def test_who_was_not_there_after_all_keeps_no_certificate(imported):
    row = Attendance.objects.get(session__code="S2", person__email="ni@aoi.example")
    Attendance.objects.filter(pk=row.pk).update(is_late=True, arrived_at=row.session.starts_at)
    operator = system_operator()
    with acting_as(operator.pk), web_role():
        issued = issue_certificates(session=row.session, actor=operator, now=NOW)
    (lost,) = (each for each in issued if each.attendance_id == row.pk)
    run_import(edited(("Attendance", 4, "attended", "no")))
    row.refresh_from_db()
    assert (row.attended, row.actual_mode, row.arrived_at, row.is_late) == (False, "", None, False)
    valid = Certificate.objects.valid().filter(session=row.session)
    assert set(valid) == {each for each in issued if each != lost}


def test_who_excused_themselves_and_was_there_took_part(imported):
    run_import(edited(("Attendance", 4, "attended", "no")))
    row = Attendance.objects.get(session__code="S2", person__email="ni@aoi.example")
    Attendance.objects.filter(pk=row.pk).update(registration="apologised")
    run_import(make_content())
    row.refresh_from_db()
    assert (row.attended, row.registration) == (True, "registered")


def test_a_corrected_day_of_approval_counts_from_its_new_day(imported):
    run_import(edited(("Policies", 2, "approved_on", date(2025, 10, 3))))
    approved = MilestoneDate.objects.filter(kind__code="approved", enrolment__code="A01")
    assert [approved.as_of(date(2025, 10, day)).count() for day in (1, 2, 3)] == [0, 0, 1]


def test_a_publication_taken_back_no_longer_counts(imported):
    content = edited(("Policies", 2, "status", "approved"), ("Policies", 2, "published_on", None))
    set_cell(content, "Policies", 2, "published_url", None)
    run_import(content)
    cycle = Cycle.objects.get(enrolment__code="A01")
    assert (cycle.state, cycle.policy.published_url) == ("approved", "")
    assert MilestoneDate.objects.as_of(date(2026, 1, 1)).filter(kind__code="published").count() == 0


def test_a_consultation_that_was_cancelled_no_longer_counts(imported):
    run_import(edited(("Consultations", 2, "status", "cancelled")))
    assert Consultation.objects.get(enrolment__code="A01").state == "cancelled"
    open_dates = MilestoneDate.objects.as_of(date(2026, 1, 1)).filter(kind__code="consulted-1")
    assert list(open_dates.values_list("enrolment__code", flat=True)) == ["A02"]


def test_an_earlier_consultation_extends_the_assignment_backwards(imported):
    content = make_content()
    content["Consultations"].append(["A01", "go@sharoshi.example", datetime(2025, 9, 1, 9, 0), 30, "online", "held"])
    run_import(content)
    periods = Assignment.objects.filter(enrolment__code="A01").values_list("starts_on", "ends_on")
    assert list(periods) == [(date(2025, 9, 1), date(2025, 9, 2)), (date(2025, 9, 3), date(2026, 3, 31))]


def test_assignments_of_the_sheet_come_first_and_can_be_changed():
    content = make_content()
    content["Assignments"] = [
        ["company", "adviser", "starts_on", "ends_on"],
        ["A01", "go@sharoshi.example", date(2025, 6, 1), date(2025, 12, 31)],
    ]
    run_import(content)
    assert Assignment.objects.filter(enrolment__code="A01").values_list("starts_on", "ends_on").get() == (
        date(2025, 6, 1),
        date(2025, 12, 31),
    )
    set_cell(content, "Assignments", 2, "ends_on", date(2026, 3, 31))
    assert counts(run_import(content)) == {"Assignments": {"changed": 1}}
    assert Assignment.objects.get(enrolment__code="A01").ends_on == date(2026, 3, 31)


# What was changed in the portal


def test_what_was_changed_in_the_portal_is_a_conflict_and_kept(imported):
    Company.objects.filter(enrolments__code="A01").update(employees=41)
    before = everything()
    outcome = run_import(make_content())

    assert counts(outcome) == {"Companies": {"conflicts": 1}}
    conflict = outcome.examination.plan.conflicts[0]
    assert (conflict.name, conflict.portal, conflict.last, conflict.file) == ("employees", 41, 40, 40)
    assert everything() == before


def test_both_changed_is_a_conflict_and_the_file_wins_when_chosen(imported):
    Company.objects.filter(enrolments__code="A01").update(employees=41)
    content = edited(("Companies", 2, "employees", 42), ("Companies", 2, "industry", "tools"))
    kept = run_import(content)
    company = Company.objects.get(enrolments__code="A01")
    assert counts(kept) == {"Companies": {"changed": 1, "conflicts": 1}}
    assert (company.employees, company.industry) == (41, "tools")

    run_import(content, take_file=True)
    company.refresh_from_db()
    assert company.employees == 42


def test_one_conflict_can_be_chosen_alone(imported):
    from imports.importing.examining import compare_with_portal, read_content
    from imports.importing.planning import ALL

    Company.objects.filter(enrolments__code="A01").update(employees=41, industry="other")
    examination = read_content(make_workbook(), now=NOW)
    actor = system_operator()
    with acting_as(actor.pk):
        compare_with_portal(examination, actor=actor, now=NOW)
        ids = {conflict.name: conflict.id for conflict in examination.plan.conflicts}
        compare_with_portal(examination, actor=actor, now=NOW, taken=[ids["industry"]])
        assert [conflict.name for conflict in examination.plan.conflicts] == ["employees"]
        assert examination.plan["Companies"].updates[0].names == {"industry"}
        compare_with_portal(examination, actor=actor, now=NOW, taken=[ALL])
        assert examination.plan.conflicts == []


def test_a_gap_filled_in_the_portal_is_no_conflict(imported):
    Company.objects.filter(enrolments__code="A03").update(corporate_number="6120001039879")
    assert counts(run_import(make_content())) == {}
    assert Company.objects.get(enrolments__code="A03").corporate_number == "6120001039879"


def test_the_same_correction_on_both_sides_is_no_conflict(imported):
    Company.objects.filter(enrolments__code="A01").update(employees=50)
    assert counts(run_import(edited(("Companies", 2, "employees", 50)))) == {}


def test_a_policy_that_moved_on_in_the_portal_is_kept(imported):
    cycle = Cycle.objects.get(enrolment__code="A02")
    Cycle.objects.filter(pk=cycle.pk).update(state="endorsed")
    outcome = run_import(make_content())
    assert counts(outcome) == {"Policies": {"conflicts": 1}}
    cycle.refresh_from_db()
    assert cycle.state == "endorsed"


def test_a_review_under_way_is_still_submitted_to_the_workbook(imported):
    Cycle.objects.filter(enrolment__code="A02").update(state="in_review")
    assert counts(run_import(make_content())) == {}


def test_rows_that_vanished_are_reported_and_left(imported):
    content = make_content()
    del content["Attendance"][1]
    del content["Speakers"][1]
    outcome = run_import(content)
    assert counts(outcome) == {"Speakers": {"vanished": 1}, "Attendance": {"vanished": 1}}
    assert outcome.examination.plan["Attendance"].vanished == ["S1 / ichi@aoi.example / A01"]
    assert Attendance.objects.count() == 4
    assert Speaker.objects.count() == 1


def test_a_row_removed_in_the_portal_is_not_brought_back_unless_chosen(imported):
    Feedback.objects.all().delete()
    outcome = run_import(make_content())
    assert counts(outcome) == {"Feedback": {"conflicts": 1}}
    assert Feedback.objects.count() == 0
    run_import(make_content(), take_file=True)
    assert Feedback.objects.count() == 1


def test_what_was_made_in_the_portal_alone_is_left_alone(imported):
    session = Session.objects.get(code="S1")
    Session.objects.create(
        programme=imported, code="S9", strand="closing", kind="meeting", title_ja="別",
        starts_at=session.starts_at, ends_at=session.ends_at, method="online",
    )  # fmt: skip
    assert counts(run_import(make_content())) == {}
    assert Session.objects.filter(code="S9").exists()


# What only the comparison with the portal shows


def test_a_person_is_not_moved_to_another_company(imported):
    content = edited(("People", 3, "company", "A02"))
    assert errors(run_import(content)) == [("People", "E3", "person_moved")]


def test_a_company_does_not_come_in_twice_under_two_codes(imported):
    content = edited(("Companies", 2, "corporate_number", None))
    content["Companies"].append(
        ["A09", "Aoi", "葵", "アオイ", "4011001098993", None, None, None, None, "participating"]
    )
    assert errors(run_import(content)) == [("Companies", "E5", "portal_corporate_number")]


def test_a_consultation_may_not_meet_one_that_only_the_portal_has(imported):
    content = edited(("Consultations", 2, "starts_at", datetime(2025, 9, 3, 10, 30)))
    set_cell(content, "Consultations", 3, "starts_at", datetime(2025, 9, 5, 11, 0))
    outcome = run_import(content)
    assert errors(outcome) == [("Consultations", "C2", "portal_overlap")]


def test_a_company_that_takes_part_again_is_the_same_company(imported):
    content = make_content()
    set_pair(content, "code", "fy2026-next")
    set_pair(content, "fiscal_year", 2026)
    set_cell(content, "Companies", 2, "code", "B01")
    for sheet in ("People", "Consultations", "Policies"):
        for row in content[sheet][1:]:
            row[:] = ["B01" if value == "A01" else value for value in row]
    content["Policies"] = [content["Policies"][0]]
    content["Consultations"] = [content["Consultations"][0]]
    run_import(content)
    company = Company.objects.get(corporate_number="4011001098993")
    assert sorted(company.enrolments.values_list("code", flat=True)) == ["A01", "B01"]


def test_two_policies_of_one_company_are_not_open_at_once(imported):
    content = make_content()
    set_pair(content, "code", "fy2026-next")
    del content["Consultations"][1:]
    outcome = run_import(content)
    assert errors(outcome) == [("Policies", "A3", "policy_open_elsewhere")]


# Who may


def test_a_person_founds_a_programme_of_their_own_and_makes_no_secretariat():
    actor = make_seat(make_programme(), role="leader").user
    outcome = run_import(make_content(), actor=actor)
    seats = Seat.objects.filter(programme=outcome.imported.programme).order_by("role", "email")
    assert list(seats.values_list("role", "user")) == [("adviser", None), ("adviser", None), ("leader", actor.pk)]
    notices = [f.code for f in outcome.examination.findings if f.level == "notice"]
    assert notices == ["secretariat_left_aside"]
    assert counts(outcome)["People"] == {"new": 6, "left_aside": 1}


def test_somebody_without_a_secretariat_seat_may_not():
    member = make_member(make_company(make_programme()).company)
    outcome = run_import(make_content(), actor=member)
    assert errors(outcome) == [("Programme", "B2", "programme_not_yours")]
    assert not Programme.objects.filter(code="fy2025-small").exists()


def test_an_adviser_of_the_programme_may_not(imported):
    adviser = make_seat(imported, role="adviser").user
    outcome = run_import(edited(("Companies", 2, "employees", 1)), actor=adviser)
    assert errors(outcome) == [("Programme", "B2", "programme_not_yours")]


def test_a_code_that_is_anothers_is_refused_and_nothing_is_written():
    make_programme(code="fy2025-small")
    other = make_seat(make_programme(), role="leader").user
    with pytest.raises(ImportConflict) as refused:
        run_import(make_content(), actor=other)
    assert refused.value.code == "code_taken"
    assert Company.objects.count() == 0


def test_existing_accounts_are_not_made_members():
    user = make_user(email="ichi@aoi.example")
    run_import(make_content())
    assert Person.objects.get(email="ichi@aoi.example").user is None
    assert Access.objects.filter(user=user).count() == 0


def test_one_address_may_belong_to_two_companies_of_two_programmes(imported):
    content = make_content()
    set_pair(content, "code", "fy2026-next")
    for row in content["Companies"][1:]:
        row[4] = None
    run_import(content)
    assert Person.objects.filter(email="ichi@aoi.example").count() == 2


# Size


def test_the_number_of_statements_does_not_grow_with_the_rows(django_assert_max_num_queries):
    system_operator()
    with django_assert_max_num_queries(110) as small:
        run_import(make_large_content(companies=4, attendances=10))
    content = make_large_content(companies=60, attendances=300)
    set_pair(content, "code", "fy2025-large")
    with django_assert_max_num_queries(110) as large:
        run_import(content)
    assert len(large) == len(small)
    assert Attendance.objects.filter(programme__code="fy2025-large").count() == 300
