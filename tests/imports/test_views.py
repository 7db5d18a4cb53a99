"""The importer's pages: who may come, what they say at each stage, and that looking changes nothing."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from companies.models import Company
from imports.models import Import
from programmes.models import Programme
from tests.factories import make_programme, make_seat
from tests.factories.workbooks import make_content, make_workbook, set_cell
from tests.imports.helpers import confirm, run_import, upload, work

pytestmark = pytest.mark.django_db
PAGES = ("list", "new", "template")
OF_AN_IMPORT = ("import", "file")
DEEDS = ("confirm", "check")


def address(name, imported=None):
    return reverse(f"imports:{name}", args=[imported.pk] if imported else [])


@pytest.fixture
def secretary():
    user = make_seat(make_programme(), role="leader").user
    user.language = "en"
    user.save()
    return user


@pytest.fixture
def shown(secretary, sign_in):
    """Return a function that gives a page's text, in English, as the secretary sees it."""
    client = sign_in(secretary)

    def text(url):
        response = client.get(url)
        assert response.status_code == 200
        return response.content.decode()

    text.client = client
    return text


def faulty():
    content = make_content()
    set_cell(content, "Companies", 2, "corporate_number", "7000012050003")
    return content


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(
    ("person", "status"),
    [
        ("secretariat", 200),
        ("other_secretariat", 200),
        ("manager", 403),
        ("adviser", 403),
        ("nobody", 403),
    ],
)
def test_importing_is_for_secretariats(cast, sign_in, name, person, status):
    assert sign_in(cast.people[person]).get(address(name)).status_code == status


@pytest.mark.parametrize("name", OF_AN_IMPORT)
@pytest.mark.parametrize(
    ("person", "status"), [("secretariat", 200), ("other_secretariat", 404), ("manager", 404), ("adviser", 404)]
)
def test_an_upload_is_its_uploaders(cast, sign_in, name, person, status):
    imported = upload(cast.people["secretariat"])
    response = sign_in(cast.people[person]).get(address(name, imported))
    response.close()
    assert response.status_code == status


@pytest.mark.parametrize("name", DEEDS)
@pytest.mark.parametrize("person", ["other_secretariat", "manager", "adviser", "nobody"])
def test_nobody_else_confirms_it(cast, sign_in, name, person):
    imported = upload(cast.people["secretariat"])
    assert sign_in(cast.people[person]).post(address(name, imported)).status_code == 404
    assert not Programme.objects.filter(code="fy2025-small").exists()


def test_deeds_are_not_done_by_looking(secretary, shown):
    imported = upload(secretary)
    for name in DEEDS:
        assert shown.client.get(address(name, imported)).status_code == 405


def test_an_upload_leads_to_its_page_which_shows_how_far_it_is(shown):
    file = SimpleUploadedFile("FY2025.xlsx", make_workbook())
    response = shown.client.post(address("new"), {"file": file})
    imported = Import.objects.get()
    assert response.headers["Location"] == address("import", imported)
    text = shown(address("import", imported))
    assert "FY2025.xlsx" in text
    assert "Nothing is registered yet." in text
    assert reverse("jobs:progress", args=[imported.check_job_id]) in text


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("data.csv", b"code", "Please choose a file of this kind: .xlsx."),
        ("empty.xlsx", b"", "The submitted file is empty."),
        ("large.xlsx", b"PK" + bytes(10 * 1024 * 1024), "This file is too large"),
    ],
)
def test_what_is_no_workbook_is_refused_at_the_field(shown, name, content, words):
    response = shown.client.post(address("new"), {"file": SimpleUploadedFile(name, content)})
    assert response.status_code == 200
    assert words in response.content.decode()
    assert Import.objects.count() == 0


def test_the_preview_says_that_nothing_is_registered_and_how_much_would_be(secretary, shown):
    text = shown(address("import", upload(secretary)))
    assert "Nothing is registered yet" in text
    assert "“Small programme” (fy2025-small)" in text
    assert "Register 28 rows" in text
    assert not Programme.objects.filter(code="fy2025-small").exists()


def test_confirming_registers_and_shows_the_result(secretary, shown):
    imported = upload(secretary)
    response = shown.client.post(address("confirm", imported))
    assert response.headers["Location"] == address("import", imported)
    assert "Register “programme.xlsx”" in shown(address("import", imported))
    imported.refresh_from_db()
    work(imported, name="apply")
    text = shown(address("import", imported))
    assert "The workbook is registered" in text
    assert reverse("dashboards:programme", args=[Programme.objects.get(code="fy2025-small").pk]) in text


def test_confirming_twice_registers_once(secretary, shown):
    imported = upload(secretary)
    shown.client.post(address("confirm", imported))
    response = shown.client.post(address("confirm", imported), follow=True)
    assert "This import was confirmed already" in response.content.decode()
    assert Import.objects.get().apply_job_id is not None


