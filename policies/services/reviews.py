"""A review from its beginning to its return in one act, and the ways in which it ends unseen."""

from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from audit import services as audit
from common.dates import long_date
from notifications.services import notify
from policies import permissions, workflow
from policies.enums import ActionSource, Decision, FreezeReason, Judgement, State, SuggestionState, Transition
from policies.models import Cycle, Letter, Post, Review, Submission, Suggestion, Thread, Verdict, of_cycle
from policies.queries import (
    assigned_seats,
    changed_meanwhile,
    changed_sections,
    company_users,
    open_review,
    sections_judged,
)
from programmes.models import Assignment, Seat

from .actions import Advice, add_action_items
from .cycles import freeze_revision
from .texts import check_text, freeze

MOVES = {
    Decision.CHANGES: Transition.REQUEST_CHANGES,
    Decision.ENDORSED: Transition.ENDORSE,
    Decision.COMMENTS: Transition.RETURN_COMMENTS,
}
SATISFIED = (Judgement.MET, Judgement.NOT_APPLICABLE)


class NotReviewable(Exception):
    """There is nothing to review in this way any more, or not yet. The message says what became of it."""


@dataclass(frozen=True)
class Returned:
    """What the company got with a returned review."""

    review: Review
    comments: int
    suggestions: int
    verdicts: int
    # Paragraphs that the company changed while the text was reviewed.
    changed: int


# --- Beginning ------------------------------------------------------------------------------------------------------------


@transaction.atomic
def start_review(*, submission: Submission, actor, today: date, now: datetime) -> Review:
    """Begin a review of what the company handed in; the one that is open already when it is the actor's own.

    What the actor wrote in a review of this cycle that ended unseen comes back into it, and verdicts of the last returned
    review are carried over where the text that they speak of did not change. A review whose author advises the company no
    more is closed unseen. Raises PermissionDenied, TransitionRefused, and NotReviewable when somebody else is at it.
    """
    cycle = _hold(submission.cycle_id)
    if not permissions.can_review(actor, cycle):
        raise PermissionDenied
    submission = Submission.objects.select_related("revision").get(pk=submission.pk)
    present = open_review(cycle)
    if present and present.author_id == actor.pk and present.submission_id == submission.pk:
        return present
    if present and _still_advises(present, today):
        raise NotReviewable(_("Another adviser of the company has begun to review this text."))
    if submission.closed_at:
        raise NotReviewable(_ended(submission))
    if present:
        _close([present], now=now, actor=actor)
    if cycle.state != State.IN_REVIEW:
        workflow.move(cycle=cycle, transition=Transition.START_REVIEW, actor=actor, today=today)
    review = Review(**of_cycle(cycle), submission=submission, author=actor)
    review.save(force_insert=True)
    _bring_back_own_work(review, actor)
    _carry_verdicts(review, cycle, actor)
    _tell("review.started", review, actor)
    return review


def _hold(cycle_id) -> Cycle:
    """Return the cycle as it is now, held against moves and against others who act on its review."""
    return Cycle.objects.select_for_update().get(pk=cycle_id)


def _still_advises(review: Review, today: date) -> bool:
    holding = Assignment.objects.on(today).filter(company_id=review.company_id, programme_id=review.programme_id)
    return holding.filter(adviser__user_id=review.author_id, adviser__ended_at__isnull=True).exists()


def _ended(submission: Submission) -> str:
    if submission.was_withdrawn:
        return _("The company has taken this submission back. What you wrote is kept for when it submits again.")
    return _("This submission has been answered already.")


def _bring_back_own_work(review: Review, actor) -> None:
    """Put what the actor wrote in reviews of this cycle that ended unseen into the new one: nothing is written twice."""
    unseen = Review.objects.filter(cycle=review.cycle_id, returned_at__isnull=True).exclude(pk=review.pk)
    own = {"review__in": unseen, "author_id": actor.pk, "shared_at__isnull": True}
    Thread.objects.filter(**own).update(review=review)
    Suggestion.objects.filter(**own).update(review=review)
    latest = {}
    for verdict in Verdict.objects.filter(**own, is_carried=False).order_by("created_at"):
        latest[verdict.requirement] = verdict.pk
    Verdict.objects.filter(pk__in=latest.values()).update(review=review)
    letter = Letter.objects.filter(**own).order_by("-created_at").values_list("pk", flat=True).first()
    Letter.objects.filter(pk=letter).update(review=review)


