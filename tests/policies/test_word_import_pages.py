"""A policy from Word through the pages, as the role of the web: nothing is taken over unseen, nothing is replaced."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from audit.models import Event
from common.tenancy import acting_as
from policies import services
from policies.enums import State
from policies.models import Cycle, Paragraph, ParagraphText, WordImport
from policies.services import word_import as deeds
from tests.policies.test_word_import import repacked, word_file
from tests.roles import seen_by

POLICY = (
    (0, "人権方針"),
    (1, "1. 適用範囲"),
    "すべての役員と従業員に適用します。",
    "派遣の方も同じです。",
    (1, "2. 沿革"),
    "1950年に創業しました。",
    (1, "3. 相談窓口"),
    "総務部です。",
)


@pytest.fixture
def cycle(cast) -> Cycle:
    return Cycle.objects.get(enrolment=cast.enrolment)


@pytest.fixture
def staff(cast):
    return cast.people["staff"]


@pytest.fixture
def client(sign_in, staff):
    return sign_in(staff)


def upload_page(company):
    return reverse("policies:import_word", args=[company.pk])


def upload(client, company, file=None, *, name="人権方針.docx", **more):
    content = (file or word_file(*POLICY)).getvalue()
    return client.post(upload_page(company), {"file": SimpleUploadedFile(name, content), **more})


def texts(cycle, code, language="ja"):
    rows = ParagraphText.objects.filter(
        cycle=cycle, paragraph__section__code=code, language=language, paragraph__removed_at__isnull=True
    )
    return [row.text for row in rows.order_by("paragraph__order")]


def test_upload_look_and_take_over(client, cast, cycle, staff):
    assert client.get(upload_page(cast.company)).status_code == 200
    answer = upload(client, cast.company)
    brought = WordImport.objects.get()
    assert answer.url == reverse("policies:word_import", args=[cast.company.pk, brought.pk])
    assert not Paragraph.objects.exists()
    page = client.get(answer.url)
    assert [(part["heading"], field.value()) for part, field in page.context["parts"]] == [
        ("人権方針", ""),
        ("1. 適用範囲", "scope"),
        ("2. 沿革", ""),
        ("3. 相談窓口", "contact"),
    ]
    assert "派遣の方も同じです。" in page.content.decode()
    done = client.post(answer.url, {"part-1": "scope", "part-2": "positioning", "part-3": ""})
    assert done.url == reverse("policies:company", args=[cast.company.pk])
    assert texts(cycle, "scope") == ["すべての役員と従業員に適用します。", "派遣の方も同じです。"]
    assert texts(cycle, "positioning") == ["2. 沿革", "1950年に創業しました。"]
    assert texts(cycle, "contact") == []
    assert list(Event.objects.filter(verb="word_file.taken_over").values_list("detail", flat=True)) == [
        {"paragraphs": 4, "language": "ja"}
    ]


def test_what_stood_there_stays(client, cast, cycle, staff):
    with acting_as(staff.pk):
        section = services.begin_sections(cycle=cycle, actor=staff)["scope"]
        services.add_paragraph(section=section, texts={"ja": "以前からの文章です。"}, actor=staff)
    client.post(upload(client, cast.company).url, {"part-1": "scope"})
    assert texts(cycle, "scope") == [
        "以前からの文章です。",
        "すべての役員と従業員に適用します。",
        "派遣の方も同じです。",
    ]


def test_what_came_from_word_is_text_of_people(client, cast, cycle):
    client.post(upload(client, cast.company).url, {"part-1": "scope"})
    assert {row.is_untouched for row in ParagraphText.objects.filter(cycle=cycle)} == {False}
    assert {paragraph.clause for paragraph in Paragraph.objects.filter(cycle=cycle)} == {""}


def test_a_second_press_brings_nothing_twice(client, cast, cycle, staff):
    address = upload(client, cast.company).url
    client.post(address, {"part-1": "scope"})
    assert client.post(address, {"part-1": "scope"}).status_code == 404
    brought = WordImport.objects.get()
    with acting_as(staff.pk):
        assert deeds.take_over(brought=brought, sections={1: "scope"}, actor=staff, now=timezone.now()) == 0
    assert len(texts(cycle, "scope")) == 2


def test_a_new_file_takes_the_place_of_one_that_waits(client, cast):
    first = upload(client, cast.company).url
    assert "人権方針.docx" in client.get(upload_page(cast.company)).content.decode()
    second = upload(client, cast.company, name="第2稿.docx").url
    assert client.get(first).status_code == 404
    assert client.get(second).status_code == 200
    assert [each.file_name for each in WordImport.objects.all()] == ["第2稿.docx"]


def test_it_can_be_thrown_away(client, cast):
    brought = upload(client, cast.company).url
    answer = client.post(f"{brought}throw-away/")
    assert (answer.status_code, answer.url) == (302, upload_page(cast.company))
    assert not WordImport.objects.exists()


def test_english_goes_into_the_english_version(client, cast, cycle):
    assert "language" not in client.get(upload_page(cast.company)).context["form"].fields
    Cycle.objects.filter(pk=cycle.pk).update(has_english=True)
    file = word_file((1, "Scope"), "It applies to all.")
    client.post(upload(client, cast.company, file, language="en").url, {"part-0": "scope"})
    assert (texts(cycle, "scope", "en"), texts(cycle, "scope")) == (["It applies to all."], [""])


def test_markup_is_text(client, cast):
    page = client.get(upload(client, cast.company, word_file((1, "<b>適用範囲</b>"), "<script>alert(1)</script>")).url)
    assert "<script>alert(1)" not in page.content.decode()
    assert "&lt;script&gt;alert(1)" in page.content.decode()


# --- Refused -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "name"),
    [
        (lambda: repacked(add={"word/vbaProject.bin": b"x"}), "方針.docm"),
        (lambda: repacked(add={"word/vbaProject.bin": b"x"}), "方針.docx"),
        (lambda: repacked(add={"word/media/a.bin": b"0" * (8 * 1024 * 1024)}), "方針.docx"),
        (lambda: SimpleUploadedFile("x", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1old"), "方針.doc"),
        (lambda: SimpleUploadedFile("x", b"text"), "方針.txt"),
        (lambda: SimpleUploadedFile("x", b"x" * (10 * 1024 * 1024 + 1)), "方針.docx"),
    ],
)
def test_files_that_are_refused_are_said_at_the_field(client, cast, file, name):
    content = file()
    data = content.getvalue() if hasattr(content, "getvalue") else content.read()
    answer = client.post(upload_page(cast.company), {"file": SimpleUploadedFile(name, data)})
    assert (answer.status_code, list(answer.context["form"].errors)) == (200, ["file"])
    assert not WordImport.objects.exists()


def test_without_a_file(client, cast):
    assert list(client.post(upload_page(cast.company), {}).context["form"].errors) == ["file"]


def test_at_least_one_part_is_chosen(client, cast):
    address = upload(client, cast.company).url
    answer = client.post(address, {})
    assert (answer.status_code, list(answer.context["form"].errors)) == (200, ["__all__"])
    assert client.get(address).status_code == 200


def test_a_section_that_does_not_exist_is_refused(client, cast):
    answer = client.post(upload(client, cast.company).url, {"part-1": "nonsense"})
    assert (answer.status_code, list(answer.context["form"].errors)) == (200, ["part-1"])
    assert not Paragraph.objects.exists()


def test_a_section_that_would_become_too_long_takes_nothing(client, cast, cycle):
    long = [
        f"{number}。" + "".join(chr(0x4E00 + (number * 331 + n * 7919) % 20_000) for n in range(1_100))
        for number in range(19)
    ]
    answer = client.post(upload(client, cast.company, word_file((1, "適用範囲"), *long)).url, {"part-0": "scope"})
    assert (answer.status_code, list(answer.context["form"].errors)) == (200, ["__all__"])
    assert not Paragraph.objects.exists()
    assert WordImport.objects.get().taken_at is None


def test_not_while_the_text_cannot_be_changed(client, cast, cycle):
    address = upload(client, cast.company).url
    Cycle.objects.filter(pk=cycle.pk).update(state=State.PUBLISHED)
    assert client.get(upload_page(cast.company)).context["read_only"]
    assert client.get(address).context["read_only"]
    assert list(upload(client, cast.company).context["form"].errors) == ["__all__"]
    assert list(client.post(address, {"part-1": "scope"}).context["form"].errors) == ["__all__"]
    assert client.post(f"{address}throw-away/").status_code == 302
    assert not Paragraph.objects.exists()
    assert WordImport.objects.count() == 1


# --- Whose it is ---------------------------------------------------------------------------------------------------------------


def test_it_is_of_the_person_who_brought_it(client, cast, sign_in):
    address = upload(client, cast.company).url
    brought = WordImport.objects.get()
    for who, status in (("manager", 404), ("adviser", 404), ("neighbour", 404), ("secretariat", 404)):
        other = sign_in(cast.people[who])
        answers = [other.get(address), other.post(address, {"part-1": "scope"}), other.post(f"{address}throw-away/")]
        assert [answer.status_code for answer in answers] == [status] * 3, who
    for who in ("staff", "manager", "adviser", "neighbour"):
        with seen_by(cast.people[who]):
            assert list(WordImport.objects.all()) == ([brought] if who == "staff" else []), who
    assert not Paragraph.objects.exists()


@pytest.mark.parametrize(
    ("who", "status"), [("manager", 200), ("adviser", 403), ("stranger", 404), ("secretariat", 404)]
)
def test_only_people_of_the_company_bring_files(cast, sign_in, who, status):
    client = sign_in(cast.people[who])
    assert client.get(upload_page(cast.company)).status_code == status
    assert upload(client, cast.company).status_code == (302 if status == 200 else status)
    assert WordImport.objects.count() == (1 if status == 200 else 0)
