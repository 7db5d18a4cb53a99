"""The page of a survey that opens by link: what it shows, what it keeps, and what nobody can find out from it."""

import logging
import re

import pytest
from django.contrib.sessions.models import Session as WebSession
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.utils import timezone

from audit.models import Event
from common.logs import LinkFilter
from programmes.enums import Consent
from programmes.models import Feedback, QuoteUse, SurveyInvitation
from programmes.queries.survey import own_surveys
from programmes.services.survey_links import answer_key, survey_token, survey_token_hash
from tests.factories import make_attendance, make_cast
from tests.programmes.surveying import attend, close, fetch, invite, make_survey, opened, page_of, say, token_of
from tests.reading import words
from tests.roles import seen_by


@pytest.fixture(autouse=True)
def fresh_limits(db):
    cache.clear()


def english(client, token):
    return client.get(page_of(token), headers={"accept-language": "en"}).content.decode()


# --- The page -----------------------------------------------------------------------------------------------------------


def test_the_page_says_who_will_know_what_above_the_first_question(cast, client):
    survey, [token, *_] = opened(cast)
    html = english(client, token)
    assert html.index("This survey has no names") < html.index('name="q_useful"')
    assert survey.session.title_en in html
    person = SurveyInvitation.objects.get(token_hash=survey_token_hash(token)).person
    assert f"For {person.name_en}." in html
    assert cast.company.name_en not in html


def test_a_survey_with_names_says_so(cast, client):
    _survey, [token, *_] = opened(cast, is_anonymous=False)
    html = english(client, token)
    assert "This survey has names" in html
    assert "This survey has no names" not in html


def test_the_page_speaks_japanese(cast, client):
    _survey, [token, *_] = opened(cast)
    response = client.get(page_of(token), headers={"accept-language": "ja"})
    assert "内容は、自社の取組に役立ちそうですか" in response.content.decode()
    assert 'lang="ja"' in response.content.decode()


def test_the_page_keeps_nothing_and_tells_no_search_engine_or_referrer(cast, client):
    _survey, [token, *_] = opened(cast)
    response = client.get(page_of(token))
    assert response["Cache-Control"] == "private, no-store"
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert response["Referrer-Policy"] == "strict-origin"
    assert WebSession.objects.count() == 0
    assert "session" not in response.cookies


def test_looking_writes_nothing(cast, client):
    _survey, [token, *_] = opened(cast)
    before = fetch("SELECT xmin::text, answered_on FROM programmes_surveyinvitation ORDER BY id")
    assert client.get(page_of(token)).status_code == 200
    assert client.head(page_of(token)).status_code == 200
    assert fetch("SELECT xmin::text, answered_on FROM programmes_surveyinvitation ORDER BY id") == before
    assert Feedback.objects.count() == 0


def test_a_name_with_a_company_cannot_be_chosen_where_no_company_is_kept(cast, client):
    _survey, [unnamed, *_] = opened(cast)
    assert 'value="company"' not in english(client, unnamed)
    response = say(client, unnamed, "Good", "company")
    assert (response.status_code, Feedback.objects.count()) == (200, 0)


# --- Answering ----------------------------------------------------------------------------------------------------------


def test_an_answer_is_kept_shown_again_and_changed(cast, client):
    _survey, [token, *_] = opened(cast)
    response = say(client, token, "よく分かりました", "anonymous", q_length="c2")
    assert (response.status_code, response["Location"]) == (302, f"{page_of(token)}?kept=answers")
    row = Feedback.objects.get()
    assert row.answers == {"useful": 5, "clear": 4, "length": "c2"}
    assert (row.comment_ja, row.comment_en, row.language, row.consent) == ("よく分かりました", "", "ja", "anonymous")
    form = client.get(page_of(token)).context["form"]
    assert form.initial == {
        "q_useful": 5,
        "q_clear": 4,
        "q_length": "c2",
        "comment": "よく分かりました",
        "consent": "anonymous",
    }
    say(client, token, "A lot of good advice", "none", q_useful="3")
    row = Feedback.objects.get()
    assert row.answers == {"useful": 3, "clear": 4}
    assert (row.comment_ja, row.comment_en, row.language) == ("", "A lot of good advice", "en")
    assert SurveyInvitation.objects.get(token_hash=survey_token_hash(token)).answered_on == timezone.localdate()


