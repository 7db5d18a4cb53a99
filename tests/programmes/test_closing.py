"""Closing meetings: what companies enter, the running order, the slides, and what is asked and said."""

import io
import zipfile
import zlib
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader, PdfWriter

from audit.models import Event
from common.archives import FileRefused
from jobs.models import Job, StoredFile
from jobs.tasks import run_job, runs
from programmes.importing.slides import check_slides
from programmes.models import MeetingRemark, Presentation
from programmes.queries import closing as queries
from programmes.rendering.slides import Deck, Occasion, slides_page, slides_pdf
from programmes.services import closing as services
from tests.counting import queries_of
from tests.factories import make_company, make_session
from tests.roles import seen_by, web_role

pytestmark = pytest.mark.django_db

NOW = timezone.now()
SOON, PAST = NOW + timedelta(days=20), NOW - timedelta(days=20)
TOPICS = {"impressions": "難しかった。\n楽しかった。", "learned": "社外の声。", "next_steps": "研修をします。"}
PDF = b"%PDF-1.7\n1 0 obj\nendobj\ntrailer\n%%EOF\n"


def packed(objects: bytes) -> bytes:
    """A PDF that keeps its objects in a packed list, as programs do since 2003."""
    listed = b"<< /Type /ObjStm /Filter /FlateDecode >>\nstream\r\n" + zlib.compress(objects) + b"\nendstream\ntrailer"
    return PDF.replace(b"trailer", listed)


def pages(count: int) -> bytes:
    """A PDF as pypdf writes it, with empty pages."""
    writer, file = PdfWriter(), io.BytesIO()
    for _ in range(count):
        writer.add_blank_page(width=100, height=100)
    writer.write(file)
    return file.getvalue()


