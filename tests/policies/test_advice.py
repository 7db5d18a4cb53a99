"""How advice was handled: the items, the company's answers, the page and the PDF."""

import io
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pikepdf
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from audit.models import Event
from jobs.models import Job, StoredFile
from jobs.tasks import run_job
from notifications.models import OutgoingMail
from policies import services
from policies.enums import ActionSource, ActionState
from policies.models import ActionItem, Cycle
from policies.queries import action_counts, action_items
from policies.rendering.advice import advice_page, advice_pdf, advice_rows
from policies.services import Advice
from tests.counting import queries_of
from tests.factories import make_person
from tests.factories.talk import TEXTS, make_comment, make_item, make_paragraph, make_suggestion
from tests.roles import seen_by, web_role

NOW = datetime(2024, 12, 10, 3, tzinfo=UTC)
MARKUP = '<script>alert("1")</script>&amp;<b>太字</b>'


@pytest.fixture
def cycle(cast) -> Cycle:
    return Cycle.objects.get(enrolment=cast.enrolment)


@pytest.fixture
def item(cast, cycle) -> ActionItem:
    return make_item(cycle, cast.people["adviser"], "相談窓口を明記してください。", requirement="meti-7")


def page(cast, name="advice", *ids) -> str:
    return reverse(f"policies:{name}", args=[cast.company.pk, *ids])


def html(response) -> str:
    return response.content.decode()


def deed(name: str, item: ActionItem, user, **arguments):
    with seen_by(user):
        return getattr(services, name)(item=ActionItem.objects.get(pk=item.pk), actor=user, **arguments)


# --- Giving advice --------------------------------------------------------------------------------------------------------


def test_the_tasks_of_a_consultation_become_items_without_a_cycle(cast):
    adviser, consultation = cast.people["adviser"], uuid4()
    person = make_person(cast.company)
    advice = [
        Advice(source_id=consultation, text="窓口を決める。", requirement="1", owner=person, due_on=date(2025, 1, 31)),
        Advice(source_id=consultation, text="社長に説明する。", requirement="2"),
    ]
    with seen_by(adviser):
        made = services.add_action_items(
            enrolment=cast.enrolment, source=ActionSource.CONSULTATION, advice=advice, actor=adviser
        )
    assert [(one.text, one.owner, one.due_on, one.cycle, one.state) for one in ActionItem.objects.order_by("text")] == [
        ("社長に説明する。", None, None, None, "open"),
        ("窓口を決める。", person, date(2025, 1, 31), None, "open"),
    ]
    assert len(made) == 2
    assert Event.objects.get(verb="advice.given").detail == {"source": "consultation", "count": 2}
    staff = cast.people["staff"]
    assert deed("answer_item", made[0], staff, state="done", answer="総務部に決めました。", now=NOW).state == "done"


def test_nothing_is_said_of_no_advice(cast):
    adviser = cast.people["adviser"]
    with seen_by(adviser):
        assert (
            services.add_action_items(enrolment=cast.enrolment, source=ActionSource.VERDICT, advice=[], actor=adviser)
            == []
        )
    assert not Event.objects.filter(verb="advice.given").exists()


@pytest.mark.parametrize("who", ["secretariat", "neighbour", "former_adviser", "unassigned_adviser", "nobody"])
def test_others_give_none(cast, who):
    user, advice = cast.people[who], [Advice(source_id=uuid4(), text="?")]
    with seen_by(user), pytest.raises(PermissionDenied):
        services.add_action_items(enrolment=cast.enrolment, source=ActionSource.VERDICT, advice=advice, actor=user)


# --- Answering ------------------------------------------------------------------------------------------------------------


def test_an_answer_can_be_given_changed_and_taken_back(cast, item):
    staff, manager = cast.people["staff"], cast.people["manager"]
    done = deed("answer_item", item, staff, state="done", answer=" 総務部です。 ", now=NOW)
    assert (done.state, done.answer, done.answered_by, done.answered_at) == ("done", "総務部です。", staff, NOW)
    changed = deed("answer_item", item, manager, state="declined", answer="窓口は親会社にあります。", now=NOW)
    assert (changed.state, changed.answered_by) == ("declined", manager)
    opened = deed("answer_item", item, staff, state="open", answer="", now=NOW)
    assert (opened.state, opened.answer, opened.answered_by) == ("open", "", None)
    assert [e.detail["state"] for e in Event.objects.filter(verb="advice.answered").order_by("at")] == [
        "done",
        "declined",
        "open",
    ]


