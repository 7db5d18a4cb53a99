"""The company's page of sessions: cards, one press a person, apologies, and what each reader is shown."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from companies.models import Person
from programmes.models import Arrival, Attendance
from programmes.services.certificates import issue_certificates, keep_files
from tests.counting import queries_of
from tests.factories import make_attendance, make_person, make_session
from tests.programmes.surveying import attend, close, held_session, invite, make_survey, say, token_of
from tests.reading import rows, words
from tests.roles import seen_by

LINK = "https://meet.example/room"


@pytest.fixture
def session(cast):
    return make_session(
        cast.programme,
        title_ja="ワークショップ",
        title_en="Workshop",
        starts_at=timezone.now() + timedelta(days=10),
        capacity_onsite=1,
        preparation_ja="自社の取引先の一覧をお持ちください。",
    )


@pytest.fixture
def person(cast):
    return make_person(cast.company, name_ja="髙橋 陽子", title="総務課")


def read(response) -> str:
    """Return the words of the page, without its frame."""
    [text] = words(response, "main")
    return text


def page_of(company) -> str:
    return reverse("programmes:company_sessions", args=[company.pk])


def address(company, session) -> str:
    return reverse("programmes:register", args=[company.pk, session.pk])


def press(client, cast, session, person, choice, **headers):
    data = {"person": person.pk, "choice": choice, "from": "list"}
    return client.post(address(cast.company, session), data, headers=headers)


def standing(person) -> tuple:
    row = Attendance.objects.get(person=person)
    return row.registration, row.planned_mode


def test_a_card_says_all_that_is_needed_to_decide(cast, session, person, sign_in):
    text = read(sign_in(cast.people["staff"]).get(page_of(cast.company)))
    for wanted in (
        "ワークショップ",
        "会議室",
        "申し込み",
        "自社の取引先の一覧をお持ちください。",
        "髙橋 陽子",
        "総務課",
        "欠席",
    ):
        assert wanted in text


def test_one_press_registers_and_leads_back_to_the_line(cast, session, person, sign_in):
    response = press(sign_in(cast.people["staff"]), cast, session, person, "onsite")
    assert (response.status_code, response["Location"]) == (
        302,
        f"{page_of(cast.company)}#p-{session.pk}-{person.pk}",
    )
    assert standing(person) == ("registered", "onsite")


def test_with_a_script_the_card_alone_comes_back_with_the_focus_on_what_changed(cast, session, person, sign_in):
    response = press(sign_in(cast.people["staff"]), cast, session, person, "online", HX_Request="true")
    body = response.content.decode()
    assert response.status_code == 200
    assert "<html" not in body
    assert body.count("data-focus") == 1
    assert f'id="s-{session.pk}"' in body
    assert body.count('aria-pressed="true"') == 1


def test_absent_says_no_at_once_and_asks_for_a_reason_where_a_place_is_given_up(cast, session, person, sign_in):
    client = sign_in(cast.people["staff"])
    press(client, cast, session, person, "absent")
    assert standing(person) == ("apologised", "onsite")
    press(client, cast, session, person, "onsite")
    apology = reverse("programmes:apologise", args=[cast.company.pk, session.pk, person.pk])
    response = press(client, cast, session, person, "absent")
    assert (response.status_code, response["Location"]) == (302, apology)
    response = press(client, cast, session, person, "absent", HX_Request="true")
    assert (response.status_code, response["HX-Redirect"]) == (204, apology)
    assert standing(person) == ("registered", "onsite")


def test_an_apology_has_a_reason_and_may_have_a_deputy(cast, session, person, sign_in):
    client, deputy = sign_in(cast.people["staff"]), make_person(cast.company, name_ja="代理 次郎")
    press(client, cast, session, person, "onsite")
    url = reverse("programmes:apologise", args=[cast.company.pk, session.pk, person.pk])
    assert "代理 次郎" in read(client.get(url))
    assert "理由" in read(client.post(url, {"reason": ""}))
    assert standing(person) == ("registered", "onsite")
    response = client.post(url, {"reason": "出張のため", "deputy": deputy.pk})
    assert response.status_code == 302
    assert (standing(person), standing(deputy)) == (("apologised", "onsite"), ("registered", "onsite"))
    text = read(client.get(page_of(cast.company)))
    assert "出張のため" in text
    assert "髙橋 陽子" in text


def test_a_registration_by_mistake_is_taken_back_without_a_reason(cast, session, person, sign_in):
    client = sign_in(cast.people["staff"])
    press(client, cast, session, person, "onsite")
    url = reverse("programmes:apologise", args=[cast.company.pk, session.pk, person.pk])
    client.post(url, {"withdraw": "yes"})
    assert standing(person) == ("cancelled", "onsite")


def test_a_deputy_of_another_company_is_no_choice(cast, session, person, sign_in):
    client, other = sign_in(cast.people["staff"]), make_person(cast.neighbour.company, name_ja="隣 太郎")
    press(client, cast, session, person, "onsite")
    url = reverse("programmes:apologise", args=[cast.company.pk, session.pk, person.pk])
    response = client.post(url, {"reason": "R", "deputy": other.pk})
    assert response.status_code == 200
    assert "隣 太郎" not in read(response)
    assert standing(person) == ("registered", "onsite")


@pytest.mark.parametrize("headers", [{}, {"HX_Request": "true"}])
def test_what_cannot_be_done_is_said_at_the_line_and_changes_nothing(cast, session, person, sign_in, headers):
    client = sign_in(cast.people["staff"])
    press(client, cast, session, person, "online")
    make_attendance(session, make_person(cast.neighbour.company), attended=None)
    response = press(client, cast, session, person, "onsite", **headers)
    assert response.status_code == 409
    assert "attendee-trouble" in response.content.decode()
    assert standing(person) == ("registered", "online")


def test_a_full_session_offers_the_waiting_list_and_says_the_number(cast, session, person, sign_in):
    make_attendance(session, make_person(cast.neighbour.company), attended=None)
    client = sign_in(cast.people["staff"])
    assert "キャンセル待ち" in read(client.get(page_of(cast.company)))
    press(client, cast, session, person, "onsite")
    assert standing(person) == ("waiting", "onsite")
    assert "キャンセル待ち1番目" in read(client.get(page_of(cast.company)))


def test_people_of_others_and_nonsense_register_nobody(cast, session, person, sign_in):
    client, other = sign_in(cast.people["staff"]), make_person(cast.neighbour.company)
    assert press(client, cast, session, other, "onsite").status_code == 404
    for data in ({}, {"person": "x", "choice": "onsite"}):
        assert client.post(address(cast.company, session), data).status_code == 404
    assert press(client, cast, session, person, "sideways").status_code == 409
    assert not Attendance.objects.exists()


@pytest.mark.parametrize(("who", "status"), [("adviser", 403), ("secretariat", 403), ("neighbour", 404)])
def test_only_the_companys_people_press(cast, session, person, sign_in, who, status):
    client = sign_in(cast.people[who])
    assert press(client, cast, session, person, "onsite").status_code == status
    assert not Attendance.objects.exists()


@pytest.mark.parametrize("who", ["adviser", "secretariat"])
def test_those_from_outside_see_who_comes_and_nothing_to_press(cast, session, person, sign_in, who):
    make_attendance(session, person, attended=None)
    response = sign_in(cast.people[who]).get(page_of(cast.company))
    assert "髙橋 陽子" in read(response)
    assert "aria-pressed" not in response.content.decode()


def test_after_the_deadline_one_can_only_send_an_apology(cast, session, person, sign_in):
    make_attendance(session, person, attended=None)
    session.registration_ends_at = timezone.now() - timedelta(hours=1)
    session.save()
    response = sign_in(cast.people["staff"]).get(page_of(cast.company))
    body = response.content.decode()
    assert "aria-pressed" not in body
    assert reverse("programmes:apologise", args=[cast.company.pk, session.pk, person.pk]) in body


# --- The way in -------------------------------------------------------------------------------------------------------


@pytest.fixture
def ways(session):
    own = {"session": session, "programme": session.programme}
    Arrival.objects.create(mode="online", url=LINK, note_ja="入室名は会社名で。", **own)
    Arrival.objects.create(mode="onsite", url="https://map.example/", note_ja="3階の受付へ。", **own)


@pytest.mark.parametrize(
    ("mode", "registration", "seen"),
    [
        ("online", "registered", "入室名は会社名で。"),
        ("onsite", "registered", "3階の受付へ。"),
        ("online", "waiting", ""),
        ("online", "apologised", ""),
    ],
)
def test_the_way_in_is_for_who_is_registered_in_that_mode(cast, session, ways, sign_in, mode, registration, seen):
    staff = cast.people["staff"]
    row = make_attendance(session, cast.company.people.get(user=staff), mode=mode, attended=None)
    since = timezone.now() if registration == "waiting" else None
    Attendance.objects.filter(pk=row.pk).update(registration=registration, waiting_since=since)
    text = read(sign_in(staff).get(page_of(cast.company)))
    shown = [note for note in ("入室名は会社名で。", "3階の受付へ。") if note in text]
    assert shown == [seen] * bool(seen)


def test_a_colleague_does_not_see_the_link_of_another(cast, session, person, ways, sign_in):
    make_attendance(session, person, mode="online", attended=None)
    assert "入室名は会社名で。" not in read(sign_in(cast.people["staff"]).get(page_of(cast.company)))


@pytest.mark.parametrize(("minutes", "is_open"), [(20, False), (10, True)])
def test_the_link_can_be_pressed_from_a_quarter_of_an_hour_before(cast, session, ways, sign_in, minutes, is_open):
    staff = cast.people["staff"]
    make_attendance(session, cast.company.people.get(user=staff), mode="online", attended=None)
    session.starts_at = timezone.now() + timedelta(minutes=minutes)
    session.ends_at = session.starts_at + timedelta(hours=2)
    session.save()
    body = sign_in(staff).get(page_of(cast.company)).content.decode()
    assert (LINK in body) is is_open


# --- Lists ------------------------------------------------------------------------------------------------------------


def test_a_company_without_sessions_is_told_what_comes(cast, sign_in):
    text = read(sign_in(cast.people["staff"]).get(page_of(cast.company)))
    assert "いまのところ予定されているセミナーはありません" in text


def test_thirty_sessions_and_people_take_as_many_statements_as_one(cast, session, person, sign_in):
    client = sign_in(cast.people["staff"])
    make_attendance(session, person, attended=None)
    few = queries_of(client, page_of(cast.company))
    for number in range(29):
        another = make_session(cast.programme, starts_at=timezone.now() + timedelta(days=number + 1))
        make_attendance(another, make_person(cast.company), attended=None)
    assert len(queries_of(client, page_of(cast.company))) == len(few)


# --- After a session --------------------------------------------------------------------------------------------------


def after(response) -> list[str]:
    """What the table of past sessions says beside who came: of the survey, and of certificates."""
    (row,) = rows(response)
    return row[3:]


@pytest.fixture
def surveyed(cast):
    """A session with an open survey, to which somebody of the staff and somebody without an account were asked."""
    survey = make_survey(cast)
    attend(survey, cast.company, email="")
    make_attendance(survey.session, Person.objects.get(user=cast.people["staff"]))
    invite(cast, survey)
    return survey


def test_an_open_survey_is_said_to_all_and_its_way_to_those_who_were_asked(cast, surveyed, sign_in):
    page = page_of(cast.company)
    asked, _certificates = after(sign_in(cast.people["staff"]).get(page))
    assert asked.endswith("メールでリンクをお送りしています。 アンケートへ")
    for who in ("manager", "adviser"):
        said, _certificates = after(sign_in(cast.people[who]).get(page))
        assert "参加された方には、メールでリンクをお送りしています。" in said
        assert "アンケートへ" not in said
    body = sign_in(cast.people["staff"]).get(page).content.decode()
    session = surveyed.session
    assert f"{reverse('programmes:session', args=[session.programme_id, session.pk])}#survey" in body
    assert "/survey/" not in body


def test_what_somebody_answered_changes_nothing_that_others_read(cast, surveyed, sign_in, client):
    page = page_of(cast.company)
    before = after(sign_in(cast.people["manager"]).get(page))
    say(client, token_of(Person.objects.get(user=cast.people["staff"]), surveyed))
    assert after(sign_in(cast.people["manager"]).get(page)) == before
    assert "回答を変更する" in after(sign_in(cast.people["staff"]).get(page))[0]
    close(surveyed)
    for who in ("staff", "manager"):
        assert "に締め切られました。" in after(sign_in(cast.people[who]).get(page))[0]


def test_a_draft_of_a_survey_and_one_of_a_session_without_the_company_are_not_mentioned(cast, sign_in):
    survey = make_survey(cast)
    page = page_of(cast.company)
    attend(survey, cast.neighbour.company)
    invite(cast, survey)
    assert after(sign_in(cast.people["staff"]).get(page)) == ["–", "–"]


def test_certificates_are_counted_with_the_way_to_them(cast, surveyed, sign_in):
    secretary = cast.people["secretariat"]
    with seen_by(secretary):
        issued = issue_certificates(session=surveyed.session, actor=secretary, now=timezone.now())
        assert after(sign_in(cast.people["staff"]).get(page_of(cast.company)))[1] == "–"
        keep_files(drawn=[(each, "a.pdf", b"%PDF") for each in issued], actor=secretary)
    response = sign_in(cast.people["staff"]).get(page_of(cast.company))
    assert after(response)[1].startswith("2通")
    assert reverse("programmes:company_certificates", args=[cast.company.pk]) in response.content.decode()


def test_thirty_sessions_held_take_as_many_statements_as_one(cast, surveyed, sign_in):
    client = sign_in(cast.people["staff"])
    few = queries_of(client, page_of(cast.company))
    for number in range(29):
        survey = make_survey(cast, held_session(cast, code=f"X{number}"))
        attend(survey, cast.company)
        invite(cast, survey)
    assert len(queries_of(client, page_of(cast.company))) == len(few)
