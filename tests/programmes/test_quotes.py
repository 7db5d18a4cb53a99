"""The quote bank: what may be printed, its translations and permissions, and where it was printed."""

from datetime import date
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from audit.models import Event
from programmes.enums import AgendaKind, Consent
from programmes.models import AgendaItem, Feedback, QuoteUse, Remark, Speaker
from programmes.queries import quotes as questions_about
from programmes.services import quotes as services
from programmes.services.survey import change_own_consent
from reports.queries import printed_words, report_figures
from tests.counting import queries_of
from tests.factories import make_attendance, make_person, make_session
from tests.programmes.surveying import (
    HELD,
    attend,
    close,
    held_session,
    invite,
    make_survey,
    opened,
    page_of,
    say,
    token_of,
)
from tests.reading import words
from tests.roles import seen_by

DAY = date(2026, 11, 21)


@pytest.fixture(autouse=True)
def fresh_limits(db):
    cache.clear()


@pytest.fixture
def secretary(cast, sign_in):
    return sign_in(cast.people["secretariat"])


@pytest.fixture
def session(cast):
    return held_session(cast)


def make_comment(session, person, text="よかった。", consent=Consent.ANONYMOUS, **fields) -> Feedback:
    return Feedback.objects.create(
        session=session,
        programme=session.programme,
        company=person.company,
        person=person,
        comment_ja=text,
        consent=consent,
        **fields,
    )


def make_speaker(session) -> Speaker:
    item, _new = AgendaItem.objects.get_or_create(
        session=session, programme=session.programme, order=1, defaults={"kind": AgendaKind.LECTURE, "title_en": "Talk"}
    )
    return Speaker.objects.create(
        item=item, programme=session.programme, name_ja="芳賀 亮介", name_en="Ryosuke Haga", title_ja="社労士"
    )


def make_remark(session, text="方針は約束です。", **fields) -> Remark:
    speaker = make_speaker(session)
    return Remark.objects.create(
        session=session, programme=session.programme, speaker=speaker, text_ja=text, **({"permitted_on": DAY} | fields)
    )


def bank(cast, query="") -> str:
    return reverse("programmes:quotes", args=[cast.programme.pk]) + query


def figures(cast) -> dict:
    actor = cast.people["secretariat"]
    with seen_by(actor):
        return report_figures(cast.programme, as_of=DAY, edition="public", now=HELD)


# --- The bank -----------------------------------------------------------------------------------------------------------


def test_the_bank_says_who_said_it_only_where_that_was_agreed(cast, session, secretary):
    for consent in Consent:
        make_comment(session, make_person(cast.company), f"言葉 {consent}", consent)
    make_remark(session, permitted_on=None)
    cards = {card.text: card for card in secretary.get(bank(cast)).context["cards"]}
    assert {text: (card.by, card.is_permitted) for text, card in cards.items()} == {
        "言葉 none": ("参加者", False),
        "言葉 anonymous": ("参加者", True),
        "言葉 company": (cast.company.name, True),
        "方針は約束です。": ("芳賀 亮介 · 社労士", False),
    }


def test_the_filters(cast, session, secretary):
    make_comment(session, make_person(cast.company), "自由")
    make_comment(session, make_person(cast.company), "不可", Consent.NONE, comment_en="No.")
    recalled = make_comment(session, make_person(cast.company), "取消", Consent.NONE)
    other = held_session(cast, code="WL8")
    make_remark(other)
    QuoteUse.objects.create(programme=cast.programme, feedback=recalled, report_id=uuid4(), title="報告書")
    found = {
        "": {"自由", "不可", "取消", "方針は約束です。"},
        "?kind=comment": {"自由", "不可", "取消"},
        "?kind=remark": {"方針は約束です。"},
        "?permission=permitted": {"自由", "方針は約束です。"},
        "?permission=refused": {"不可", "取消"},
        "?permission=withdrawn": {"取消"},
        "?used=yes": {"取消"},
        "?used=no": {"自由", "不可", "方針は約束です。"},
        "?untranslated=yes": {"自由", "取消", "方針は約束です。"},
        f"?session={other.pk}": {"方針は約束です。"},
        "?kind=poem&permission=x&used=x&session=x": {"自由", "不可", "取消", "方針は約束です。"},
    }
    for query, texts in found.items():
        assert (query, {card.text for card in secretary.get(bank(cast, query)).context["cards"]}) == (query, texts)


