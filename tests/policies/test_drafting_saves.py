"""Texts that a page saves by itself: one at a time, as JSON, with answers in words."""

import json
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from common.tenancy import acting_as
from policies import services
from policies.enums import SaveOutcome, Transition
from policies.models import Cycle, Paragraph, ParagraphSave, SettledSave
from policies.workflow import move
from tests.counting import FRAME_OF_A_TEST
from tests.policies.test_drafting_pages import text_of, write

LIMIT = 20_000


def address(paragraph: Paragraph) -> str:
    return reverse("policies:save", args=[paragraph.company_id, paragraph.pk])


def message(text, *, base_rev=1, operation=None, language="ja", **more) -> dict:
    return {
        "text": text,
        "base_rev": base_rev,
        "operation": str(operation or uuid4()),
        "language": language,
        **more,
    }


def send(client, url, body):
    data = body if isinstance(body, str) else json.dumps(body)
    return client.post(url, data, content_type="application/json")


@pytest.fixture
def one(cycle, staff) -> Paragraph:
    return write(cycle, staff, "一")[0]


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("manager", 200),
        ("staff", 200),
        ("adviser", 403),
        ("neighbour", 404),
        ("stranger", 404),
        ("unassigned_adviser", 404),
        ("former_adviser", 404),
        ("secretariat", 404),
        ("other_secretariat", 404),
        ("nobody", 404),
    ],
)
def test_who_may_save(cast, sign_in, one, who, status):
    client = sign_in(cast.people[who])
    assert send(client, address(one), message("二")).status_code == status
    assert text_of(one) == ("二" if status == 200 else "一")
    new = reverse("policies:save_new", args=[cast.company.pk, "law"])
    assert send(client, new, message("新", base_rev=0)).status_code == status
    assert Paragraph.objects.filter(section__code="law").count() == (1 if status == 200 else 0)


def test_whoever_is_signed_out_is_sent_to_sign_in_and_nothing_is_saved(client, one):
    response = send(client, address(one), message("二"))
    assert (response.status_code, response.url.split("?")[0]) == (302, "/accounts/login/")
    assert text_of(one) == "一"


def test_a_save_is_answered_with_its_rev_and_the_time(sign_in, staff, one):
    response = send(sign_in(staff), address(one), message("二"))
    assert response.json()["rev"] == 2
    assert response.json()["paragraph"] == str(one.pk)
    assert text_of(one) == "二"


def test_a_late_text_is_answered_with_both_and_kept(cast, sign_in, staff, one):
    send(sign_in(cast.people["manager"]), address(one), message("管理者"))
    response = send(sign_in(staff), address(one), message("<b>担当者</b>"))
    answer = response.json()
    assert (response.status_code, answer["rev"], text_of(one)) == (409, 2, "管理者")
    assert "&lt;b&gt;担当者&lt;/b&gt;" in answer["html"]
    assert "管理者" in answer["html"]
    assert "<b>担当者" not in answer["html"]
    assert ParagraphSave.objects.get(pk=answer["save"]).text == "<b>担当者</b>"


def test_the_same_operation_again_is_answered_and_not_saved_again(cast, sign_in, staff, one):
    client, operation = sign_in(staff), uuid4()
    first = send(client, address(one), message("二", operation=operation))
    send(sign_in(cast.people["manager"]), address(one), message("三", base_rev=2))
    again = send(client, address(one), message("二", operation=operation))
    # Its own rev and not the present one, whose text this page has never seen: its next save must not go through.
    assert (first.json()["rev"], again.json()["rev"], again.status_code) == (2, 2, 200)
    assert ParagraphSave.objects.filter(operation=operation).count() == 1
    assert send(client, address(one), message("四", base_rev=2)).status_code == 409


def test_a_page_that_is_closed_may_name_the_save_that_was_under_way(sign_in, staff, one):
    client, first = sign_in(staff), uuid4()
    send(client, address(one), message("二", operation=first))
    response = send(client, address(one), message("二の次", base_rev=1, follows=str(first)))
    assert (response.status_code, text_of(one)) == (200, "二の次")


def test_the_save_of_another_cannot_be_followed(cast, sign_in, staff, one):
    theirs = uuid4()
    send(sign_in(cast.people["manager"]), address(one), message("管理者", operation=theirs))
    response = send(sign_in(staff), address(one), message("担当者", base_rev=1, follows=str(theirs)))
    assert (response.status_code, text_of(one)) == (409, "管理者")


@pytest.mark.parametrize(
    "body",
    [
        message("N\x00L"),
        message("半\ud800分"),
        message("長" * (LIMIT + 1)),
        message(5),
        message("二", base_rev=-1),
        message("二", base_rev=2**40),
        message("二", operation="nonsense"),
        message("二", language="fr"),
        {},
        "[]",
        "{",
        "\x00",
    ],
)
def test_what_cannot_be_kept_is_refused_in_words(sign_in, staff, one, body):
    response = send(sign_in(staff), address(one), body)
    assert response.status_code == 422
    assert len(response.json()["said"]) > 5
    assert text_of(one) == "一"


