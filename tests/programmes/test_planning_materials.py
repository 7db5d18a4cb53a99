"""Materials: files that are what they say, links and recordings, each from a day on."""

import io
import zipfile
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from docx import Document

from jobs.models import StoredFile
from programmes.models import Material
from programmes.services.planning_materials import MaterialRefused, check_file
from tests.programmes import pictures
from tests.programmes.planning import drafted, published
from tests.reading import rows, words

TODAY = timezone.localdate()
PDF = b"%PDF-1.7\n1 0 obj\nendobj\n"


def page(name: str, session, material=None) -> str:
    return reverse(f"programmes:{name}", args=[session.programme_id, session.pk, *([material.pk] if material else [])])


def office(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("[Content_Types].xml", *names):
            archive.writestr(name, "<x/>")
    return file.getvalue()


def word_document() -> bytes:
    file = io.BytesIO()
    Document().save(file)
    return file.getvalue()


def swelling() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ppt/presentation.xml", b"0" * (64 * 1024 * 1024))
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", PDF),
        ("A.PDF", PDF),
        ("a.docx", word_document()),
        ("a.pptx", office("ppt/presentation.xml")),
        ("a.xlsx", office("xl/workbook.xml")),
        ("a.png", pictures.png((4, 4))),
        ("a.jpg", pictures.jpeg((4, 4))),
        ("a.txt", "資料".encode()),
        ("a.csv", "髙橋,①".encode("cp932")),
    ],
)
def test_files_that_are_what_they_say_are_taken(name, content):
    check_file(name, content)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", b"MZ\x90\x00"),
        ("a.pdf", b"<html><script>alert(1)</script>"),
        ("a.docx", PDF),
        ("a.docx", office("xl/workbook.xml")),
        ("a.pptx", b"PK\x03\x04 nonsense"),
        ("a.pptx", office("ppt/presentation.xml", "ppt/vbaProject.bin")),
        ("a.pptx", office("ppt/presentation.xml", "../outside.xml")),
        ("a.pptx", swelling()),
        ("a.png", pictures.jpeg((4, 4))),
        ("a.jpg", pictures.SVG),
        ("a.txt", b"a\x00b"),
        ("a.csv", b"\x81"),
        ("a.exe", b"MZ"),
        ("a.html", b"<p>"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_files_that_are_something_else_are_refused(name, content):
    with pytest.raises(MaterialRefused):
        check_file(name, content)


@pytest.fixture
def desk(cast, sign_in):
    return sign_in(cast.people["secretariat"])


def test_a_file_is_kept_and_opened_by_participants(cast, desk, sign_in):
    session = published(cast.programme)
    data = {"kind": "file", "title_ja": "講義資料", "file": SimpleUploadedFile("講義.pdf", PDF)}
    response = desk.post(page("session_materials", session), data)
    material = Material.objects.get()
    assert (response.status_code, material.file.name, material.file.programme_id) == (
        302,
        "講義.pdf",
        cast.programme.pk,
    )
    member = sign_in(cast.people["staff"])
    assert "講義資料" in words(member.get(page("session", session)), "a")
    opened = member.get(page("material", session, material))
    assert (opened.status_code, b"".join(opened.streaming_content)) == (200, PDF)
    assert opened["Content-Disposition"].startswith("attachment")
    assert sign_in(cast.people["stranger"]).get(page("material", session, material)).status_code == 404


@pytest.mark.parametrize("kind", ["link", "recording"])
def test_a_link_leads_where_it_says(cast, desk, sign_in, kind):
    session = published(cast.programme)
    desk.post(page("session_materials", session), {"kind": kind, "title_en": "Recording", "url": "video.example/1"})
    response = sign_in(cast.people["staff"]).get(page("material", session, Material.objects.get()))
    assert (response.status_code, response["Location"]) == (302, "https://video.example/1")


@pytest.mark.parametrize(("days", "status"), [(-1, 302), (0, 302), (1, 404)])
def test_others_see_a_material_from_its_day_on(cast, desk, sign_in, days, status):
    session = published(cast.programme)
    day = (TODAY + timedelta(days=days)).isoformat()
    data = {"kind": "link", "title_ja": "録画", "url": "https://video.example/1", "visible_from": day}
    desk.post(page("session_materials", session), data)
    material, member = Material.objects.get(), sign_in(cast.people["staff"])
    assert member.get(page("material", session, material)).status_code == status
    assert ("録画" in words(member.get(page("session", session)), "a")) == (status == 302)
    assert desk.get(page("material", session, material)).status_code == 302
    assert ("から公開" in desk.get(page("session", session)).content.decode()) == (status == 404)


@pytest.mark.parametrize(
    ("field", "data"),
    [
        ("file", {"kind": "file", "title_ja": "資料"}),
        ("file", {"kind": "file", "title_ja": "資料", "file": SimpleUploadedFile("a.pdf", b"MZ")}),
        ("file", {"kind": "file", "title_ja": "資料", "file": SimpleUploadedFile("a.exe", b"MZ")}),
        ("file", {"kind": "file", "title_ja": "資料", "file": SimpleUploadedFile("a.pdf", b"")}),
        ("url", {"kind": "link", "title_ja": "資料"}),
        ("url", {"kind": "link", "title_ja": "資料", "url": "javascript:alert(1)"}),
        ("url", {"kind": "recording", "title_ja": "資料", "url": "ftp://video.example/"}),
        ("title_ja", {"kind": "link", "url": "https://video.example/1"}),
        ("kind", {"kind": "gift", "title_ja": "資料", "url": "https://video.example/1"}),
        ("visible_from", {"kind": "link", "title_ja": "資料", "url": "https://v.example/", "visible_from": "soon"}),
    ],
)
def test_what_is_wrong_is_said_at_its_field(cast, desk, field, data):
    session = drafted(cast)
    response = desk.post(page("session_materials", session), data)
    assert (response.status_code, list(response.context["form"].errors)) == (200, [field])
    assert not Material.objects.exists()


def test_materials_are_listed_changed_and_taken_away(cast, desk):
    session = drafted(cast)
    desk.post(page("session_materials", session), {"kind": "link", "title_ja": "録画", "url": "https://v.example/1"})
    (material,) = Material.objects.all()
    assert rows(desk.get(page("session_materials", session))) == [["録画", "リンク", "すぐに公開", "変更・削除"]]
    assert desk.get(page("edit_material", session, material)).context["form"]["url"].value() == "https://v.example/1"
    desk.post(
        page("edit_material", session, material),
        {"title_ja": "録画", "title_en": "Recording", "url": "https://v.example/2", "visible_from": TODAY.isoformat()},
    )
    material.refresh_from_db()
    assert (material.title_en, material.url, material.visible_from) == ("Recording", "https://v.example/2", TODAY)
    assert desk.get(page("remove_material", session, material)).status_code == 200
    desk.post(page("remove_material", session, material))
    assert not Material.objects.exists()


@pytest.mark.parametrize("name", ["session_materials", "session_photos"])
@pytest.mark.parametrize(("who", "status"), [("staff", 403), ("adviser", 403), ("stranger", 404)])
def test_keeping_them_is_for_the_secretariat_alone(cast, sign_in, name, who, status):
    session = published(cast.programme)
    client = sign_in(cast.people[who])
    assert [client.get(page(name, session)).status_code, client.post(page(name, session)).status_code] == [status] * 2


def test_the_file_of_a_material_goes_with_it_and_with_its_draft(cast, sign_in):
    desk = sign_in(cast.people["secretariat"])
    session = drafted(cast)
    for name in ("a.txt", "b.txt"):
        desk.post(
            page("session_materials", session),
            {"kind": "file", "title_ja": name, "file": SimpleUploadedFile(name, name.encode())},
        )
    first, second = Material.objects.order_by("order")
    desk.post(page("remove_material", session, first))
    assert set(StoredFile.objects.values_list("pk", flat=True)) == {second.file_id}
    desk.post(page("discard_session", session))
    assert not StoredFile.objects.exists()
