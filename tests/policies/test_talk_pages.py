"""The pages on which the company and its advisers talk about a text."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from policies import services
from policies.enums import State, SuggestionState
from policies.models import Cycle, Paragraph, ParagraphSave, Post, Suggestion, Thread
from policies.rendering.discussion import left_sentence
from tests.counting import queries_of
from tests.factories import make_assignment, make_seat
from tests.factories.talk import TEXTS, make_comment, make_paragraph, make_suggestion, text_of
from tests.roles import seen_by

BETTER = "当社は、国際的に認められたすべての人の人権を尊重します。"
OWN = "当社は、取引先を含むすべての人の人権を尊重します。"
MARKUP = '<script>alert("1")</script>&amp;<b>太字</b>'
NOW = datetime(2024, 12, 10, 3, tzinfo=UTC)


@pytest.fixture
def cycle(cast) -> Cycle:
    return Cycle.objects.get(enrolment=cast.enrolment)


@pytest.fixture
def paragraph(cycle) -> Paragraph:
    return make_paragraph(cycle)


@pytest.fixture
def suggestion(cast, paragraph) -> Suggestion:
    return make_suggestion(paragraph, cast.people["adviser"], BETTER, reason="国際基準に合わせます。")


@pytest.fixture
def comment(cast, cycle, paragraph) -> Thread:
    return make_comment(cycle, cast.people["adviser"], "誰を指しますか。", paragraph=paragraph, quote="すべての人")


@pytest.fixture
def staff(cast, sign_in):
    return sign_in(cast.people["staff"])


@pytest.fixture
def adviser(cast, sign_in):
    return sign_in(cast.people["adviser"])


def page(cast, name="discussion", *ids) -> str:
    return reverse(f"policies:{name}", args=[cast.company.pk, *ids])


def html(response) -> str:
    return response.content.decode()


def change(paragraph: Paragraph, user, text: str) -> None:
    with seen_by(user):
        services.save_paragraph(
            paragraph=Paragraph.objects.select_related("cycle").get(pk=paragraph.pk),
            language="ja",
            text=text,
            base_rev=text_of(paragraph).rev,
            operation=uuid4(),
            actor=user,
            now=NOW,
        )


# --- Who is there ---------------------------------------------------------------------------------------------------------

READERS = {"manager": 200, "staff": 200, "adviser": 200}
OTHERS = ["neighbour", "stranger", "unassigned_adviser", "former_adviser", "secretariat", "other_secretariat", "nobody"]
EVERYBODY = READERS | dict.fromkeys(OTHERS, 404)


@pytest.mark.parametrize("who", EVERYBODY)
def test_talk_is_there_for_the_company_and_its_advisers_alone(cast, sign_in, suggestion, comment, who):
    client = sign_in(cast.people[who])
    pages = [("discussion",), ("suggestion", suggestion.pk), ("thread", comment.pk), ("questions",), ("advice",)]
    assert {client.get(page(cast, *one)).status_code for one in pages} == {EVERYBODY[who]}
    for_company = {200: 200, 404: 404}[EVERYBODY[who]] if who != "adviser" else 403
    assert client.get(page(cast, "use_all")).status_code == for_company


@pytest.mark.parametrize("who", [*OTHERS, "adviser"])
@pytest.mark.parametrize("deed", ["use", "decline", "undo", "edit"])
def test_only_the_company_answers(cast, sign_in, suggestion, who, deed):
    values = {"deed": deed, "text": OWN, "base_rev": 1}
    response = sign_in(cast.people[who]).post(page(cast, "suggestion", suggestion.pk), values)
    assert response.status_code == (403 if who == "adviser" else 404)
    suggestion.refresh_from_db()
    assert suggestion.state == SuggestionState.OPEN


def test_what_was_not_returned_yet_is_nowhere(cast, cycle, paragraph, staff, adviser):
    mine = make_suggestion(paragraph, cast.people["adviser"], "まだ秘密の文案です。", is_shared=False)
    thread = make_comment(cycle, cast.people["adviser"], "まだ秘密です。", paragraph=paragraph, is_shared=False)
    for client in (staff, adviser):
        for one in (("discussion",), ("questions",), ("advice",)):
            assert "まだ秘密" not in html(client.get(page(cast, *one)))
        assert client.get(page(cast, "suggestion", mine.pk)).status_code == 404
        assert client.get(page(cast, "thread", thread.pk)).status_code == 404


# --- Suggestions ----------------------------------------------------------------------------------------------------------


def test_a_card_shows_the_change_the_reason_and_what_may_be_done(cast, staff, suggestion):
    text = html(staff.get(page(cast)))
    assert "<ins>" in text
    assert "国際基準に合わせます。" in text
    assert [text.count(f'name="deed" value="{deed}"') for deed in ("use", "decline", "undo", "withdraw")] == [
        1,
        1,
        0,
        0,
    ]
    assert text.count(f'href="{page(cast, "suggestion", suggestion.pk)}"') == 1


def test_using_it_without_scripts_leads_back_to_the_card(cast, staff, paragraph, suggestion):
    response = staff.post(page(cast, "suggestion", suggestion.pk), {"deed": "use"})
    assert (response.status_code, response["Location"]) == (302, f"{page(cast)}#suggestion-{suggestion.pk}")
    assert text_of(paragraph).text == BETTER
    text = html(staff.get(page(cast)))
    assert text.count('name="deed" value="undo"') == 1
    assert 'value="use"' not in text


def test_with_scripts_the_cards_are_drawn_anew_and_the_next_one_has_the_focus(cast, cycle, staff, suggestion):
    following = make_suggestion(make_paragraph(cycle, ja=TEXTS[1]), cast.people["adviser"], OWN)
    response = staff.post(page(cast, "suggestion", suggestion.pk), {"deed": "use"}, headers={"HX-Request": "true"})
    text = html(response)
    assert response.status_code == 200
    assert "<html" not in text
    assert text.count("data-focus") == 1
    assert f'id="suggestion-{following.pk}-title" tabindex="-1" data-focus' in text
    assert response.context["said"].endswith(left_sentence(1))


def test_after_the_last_one_the_focus_goes_to_the_end(cast, staff, suggestion):
    response = staff.post(page(cast, "suggestion", suggestion.pk), {"deed": "use"}, headers={"HX-Request": "true"})
    assert 'tabindex="-1" data-focus class="talk-end"' in html(response)


def test_what_was_answered_earlier_is_shown_on_request(cast, staff, suggestion):
    staff.post(page(cast, "suggestion", suggestion.pk), {"deed": "use"})
    Suggestion.objects.update(answered_at=timezone.now() - timedelta(days=2))
    assert f'id="suggestion-{suggestion.pk}"' not in html(staff.get(page(cast)))
    assert f'id="suggestion-{suggestion.pk}"' in html(staff.get(page(cast) + "?show=all"))


def test_an_outdated_one_shows_three_texts_and_is_not_used(cast, staff, paragraph, suggestion):
    change(paragraph, cast.people["manager"], "別の文です。")
    text = html(staff.get(page(cast)))
    assert 'class="three-texts"' in text
    assert 'value="use"' not in text
    for scripts in (False, True):
        headers = {"HX-Request": "true"} if scripts else {}
        response = staff.post(page(cast, "suggestion", suggestion.pk), {"deed": "use"}, headers=headers)
        assert response.status_code == 409
        assert html(response).count('role="alert" tabindex="-1" data-focus') == 1
    assert text_of(paragraph).text == "別の文です。"


def test_declining_without_a_reason_says_so_at_the_field(cast, staff, suggestion):
    response = staff.post(page(cast, "suggestion", suggestion.pk), {"deed": "decline", "text": " "})
    assert response.status_code == 422
    assert html(response).count('aria-invalid="true"') == 1
    suggestion.refresh_from_db()
    assert suggestion.state == "open"


def test_a_reason_that_is_too_long_stays_in_its_field(cast, staff, suggestion):
    reason = "理由" * 3_000
    response = staff.post(page(cast, "suggestion", suggestion.pk), {"deed": "decline", "text": reason})
    assert response.status_code == 422
    assert f">{reason}</textarea>" in html(response)


def test_a_reason_for_what_was_answered_meanwhile_is_given_back(cast, staff, suggestion):
    staff.post(page(cast, "suggestion", suggestion.pk), {"deed": "use"})
    response = staff.post(page(cast, "suggestion", suggestion.pk), {"deed": "decline", "text": "当社の理由です。"})
    assert response.status_code == 409
    assert '<p class="words">当社の理由です。</p>' in html(response)


def test_editing_starts_from_the_suggestion_and_from_the_present_text_when_outdated(cast, staff, paragraph, suggestion):
    fresh = staff.get(page(cast, "suggestion", suggestion.pk)).context["form"]
    change(paragraph, cast.people["manager"], "別の文です。")
    later = staff.get(page(cast, "suggestion", suggestion.pk)).context["form"]
    assert [(form.initial["text"], form.initial["base_rev"]) for form in (fresh, later)] == [
        (BETTER, 1),
        ("別の文です。", 2),
    ]


def edit(client, cast, suggestion, text: str, base_rev: int):
    values = {"deed": "edit", "text": text, "base_rev": base_rev}
    return client.post(page(cast, "suggestion", suggestion.pk), values)


def test_edited_wording_is_taken_over(cast, staff, paragraph, suggestion):
    assert edit(staff, cast, suggestion, "一行目\r\n二行目", 1).status_code == 302
    assert text_of(paragraph).text == "一行目\n二行目"
    suggestion.refresh_from_db()
    assert (suggestion.state, suggestion.applied_text) == ("edited", "一行目\n二行目")


def test_edited_too_late_gives_both_texts_and_keeps_what_was_typed(cast, staff, paragraph, suggestion):
    change(paragraph, cast.people["manager"], "別の文です。")
    response = edit(staff, cast, suggestion, OWN, 1)
    text = html(response)
    assert response.status_code == 409
    assert f">\n{OWN}</textarea>" in text
    assert "別の文です。" in text
    assert response.context["form"].initial["base_rev"] == 2
    assert ParagraphSave.objects.filter(outcome="lost", text=OWN).count() == 1
    assert edit(staff, cast, suggestion, OWN, 2).status_code == 302
    assert text_of(paragraph).text == OWN


@pytest.mark.parametrize(
    ("text", "base_rev"),
    [("a\x00b", 1), ("あ" * 20_001, 1), (OWN, ""), (OWN, "x"), (OWN, -1), (OWN, 2**40)],
    ids=range(6),
)
def test_what_cannot_be_kept_is_refused_at_the_field(cast, staff, paragraph, suggestion, text, base_rev):
    assert edit(staff, cast, suggestion, text, base_rev).status_code == 422
    assert text_of(paragraph).text == TEXTS[0]


def test_answers_are_undone_from_the_line(cast, staff, paragraph, suggestion):
    staff.post(page(cast, "suggestion", suggestion.pk), {"deed": "use"})
    assert staff.post(page(cast, "suggestion", suggestion.pk), {"deed": "undo"}).status_code == 302
    assert text_of(paragraph).text == TEXTS[0]
    staff.post(page(cast, "suggestion", suggestion.pk), {"deed": "use"})
    change(paragraph, cast.people["manager"], OWN)
    assert 'value="undo"' not in html(staff.get(page(cast)))


def test_while_the_text_is_closed_nothing_is_offered_but_declining(cast, cycle, staff, suggestion):
    Cycle.objects.filter(pk=cycle.pk).update(state=State.ENDORSED)
    text = html(staff.get(page(cast)))
    assert [text.count(f'value="{deed}"') for deed in ("use", "decline")] == [0, 1]
    assert text.count('class="banner banner-info"') == 1
    assert staff.post(page(cast, "suggestion", suggestion.pk), {"deed": "use"}).status_code == 409


def test_an_adviser_withdraws_their_own(cast, adviser, staff, suggestion):
    assert html(adviser.get(page(cast))).count('value="withdraw"') == 1
    assert staff.post(page(cast, "suggestion", suggestion.pk), {"deed": "withdraw"}).status_code == 403
    assert adviser.post(page(cast, "suggestion", suggestion.pk), {"deed": "withdraw"}).status_code == 302
    suggestion.refresh_from_db()
    assert suggestion.state == "withdrawn"


@pytest.mark.parametrize("deed", ["", "burn", "post", "dispatch"])
def test_a_deed_that_does_not_exist_does_nothing(cast, staff, suggestion, deed):
    assert staff.post(page(cast, "suggestion", suggestion.pk), {"deed": deed}).status_code == 302
    suggestion.refresh_from_db()
    assert suggestion.state == "open"


# --- Use all that fit -----------------------------------------------------------------------------------------------------


def test_all_that_fit_are_shown_before_they_are_used(cast, cycle, staff, suggestion):
    author = cast.people["adviser"]
    second = make_paragraph(cycle, ja=TEXTS[1])
    fits = make_suggestion(second, author, "この方針は、全役職員に適用します。")
    outdated = make_suggestion(make_paragraph(cycle, ja="三。"), author, "四。")
    change(outdated.paragraph, cast.people["manager"], "五。")
    shown = staff.get(page(cast, "use_all"))
    assert [card.suggestion.pk for card in shown.context["fitting"]] == [suggestion.pk, fits.pk]
    assert shown.context["others"] == 1
    assert {one.state for one in Suggestion.objects.all()} == {"open"}
    staff.post(page(cast, "use_all"), {"suggestion": [str(suggestion.pk), str(outdated.pk), str(uuid4()), "x"]})
    states = dict(Suggestion.objects.values_list("pk", "state"))
    assert states == {suggestion.pk: "accepted", fits.pk: "open", outdated.pk: "open"}
    assert text_of(outdated.paragraph).text == "五。"


def test_rivals_are_left_to_be_chosen_by_hand(cast, cycle, staff, paragraph, suggestion):
    second = make_seat(cast.programme, role="adviser")
    make_assignment(cast.enrolment, second)
    make_suggestion(paragraph, second.user, OWN)
    shown = staff.get(page(cast, "use_all"))
    assert (shown.context["fitting"], shown.context["others"]) == ([], 2)
    assert "empty" in html(shown)


# --- Comments -------------------------------------------------------------------------------------------------------------


def post(client, cast, thread, deed, **values):
    return client.post(page(cast, "thread", thread.pk), {"deed": deed} | values)


def test_a_reply_stands_below_the_comment_on_both_sides(cast, staff, adviser, comment):
    assert post(staff, cast, comment, "reply", text="取引先の従業員も含みます。").status_code == 302
    assert post(adviser, cast, comment, "reply", text="承知しました。").status_code == 302
    for client in (staff, adviser):
        text = html(client.get(page(cast)))
        found = [text.index(words) for words in ("誰を指しますか。", "取引先の従業員も含みます。", "承知しました。")]
        assert found == sorted(found)


@pytest.mark.parametrize("text", ["", "  \n", "a\x00b", "あ" * 5_001])
def test_a_reply_that_says_nothing_or_cannot_be_kept_is_refused(cast, staff, comment, text):
    assert post(staff, cast, comment, "reply", text=text).status_code == 422
    assert Post.objects.count() == 1


def test_a_resolved_comment_is_kept_and_hidden(cast, staff, comment):
    post(staff, cast, comment, "resolve")
    Thread.objects.update(resolved_at=timezone.now() - timedelta(days=2))
    assert "誰を指しますか。" not in html(staff.get(page(cast)))
    assert "誰を指しますか。" in html(staff.get(page(cast) + "?show=all"))
    post(staff, cast, comment, "reopen")
    assert "誰を指しますか。" in html(staff.get(page(cast)))


def test_a_comment_whose_words_are_gone_stays_and_is_attached_again(cast, staff, paragraph, comment):
    change(paragraph, cast.people["manager"], "当社は、全員の人権を尊重します。")
    shown = staff.get(page(cast))
    card = shown.context["talk"].cards[0]
    assert (card.is_astray, card.is_removed) == (True, False)
    assert f'href="{page(cast, "thread", comment.pk)}"' in html(shown)
    wrong = post(staff, cast, comment, "attach", paragraph=paragraph.pk, quote="すべての人")
    assert wrong.status_code == 409
    assert post(staff, cast, comment, "attach", paragraph=paragraph.pk, quote="全員").status_code == 302
    assert not staff.get(page(cast)).context["talk"].cards[0].is_astray


def test_a_comment_on_a_removed_paragraph_stays_in_a_group_of_its_own(
    cast, cycle, staff, paragraph, comment, suggestion
):
    user = cast.people["staff"]
    with seen_by(user):
        services.remove_paragraph(paragraph=paragraph, actor=user, now=NOW)
    groups = staff.get(page(cast)).context["talk"].groups
    assert [(len(group.cards), bool(group.note)) for group in groups] == [(2, True)]
    other = make_paragraph(cycle, ja=TEXTS[1])
    offered = staff.get(page(cast, "thread", comment.pk)).context["form"].fields["paragraph"].choices
    assert [value for value, _label in offered] == [str(other.pk)]
    assert post(staff, cast, comment, "attach", paragraph=paragraph.pk).status_code == 422
    assert post(staff, cast, comment, "attach", paragraph=other.pk).status_code == 302


# --- Questions ------------------------------------------------------------------------------------------------------------


def test_a_question_is_asked_and_answered(cast, staff, adviser):
    tomorrow = timezone.localdate() + timedelta(days=1)
    asked = {"section_code": "scope", "text": "派遣社員も含みますか。", "answer_by": tomorrow.isoformat()}
    response = staff.post(page(cast, "questions"), asked)
    thread = Thread.objects.get()
    assert (response.status_code, response["Location"]) == (302, f"{page(cast, 'questions')}#thread-{thread.pk}")
    shown = adviser.get(page(cast, "questions"))
    question = shown.context["questions"][0]
    assert (question.thread.answer_by, question.thread.awaits_adviser, question.is_late) == (tomorrow, True, False)
    assert "派遣社員も含みますか。" in html(shown)
    post(adviser, cast, thread, "reply", text="含みます。")
    question = staff.get(page(cast, "questions")).context["questions"][0]
    assert (question.thread.awaits_adviser, [one.text for one in question.said]) == (
        False,
        ["派遣社員も含みますか。", "含みます。"],
    )


def test_a_question_of_an_adviser_waits_for_the_company(cast, staff, adviser):
    adviser.post(page(cast, "questions"), {"text": "いつ公表しますか。"})
    question = staff.get(page(cast, "questions")).context["questions"][0]
    assert (question.awaits_company, question.thread.awaits_adviser) == (True, False)
    post(staff, cast, Thread.objects.get(), "reply", text="来月です。")
    question = adviser.get(page(cast, "questions")).context["questions"][0]
    assert (question.awaits_company, question.thread.awaits_adviser) == (False, True)


@pytest.mark.parametrize(
    "values",
    [
        {"text": ""},
        {"text": "a\x00"},
        {"text": "あ" * 5_001},
        {"text": "何ですか。", "section_code": "nowhere"},
        {"text": "何ですか。", "answer_by": "2020-01-01"},
        {"text": "何ですか。", "answer_by": "明日"},
    ],
    ids=range(6),
)
def test_a_question_that_cannot_be_asked_keeps_its_words(cast, staff, values):
    response = staff.post(page(cast, "questions"), values)
    assert response.status_code == 422
    assert Thread.objects.count() == 0
    if values["text"] == "何ですか。":
        assert ">\n何ですか。</textarea>" in html(response)


def test_a_question_is_late_once_its_day_is_past_and_nobody_answered(cast, staff, adviser):
    staff.post(page(cast, "questions"), {"text": "何ですか。"})
    Thread.objects.update(answer_by=timezone.localdate() - timedelta(days=1))
    assert staff.get(page(cast, "questions")).context["questions"][0].is_late
    post(adviser, cast, Thread.objects.get(), "reply", text="これです。")
    assert not staff.get(page(cast, "questions")).context["questions"][0].is_late


def test_an_empty_reply_to_a_question_is_refused_on_its_own_page(cast, staff, adviser):
    staff.post(page(cast, "questions"), {"text": "何ですか。"})
    response = post(adviser, cast, Thread.objects.get(), "reply", text=" ")
    assert response.status_code == 422
    assert html(response).count('role="alert"') >= 1


# --- Markup, empty pages, counts ------------------------------------------------------------------------------------------


def test_markup_is_text_everywhere(cast, cycle, staff):
    author = cast.people["adviser"]
    paragraph = make_paragraph(cycle, ja=MARKUP)
    suggestion = make_suggestion(paragraph, author, MARKUP + "。", reason=MARKUP)
    comment = make_comment(cycle, author, MARKUP, paragraph=paragraph, quote=MARKUP)
    staff.post(page(cast, "questions"), {"text": MARKUP})
    pages = [("discussion",), ("suggestion", suggestion.pk), ("thread", comment.pk), ("questions",), ("use_all",)]
    for one in (*pages, ("advice",)):
        text = html(staff.get(page(cast, *one)))
        assert "<script>alert" not in text, one
        assert "<b>太字" not in text, one
        assert "&lt;b&gt;太字" in text, one


def test_pages_without_anything_say_what_they_are_for(cast, staff, adviser):
    for client in (staff, adviser):
        for one in ("discussion", "questions", "advice"):
            assert html(client.get(page(cast, one))).count('class="sheet empty"') == 1


@pytest.mark.parametrize("count", [1, 30])
def test_pages_ask_the_same_whatever_they_hold(cast, cycle, sign_in, count):
    author = cast.people["adviser"]
    client = sign_in(cast.people["staff"])
    for number in range(count):
        paragraph = make_paragraph(cycle, ja=f"第{number}段落。")
        one = make_suggestion(paragraph, author, f"第{number}段落です。")
        make_comment(cycle, author, "ここは？", paragraph=paragraph)
        with seen_by(cast.people["staff"]):
            services.ask_question(cycle=cycle, text=f"質問{number}", actor=cast.people["staff"], now=NOW)
    ones = [("discussion",), ("use_all",), ("questions",), ("suggestion", one.pk), ("advice",)]
    assert [len(queries_of(client, page(cast, *each))) for each in ones] == [10, 10, 9, 10, 10]
