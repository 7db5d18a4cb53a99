"""An adviser's round in a real Chromium: from the queue to the redline, judging and writing in private, and the return."""

from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from common.tenancy import acting_as
from policies import services
from policies.enums import Decision, FreezeReason, Transition
from policies.models import Cycle, Letter, Post, Review, ReviewNote, Submission, Suggestion, Verdict, of_cycle
from policies.workflow import move
from tests.browser.checks import READERS, look_at, reader_id, tab_to
from tests.factories import make_assignment, make_company, make_member, make_programme, make_seat, numbers

pytestmark = pytest.mark.processes

SCOPE = "この方針は、当社のすべての役員と従業員に適用します。従業員には、契約社員とパートタイム社員を含みます。"
WIDER = "この方針は、当社のすべての役員と従業員に適用します。従業員には、契約社員、派遣社員、技能実習生を含みます。"
CONTACT = "人権に関する相談窓口を総務部に置きます。"
BETTER = "人権に関する相談窓口を総務部（電話 03-0000-0000）に置きます。相談した人を不利に扱いません。"


class Desk(SimpleNamespace):
    """A company that has had a first review and has submitted again, its adviser, and its secretariat."""

    def submit(self) -> Submission:
        with acting_as(self.staff.pk):
            revision = services.freeze(cycle=self.cycle, reason=FreezeReason.SUBMISSION, actor=self.staff)
            move(cycle=self.cycle, transition=Transition.SUBMIT, actor=self.staff, today=timezone.localdate())
            submission = Submission(
                **of_cycle(self.cycle),
                revision=revision,
                reference=f"B-{next(numbers):05}",
                submitted_by=self.staff,
                **services.columns_for_queue(cycle=self.cycle, revision=revision, today=timezone.localdate()),
            )
            submission.save(force_insert=True)
        return submission

    def write(self, code: str, text: str):
        with acting_as(self.staff.pk):
            sections = services.begin_sections(cycle=self.cycle, actor=self.staff)
            return services.add_paragraph(section=sections[code], actor=self.staff, texts={"ja": text})

    def rewrite(self, paragraph, text: str) -> None:
        with acting_as(self.staff.pk):
            services.save_paragraph(
                paragraph=paragraph,
                language="ja",
                text=text,
                base_rev=1,
                operation=uuid4(),
                actor=self.staff,
                now=timezone.now(),
            )

    def first_round(self) -> None:
        now, today = timezone.now(), timezone.localdate()
        submission = self.submit()
        with acting_as(self.adviser.pk):
            review = services.start_review(submission=submission, actor=self.adviser, today=today, now=now)
            for requirement, judgement, advice in (
                ("meti-1", "met", ""),
                ("meti-2", "partly", "派遣社員と技能実習生にも触れてください。"),
            ):
                services.record_verdict(
                    review=review,
                    requirement=requirement,
                    judgement=judgement,
                    advice=advice,
                    actor=self.adviser,
                    now=now,
                )
            services.return_review(review=review, decision=Decision.CHANGES, actor=self.adviser, now=now, today=today)


@pytest.fixture
def desk(running):
    with running.portal():
        programme = make_programme(name_ja="方針づくり", name_en="Policies", target_due_on=None)
        enrolment = make_company(programme, name_ja="楓精密株式会社", name_en="Kaede Precision")
        seat = make_seat(programme, role="adviser")
        make_assignment(enrolment, seat)
        made = Desk(
            programme=programme,
            company=enrolment.company,
            cycle=Cycle.objects.select_related("company", "enrolment").get(enrolment=enrolment),
            staff=make_member(enrolment.company, role="manager"),
            adviser=seat.user,
            secretariat=make_seat(programme, role="leader").user,
            queue=f"/programmes/{programme.pk}/advising/",
            page=f"/companies/{enrolment.company_id}/policy/review/",
        )
        made.write("positioning", "当社は、人権の尊重を経営の土台とします。")
        scope, made.contact = made.write("scope", SCOPE), made.write("contact", CONTACT)
        made.first_round()
        made.rewrite(scope, WIDER)
        made.scope = scope
        made.submit()
        Submission.objects.filter(cycle=made.cycle, closed_at=None).update(
            due_on=timezone.localdate() - timedelta(days=1)
        )
        yield made


