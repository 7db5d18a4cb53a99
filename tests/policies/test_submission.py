"""The gate, the receipt, taking back: errors keep a text here, advice does not, and two presses are one submission."""

import secrets
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from threading import Barrier

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection

from audit.models import Event
from notifications.models import Message, OutgoingMail
from policies import queries, services
from policies.enums import State, Transition
from policies.models import ApprovalRequest, Cycle, Post, Review, Revision, Submission, Thread
from policies.workflow import TransitionRefused
from programmes.models import MilestoneDate
from tests.factories import make_assignment, make_cast, make_seat
from tests.factories.settings import want_mails_at_once
from tests.factories.talk import make_comment, make_suggestion, text_of
from tests.policies.deciding import NOW, TEXTS, TODAY, ask, consult, president_of, submit, submitted, write_whole_text
from tests.policies.reviewing import cycle_of
from tests.roles import seen_by


def gate_now(cast) -> queries.Gate:
    with seen_by(cast.people["staff"]):
        return queries.gate_of(cycle_of(cast))


def codes(cast) -> list[tuple[str, str]]:
    return [(problem.code, problem.place.section) for problem in gate_now(cast).errors]


# --- The gate ----------------------------------------------------------------------------------------------------------------


def test_a_complete_text_with_expertise_passes(cast):
    write_whole_text(cast)
    consult(cast)
    found = gate_now(cast)
    assert (found.is_open, found.errors, found.lacks_expertise) == (True, [], False)


def test_every_section_that_is_empty_is_an_error(cast):
    write_whole_text(cast, without=("law", "contact"), closing="   ")
    assert codes(cast) == [("empty_section", "law"), ("empty_section", "contact"), ("empty_section", "closing")]


def test_a_place_left_to_fill_in_is_an_error_at_its_paragraph(cast):
    paragraphs = write_whole_text(cast, contact="相談窓口は［部署名］です。")
    (problem,) = gate_now(cast).errors
    assert (problem.code, problem.place.section, problem.place.paragraph) == (
        "placeholder",
        "contact",
        str(paragraphs["contact"].pk),
    )


def test_without_expertise_the_gate_is_shut_and_what_was_taken_back_does_not_count(cast):
    write_whole_text(cast)
    assert (gate_now(cast).lacks_expertise, gate_now(cast).is_open) == (True, False)
    evidence = consult(cast)
    with seen_by(cast.people["staff"]):
        services.cancel_evidence(evidence=evidence, actor=cast.people["staff"], now=NOW)
    assert gate_now(cast).lacks_expertise


def test_old_instruments_open_talk_and_stale_english_are_advice_only(cast):
    paragraphs = write_whole_text(cast, commitment="当社は、ILO中核的労働基準の4分野を尊重します。")
    consult(cast)
    cycle = cycle_of(cast)
    Cycle.objects.filter(pk=cycle.pk).update(has_english=True)
    for code, paragraph in paragraphs.items():
        text = text_of(paragraph, "en")
        text.text, text.source_rev = f"English of {code}.", 1 if code != "scope" else 0
        text.save()
    make_comment(cycle, cast.people["adviser"], "ここは？", paragraph=paragraphs["scope"])
    make_suggestion(paragraphs["law"], cast.people["adviser"], "当社は法令を守ります。")
    found = gate_now(cast)
    assert "old_instruments" in {problem.code for problem in found.advice}
    assert [place.section for place in found.stale] == ["scope"]
    assert (len(found.suggestions), len(found.threads)) == (1, 1)
    assert (found.errors, found.is_open) == ([], True)
    assert submit(cast).revision.number == 1


def test_the_companys_own_words_are_no_open_comment(cast):
    write_whole_text(cast)
    consult(cast)
    submit(cast, message="第3章を見てください。")
    assert gate_now(cast).threads == ()


# --- Submitting --------------------------------------------------------------------------------------------------------------