@pytest.mark.parametrize(
    ("state", "answer"),
    [("declined", ""), ("declined", " \n"), ("done", "a\x00"), ("done", "あ" * 5_001), ("withdrawn", "")],
    ids=range(5),
)
def test_answers_that_are_none(cast, item, state, answer):
    with pytest.raises(ValidationError):
        deed("answer_item", item, cast.people["staff"], state=state, answer=answer, now=NOW)
    item.refresh_from_db()
    assert item.state == ActionState.OPEN


def test_the_thread_of_a_comment_is_resolved_with_its_item(cast, cycle):
    thread = make_comment(cycle, cast.people["adviser"], "誰ですか。")
    item = ActionItem.objects.get(source_id=thread.pk)
    deed("answer_item", item, cast.people["staff"], state="done", answer="全員です。", now=NOW)
    thread.refresh_from_db()
    assert (thread.resolved_at, thread.resolved_by_id) == (NOW, cast.people["staff"].pk)
    deed("answer_item", item, cast.people["staff"], state="open", answer="", now=NOW)
    thread.refresh_from_db()
    assert (thread.resolved_at, thread.resolved_by_id) == (None, None)


def test_suggested_wording_is_answered_beside_the_text(cast, cycle):
    suggestion = make_suggestion(make_paragraph(cycle), cast.people["adviser"], "新しい文です。")
    item = ActionItem.objects.get(source_id=suggestion.pk)
    with pytest.raises(services.AnsweredElsewhere):
        deed("answer_item", item, cast.people["staff"], state="done", answer="", now=NOW)


def test_who_sees_to_it_and_by_when(cast, item):
    staff, person = cast.people["staff"], make_person(cast.company)
    deed("set_owner", item, staff, owner=person)
    deed("set_due", item, staff, due_on=date(2025, 1, 31))
    item.refresh_from_db()
    assert (item.owner, item.due_on, item.state) == (person, date(2025, 1, 31), "open")
    with pytest.raises(ValidationError):
        deed("set_owner", item, staff, owner=make_person(cast.neighbour.company))
    deed("set_owner", item, staff, owner=None)
    deed("set_due", item, staff, due_on=None)
    item.refresh_from_db()
    assert (item.owner, item.due_on) == (None, None)


@pytest.mark.parametrize("who", ["adviser", "secretariat", "neighbour", "former_adviser", "nobody"])
def test_the_answers_are_the_company_s(cast, item, who):
    user = cast.people[who]
    for name, arguments in (
        ("answer_item", {"state": "done", "answer": "", "now": NOW}),
        ("set_owner", {"owner": None}),
        ("set_due", {"due_on": None}),
    ):
        with seen_by(user), pytest.raises(PermissionDenied):
            getattr(services, name)(item=item, actor=user, **arguments)


def test_only_both_sides_read_it(cast, item):
    seen = set()
    for who, user in cast.people.items():
        with seen_by(user):
            if action_items(user, cast.company).exists() or action_counts(user, cast.company)["all"]:
                seen.add(who)
    assert seen == {"manager", "staff", "adviser"}


# --- The page -------------------------------------------------------------------------------------------------------------


def test_what_is_not_answered_comes_first_and_can_be_shown_alone(cast, cycle, sign_in, item):
    author = cast.people["adviser"]
    later = make_item(cycle, author, "後の助言です。", section_code="scope")
    deed("answer_item", later, cast.people["staff"], state="done", answer="しました。", now=NOW)
    client = sign_in(cast.people["staff"])
    everything, waiting = client.get(page(cast)), client.get(page(cast) + "?show=open")
    assert [row.item.pk for row in everything.context["rows"]] == [item.pk, later.pk]
    assert [row.item.pk for row in waiting.context["rows"]] == [item.pk]
    assert [(chip.count, chip.active) for chip in waiting.context["chips"]] == [(2, False), (1, True)]


