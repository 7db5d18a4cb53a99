"""Surveys after a session: asked of those who were there, each by a link of their own, and answered through one door.

The secretariat never holds a link: it is made where it is sent (`survey_links`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from django.core.exceptions import PermissionDenied
from django.core.mail import EmailMessage
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from audit import services as audit
from common.dates import date_and_time
from common.tenancy import acting_as
from notifications.rendering import render_message
from notifications.services import forget_reminders, is_quiet, notify, queue_mail
from notifications.services import remind as remind_of
from programmes.catalogue.questions import MOST_QUESTIONS, Question, usual_questions
from programmes.enums import Consent
from programmes.models import Feedback, Session, Survey, SurveyInvitation
from programmes.permissions import can_manage
from programmes.queries import survey as questions_about

from .survey_links import answer_key, survey_path, survey_token, survey_token_hash

OPEN_DAYS = 14
REST = timedelta(days=3)
"""How long somebody is left alone after they were asked or reminded."""
BEFORE_CLOSING = 3
"""So many days before a survey closes the portal reminds by itself."""
LANGUAGES = ("ja", "en")


class SurveyRefused(Exception):
    """The survey does not stand where this can be done. The message says why."""


class Outcome(StrEnum):
    """What the database said to an answer."""

    KEPT = "kept"
    CLOSED = "closed"
    UNKNOWN = "unknown"
    REFUSED = "refused"


@dataclass(frozen=True)
class Reply:
    """What somebody answered: by the code of the question, in own words, and whether these may be quoted."""

    answers: dict
    comment: str = ""
    consent: str = Consent.NONE


@dataclass(frozen=True)
class Asked:
    """How many people were written to, and how many could not be, because no address is known."""

    reached: int
    unreachable: int


# --- Planning a survey ------------------------------------------------------------------------------------------------


def proposed_closing(session: Session, *, now: datetime) -> datetime:
    """Return the end of the day two weeks after the session, or after today where that has passed."""
    day = timezone.localtime(max(session.ends_at, now) + timedelta(days=OPEN_DAYS))
    return day.replace(hour=23, minute=59, second=0, microsecond=0)


@transaction.atomic
def begin_survey(*, session: Session, is_anonymous: bool, closes_at: datetime, actor) -> Survey:
    """Make the survey of a session with the usual questions. Raises PermissionDenied, SurveyRefused for a second one."""
    _check_managed(session, actor)
    Session.objects.select_for_update().get(pk=session.pk)
    if Survey.objects.filter(session=session).exists():
        raise SurveyRefused(_("This session has a survey already."))
    survey = Survey(
        session=session,
        programme_id=session.programme_id,
        is_anonymous=is_anonymous,
        closes_at=closes_at,
        questions=[question.as_json() for question in usual_questions()],
    )
    survey.save(force_insert=True)
    _log("survey.begun", survey, actor, is_anonymous=is_anonymous)
    return survey


@transaction.atomic
def change_survey(*, survey: Survey, is_anonymous: bool, closes_at: datetime, actor, now: datetime) -> Survey:
    """Set whether answers have names, and until when they are taken.

    After the first invitation only the day can be changed, and not once the survey has closed: whoever answers later
    would be seen to answer. Raises PermissionDenied and SurveyRefused.
    """
    survey = _hold(survey, actor)
    if survey.opened_at is None:
        survey.is_anonymous = is_anonymous
    elif survey.closes_at <= now:
        raise SurveyRefused(_("This survey has closed and stays closed."))
    survey.closes_at = closes_at
    survey.save(update_fields=["is_anonymous", "closes_at"])
    _log("survey.changed", survey, actor, is_anonymous=survey.is_anonymous, closes_at=closes_at.isoformat())
    return survey


@transaction.atomic
def set_questions(*, survey: Survey, questions: Iterable[Question], actor) -> Survey:
    """Write the questions in their order. Raises PermissionDenied; SurveyRefused once people were invited, or for too many."""
    survey, questions = _hold(survey, actor), list(questions)
    if len(questions) > MOST_QUESTIONS:
        raise SurveyRefused(_("A survey has at most %(most)s questions.") % {"most": MOST_QUESTIONS})
    if survey.opened_at is not None:
        raise SurveyRefused(_("People were invited already, so the questions stay as they are."))
    survey.questions = [question.as_json() for question in questions]
    survey.save(update_fields=["questions"])
    _log("survey.questions_set", survey, actor, questions=len(survey.questions))
    return survey


# --- Asking -----------------------------------------------------------------------------------------------------------


@transaction.atomic
def invite(*, survey: Survey, actor, now: datetime) -> Asked:
    """Send a link to everybody who was at the session and was not asked yet; the first time this opens the survey.

    Raises PermissionDenied, and SurveyRefused where there is nothing to ask, nobody to ask, or no time left.
    """
    survey = _hold(survey, actor)
    if survey.closes_at <= now:
        raise SurveyRefused(_("The survey closes before anybody could answer. Please set a later day first."))
    if not survey.questions:
        raise SurveyRefused(_("The survey has no question yet."))
    present = list(questions_about.not_invited(survey))
    if not present:
        raise SurveyRefused(_("Everybody who was there has been asked."))
    if survey.opened_at is None:
        survey.opened_at = now
        survey.save(update_fields=["opened_at"])
    asked = [_invitation(survey, attendance) for attendance in present]
    SurveyInvitation.objects.bulk_create(asked)
    reached = _send(survey, asked, kind="survey_invitation", actor=actor, now=now)
    _log("survey.invited", survey, actor, asked=len(asked), reached=reached, is_anonymous=survey.is_anonymous)
    return Asked(reached, len(asked) - reached)


def _invitation(survey: Survey, attendance) -> SurveyInvitation:
    invitation = SurveyInvitation(
        survey=survey,
        programme_id=survey.programme_id,
        company_id=attendance.company_id,
        person=attendance.person,
    )
    invitation.token_hash = survey_token_hash(survey_token(invitation.pk))
    return invitation


@transaction.atomic
def remind(*, survey: Survey, actor, now: datetime) -> Asked:
    """Write once more to those who have not answered and were left alone for three days.

    Raises PermissionDenied, and SurveyRefused while nobody is due or the survey is not open.
    """
    survey = _hold(survey, actor)
    if survey.opened_at is None or survey.closes_at <= now:
        raise SurveyRefused(_("The survey is not open, so nobody is reminded."))
    due = [i for i in questions_about.not_answered(survey) if questions_about.may_be_reminded(i, now=now, rest=REST)]
    if not due:
        raise SurveyRefused(_("Everybody who has not answered was written to within the last three days."))
    return _remind(survey, due, actor=actor, now=now)


def reminded_on(survey: Survey) -> date:
    """Return the day on which the portal reminds by itself."""
    return timezone.localdate(survey.closes_at) - timedelta(days=BEFORE_CLOSING)


def remind_by_the_clock(*, now: datetime) -> None:
    """Remind those who have not answered a survey that closes soon, each once; a missed day is made good on the next.

    Whoever was asked or reminded within three days is left alone until these are over. Mails of their own, for those
    without an account, do not leave at night. What was written down for a digest is taken back where an answer came first.
    """
    for found in questions_about.open_surveys():
        if found.host_id is None:
            continue
        with acting_as(found.host_id):
            survey = Survey.objects.select_for_update(of=("self",)).select_related("session").get(pk=found.survey_id)
            _forget_answered(survey, now=now)
            due = _due_by_the_clock(survey, now=now)
            if due:
                _remind(survey, due, actor=None, now=now)


def _due_by_the_clock(survey: Survey, *, now: datetime) -> list[SurveyInvitation]:
    if timezone.localdate(now) < reminded_on(survey):
        return []
    since = timezone.make_aware(datetime.combine(reminded_on(survey), time.min))
    at_night = is_quiet(now)
    return [
        invitation
        for invitation in questions_about.not_answered(survey)
        if questions_about.may_be_reminded(invitation, now=now, rest=REST)
        and (_last_told(invitation) or since - REST) < since
        and (_has_account(invitation) or (invitation.person.email and not at_night))
    ]


def _last_told(invitation: SurveyInvitation) -> datetime | None:
    return invitation.reminded_at or invitation.sent_at


def _has_account(invitation: SurveyInvitation) -> bool:
    user = invitation.person.user
    return user is not None and user.is_active


def _forget_answered(survey: Survey, *, now: datetime) -> None:
    """Who has answered since is not told the next morning that no answer is there."""
    answered = questions_about.answered_since_reminded(survey, after=now - timedelta(days=2))
    forget_reminders(
        keys=[_reminder_key(invitation, timezone.localdate(invitation.reminded_at)) for invitation in answered]
    )


def _remind(survey: Survey, due: list[SurveyInvitation], *, actor, now: datetime) -> Asked:
    for invitation in due:
        # The key of the portal may have been changed since: then the link is another one, and nothing hangs on the old.
        invitation.token_hash = survey_token_hash(survey_token(invitation.pk))
    SurveyInvitation.objects.bulk_update(due, ["token_hash"])
    reached = _send(survey, due, kind="survey_reminder", actor=actor, now=now)
    _log("survey.reminded", survey, actor, reached=reached)
    return Asked(reached, len(due) - reached)


def _send(survey: Survey, invitations: list[SurveyInvitation], *, kind: str, actor, now: datetime) -> int:
    """Send each their own link: to the account, else to the address. Return how many could be written to."""
    stamp = "sent_at" if kind == "survey_invitation" else "reminded_at"
    reached = [each for each in invitations if _write_to(each, survey, kind=kind, actor=actor, now=now)]
    SurveyInvitation.objects.filter(pk__in=[each.pk for each in reached]).update(**{stamp: now})
    return len(reached)


def _write_to(invitation: SurveyInvitation, survey: Survey, *, kind: str, actor, now: datetime) -> bool:
    person = invitation.person
    path = survey_path(invitation.pk)
    if _has_account(invitation) and kind == "survey_reminder":
        _remind_account(invitation, survey, now=now)
        return True
    if _has_account(invitation):
        notify(
            to=person.user,
            kind=kind,
            actor=actor,
            params=_params(survey, person.user.language),
            path=path,
            company_id=invitation.company_id,
            programme_id=invitation.programme_id,
            key=f"{kind}:{invitation.pk}:{timezone.localdate(now)}",
        )
        return True
    if not person.email:
        return False
    subject, body = _mail(invitation, survey, kind, path)
    queue_mail(EmailMessage(subject=subject, body=body, to=[person.email]), actor=actor)
    return True


def _remind_account(invitation: SurveyInvitation, survey: Survey, *, now: datetime) -> None:
    """Remind with everything else of the day. The row would keep a link, so it leads to the session's page, which has it."""
    today = timezone.localdate(now)
    user = invitation.person.user
    remind_of(
        to=user,
        kind="survey",
        due_on=today,
        last_on=timezone.localdate(survey.closes_at),
        key=_reminder_key(invitation, today),
        params=lambda: {"session": survey.session.title, "until": date_and_time(survey.closes_at)},
        path=reverse("programmes:session", args=[survey.programme_id, survey.session_id]),
        company_id=invitation.company_id,
        programme_id=invitation.programme_id,
    )


