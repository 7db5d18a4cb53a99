"""The secretariat's side of surveys: planning, asking, reminding, reading, and what few answers may not show."""

import csv
import io
from datetime import datetime, time, timedelta

import pytest
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from audit.models import Event
from common.dates import long_date
from notifications.models import Message, OutgoingMail, Reminder
from programmes.catalogue.questions import Question, choices_of, moved, new_code, read_questions, usual_questions
from programmes.models import Feedback, Survey, SurveyInvitation
from programmes.queries import survey as questions_about
from programmes.rendering.survey import answers_csv
from programmes.services import survey as services
from programmes.services.survey_links import survey_token
from tests.counting import queries_of
from tests.factories import make_attendance, make_person
from tests.factories.settings import want_mails_at_once
from tests.programmes.surveying import (
    attend,
    close,
    held_session,
    invite,
    make_survey,
    opened,
    page_of,
    say,
    secretariats,
    token_of,
)
from tests.reading import words
from tests.roles import seen_by, web_role

NEW = {"is_anonymous": "no", "closes_on": "2100-01-31"}


@pytest.fixture(autouse=True)
def fresh_limits(db):
    cache.clear()


@pytest.fixture
def secretary(cast, sign_in):
    return sign_in(cast.people["secretariat"])


def remind(cast, survey, *, after_days=4):
    actor = cast.people["secretariat"]
    with seen_by(actor):
        return services.remind(survey=survey, actor=actor, now=timezone.now() + timedelta(days=after_days))


# --- Questions ----------------------------------------------------------------------------------------------------------


def test_the_usual_questions_are_complete_in_both_languages():
    questions = usual_questions()
    assert len({question.code for question in questions}) == len(questions) == 5
    texts = [words for question in questions for words in (question.text, *(c.text for c in question.choices))]
    assert all(each.ja and each.en for each in texts)
    assert [Question.from_json(question.as_json()) for question in questions] == questions


def test_questions_are_moved_and_numbered():
    a, b, c = usual_questions()[:3]
    assert moved([a, b, c], b.code, -1) == [b, a, c]
    assert moved([a, b, c], b.code, 1) == [a, c, b]
    assert moved([a, b, c], a.code, -1) == [a, b, c]
    assert moved([a, b, c], c.code, 1) == [a, b, c]
    assert new_code([]) == "q1"
    assert new_code([Question("q1", "text", a.text)]) == "q2"
    assert [choice.text.en for choice in choices_of(["はい", "いいえ"], ["Yes"])] == ["Yes", ""]


# --- Planning -----------------------------------------------------------------------------------------------------------


def test_a_survey_is_made_on_the_page_with_the_usual_questions(cast, secretary):
    session = held_session(cast)
    url = f"/programmes/{cast.programme.pk}/sessions/{session.pk}/survey/"
    assert words(secretary.get(url), "h2")[0] == "参加者に聞く"
    assert secretary.post(url, NEW).status_code == 302
    survey = Survey.objects.get()
    assert (survey.is_anonymous, survey.opened_at) == (False, None)
    assert timezone.localtime(survey.closes_at).isoformat() == "2100-01-31T23:59:00+09:00"
    assert read_questions(survey.questions) == usual_questions()
    assert Event.objects.filter(verb="survey.begun", object_id=survey.pk).count() == 1


def test_a_day_that_has_passed_is_refused_at_its_field(cast, secretary):
    survey = make_survey(cast)
    response = secretary.post(secretariats("survey", survey), {"is_anonymous": "yes", "closes_on": "2020-01-01"})
    assert (response.status_code, list(response.context["form"].errors)) == (200, ["closes_on"])


def test_a_question_is_added_changed_moved_and_taken_out(cast, secretary):
    survey = make_survey(cast)
    question = secretariats("survey_question", survey)
    new = {"kind": "choice", "text_ja": "次回も参加しますか", "choices_ja": "はい\nいいえ\n", "choices_en": "Yes\nNo"}
    assert secretary.post(question, new).status_code == 302
    survey.refresh_from_db()
    [*_, added] = read_questions(survey.questions)
    assert (added.code, added.kind, added.text.ja, added.is_required) == ("q1", "choice", "次回も参加しますか", False)
    assert [(c.text.ja, c.text.en) for c in added.choices] == [("はい", "Yes"), ("いいえ", "No")]
    assert secretary.get(f"{question}?code=q1").context["form"].initial["choices_en"] == "Yes\nNo"
    change = {"code": "q1", "kind": "text", "text_ja": "変えました", "is_required": "on"}
    assert secretary.post(question, change).status_code == 302
    order = secretariats("survey_order", survey)
    secretary.post(order, {"code": "q1", "deed": "up"})
    secretary.post(order, {"code": "useful", "deed": "remove"})
    secretary.post(order, {"code": "nothing", "deed": "remove"})
    survey.refresh_from_db()
    codes = [row["code"] for row in survey.questions]
    assert codes == ["clear", "length", "next", "q1", "improve"]
    assert survey.questions[3]["kind"] == "text"
    assert survey.questions[3]["choices"] == []


