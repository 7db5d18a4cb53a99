"""The pages of a review: who may open them, what is kept, and what nobody else sees."""

import pytest
from django.urls import reverse

from policies.enums import Judgement, State
from policies.models import Capacity, Letter, Phrase, Post, Review, ReviewNote, Submission, Suggestion, Thread, Verdict
from policies.services import withdraw
from policies.workflow import turn_of
from tests.counting import queries_of
from tests.factories import make_assignment, make_member
from tests.policies.reviewing import NOW, TEXTS, TODAY, begin_review, cycle_of, rewrite, submit_text, write_text
from tests.policies.test_reviews import deed, give_back, write_everything
from tests.reading import words
from tests.roles import seen_by
from tests.security.forms import forms_of

FRAGMENT = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def paragraphs(cast):
    return write_text(cast)


@pytest.fixture
def submission(cast, paragraphs) -> Submission:
    return submit_text(cast)


@pytest.fixture
def review(cast, submission) -> Review:
    return begin_review(cast, submission)


def page(cast, name: str = "review", query: str = "") -> str:
    return reverse(f"policies:{name}", args=[cast.company.pk]) + query


# --- Who ------------------------------------------------------------------------------------------------------------------

WHO = {
    "manager": 403,
    "staff": 403,
    "adviser": 200,
    "secretariat": 404,
    "neighbour": 404,
    "unassigned_adviser": 404,
    "former_adviser": 404,
    "other_secretariat": 404,
    "nobody": 404,
}


@pytest.mark.parametrize("who", WHO)
def test_the_desk_is_for_assigned_advisers_alone(cast, sign_in, review, who):
    """Members know that there is a review; for the secretariat and for others there is nothing at this address."""
    client = sign_in(cast.people[who])
    names = ("review", "comment", "return_review", "hand_over")
    assert [client.get(page(cast, name)).status_code for name in names] == [WHO[who]] * 4


@pytest.mark.parametrize("who", [who for who, status in WHO.items() if status != 200])
def test_nobody_else_writes_at_a_desk(cast, sign_in, review, paragraphs, who):
    client = sign_in(cast.people[who])
    answers = [
        client.post(page(cast, "verdict", "?requirement=meti-2"), {"judgement": "met"}),
        client.post(page(cast, "comment"), {"text": "x"}),
        client.post(page(cast, "wording", f"?paragraph={paragraphs['scope'].pk}"), {"text": "x"}),
        client.post(page(cast, "review_note"), {"text": "x"}),
        client.post(page(cast, "return_review"), {"decision": "comments"}),
        client.post(page(cast, "begin_review")),
    ]
    assert {answer.status_code for answer in answers} == {WHO[who]}
    kept = [model.objects.count() for model in (Verdict, Thread, Suggestion, ReviewNote)]
    assert (kept, Review.objects.get().is_open) == ([0, 0, 0, 0], True)


def test_an_adviser_who_belongs_to_the_company_is_refused(cast, sign_in, review):
    make_member(cast.company, user=cast.people["adviser"])
    client = sign_in(cast.people["adviser"])
    assert client.get(page(cast)).status_code == 403
    assert client.post(page(cast, "return_review"), {"decision": "comments"}).status_code == 403


# --- Reading --------------------------------------------------------------------------------------------------------------


def test_without_a_submission_the_page_says_whose_turn_it_is(cast, sign_in, paragraphs):
    response = sign_in(cast.people["adviser"]).get(page(cast))
    assert words(response, "h2")[0] == "いま提出されているものはありません"
    assert turn_of("drafting") in response.content.decode()


def test_one_may_read_before_the_review_begins_and_write_after_it(cast, sign_in, submission):
    client = sign_in(cast.people["adviser"])
    before = client.get(page(cast)).content.decode()
    assert (TEXTS["scope"] in before, "文案を提案する" in before) == (True, False)
    assert client.post(page(cast, "begin_review"))["Location"] == page(cast)
    after = client.get(page(cast)).content.decode()
    assert ("文案を提案する" in after, "下書きです" in after) == (True, True)
    assert cycle_of(cast).state == State.IN_REVIEW


