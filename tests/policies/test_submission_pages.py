"""The check page, the receipt and taking back, as people meet them."""

import pytest
from django.urls import reverse

from policies.enums import State
from policies.models import Cycle, Evidence, Submission
from tests.counting import queries_of
from tests.factories.talk import make_comment, make_paragraph, make_suggestion
from tests.policies.deciding import TODAY, consult, submit, submitted, write_whole_text
from tests.policies.reviewing import cycle_of
from tests.reading import words


def url(cast, name: str = "check") -> str:
    return reverse(f"policies:{name}", args=[cast.company.pk])


def filled(**fields) -> dict:
    return {"is_ready": "on", "message": "よろしくお願いします。"} | fields


EXPERTISE = {"expertise_on": str(TODAY), "expertise_who": "山田社労士", "expertise_text": "重点課題を一緒に選んだ。"}


def test_the_page_shows_every_section_in_order_with_a_way_to_change_it(cast, sign_in):
    write_whole_text(cast, without=("law",))
    response = sign_in(cast.people["staff"]).get(url(cast))
    shown = [part.code for part in response.context["parts"]]
    assert shown == [
        "positioning", "scope", "commitment", "law", "expectations", "salient", "implementation", "contact", "closing",
    ]  # fmt: skip
    assert [part.code for part in response.context["parts"] if part.is_empty] == ["law"]
    html = response.content.decode()
    for part in response.context["parts"]:
        assert f'href="{part.change_url}"' in html
    assert "当社は、長時間労働" in html


def test_what_is_to_be_mended_leads_to_the_very_paragraph(cast, sign_in):
    paragraph = write_whole_text(cast, contact="相談窓口は［部署名］です。")["contact"]
    response = sign_in(cast.people["staff"]).get(url(cast))
    ((text, address),) = response.context["errors"]
    assert "［部署名］" in text
    assert address == f"{reverse('policies:section', args=[cast.company.pk, 'contact'])}#p-{paragraph.pk}"
    assert f'href="{address}"' in response.content.decode()


def test_open_talk_is_listed_and_does_not_stop(cast, sign_in):
    paragraphs = write_whole_text(cast)
    consult(cast)
    comment = make_comment(cycle_of(cast), cast.people["adviser"], "根拠は何ですか。", paragraph=paragraphs["salient"])
    suggestion = make_suggestion(paragraphs["law"], cast.people["adviser"], "法令を守ります。")
    client = sign_in(cast.people["staff"])
    html = client.get(url(cast)).content.decode()
    assert "根拠は何ですか。" in html
    assert f"#thread-{comment.pk}" in html
    assert f"#suggestion-{suggestion.pk}" in html
    assert client.post(url(cast), filled()).status_code == 302
    assert cycle_of(cast).state == State.SUBMITTED


def test_expertise_is_asked_here_and_recorded_with_the_submission(cast, sign_in):
    write_whole_text(cast)
    client = sign_in(cast.people["staff"])
    assert "expertise_on" in client.get(url(cast)).context["form"].fields
    response = client.post(url(cast), filled(**EXPERTISE))
    assert (response.status_code, response["Location"]) == (302, url(cast, "submitted"))
    evidence = Evidence.objects.get()
    assert (evidence.kind, evidence.who, evidence.happened_on) == ("expertise", "山田社労士", TODAY)
    assert Submission.objects.count() == 1


def test_what_is_missing_keeps_everything_typed_and_writes_nothing(cast, sign_in):
    write_whole_text(cast, without=("law",))
    response = sign_in(cast.people["staff"]).post(url(cast), filled(**EXPERTISE))
    assert response.status_code == 200
    assert (Submission.objects.count(), Evidence.objects.count()) == (0, 0)
    html = response.content.decode()
    assert "山田社労士" in html
    assert "よろしくお願いします。" in html
    assert html.index('class="errors"') < html.index("<h1")


def test_without_the_declaration_nothing_is_submitted(cast, sign_in):
    write_whole_text(cast)
    consult(cast)
    response = sign_in(cast.people["staff"]).post(url(cast), {"message": ""})
    assert response.context["form"].errors.keys() == {"is_ready"}
    assert cycle_of(cast).state == State.DRAFTING