def _carry_verdicts(review: Review, cycle: Cycle, actor) -> None:
    """Copy the verdicts of the last returned review where none of the sections that cover a requirement changed."""
    last = (
        Review.objects.filter(cycle=cycle, returned_at__isnull=False)
        .select_related("submission__revision")
        .order_by("returned_at")
        .last()
    )
    if last is None:
        return
    changed = changed_sections(last.submission.revision.content, review.submission.revision.content)
    sections = sections_judged(cycle)
    given = set(Verdict.objects.filter(review=review).values_list("requirement", flat=True))
    Verdict.objects.bulk_create(
        Verdict(
            **of_cycle(cycle),
            review=review,
            author=actor,
            requirement=verdict.requirement,
            judgement=verdict.judgement,
            advice=verdict.advice,
            is_carried=True,
        )
        for verdict in Verdict.objects.shared().filter(review=last)
        if verdict.requirement not in given
        and verdict.requirement in sections
        and not sections[verdict.requirement] & changed
    )


# --- Returning ------------------------------------------------------------------------------------------------------------


def open_requirements(review: Review, cycle: Cycle) -> list[str]:
    """Return the codes of what keeps a policy from being marked as reviewed: requirements neither met nor not applicable."""
    judged = dict(Verdict.objects.filter(review=review).values_list("requirement", "judgement"))
    return [code for code in sections_judged(cycle) if judged.get(code) not in SATISFIED]


@transaction.atomic
def write_letter(*, review: Review, text: str, actor, reason: str = "") -> Letter:
    """Keep the covering words, and the reason for an endorsement that needs one, until the review is returned."""
    review = hold_own_review(review, actor)
    letter, _created = Letter.objects.update_or_create(
        review=review,
        defaults={
            **of_cycle(review.cycle),
            "author": actor,
            "text": check_text(text).strip(),
            "reason": check_text(reason).strip(),
        },
    )
    return letter


@transaction.atomic
def return_review(*, review: Review, decision: Decision, actor, now: datetime, today: date) -> Returned:
    """Give the company the whole review at once: everything is shared, counted, and told in one e-mail each.

    The order: what was written is shared, advice becomes action items, the review and the submission are closed, a
    revision is frozen, the cycle moves, and the people of the company are told. Raises PermissionDenied for everybody
    but its author, NotReviewable when it is not open any more (a second press returns nothing twice), ValidationError
    when the policy is to be marked as reviewed although requirements are open and no reason is given.
    """
    decision = Decision(decision)
    review = hold_own_review(review, actor)
    cycle, submission = review.cycle, review.submission
    if decision == Decision.ENDORSED:
        _check_endorsement(review, cycle)
    changed = changed_meanwhile(submission)
    result = _share(review, actor=actor, now=now, changed=len(changed))
    review.returned_at, review.decision = now, decision
    review.save(update_fields=["returned_at", "decision", "advice_count"])
    submission.closed_at = now
    submission.save(update_fields=["closed_at"])
    if decision == Decision.ENDORSED:
        # What was reviewed is what the company submitted, not what it wrote since.
        freeze_revision(cycle=cycle, content=submission.revision.content, actor=actor, reason=FreezeReason.ENDORSEMENT)
    else:
        freeze(cycle=cycle, reason=FreezeReason.RETURN, actor=actor)
    workflow.move(cycle=cycle, transition=MOVES[decision], actor=actor, today=today)
    _tell(
        "review.returned", review, actor, {"decision": decision, "advice": review.advice_count, "changed": len(changed)}
    )
    _tell_company(result, actor)
    return result


def _check_endorsement(review: Review, cycle: Cycle) -> None:
    if open_requirements(review, cycle) and not Letter.objects.filter(review=review).exclude(reason="").exists():
        raise ValidationError(
            _("Not every requirement is met. Please give the reason why the policy is marked as reviewed.")
        )