def test_the_second_time_the_page_shows_what_changed_since(cast, sign_in, review, paragraphs):
    give_back(cast, review)
    rewrite(cast, paragraphs["contact"], "相談窓口は人事部です。")
    begin_review(cast, submit_text(cast))
    client = sign_in(cast.people["adviser"])
    marked = client.get(page(cast)).content.decode()
    assert "<del>" in marked
    assert "人事" in marked.split("<ins>")[1].split("</ins>")[0]
    whole = client.get(page(cast, query="?show=whole")).content.decode()
    assert ("<del>" in whole, "相談窓口は人事部です。" in whole) == (False, True)


def test_what_the_company_changed_since_it_submitted_is_marked(cast, sign_in, review, paragraphs):
    rewrite(cast, paragraphs["contact"], "相談窓口は人事部です。")
    body = sign_in(cast.people["adviser"]).get(page(cast)).content.decode()
    assert "提出後に変更" in body
    assert TEXTS["contact"] in body
    assert "相談窓口は人事部です。" not in body


def test_the_number_of_statements_does_not_grow_with_what_is_written(cast, sign_in, review, paragraphs):
    client = sign_in(cast.people["adviser"])
    empty = len(queries_of(client, page(cast)))
    write_everything(cast, review, paragraphs)
    for number in range(20):
        deed("comment", cast, review=review, text=f"コメント{number}", paragraph=paragraphs["scope"])
    assert len(queries_of(client, page(cast))) == empty <= 15


def test_every_form_of_the_pages_can_be_sent_by_a_browser(cast, sign_in, review, paragraphs):
    """The token against forged requests gets lost in templates that are included by themselves."""
    write_everything(cast, review, paragraphs)
    Phrase.objects.create(author=cast.people["adviser"], title="T", text="W")
    make_assignment(cast.enrolment, cast.programme.seats.get(user=cast.people["unassigned_adviser"]))
    client, secretariat = sign_in(cast.people["adviser"]), sign_in(cast.people["secretariat"])
    comment = page(cast, "comment", f"?thread={Thread.objects.get().pk}")
    bodies = [
        client.get(page(cast)),
        client.get(comment),
        client.get(comment, **FRAGMENT),
        client.post(comment, {"text": "新しい言葉", "done": "1"}, **FRAGMENT),
        client.get(page(cast, "verdict", "?requirement=meti-2")),
        client.get(page(cast, "return_review")),
        client.get(page(cast, "hand_over")),
        client.get(reverse("policies:phrases")),
        secretariat.get(page(cast, "review_course")),
    ]
    for response in bodies:
        forms = [form for form in forms_of(response.content.decode()) if form.method == "POST"]
        assert forms
        assert all(form.values.get("csrfmiddlewaretoken") for form in forms), response.request["PATH_INFO"]


# --- Writing --------------------------------------------------------------------------------------------------------------


def test_a_judgement_is_saved_with_and_without_scripts(cast, sign_in, review):
    client, url = sign_in(cast.people["adviser"]), page(cast, "verdict", "?requirement=meti-2")
    response = client.post(url, {"judgement": "partly", "advice": "範囲を広げてください。"})
    assert response["Location"] == page(cast) + "#p-requirement-meti-2"
    fragment = client.post(url, {"judgement": "met", "advice": "よいです。"}, **FRAGMENT)
    assert (fragment.status_code, fragment["X-Desk"]) == (200, "1")
    assert "下書きとして保存しました" in fragment.content.decode()
    assert Verdict.objects.values_list("judgement", "advice").get() == (Judgement.MET, "よいです。")
    assert words(client.get(url), "h1") == ["適用範囲"]


def test_advice_without_a_judgement_comes_back_with_its_words(cast, sign_in, review):
    client, url = sign_in(cast.people["adviser"]), page(cast, "verdict", "?requirement=meti-2")
    response = client.post(url, {"advice": "言葉を失わない。"})
    assert response.status_code == 422
    assert "言葉を失わない。" in response.content.decode()
    fragment = client.post(url, {"advice": "言葉を失わない。"}, **FRAGMENT)
    assert (fragment.status_code, "<textarea" in fragment.content.decode()) == (422, False)
    assert not Verdict.objects.exists()