def test_rows_say_what_became_of_suggested_wording(cast, cycle, sign_in):
    staff, author = cast.people["staff"], cast.people["adviser"]
    taken, edited = (make_suggestion(make_paragraph(cycle, ja=text), author, f"{text}改。") for text in TEXTS)
    with seen_by(staff):
        services.accept_suggestion(suggestion=taken, actor=staff, now=NOW)
        services.edit_and_accept(suggestion=edited, text="自社の文です。", base_rev=1, actor=staff, now=NOW)
    rows = {row.suggestion.pk: row for row in sign_in(author).get(page(cast)).context["rows"]}
    assert (rows[taken.pk].item.state, rows[taken.pk].own_wording) == ("done", "")
    assert (rows[edited.pk].item.state, rows[edited.pk].own_wording) == ("done", "自社の文です。")
    assert rows[taken.pk].answer
    assert rows[taken.pk].answer != rows[edited.pk].answer


def test_the_company_answers_on_a_page_of_its_own(cast, sign_in, item):
    client, person = sign_in(cast.people["staff"]), make_person(cast.company)
    values = {"state": "declined", "answer": "", "owner": person.pk, "due_on": "2025-01-31"}
    refused = client.post(page(cast, "advice_item", item.pk), values)
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["answer"])
    saved = client.post(page(cast, "advice_item", item.pk), values | {"answer": "不要です。"})
    assert (saved.status_code, saved["Location"]) == (302, f"{page(cast)}#advice-{item.pk}")
    item.refresh_from_db()
    assert (item.state, item.answer, item.owner, item.due_on) == ("declined", "不要です。", person, date(2025, 1, 31))
    verbs = Event.objects.filter(object_id=item.pk).values_list("verb", flat=True)
    assert sorted(verbs) == ["advice.answered", "advice.dated", "advice.handed"]
    client.post(page(cast, "advice_item", item.pk), values | {"answer": "不要です。"})
    assert Event.objects.filter(object_id=item.pk).count() == 3


@pytest.mark.parametrize("field", ["owner", "due_on", "state", "answer"])
def test_nonsense_in_a_field_is_refused_there(cast, sign_in, item, field):
    stranger = make_person(cast.neighbour.company)
    wrong = {"owner": stranger.pk, "due_on": "31日", "state": "withdrawn", "answer": "a\x00"}[field]
    values = {"state": "done", "answer": "はい。"} | {field: wrong}
    response = sign_in(cast.people["staff"]).post(page(cast, "advice_item", item.pk), values)
    assert (response.status_code, list(response.context["form"].errors)) == (422, [field])


def test_an_adviser_reads_and_does_not_answer(cast, sign_in, item):
    client = sign_in(cast.people["adviser"])
    assert "相談窓口を明記してください。" in html(client.get(page(cast)))
    assert page(cast, "advice_item", item.pk) not in html(client.get(page(cast)))
    assert client.get(page(cast, "advice_item", item.pk)).status_code == 403
    assert client.post(page(cast, "advice_item", item.pk), {"state": "done"}).status_code == 403


def test_what_is_overdue_says_so(cast, cycle, sign_in, item):
    deed("set_due", item, cast.people["staff"], due_on=timezone.localdate() - timedelta(days=1))
    assert sign_in(cast.people["staff"]).get(page(cast)).context["rows"][0].is_late


@pytest.mark.parametrize("count", [1, 30])
def test_the_page_asks_the_same_whatever_it_holds(cast, cycle, sign_in, count):
    author = cast.people["adviser"]
    for _ in range(count):
        make_suggestion(make_paragraph(cycle), author, "新しい文です。")
        make_item(cycle, author, "助言です。", owner=make_person(cast.company))
    assert len(queries_of(sign_in(cast.people["staff"]), page(cast))) == 10


# --- The PDF --------------------------------------------------------------------------------------------------------------


def make_pdf(cast, client, who="staff") -> Job:
    """Ask for the PDF and do the work as a worker does: as the web role, in transactions of its own."""
    assert client.post(page(cast, "advice_pdf")).status_code == 302
    job = Job.objects.latest("created_at")
    with web_role():
        run_job(str(job.pk), str(cast.people[who].pk))
    job.refresh_from_db()
    return job


def read(content: bytes) -> str:
    return "".join("".join(each.extract_text().split()) for each in PdfReader(io.BytesIO(content)).pages)


