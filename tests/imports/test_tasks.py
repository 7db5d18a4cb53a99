"""In the worker: check, then register, each once, with what was chosen; failing leaves nothing behind."""

from io import BytesIO

import pytest
from django.core.exceptions import PermissionDenied
from openpyxl import load_workbook

from audit.models import Event
from common.tenancy import acting_as
from companies.models import Company
from imports.models import Import, ImportedRow
from imports.services import ImportNotReady, check_again, upload_workbook
from jobs.models import Job, StoredFile
from jobs.services import open_stored
from notifications.models import Message
from programmes import services as programmes
from programmes.models import Programme, Seat
from tests.factories import make_programme, make_seat, make_user
from tests.factories.workbooks import make_content, make_workbook, set_cell
from tests.imports.helpers import confirm, programme, run_import, upload, work
from tests.roles import seen_by

pytestmark = pytest.mark.django_db


@pytest.fixture
def secretary():
    user = make_seat(make_programme(), role="leader").user
    user.language = "en"
    user.save()
    return user


def make_colleague(secretary):
    """A second seat in the secretariat, given by the first."""
    colleague = make_user()
    seat = Seat(programme=programme(), role="member", email=colleague.email)
    with acting_as(secretary.pk):
        programmes.add_seats(seats=[seat], actor=secretary)
        programmes.take_seat(seat=seat, user=colleague, actor=secretary)
    return colleague


def read(stored) -> bytes:
    with open_stored(stored) as file:
        return file.read()


def test_an_upload_is_checked_and_registers_nothing(secretary):
    imported = upload(secretary)
    assert imported.stage == Import.Stage.CHECKED
    assert imported.check_job.state == Job.State.DONE
    assert imported.check_job.result_url == f"/imports/{imported.pk}/"
    assert (imported.programme_code, imported.name_ja) == ("fy2025-small", "小さなプログラム")
    assert (imported.error_count, imported.gap_count, imported.notice_count) == (0, 1, 1)
    assert {row["name"]: row["new"] for row in imported.plan["sheets"]}["Attendance"] == 4
    assert imported.plan["is_new"] is True
    assert not Programme.objects.filter(code="fy2025-small").exists()
    assert Company.objects.count() == 0


def test_a_confirmed_import_is_registered_and_handed_to_the_secretariat(secretary):
    content = make_workbook()
    imported = confirm(upload(secretary, content), secretary)
    assert imported.stage == Import.Stage.APPLIED
    assert imported.programme == programme()
    assert imported.file.programme_id == imported.programme_id
    assert read(imported.file) == content
    assert Message.objects.get().to_user_id == secretary.pk
    assert list(Event.objects.filter(verb__startswith="import.").order_by("at").values_list("verb", flat=True)) == [
        "import.uploaded",
        "import.confirmed",
    ]
    assert ImportedRow.objects.filter(programme=imported.programme, sheet="Companies").count() == 3


def test_a_colleague_sees_the_import_once_it_belongs_to_the_programme(secretary):
    imported = upload(secretary)
    stranger = make_seat(make_programme(), role="leader").user
    with seen_by(stranger):
        assert not Import.objects.visible_to(stranger).exists()
        assert not Import.objects.exists()
    confirm(imported, secretary)
    colleague = make_colleague(secretary)
    with seen_by(colleague):
        assert Import.objects.visible_to(colleague).count() == 1
        assert StoredFile.objects.visible_to(colleague).filter(pk=Import.objects.get().file_id).exists()
    with seen_by(stranger):
        assert not Import.objects.exists()
        assert not ImportedRow.objects.exists()


def test_a_workbook_that_cannot_be_read_is_refused_with_its_reason(secretary):
    imported = upload(secretary, b"<html><table></table></html>")
    assert (imported.stage, imported.refusal) == (Import.Stage.REFUSED, "html")
    assert imported.check_job.state == Job.State.DONE
    assert imported.annotated is None