def test_errors_are_listed_with_cell_value_and_what_is_expected(secretary, shown):
    imported = upload(secretary, faulty())
    text = shown(address("import", imported))
    assert "1 place has to be corrected" in text
    assert "7000012050003" in text
    assert "The check digit of the corporate number does not fit" in text
    assert "Register" not in text
    response = shown.client.get(address("remarks", imported))
    workbook = load_workbook(BytesIO(b"".join(response.streaming_content)))
    response.close()
    assert workbook["Companies"]["E2"].comment.text.startswith("The check digit")


def test_a_refused_file_says_why(secretary, shown):
    text = shown(address("import", upload(secretary, b"%PDF-1.7")))
    assert "This is a PDF. Choose the Excel workbook (.xlsx) it was made from." in text


@pytest.fixture
def conflicting(secretary):
    run_import(make_content(), actor=secretary)
    Company.objects.filter(enrolments__code="A01").update(employees=41, industry="other")
    content = make_content()
    content["Attendance"].pop()
    set_cell(content, "Companies", 3, "employees", 81)
    return upload(secretary, content)


def test_conflicts_can_be_chosen_one_by_one(secretary, conflicting, shown):
    text = shown(address("import", conflicting))
    assert "2 cells were changed in the portal since" in text
    ids = {conflict["name"]: conflict["id"] for conflict in conflicting.plan["conflicts"]}
    assert f'name="take" value="{ids["employees"]}"' in text
    shown.client.post(address("confirm", conflicting), {"take": [ids["employees"]]})
    conflicting.refresh_from_db()
    assert conflicting.taken == [ids["employees"]]
    work(conflicting, name="apply")
    company = Company.objects.get(enrolments__code="A01")
    assert (company.employees, company.industry) == (40, "other")


@pytest.mark.parametrize(
    ("show", "words"),
    [
        ("changes", ("Companies A02", "80", "81")),
        ("vanished", ("S2 / san@botan.example / A02",)),
        ("gaps", ("Nothing is refused for these.", "corporate_number")),
        ("notices", ("Seats of the secretariat are not made by an import.",)),
    ],
)
def test_each_list_has_its_tab(conflicting, shown, show, words):
    text = shown(f"{address('import', conflicting)}?show={show}")
    for word in words:
        assert word in text


def test_an_unknown_list_or_page_is_the_overview(conflicting, shown):
    text = shown(f"{address('import', conflicting)}?show=nonsense&page=99")
    assert "Register 1 row<" in text.replace("\n", "").replace("  ", "")


def test_a_choice_that_does_not_exist_is_refused(conflicting, shown):
    response = shown.client.post(address("confirm", conflicting), {"take": ["0" * 16]}, follow=True)
    assert "The list of changes is no longer the same." in response.content.decode()
    conflicting.refresh_from_db()
    assert conflicting.confirmed_at is None


def test_nothing_to_change_offers_nothing_to_confirm(secretary, shown):
    run_import(make_content(), actor=secretary)
    text = shown(address("import", upload(secretary)))
    assert "The portal already says what the workbook says." in text
    assert address("confirm", Import.objects.latest("uploaded_at")) not in text


def test_a_failed_registration_says_why_and_can_be_confirmed_again(secretary, shown):
    imported = upload(secretary)
    make_programme(code="fy2025-small")
    confirm(imported, secretary)
    text = shown(address("import", imported))
    assert "It could not be registered" in text
    assert "The portal already has a programme with this code" in text
    assert address("confirm", imported) in text


def test_texts_of_the_workbook_are_escaped(secretary, shown):
    content = make_content()
    set_cell(content, "Companies", 2, "employees", "<script>alert(1)</script>")
    text = shown(address("import", upload(secretary, content, name="<b>.xlsx")))
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text


def test_the_list_shows_each_import_with_its_stage(secretary, shown):
    assert "No import yet" in shown(address("list"))
    upload(secretary, faulty(), name="first.xlsx")
    confirm(upload(secretary, name="second.xlsx"), secretary)
    text = shown(address("list"))
    assert text.index("second.xlsx") < text.index("first.xlsx")
    assert "To be corrected" in text


@pytest.mark.parametrize("number", [1, 30])
def test_the_list_asks_the_same_whatever_its_length(secretary, shown, django_assert_num_queries, number):
    first = upload(secretary)
    Import.objects.bulk_create(
        [
            Import(uploaded_by=secretary, file_id=first.file_id, file_name=f"{n}.xlsx", check_job_id=first.check_job_id)
            for n in range(number - 1)
        ]
    )
    shown(address("list"))
    with django_assert_num_queries(12):
        shown(address("list"))


def test_the_template_is_a_workbook_in_the_readers_language(secretary, shown):
    response = shown.client.get(address("template"))
    assert response.headers["Content-Disposition"] == 'attachment; filename="spp-programme.xlsx"'
    assert load_workbook(BytesIO(response.content)).sheetnames[1] == "Programme"