def test_a_comment_is_kept_while_it_is_typed_and_stays_one(cast, sign_in, review, paragraphs):
    client = sign_in(cast.people["adviser"])
    url = page(cast, "comment", f"?paragraph={paragraphs['contact'].pk}")
    typed = client.post(url, {"text": "どの部", "quote": "総務部"}, **FRAGMENT)
    thread = Thread.objects.get()
    assert f'name="thread" id="id_thread" value="{thread.pk}"' in typed.content.decode()
    done = client.post(
        url, {"text": "どの部署ですか。", "quote": "総務部", "thread": thread.pk, "done": "1"}, **FRAGMENT
    )
    assert done["HX-Retarget"] == f"#own-{paragraphs['contact'].pk}"
    card = done.content.decode()
    assert (f'id="comment-{thread.pk}"' in card, "どの部署ですか。" in card, "コメント1" in card) == (True, True, True)
    assert list(Post.objects.values_list("text", flat=True)) == ["どの部署ですか。"]
    client.post(page(cast, "comment", f"?thread={thread.pk}"), {"delete": "1"})
    assert not Thread.objects.exists()


@pytest.mark.parametrize(
    ("query", "code", "has_paragraph"),
    [("", "", False), ("?section=law", "law", False), ("?section=nonsense", "", False)],
)
def test_comments_on_sections_and_on_the_whole(cast, sign_in, review, query, code, has_paragraph):
    client = sign_in(cast.people["adviser"])
    assert client.get(page(cast, "comment", query)).status_code == 200
    client.post(page(cast, "comment", query), {"text": "よいと思います。"})
    thread = Thread.objects.get()
    assert (thread.section_code, thread.paragraph_id is not None) == (code, has_paragraph)


def test_wording_begins_as_a_copy_and_shows_what_it_changes(cast, sign_in, review, paragraphs):
    client = sign_in(cast.people["adviser"])
    url = page(cast, "wording", f"?paragraph={paragraphs['contact'].pk}")
    assert f"{TEXTS['contact']}</textarea>" in client.get(url).content.decode()
    same = client.post(url, {"text": TEXTS["contact"]}, **FRAGMENT)
    assert ("まだ変更がありません" in same.content.decode(), Suggestion.objects.count()) == (True, 0)
    typed = client.post(url, {"text": "相談窓口は人事部です。", "reason": "移管"}, **FRAGMENT)
    assert "<ins>" in typed.content.decode()
    client.post(url, {"text": "相談窓口は人事部(内線10)です。", "reason": "移管", "done": "1"}, **FRAGMENT)
    assert Suggestion.objects.values_list("text", "reason").get() == ("相談窓口は人事部(内線10)です。", "移管")
    client.post(url, {"delete": "1"}, **FRAGMENT)
    assert not Suggestion.objects.exists()


@pytest.mark.parametrize("value", ["", "nonsense", "6f7d6b1e-0000-4000-8000-000000000000"])
def test_what_is_not_in_the_text_is_not_there(cast, sign_in, review, value):
    client = sign_in(cast.people["adviser"])
    assert client.get(page(cast, "wording", f"?paragraph={value}")).status_code == 404
    assert client.get(page(cast, "verdict", f"?requirement={value}")).status_code == 404


@pytest.mark.parametrize("kind", ["verdict", "comment", "wording"])
def test_words_come_back_when_the_company_takes_its_text_back_meanwhile(cast, sign_in, review, paragraphs, kind):
    client = sign_in(cast.people["adviser"])
    with seen_by(cast.people["staff"]):
        withdraw(cycle=cycle_of(cast), actor=cast.people["staff"], now=NOW, today=TODAY)
    url, data = {
        "verdict": (page(cast, kind, "?requirement=meti-2"), {"judgement": "met", "advice": "消えない言葉"}),
        "comment": (page(cast, kind, f"?paragraph={paragraphs['scope'].pk}"), {"text": "消えない言葉"}),
        "wording": (page(cast, kind, f"?paragraph={paragraphs['scope'].pk}"), {"text": "消えない言葉"}),
    }[kind]
    response = client.post(url, data)
    assert (response.status_code, "消えない言葉" in response.content.decode()) == (409, True)
    assert turn_of("drafting") in response.content.decode()
    fragment = client.post(url, {**data, "done": "1"}, **FRAGMENT)
    assert (fragment.status_code, fragment["X-Desk"]) == (409, "1")