def test_empty_and_narrowed_to_nothing_are_two_answers(cast, session, secretary):
    assert "引用できる言葉はまだありません" in secretary.get(bank(cast)).content.decode()
    make_comment(session, make_person(cast.company))
    assert "条件に合う言葉はありません" in secretary.get(bank(cast, "?kind=remark")).content.decode()


def test_comments_of_fewer_than_three_without_names_are_not_there(cast, client, secretary):
    survey, tokens = opened(cast)
    for token in tokens[:2]:
        say(client, token, "二人だけの言葉", "anonymous")
    close(survey)
    assert secretary.get(bank(cast)).context["cards"] == []
    row = Feedback.objects.first()
    assert secretary.get(reverse("programmes:quote", args=[cast.programme.pk, row.pk])).status_code == 404
    assert figures(cast)["sessions"][0]["comments"] == 0


def test_comments_of_three_without_names_are_by_a_participant(cast, client, secretary):
    survey, tokens = opened(cast)
    for token in tokens[:3]:
        say(client, token, "三人の言葉", "anonymous")
    assert secretary.get(bank(cast)).context["cards"] == []
    close(survey)
    cards = secretary.get(bank(cast)).context["cards"]
    assert [(card.by, card.permission) for card in cards] == [("参加者", str(Consent.ANONYMOUS.label))] * 3


def test_as_many_questions_for_thirty_as_for_one(cast, session, secretary):
    for number in range(2):
        comment = make_comment(session, make_person(cast.company), f"感想{number}")
        QuoteUse.objects.create(programme=cast.programme, feedback=comment, report_id=uuid4(), title="報告書")
        make_remark(session)
    queries_of(secretary, bank(cast))
    before = len(queries_of(secretary, bank(cast)))
    for number in range(24):
        comment = make_comment(session, make_person(cast.company), f"感想 {number}")
        if number < 2:
            make_remark(session)
        QuoteUse.objects.create(programme=cast.programme, feedback=comment, report_id=uuid4(), title="報告書")
    assert len(queries_of(secretary, bank(cast))) == before
    assert len(secretary.get(bank(cast)).context["cards"]) == 30


def test_others_do_not_get_in(cast, session, sign_in):
    comment = make_comment(session, make_person(cast.company))
    url = reverse("programmes:quote", args=[cast.programme.pk, comment.pk])
    # The bank is known to whoever takes part; a comment only to its company.
    expected = {"manager": (403, 403), "adviser": (403, 404), "other_secretariat": (404, 404), "stranger": (404, 404)}
    for role, statuses in expected.items():
        client = sign_in(cast.people[role])
        answered = client.get(bank(cast)).status_code, client.post(url, {"text": "x"}).status_code
        assert (role, answered) == (role, statuses)
    comment.refresh_from_db()
    assert comment.comment_en == ""


# --- Translations and remarks -------------------------------------------------------------------------------------------


def test_a_translation_is_written_beside_the_words_and_never_over_them(cast, session, secretary):
    comment = make_comment(session, make_person(cast.company), "<b>よかった</b>")
    url = reverse("programmes:quote", args=[cast.programme.pk, comment.pk])
    assert "&lt;b&gt;よかった&lt;/b&gt;" in secretary.get(url).content.decode()
    assert secretary.post(url, {"text": "It was good."}).status_code == 302
    comment.refresh_from_db()
    assert (comment.comment_ja, comment.comment_en, comment.language) == ("<b>よかった</b>", "It was good.", "ja")
    [card] = secretary.get(bank(cast)).context["cards"]
    assert (card.language, card.translation, card.translated_into) == ("ja", "It was good.", "en")
    assert Event.objects.filter(verb="feedback.translated", object_id=comment.pk).count() == 1


