"""From the secretariat's list to the first page of somebody who was never here, by keyboard alone and on a telephone."""

import re
from types import SimpleNamespace

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from common.tenancy import acting_as
from companies.models import Membership
from notifications.models import OutgoingMail
from programmes.models import Invitation
from programmes.tasks.invitations import write_invitations
from tests.browser.checks import READERS, look_at, reader_id, tab_to
from tests.factories import make_cast, make_person

pytestmark = pytest.mark.processes

PASSWORD = "yama kawa umi sora 7"


@pytest.fixture
def desk(running):
    """A programme of their own, with somebody at a company who is to act for it."""
    with running.portal():
        cast = make_cast()
        person = make_person(cast.company, name_ja="山田 花子", name_en="Hanako Yamada")
        person.email = f"hanako{person.pk.hex[:8]}@example.com"
        person.save()
        Membership.objects.create(company=cast.company, person=person, role="staff")
        home = f"/programmes/{cast.programme.pk}/"
        yield SimpleNamespace(cast=cast, person=person, writer=cast.people["secretariat"], url=f"{home}invitations/")


def written(desk) -> str:
    """Write the mail as the worker does, and return the path of its link."""
    invitation = Invitation.objects.get(person=desk.person)
    with acting_as(desk.writer.pk):
        write_invitations(job=invitation.job, now=timezone.now(), limit=20)
    invitation.refresh_from_db()
    mail = OutgoingMail.objects.get(pk=invitation.mail_id)
    return re.search(r"/invitation/[\w-]{43}/", mail.body).group(0)


@pytest.mark.parametrize("reader", READERS, ids=reader_id)
def test_from_the_list_to_the_first_page(open_page, desk, reader):
    language, width = reader
    size = {"language": language, "width": width}
    page = open_page(desk.url, user=desk.writer, **size)
    look_at(page, "invitations", language=language)
    page.goto(f"{desk.url}new-seat/")
    page.locator("main form button").last.click()
    expect(page.locator(".errors a").first).to_be_visible()
    look_at(page, "invitations-seat-errors", language=language)
    page.goto(desk.url)
    tick = page.locator(f"[name=who][value='p:{desk.person.pk}']")
    tab_to(page, tick, limit=120)
    page.keyboard.press("Space")
    tab_to(page, page.locator("main form .btn-primary"), limit=120)
    page.keyboard.press("Enter")
    page.wait_for_url("**/send/")
    look_at(page, "invitations-send", language=language)
    tab_to(page, page.locator("main form .btn-primary"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/sent/**")
    link = written(desk)
    page.goto(page.url)
    look_at(page, "invitations-sent", language=language)

    guest = open_page(link, **size)
    look_at(guest, "invitation", language=language)
    tab_to(guest, guest.locator("#id_password"))
    guest.keyboard.type(PASSWORD)
    tab_to(guest, guest.locator("main form .btn-primary"))
    guest.keyboard.press("Enter")
    expect(guest.locator(".errors a")).to_have_count(3)
    look_at(guest, "invitation-errors", language=language)
    for name in ("password", "password_again"):
        tab_to(guest, guest.locator(f"#id_{name}"))
        guest.keyboard.type(PASSWORD)
    for name in ("agree_terms", "agree_privacy"):
        tab_to(guest, guest.locator(f"#id_{name}"))
        guest.keyboard.press("Space")
    tab_to(guest, guest.locator("main form .btn-primary"))
    guest.keyboard.press("Enter")
    expect(guest.locator("main form")).to_have_count(0)
    look_at(guest, "invitation-accepted", language=language)
    guest.goto(link)
    look_at(guest, "invitation-spent", language=language)
    guest.goto("/accounts/login/")
    guest.locator("[name=login]").fill(desk.person.email)
    guest.locator("[name=password]").fill(PASSWORD)
    guest.keyboard.press("Enter")
    guest.wait_for_url(f"**/companies/{desk.cast.company.pk}/home/")
    look_at(guest, "invitation-first-page", language=language)