def _reminder_key(invitation: SurveyInvitation, day: date) -> str:
    return f"survey:{invitation.pk}:{day}"


def _mail(invitation: SurveyInvitation, survey: Survey, kind: str, path: str) -> tuple[str, str]:
    """Return subject and text in both languages: which one somebody without an account reads is not known."""
    parts = [
        render_message(
            kind, to=_Reader(invitation.person, language), params=_params(survey, language, invitation), path=path
        )
        for language in LANGUAGES
    ]
    return parts[0][0], "\n\n".join(body for _subject, body in parts)


@dataclass(frozen=True)
class _Reader:
    """Somebody who is written to and has no account."""

    person: object
    language: str

    def __str__(self):
        return self.person.name


def _params(survey: Survey, language: str, invitation: SurveyInvitation | None = None) -> dict:
    with translation.override(language):
        return {
            "session": survey.session.title,
            "until": date_and_time(survey.closes_at),
            "is_anonymous": survey.is_anonymous,
            # A shared mailbox: the mail says whose link it is.
            "is_for": invitation.person.name if invitation else "",
        }


# --- Answering --------------------------------------------------------------------------------------------------------


def answer_survey(*, token: str, reply: Reply) -> Outcome:
    """Keep the answers of whoever holds the word, as often as they like until the survey closes.

    No actor and no line in the trail: for an anonymous survey it would tell when who wrote what.
    """
    return _answer(token, reply.answers, reply.comment, reply.consent)


