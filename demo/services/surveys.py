"""What people said when they were asked after a session, and what speakers allowed to be printed."""

from datetime import date, timedelta

from django.utils import timezone

from common.tenancy import acting_as
from programmes.enums import Consent
from programmes.models import Feedback, Speaker, Survey, SurveyInvitation
from programmes.services import quotes, survey
from programmes.services.survey import Outcome, Reply
from programmes.services.survey_links import survey_token

from . import data
from .world import World


def ask(world: World) -> None:
    """Let the secretariat ask, and people answer through the door that they have."""
    facts = data.read("surveys")
    for each in facts["surveys"]:
        _survey(world, each)
    with acting_as(world.leader.pk):
        for remark in facts["remarks"]:
            _remark(world, remark)


def _survey(world: World, facts: dict) -> None:
    session, actor = world.sessions[facts["session"]], world.leader
    closes_at = world.calendar.moment(facts["closes"], "23:59")
    with acting_as(actor.pk):
        # Answers are taken while a survey is open, so that one that has closed is closed after them.
        open_until = max(closes_at, timezone.now() + timedelta(hours=1))
        made = survey.begin_survey(
            session=session, is_anonymous=facts["is_anonymous"], closes_at=open_until, actor=actor
        )
        survey.invite(survey=made, actor=actor, now=world.calendar.moment(facts["opened"], "10:00"))
        # Whoever has said something on this session already is left in peace.
        silent = SurveyInvitation.objects.filter(survey=made).exclude(person__feedback__session=session)
        asked = silent.order_by("company__name_kana", "person__name_kana", "pk")
        tokens = [survey_token(invitation.pk) for invitation in asked]
    for token, answer in zip(tokens, facts["answers"], strict=False):
        _answer(token, answer)
    with acting_as(actor.pk):
        Survey.objects.filter(pk=made.pk).update(closes_at=closes_at)
        _translate(made, facts["answers"], actor)


def _answer(token: str, facts: dict) -> None:
    """Answer by the link, as nobody in particular."""
    reply = Reply(facts["answers"], facts.get("comment", ""), facts.get("consent", Consent.NONE))
    with acting_as(None):
        outcome = survey.answer_survey(token=token, reply=reply)
    if outcome != Outcome.KEPT:
        raise ValueError(f"An answer of the demo was not kept: {outcome}")


def _translate(made: Survey, answers: list[dict], actor) -> None:
    translations = {answer["comment"]: answer["translation"] for answer in answers if "translation" in answer}
    for row in Feedback.objects.visible_to(actor).filter(session_id=made.session_id).with_words():
        for said in (row.comment_ja, row.comment_en):
            if said in translations:
                quotes.translate_comment(feedback=row, text=translations[said], actor=actor)
                break


def _remark(world: World, facts: dict) -> None:
    session = world.sessions[facts["session"]]
    speaker = Speaker.objects.filter(item__session=session, name_ja=facts["speaker"]).order_by("order").first()
    permitted_on: date | None = world.calendar.day(facts["permitted"]) if "permitted" in facts else None
    quotes.record_remark(
        programme=world.programme,
        speaker=speaker,
        texts={"ja": facts.get("text_ja", ""), "en": facts.get("text_en", "")},
        language=facts["language"],
        permitted_on=permitted_on,
        actor=world.leader,
    )