@pytest.mark.parametrize(
    ("data", "wrong"),
    [
        ({"kind": "text"}, "text_ja"),
        ({"kind": "choice", "text_ja": "問"}, "choices_ja"),
        ({"kind": "choice", "text_ja": "問", "choices_ja": "a\nb\nc", "choices_en": "a\nb"}, "choices_en"),
        ({"kind": "poem", "text_ja": "問"}, "kind"),
        ({"kind": "text", "text_ja": "問" * 301}, "text_ja"),
        ({"kind": "choice", "text_ja": "問", "choices_ja": "\n".join(map(str, range(13)))}, "choices_ja"),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused_at_its_field(cast, secretary, data, wrong):
    survey = make_survey(cast)
    response = secretary.post(secretariats("survey_question", survey), data)
    assert list(response.context["form"].errors) == [wrong]
    survey.refresh_from_db()
    assert len(survey.questions) == 5


def test_what_was_promised_is_kept_by_page_and_database(cast, secretary):
    survey, _tokens = opened(cast)
    secretary.post(secretariats("survey", survey), NEW)
    secretary.post(secretariats("survey_order", survey), {"code": "useful", "deed": "remove"})
    secretary.post(secretariats("survey_question", survey), {"kind": "text", "text_ja": "あとから"})
    survey.refresh_from_db()
    assert (survey.is_anonymous, len(survey.questions)) == (True, 5)
    assert timezone.localdate(survey.closes_at).isoformat() == "2100-01-31"
    for change in ({"is_anonymous": False}, {"questions": []}, {"opened_at": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Survey.objects.filter(pk=survey.pk).update(**change)


def test_a_closed_survey_without_names_stays_closed(cast, secretary):
    survey, _tokens = opened(cast)
    close(survey)
    secretary.post(secretariats("survey", survey), NEW)
    survey.refresh_from_db()
    assert survey.closes_at < timezone.now()
    with pytest.raises(IntegrityError), transaction.atomic():
        Survey.objects.filter(pk=survey.pk).update(closes_at=timezone.now() + timedelta(days=1))


def test_only_the_secretariat_plans_and_asks(cast):
    survey = make_survey(cast)
    for role in ("manager", "adviser", "other_secretariat", "nobody"):
        actor = cast.people[role]
        for deed in (
            lambda actor=actor: services.set_questions(survey=survey, questions=[], actor=actor),
            lambda actor=actor: services.invite(survey=survey, actor=actor, now=timezone.now()),
            lambda actor=actor: services.remind(survey=survey, actor=actor, now=timezone.now()),
            lambda actor=actor: services.begin_survey(
                session=survey.session, is_anonymous=True, closes_at=timezone.now(), actor=actor
            ),
        ):
            with seen_by(actor), pytest.raises(PermissionDenied):
                deed()


# --- Asking -------------------------------------------------------------------------------------------------------------


def test_links_go_to_those_who_were_there_in_the_way_they_are_reached(cast, secretary):
    want_mails_at_once()
    survey = make_survey(cast)
    manager, absent = cast.people["manager"], make_person(cast.company, email="absent@example.com")
    make_attendance(survey.session, manager.people.get())
    make_attendance(survey.session, absent, attended=False)
    [mailed] = attend(survey, cast.company)
    [unreachable] = attend(survey, cast.company, email="")
    response = secretary.get(secretariats("invite", survey))
    assert "3名にリンクを送りますか" in response.content.decode()
    secretary.post(secretariats("invite", survey))
    asked = {invitation.person: invitation for invitation in SurveyInvitation.objects.select_related("person__user")}
    assert set(asked) == {manager.people.get(), mailed, unreachable}
    assert [asked[person].sent_at is not None for person in (mailed, unreachable)] == [True, False]
    [message] = Message.objects.filter(kind="survey_invitation")
    assert (message.to_user, set(message.params)) == (manager, {"session", "until", "is_anonymous", "is_for"})
    mails = {mail.recipient: mail for mail in OutgoingMail.objects.all()}
    assert set(mails) == {manager.email, mailed.email}
    for person, address in ((mailed, mailed.email), (manager.people.get(), manager.email)):
        assert page_of(survey_token(asked[person].pk)) in mails[address].body
    # Without an account the language is not known, and the address may be shared: both languages, and the name.
    assert mailed.name_ja in mails[mailed.email].body
    assert mailed.name_en in mails[mailed.email].body
    assert cast.company.name_ja not in mails[mailed.email].body


def test_nobody_is_asked_twice_and_who_is_marked_present_later_is_asked_then(cast):
    survey, _tokens = opened(cast, count=2)
    actor = cast.people["secretariat"]
    with seen_by(actor), pytest.raises(services.SurveyRefused):
        services.invite(survey=survey, actor=actor, now=timezone.now())
    attend(survey, cast.company, email="late@example.com")
    assert invite(cast, survey) == services.Asked(1, 0)
    assert survey.invitations.count() == 3


def test_a_survey_that_asks_nothing_or_is_over_is_not_sent(cast):
    survey, actor = make_survey(cast), cast.people["secretariat"]
    attend(survey, cast.company)
    for change in ({"questions": []}, {"closes_at": timezone.now() - timedelta(days=1)}):
        Survey.objects.filter(pk=survey.pk).update(**change)
        with seen_by(actor), pytest.raises(services.SurveyRefused):
            services.invite(survey=survey, actor=actor, now=timezone.now())
    assert SurveyInvitation.objects.count() == OutgoingMail.objects.count() == 0


def test_only_those_who_have_not_answered_are_reminded_and_not_within_three_days(cast, client):
    survey, tokens = opened(cast, days=30)
    say(client, tokens[0])
    with pytest.raises(services.SurveyRefused):
        remind(cast, survey, after_days=2)
    assert remind(cast, survey) == services.Asked(3, 0)
    with pytest.raises(services.SurveyRefused):
        remind(cast, survey, after_days=6)
    assert remind(cast, survey, after_days=8) == services.Asked(3, 0)
    reminders = OutgoingMail.objects.filter(subject__contains="お願い").count()
    assert reminders == 6
    assert survey.invitations.get(answered_on__isnull=False).reminded_at is None


def test_who_has_an_account_is_reminded_in_the_digest_which_keeps_no_link(cast):
    survey = make_survey(cast, days=30)
    manager = cast.people["manager"]
    make_attendance(survey.session, manager.people.get())
    invite(cast, survey)
    assert remind(cast, survey) == services.Asked(1, 0)
    [reminder] = Reminder.objects.all()
    assert (reminder.to_user, reminder.kind) == (manager, "survey")
    assert reminder.path == f"/programmes/{cast.programme.pk}/sessions/{survey.session_id}/"
    assert reminder.params["en"]["session"] == survey.session.title_en
    assert survey_token(survey.invitations.get().pk) not in str(vars(reminder))


def by_the_clock(day, hour=13) -> None:
    """As the worker does, who is nobody, at an hour of a day in the portal's time."""
    with web_role():
        services.remind_by_the_clock(now=timezone.make_aware(datetime.combine(day, time(hour, 50))))


def reminded_by_mail() -> list[str]:
    mails = OutgoingMail.objects.filter(subject__contains="お願い")
    return sorted(mails.values_list("recipient", flat=True))


@pytest.fixture
def closing(cast):
    """A survey that closes in ten days, with two people by address, one of the staff, and one without either."""
    survey = make_survey(cast, days=10)
    attend(survey, cast.company, 2)
    attend(survey, cast.company, email="")
    make_attendance(survey.session, cast.people["staff"].people.get())
    invite(cast, survey)
    return survey


def test_three_days_before_the_end_those_who_have_not_answered_are_reminded_once(cast, closing):
    day = services.reminded_on(closing)
    assert day == timezone.localdate(closing.closes_at) - timedelta(days=3)
    by_the_clock(day - timedelta(days=1))
    assert (reminded_by_mail(), Reminder.objects.count()) == ([], 0)
    for after, hour in ((0, 13), (0, 13), (1, 13), (2, 13), (3, 13)):
        by_the_clock(day + timedelta(days=after), hour)
    assert reminded_by_mail() == ["guest0@example.com", "guest1@example.com"]
    [reminder] = Reminder.objects.all()
    assert (reminder.to_user, reminder.kind, reminder.due_on) == (cast.people["staff"], "survey", day)
    assert Event.objects.get(verb="survey.reminded").actor_id is None


def test_before_eight_only_the_digest_is_written_down(cast, closing):
    day = services.reminded_on(closing)
    by_the_clock(day, hour=7)
    assert (reminded_by_mail(), Reminder.objects.count()) == ([], 1)
    by_the_clock(day, hour=12)
    assert (len(reminded_by_mail()), Reminder.objects.count()) == (2, 1)


def test_a_missed_day_is_made_good_and_a_closed_survey_left_alone(cast, closing):
    day = services.reminded_on(closing)
    by_the_clock(day + timedelta(days=2))
    assert len(reminded_by_mail()) == 2
    close(closing)
    by_the_clock(day + timedelta(days=9))
    assert len(reminded_by_mail()) == 2


def test_whoever_has_answered_is_left_alone_by_the_clock_too(cast, closing, client):
    day = services.reminded_on(closing)
    for person in closing.session.attendances.values_list("person", flat=True):
        say(client, token_of(person, closing))
    by_the_clock(day)
    assert (reminded_by_mail(), Reminder.objects.count()) == ([], 0)


def test_who_was_reminded_by_the_button_is_left_alone_for_three_days(cast, closing):
    day = services.reminded_on(closing)
    with seen_by(cast.people["secretariat"]):
        before = timezone.make_aware(datetime.combine(day - timedelta(days=1), time(10)))
        services.remind(survey=closing, actor=cast.people["secretariat"], now=before)
    by_the_clock(day)
    by_the_clock(day + timedelta(days=1))
    assert len(reminded_by_mail()) == 2
    by_the_clock(day + timedelta(days=2))
    assert len(reminded_by_mail()) == 4


def test_who_answers_before_the_digest_leaves_is_not_told_that_no_answer_is_there(cast, closing, client):
    day = services.reminded_on(closing)
    by_the_clock(day)
    say(client, token_of(cast.people["staff"].people.get(), closing))
    by_the_clock(day + timedelta(days=1), hour=7)
    assert not Reminder.objects.exists()


def test_the_secretariat_reads_when_the_portal_reminds_by_itself(cast, closing, secretary):
    [page] = words(secretary.get(secretariats("survey", closing)), "main")
    assert f"ポータルが{long_date(services.reminded_on(closing), language='ja')}に自動でお願いをお送りします。" in page
    close(closing)
    [page] = words(secretary.get(secretariats("survey", closing)), "main")
    assert "自動で" not in page


def test_after_the_portals_key_has_changed_a_reminder_carries_a_link_that_works(cast, client, settings):
    survey, [old, *_] = opened(cast, count=1, days=30)
    settings.SECRET_KEY = "another"
    remind(cast, survey)
    [invitation] = survey.invitations.all()
    assert client.get(page_of(survey_token(invitation.pk))).status_code == 200
    assert client.get(page_of(old)).status_code == 404


def test_who_has_not_answered_is_listed(cast, client, secretary):
    survey, tokens = opened(cast)
    say(client, tokens[0])
    response = secretary.get(secretariats("survey", survey))
    answered = SurveyInvitation.objects.get(answered_on__isnull=False).person
    rows = [row[0].content for row in response.context["missing"].rows]
    assert len(rows) == 3
    assert answered.name not in rows
    assert [figure.value for figure in response.context["figures"]] == [4, 1, 3]


# --- Reading ------------------------------------------------------------------------------------------------------------


def answers(client, survey):
    return client.get(secretariats("survey_answers", survey))


def test_figures_and_comments_of_a_survey_without_names(cast, client, secretary):
    survey, tokens = opened(cast)
    for number, token in enumerate(tokens):
        say(client, token, f"感想{number}", "anonymous", q_useful=str(number + 2), q_length="c2", q_next=f"次{number}")
    assert "答えた時刻から" in answers(secretary, survey).content.decode()
    close(survey)
    response = answers(secretary, survey)
    useful, _clear, length, next_, improve = response.context["tallies"]
    assert [(row[0], row[1]) for row in useful.table.rows] == [("1", 0), ("2", 1), ("3", 1), ("4", 1), ("5", 1)]
    assert useful.average == "平均 3.5"
    assert [(row[0], row[1]) for row in length.table.rows] == [("短い", 0), ("ちょうどよい", 4), ("長い", 0)]
    assert {line.text for line in next_.words} == {"次0", "次1", "次2", "次3"}
    assert improve.words == []
    assert {line.text for line in response.context["comments"]} == {f"感想{number}" for number in range(4)}
    assert {line.by for line in (*next_.words, *response.context["comments"])} == {""}
    assert Event.objects.filter(verb="content.looked_at", object_id=survey.pk).count() == 1


def test_words_stand_in_an_order_that_says_nothing(cast):
    rows = [Feedback() for _ in range(40)]
    first = questions_about.shuffled(rows, "next")
    assert first != rows
    assert first == questions_about.shuffled(reversed(rows), "next")
    assert first != questions_about.shuffled(rows, "improve")


def test_fewer_than_three_answers_without_names_are_not_shown(cast, client, secretary):
    survey, tokens = opened(cast)
    for token in tokens[:2]:
        say(client, token, "秘密の感想", "anonymous", q_next="秘密の予定")
    close(survey)
    html = answers(secretary, survey).content.decode()
    assert ("秘密" in html, "3名に満たない" in html) == (False, True)
    assert "秘密" not in secretary.get(secretariats("survey_csv", survey)).content.decode()
    assert Event.objects.filter(verb="content.looked_at").count() == 0


def test_answers_with_names_say_whose_they_are(cast, client, secretary):
    survey, [token, *_] = opened(cast, is_anonymous=False)
    say(client, token, "名前つき", "company")
    [line] = answers(secretary, survey).context["comments"]
    person = Feedback.objects.get().person
    assert line.by == f"{cast.company.name} · {person.name}"


def test_hostile_words_are_shown_as_words_and_are_no_formula(cast, client, secretary):
    survey, tokens = opened(cast)
    for token in tokens:
        say(client, token, "<b>x</b>", q_next='=HYPERLINK("https://evil.example")')
    close(survey)
    html = answers(secretary, survey).content.decode()
    assert ("&lt;b&gt;x&lt;/b&gt;" in html, "<b>x</b>" in html) == (True, False)
    response = secretary.get(secretariats("survey_csv", survey))
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    content = response.content.decode()
    assert content.startswith("﻿")
    cells = [cell for line in csv.reader(io.StringIO(content[1:])) for cell in line]
    assert '\'=HYPERLINK("https://evil.example")' in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


def test_the_file_of_a_survey_with_names_has_a_line_a_person(cast, client):
    survey, [token, *_] = opened(cast, is_anonymous=False)
    say(client, token, "よい\n改行", "company", q_length="c3")
    with seen_by(cast.people["secretariat"]):
        content = answers_csv(questions_about.survey_results(cast.people["secretariat"], survey))
    head, line = csv.reader(io.StringIO(content[1:]))
    person = Feedback.objects.get().person
    assert (len(head), len(line)) == (9, 9)
    assert line[:2] == [person.name, cast.company.name]
    assert line[2:5] == ["5", "4", "長い"]
    assert line[7] == "よい\n改行"


def test_pages_without_a_survey_lead_to_where_one_is_made(cast, secretary):
    session = held_session(cast)
    url = f"/programmes/{cast.programme.pk}/sessions/{session.pk}/survey/"
    for page in ("question/", "invite/", "answers/", "answers.csv"):
        response = secretary.get(f"{url}{page}")
        assert (response.status_code, response["Location"]) == (302, url)


def test_the_page_asks_the_database_as_often_for_thirty_as_for_one(cast, client, secretary):
    survey, tokens = opened(cast, count=1)
    page, read = secretariats("survey", survey), secretariats("survey_answers", survey)
    queries_of(secretary, page)
    before = len(queries_of(secretary, page))
    attend(survey, cast.company, 30)
    invite(cast, survey)
    assert len(queries_of(secretary, page)) == before
    tokens = [survey_token(pk) for pk in survey.invitations.values_list("pk", flat=True)]
    for token in tokens[:3]:
        say(client, token, "x")
    cache.clear()
    for token in tokens[3:]:
        say(client, token, "x")
    close(survey)
    queries_of(secretary, read)
    after = len(queries_of(secretary, read))
    Feedback.objects.filter(pk__in=list(Feedback.objects.values_list("pk", flat=True)[3:])).delete()
    assert len(queries_of(secretary, read)) == after