@pytest.mark.parametrize(
    ("field", "value"),
    [("message", "あ" * 501), ("message", "a\x00b"), ("expertise_who", "a\x00b"), ("expertise_on", "2999-01-01")],
)
def test_bad_input_is_said_at_the_field(cast, sign_in, field, value):
    write_whole_text(cast)
    response = sign_in(cast.people["staff"]).post(url(cast), filled(**(EXPERTISE | {field: value})))
    assert list(response.context["form"].errors) == [field]
    assert Submission.objects.count() == 0


def test_markup_in_a_text_is_shown_as_text(cast, sign_in):
    write_whole_text(cast, law="<script>alert(1)</script>")
    html = sign_in(cast.people["staff"]).get(url(cast)).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "<script>alert(1)" not in html


def test_a_second_press_gets_the_first_ones_receipt(cast, sign_in):
    write_whole_text(cast)
    consult(cast)
    client = sign_in(cast.people["staff"])
    first, second = (client.post(url(cast), filled()) for _ in range(2))
    assert first["Location"] == second["Location"] == url(cast, "submitted")
    assert Submission.objects.count() == 1


@pytest.mark.parametrize("state", [State.ENDORSED, State.APPROVED, State.PUBLISHED])
def test_when_it_is_not_the_time_the_page_says_whose_turn_it_is(cast, sign_in, state):
    write_whole_text(cast)
    Cycle.objects.update(state=state)
    client = sign_in(cast.people["staff"])
    response = client.get(url(cast))
    assert response.context["turn"]
    assert "form" not in response.content.decode().split("<main")[1]
    assert client.post(url(cast), filled(**EXPERTISE)).status_code == 302
    assert Submission.objects.count() == 0


def test_the_receipt_says_number_who_and_by_when(cast, sign_in):
    submitted(cast)
    submission = Submission.objects.get()
    response = sign_in(cast.people["manager"]).get(url(cast, "submitted"))
    html = response.content.decode()
    assert words(response, "p", "reference") == [submission.reference]
    assert submission.adviser.name in html
    assert response.context["due_on"] in html
    assert url(cast, "withdraw") in html


def test_the_receipt_of_an_answered_submission_says_so(cast, sign_in):
    submitted(cast)
    Submission.objects.update(closed_at="2026-01-01T00:00Z")
    Cycle.objects.update(state=State.ENDORSED)
    html = sign_in(cast.people["manager"]).get(url(cast, "submitted")).content.decode()
    assert url(cast, "withdraw") not in html


def test_without_a_submission_there_is_no_receipt(cast, sign_in):
    assert sign_in(cast.people["manager"]).get(url(cast, "submitted")).status_code == 404


def test_taking_back_asks_first(cast, sign_in):
    submitted(cast)
    client = sign_in(cast.people["staff"])
    assert client.get(url(cast, "withdraw")).status_code == 200
    assert cycle_of(cast).state == State.SUBMITTED
    assert client.post(url(cast, "withdraw")).status_code == 302
    assert cycle_of(cast).state == State.DRAFTING
    assert client.post(url(cast, "withdraw")).status_code == 302  # a second press is told, and changes nothing


@pytest.mark.parametrize("name", ["check", "submitted", "withdraw"])
@pytest.mark.parametrize(
    ("who", "status"),
    [("manager", 200), ("staff", 200), ("adviser", 403), ("secretariat", 404), ("neighbour", 404), ("nobody", 404)],
)
def test_pages_by_role(cast, sign_in, name, who, status):
    write_whole_text(cast)
    consult(cast)
    if name != "check":
        submit(cast)
    assert sign_in(cast.people[who]).get(url(cast, name)).status_code == status


def test_the_number_of_questions_to_the_database_does_not_grow_with_the_text(cast, sign_in):
    write_whole_text(cast)
    consult(cast)
    client = sign_in(cast.people["staff"])
    first = make_paragraph(cycle_of(cast), code="scope", ja="一段落。")
    make_comment(cycle_of(cast), cast.people["adviser"], "1", paragraph=first)
    make_suggestion(first, cast.people["adviser"], "案1")
    few = len(queries_of(client, url(cast)))
    for number in range(30):
        paragraph = make_paragraph(cycle_of(cast), code="scope", ja=f"段落{number}。")
        make_comment(cycle_of(cast), cast.people["adviser"], "2", paragraph=paragraph)
        make_suggestion(paragraph, cast.people["adviser"], "案2")
        consult(cast)
    assert len(queries_of(client, url(cast))) == few