def change_consent(*, token: str, consent: str) -> Outcome:
    """Change whether the comment may be quoted: taken back at any time, given while the survey is open."""
    return _answer(token, None, "", consent)


def _answer(token: str, answers: dict | None, comment: str, consent: str) -> Outcome:
    said = None if answers is None else questions_about.as_jsonb(answers)
    values = [survey_token_hash(token), answer_key(token), said, comment, language_of(comment), str(consent)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT app.answer_survey(%s, %s, %s::jsonb, %s, %s, %s)", values)
        return Outcome(cursor.fetchone()[0])


def language_of(text: str) -> str:
    """Return "en" for words without a single Japanese or Chinese character, else "ja"."""
    is_japanese = any("぀" <= character <= "鿿" or "･" <= character <= "ﾟ" for character in text)
    return "ja" if is_japanese or not text.strip() else "en"


@transaction.atomic
def change_own_consent(*, feedback: Feedback, consent: str, actor, now: datetime) -> None:
    """Change whether one's own named comment may be quoted, from one's account. Raises PermissionDenied for others'."""
    if feedback.person is None or feedback.person.user_id != actor.pk:
        raise PermissionDenied
    if feedback.consent == consent:
        return
    feedback.consent, feedback.consent_changed_at = consent, now
    feedback.save(update_fields=["consent", "consent_changed_at", "updated_at"])
    audit.log(
        actor=actor,
        verb="feedback.consent_changed",
        obj=feedback,
        company_id=feedback.company_id,
        programme_id=feedback.programme_id,
        detail={"consent": str(consent)},
    )


# --- Shared -----------------------------------------------------------------------------------------------------------


def _check_managed(session: Session, actor) -> None:
    if not can_manage(actor, session.programme_id):
        raise PermissionDenied


def _hold(survey: Survey, actor) -> Survey:
    """Return the survey as it is now, held until the end of the transaction: answers wait, and nobody is asked twice."""
    if not can_manage(actor, survey.programme_id):
        raise PermissionDenied
    return Survey.objects.select_for_update(of=("self",)).select_related("session").get(pk=survey.pk)


def _log(verb: str, survey: Survey, actor, **detail) -> None:
    audit.log(actor=actor, verb=verb, obj=survey, programme_id=survey.programme_id, detail=detail)