def test_a_submission_freezes_moves_numbers_and_tells(cast):
    write_whole_text(cast)
    consult(cast)
    submission = submit(cast, message="重点課題に自信がありません。")
    cycle = cycle_of(cast)
    revision = Revision.objects.get(cycle=cycle)
    assert cycle.state == State.SUBMITTED
    assert (revision.reason, revision.number, submission.revision_id) == ("submission", 1, revision.pk)
    assert [p["ja"] for s in revision.content["sections"] for p in s["paragraphs"]] == list(TEXTS.values())
    assert services.is_reference(submission.reference)
    assert submission.due_on > TODAY
    assert submission.adviser.user == cast.people["adviser"]
    assert (submission.submitted_by, submission.characters) == (cast.people["staff"], sum(map(len, TEXTS.values())))
    assert MilestoneDate.objects.filter(enrolment=cast.enrolment, kind__source="submitted").count() == 1
    thread = Thread.objects.get(cycle=cycle)
    assert (thread.kind, thread.paragraph, thread.section_code, thread.is_shared) == ("comment", None, "", True)
    post = Post.objects.get(thread=thread)
    assert (post.text, post.from_company, post.author) == ("重点課題に自信がありません。", True, cast.people["staff"])
    events = Event.objects.filter(object_id=submission.pk).values_list("verb", "detail__reference")
    assert list(events) == [("submission.made", submission.reference)]


def test_each_assigned_adviser_is_told_once(cast):
    second = make_seat(cast.programme, role="adviser")
    make_assignment(cast.enrolment, second)
    want_mails_at_once()
    write_whole_text(cast)
    consult(cast)
    submission = submit(cast)
    told = Message.objects.filter(kind="policy_submitted")
    assert {message.to_user for message in told} == {cast.people["adviser"], second.user}
    assert told.count() == 2
    assert submission.adviser is None
    mail = OutgoingMail.objects.filter(recipient=second.user.email).get()
    assert submission.reference in mail.body
    assert cast.company.name_ja in mail.subject


def test_what_is_not_ready_writes_nothing(cast):
    write_whole_text(cast, without=("law",))
    consult(cast)
    with pytest.raises(services.NotReady) as refused:
        submit(cast)
    assert [problem.code for problem in refused.value.gate.errors] == ["empty_section"]
    assert (Submission.objects.count(), Revision.objects.count(), Message.objects.count()) == (0, 0, 0)
    assert cycle_of(cast).state == State.DRAFTING


@pytest.mark.parametrize("message", ["あ" * 501, "a\x00b"])
def test_a_message_that_cannot_be_kept_is_refused(cast, message):
    write_whole_text(cast)
    consult(cast)
    with pytest.raises(ValidationError):
        submit(cast, message=message)
    assert Submission.objects.count() == 0


@pytest.mark.parametrize("who", ["adviser", "secretariat"])
def test_only_the_company_submits(cast, who):
    write_whole_text(cast)
    consult(cast)
    with pytest.raises(PermissionDenied):
        submit(cast, who=who)


def test_who_does_not_see_the_cycle_is_refused(cast):
    write_whole_text(cast)
    cycle = cycle_of(cast)
    with seen_by(cast.people["neighbour"]), pytest.raises(PermissionDenied):
        services.submit(cycle=cycle, actor=cast.people["neighbour"], now=NOW, today=TODAY)


def test_a_second_press_finds_it_submitted(cast):
    submitted(cast)
    with pytest.raises(TransitionRefused):
        submit(cast)
    assert Submission.objects.count() == 1


def test_submitting_again_ends_links_to_the_text_before(cast):
    submitted(cast)
    ask(cast, president_of(cast))
    Cycle.objects.update(state=State.CHANGES_REQUESTED)
    Submission.objects.update(closed_at=NOW)
    submit(cast)
    assert ApprovalRequest.objects.get().cancelled_at == NOW


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_once_are_one_submission():
    """Two threads, two connections, as two clicks reach two workers: one receipt, one revision, one mail."""
    cast = make_cast()
    write_whole_text(cast)
    consult(cast)
    together = Barrier(2)

    def press() -> str:
        try:
            together.wait(10)
            submit(cast)
        except TransitionRefused:
            return "not now"
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(2) as pool:
        ended = sorted(future.result(30) for future in [pool.submit(press), pool.submit(press)])
    assert ended == ["done", "not now"]
    assert (Submission.objects.count(), Revision.objects.count()) == (1, 1)
    assert Message.objects.filter(kind="policy_submitted").count() == 1


