"""Suggested wording: taken over exactly or not at all, with every text in the history and every answer undone in full."""

import threading
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection

from audit.models import Event
from policies import services
from policies.enums import ActionState, SaveOutcome, State, SuggestionState
from policies.models import ActionItem, Cycle, Paragraph, ParagraphSave, Suggestion
from policies.queries import is_outdated, passages
from tests.factories import make_assignment, make_seat
from tests.factories.talk import TEXTS, make_paragraph, make_suggestion, text_of
from tests.roles import seen_by

NOW = datetime(2024, 12, 10, 3, tzinfo=UTC)
BETTER = "当社は、国際的に認められたすべての人の人権を尊重します。"
OWN = "当社は、取引先を含むすべての人の人権を尊重します。"


@pytest.fixture
def cycle(cast) -> Cycle:
    return Cycle.objects.get(enrolment=cast.enrolment)


@pytest.fixture
def paragraph(cycle) -> Paragraph:
    return make_paragraph(cycle)


@pytest.fixture
def suggestion(cast, paragraph) -> Suggestion:
    return make_suggestion(paragraph, cast.people["adviser"], BETTER, reason="国際基準に合わせます。")


def deed(name: str, suggestion: Suggestion, user, **arguments):
    """Do it as `user` would, with what the page would have loaded."""
    with seen_by(user):
        mine = Suggestion.objects.select_related("paragraph__cycle").get(pk=suggestion.pk)
        return getattr(services, name)(suggestion=mine, actor=user, now=NOW, **arguments)


def write(paragraph, user, text: str, *, base_rev: int | None = None) -> services.Saved:
    with seen_by(user):
        return services.save_paragraph(
            paragraph=Paragraph.objects.select_related("cycle").get(pk=paragraph.pk),
            language="ja",
            text=text,
            base_rev=text_of(paragraph).rev if base_rev is None else base_rev,
            operation=uuid4(),
            actor=user,
            now=NOW,
        )


def history(paragraph) -> list[tuple[str, str]]:
    return list(ParagraphSave.objects.filter(paragraph=paragraph, language="ja").values_list("outcome", "text"))


def item_of(suggestion) -> tuple[str, str]:
    return ActionItem.objects.values_list("state", "answer").get(source_id=suggestion.pk)


def test_accepted_wording_becomes_the_text_exactly_and_stands_in_the_history(cast, paragraph, suggestion):
    staff = cast.people["staff"]
    done = deed("accept_suggestion", suggestion, staff)
    assert (done.state, done.applied_text, done.answered_by, done.answered_at) == ("accepted", BETTER, staff, NOW)
    assert (text_of(paragraph).text, text_of(paragraph).rev) == (BETTER, 2)
    assert history(paragraph) == [("kept", TEXTS[0]), ("kept", BETTER)]
    assert item_of(suggestion) == (ActionState.DONE, "")
    assert Event.objects.filter(verb="suggestion.answered").values_list("actor_id", "detail").get() == (
        staff.pk,
        {"state": "accepted"},
    )


def test_a_rival_is_outdated_by_comparison_alone(cast, cycle, paragraph, suggestion):
    second = make_seat(cast.programme, role="adviser")
    make_assignment(cast.enrolment, second)
    rival = make_suggestion(paragraph, second.user, OWN)
    deed("accept_suggestion", suggestion, cast.people["staff"])
    rival.refresh_from_db()
    assert rival.state == SuggestionState.OPEN
    assert is_outdated(rival, passages(cycle)[paragraph.pk, "ja"])
    with pytest.raises(services.AnswerRefused) as refused:
        deed("accept_suggestion", rival, cast.people["staff"])
    assert refused.value.code == "outdated"
    assert text_of(paragraph).text == BETTER