def test_markup_is_shown_as_text(cast, sign_in, review, paragraphs):
    client = sign_in(cast.people["adviser"])
    client.post(page(cast, "comment"), {"text": "<script>alert(1)</script>"})
    body = client.get(page(cast)).content.decode()
    assert "<script>alert(1)</script>" not in body
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in body


def test_own_notes_are_kept_and_seen_by_nobody_else(cast, sign_in, submission):
    client = sign_in(cast.people["adviser"])
    assert client.post(page(cast, "review_note"), {"text": "電話する"}, **FRAGMENT).status_code == 200
    assert client.post(page(cast, "review_note"), {"text": "a\x00"}, **FRAGMENT).status_code == 422
    assert "電話する" in client.get(page(cast)).content.decode()
    assert ReviewNote.objects.values_list("text", flat=True).get() == "電話する"


# --- Returning ------------------------------------------------------------------------------------------------------------


def test_the_return_page_shows_exactly_what_leaves(cast, sign_in, review, paragraphs):
    write_everything(cast, review, paragraphs)
    deed("write_note", cast, cycle=cycle_of(cast), text="内緒のメモ")
    body = sign_in(cast.people["adviser"]).get(page(cast, "return_review")).content.decode()
    for written in (
        "派遣社員にも触れてください。",
        "電話番号も書いてください。",
        "だれの人権かを示します。",
        "よく書けています。",
    ):
        assert written in body
    assert "内緒のメモ" not in body
    assert "【SPP】アドバイザーから修正のお願い" in body


def test_a_review_is_returned_once_and_leads_on(cast, sign_in, review, paragraphs):
    write_everything(cast, review, paragraphs)
    client = sign_in(cast.people["adviser"])
    data = {"decision": "changes", "text": "よろしくお願いします。", "then": "queue"}
    first = client.post(page(cast, "return_review"), data)
    assert first["Location"] == reverse("dashboards:advising", args=[cast.programme.pk])
    second = client.post(page(cast, "return_review"), data)
    assert second["Location"] == page(cast)
    assert "すでに返しています" in client.get(page(cast)).content.decode()
    assert cycle_of(cast).state == State.CHANGES_REQUESTED
    assert Letter.objects.values_list("text", flat=True).get() == "よろしくお願いします。"


def test_return_and_next_opens_what_is_due_next(cast, sign_in, review):
    make_assignment(cast.neighbour, cast.programme.seats.get(user=cast.people["adviser"]))
    write_text(cast, enrolment=cast.neighbour, who="neighbour")
    submit_text(cast, enrolment=cast.neighbour, who="neighbour")
    client = sign_in(cast.people["adviser"])
    response = client.post(page(cast, "return_review"), {"decision": "comments", "then": "next"})
    following = client.get(response["Location"])
    assert following["Location"] == reverse("policies:review", args=[cast.neighbour.company_id])
    begin_review(cast, Submission.objects.get(company=cast.neighbour.company))
    give_back(cast, Review.objects.get(company=cast.neighbour.company), "comments")
    assert client.get(response["Location"])["Location"] == reverse("dashboards:advising", args=[cast.programme.pk])


def test_an_endorsement_without_its_reason_comes_back_with_the_words(cast, sign_in, review):
    client = sign_in(cast.people["adviser"])
    response = client.post(page(cast, "return_review"), {"decision": "endorsed", "text": "消えない言葉"})
    body = response.content.decode()
    assert (response.status_code, "消えない言葉" in body, Review.objects.get().is_open) == (200, True, True)
    assert "理由を書いてください" in body
    client.post(page(cast, "return_review"), {"decision": "endorsed", "reason": "次の回で確認します。"})
    assert cycle_of(cast).state == State.ENDORSED


def test_covering_words_are_kept_while_they_are_typed(cast, sign_in, review):
    client = sign_in(cast.people["adviser"])
    response = client.post(page(cast, "return_review"), {"decision": "endorsed", "text": "途中の"}, **FRAGMENT)
    assert (response.status_code, Letter.objects.get().text) == (200, "途中の")
    assert Review.objects.get().is_open


def test_a_review_is_handed_over_on_its_page(cast, sign_in, review):
    client = sign_in(cast.people["adviser"])
    assert "ほかに担当のアドバイザーがいません" in client.get(page(cast, "hand_over")).content.decode()
    seat = cast.programme.seats.get(user=cast.people["unassigned_adviser"])
    make_assignment(cast.enrolment, seat)
    client.post(page(cast, "hand_over"), {"successor": seat.pk})
    assert Review.objects.get().author == cast.people["unassigned_adviser"]