def test_errors_are_kept_and_marked_in_a_copy(secretary):
    content = make_content()
    set_cell(content, "Companies", 2, "corporate_number", "7000012050003")
    imported = upload(secretary, content)
    assert (imported.stage, imported.error_count) == (Import.Stage.FAULTY, 1)
    assert imported.findings[0]["code"] == "corporate_number_check"
    assert imported.annotated.name == "Remarks programme.xlsx"
    workbook = load_workbook(BytesIO(read(imported.annotated)))
    assert workbook["Companies"]["E2"].comment is not None
    with pytest.raises(ImportNotReady):
        confirm(imported, secretary)


def test_nothing_is_registered_twice(secretary):
    imported = upload(secretary)
    confirm(imported, secretary)
    with pytest.raises(ImportNotReady):
        confirm(imported, secretary)
    work(Import.objects.get(pk=imported.pk), name="apply")
    assert Company.objects.count() == 3


def test_the_chosen_conflict_is_taken_and_the_other_kept(secretary):
    run_import(make_content(), actor=secretary)
    company = Company.objects.get(enrolments__code="A01")
    Company.objects.filter(pk=company.pk).update(employees=41, industry="other")
    imported = upload(secretary)
    ids = {conflict["name"]: conflict["id"] for conflict in imported.plan["conflicts"]}
    assert sorted(ids) == ["employees", "industry"]
    confirm(imported, secretary, taken=[ids["industry"]])
    company.refresh_from_db()
    assert (company.employees, company.industry) == (41, "machined parts")


def test_what_changed_between_check_and_confirmation_is_kept(secretary):
    run_import(make_content(), actor=secretary)
    content = make_content()
    set_cell(content, "Companies", 2, "employees", 99)
    imported = upload(secretary, content)
    Company.objects.filter(enrolments__code="A01").update(employees=41)
    imported = confirm(imported, secretary)
    assert imported.plan["conflicts"][0]["portal"] == 41
    assert Company.objects.get(enrolments__code="A01").employees == 41


def test_an_error_that_arises_in_between_registers_nothing_and_is_shown(secretary):
    run_import(make_content(), actor=secretary)
    content = make_content()
    content["Companies"].append(["A09", "New", "新", None, "6120001039879", None, None, None, None, "participating"])
    imported = upload(secretary, content)
    assert imported.stage == Import.Stage.CHECKED
    Company.objects.filter(enrolments__code="A03").update(corporate_number="6120001039879")
    imported = confirm(imported, secretary)
    assert (imported.stage, imported.confirmed_at) == (Import.Stage.FAULTY, None)
    assert [row["code"] for row in imported.findings if row["level"] == "error"] == ["portal_corporate_number"]
    assert Company.objects.count() == 3


def test_a_code_taken_meanwhile_fails_with_words_and_can_be_confirmed_again(secretary):
    imported = upload(secretary)
    make_programme(code="fy2025-small")
    imported = confirm(imported, secretary)
    job = imported.apply_job
    assert (job.state, job.error_kind, job.error_code) == (Job.State.FAILED, "refused", "code_taken")
    assert (imported.stage, imported.applied_at) == (Import.Stage.CHECKED, None)
    assert Company.objects.count() == 0
    assert Message.objects.get().kind == "job_failed"


def test_checking_again_sees_what_the_portal_says_now(secretary):
    run_import(make_content(), actor=secretary)
    imported = upload(secretary)
    assert imported.plan["conflicts"] == []
    Company.objects.filter(enrolments__code="A01").update(employees=41)
    with acting_as(secretary.pk):
        check_again(imported=imported, actor=secretary)
    imported = work(imported)
    assert [conflict["name"] for conflict in imported.plan["conflicts"]] == ["employees"]


def test_only_secretariats_upload():
    nobody = make_user()
    with seen_by(nobody), pytest.raises(PermissionDenied):
        upload_workbook(name="a.xlsx", content=make_workbook(), actor=nobody)
    assert Import.objects.count() + StoredFile.objects.count() == 0


def test_a_file_is_kept_as_a_workbook_whatever_it_calls_itself(secretary):
    assert upload(secretary, name="../../evil.html").file_name == "evil.html.xlsx"