def test_a_remark_is_recorded_permitted_and_withdrawn(cast, session, secretary):
    speaker = make_speaker(session)
    new = reverse("programmes:new_remark", args=[cast.programme.pk])
    said = {"language": "ja", "text_ja": "人権は経営そのものです。"}
    assert secretary.post(new, {"speaker": speaker.pk, **said}).status_code == 302
    remark = Remark.objects.get()
    assert (remark.session, remark.permitted_on) == (session, None)
    url = reverse("programmes:remark", args=[cast.programme.pk, remark.pk])
    assert secretary.post(url, said | {"permitted_on": "2026-11-20"}).status_code == 302
    assert Remark.objects.quotable().count() == 1
    reworded = {"language": "ja", "text_ja": "人権は約束です。", "permitted_on": "2026-11-20"}
    assert list(secretary.post(url, reworded).context["form"].errors) == ["permitted_on"]
    translated = said | {"permitted_on": "2026-11-20", "text_en": "Human rights are management."}
    assert secretary.post(url, translated).status_code == 302
    assert secretary.post(url, translated | {"withdrawn_on": "2026-11-21"}).status_code == 302
    assert Remark.objects.quotable().count() == 0
    assert Event.objects.filter(object_id=remark.pk).count() == 4


@pytest.mark.parametrize(
    ("data", "wrong"),
    [
        ({"language": "en", "text_ja": "日本語だけ"}, "text_en"),
        ({"language": "ja", "text_ja": "x", "permitted_on": "2999-01-01"}, "permitted_on"),
        ({"language": "ja", "text_ja": "x", "withdrawn_on": "2026-11-01"}, "withdrawn_on"),
        (
            {"language": "ja", "text_ja": "x", "permitted_on": "2026-11-02", "withdrawn_on": "2026-11-01"},
            "withdrawn_on",
        ),
        ({"language": "fr", "text_ja": "x"}, "language"),
        ({"language": "ja", "text_ja": "x" * 2001}, "text_ja"),
    ],
)
def test_a_remark_that_cannot_stand_is_refused_at_its_field(cast, session, secretary, data, wrong):
    remark = make_remark(session, permitted_on=None)
    response = secretary.post(reverse("programmes:remark", args=[cast.programme.pk, remark.pk]), data)
    assert list(response.context["form"].errors) == [wrong]


def test_a_speaker_of_another_programme_is_nobody_here(cast, secretary):
    stranger = make_speaker(make_session(cast.other_programme))
    new = reverse("programmes:new_remark", args=[cast.programme.pk])
    response = secretary.post(new, {"speaker": stranger.pk, "language": "ja", "text_ja": "x"})
    assert (list(response.context["form"].errors), Remark.objects.count()) == (["speaker"], 0)


# --- The report ---------------------------------------------------------------------------------------------------------


def test_the_report_prints_what_is_permitted_and_who_only_where_agreed(cast, session):
    make_comment(session, make_person(cast.company), "会社名あり", Consent.COMPANY)
    make_comment(session, make_person(cast.company), "匿名")
    make_comment(session, make_person(cast.company), "不可", Consent.NONE)
    make_remark(session, text_en="A policy is a promise.")
    make_remark(session, "未許可", permitted_on=None)
    make_remark(session, "取消", withdrawn_on=DAY)
    [row] = figures(cast)["sessions"]
    company = {"company_ja": cast.company.name_ja, "company_en": cast.company.name_en}
    assert row["quotes"] == [
        {"comment_ja": "会社名あり", "comment_en": "", **company},
        {"comment_ja": "匿名", "comment_en": ""},
    ]
    assert row["remarks"] == [
        {
            "text_ja": "方針は約束です。",
            "text_en": "A policy is a promise.",
            "name_ja": "芳賀 亮介",
            "name_en": "Ryosuke Haga",
            "title_ja": "社労士",
            "title_en": "",
            "translated": "en",
        }
    ]
    assert (row["comments"], row["quotable"]) == (3, 2)


def test_without_remarks_the_figures_are_what_they_always_were(cast, session):
    make_comment(session, make_person(cast.company))
    [row] = figures(cast)["sessions"]
    assert "remarks" not in row
    assert row["quotes"] == [{"comment_ja": "よかった。", "comment_en": ""}]


