"""A closing meeting and certificates in a real Chromium: a company on a telephone, the secretariat at a desk, anybody's check."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from programmes.models import Certificate, MeetingRemark, Presentation
from programmes.queries.certificates import grouped
from programmes.services import certificates
from tests.browser.checks import ENGLISH, JAPANESE, READERS, look_at, reader_id, tab_to
from tests.factories import make_attendance, make_cast, make_person, make_session
from tests.roles import seen_by

pytestmark = pytest.mark.processes

WAIT = 60_000  # ms; a busy machine of two cores
NOW = timezone.now()
SOON, PAST = NOW + timedelta(days=20), NOW - timedelta(days=20)


@pytest.fixture
def cast(running):
    with running.portal():
        cast = make_cast()
        cast.company.name_ja, cast.company.name_en = "髙﨑精機株式会社", "Takasaki Seiki Co., Ltd."
        cast.company.save()
        yield cast


@pytest.fixture
def meeting(cast):
    return make_session(
        cast.programme, strand="closing", kind="meeting", title_ja="修了報告会", title_en="Closing", starts_at=SOON
    )


def press(page, wanted) -> None:
    """Go there by Tab and press Enter, as somebody without a mouse does."""
    tab_to(page, wanted)
    page.keyboard.press("Enter")


@pytest.mark.parametrize("reader", [JAPANESE], ids=reader_id)
def test_a_company_enters_its_topics_on_a_telephone(cast, meeting, open_page, reader):
    language, width = reader
    address = f"/companies/{cast.company.pk}/sessions/{meeting.pk}/presentation/"
    page = open_page(
        f"/companies/{cast.company.pk}/sessions/", language=language, width=width, user=cast.people["staff"]
    )
    press(page, page.locator(f"main a[href='{address}']"))
    expect(page).to_have_url(re.compile(f"{address}$"), timeout=WAIT)
    look_at(page, "presentation-empty", language=language)
    tab_to(page, page.locator("main [name=impressions]"))
    page.keyboard.insert_text("難しかった。\n楽しかった。")
    press(page, page.locator("main form .btn-primary"))
    expect(page.locator(".banner-success")).to_be_visible(timeout=WAIT)
    assert page.locator("main [name=impressions]").input_value() == "難しかった。\n楽しかった。"
    look_at(page, "presentation", language=language)
    assert Presentation.objects.get(session=meeting).topics == 1
    press(page, page.locator("#slides form .btn"))
    download = page.locator("#slides a[href*='/presentation/slides/']")
    expect(download).to_be_visible(timeout=WAIT)
    look_at(page, "presentation-slides", language=language)


def test_a_file_that_is_no_slides_keeps_the_words(cast, meeting, open_page):
    address = f"/companies/{cast.company.pk}/sessions/{meeting.pk}/presentation/"
    page = open_page(address, language="ja", width=360, user=cast.people["staff"])
    page.locator("main [name=learned]").fill("残る言葉")
    page.locator("main [name=slides]").set_input_files(
        {"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"no pdf"}
    )
    page.locator("main form .btn-primary").first.click()
    expect(page.locator(".errors")).to_be_visible(timeout=WAIT)
    assert page.locator("main [name=learned]").input_value() == "残る言葉"
    look_at(page, "presentation-errors", language="ja")


@pytest.mark.parametrize("reader", [ENGLISH], ids=reader_id)
def test_the_secretariat_orders_and_writes_down_by_keyboard(cast, meeting, open_page, reader):
    language, width = reader
    base = f"/programmes/{cast.programme.pk}/sessions/{meeting.pk}/closing/"
    page = open_page(base, language=language, width=width, user=cast.people["secretariat"])
    look_at(page, "closing", language=language)
    press(page, page.locator(f"main button[value='up:{cast.neighbour.pk}']"))
    expect(page).to_have_url(re.compile(f"#company-{cast.neighbour.pk}$"), timeout=WAIT)
    field = page.locator(f"main [name='place-{cast.enrolment.pk}']")
    tab_to(page, field)
    page.keyboard.insert_text("1")
    # Enter in a field saves the numbers; it moves nobody.
    page.keyboard.press("Enter")
    expect(page.locator(".banner-success")).to_be_visible(timeout=WAIT)
    look_at(page, "closing-ordered", language=language)
    places = dict(Presentation.objects.filter(session=meeting).values_list("enrolment", "order"))
    assert sorted(places.values()) == [1, 2]
    press(page, page.locator("main a[href$='/closing/remarks/']"))
    expect(page).to_have_url(re.compile("/remarks/$"), timeout=WAIT)
    look_at(page, "remarks-empty", language=language)
    page.locator("main [name=company]").select_option(str(cast.company.pk))
    tab_to(page, page.locator("main [name=text]"))
    page.keyboard.insert_text("How did you begin?")
    press(page, page.locator("main form .btn-primary"))
    expect(page.locator(".said")).to_be_visible(timeout=WAIT)
    assert page.locator("main [name=company]").input_value() == str(cast.company.pk)
    look_at(page, "remarks", language=language)
    remark = MeetingRemark.objects.get(session=meeting)
    assert (remark.company, remark.text) == (cast.company, "How did you begin?")


def test_writing_down_on_a_telephone_without_scripts(cast, meeting, open_page):
    base = f"/programmes/{cast.programme.pk}/sessions/{meeting.pk}/closing/remarks/"
    page = open_page(base, language="ja", width=360, scripts=False, user=cast.people["secretariat"])
    page.locator("main [name=text]").fill("勉強になりました。")
    page.locator("main form .btn-primary").click()
    expect(page.locator(".said")).to_have_text(re.compile("勉強になりました。"), timeout=WAIT)


@pytest.fixture
def held(cast):
    session = make_session(cast.programme, title_ja="実務担当者教育", title_en="Education", starts_at=PAST)
    make_attendance(session, make_person(cast.company, name_ja="髙橋 陽子", name_en="Yoko Takahashi"))
    make_attendance(session, make_person(cast.neighbour.company))
    return session


@pytest.mark.parametrize("reader", READERS, ids=reader_id)
def test_certificates_for_all_and_one_revoked(cast, held, open_page, reader):
    language, width = reader
    base = f"/programmes/{cast.programme.pk}/sessions/{held.pk}/certificates/"
    page = open_page(base, language=language, width=width, user=cast.people["secretariat"])
    look_at(page, "certificates-none", language=language)
    press(page, page.locator("main form .acts .btn-primary"))
    result = page.locator("main .job a")
    expect(result).to_be_visible(timeout=WAIT)
    result.click()
    expect(page.locator("main table a[href^='/companies/'][href*='/certificates/']")).to_have_count(2, timeout=WAIT)
    look_at(page, "certificates", language=language)
    press(page, page.locator("main a[href$='/revoke/']"))
    expect(page).to_have_url(re.compile("/revoke/$"), timeout=WAIT)
    look_at(page, "revoke", language=language)
    page.locator("main form .btn-danger").click()
    expect(page.locator(".errors")).to_be_visible(timeout=WAIT)
    page.locator("main [name=reason]").fill("氏名の誤り")
    page.locator("main form .btn-danger").click()
    expect(page).to_have_url(re.compile("/certificates/$"), timeout=WAIT)
    assert Certificate.objects.filter(session=held, revoked_at=None).count() == 1
    own = f"/companies/{cast.company.pk}/certificates/"
    page = open_page(own, language=language, width=width, user=cast.people["staff"])
    look_at(page, "company-certificates", language=language)


@pytest.mark.parametrize("reader", READERS, ids=reader_id)
def test_anybody_checks_a_code_without_signing_in(cast, held, open_page, reader):
    language, width = reader
    actor = cast.people["secretariat"]
    with seen_by(actor):
        certificate, *_ = certificates.issue_certificates(session=held, actor=actor, now=NOW)
    page = open_page("/verify/", language=language, width=width)
    look_at(page, "verify", language=language)
    tab_to(page, page.locator("main [name=code]"))
    page.keyboard.insert_text("ABC")
    page.keyboard.press("Enter")
    expect(page.locator(".errors")).to_be_visible(timeout=WAIT)
    look_at(page, "verify-error", language=language)
    page.locator("main [name=code]").fill(grouped(certificate.code).lower())
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/verify/{certificate.code}/$"), timeout=WAIT)
    look_at(page, "verified", language=language)
    with seen_by(actor):
        certificates.revoke_certificate(certificate=certificate, reason="x", actor=actor, now=NOW)
    page.reload()
    expect(page.locator(".banner-error:not(#connection-lost)")).to_be_visible(timeout=WAIT)
    look_at(page, "revoked", language=language)
    look_at(open_page("/verify/nothing/", language=language, width=width), "verify-unknown", language=language)
