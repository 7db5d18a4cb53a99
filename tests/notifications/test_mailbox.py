"""The demo's mailbox: files that are written whole, and a page that shows text as text."""

import os
from pathlib import Path

import pytest
from django.core.mail import EmailMessage, get_connection
from django.urls import path

from notifications.queries import letter_files, read_letter
from notifications.views import MailboxView
from spp_portal import urls as portal

pytestmark = pytest.mark.django_db
urlpatterns = [*portal.urlpatterns, path("mailbox/", MailboxView.as_view())]


@pytest.fixture
def box(settings, tmp_path) -> Path:
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    settings.DEMO = True
    return settings.EMAIL_FILE_PATH


def post(number: int, text: str = "本文", **fields) -> None:
    mail = EmailMessage(
        f"件名{number}", text, to=["a@example.com"], headers={"Message-ID": f"<m{number}@example.com>"}, **fields
    )
    get_connection("notifications.backends.MailboxBackend").send_messages([mail])


def test_a_mail_is_a_file_that_replaces_itself(box):
    post(1)
    post(1)
    post(2)
    assert sorted(file.name for file in box.iterdir()) == ["m1.eml", "m2.eml"]
    letter = read_letter(box / "m1.eml")
    assert (letter.subject, letter.to, letter.text.strip()) == ("件名1", "a@example.com", "本文")
    assert box.stat().st_mode & 0o077 == 0


def test_a_name_cannot_leave_the_folder(box):
    mail = EmailMessage("S", "B", to=["a@example.com"], headers={"Message-ID": "<../../evil@example.com>"})
    get_connection("notifications.backends.MailboxBackend").send_messages([mail])
    assert [file.parent for file in box.parent.rglob("*.eml")] == [box]


def test_the_newest_comes_first(box):
    for number in range(3):
        post(number)
        os.utime(box / f"m{number}.eml", (1000 + number, 1000 + number))
    assert [file.name for file in letter_files()] == ["m2.eml", "m1.eml", "m0.eml"]


@pytest.mark.urls(__name__)
class TestPage:
    def test_empty(self, box, client):
        assert "No mail yet" in client.get("/mailbox/", headers={"Accept-Language": "en"}).content.decode()

    def test_text_is_shown_as_text_and_links_can_be_followed(self, box, client):
        post(1, "<script>alert(1)</script>\nhttps://portal.example/a?b=1&c=2\n")
        text = client.get("/mailbox/").content.decode()
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
        assert 'href="https://portal.example/a?b=1&amp;c=2"' in text

    def test_many_are_paged(self, box, client):
        for number in range(25):
            post(number)
        assert client.get("/mailbox/").content.decode().count("<article") == 20
        assert client.get("/mailbox/?page=2").content.decode().count("<article") == 5
        assert client.get("/mailbox/?page=nonsense").content.decode().count("<article") == 20

    def test_outside_the_demo_it_is_not_there(self, box, client, settings):
        settings.DEMO = False
        assert client.get("/mailbox/").status_code == 404