def hold_own_review(review: Review, actor) -> Review:
    """Return the review as it is now, held until the end of the transaction, for its author to work on.

    Raises PermissionDenied for others and for who advises the company no more, NotReviewable when it has ended.
    """
    held = (
        Review.objects.select_for_update(of=["self"])
        .select_related("cycle__company", "cycle__enrolment", "submission")
        .get(pk=review.pk)
    )
    if held.author_id != actor.pk or not permissions.can_review(actor, held):
        raise PermissionDenied
    if held.returned_at:
        raise NotReviewable(_("This review has been returned already."))
    if held.closed_at:
        raise NotReviewable(_closed_unseen(held.submission))
    return held


def _closed_unseen(submission: Submission) -> str:
    if submission.closed_at:
        return _ended(submission)
    return _("This review was lifted by the secretariat. What you wrote is kept for when you begin again.")


def _share(review: Review, *, actor, now: datetime, changed: int) -> Returned:
    """Let the company see all that was written, and make action items of the advice in it."""
    verdicts = list(Verdict.objects.filter(review=review))
    posts = list(Post.objects.filter(thread__review=review, shared_at__isnull=True).select_related("thread"))
    suggestions = list(
        Suggestion.objects.filter(review=review, author_id=actor.pk, state=SuggestionState.OPEN).select_related(
            "paragraph__section"
        )
    )
    items = (
        # What was carried over with its verdict has its item from the review before, with the company's answer to it.
        (ActionSource.VERDICT, [_of_verdict(one) for one in verdicts if one.advice and not one.is_carried]),
        (ActionSource.COMMENT, [_of_comment(one) for one in posts]),
        (ActionSource.SUGGESTION, [_of_suggestion(one) for one in suggestions]),
    )
    for model in (Verdict, Thread, Suggestion, Letter):
        model.objects.filter(review=review, shared_at__isnull=True).update(shared_at=now)
    Post.objects.filter(pk__in=[post.pk for post in posts]).update(shared_at=now)
    for source, advice in items:
        add_action_items(
            enrolment=review.cycle.enrolment, source=source, advice=advice, actor=actor, cycle=review.cycle
        )
    review.advice_count = sum(len(advice) for _source, advice in items)
    return Returned(review, len(posts), len(suggestions), sum(bool(one.advice) for one in verdicts), changed)


def _of_verdict(verdict: Verdict) -> Advice:
    return Advice(verdict.pk, verdict.advice, requirement=verdict.requirement)


def _of_comment(post: Post) -> Advice:
    return Advice(post.thread_id, post.text, section_code=post.thread.section_code)


def _of_suggestion(suggestion: Suggestion) -> Advice:
    return Advice(suggestion.pk, suggestion.reason or suggestion.text, section_code=suggestion.paragraph.section.code)


def _tell_company(result: Returned, actor) -> None:
    """Tell everybody who acts for the company, once and with counts alone: the words are behind the sign-in."""
    review = result.review
    for member in company_users(review.company_id):
        with translation.override(member.language):
            company = review.cycle.company.name
        notify(
            to=member,
            kind="review_returned",
            actor=actor,
            params={
                "company": company,
                "decision": review.decision,
                "reference": review.submission.reference,
                "comments": result.comments,
                "suggestions": result.suggestions,
                "verdicts": result.verdicts,
                "changed": result.changed,
            },
            path=reverse("policies:company", args=[review.company_id]),
            company_id=review.company_id,
            programme_id=review.programme_id,
            key=f"review:{review.pk}:{member.pk}",
        )


# --- Ending unseen --------------------------------------------------------------------------------------------------------


@transaction.atomic
def close_unseen(cycle: Cycle, now: datetime, *, actor=None) -> int:
    """Close an open review of the cycle unseen: the company took its submission back, or top management decided.

    What was written stays its author's alone. Return how many reviews were closed: none or one. The caller makes the
    move and closes the submission.
    """
    return _close(_open_reviews(cycle), now=now, actor=actor)