def test_an_outdated_suggestion_is_never_applied_also_when_only_a_space_differs(cast, paragraph, suggestion):
    write(paragraph, cast.people["manager"], TEXTS[0] + "　")
    with pytest.raises(services.AnswerRefused) as refused:
        deed("accept_suggestion", suggestion, cast.people["staff"])
    assert refused.value.code == "outdated"
    assert text_of(paragraph).text == TEXTS[0] + "　"
    assert item_of(suggestion) == (ActionState.OPEN, "")


def test_it_fits_again_when_the_text_is_again_what_it_was_written_for(cast, paragraph, suggestion):
    write(paragraph, cast.people["staff"], OWN)
    write(paragraph, cast.people["staff"], TEXTS[0])
    deed("accept_suggestion", suggestion, cast.people["staff"])
    assert text_of(paragraph).text == BETTER


def test_edited_wording_becomes_the_text(cast, paragraph, suggestion):
    saved = deed("edit_and_accept", suggestion, cast.people["staff"], text=OWN, base_rev=1)
    suggestion.refresh_from_db()
    assert (saved.outcome, saved.rev) == (SaveOutcome.KEPT, 2)
    assert (suggestion.state, suggestion.applied_text, suggestion.text) == ("edited", OWN, BETTER)
    assert text_of(paragraph).text == OWN
    assert item_of(suggestion) == (ActionState.DONE, "")


def test_an_outdated_one_is_answered_by_editing_the_present_text(cast, paragraph, suggestion):
    write(paragraph, cast.people["manager"], "別の文です。")
    deed("edit_and_accept", suggestion, cast.people["staff"], text=OWN, base_rev=2)
    suggestion.refresh_from_db()
    assert (suggestion.state, text_of(paragraph).text) == ("edited", OWN)


def test_what_was_typed_upon_an_older_text_is_kept_and_answers_nothing(cast, paragraph, suggestion):
    write(paragraph, cast.people["manager"], "別の文です。")
    saved = deed("edit_and_accept", suggestion, cast.people["staff"], text=OWN, base_rev=1)
    suggestion.refresh_from_db()
    assert saved.is_lost
    assert (suggestion.state, text_of(paragraph).text) == ("open", "別の文です。")
    assert history(paragraph)[-1] == ("lost", OWN)
    assert item_of(suggestion) == (ActionState.OPEN, "")


def test_declining_leaves_the_text_and_keeps_the_reason(cast, paragraph, suggestion):
    deed("decline_suggestion", suggestion, cast.people["staff"], reason=" 当社には当てはまりません。 ")
    suggestion.refresh_from_db()
    assert (suggestion.state, suggestion.answer) == ("declined", "当社には当てはまりません。")
    assert text_of(paragraph).text == TEXTS[0]
    assert item_of(suggestion) == (ActionState.DECLINED, "当社には当てはまりません。")


@pytest.mark.parametrize("reason", ["", " \n　", "あ" * 5_001, "a\x00b", "\ud800"])
def test_a_reason_that_says_nothing_or_cannot_be_kept_is_refused(cast, suggestion, reason):
    with pytest.raises(ValidationError):
        deed("decline_suggestion", suggestion, cast.people["staff"], reason=reason)
    suggestion.refresh_from_db()
    assert suggestion.state == "open"


def test_every_answer_can_be_undone_and_given_again(cast, paragraph, suggestion):
    staff = cast.people["staff"]
    answers = [
        ("accept_suggestion", {}),
        ("edit_and_accept", {"text": OWN}),
        ("decline_suggestion", {"reason": "不要です。"}),
        ("accept_suggestion", {}),
    ]
    for name, arguments in answers:
        if name == "edit_and_accept":
            arguments["base_rev"] = text_of(paragraph).rev
        deed(name, suggestion, staff, **arguments)
        deed("undo_answer", suggestion, cast.people["manager"])
        suggestion.refresh_from_db()
        assert (suggestion.state, suggestion.answer, suggestion.answered_by_id) == ("open", "", None)
        assert text_of(paragraph).text == TEXTS[0]
        assert item_of(suggestion) == (ActionState.OPEN, "")
    assert [text for _outcome, text in history(paragraph)] == [
        TEXTS[0], BETTER, TEXTS[0], OWN, TEXTS[0], BETTER, TEXTS[0],
    ]  # fmt: skip