# --- The secretariat's hand -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "status"),
    [("secretariat", 200), ("adviser", 403), ("staff", 403), ("neighbour", 404), ("other_secretariat", 404)],
)
def test_the_course_of_a_review_is_the_secretariats(cast, sign_in, review, who, status):
    client = sign_in(cast.people[who])
    assert client.get(page(cast, "review_course")).status_code == status
    if status != 200:
        assert client.post(page(cast, "review_course"), {"lift": "1"}).status_code == status
        assert Review.objects.get().is_open


def test_the_secretariat_lifts_and_reassigns_without_reading(cast, sign_in, review, paragraphs):
    write_everything(cast, review, paragraphs)
    client = sign_in(cast.people["secretariat"])
    body = client.get(page(cast, "review_course")).content.decode()
    assert review.submission.reference in body
    for written in (*TEXTS.values(), "派遣社員にも触れてください。", "よく書けています。"):
        assert written not in body
    client.post(page(cast, "review_course"), {"lift": "1"})
    assert (Review.objects.get().is_open, cycle_of(cast).state) == (False, State.SUBMITTED)
    seat = cast.programme.seats.get(user=cast.people["unassigned_adviser"])
    assert client.post(page(cast, "review_course"), {"adviser": seat.pk}).status_code == 200
    make_assignment(cast.enrolment, seat)
    client.post(page(cast, "review_course"), {"adviser": seat.pk})
    assert Submission.objects.get().adviser == seat


@pytest.mark.parametrize(("who", "name"), [("adviser", "review"), ("secretariat", "review_course"), ("manager", None)])
def test_the_policy_page_leads_on_while_a_text_waits(cast, sign_in, submission, who, name):
    body = sign_in(cast.people[who]).get(page(cast, "company")).content.decode()
    leads = {other for other in ("review", "review_course") if f'href="{page(cast, other)}"' in body}
    assert leads == ({name} if name else set())


# --- An adviser's own ------------------------------------------------------------------------------------------------------


def test_phrases_are_added_changed_used_and_deleted(cast, sign_in, review):
    client, url = sign_in(cast.people["adviser"]), reverse("policies:phrases")
    client.post(url, {"title": "窓口", "text": "連絡先を書きましょう。", "requirement": "meti-7"})
    phrase = Phrase.objects.get()
    client.post(f"{url}?phrase={phrase.pk}", {"title": "窓口", "text": "電話も書きましょう。", "requirement": "meti-7"})
    for requirement, shown in (("meti-7", True), ("meti-2", False)):
        picker = client.get(f"{url}?requirement={requirement}&into=advice-x", **FRAGMENT).content.decode()
        assert ('data-insert="電話も書きましょう。"' in picker) is shown
    other = sign_in(cast.people["unassigned_adviser"])
    assert other.get(f"{url}?phrase={phrase.pk}").status_code == 404
    other.post(f"{url}?phrase={phrase.pk}", {"delete": "1"})
    assert Phrase.objects.count() == 1
    client.post(f"{url}?phrase={phrase.pk}", {"delete": "1"})
    assert not Phrase.objects.exists()


@pytest.mark.parametrize(("who", "status"), [("adviser", 200), ("staff", 403), ("secretariat", 403), ("nobody", 403)])
def test_phrases_are_for_advisers(cast, sign_in, who, status):
    assert sign_in(cast.people[who]).get(reverse("policies:phrases")).status_code == status


def test_an_adviser_says_how_fast_they_answer(cast, sign_in):
    client, url = sign_in(cast.people["adviser"]), reverse("policies:capacity", args=[cast.programme.pk])
    assert client.get(url).context["form"].initial == {"business_days": 5, "reviews_a_week": 5}
    assert client.post(url, {"business_days": 0, "reviews_a_week": 3}).status_code == 200
    client.post(url, {"business_days": 7, "reviews_a_week": 3})
    assert Capacity.objects.values_list("business_days", "reviews_a_week").get() == (7, 3)
    assert sign_in(cast.people["secretariat"]).get(url).status_code == 403