def test_what_a_report_prints_is_written_down_once(cast, session):
    printed = make_comment(session, make_person(cast.company))
    make_comment(session, make_person(cast.company), "不可", Consent.NONE)
    remark = make_remark(session)
    make_remark(session, permitted_on=None)
    actor, report_id = cast.people["secretariat"], uuid4()
    with seen_by(actor):
        comments, remarks = printed_words(cast.programme, as_of=DAY)
        for _twice in range(2):
            services.record_quote_uses(
                programme=cast.programme,
                report_id=report_id,
                title="報告書",
                feedback_ids=comments,
                remark_ids=remarks,
            )
        assert printed_words(cast.programme, as_of=date(2026, 11, 1)) == ([], [])
    assert (comments, remarks) == ([printed.pk], [remark.pk])
    assert {(use.feedback_id, use.remark_id) for use in QuoteUse.objects.all()} == {
        (printed.pk, None),
        (None, remark.pk),
    }
    assert QuoteUse.objects.count() == 2


# --- One's own consent --------------------------------------------------------------------------------------------------


def test_ones_own_named_words_are_taken_back_from_the_sessions_page(cast, session, sign_in):
    manager = cast.people["manager"]
    comment = make_comment(session, manager.people.get(), "わたしの言葉", Consent.COMPANY)
    QuoteUse.objects.create(programme=cast.programme, feedback=comment, report_id=uuid4(), title="報告書 第1版")
    client = sign_in(manager)
    url = reverse("programmes:own_consent", args=[cast.programme.pk, session.pk])
    page = client.get(reverse("programmes:session", args=[cast.programme.pk, session.pk])).content.decode()
    assert url in page
    assert "報告書 第1版" in client.get(url).content.decode()
    assert client.post(url, {"consent": "none"}).status_code == 302
    comment.refresh_from_db()
    assert (comment.consent, comment.consent_changed_at is not None) == (Consent.NONE, True)
    assert figures(cast)["sessions"][0]["quotes"] == []
    [event] = Event.objects.filter(verb="feedback.consent_changed")
    assert (event.actor_id, event.detail) == (manager.pk, {"consent": "none"})


def test_the_words_of_a_colleague_are_not_ones_own(cast, session, sign_in):
    comment = make_comment(session, cast.people["manager"].people.get(), "部長の言葉")
    staff = cast.people["staff"]
    client = sign_in(staff)
    url = reverse("programmes:own_consent", args=[cast.programme.pk, session.pk])
    assert client.get(url).status_code == client.post(url, {"consent": "company"}).status_code == 404
    with seen_by(staff), pytest.raises(PermissionDenied):
        change_own_consent(feedback=comment, consent="none", actor=staff, now=HELD)


def test_the_session_page_shows_no_answer_without_a_name(cast, client, secretary):
    survey, tokens = opened(cast)
    for token in tokens:
        say(client, token, "無記名の言葉", "anonymous")
    close(survey)
    page = secretary.get(reverse("programmes:session", args=[cast.programme.pk, survey.session_id]))
    assert "無記名の言葉" not in page.content.decode()
    assert "アンケート" not in words(page, "h2")


def test_the_session_page_leads_to_ones_own_survey(cast, client, sign_in):
    survey = make_survey(cast)
    manager = cast.people["manager"]
    make_attendance(survey.session, manager.people.get())
    attend(survey, cast.company)
    invite(cast, survey)
    token = token_of(manager.people.get(), survey)
    url = reverse("programmes:session", args=[cast.programme.pk, survey.session_id])
    assert page_of(token) in sign_in(manager).get(url).content.decode()
    assert "/survey/" not in sign_in(cast.people["staff"]).get(url).content.decode()
    close(survey)
    card = sign_in(manager).get(url).context["own_survey"]
    assert (card.is_open, card.has_answered) == (False, False)


def test_only_the_secretariat_translates_and_records(cast, session):
    comment, speaker = make_comment(session, make_person(cast.company)), make_speaker(session)
    for role in ("manager", "adviser", "other_secretariat"):
        actor = cast.people[role]
        with seen_by(actor):
            with pytest.raises(PermissionDenied):
                services.translate_comment(feedback=comment, text="x", actor=actor)
            with pytest.raises(PermissionDenied):
                services.record_remark(
                    programme=cast.programme,
                    speaker=speaker,
                    texts={"ja": "x", "en": ""},
                    language="ja",
                    permitted_on=None,
                    actor=actor,
                )
    assert list(questions_about.remarks_of(cast.people["secretariat"], cast.programme)) == []
