"""A survey of a session with people who were there, and their links."""

from datetime import UTC, datetime, timedelta

from django.db import connection
from django.urls import reverse
from django.utils import timezone

from programmes.models import Survey, SurveyInvitation
from programmes.services import survey as services
from programmes.services.survey_links import survey_token
from tests.factories import make_attendance, make_person, make_session
from tests.roles import seen_by

HELD = datetime(2026, 11, 10, 4, tzinfo=UTC)
USUAL = {"q_useful": "5", "q_clear": "4"}


def held_session(cast, **fields):
    return make_session(cast.programme, **{"code": "WL9", "starts_at": HELD, **fields})


def make_survey(cast, session=None, *, is_anonymous=True, days=3) -> Survey:
    """A survey that the secretariat has made and nobody has been invited to."""
    actor = cast.people["secretariat"]
    with seen_by(actor):
        return services.begin_survey(
            session=session or held_session(cast),
            is_anonymous=is_anonymous,
            closes_at=timezone.now() + timedelta(days=days),
            actor=actor,
        )


def attend(survey, company, count=1, **fields) -> list:
    """Let people of the company have been at the session."""
    people = [make_person(company, **({"email": f"guest{number}@example.com"} | fields)) for number in range(count)]
    for person in people:
        make_attendance(survey.session, person)
    return people


def invite(cast, survey) -> services.Asked:
    actor = cast.people["secretariat"]
    with seen_by(actor):
        return services.invite(survey=survey, actor=actor, now=timezone.now())


def opened(cast, count=4, **fields) -> tuple[Survey, list[str]]:
    """A survey that people of the company were invited to, and the words of their links, in the order of the people."""
    survey = make_survey(cast, **fields)
    people = attend(survey, cast.company, count)
    invite(cast, survey)
    survey.refresh_from_db()
    return survey, [token_of(person, survey) for person in people]


def token_of(person, survey) -> str:
    return survey_token(SurveyInvitation.objects.get(person=person, survey=survey).pk)


def page_of(token: str) -> str:
    return reverse("programmes:survey_link", args=[token])


def say(client, token: str, comment: str = "", consent: str = "none", **answers):
    """Answer through the page."""
    return client.post(page_of(token), USUAL | answers | {"comment": comment, "consent": consent})


def close(survey) -> None:
    """Let the closing day have come, by the clock of the transaction too."""
    Survey.objects.filter(pk=survey.pk).update(closes_at=timezone.now() - timedelta(hours=1))


def secretariats(name: str, survey) -> str:
    return reverse(f"programmes:{name}", args=[survey.programme_id, survey.session_id])


def fetch(query: str, values=()) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall()