def test_undoing_an_edit_that_changed_nothing_writes_nothing(cast, paragraph, suggestion):
    write(paragraph, cast.people["staff"], OWN)
    deed("edit_and_accept", suggestion, cast.people["staff"], text=OWN, base_rev=2)
    deed("undo_answer", suggestion, cast.people["staff"])
    assert (text_of(paragraph).text, text_of(paragraph).rev) == (OWN, 2)


def test_nothing_is_undone_once_the_paragraph_was_changed(cast, paragraph, suggestion):
    deed("accept_suggestion", suggestion, cast.people["staff"])
    write(paragraph, cast.people["manager"], OWN)
    write(paragraph, cast.people["manager"], BETTER)
    with pytest.raises(services.AnswerRefused) as refused:
        deed("undo_answer", suggestion, cast.people["staff"])
    assert refused.value.code == "changed"
    assert text_of(paragraph).text == BETTER


def test_no_answer_is_taken_back_while_its_author_is_at_something_else_for_the_paragraph(cast, paragraph, suggestion):
    deed("decline_suggestion", suggestion, cast.people["staff"], reason="不要です。")
    make_suggestion(paragraph, cast.people["adviser"], OWN, is_shared=False)
    with pytest.raises(services.AnswerRefused) as refused:
        deed("undo_answer", suggestion, cast.people["staff"])
    assert refused.value.code == "changed"
    suggestion.refresh_from_db()
    assert suggestion.state == "declined"


def test_for_a_paragraph_that_was_taken_out_it_is_only_declined(cast, paragraph, suggestion):
    staff = cast.people["staff"]
    with seen_by(staff):
        services.remove_paragraph(paragraph=paragraph, actor=staff, now=NOW)
    for name, arguments in (("accept_suggestion", {}), ("edit_and_accept", {"text": OWN, "base_rev": 1})):
        with pytest.raises(services.AnswerRefused) as refused:
            deed(name, suggestion, staff, **arguments)
        assert refused.value.code == "removed"
    deed("decline_suggestion", suggestion, staff, reason="この段落は削除しました。")
    assert item_of(suggestion)[0] == ActionState.DECLINED


def test_an_answered_one_is_not_answered_again(cast, suggestion):
    staff = cast.people["staff"]
    deed("accept_suggestion", suggestion, staff)
    for name, arguments in (
        ("accept_suggestion", {}),
        ("edit_and_accept", {"text": OWN, "base_rev": 2}),
        ("decline_suggestion", {"reason": "不要です。"}),
    ):
        with pytest.raises(services.AnswerRefused) as refused:
            deed(name, suggestion, staff, **arguments)
        assert refused.value.code == "answered"


def test_its_author_withdraws_it_and_nobody_answers_it_any_more(cast, suggestion):
    deed("withdraw_suggestion", suggestion, cast.people["adviser"])
    assert item_of(suggestion) == (ActionState.WITHDRAWN, "")
    with pytest.raises(services.AnswerRefused):
        deed("accept_suggestion", suggestion, cast.people["staff"])
    with pytest.raises(services.AnswerRefused):
        deed("withdraw_suggestion", suggestion, cast.people["adviser"])
    with pytest.raises(services.AnswerRefused):
        deed("undo_answer", suggestion, cast.people["staff"])


ANSWERS = [
    ("accept_suggestion", {}),
    ("edit_and_accept", {"text": OWN, "base_rev": 1}),
    ("decline_suggestion", {"reason": "不要です。"}),
    ("undo_answer", {}),
]