def test_the_translation_of_other_words_is_dropped_and_of_the_same_ones_kept(cast, client):
    _survey, [token, *_] = opened(cast)
    say(client, token, "よかった", "anonymous")
    Feedback.objects.update(comment_en="It was good.")
    say(client, token, "よかった", "anonymous", q_useful="2")
    assert Feedback.objects.get().comment_en == "It was good."
    say(client, token, "よくなかった", "anonymous")
    assert Feedback.objects.get().comment_en == ""


def test_what_must_be_answered_is_said_at_the_field_and_nothing_is_lost(cast, client):
    _survey, [token, *_] = opened(cast)
    data = {"q_useful": "5", "comment": "残してください", "consent": "none"}
    response = client.post(page_of(token), data, headers={"accept-language": "en"})
    assert response.status_code == 200
    assert list(response.context["form"].errors) == ["q_clear"]
    assert "残してください" in response.content.decode()
    assert Feedback.objects.count() == 0


@pytest.mark.parametrize(
    "data",
    [
        {"q_useful": "6", "q_clear": "4"},
        {"q_useful": "５a", "q_clear": "4"},
        {"q_useful": "5", "q_clear": "4", "q_length": "c9"},
        {"q_useful": "5", "q_clear": "4", "consent": "everything"},
        {"q_useful": "5", "q_clear": "4", "q_next": "x" * 2001},
        {"q_useful": "5", "q_clear": "4", "comment": "nul\x00"},
        {"q_useful": "5", "q_clear": "4", "consent": ""},
    ],
)
def test_nonsense_is_refused_at_its_field(cast, client, data):
    _survey, [token, *_] = opened(cast)
    response = client.post(page_of(token), {"consent": "none", "comment": "", **data})
    assert response.status_code == 200
    assert response.context["form"].errors
    assert Feedback.objects.count() == 0


def test_hostile_words_are_kept_and_shown_as_words(cast, client):
    _survey, [token, *_] = opened(cast)
    say(client, token, "<script>alert(1)</script>", q_next="<img src=x onerror=alert(1)>")
    html = client.get(page_of(token)).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "&lt;img src=x onerror=alert(1)&gt;" in html
    assert "<script>alert" not in html


def test_nobody_answers_after_the_closing_day(cast, client):
    survey, [token, other, *_] = opened(cast)
    say(client, token, "先に書きました")
    close(survey)
    response = say(client, token, "あとから")
    assert response.status_code == 410
    assert Feedback.objects.get().comment_ja == "先に書きました"
    assert say(client, other).status_code == 410
    assert Feedback.objects.count() == 1
    assert client.get(page_of(token)).status_code == 200
    assert client.get(page_of(other)).status_code == 410


def test_an_answer_that_was_on_its_way_at_the_closing_is_refused_by_the_database(cast):
    survey, [token, *_] = opened(cast)
    close(survey)
    values = [survey_token_hash(token), answer_key(token)]
    with seen_by(None):
        assert fetch("SELECT app.answer_survey(%s, %s, '{\"useful\": 5}', '', 'ja', 'none')", values) == [("closed",)]
        assert fetch("SELECT app.answer_survey(%s, %s, NULL, '', 'ja', 'none')", values) == [("unknown",)]
    assert Feedback.objects.count() == 0


# --- Who holds another word ---------------------------------------------------------------------------------------------


def test_a_word_that_opens_nothing_is_not_there(cast, client):
    survey, [token, *_] = opened(cast)
    invitation = SurveyInvitation.objects.first()
    for word in ("x", "A" * 43, token[:-1], token + "A", invitation.token_hash, str(invitation.pk)):
        cache.clear()
        assert client.get(page_of(word)).status_code == 404
        assert client.post(page_of(word), {"q_useful": "5"}).status_code == 404
    assert Feedback.objects.count() == 0
    assert survey.invitations.filter(answered_on__isnull=False).count() == 0


def test_guessing_is_slowed_down(cast, client):
    answers = [client.get(page_of("A" * 43)).status_code for _ in range(11)]
    assert answers == [404] * 10 + [429]


def test_everybody_sees_and_changes_their_own_answers_alone(cast, client):
    _survey, [first, second, *_] = opened(cast)
    say(client, first, "一人目の言葉")
    say(client, second, "二人目の言葉")
    html = client.get(page_of(second)).content.decode()
    assert ("二人目の言葉" in html, "一人目の言葉" in html) == (True, False)
    assert Feedback.objects.count() == 2


