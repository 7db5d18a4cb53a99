"""What an adviser writes in a review, and for themselves."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from policies.enums import Judgement, SuggestionState
from policies.models import Phrase, Post, ReviewNote, Suggestion, Thread, Verdict
from policies.services import save_phrase
from tests.policies.reviewing import NOW, TEXTS, begin_review, cycle_of, rewrite, submit_text, write_text
from tests.policies.test_reviews import deed, give_back, judge
from tests.roles import seen_by


@pytest.fixture
def paragraphs(cast):
    return write_text(cast)


@pytest.fixture
def review(cast, paragraphs):
    return begin_review(cast, submit_text(cast))


def test_a_verdict_is_changed_and_taken_back(cast, review):
    first = judge(cast, review, advice="  直してください。\r\n二行目  ")
    assert (first.judgement, first.advice) == (Judgement.PARTLY, "直してください。\n二行目")
    second = judge(cast, review, judgement=Judgement.MET, advice="")
    assert (second.pk, second.judgement, second.advice) == (first.pk, Judgement.MET, "")
    assert judge(cast, review, judgement="", advice="") is None
    assert not Verdict.objects.exists()


@pytest.mark.parametrize(
    ("requirement", "judgement", "advice"),
    [
        ("meti-9", "met", ""),
        ("ungp-16a", "met", ""),  # shown by a dated record, not by the text
        ("prompt-minerals", "met", ""),
        ("meti-2", "", "助言だけ"),
        ("meti-2", "met", "あ" * 5001),
        ("meti-2", "met", "\x00"),
        ("meti-2", "met", "\ud800"),
    ],
)
def test_what_is_no_verdict_is_refused(cast, review, requirement, judgement, advice):
    with pytest.raises(ValidationError), transaction.atomic():
        judge(cast, review, requirement, judgement, advice)
    assert not Verdict.objects.exists()


def test_a_comment_holds_on_to_the_words_it_is_about(cast, review, paragraphs):
    thread = deed(
        "comment", cast, review=review, text="どの部署ですか。", paragraph=paragraphs["contact"], quote="総務部"
    )
    assert (thread.section_code, thread.quote, thread.base_rev, thread.is_shared) == ("contact", "総務部", 1, False)
    deed("edit_comment", cast, thread=thread, text="内線もください。", quote="相談窓口")
    assert Post.objects.values_list("text", "from_company").get() == ("内線もください。", False)
    assert Thread.objects.values_list("quote", flat=True).get() == "相談窓口"
    deed("delete_comment", cast, thread=thread)
    assert not Thread.objects.exists()


def test_a_comment_may_be_about_a_section_or_the_whole(cast, review):
    section = deed("comment", cast, review=review, text="短いです。", section_code="law")
    whole = deed("comment", cast, review=review, text="読みやすいです。", quote="これは引用ではない")
    assert (section.section_code, section.paragraph_id) == ("law", None)
    assert (whole.section_code, whole.paragraph_id, whole.quote) == ("", None, "")


def test_words_that_are_not_in_the_paragraph_are_no_quote(cast, review, paragraphs):
    with pytest.raises(ValidationError), transaction.atomic():
        deed("comment", cast, review=review, text="x", paragraph=paragraphs["contact"], quote="人事部")
    with pytest.raises(ValidationError), transaction.atomic():
        deed("comment", cast, review=review, text="  ")
    assert not Thread.objects.exists()


def test_wording_starts_from_what_was_submitted_whatever_the_company_wrote_since(cast, review, paragraphs):
    rewrite(cast, paragraphs["contact"], "相談窓口は人事部です。")
    suggestion = deed(
        "suggest",
        cast,
        review=review,
        paragraph=paragraphs["contact"],
        text="相談窓口は総務部(内線10)です。",
        reason="内線",
    )
    assert (suggestion.base_text, suggestion.base_rev) == (TEXTS["contact"], 1)


def test_one_wording_a_paragraph_which_a_second_changes(cast, review, paragraphs):
    first = deed("suggest", cast, review=review, paragraph=paragraphs["contact"], text="相談窓口は総務課です。")
    second = deed("suggest", cast, review=review, paragraph=paragraphs["contact"], text="相談窓口は人事課です。")
    assert (first.pk, Suggestion.objects.get().text) == (second.pk, "相談窓口は人事課です。")
    deed("delete_suggestion", cast, suggestion=second)
    assert not Suggestion.objects.exists()


def test_new_wording_withdraws_what_was_suggested_before_and_is_unanswered(cast, review, paragraphs):
    old = deed("suggest", cast, review=review, paragraph=paragraphs["contact"], text="相談窓口は総務課です。")
    give_back(cast, review)
    second = begin_review(cast, submit_text(cast))
    new = deed("suggest", cast, review=second, paragraph=paragraphs["contact"], text="相談窓口は人事課です。")
    old.refresh_from_db()
    assert (old.state, new.state, new.review) == (SuggestionState.WITHDRAWN, SuggestionState.OPEN, second)


@pytest.mark.parametrize("text", ["", "  ", TEXTS["contact"], f" {TEXTS['contact']}\n", "あ" * 20_001, "a\x00"])
def test_wording_that_changes_nothing_or_cannot_be_kept_is_refused(cast, review, paragraphs, text):
    with pytest.raises(ValidationError), transaction.atomic():
        deed("suggest", cast, review=review, paragraph=paragraphs["contact"], text=text)
    assert not Suggestion.objects.exists()


def test_a_paragraph_that_was_not_submitted_gets_no_wording(cast, review):
    with seen_by(cast.people["staff"]):
        section = review.cycle.sections.get(code="law")
    late = deed("add_paragraph", cast, who="staff", section=section, texts={"ja": "あとから。"})
    for name in ("suggest", "comment"):
        with pytest.raises(ValidationError), transaction.atomic():
            deed(name, cast, review=review, paragraph=late, text="新しい文。")


def test_what_was_returned_is_not_changed_any_more(cast, review, paragraphs):
    thread = deed("comment", cast, review=review, text="どの部署ですか。")
    give_back(cast, review)
    for name, arguments in {
        "edit_comment": {"thread": thread, "text": "x"},
        "delete_comment": {"thread": thread},
    }.items():
        with pytest.raises(Exception, match=r"."), transaction.atomic():
            deed(name, cast, **arguments)
    assert Post.objects.get().text == "どの部署ですか。"


# --- Notes and phrases ----------------------------------------------------------------------------------------------------


def test_nobody_else_ever_reads_an_own_note(cast, paragraphs):
    deed("write_note", cast, cycle=cycle_of(cast), text="社長に電話する", section_code="law")
    seen = {}
    for who, user in cast.people.items():
        with seen_by(user):
            seen[who] = ReviewNote.objects.count()
    assert seen == {who: int(who == "adviser") for who in cast.people}
    deed("write_note", cast, cycle=cycle_of(cast), text="電話した", section_code="law")
    assert ReviewNote.objects.get().text == "電話した"
    deed("write_note", cast, cycle=cycle_of(cast), text=" ", section_code="law")
    assert not ReviewNote.objects.exists()


@pytest.mark.parametrize("who", ["staff", "secretariat"])
def test_notes_are_for_advisers_of_the_company(cast, paragraphs, who):
    with pytest.raises(PermissionDenied):
        deed("write_note", cast, who=who, cycle=cycle_of(cast), text="x")


def test_phrases_are_their_authors_own(cast):
    adviser = cast.people["adviser"]
    with seen_by(adviser):
        phrase = save_phrase(phrase=Phrase(author=adviser, title="窓口", text=" 連絡先を\r\n書く "), actor=adviser)
    assert phrase.text == "連絡先を\n書く"
    for who, user in cast.people.items():
        with seen_by(user):
            assert Phrase.objects.count() == int(who == "adviser"), who
    for name in ("save_phrase", "delete_phrase"):
        with pytest.raises(PermissionDenied):
            deed(name, cast, who="unassigned_adviser", phrase=phrase)
    deed("delete_phrase", cast, phrase=phrase)
    assert not Phrase.objects.exists()


def test_moments_of_a_verdict_are_those_of_its_last_change(cast, review):
    first = judge(cast, review)
    assert judge(cast, review).created_at == NOW != first.created_at
