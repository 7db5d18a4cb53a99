"""Versions in a real Chromium: read, compared, brought back, and a file that is made while one waits."""

from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from common.tenancy import acting_as
from policies import services
from policies.enums import FreezeReason
from policies.models import Cycle, ParagraphText
from tests.browser.checks import READERS, focused, look_at, reader_id
from tests.factories import make_company, make_member, make_programme

pytestmark = pytest.mark.processes

WAIT = 60_000  # ms; a busy machine sets a PDF beside everything else
TEXTS = {
    "scope": [
        (
            "本方針は、当社のすべての役員と従業員に適用します。また、取引先にも本方針の理解と支持を求めます。",
            "This policy applies to all officers and employees of the company. We also ask our suppliers to support it.",
        ),
        ("従業員に対して人権研修を実施する予定です。", "We plan to carry out human rights training for employees."),
    ],
    "contact": [
        (
            "人権に関する相談窓口を総務部に置きます。\n電話：03-1234-5678",
            "Contact: general affairs.\nPhone: 03-1234-5678",
        ),
        ("消える段落です。", "A paragraph that goes."),
    ],
    "law": [("法令を守ります。", "We obey the law.")],
}
LATER = (
    "本方針は、当社およびグループ会社のすべての役員と従業員（契約社員、派遣社員、技能実習生を含む）に適用します。"
    "また、取引先には本方針の趣旨を理解し、人権を尊重していただくことを期待します。"
)


@pytest.fixture
def kept(running):
    """A company with two versions of its policy in two languages, and a working copy that went on."""
    with running.portal():
        enrolment = make_company(make_programme(target_due_on=None))
        staff = make_member(enrolment.company)
        cycle = Cycle.objects.get(enrolment=enrolment)
        with acting_as(staff.pk):
            services.set_english(cycle=cycle, has_english=True, actor=staff)
            sections = services.begin_sections(cycle=cycle, actor=staff)
            written = {
                code: [
                    services.add_paragraph(section=sections[code], texts={"ja": ja, "en": en}, actor=staff)
                    for ja, en in texts
                ]
                for code, texts in TEXTS.items()
            }
            cycle.refresh_from_db()
            before = services.freeze(cycle=cycle, reason=FreezeReason.SUBMISSION, actor=staff)
            rewrite(written["scope"][0], staff, LATER)
            rewrite(written["scope"][1], staff, "従業員に対し、年1回以上、人権研修を実施します。")
            services.remove_paragraph(paragraph=written["contact"][1], actor=staff, now=timezone.now())
            services.add_paragraph(section=sections["closing"], texts={"ja": "毎年見直します。"}, actor=staff)
            after = services.freeze(cycle=cycle, reason=FreezeReason.REQUEST, actor=staff, label="取締役会の前 ①㈱髙﨑")
            rewrite(written["law"][0], staff, "法令と国際的な基準を守ります。")
        home = f"/companies/{enrolment.company_id}/policy/"
        yield SimpleNamespace(
            staff=staff,
            before=before,
            after=after,
            versions=f"{home}versions/",
            version=f"{home}versions/{before.pk}/",
            restore=f"{home}versions/{before.pk}/restore/",
            share=f"{home}versions/{before.pk}/share/",
            working=f"{home}versions/working/?language=en",
            compare=f"{home}compare/?from={before.pk}&to={after.pk}",
            law=written["law"][0],
        )


def rewrite(paragraph, actor, text) -> None:
    rev = ParagraphText.objects.get(paragraph=paragraph, language="ja").rev
    services.save_paragraph(
        paragraph=paragraph,
        language="ja",
        text=text,
        base_rev=rev,
        operation=uuid4(),
        actor=actor,
        now=timezone.now(),
    )


@pytest.mark.parametrize("reader", READERS, ids=reader_id)
def test_every_page_of_versions_stands_at_both_sizes(open_page, kept, reader):
    language, width = reader
    pages = {
        "versions": kept.versions,
        "version": kept.version,
        "working": kept.working,
        "compare": kept.compare,
        "compare-changes": f"{kept.compare}&show=changes&language=en",
        "compare-side": f"{kept.compare}&view=side",
        "restore": kept.restore,
        "share": kept.share,
    }
    page = open_page(kept.versions, language=language, width=width, user=kept.staff)
    for name, address in pages.items():
        page.goto(address)
        look_at(page, name, language=language)


def test_from_change_to_change_by_keys(open_page, kept):
    page = open_page(kept.compare, language="en", user=kept.staff)
    assert page.locator("#summary").inner_text().endswith("sections.")
    page.get_by_role("link", name="Go to the first change").press("Enter")
    assert focused(page).startswith("Change 1 of ")
    page.keyboard.press("Tab")
    assert focused(page) == "Next change"
    page.keyboard.press("Enter")
    assert focused(page).startswith("Change 2 of ")
    page.get_by_role("link", name="Before and after, side by side").click()
    assert page.locator(".pair").count() >= 2
    assert page.locator(".pair ins").count() == 0


def test_a_file_is_made_while_one_waits_and_then_fetched(open_page, kept):
    page = open_page(kept.version, language="en", user=kept.staff)
    page.get_by_label("Languages of the file").select_option("en")
    page.get_by_role("button", name="Make the file").click()
    button = page.get_by_role("link", name="Download the file")
    expect(button).to_be_visible(timeout=WAIT)
    expect(page.get_by_text("v1.pdf")).to_be_visible(timeout=WAIT)
    look_at(page, "export", language="en")
    with page.expect_download() as download:
        button.click()
    assert download.value.suggested_filename.endswith("v1.pdf")


def test_a_paragraph_is_brought_back_after_a_look(open_page, kept, running):
    page = open_page(f"{kept.restore}?paragraph={kept.law.pk}", language="en", user=kept.staff)
    expect(page.locator(".redline ins, .redline del").first).to_be_visible()
    page.get_by_role("button", name="Bring the chosen paragraphs back").click()
    expect(page.get_by_text("1 paragraph was brought back from version 1.")).to_be_visible()
    with running.portal():
        assert ParagraphText.objects.get(paragraph=kept.law, language="ja").text == "法令を守ります。"
