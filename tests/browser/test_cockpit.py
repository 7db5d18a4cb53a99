"""The secretariat's cockpit in a real Chromium: find who is late, give them longer, note why, see as they see; by keys."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from audit.queries import looks
from programmes.models import Extension, MemoSave, MilestoneKind
from tests.browser.checks import READERS, focused, look_at, reader_id, sideways, tab_to
from tests.factories import make_company, make_member, make_programme, make_seat
from tests.policies.test_queries import put

pytestmark = pytest.mark.processes

WORDS = {
    "ja": SimpleNamespace(
        late="期限超過", extend="期限を延長する", reason="理由", until="まで延長", memo="メモを書く", save="メモを保存する",
        seen="この会社の画面を見る", end="表示を終わる", filter="この条件で表示する", more="さらに絞り込む",
        standing="達成の状況", milestone="達成項目", overdue="期限超過または欠席", stalled="動きのない企業", who="担当を保存する",
        extend_them="期限を延長する",
    ),
    "en": SimpleNamespace(
        late="Overdue", extend="Extend the deadline", reason="Reason", until="until", memo="Write the memo",
        save="Save the memo", seen="See as this company", end="End the view", filter="Show these companies",
        more="More filters", standing="Where it stands", milestone="Milestone", overdue="Overdue or missed",
        stalled="Companies that do not move", who="Save who is in charge",
        extend_them="Extend a deadline for them",
    ),
}  # fmt: skip


@pytest.fixture
def desk(running):
    """Three companies whose policies were due three days ago; one of them is published."""
    with running.portal():
        today = timezone.localdate()
        programme = make_programme(
            starts_on=today - timedelta(days=200), ends_on=today + timedelta(days=100),
            target_due_on=today - timedelta(days=3),
        )  # fmt: skip
        MilestoneKind.objects.filter(programme=programme, code="approved").update(
            due_on=today - timedelta(days=3),
            name_ja="承認",
            name_en="Approved",
            definition_ja="定義",
            definition_en="D",
        )
        names = (("髙﨑精機", "Takasaki Seiki"), ("隣工業", "Tonari Kogyo"), ("北商事", "Kita Shoji"))
        companies = [make_company(programme, name_ja=ja, name_en=en) for ja, en in names]
        day = today - timedelta(days=30)
        put(companies[2], "published", submitted_on=day, approved_on=day, published_on=day)
        seat = make_seat(programme, role="leader")
        yield SimpleNamespace(
            programme=programme,
            companies=companies,
            seat=seat,
            user=seat.user,
            manager=make_member(companies[0].company, role="manager"),
            at=f"/programmes/{programme.pk}/companies/",
            of=f"/programmes/{programme.pk}/companies/{companies[0].company_id}/",
            until=today + timedelta(days=10),
        )


def shown(page) -> int:
    return page.locator(".matrix tbody tr").count()


@pytest.mark.parametrize("reader", READERS, ids=reader_id)
def test_the_secretariat_finds_who_is_late_and_follows_up(running, open_page, desk, reader):
    language, width = reader
    words, company = WORDS[language], desk.companies[0].company
    name = company.name_ja if language == "ja" else company.name_en
    page = open_page(desk.at, language=language, width=width, user=desk.user)
    look_at(page, "cockpit-matrix", language=language)
    assert shown(page) == 3

    # On a phone the card says what is open; on a desk the columns do, and the head stays where it is.
    assert page.locator(".matrix-open").first.is_visible() is (width == 360)
    assert page.locator(".matrix tbody td:last-child").first.is_visible() is (width != 360)

    # By keys alone: open the panel, choose a milestone and where it stands, send.
    tab_to(page, page.locator("summary", has_text=words.more))
    page.keyboard.press("Enter")
    page.get_by_label(words.milestone, exact=True).select_option("approved")
    page.get_by_label(words.standing).select_option("overdue")
    tab_to(page, page.get_by_role("button", name=words.filter))
    page.keyboard.press("Enter")
    page.wait_for_url("**reached=overdue**")
    assert shown(page) == 2
    look_at(page, "cockpit-overdue", language=language)

    tab_to(page, page.locator(".matrix tbody").get_by_role("link", name=name))
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{desk.of}")
    look_at(page, "cockpit-company", language=language)

    # Longer for the policy: nothing typed is lost when something is missing.
    tab_to(page, page.locator("#m-approved").get_by_role("link"))
    page.keyboard.press("Enter")
    page.locator("#id_due_on").fill(desk.until.isoformat())
    page.get_by_role("button", name=words.extend).click()
    expect(page.locator(".field-wrong")).to_have_count(1)
    assert page.locator("#id_due_on").input_value() == desk.until.isoformat()
    look_at(page, "cockpit-extend-wrong", language=language)
    page.locator("#id_reason").fill("取締役会が延期された")
    page.keyboard.press("Tab")
    assert focused(page) == words.extend
    page.keyboard.press("Enter")
    page.wait_for_url("**#m-approved")
    expect(page.locator("#m-approved")).to_contain_text("取締役会が延期された")
    page.goto(page.url.split("/companies/")[0] + "/companies/?show=late")
    assert shown(page) == 1
    with running.portal():
        longer = Extension.objects.filter(programme=desk.companies[0].programme)
        assert list(longer.values_list("due_on", flat=True)) == [desk.until]


@pytest.mark.parametrize("reader", READERS, ids=reader_id)
def test_many_companies_are_ticked_and_given_longer_with_one_reason(running, open_page, desk, reader):
    language, width = reader
    words = WORDS[language]
    page = open_page(desk.at, language=language, width=width, user=desk.user)
    boxes, count = page.locator('input[name="company"]'), page.locator("[data-count]")
    tab_to(page, boxes.nth(1))
    page.keyboard.press("Space")
    expect(count).to_have_text("1")
    page.locator("[data-whole-page]").check()
    expect(count).to_have_text("3")
    boxes.nth(0).uncheck()
    expect(count).to_have_text("2")
    page.locator('input[name="all"]').check()
    expect(count).to_have_text("3")
    expect(boxes.nth(0)).to_be_disabled()
    page.locator('input[name="all"]').uncheck()
    expect(count).to_have_text("2")
    look_at(page, "cockpit-ticked", language=language)
    page.get_by_role("button", name=words.extend_them).click()

    # Something is missing: choice and words stay.
    page.locator("#id_kind").select_option(index=3)
    page.locator("#id_due_on").fill(desk.until.isoformat())
    page.locator("main form button.btn-primary").click()
    expect(page.locator(".field-wrong")).to_have_count(1)
    assert page.locator("#id_due_on").input_value() == desk.until.isoformat()
    look_at(page, "cockpit-extend-many-wrong", language=language)
    page.locator("#id_reason").fill("年末の繁忙期")
    page.locator("main form button.btn-primary").click()
    page.wait_for_url(f"**{desk.at}")
    assert shown(page) == 3
    with running.portal():
        given = Extension.objects.filter(programme=desk.programme, reason="年末の繁忙期")
        # The third has reached it.
        assert list(given.values_list("enrolment", "kind__code", "due_on")) == [
            (desk.companies[1].pk, "approved", desk.until)
        ]


@pytest.mark.parametrize("reader", READERS, ids=reader_id)
def test_two_write_the_memo_and_neither_text_is_lost(running, open_page, desk, reader):
    language, width = reader
    words = WORDS[language]
    page = open_page(f"{desk.of}memo/", language=language, width=width, user=desk.user)
    with running.portal():
        from programmes.services import following

        following.save_memo(enrolment=desk.companies[0], text="同僚の文", base=0, actor=desk.user, now=timezone.now())
    page.locator("#id_text").fill("自分の文")
    page.get_by_role("button", name=words.save).click()
    expect(page.locator("blockquote")).to_have_text("同僚の文")
    assert page.locator("#id_text").input_value().strip() == "自分の文"
    look_at(page, "cockpit-memo-conflict", language=language)
    page.locator("#id_text").fill("同僚の文\n自分の文")
    page.get_by_role("button", name=words.save).click()
    page.wait_for_url("**#memo")
    expect(page.locator(".memo-text")).to_have_text("同僚の文\n自分の文")
    with running.portal():
        assert MemoSave.objects.filter(enrolment=desk.companies[0]).count() == 3


@pytest.mark.parametrize("reader", READERS, ids=reader_id)
def test_the_secretariat_sees_as_the_company_and_the_company_reads_it(running, open_page, desk, reader):
    language, width = reader
    words = WORDS[language]
    page = open_page(desk.of, language=language, width=width, user=desk.user)
    page.get_by_role("link", name=words.seen).click()
    expect(page.locator(".seen-as")).to_be_visible()
    look_at(page, "cockpit-seen-as", language=language)
    assert page.locator("main form").count() == 0
    page.get_by_role("link", name=words.end).click()
    page.wait_for_url(f"**{desk.of}")
    with running.portal():
        assert looks(desk.companies[0].company_id).count() == 1
    for path, picture in ((f"{desk.of}timeline/", "timeline"), (f"{desk.of}charge/", "charge")):
        page.goto(page.url.split("/programmes/")[0] + path)
        look_at(page, f"cockpit-{picture}", language=language)
    page.goto(page.url.split("/programmes/")[0] + f"{desk.at}stalled/?days=14")
    look_at(page, "cockpit-stalled", language=language)
    assert sideways(page) == 0
