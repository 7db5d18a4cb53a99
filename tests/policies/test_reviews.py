"""A review: private until it is returned, returned once and whole, or ended unseen."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from audit.models import Event
from notifications.models import Message, OutgoingMail
from policies import services
from policies.enums import Decision, FreezeReason, Judgement, State, Transition
from policies.models import (
    ActionItem,
    Cycle,
    Letter,
    Move,
    Post,
    Review,
    Revision,
    Submission,
    Suggestion,
    Thread,
    Verdict,
)
from policies.queries import changed_meanwhile, last_seen, sections_judged
from policies.workflow import TransitionRefused
from tests.factories import make_assignment, make_member
from tests.factories.settings import want_mails_at_once
from tests.policies.reviewing import (
    NOW,
    TEXTS,
    TODAY,
    begin_review,
    cycle_of,
    rewrite,
    submit_text,
    write_text,
)
from tests.roles import seen_by

PRIVATE = (Thread, Post, Suggestion, Letter, Verdict)


@pytest.fixture
def paragraphs(cast):
    return write_text(cast)


@pytest.fixture
def submission(cast, paragraphs) -> Submission:
    return submit_text(cast)


@pytest.fixture
def review(cast, submission) -> Review:
    return begin_review(cast, submission)


def deed(name: str, cast, *, who: str = "adviser", **arguments):
    """Do it as somebody of the cast, under the web role."""
    with seen_by(cast.people[who]):
        return getattr(services, name)(actor=cast.people[who], **arguments)


def give_back(cast, review, decision=Decision.CHANGES, *, who="adviser"):
    return deed("return_review", cast, who=who, review=review, decision=decision, now=NOW, today=TODAY)


def judge(
    cast, review, requirement="meti-2", judgement=Judgement.PARTLY, advice="派遣社員にも触れてください。", **more
):
    return deed(
        "record_verdict",
        cast,
        review=review,
        requirement=requirement,
        judgement=judgement,
        advice=advice,
        now=NOW,
        **more,
    )


def meet_everything(cast, review) -> None:
    for requirement in sections_judged(review.cycle):
        judge(cast, review, requirement, Judgement.MET, "")


def write_everything(cast, review, paragraphs) -> None:
    """One of each kind: a verdict with advice, a comment, suggested wording, covering words."""
    judge(cast, review)
    deed(
        "comment",
        cast,
        review=review,
        text="電話番号も書いてください。",
        paragraph=paragraphs["contact"],
        quote="総務部",
    )
    deed(
        "suggest",
        cast,
        review=review,
        paragraph=paragraphs["commitment"],
        text="当社は、国際的に認められた人権を、すべての人について尊重します。",
        reason="だれの人権かを示します。",
    )
    deed("write_letter", cast, review=review, text="よく書けています。")


def unseen(cast, who) -> list[int]:
    with seen_by(cast.people[who]):
        return [model.objects.count() for model in PRIVATE]


# --- Beginning ------------------------------------------------------------------------------------------------------------


def test_beginning_moves_the_policy_and_is_told_to_nobody(cast, submission):
    review = begin_review(cast, submission)
    assert (review.author, review.submission, review.is_open) == (cast.people["adviser"], submission, True)
    assert cycle_of(cast).state == State.IN_REVIEW
    assert not Message.objects.exists()
    assert Event.objects.filter(verb="review.started", object_id=review.pk).count() == 1


def test_beginning_again_is_the_same_review(cast, review, submission):
    assert begin_review(cast, submission) == review
    assert Move.objects.filter(transition=Transition.START_REVIEW).count() == 1


@pytest.mark.parametrize(
    ("who", "error"),
    [
        ("manager", PermissionDenied),
        ("staff", PermissionDenied),
        ("secretariat", PermissionDenied),
        ("unassigned_adviser", Cycle.DoesNotExist),
        ("former_adviser", Cycle.DoesNotExist),
        ("neighbour", Cycle.DoesNotExist),
        ("other_secretariat", Cycle.DoesNotExist),
    ],
)
def test_only_an_assigned_adviser_begins(cast, submission, who, error):
    with pytest.raises(error), transaction.atomic():
        begin_review(cast, submission, who=who)
    assert not Review.objects.exists()


def test_nobody_reviews_the_policy_of_their_own_company(cast, submission):
    make_member(cast.company, user=cast.people["adviser"])
    with pytest.raises(PermissionDenied), transaction.atomic():
        begin_review(cast, submission)
    assert not Review.objects.exists()


def second_adviser(cast):
    make_assignment(cast.enrolment, cast.programme.seats.get(user=cast.people["unassigned_adviser"]))
    return cast.people["unassigned_adviser"]


def test_two_advisers_do_not_review_at_once(cast, review, submission):
    second_adviser(cast)
    with pytest.raises(services.NotReviewable), transaction.atomic():
        begin_review(cast, submission, who="unassigned_adviser")
    assert Review.objects.get() == review


def test_a_review_whose_author_left_is_closed_unseen_by_who_takes_over(cast, review, paragraphs, submission):
    write_everything(cast, review, paragraphs)
    second_adviser(cast)
    cast.enrolment.assignments.filter(adviser__user=cast.people["adviser"]).update(ends_on=TODAY.replace(day=23))
    taken = begin_review(cast, submission, who="unassigned_adviser")
    review.refresh_from_db()
    assert (review.is_open, review.returned_at, taken.is_open) == (False, None, True)
    assert cycle_of(cast).state == State.IN_REVIEW
    assert unseen(cast, "unassigned_adviser") == [0, 0, 0, 0, 0]


def test_a_withdrawn_submission_is_not_reviewed(cast, submission):
    Submission.objects.filter(pk=submission.pk).update(closed_at=NOW, was_withdrawn=True)
    Cycle.objects.filter(pk=submission.cycle_id).update(state=State.DRAFTING)
    with pytest.raises(services.NotReviewable), transaction.atomic():
        begin_review(cast, submission)


# --- Private until returned -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "who", ["manager", "staff", "secretariat", "unassigned_adviser", "former_adviser", "neighbour", "nobody"]
)
def test_nobody_but_its_author_sees_what_is_not_returned(cast, review, paragraphs, who):
    """Asked of the database without any filter of the code, also by a second adviser of the company."""
    write_everything(cast, review, paragraphs)
    if who == "unassigned_adviser":
        second_adviser(cast)
    assert unseen(cast, who) == [0, 0, 0, 0, 0]
    assert unseen(cast, "adviser") == [1, 1, 1, 1, 1]


@pytest.mark.parametrize("who", ["manager", "secretariat", "unassigned_adviser"])
def test_nobody_writes_in_the_review_of_another(cast, review, who):
    second_adviser(cast)
    for name, arguments in {
        "record_verdict": {"requirement": "meti-2", "judgement": "met", "now": NOW},
        "comment": {"text": "x"},
        "write_letter": {"text": "x"},
        "return_review": {"decision": Decision.COMMENTS, "now": NOW, "today": TODAY},
    }.items():
        with pytest.raises(PermissionDenied), transaction.atomic():
            deed(name, cast, who=who, review=review, **arguments)
    assert [model.objects.count() for model in PRIVATE] == [0, 0, 0, 0, 0]


def test_once_returned_the_company_reads_all_of_it_and_the_secretariat_counts(cast, review, paragraphs):
    write_everything(cast, review, paragraphs)
    give_back(cast, review)
    assert unseen(cast, "staff") == unseen(cast, "manager") == [1, 1, 1, 1, 1]
    assert unseen(cast, "secretariat") == [0, 0, 0, 0, 0]
    with seen_by(cast.people["secretariat"]):
        assert Review.objects.values_list("decision", "advice_count").get() == (Decision.CHANGES, 3)


# --- Returning ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("decision", "state", "reason"),
    [
        (Decision.CHANGES, State.CHANGES_REQUESTED, FreezeReason.RETURN),
        (Decision.COMMENTS, State.DRAFTING, FreezeReason.RETURN),
        (Decision.ENDORSED, State.ENDORSED, FreezeReason.ENDORSEMENT),
    ],
)
def test_one_act_shares_counts_closes_freezes_and_moves(cast, review, paragraphs, decision, state, reason):
    write_everything(cast, review, paragraphs)
    deed("write_letter", cast, review=review, text="よく書けています。", reason="残りは次の回に確認します。")
    returned = give_back(cast, review, decision)
    assert (returned.comments, returned.suggestions, returned.verdicts, returned.changed) == (1, 1, 1, 0)
    review.refresh_from_db()
    assert (review.returned_at, review.decision, review.advice_count) == (NOW, decision, 3)
    assert Submission.objects.values_list("closed_at", "was_withdrawn").get() == (NOW, False)
    assert cycle_of(cast).state == state
    assert Revision.objects.order_by("number").values_list("reason", flat=True).last() == reason
    assert all(row.shared_at == NOW for model in PRIVATE for row in model.objects.all())
    found = set(ActionItem.objects.values_list("source", "requirement", "section_code", "text", "state"))
    assert found == {
        ("verdict", "meti-2", "", "派遣社員にも触れてください。", "open"),
        ("comment", "", "contact", "電話番号も書いてください。", "open"),
        ("suggestion", "", "commitment", "だれの人権かを示します。", "open"),
    }
    assert Event.objects.filter(verb="review.returned").values_list("detail", flat=True).get() == {
        "decision": decision,
        "advice": 3,
        "changed": 0,
    }


def test_each_of_the_company_gets_one_mail_with_counts_and_no_words(cast, review, paragraphs):
    want_mails_at_once()
    write_everything(cast, review, paragraphs)
    give_back(cast, review)
    told = {message.to_user_id: message.params for message in Message.objects.all()}
    assert set(told) == {cast.people["manager"].pk, cast.people["staff"].pk}
    mails = list(OutgoingMail.objects.all())
    assert len(mails) == 2
    for mail in mails:
        assert "修正" in mail.subject
        for written in (*TEXTS.values(), "派遣社員", "電話番号", "よく書けています", "すべての人について"):
            assert written not in mail.body + mail.subject
        assert f"/companies/{cast.company.pk}/policy/" in mail.body


def test_an_english_reader_gets_an_english_mail(cast, review):
    want_mails_at_once()
    user = cast.people["staff"]
    user.language = "en"
    user.save()
    give_back(cast, review, Decision.COMMENTS)
    mail = OutgoingMail.objects.get(recipient=user.email)
    assert mail.subject == f"[SPP] Your adviser has sent comments: {cast.company.name_en}"
    assert "Requirements with advice: 0" in mail.body


def test_a_second_return_is_refused_and_changes_nothing(cast, review, paragraphs):
    write_everything(cast, review, paragraphs)
    give_back(cast, review)
    before = [model.objects.count() for model in (ActionItem, Message, OutgoingMail, Move, Revision, Event)]
    with pytest.raises(services.NotReviewable), transaction.atomic():
        give_back(cast, review, Decision.COMMENTS)
    assert [model.objects.count() for model in (ActionItem, Message, OutgoingMail, Move, Revision, Event)] == before
    assert cycle_of(cast).state == State.CHANGES_REQUESTED


def test_a_return_that_fails_leaves_everything_private(cast, review, paragraphs):
    """The move is the last that can fail: nothing before it may stay."""
    write_everything(cast, review, paragraphs)
    Cycle.objects.filter(pk=review.cycle_id).update(state=State.APPROVED)
    with pytest.raises(TransitionRefused), transaction.atomic():
        give_back(cast, review)
    assert unseen(cast, "staff") == [0, 0, 0, 0, 0]
    assert (ActionItem.objects.count(), Message.objects.count()) == (0, 0)


def test_an_endorsement_needs_every_requirement_or_a_reason(cast, review):
    with pytest.raises(ValidationError), transaction.atomic():
        give_back(cast, review, Decision.ENDORSED)
    meet_everything(cast, review)
    judge(cast, review, "ilo-safety", Judgement.NOT_APPLICABLE, "")
    judge(cast, review, "meti-6", Judgement.PARTLY, "")
    with pytest.raises(ValidationError), transaction.atomic():
        give_back(cast, review, Decision.ENDORSED)
    judge(cast, review, "meti-6", Judgement.MET, "")
    give_back(cast, review, Decision.ENDORSED)
    assert cycle_of(cast).is_reviewed


def test_what_was_endorsed_is_what_was_submitted(cast, review, paragraphs):
    rewrite(cast, paragraphs["scope"], "あとから書き直しました。")
    meet_everything(cast, review)
    returned = give_back(cast, review, Decision.ENDORSED)
    frozen = Revision.objects.get(reason=FreezeReason.ENDORSEMENT)
    assert frozen.sha256 == review.submission.revision.sha256
    assert returned.changed == 1
    assert Message.objects.first().params["changed"] == 1


def test_paragraphs_changed_meanwhile_are_known_to_both_sides(cast, review, paragraphs):
    rewrite(cast, paragraphs["scope"], "あとから書き直しました。")
    deed("remove_paragraph", cast, who="staff", paragraph=paragraphs["contact"], now=NOW)
    sections = {section.code: section for section in review.cycle.sections.all()}
    added = deed("add_paragraph", cast, who="staff", section=sections["law"], texts={"ja": "新しい段落。"})
    deed("add_paragraph", cast, who="staff", section=sections["law"], texts={"ja": ""})
    expected = {str(paragraphs["scope"].pk), str(paragraphs["contact"].pk), str(added.pk)}
    for who in ("adviser", "staff"):
        with seen_by(cast.people[who]):
            assert changed_meanwhile(review.submission) == expected


# --- The next round -------------------------------------------------------------------------------------------------------


def test_verdicts_are_carried_over_where_the_text_did_not_change(cast, review, paragraphs):
    judge(cast, review, "meti-2", Judgement.PARTLY, "派遣社員にも触れてください。")
    judge(cast, review, "meti-4", Judgement.MET, "")
    judge(cast, review, "meti-7", Judgement.MISSING, "書いてください。")
    give_back(cast, review)
    rewrite(cast, paragraphs["scope"], "この方針は、派遣社員を含むすべての人に適用します。")
    second = begin_review(cast, submit_text(cast))
    carried = {verdict.requirement: verdict for verdict in Verdict.objects.filter(review=second)}
    assert {code: (one.judgement, one.advice, one.is_carried) for code, one in carried.items()} == {
        "meti-4": ("met", "", True),
        "meti-7": ("missing", "書いてください。", True),
    }
    assert not any(one.is_shared for one in carried.values())
    assert judge(cast, second, "meti-7", Judgement.MET, "").is_carried is False


def test_advice_that_was_carried_over_is_not_asked_twice(cast, review):
    judge(cast, review)
    give_back(cast, review)
    second = begin_review(cast, submit_text(cast))
    returned = give_back(cast, second)
    assert (returned.verdicts, second.cycle.action_items.count()) == (1, 1)
    assert Review.objects.values_list("advice_count", flat=True).get(pk=second.pk) == 0


def test_a_second_adviser_carries_over_the_first_ones_verdicts(cast, review):
    judge(cast, review)
    give_back(cast, review)
    second_adviser(cast)
    second = begin_review(cast, submit_text(cast), who="unassigned_adviser")
    assert Verdict.objects.values_list("author", flat=True).get(review=second) == cast.people["unassigned_adviser"].pk


def test_what_an_adviser_saw_last_is_the_submission_reviewed_before(cast, review, submission):
    user = cast.people["adviser"]
    with seen_by(user):
        assert last_seen(submission, user) is None
    give_back(cast, review)
    again = submit_text(cast)
    with seen_by(user):
        assert last_seen(again, user) == submission.revision
    assert again.compared_with == submission.revision


# --- Ending unseen --------------------------------------------------------------------------------------------------------


def test_a_withdrawn_submission_closes_the_review_unseen_and_its_words_come_back(cast, review, paragraphs):
    write_everything(cast, review, paragraphs)
    with seen_by(cast.people["staff"]):
        services.withdraw(cycle=cycle_of(cast), actor=cast.people["staff"], now=NOW, today=TODAY)
    review.refresh_from_db()
    assert (review.closed_at, review.returned_at) == (NOW, None)
    assert unseen(cast, "staff") == [0, 0, 0, 0, 0]
    with pytest.raises(services.NotReviewable), transaction.atomic():
        judge(cast, review)
    second = begin_review(cast, submit_text(cast))
    assert [model.objects.filter(review=second).count() for model in (Thread, Suggestion, Letter, Verdict)] == [1] * 4
    assert unseen(cast, "staff") == [0, 0, 0, 0, 0]


def test_closing_unseen_finds_none_where_none_is_open(cast, submission):
    with seen_by(cast.people["staff"]):
        assert services.close_unseen(cycle_of(cast), NOW) == 0


def test_the_secretariat_lifts_a_review_without_seeing_it(cast, review, paragraphs):
    write_everything(cast, review, paragraphs)
    deed("lift_review", cast, who="secretariat", cycle=cycle_of(cast), now=NOW, today=TODAY)
    review.refresh_from_db()
    assert (review.closed_at, cycle_of(cast).state) == (NOW, State.SUBMITTED)
    assert Submission.objects.values_list("closed_at", flat=True).get() is None
    assert unseen(cast, "secretariat") == [0, 0, 0, 0, 0]
    with pytest.raises(services.NotReviewable), transaction.atomic():
        give_back(cast, review)


@pytest.mark.parametrize("who", ["adviser", "staff", "manager"])
def test_only_the_secretariat_lifts_and_reassigns(cast, review, submission, who):
    seat = cast.programme.seats.get(user=cast.people["adviser"])
    for name, arguments in {
        "lift_review": {"cycle": cycle_of(cast)},
        "reassign_submission": {"submission": submission, "adviser": seat},
    }.items():
        with pytest.raises(PermissionDenied), transaction.atomic():
            deed(name, cast, who=who, now=NOW, today=TODAY, **arguments)
    assert Review.objects.get().is_open


def test_reassigning_lifts_the_review_and_tells_the_other_adviser(cast, review, submission):
    user = second_adviser(cast)
    seat = cast.programme.seats.get(user=user)
    due_on = submission.due_on
    deed("reassign_submission", cast, who="secretariat", submission=submission, adviser=seat, now=NOW, today=TODAY)
    submission.refresh_from_db()
    assert (submission.adviser, submission.due_on, cycle_of(cast).state) == (seat, due_on, State.SUBMITTED)
    assert Message.objects.values_list("to_user", "kind").get() == (user.pk, "review_assigned")
    assert begin_review(cast, submission, who="unassigned_adviser").is_open


def test_who_does_not_advise_the_company_is_not_given_its_text(cast, submission):
    idle = cast.programme.seats.get(user=cast.people["unassigned_adviser"])
    with pytest.raises(ValidationError), transaction.atomic():
        deed("reassign_submission", cast, who="secretariat", submission=submission, adviser=idle, now=NOW, today=TODAY)


def test_an_author_hands_a_review_over_with_all_that_is_in_it(cast, review, paragraphs):
    write_everything(cast, review, paragraphs)
    deed("write_note", cast, cycle=cycle_of(cast), text="内緒のメモ")
    user = second_adviser(cast)
    seat = cast.programme.seats.get(user=user)
    assert deed("hand_over_review", cast, review=review, successor=seat, today=TODAY) == 0
    assert unseen(cast, "adviser") == [0, 0, 0, 0, 0]
    assert unseen(cast, "unassigned_adviser") == [1, 1, 1, 1, 1]
    assert unseen(cast, "staff") == [0, 0, 0, 0, 0]
    with seen_by(user):
        assert not cycle_of(cast).reviewnotes.exists()
    assert Message.objects.values_list("to_user", "kind").get() == (user.pk, "review_handed_over")
    review.refresh_from_db()
    give_back(cast, review, who="unassigned_adviser")
    assert ActionItem.objects.filter(author=user).count() == 3


@pytest.mark.parametrize("who", ["unassigned_adviser", "staff", "secretariat"])
def test_nobody_takes_a_review_over_by_themselves(cast, review, who):
    second_adviser(cast)
    seat = cast.programme.seats.get(user=cast.people["unassigned_adviser"])
    with pytest.raises(PermissionDenied), transaction.atomic():
        deed("hand_over_review", cast, who=who, review=review, successor=seat, today=TODAY)
    assert Review.objects.get().author == cast.people["adviser"]


def test_a_review_is_not_handed_to_somebody_of_the_company(cast, review):
    user = second_adviser(cast)
    make_member(cast.company, user=user)
    seat = cast.programme.seats.get(user=user)
    with pytest.raises(ValidationError), transaction.atomic():
        deed("hand_over_review", cast, review=review, successor=seat, today=TODAY)
    assert Review.objects.get().author == cast.people["adviser"]