@pytest.mark.parametrize("reader", READERS, ids=reader_id)
def test_a_round_from_the_queue_to_the_return(desk, open_page, reader):
    language, width = reader
    page = open_page(desk.queue, language=language, width=width, user=desk.adviser)
    look_at(page, "review-queue", language=language)
    page.locator("main table a").first.click()
    page.wait_for_url(f"**{desk.page}")
    expect(page.locator("ins").first).to_contain_text("派遣社員")
    look_at(page, "review-before", language=language)
    page.locator(".deeds button").click()
    expect(page.locator("a[href$='/review/return/']")).to_be_visible()

    # A judgement and advice, saved without pressing anything.
    page.locator("#meti-2-met").check()
    page.locator("#advice-meti-7").fill("電話番号を書いてください。")
    page.locator("#meti-7-partly").check()
    expect(page.locator("#state-meti-2")).not_to_be_empty()
    expect(page.locator("#badge-meti-7 .tag-ask")).to_be_visible()

    # A comment on the words that are marked, by keyboard.
    passage = page.locator(f"#p-{desk.contact.pk}")
    passage.locator(".desk-words").evaluate(
        "element => { const text = element.firstChild, range = document.createRange();"
        " range.setStart(text, 0); range.setEnd(text, 2);"
        " const marked = getSelection(); marked.removeAllRanges(); marked.addRange(range); }"
    )
    passage.locator(".desk-acts a").first.focus()
    page.keyboard.press("Enter")
    form = passage.locator("form.desk-form")
    expect(form.locator("h3")).to_be_focused()
    expect(form.locator("[name=quote]")).to_have_value("人権")
    tab_to(page, form.locator("[name=text]"))
    page.keyboard.type("窓口の連絡先がありません。")
    tab_to(page, form.locator("button[name=done]"))
    page.keyboard.press("Enter")
    card = passage.locator(".desk-card").first
    expect(card).to_be_focused()
    expect(card).to_contain_text("窓口の連絡先がありません。")
    expect(passage.locator("form.desk-form")).to_have_count(0)

    # Wording of their own, with what it changes shown while they type.
    passage.locator(".desk-acts a").nth(1).click()
    form = passage.locator("form.desk-form")
    form.locator("[name=text]").fill(BETTER)
    expect(form.locator("#preview ins").first).to_be_visible()
    look_at(page, "review-wording", language=language)
    form.locator("[name=reason]").fill("だれに連絡するかが分かります。")
    form.locator("button[name=done]").click()
    expect(passage.locator(".desk-card")).to_have_count(2)
    page.locator("#note-text").fill("社長に電話する")
    expect(page.locator("#state-note")).not_to_be_empty()
    look_at(page, "review-desk", language=language)
    assert (
        Verdict.objects.filter(cycle=desk.cycle, review__returned_at=None, requirement__in=("meti-2", "meti-7")).count()
        == 2
    )
    assert (Post.objects.filter(cycle=desk.cycle).count(), Suggestion.objects.get(cycle=desk.cycle).text) == (1, BETTER)
    assert ReviewNote.objects.get(cycle=desk.cycle).text == "社長に電話する"

    # The page that shows exactly what leaves, and the one act.
    page.locator(".deeds a.btn-primary").click()
    expect(page.locator("main")).to_contain_text("窓口の連絡先がありません。")
    expect(page.locator("main")).not_to_contain_text("社長に電話する")
    page.locator("[name=text]").fill("よくなりました。あと一歩です。")
    expect(page.locator("#state-letter")).not_to_be_empty()
    look_at(page, "review-return", language=language)
    page.locator("[name=decision][value=changes]").check()
    page.locator("button[name=then][value=queue]").click()
    page.wait_for_url(f"**{desk.queue}")
    look_at(page, "review-queue-empty", language=language)
    last = Review.objects.filter(cycle=desk.cycle).order_by("started_at").last()
    assert (last.decision, last.advice_count, Letter.objects.get(review=last).text) == (
        "changes",
        3,
        "よくなりました。あと一歩です。",
    )
    page.goto(desk.page)
    look_at(page, "review-returned", language=language)


@pytest.mark.parametrize("reader", READERS, ids=reader_id)
def test_the_pages_beside_a_review(desk, open_page, reader):
    language, width = reader
    page = open_page("/phrases/", language=language, width=width, user=desk.adviser)
    look_at(page, "phrases-empty", language=language)
    page.locator("[name=title]").fill("窓口の電話番号")
    page.locator("main form [name=text]").fill("電話番号と受付時間を書いてください。")
    page.locator("main form button.btn-primary").click()
    look_at(page, "phrases", language=language)
    page.goto(f"{desk.queue}pace/")
    look_at(page, "pace", language=language)
    page.goto(f"{desk.queue}companies/")
    look_at(page, "advised", language=language)
    page.goto(desk.page)
    page.locator(".deeds button").click()
    page.locator("a[hx-get*='into=advice-meti-2']").click()
    page.locator("[data-insert]").first.click()
    expect(page.locator("#advice-meti-2")).to_have_value("電話番号と受付時間を書いてください。")
    page.goto(f"{desk.page}hand-over/")
    look_at(page, "hand-over", language=language)
    page = open_page(f"{desk.page}course/", language=language, width=width, user=desk.secretariat)
    look_at(page, "review-course", language=language)


def test_what_was_typed_stays_when_the_session_ends_meanwhile(desk, open_page):
    page = open_page(desk.page, user=desk.adviser)
    page.locator(".deeds button").click()
    page.locator("a[href$='/review/return/']").wait_for()
    page.context.clear_cookies()
    page.locator("#advice-meti-7").fill("消えない言葉")
    page.locator("#meti-7-partly").check()
    expect(page.locator("#desk-lost")).to_be_visible()
    expect(page.locator("#advice-meti-7")).to_have_value("消えない言葉")
    assert not Verdict.objects.filter(cycle=desk.cycle, requirement="meti-7").exists()


def test_without_scripts_everything_can_be_written_too(desk, open_page):
    page = open_page(desk.page, user=desk.adviser, scripts=False)
    page.locator(".deeds button").click()
    page.locator(f"#p-{desk.contact.pk} .desk-acts a").first.click()
    page.locator("[name=text]").fill("窓口の連絡先がありません。")
    page.locator("main form button[name=done]").click()
    expect(page.locator(f"#p-{desk.contact.pk} .desk-card")).to_contain_text("窓口の連絡先がありません。")
    page.locator("#meti-7-missing").check()
    page.locator("#p-requirement-meti-7 button[name=done]").click()
    expect(page.locator("#badge-meti-7 .tag-ask")).to_be_visible()
