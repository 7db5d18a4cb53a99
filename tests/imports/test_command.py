"""`manage.py import_programme`: what it prints, in which language, and how it ends."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from audit.models import Event
from companies.models import Company
from imports.management.commands.import_programme import aligned, language_of_environment
from imports.models import Import
from programmes.models import Programme
from tests.factories import make_programme, make_seat, make_user
from tests.factories.workbooks import PILOT, make_content, make_workbook, set_cell
from tests.imports.helpers import programme
from tests.roles import web_role

pytestmark = pytest.mark.django_db


@pytest.fixture
def book(tmp_path):
    """Return a function that writes a workbook and gives its path."""

    def write(content=None, name="programme.xlsx"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else make_workbook(content))
        return path

    return write


def run(path, *options, language="en"):
    """(standard output, standard error) of the command, run as the web role."""
    out, err = StringIO(), StringIO()
    with web_role():
        call_command("import_programme", str(path), *options, "--language", language, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def refused(path, *options, language="en"):
    out = StringIO()
    with web_role(), pytest.raises(CommandError) as error:
        call_command("import_programme", str(path), *options, "--language", language, stdout=out, stderr=StringIO())
    return str(error.value), out.getvalue()


def test_the_pilot_is_imported_with_progress_and_a_table():
    out, err = run(PILOT)
    assert err.splitlines() == ["Reading fy2024_pilot.xlsx", "Registering"]
    lines = out.splitlines()
    table = [line.split() for line in lines]
    assert ["Sheet", "New", "Changed", "Unchanged", "Conflicts", "Vanished"] in table
    assert ["Attendance", "110", "0", "0", "0", "0"] in table
    assert lines[-1] == "Registered: 291 new, 0 changed."
    assert Import.objects.get().uploaded_by.is_operator
    assert Event.objects.get(verb="programme.imported").actor_id == Import.objects.get().uploaded_by_id


def test_twice_changes_nothing_and_says_so(book):
    path = book()
    run(path)
    out, _err = run(path)
    assert out.splitlines()[-1] == "Nothing to change: the portal already says what the file says."


def test_a_dry_run_says_so_and_writes_nothing(book):
    out, _err = run(book(), "--dry-run")
    assert out.splitlines()[-1] == "A dry run: nothing was registered."
    assert Programme.objects.count() == 0


def test_changes_conflicts_and_vanished_rows_are_listed(book):
    run(book())
    Company.objects.filter(enrolments__code="A01").update(employees=41)
    content = make_content()
    set_cell(content, "Companies", 3, "employees", 81)
    del content["Speakers"][1]
    out, _err = run(book(content))
    assert "  Companies A02, employees: portal “80”, file “81”" in out
    assert "  Companies A01, employees: portal “41”, file “40”" in out
    assert "  Speakers: S1 / 1 / ms. hana mori" in out
    assert Company.objects.get(enrolments__code="A01").employees == 41

    run(book(content), "--take-file")
    assert Company.objects.get(enrolments__code="A01").employees == 40


def test_errors_are_all_printed_and_nothing_is_written(book):
    content = make_content()
    set_cell(content, "Companies", 2, "corporate_number", "7000012050003")
    set_cell(content, "Sessions", 2, "starts_at", "soon")
    error, out = refused(book(content))
    assert error == "Nothing was registered: 2 errors."
    assert "Sheet “Companies”, row 2, column E (corporate_number): “7000012050003”: The check digit" in out
    assert "Sheet “Sessions”, row 2, column F (starts_at): “soon”: This is not a date that can be read." in out
    assert Programme.objects.count() == 0


def test_a_file_that_is_no_workbook_is_refused_with_a_sentence(book):
    error, out = refused(book(b"%PDF-1.7"))
    assert error == "This is a PDF. Choose the Excel workbook (.xlsx) it was made from."
    assert out == ""


def test_a_missing_file_is_refused_with_a_sentence(tmp_path):
    error, _out = refused(tmp_path / "none.xlsx")
    assert error.endswith("none.xlsx cannot be opened: No such file or directory")


def test_somebody_can_be_named_who_imports(book):
    secretary = make_seat(make_programme(), role="leader").user
    run(book(), "--as", secretary.email.upper())
    assert programme().seats.filter(user=secretary, role="leader").exists()
    assert Event.objects.get(verb="programme.imported").actor_id == secretary.pk


def test_who_may_not_import_is_refused(book):
    user = make_user()
    error, out = refused(book(), "--as", user.email)
    assert error == "Nothing was registered: 1 error."
    assert "you are not of its secretariat" in out
    assert refused(book(), "--as", "nobody@example.com")[0] == "Nobody signs in with the address nobody@example.com."


def test_a_conflict_with_what_is_out_of_sight_is_a_sentence(book):
    make_programme(code="fy2025-small")
    secretary = make_seat(make_programme(), role="leader").user
    error, _out = refused(book(), "--as", secretary.email)
    assert error.startswith("The portal already has a programme with this code")
    assert Company.objects.count() == 0


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"LANG": "ja_JP.UTF-8"}, "ja"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LC_ALL": "C", "LANG": "ja_JP.UTF-8"}, "en"),
        ({}, "en"),
    ],
)
def test_the_language_is_the_terminals(monkeypatch, environment, language):
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert language_of_environment() == language


def test_columns_are_aligned_whatever_the_width_of_the_characters():
    assert aligned([("シート", "新規"), ("A", "12")]) == ["シート  新規", "A         12"]


def test_the_exit_status_tells_a_refusal(book):
    """As the shell starts it: manage.py turns the refusal into its words and the exit status."""
    with web_role(), pytest.raises(CommandError) as refusal:
        call_command("import_programme", str(book(b"%PDF-1.7")), stdout=StringIO(), stderr=StringIO())
    assert refusal.value.returncode == 1
    assert "PDF" in str(refusal.value)