def _open_reviews(cycle: Cycle) -> list[Review]:
    return list(
        Review.objects.select_for_update().filter(cycle=cycle, returned_at__isnull=True, closed_at__isnull=True)
    )


def _close(reviews: list[Review], *, now: datetime, actor) -> int:
    for review in reviews:
        review.closed_at = now
        review.save(update_fields=["closed_at"])
        _tell("review.closed", review, actor)
    return len(reviews)


@transaction.atomic
def lift_review(*, cycle: Cycle, actor, now: datetime, today: date) -> Cycle:
    """Free a submission from a review that does not move: it is closed unseen, and any adviser of the company may begin.

    For the secretariat, which sees nothing of the text. Raises PermissionDenied and TransitionRefused.
    """
    moved = workflow.move(cycle=cycle, transition=Transition.LIFT_REVIEW, actor=actor, today=today)
    _close(_open_reviews(cycle), now=now, actor=actor)
    return moved


@transaction.atomic
def reassign_submission(*, submission: Submission, adviser: Seat, actor, now: datetime, today: date) -> Submission:
    """Give a submission to another adviser of the company; a review that somebody else has begun is lifted first.

    The date that the company was promised stays. Raises PermissionDenied, NotReviewable when the submission has ended,
    and ValidationError for somebody who does not advise the company.
    """
    cycle = _hold(submission.cycle_id)
    if not permissions.can_lift(actor, cycle):
        raise PermissionDenied
    submission = Submission.objects.select_for_update().get(pk=submission.pk)
    if submission.closed_at:
        raise NotReviewable(_ended(submission))
    if not assigned_seats(cycle.company_id, cycle.programme_id, day=today).filter(pk=adviser.pk).exists():
        raise ValidationError(_("Please choose an adviser who is assigned to the company."))
    review = open_review(cycle)
    if review and review.author_id != adviser.user_id:
        lift_review(cycle=cycle, actor=actor, now=now, today=today)
    submission.adviser = adviser
    submission.save(update_fields=["adviser"])
    _tell("submission.reassigned", submission, actor, {"adviser": str(adviser.pk)})
    _tell_adviser("review_assigned", submission, adviser, actor)
    return submission


@transaction.atomic
def hand_over_review(*, review: Review, successor: Seat, actor, today: date) -> int:
    """Give an unreturned review with all that was written in it to another adviser of the company.

    Only its author may; private notes stay theirs. Return how many suggested wordings could not go along, because the
    successor has one of their own for the same paragraph. Raises as `hold_own_review`, and ValidationError for somebody
    who may not review the policy.
    """
    review = hold_own_review(review, actor)
    submission = review.submission
    seats = assigned_seats(review.company_id, review.programme_id, day=today).exclude(user_id=actor.pk)
    refused = ValidationError(_("Please choose another adviser who is assigned to the company."))
    if not seats.filter(pk=successor.pk).exists():
        raise refused
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT app.hand_over_review(%s, %s)", [review.pk, successor.user_id])
            stayed = cursor.fetchone()[0]
    except DatabaseError as error:
        raise refused from error
    submission.adviser = successor
    submission.save(update_fields=["adviser"])
    _tell("review.handed_over", review, actor, {"to": str(successor.pk)})
    _tell_adviser("review_handed_over", submission, successor, actor)
    return stayed


def _tell_adviser(kind: str, submission: Submission, adviser: Seat, actor) -> None:
    with translation.override(adviser.user.language):
        params = {
            "company": submission.cycle.company.name,
            "reference": submission.reference,
            "due_on": long_date(submission.due_on),
        }
    notify(
        to=adviser.user,
        kind=kind,
        actor=actor,
        params=params,
        path=reverse("policies:review", args=[submission.company_id]),
        company_id=submission.company_id,
        programme_id=submission.programme_id,
    )


def _tell(verb: str, obj, actor, detail: dict | None = None) -> None:
    audit.log(
        actor=actor, verb=verb, obj=obj, company_id=obj.company_id, programme_id=obj.programme_id, detail=detail or {}
    )