@pytest.mark.django_db(transaction=True)
def test_the_pdf_lists_advice_and_answers_for_both_sides(cast, cycle, sign_in, item):
    deed("answer_item", item, cast.people["staff"], state="done", answer="総務部の髙﨑です。", now=NOW)
    client = sign_in(cast.people["staff"])
    job = make_pdf(cast, client)
    assert (job.state, job.is_content, job.company_id) == (Job.State.DONE, True, cast.company.pk)
    for who in ("staff", "manager", "adviser"):
        answer = sign_in(cast.people[who]).get(job.result_url)
        assert answer["Content-Type"] == "application/pdf"
        text = read(b"".join(answer.streaming_content))
        assert "相談窓口を明記してください。" in text
        assert "総務部の髙﨑です。" in text
    for who in ("secretariat", "neighbour", "unassigned_adviser", "nobody"):
        assert sign_in(cast.people[who]).get(job.result_url).status_code == 404
    assert Event.objects.filter(verb="advice.listed").count() == 1
    assert html(client.get(page(cast))).count(f'href="{job.result_url}"') == 1


@pytest.mark.django_db(transaction=True)
def test_a_job_that_fails_is_seen_told_and_tried_again(cast, sign_in, item, monkeypatch, settings):
    client = sign_in(cast.people["staff"])
    settings.MEDIA_ROOT = "/proc/nowhere"
    client.post(page(cast, "advice_pdf"))
    job = Job.objects.latest("created_at")
    for _ in range(job.max_attempts):
        with web_role():
            run_job(str(job.pk), str(cast.people["staff"].pk))
    job.refresh_from_db()
    assert job.state == Job.State.FAILED
    assert not StoredFile.objects.exists()
    assert OutgoingMail.objects.filter(recipient=cast.people["staff"].email).count() == 1
    retry = reverse("jobs:retry", args=[job.pk])
    assert html(client.get(page(cast))).count(f'action="{retry}"') == 1
    settings.MEDIA_ROOT = ""
    assert client.post(retry).status_code == 302
    job.refresh_from_db()
    assert job.state == Job.State.QUEUED


@pytest.mark.django_db(transaction=True)
def test_who_was_sent_away_meanwhile_gets_no_pdf(cast, sign_in, item):
    client = sign_in(cast.people["adviser"])
    client.post(page(cast, "advice_pdf"))
    job = Job.objects.latest("created_at")
    cast.people["adviser"].accesses.update(revoked_at=timezone.now())
    with web_role():
        run_job(str(job.pk), str(cast.people["adviser"].pk))
    job.refresh_from_db()
    assert job.state != Job.State.DONE
    assert not StoredFile.objects.exists()


def test_asking_again_while_it_is_made_asks_for_nothing_more(cast, sign_in, item):
    client = sign_in(cast.people["staff"])
    for _ in range(3):
        client.post(page(cast, "advice_pdf"))
    assert Job.objects.count() == 1


@pytest.mark.parametrize("who", ["secretariat", "neighbour", "unassigned_adviser", "nobody"])
def test_others_ask_for_none(cast, sign_in, item, who):
    assert sign_in(cast.people[who]).post(page(cast, "advice_pdf")).status_code == 404
    with seen_by(cast.people[who]), pytest.raises(PermissionDenied):
        services.request_advice_pdf(company=cast.company, language="ja", actor=cast.people[who])
    assert not Job.objects.exists()


def rows_of(items) -> list:
    return advice_rows(items, {}, today=NOW.date())


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_pdf_is_tagged_in_its_language_and_markup_is_text(cast, cycle, language):
    author = cast.people["adviser"]
    items = [make_item(cycle, author, MARKUP, section_code="scope", answer=MARKUP, state="declined") for _ in range(40)]
    names = {"ja": MARKUP, "en": MARKUP}
    text = advice_page(rows_of(items), company=names, language=language, at=NOW)
    assert "<script>" not in text
    assert "<b>" not in text
    pdf = advice_pdf(rows_of(items), company=names, language=language, at=NOW)
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert str(document.Root.Lang) == language
        assert document.Root.MarkInfo.Marked
        assert len(document.pages) > 1
    assert '<script>alert("1")</script>' in read(pdf).replace("\n", "")


def test_characters_that_no_font_has_are_marked(cast, cycle):
    item = make_item(cycle, cast.people["adviser"], "相談窓口\U000e0100 \u1340")
    assert "〓" in advice_page(rows_of([item]), company={"ja": "会社", "en": ""}, language="en", at=NOW)