def test_several_people_at_one_address_have_a_link_each(cast, client):
    survey = make_survey(cast)
    people = attend(survey, cast.company, 3, email="soumu@example.com")
    invite(cast, survey)
    tokens = [token_of(person, survey) for person in people]
    assert len(set(tokens)) == 3
    for person, token in zip(people, tokens, strict=True):
        html = english(client, token)
        assert [other.name_en in html for other in people] == [other == person for other in people]


def test_a_hash_alone_neither_reads_nor_replaces_an_anonymous_answer(cast, client):
    """Who has the database's row of an invitation has no key to the answers."""
    _survey, [token, *_] = opened(cast)
    say(client, token, "本当の言葉")
    values = [survey_token_hash(token), answer_key("A" * 43)]
    with seen_by(None):
        [row] = fetch("SELECT feedback_id, comment FROM app.survey_by_token(%s, %s)", values)
        answered = fetch("SELECT app.answer_survey(%s, %s, '{\"useful\": 1}', 'x', 'ja', 'none')", values)
    assert (row, answered) == ((None, None), [("unknown",)])
    assert [row.comment_ja for row in Feedback.objects.all()] == ["本当の言葉"]


def test_the_word_is_made_from_the_key_of_the_portal_and_kept_nowhere(cast, settings):
    _survey, [token, *_] = opened(cast)
    invitation = SurveyInvitation.objects.get(token_hash=survey_token_hash(token))
    assert survey_token(invitation.pk) == token
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", token)
    settings.SECRET_KEY = "another"
    assert survey_token(invitation.pk) != token
    tables = fetch("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
    for (table,) in tables:
        if table != "notifications_outgoingmail":
            found = fetch(f'SELECT count(*) FROM "{table}" t WHERE t::text LIKE %s', [f"%{token}%"])
            assert (table, found) == (table, [(0,)])


def test_the_log_does_not_hold_the_word(cast):
    record = logging.LogRecord("x", logging.INFO, "", 0, "GET %s 200", ("/survey/secret-word/?kept=1",), None)
    LinkFilter().filter(record)
    assert record.getMessage() == "GET /survey/…/?kept=1 200"


# --- Nobody finds out ---------------------------------------------------------------------------------------------------


def test_a_row_without_a_name_holds_nothing_that_leads_to_a_person(cast, client):
    survey, tokens = opened(cast)
    for number, token in enumerate(tokens):
        say(client, token, f"言葉{number}", "anonymous")
    close(survey)
    client.post(page_of(tokens[0]), {"deed": "consent", "consent": "none"})
    rows = list(Feedback.objects.values())
    assert len(rows) == len(tokens)
    constant = {
        "session_id", "programme_id", "company_id", "person_id", "created_at", "updated_at", "consent_changed_at",
    }  # fmt: skip
    own = {"id", "answer_key", "answers", "comment_ja", "comment_en", "language", "consent"}
    assert set(rows[0]) == constant | own
    for column in constant:
        assert {row[column] for row in rows} == {rows[0][column]}, column
    assert [rows[0][column] for column in ("company_id", "person_id", "consent_changed_at")] == [None] * 3
    assert rows[0]["created_at"].year == rows[0]["updated_at"].year == 1970
    invitations = list(SurveyInvitation.objects.values())
    known = {str(value) for row in invitations for value in row.values()}
    assert known.isdisjoint(str(row[column]) for row in rows for column in ("id", "answer_key"))
    assert {row["answered_on"] for row in invitations} == {timezone.localdate()}


@pytest.mark.django_db(transaction=True)
def test_not_even_the_systems_columns_say_which_answer_came_with_which_invitation(client):
    """Each answer is a transaction of its own here; afterwards every row of the survey bears the last one's number."""
    cast = make_cast()
    survey, tokens = opened(cast, count=5)
    for token in tokens:
        say(client, token, "同じ", "none")
    marks = {
        table: fetch(f"SELECT DISTINCT xmin::text FROM {table}")
        for table in ("programmes_feedback", "programmes_surveyinvitation")
    }
    assert marks["programmes_feedback"] == marks["programmes_surveyinvitation"]
    assert len(marks["programmes_feedback"]) == 1
    assert survey.invitations.filter(answered_on__isnull=False).count() == 5


def test_answering_without_a_name_leaves_no_line_in_the_trail(cast, client):
    survey, tokens = opened(cast)
    before = Event.objects.count()
    for token in tokens:
        say(client, token, "言葉")
    close(survey)
    client.post(page_of(tokens[0]), {"deed": "consent", "consent": "none"})
    assert Event.objects.count() == before


def test_the_secretariat_sees_no_answer_without_a_name_before_the_closing(cast, client):
    survey, tokens = opened(cast)
    for token in tokens:
        say(client, token)
    with seen_by(cast.people["secretariat"]):
        assert Feedback.objects.count() == 0
    close(survey)
    for role, count in {"secretariat": 4, "other_secretariat": 0, "manager": 0, "adviser": 0}.items():
        with seen_by(cast.people[role]):
            assert (role, Feedback.objects.count()) == (role, count)


def test_answers_with_names_are_read_by_the_company_and_the_secretariat(cast, client):
    _survey, [token, *_] = opened(cast, is_anonymous=False)
    say(client, token, "名前があります", "company")
    row = Feedback.objects.get()
    assert (row.company_id, row.consent, row.answer_key) == (cast.company.pk, "company", None)
    assert row.person.name_ja
    assert row.created_at.year != 1970
    for role, count in {"secretariat": 1, "manager": 1, "neighbour": 0, "adviser": 0}.items():
        with seen_by(cast.people[role]):
            assert (role, Feedback.objects.count()) == (role, count)


def test_an_unnamed_row_cannot_be_given_a_company_as_consent(cast, client):
    _survey, [token, *_] = opened(cast)
    say(client, token, "言葉", "anonymous")
    with pytest.raises(IntegrityError), transaction.atomic():
        Feedback.objects.update(consent=Consent.COMPANY)


# --- Consent ------------------------------------------------------------------------------------------------------------


def test_a_consent_is_taken_back_after_the_closing_and_the_reports_that_printed_it_are_named(cast, client):
    survey, [token, *_] = opened(cast)
    say(client, token, "引用してください", "anonymous")
    close(survey)
    QuoteUse.objects.create(
        programme=cast.programme, feedback=Feedback.objects.get(), report_id=survey.pk, title="報告書 2026-11-20"
    )
    html = client.get(page_of(token)).content.decode()
    assert "引用してください" in html
    # What the page itself would send: without it the choice would be taken for answers that came too late.
    assert re.search(r'<input type="hidden"\s+name="deed"\s+value="consent"', html)
    response = client.post(page_of(token), {"deed": "consent", "consent": "none"})
    assert response.status_code == 302
    assert Feedback.objects.get().consent == Consent.NONE
    html = client.get(response["Location"]).content.decode()
    assert "報告書 2026-11-20" in html
    assert QuoteUse.objects.count() == 1


def test_after_the_closing_nobody_gives_more_than_before(cast, client):
    survey, [token, *_] = opened(cast, is_anonymous=False)
    say(client, token, "言葉", "anonymous")
    close(survey)
    assert client.post(page_of(token), {"deed": "consent", "consent": "company"}).status_code == 200
    assert Feedback.objects.get().consent == Consent.ANONYMOUS
    values = [survey_token_hash(token), answer_key(token)]
    with seen_by(None):
        assert fetch("SELECT app.answer_survey(%s, %s, NULL, '', 'ja', 'company')", values) == [("closed",)]
    client.post(page_of(token), {"deed": "consent", "consent": "none"})
    assert Feedback.objects.get().consent == Consent.NONE
    assert Feedback.objects.get().consent_changed_at is not None


def test_where_nothing_was_said_there_is_nothing_to_consent_to(cast, client):
    survey, [token, *_] = opened(cast)
    say(client, token)
    close(survey)
    response = client.get(page_of(token))
    assert response.context["form"] is None
    assert client.post(page_of(token), {"deed": "consent", "consent": "anonymous"}).status_code == 200
    assert Feedback.objects.get().consent == Consent.NONE


def test_whoever_is_signed_in_gets_the_same_page(cast, sign_in):
    _survey, [token, *_] = opened(cast)
    client = sign_in(cast.people["neighbour"])
    response = client.get(page_of(token))
    assert (response.status_code, words(response, "h1")) == (200, ["セミナーはいかがでしたか"])
    assert say(client, token, "言葉").status_code == 302
    assert Feedback.objects.get().company_id is None


def test_own_surveys_are_those_of_ones_own_people(cast):

    survey = make_survey(cast)
    manager = cast.people["manager"]
    make_attendance(survey.session, manager.people.get())
    attend(survey, cast.company)
    invite(cast, survey)
    with seen_by(manager):
        [own] = own_surveys().values()
    assert own.session_id == survey.session_id
    assert own.invitation_id == SurveyInvitation.objects.get(person__user=manager).pk
    with seen_by(cast.people["staff"]):
        assert own_surveys() == {}
    with seen_by(None):
        assert own_surveys() == {}