@pytest.fixture(autouse=True)
def media_root(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture(autouse=True)
def unhurried(monkeypatch):
    """The thread that renews a lease has a line of its own, which does not see the rows of a test."""
    monkeypatch.setattr(runs, "RENEW_SECONDS", 3600)


@pytest.fixture
def meeting(cast):
    return make_session(
        cast.programme, strand="closing", kind="meeting", title_ja="修了報告会", title_en="Closing", starts_at=SOON
    )


def pptx(*, extra: dict | None = None, without: str = "") -> bytes:
    parts = {"[Content_Types].xml": "<Types/>", "ppt/presentation.xml": "<p/>"} | (extra or {})
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, words in parts.items():
            if name != without:
                archive.writestr(name, words)
    return file.getvalue()


def save(cast, session, *, who="staff", enrolment=None, seen="", now=NOW, **fields) -> Presentation:
    enrolment = enrolment or cast.enrolment
    words = {"presenter": "髙橋 陽子", "language": "ja"} | TOPICS
    extra = {name: fields.pop(name) for name in ("slides", "drop_slides") if name in fields}
    actor = cast.people[who]
    with seen_by(actor):
        row = queries.presentation_of(actor, session=session, enrolment=enrolment)
        return services.save_presentation(
            session=session,
            enrolment=enrolment,
            words=words | fields,
            seen=seen or services.state_of(row),
            actor=actor,
            now=now,
            **extra,
        )


def company_page(cast, session, name="presentation", *ids, company=None) -> str:
    return reverse(f"programmes:{name}", args=[(company or cast.company).pk, session.pk, *ids])


def page(session, name="closing", *ids) -> str:
    return reverse(f"programmes:{name}", args=[session.programme_id, session.pk, *ids])


def sent(session, cast, **fields) -> dict:
    row = Presentation.objects.filter(session=session, enrolment=cast.enrolment).first()
    return {"presenter": "", "language": "ja", "seen": services.state_of(row)} | fields


def work(job: Job) -> Job:
    """Do the job as a worker would, under the web role."""
    with web_role():
        run_job(str(job.pk), str(job.requested_by_id))
    job.refresh_from_db()
    return job


def body(response) -> bytes:
    """Return the file that was handed out."""
    return b"".join(response.streaming_content)


def text_of(pdf: bytes) -> list[str]:
    return ["".join(one.extract_text().split()) for one in PdfReader(io.BytesIO(pdf)).pages]


# --- Entering ---------------------------------------------------------------------------------------------------------


def test_a_company_saves_a_little_and_goes_on_later(cast, meeting, sign_in):
    client = sign_in(cast.people["staff"])
    address = company_page(cast, meeting)
    assert client.post(address, sent(meeting, cast, learned="一行目\r\n二行目")).status_code == 302
    row = Presentation.objects.get(session=meeting)
    assert (row.company, row.impressions, row.learned, row.topics) == (cast.company, "", "一行目\n二行目", 1)
    response = client.get(address)
    assert "一行目\n二行目" in response.content.decode()
    client.post(address, sent(meeting, cast, learned="一行目\n二行目", impressions="印象", presenter="社長 髙橋"))
    row.refresh_from_db()
    assert (row.impressions, row.learned, row.presenter) == ("印象", "一行目\n二行目", "社長 髙橋")
    assert Event.objects.filter(verb="presentation.saved", company_id=cast.company.pk).count() == 2


@pytest.mark.parametrize(
    ("who", "get", "post"),
    [
        ("manager", 200, 302),
        ("staff", 200, 302),
        ("secretariat", 200, 302),
        ("adviser", 200, 403),
        ("neighbour", 404, 404),
        ("former_adviser", 404, 404),
        ("other_secretariat", 404, 404),
        ("nobody", 404, 404),
    ],
)
def test_who_enters_for_a_company(cast, meeting, sign_in, who, get, post):
    client = sign_in(cast.people[who])
    address = company_page(cast, meeting)
    assert client.get(address).status_code == get
    assert client.post(address, sent(meeting, cast, learned="x")).status_code == post
    assert Presentation.objects.exists() == (post == 302)


@pytest.mark.parametrize("who", ["adviser", "neighbour", "nobody", "other_secretariat"])
def test_the_service_refuses_who_may_not_write(cast, meeting, who):
    with pytest.raises(PermissionDenied):
        save(cast, meeting, who=who)
    assert not Presentation.objects.exists()


def test_the_words_of_two_writers_are_never_mixed_up_unseen(cast, meeting, sign_in):
    save(cast, meeting, learned="最初")
    before = sent(meeting, cast, learned="わたしの言葉")
    save(cast, meeting, who="manager", learned="社長の言葉")
    client = sign_in(cast.people["staff"])
    response = client.post(company_page(cast, meeting), before)
    html = response.content.decode()
    assert response.status_code == 409
    assert "わたしの言葉" in html
    assert "社長の言葉" in html
    assert Presentation.objects.get().learned == "社長の言葉"
    again = sent(meeting, cast, learned="わたしの言葉")
    assert f'value="{again["seen"]}"' in html
    assert client.post(company_page(cast, meeting), again).status_code == 302
    assert Presentation.objects.get().learned == "わたしの言葉"


def test_a_company_writes_until_the_meeting_begins_and_the_secretariat_until_it_ends(cast, meeting):
    begun, over = meeting.starts_at, meeting.ends_at
    with pytest.raises(services.NotNow):
        save(cast, meeting, now=begun)
    row = save(cast, meeting, who="secretariat", now=begun)
    with pytest.raises(services.NotNow):
        save(cast, meeting, who="secretariat", now=over)
    assert Presentation.objects.get() == row


def test_after_the_beginning_the_page_is_to_read(cast, meeting, sign_in):
    save(cast, meeting)
    type(meeting).objects.update(starts_at=PAST, ends_at=PAST + timedelta(hours=2))
    client = sign_in(cast.people["staff"])
    html = client.get(company_page(cast, meeting)).content.decode()
    assert "難しかった。" in html
    assert "<textarea" not in html
    client.post(company_page(cast, meeting), sent(meeting, cast, learned="あとから"))
    assert Presentation.objects.get().learned == TOPICS["learned"]


def test_a_topic_may_have_2000_characters_with_its_lines(cast, meeting, sign_in):
    client = sign_in(cast.people["staff"])
    lines = "\r\n".join(["あ" * 99] * 20)
    assert client.post(company_page(cast, meeting), sent(meeting, cast, learned=lines)).status_code == 302
    response = client.post(company_page(cast, meeting), sent(meeting, cast, learned="あ" * 2001))
    assert response.status_code == 200
    assert "あ" * 2001 in response.content.decode()
    assert len(Presentation.objects.get().learned) == 1999


# --- Slides of its own ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.pdf", PDF, None),
        ("a.pptx", pptx(), None),
        ("a.pdf", b"", "empty_file"),
        ("a.pdf", pptx(), "not_a_pdf"),
        ("a.pdf", b"%PDF-1.7 and no end", "not_a_pdf"),
        ("a.pdf", PDF.replace(b"trailer", b"trailer << /Encrypt 5 0 R >>"), "encrypted"),
        ("a.pptx", PDF, "not_slides"),
        ("a.pptx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old", "old_slides"),
        ("a.pptx", b"PK\x03\x04 cut short", "damaged"),
        ("a.pptx", pptx(without="ppt/presentation.xml"), "not_slides"),
        ("a.pptx", pptx(extra={"ppt/vbaProject.bin": "x"}), "macros"),
        ("a.pptx", pptx(extra={"../../etc/passwd": "x"}), "unsafe_part"),
        ("a.pptx", pptx(extra={"ppt/bomb.xml": "0" * 30_000_000}), "unpacks_too_large"),
        ("a.pptx", pptx(extra={"ppt/slides/slide1.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a/>'}), "unsafe_part"),
        ("a.exe", b"MZ", "kind"),
        ("a.pdf", pages(300), None),
        ("a.pdf", pages(301), "too_many_pages"),
        ("a.pdf", packed(pages(300)), None),
        ("a.pdf", packed(pages(301)), "too_many_pages"),
        ("a.pdf", packed(b" " * (40 * 1024 * 1024)), "too_many_pages"),
        ("a.pdf", PDF.replace(b"trailer", b"<< /Type /ObjStm >> stream\nnot packed at all\ntrailer"), None),
        ("a.pptx", pptx(extra={f"ppt/slides/slide{number}.xml": "<a/>" for number in range(2, 303)}), "too_many_pages"),
    ],
)
def test_slides_are_looked_at_from_outside(name, content, code):
    if code is None:
        check_slides(name, content)
        return
    with pytest.raises(FileRefused) as refused:
        check_slides(name, content)
    assert refused.value.code == code


def test_uploaded_slides_are_handed_out_as_a_file_and_can_be_taken_away(cast, meeting, sign_in):
    client = sign_in(cast.people["staff"])
    content = pptx()
    file = SimpleUploadedFile("発表.pptx", content)
    assert client.post(company_page(cast, meeting), sent(meeting, cast, slides=file)).status_code == 302
    stored = Presentation.objects.get().slides
    assert (stored.company_id, stored.programme_id, stored.is_content) == (cast.company.pk, cast.programme.pk, False)
    response = sign_in(cast.people["secretariat"]).get(company_page(cast, meeting, "presentation_slides"))
    assert body(response) == content
    assert response["Content-Disposition"].startswith("attachment")
    assert sign_in(cast.people["neighbour"]).get(response.request["PATH_INFO"]).status_code == 404
    client.post(company_page(cast, meeting), sent(meeting, cast, drop_slides="on"))
    assert Presentation.objects.get().slides is None
    assert not StoredFile.objects.filter(pk=stored.pk).exists()
    assert client.get(company_page(cast, meeting, "presentation_slides")).status_code == 404


def test_a_refused_file_says_why_and_loses_no_word(cast, meeting, sign_in):
    client = sign_in(cast.people["staff"])
    file = SimpleUploadedFile("発表.pdf", b"not a pdf at all")
    response = client.post(company_page(cast, meeting), sent(meeting, cast, slides=file, learned="残る言葉"))
    html = response.content.decode()
    assert response.status_code == 200
    assert "残る言葉" in html
    assert 'href="#id_slides"' in html
    assert not Presentation.objects.exists()
    assert not StoredFile.objects.exists()


# --- Running order ----------------------------------------------------------------------------------------------------


@pytest.fixture
def four(cast, meeting):
    """Four companies in the order of their codes; the second has joined by then, one has withdrawn."""
    more = [make_company(cast.programme) for _ in range(2)]
    make_company(cast.programme, withdrawn_on=NOW.date())
    return [cast.enrolment, cast.neighbour, *more]


def order_of(cast, meeting) -> list[tuple]:
    user = cast.people["secretariat"]
    with seen_by(user):
        return [(slot.order, slot.enrolment) for slot in queries.running_order(user, meeting)]


def set_order(cast, meeting, numbers) -> None:
    with seen_by(cast.people["secretariat"]):
        services.set_running_order(session=meeting, numbers=numbers, actor=cast.people["secretariat"])


def test_numbers_make_the_order_and_are_counted_anew(cast, meeting, four):
    first, second, third, fourth = four
    assert order_of(cast, meeting) == [(None, one) for one in four]
    set_order(cast, meeting, {first.pk: 30, second.pk: 7, third.pk: 7, fourth.pk: None})
    assert order_of(cast, meeting) == [(1, second), (2, third), (3, first), (None, fourth)]
    # Saving the same again changes nothing, and says nothing.
    before = Event.objects.count()
    set_order(cast, meeting, {first.pk: 3, second.pk: 1, third.pk: 2, fourth.pk: None})
    assert Event.objects.count() == before


def test_what_a_company_entered_stays_when_it_is_moved(cast, meeting, four):
    row = save(cast, meeting, learned="言葉")
    seen = services.state_of(row)
    set_order(cast, meeting, {one.pk: place for place, one in enumerate(reversed(four), start=1)})
    row.refresh_from_db()
    assert (row.order, row.learned) == (4, "言葉")
    assert save(cast, meeting, seen=seen, learned="新しい言葉").order == 4


def test_a_step_up_or_down_changes_places_with_the_next(cast, meeting, four, sign_in):
    first, second, third, fourth = four
    client = sign_in(cast.people["secretariat"])

    def press(step, enrolment):
        numbers = {f"place-{one.pk}": order or "" for order, one in order_of(cast, meeting)}
        response = client.post(page(meeting, "running_order"), numbers | {"step": f"{step}:{enrolment.pk}"})
        assert response["Location"] == f"{page(meeting)}#company-{enrolment.pk}"
        return [(order, one) for order, one in order_of(cast, meeting) if order]

    assert press("up", second) == [(1, second)]
    assert press("up", first) == [(1, second), (2, first)]
    assert press("up", third) == [(1, second), (2, first), (3, third)]
    assert press("up", third) == [(1, second), (2, third), (3, first)]
    assert press("down", second) == [(1, third), (2, second), (3, first)]
    assert press("up", third) == [(1, third), (2, second), (3, first)]
    assert press("down", first) == [(1, third), (2, second), (3, first)]
    assert order_of(cast, meeting)[-1] == (None, fourth)


def test_numbers_typed_before_a_step_hold_too(cast, meeting, four, sign_in):
    first, second, third, fourth = four
    numbers = {f"place-{one.pk}": place for place, one in enumerate(four, start=1)}
    client = sign_in(cast.people["secretariat"])
    client.post(page(meeting, "running_order"), numbers | {"step": f"up:{fourth.pk}"})
    assert order_of(cast, meeting) == [(1, first), (2, second), (3, fourth), (4, third)]


@pytest.mark.parametrize("step", ["sideways:1", "aside:00000000-0000-4000-8000-000000000000", "up:nonsense", "up"])
def test_a_step_to_nowhere_is_not_there(cast, meeting, sign_in, step):
    response = sign_in(cast.people["secretariat"]).post(page(meeting, "running_order"), {"step": step})
    assert response.status_code == 404


def test_a_wrong_number_is_said_and_nothing_is_saved(cast, meeting, four, sign_in):
    client = sign_in(cast.people["secretariat"])
    response = client.post(page(meeting, "running_order"), {f"place-{four[0].pk}": "0", f"place-{four[1].pk}": "1"})
    assert response.status_code == 422
    assert f'href="#id_place-{four[0].pk}"' in response.content.decode()
    assert not Presentation.objects.exists()


def test_who_is_missing_is_named(cast, meeting, four, sign_in):
    save(cast, meeting)
    save(cast, meeting, who="secretariat", enrolment=four[2], impressions="", learned="x", next_steps="")
    user = cast.people["secretariat"]
    with seen_by(user):
        slots = {slot.enrolment: slot for slot in queries.running_order(user, meeting)}
    assert [(slot.is_ready, slot.is_missing, slot.topics) for slot in map(slots.get, four)] == [
        (True, False, 3),
        (False, True, 0),
        (False, False, 1),
        (False, True, 0),
    ]
    html = sign_in(user).get(page(meeting)).content.decode()
    notice = html.split('class="running-order"')[0]
    assert [one.company.name_ja in notice for one in four] == [False, True, False, True]


def test_the_list_asks_as_often_for_thirty_companies_as_for_two(cast, meeting, sign_in):
    client = sign_in(cast.people["secretariat"])
    save(cast, meeting)
    before = len(queries_of(client, page(meeting)))
    for _ in range(28):
        save(cast, meeting, who="secretariat", enrolment=make_company(cast.programme))
    assert len(queries_of(client, page(meeting))) == before


def test_ordering_takes_as_many_statements_for_thirty_as_for_three(cast, meeting, django_assert_num_queries):
    user = cast.people["secretariat"]

    def statements(enrolments) -> int:
        with seen_by(user), django_assert_num_queries(10):
            services.set_running_order(
                session=meeting, numbers={one.pk: n for n, one in enumerate(enrolments)}, actor=user
            )

    statements([cast.enrolment])
    statements([make_company(cast.programme) for _ in range(20)])


# --- Slides of the portal ---------------------------------------------------------------------------------------------

AT = Occasion(
    title={"ja": "修了報告会", "en": "Closing meeting"},
    programme={"ja": "調達パートナーシップ", "en": "Partnership"},
    day={"ja": "2025年4月22日", "en": "22 April 2025"},
)


def test_four_wide_pages_a_title_and_three_topics():
    deck = Deck("ja", "髙﨑精機株式会社", "社長 髙﨑", tuple(TOPICS.values()))
    pdf = slides_pdf([deck], at=AT, language="ja")
    pages = text_of(pdf)
    assert len(pages) == 4
    assert [word in pages[0] for word in ("髙﨑精機株式会社", "社長髙﨑", "修了報告会", "2025年4月22日")] == [True] * 4
    assert [
        heading in one for heading, one in zip(("感想と難しかった", "学んだこと", "今後"), pages[1:], strict=True)
    ] == [True] * 3
    assert "難しかった。" in pages[1]
    box = PdfReader(io.BytesIO(pdf)).pages[0].mediabox
    assert round(float(box.width) / float(box.height), 2) == 1.78


def test_a_long_text_flows_to_further_pages_and_loses_nothing():
    text = "\n".join(f"{number}番目の点です。" + "長い説明が続きます。" * 12 for number in range(1, 16))
    pages = text_of(slides_pdf([Deck("ja", "会社", "", (text, "短い", ""))], at=AT, language="ja"))
    assert len(pages) > 4
    whole = "".join(pages)
    assert [f"{number}番目の点です。" in whole for number in range(1, 16)] == [True] * 15
    assert "1感想と難しかったこと（続き）" in pages[2]
    assert "（続き）" not in pages[1]


def test_slides_in_english_say_english_words():
    pages = text_of(slides_pdf([Deck("en", "Takasaki", "", ("Hard.", "Much.", ""))], at=AT, language="en"))
    assert "Impressionsanddifficulties" in pages[1]
    assert "Spokenwithoutaslide" in pages[3]


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script>", "<img src=file:///etc/passwd>", "a\x0bb\x00c", "葛\U000e0100🦊\u202e"],
)
def test_hostile_words_are_only_words(text):
    deck = Deck("ja", text, text, (text, f"{text}\n{text}", ""), own_slides="")
    html = slides_page([deck], at=AT, language="ja")
    assert "<script" not in html
    assert "<img" not in html
    assert len(text_of(slides_pdf([deck], at=AT, language="ja"))) == 4


def test_a_company_has_its_slides_made(cast, meeting, sign_in):
    save(cast, meeting)
    client = sign_in(cast.people["staff"])
    assert client.post(company_page(cast, meeting, "make_slides")).status_code == 302
    # Asking twice is asking once.
    client.post(company_page(cast, meeting, "make_slides"))
    job = work(Job.objects.get(kind=queries.SLIDES_KIND))
    assert (job.state, job.company_id) == (Job.State.DONE, cast.company.pk)
    response = client.get(job.result_url)
    pages = text_of(body(response))
    assert len(pages) == 4
    assert sign_in(cast.people["neighbour"]).get(job.result_url).status_code == 404
    assert body(sign_in(cast.people["adviser"]).get(job.result_url)).startswith(b"%PDF")


def test_without_a_word_there_is_nothing_to_draw(cast, meeting, sign_in):
    sign_in(cast.people["staff"]).post(company_page(cast, meeting, "make_slides"))
    assert not Job.objects.exists()


def test_one_file_has_all_companies_in_running_order(cast, meeting, sign_in):
    third = make_company(cast.programme, name_ja="第三の会社")
    save(cast, meeting, learned="第一の言葉")
    save(cast, meeting, who="secretariat", enrolment=cast.neighbour, learned="第二の言葉")
    save(cast, meeting, who="secretariat", enrolment=third, slides=("own.pdf", PDF))
    make_company(cast.programme, name_ja="何も出さない会社")
    set_order(cast, meeting, {cast.neighbour.pk: 1, third.pk: 2, cast.enrolment.pk: 3})
    client = sign_in(cast.people["secretariat"])
    assert client.post(page(meeting, "closing_slides")).status_code == 302
    job = work(Job.objects.get(kind=queries.ALL_SLIDES_KIND))
    assert job.state == Job.State.DONE, job.error
    pages = text_of(body(client.get(job.result_url)))
    assert len(pages) == 4 + 1 + 4
    assert "第二の言葉" in pages[2]
    assert "第三の会社" in pages[4]
    assert "own.pdf" in pages[4]
    assert "第一の言葉" in pages[7]
    assert "何も出さない会社" not in "".join(pages)
    assert sign_in(cast.people["manager"]).get(job.result_url).status_code == 404


def test_slides_of_nobody_are_refused_with_words(cast, meeting):
    user = cast.people["secretariat"]
    with seen_by(user):
        job = services.request_all_slides(session=meeting, actor=user)
    work(job)
    assert (job.state, job.error_code) == (Job.State.FAILED, "nothing")


@pytest.mark.parametrize("who", ["manager", "adviser", "other_secretariat"])
def test_only_the_secretariat_orders_and_draws_all(cast, meeting, who):
    actor = cast.people[who]
    with seen_by(actor):
        for deed in (
            lambda: services.request_all_slides(session=meeting, actor=actor),
            lambda: services.set_running_order(session=meeting, numbers={}, actor=actor),
            lambda: services.move_presentation(session=meeting, enrolment_id=cast.enrolment.pk, up=True, actor=actor),
            lambda: services.record_remark(session=meeting, kind="comment", text="x", actor=actor),
        ):
            with pytest.raises(PermissionDenied):
                deed()


# --- What is said -----------------------------------------------------------------------------------------------------


def remark(meeting, **fields) -> dict:
    return {"company": "", "kind": "comment", "said_by": "木内課長補佐", "text": "勉強になりました。"} | fields


def test_a_remark_is_written_down_and_the_company_stays_chosen(cast, meeting, sign_in):
    client = sign_in(cast.people["secretariat"])
    sent_now = remark(meeting, company=str(cast.company.pk), kind="question", text="<b>なぜ</b>\r\nですか")
    response = client.post(page(meeting, "meeting_remarks"), sent_now)
    assert response["Location"].endswith(f"?company={cast.company.pk}")
    row = MeetingRemark.objects.get()
    assert (row.company, row.kind, row.text) == (cast.company, "question", "<b>なぜ</b>\nですか")
    html = client.get(response["Location"]).content.decode()
    assert f'<option value="{cast.company.pk}" selected>' in html
    assert "&lt;b&gt;なぜ" in html


def test_a_remark_needs_words(cast, meeting, sign_in):
    response = sign_in(cast.people["secretariat"]).post(page(meeting, "meeting_remarks"), remark(meeting, text=" "))
    assert response.status_code == 200
    assert 'href="#id_text"' in response.content.decode()
    assert not MeetingRemark.objects.exists()


def test_a_remark_can_be_changed_and_taken_away(cast, meeting, sign_in):
    client = sign_in(cast.people["secretariat"])
    client.post(page(meeting, "meeting_remarks"), remark(meeting))
    row = MeetingRemark.objects.get()
    client.post(page(meeting, "meeting_remark", row.pk), remark(meeting, text="別の言葉", company=str(cast.company.pk)))
    row.refresh_from_db()
    assert (row.text, row.company) == ("別の言葉", cast.company)
    assert client.get(page(meeting, "delete_meeting_remark", row.pk)).status_code == 200
    assert MeetingRemark.objects.exists()
    client.post(page(meeting, "delete_meeting_remark", row.pk))
    assert not MeetingRemark.objects.exists()
    verbs = ["meeting_remark.changed", "meeting_remark.deleted", "meeting_remark.recorded"]
    assert sorted(Event.objects.filter(verb__startswith="meeting_remark").values_list("verb", flat=True)) == verbs


def test_a_company_and_its_adviser_read_what_was_said_to_it_afterwards(cast, meeting, sign_in):
    save(cast, meeting)
    client = sign_in(cast.people["secretariat"])
    for company, text in ((cast.company, "会社への質問"), (cast.neighbour.company, "隣への質問"), (None, "全員へ")):
        client.post(
            page(meeting, "meeting_remarks"), remark(meeting, company=str(company.pk) if company else "", text=text)
        )
    assert "会社への質問" not in sign_in(cast.people["staff"]).get(company_page(cast, meeting)).content.decode()
    type(meeting).objects.update(starts_at=PAST, ends_at=PAST + timedelta(hours=2))
    for who in ("staff", "adviser"):
        html = sign_in(cast.people[who]).get(company_page(cast, meeting)).content.decode()
        assert [text in html for text in ("会社への質問", "隣への質問")] == [True, False], who


def test_remarks_ask_as_often_for_thirty_as_for_one(cast, meeting, sign_in):
    client = sign_in(cast.people["secretariat"])
    client.post(page(meeting, "meeting_remarks"), remark(meeting))
    before = len(queries_of(client, page(meeting, "meeting_remarks")))
    for number in range(29):
        client.post(page(meeting, "meeting_remarks"), remark(meeting, text=str(number), company=str(cast.company.pk)))
    assert len(queries_of(client, page(meeting, "meeting_remarks"))) == before


@pytest.mark.parametrize(
    ("who", "status"), [("secretariat", 200), ("manager", 403), ("adviser", 403), ("other_secretariat", 404)]
)
def test_the_secretariats_pages_are_its_own(cast, meeting, sign_in, who, status):
    client = sign_in(cast.people[who])
    assert [client.get(page(meeting, name)).status_code for name in ("closing", "meeting_remarks")] == [status] * 2