# --- Taking back --------------------------------------------------------------------------------------------------------------


def take_back(cast, who="staff") -> None:
    actor = cast.people[who]
    with seen_by(actor):
        services.withdraw(cycle=cycle_of(cast), actor=actor, now=NOW, today=TODAY)


@pytest.mark.parametrize("state", State.values)
def test_taking_back_in_every_state(cast, state):
    submitted(cast)
    Cycle.objects.update(state=state)
    if state in (State.SUBMITTED, State.IN_REVIEW):
        take_back(cast)
        assert cycle_of(cast).state == State.DRAFTING
        submission = Submission.objects.get()
        assert (submission.was_withdrawn, submission.closed_at) == (True, NOW)
    else:
        with pytest.raises(TransitionRefused):
            take_back(cast)
        assert (cycle_of(cast).state, Submission.objects.get().closed_at) == (state, None)


def test_taking_back_closes_the_review_unseen_and_tells_the_adviser(cast):
    submitted(cast)
    adviser = cast.people["adviser"]
    with seen_by(adviser):
        services.start_review(submission=Submission.objects.get(), actor=adviser, now=NOW, today=TODAY)
    take_back(cast, "manager")
    review = Review.objects.get()
    assert (review.closed_at, review.returned_at, review.decision) == (NOW, None, "")
    assert Message.objects.filter(kind="submission_withdrawn").get().to_user == adviser


def test_taken_back_and_submitted_again_has_a_number_of_its_own(cast):
    first = submitted(cast) and Submission.objects.get()
    take_back(cast)
    second = submit(cast)
    assert second.reference != first.reference
    assert Submission.objects.waiting().get() == second
    assert queries.open_submission(cycle_of(cast)) == second


@pytest.mark.parametrize("who", ["adviser", "secretariat"])
def test_only_the_company_takes_back(cast, who):
    submitted(cast)
    with pytest.raises(PermissionDenied):
        take_back(cast, who)
    assert Transition.WITHDRAW not in cycle_of(cast).moves.values_list("transition", flat=True)


# --- Numbers ------------------------------------------------------------------------------------------------------------------


def test_a_reference_reads_well_and_tells_a_slip_of_the_pen():
    reference = services.new_reference()
    assert services.is_reference(reference.lower())
    places = [place for place, sign in enumerate(reference) if place > 3 and sign != "-"]
    for place in places:
        wrong = "2" if reference[place] != "2" else "3"
        assert not services.is_reference(reference[:place] + wrong + reference[place + 1 :])
    for first, second in pairwise(places):
        signs = list(reference)
        if signs[first] != signs[second]:
            signs[first], signs[second] = signs[second], signs[first]
            assert not services.is_reference("".join(signs)), (reference, signs)


@pytest.mark.parametrize("text", ["", "SPP", "SPP-2222-2222", "ABC-2222-2222-2", "SPP-2222-2222-O", "SPP-222-22222-2"])
def test_what_is_no_reference(text):
    assert not services.is_reference(text)


def test_a_number_that_is_taken_is_drawn_again(cast, monkeypatch):
    """Chance gives the same eight signs once more; only the constraint can tell, whoever the other row belongs to."""
    submitted(cast)
    taken = Submission.objects.get().reference
    take_back(cast)
    chance, again = secrets.choice, iter(taken.replace("-", "")[3:11])
    monkeypatch.setattr(secrets, "choice", lambda signs: next(again, None) or chance(signs))
    reference = submit(cast).reference
    assert reference != taken
    assert services.is_reference(reference)