@pytest.mark.parametrize(("name", "arguments"), ANSWERS)
@pytest.mark.parametrize("who", ["adviser", "secretariat", "neighbour", "stranger", "former_adviser", "nobody"])
def test_only_the_company_answers(cast, suggestion, who, name, arguments):
    user = cast.people[who]
    with seen_by(user), pytest.raises(PermissionDenied):
        getattr(services, name)(suggestion=suggestion, actor=user, now=NOW, **arguments)
    suggestion.refresh_from_db()
    assert suggestion.state == "open"


@pytest.mark.parametrize("who", ["staff", "manager", "unassigned_adviser", "former_adviser", "secretariat"])
def test_only_its_author_withdraws_it(cast, suggestion, who):
    user = cast.people[who]
    with seen_by(user), pytest.raises(PermissionDenied):
        services.withdraw_suggestion(suggestion=suggestion, actor=user, now=NOW)


def test_what_is_not_given_to_the_company_yet_is_not_there_for_it(cast, paragraph):
    private = make_suggestion(paragraph, cast.people["adviser"], BETTER, is_shared=False)
    with seen_by(cast.people["staff"]):
        assert not Suggestion.objects.filter(pk=private.pk).exists()
    # Also past row-level security, as the owner of the tables.
    with pytest.raises(PermissionDenied):
        services.accept_suggestion(suggestion=private, actor=cast.people["staff"], now=NOW)


@pytest.mark.parametrize("state", [State.ENDORSED, State.APPROVED, State.PUBLISHED])
def test_a_text_that_may_not_be_written_on_is_not_changed_by_an_answer(cast, cycle, suggestion, state):
    Cycle.objects.filter(pk=cycle.pk).update(state=state)
    staff = cast.people["staff"]
    for name, arguments in ANSWERS[:2]:
        with pytest.raises(services.NotEditable):
            deed(name, suggestion, staff, **arguments)
    deed("decline_suggestion", suggestion, staff, reason="公表後に検討します。")


def test_wording_that_the_section_has_no_room_for_is_refused(cast, cycle, paragraph):
    make_paragraph(cycle, ja="あ" * 19_990)
    long = make_suggestion(paragraph, cast.people["adviser"], "い" * 30)
    with pytest.raises(ValidationError):
        deed("accept_suggestion", long, cast.people["staff"])
    assert text_of(paragraph).text == TEXTS[0]


def at_once(*works) -> list:
    """Run the functions in threads of their own, and return what each returned or raised."""
    start, results = threading.Barrier(len(works)), [None] * len(works)

    def run(number, work):
        try:
            start.wait(10)
            results[number] = work()
        except Exception as error:  # noqa: BLE001 - whatever it is, the test looks at it
            results[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[number, work]) for number, work in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


@pytest.mark.django_db(transaction=True)
def test_of_two_who_accept_at_once_one_does(cast, paragraph, suggestion):
    people = [cast.people["staff"], cast.people["manager"]] * 2
    results = at_once(*(lambda user=user: deed("accept_suggestion", suggestion, user) for user in people))
    assert sum(isinstance(result, Suggestion) for result in results) == 1
    assert {error.code for error in results if isinstance(error, Exception)} == {"answered"}
    assert history(paragraph) == [("kept", TEXTS[0]), ("kept", BETTER)]


@pytest.mark.django_db(transaction=True)
def test_accepting_while_the_paragraph_is_saved_loses_neither(cast, paragraph, suggestion):
    accepted, saved = at_once(
        lambda: deed("accept_suggestion", suggestion, cast.people["staff"]),
        lambda: write(paragraph, cast.people["manager"], OWN, base_rev=1),
    )
    texts = [text for _outcome, text in history(paragraph)]
    if isinstance(accepted, Suggestion):
        # The saver came later: both texts are kept, and the suggested one stands.
        assert (saved.outcome, text_of(paragraph).text) == (SaveOutcome.LOST, BETTER)
        assert texts == [TEXTS[0], BETTER, OWN]
    else:
        assert (accepted.code, saved.outcome, text_of(paragraph).text) == ("outdated", SaveOutcome.KEPT, OWN)
        assert texts == [TEXTS[0], OWN]