def test_a_text_over_the_limit_can_be_made_shorter(sign_in, staff, cycle, monkeypatch):
    (long,) = write(cycle, staff, "長" * 100)
    monkeypatch.setattr("policies.services.texts.MAX_SECTION_CHARACTERS", 50)
    client = sign_in(staff)
    assert send(client, address(long), message("長" * 90)).status_code == 200
    assert send(client, address(long), message("長" * 91, base_rev=2)).status_code == 422


def test_when_it_may_not_be_written_the_answer_says_whose_turn_it_is(cast, sign_in, staff, cycle, one):
    adviser = cast.people["adviser"]
    for actor, transition in (
        (staff, Transition.SUBMIT),
        (adviser, Transition.START_REVIEW),
        (adviser, Transition.ENDORSE),
    ):
        with acting_as(actor.pk):
            move(cycle=cycle, transition=transition, actor=actor, today=cycle.opened_at.date())
    response = send(sign_in(staff), address(one), message("二"))
    assert (response.status_code, response.json()["said"]) == (423, str(services.NotEditable("endorsed")))
    assert text_of(one) == "一"


def test_a_text_of_a_paragraph_that_was_taken_out_is_kept_and_said(sign_in, staff, one):
    with acting_as(staff.pk):
        services.remove_paragraph(paragraph=one, actor=staff, now=one.created_at)
    response = send(sign_in(staff), address(one), message("二"))
    assert (response.status_code, text_of(one)) == (200, "二")
    assert response.json()["said"] != ""


def test_the_first_text_of_a_section_makes_one_paragraph_however_often_it_is_sent(cast, sign_in, staff, cycle):
    url, body = reverse("policies:save_new", args=[cast.company.pk, "law"]), message("法令", base_rev=0)
    client = sign_in(staff)
    first, second = send(client, url, body).json(), send(client, url, body).json()
    assert first["paragraph"] == second["paragraph"]
    assert first["address"] == address(Paragraph.objects.get())
    assert send(client, first["address"], message("法令を守る", base_rev=first["rev"])).status_code == 200
    assert text_of(Paragraph.objects.get()) == "法令を守る"
    missing = reverse("policies:save_new", args=[cast.company.pk, "nonsense"])
    assert send(client, missing, body).status_code == 404


@pytest.mark.parametrize(("choice", "text"), [("mine", "担当者"), ("theirs", "管理者"), ("merged", "二人")])
def test_a_choice_in_place(cast, sign_in, staff, one, choice, text):
    send(sign_in(cast.people["manager"]), address(one), message("管理者"))
    client = sign_in(staff)
    lost = send(client, address(one), message("担当者")).json()["save"]
    url = reverse("policies:conflict", args=[cast.company.pk, UUID(lost)])
    body = {"choice": choice, "text": text, "base_rev": 2, "operation": str(uuid4())}
    answer = send(client, url, body)
    assert (answer.status_code, text_of(one)) == (200, text)
    assert SettledSave.objects.get(save_of=lost).choice == choice
    assert send(client, url, {}).status_code == 422


def test_an_unsettled_text_of_another_company_is_not_there(cast, sign_in, staff, one):
    send(sign_in(cast.people["manager"]), address(one), message("管理者"))
    lost = send(sign_in(staff), address(one), message("担当者")).json()["save"]
    url = reverse("policies:conflict", args=[cast.neighbour.company_id, UUID(lost)])
    assert sign_in(cast.people["neighbour"]).get(url).status_code == 404
    assert (
        sign_in(cast.people["adviser"])
        .get(url.replace(str(cast.neighbour.company_id), str(cast.company.pk)))
        .status_code
        == 403
    )


@pytest.mark.parametrize(("has_english", "most"), [(False, 12), (True, 13)])
def test_a_save_asks_the_database_as_often_for_thirty_paragraphs_as_for_one(
    sign_in,
    staff,
    cycle,
    one,
    has_english,
    most,
):
    Cycle.objects.filter(pk=cycle.pk).update(has_english=has_english)
    client, counts = sign_in(staff), []
    for rev in (1, 2):
        with CaptureQueriesContext(connection) as captured:
            assert send(client, address(one), message("文" * (rev + 1), base_rev=rev)).status_code == 200
        asked = [each["sql"] for each in captured.captured_queries if not each["sql"].startswith(FRAME_OF_A_TEST)]
        counts.append(len(asked))
        write(cycle, staff, *["文"] * 29)
    assert counts == [most, most], "\n".join(asked)


def test_every_acknowledged_save_is_in_the_history(sign_in, staff, cycle, one):
    client = sign_in(staff)
    for rev in range(1, 6):
        assert send(client, address(one), message(f"文{rev}", base_rev=rev)).status_code == 200
    entries = client.get(reverse("policies:history", args=[one.company_id])).context["entries"]
    told = [save.text for entry in entries for save in (entry.save, *entry.steps)]
    assert told == ["文5", "文4", "文3", "文2", "文1", "一"]
    assert ParagraphSave.objects.filter(outcome=SaveOutcome.KEPT, language="ja").count() == 6
