"""Writing through the pages, as plain forms: who may, what is saved, what is shown again, and that nothing is lost."""

import pytest
from django.urls import reverse

from common.tenancy import acting_as
from policies import services
from policies.enums import SaveOutcome, State, Transition
from policies.models import Cycle, Paragraph, ParagraphSave, ParagraphText, Section, SettledSave
from policies.workflow import move
from tests.counting import queries_of
from tests.reading import words

LIMIT = 20_000


def page(company, code="scope") -> str:
    return reverse("policies:section", args=[company.pk, code])


def write(cycle, staff, *texts, code="scope", english="") -> list[Paragraph]:
    """Put paragraphs into a section as a member does."""
    with acting_as(staff.pk):
        section = services.begin_sections(cycle=cycle, actor=staff)[code]
        return [
            services.add_paragraph(section=section, texts={"ja": text, "en": english}, actor=staff) for text in texts
        ]


def form(paragraphs, **more) -> dict:
    """What the browser sends of a page, unchanged."""
    rows = ParagraphText.objects.filter(paragraph__in=paragraphs, language="ja")
    fields = {f"text-{row.paragraph_id}-ja": row.text for row in rows}
    return fields | {f"rev-{row.paragraph_id}-ja": str(row.rev) for row in rows} | {"do": "stay"} | more


def text_of(paragraph, language="ja") -> str:
    return ParagraphText.objects.get(paragraph=paragraph, language=language).text


# --- Who may --------------------------------------------------------------------------------------------------------------


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
def test_only_people_of_the_company_write(cast, sign_in, who, status):
    client = sign_in(cast.people[who])
    pages = [page(cast.company), reverse("policies:history", args=[cast.company.pk])]
    assert [client.get(address).status_code for address in pages] == [status, status]
    answered = client.post(page(cast.company), {"text-new-ja": "T", "do": "stay"}).status_code
    assert answered == (302 if status == 200 else status)
    assert Paragraph.objects.count() == (1 if status == 200 else 0)


def test_a_section_that_the_catalogue_does_not_know_is_not_there(cast, sign_in, staff):
    assert sign_in(staff).get(page(cast.company, "nonsense")).status_code == 404


# --- Saving -----------------------------------------------------------------------------------------------------------------


def test_the_first_text_of_a_section_makes_its_first_paragraph(cast, sign_in, staff, cycle):
    client = sign_in(staff)
    assert Section.objects.count() == 0
    response = client.get(page(cast.company))
    assert 'name="text-new-ja"' in response.content.decode()
    assert Section.objects.count() == 0  # looking writes nothing
    response = client.post(page(cast.company), {"text-new-ja": "すべての社員に\r\n適用します。", "do": "save"})
    assert response.url == page(cast.company, "commitment")
    assert text_of(Paragraph.objects.get()) == "すべての社員に\n適用します。"


def test_a_page_saves_all_its_texts_at_once(cast, sign_in, staff, cycle):
    one, two = write(cycle, staff, "一", "二")
    sent = form([one, two]) | {f"text-{one.pk}-ja": "一の次", f"text-{two.pk}-ja": "二の次", "filled": "yes"}
    assert sign_in(staff).post(page(cast.company), sent).status_code == 302
    assert [text_of(one), text_of(two)] == ["一の次", "二の次"]
    assert Section.objects.get(code="scope").is_filled is True


def test_a_text_nobody_touched_is_not_saved_and_takes_nothing_back(cast, sign_in, staff, cycle):
    one, two = write(cycle, staff, "一", "二")
    stale = form([one, two]) | {f"text-{two.pk}-ja": "二の次"}
    with acting_as(cast.people["manager"].pk):
        services.save_paragraph(
            paragraph=one,
            language="ja",
            text="別の人の一",
            base_rev=1,
            operation=one.pk,
            actor=cast.people["manager"],
            now=None,
        )
    assert sign_in(staff).post(page(cast.company), stale).status_code == 302
    assert [text_of(one), text_of(two)] == ["別の人の一", "二の次"]
    assert not ParagraphSave.objects.filter(outcome=SaveOutcome.LOST).exists()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("長" * (LIMIT + 1), "20,000"),
        ("N\x00L", "NUL"),
    ],
)
def test_a_text_that_cannot_be_kept_is_shown_again_as_typed_with_the_reason(
    cast, sign_in, staff, cycle, text, sentence
):
    one, two = write(cycle, staff, "一", "二")
    sent = form([one, two]) | {f"text-{one.pk}-ja": text, f"text-{two.pk}-ja": "二の次"}
    response = sign_in(staff).post(page(cast.company), sent)
    assert response.status_code == 422
    assert sentence in words(response, "ul", "field-error")[0]
    assert response.context["passages"][0].boxes[0].text == text
    # One refused text takes no other along.
    assert [text_of(one), text_of(two)] == ["一", "二の次"]


def test_a_first_text_that_is_too_long_stays_on_the_page(cast, sign_in, staff):
    response = sign_in(staff).post(page(cast.company), {"text-new-ja": "長" * (LIMIT + 1), "do": "stay"})
    assert response.status_code == 422
    assert response.context["new_boxes"][0].text == "長" * (LIMIT + 1)
    assert not Paragraph.objects.exists()


def test_markup_is_text(cast, sign_in, staff, cycle):
    write(cycle, staff, "<script>alert(1)</script> {{ 7*7 }} </textarea><b>")
    html = sign_in(staff).get(page(cast.company)).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{ 7*7 }} &lt;/textarea&gt;&lt;b&gt;" in html
    assert "<script>alert(1)" not in html


def test_a_text_that_begins_with_an_empty_line_keeps_it(cast, sign_in, staff, cycle):
    write(cycle, staff, "\n二行目")
    assert ">\n\n二行目</textarea>" in sign_in(staff).get(page(cast.company)).content.decode()


def test_while_it_cannot_be_written_the_page_says_whose_turn_it_is_and_keeps_what_was_typed(
    cast, sign_in, staff, cycle
):
    (one,) = write(cycle, staff, "一")
    endorse(cast, cycle)
    client = sign_in(staff)
    assert "readonly" in client.get(page(cast.company)).content.decode()
    response = client.post(page(cast.company), form([one]) | {f"text-{one.pk}-ja": "遅すぎた"})
    assert response.status_code == 409
    assert any(response.context["read_only"] in banner for banner in words(response, "div", "banner"))
    assert response.context["passages"][0].boxes[0].text == "遅すぎた"
    assert text_of(one) == "一"


def endorse(cast, cycle) -> None:
    for who, transition in (
        ("staff", Transition.SUBMIT),
        ("adviser", Transition.START_REVIEW),
        ("adviser", Transition.ENDORSE),
    ):
        with acting_as(cast.people[who].pk):
            move(cycle=cycle, transition=transition, actor=cast.people[who], today=cycle.opened_at.date())


def test_a_reviewed_text_is_edited_again_after_a_question(cast, sign_in, staff, cycle):
    client, address = sign_in(staff), reverse("policies:revise", args=[cast.company.pk])
    client.post(address)
    assert Cycle.objects.get(pk=cycle.pk).state == State.DRAFTING  # not from here: it says so and changes nothing
    assert cycle.moves.count() == 0
    endorse(cast, cycle)
    assert client.get(address).context["turn"] == ""
    client.post(address)
    assert Cycle.objects.get(pk=cycle.pk).state == State.DRAFTING
    assert cycle.moves.count() == 4


# --- Two writers -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def lost(cast, sign_in, staff, cycle):
    """A page of the staff that came too late: the manager had changed the paragraph meanwhile."""
    (one,) = write(cycle, staff, "一")
    sent = form([one]) | {f"text-{one.pk}-ja": "担当者の一"}
    manager = cast.people["manager"]
    with acting_as(manager.pk):
        services.save_paragraph(
            paragraph=one, language="ja", text="管理者の一", base_rev=1, operation=one.pk, actor=manager, now=None
        )
    response = sign_in(staff).post(page(cast.company), sent)
    return one, response


def test_the_later_of_two_gets_both_texts(lost, cast):
    one, response = lost
    assert response.status_code == 409
    texts = words(response, "p", "text-kept")[:2]
    assert texts == ["担当者の一", "管理者の一"]
    assert cast.people["manager"].name_ja in words(response, "section", "conflict")[0]
    assert response.context["passages"][0].boxes[0].text == "担当者の一"
    assert text_of(one) == "管理者の一"
    assert ParagraphSave.objects.get(outcome=SaveOutcome.LOST).text == "担当者の一"


def again(response) -> dict:
    """The fields of the page that was shown again."""
    box = response.context["passages"][0].boxes[0]
    save = box.conflict.save
    return {
        f"text-{box.key}": box.text,
        f"rev-{box.key}": str(box.rev),
        f"against-{save.pk}": str(box.conflict.rev),
        f"merged-{save.pk}": "二人の一",
        "save": save,
    }


@pytest.mark.parametrize(("choice", "text"), [("mine", "担当者の一"), ("theirs", "管理者の一"), ("merged", "二人の一")])
def test_a_choice_settles_it(lost, cast, sign_in, staff, choice, text):
    one, response = lost
    fields = again(response)
    save = fields.pop("save")
    response = sign_in(staff).post(page(cast.company), fields | {"do": f"{choice}:{save.pk}"})
    assert response.status_code == 302
    assert text_of(one) == text
    assert SettledSave.objects.get().choice == choice
    assert sign_in(staff).get(page(cast.company)).context["lost"] == 0


def test_sending_the_same_late_text_again_makes_no_second_one(lost, cast, sign_in, staff):
    _one, response = lost
    fields = again(response)
    fields.pop("save")
    assert sign_in(staff).post(page(cast.company), fields | {"do": "save"}).status_code == 409
    assert ParagraphSave.objects.filter(outcome=SaveOutcome.LOST).count() == 1


def test_a_late_text_is_listed_until_it_is_settled(lost, cast, sign_in, staff):
    _one, _response = lost
    save = ParagraphSave.objects.get(outcome=SaveOutcome.LOST)
    client = sign_in(staff)
    assert client.get(page(cast.company)).context["lost"] == 1
    assert sign_in(cast.people["manager"]).get(page(cast.company)).context["lost"] == 0
    address = reverse("policies:conflict", args=[cast.company.pk, save.pk])
    response = client.get(address)
    assert words(response, "p", "text-kept") == ["担当者の一", "管理者の一"]
    response = client.post(address, {"do": f"mine:{save.pk}", f"against-{save.pk}": "2"})
    assert response.url == f"{page(cast.company)}#p-{save.paragraph_id}"
    assert text_of(save.paragraph) == "担当者の一"
    assert client.get(page(cast.company)).context["lost"] == 0


def test_a_choice_that_came_too_late_itself_is_asked_again(lost, cast, sign_in, staff):
    one, _response = lost
    save = ParagraphSave.objects.get(outcome=SaveOutcome.LOST)
    response = sign_in(staff).post(
        reverse("policies:conflict", args=[cast.company.pk, save.pk]),
        {"do": f"mine:{save.pk}", f"against-{save.pk}": "1"},
    )
    newer = ParagraphSave.objects.filter(outcome=SaveOutcome.LOST).exclude(pk=save.pk).get()
    assert response.url == reverse("policies:conflict", args=[cast.company.pk, newer.pk])
    assert (newer.text, text_of(one)) == ("担当者の一", "管理者の一")


# --- Paragraphs -------------------------------------------------------------------------------------------------------------


def test_paragraphs_come_go_and_change_places_and_every_press_saves_first(cast, sign_in, staff, cycle):
    one, two = write(cycle, staff, "一", "二")
    client = sign_in(staff)
    client.post(page(cast.company), form([one, two]) | {f"text-{one.pk}-ja": "一!", "do": f"down:{one.pk}"})
    order = list(Paragraph.objects.standing().values_list("pk", flat=True))
    assert (order, text_of(one)) == ([two.pk, one.pk], "一!")
    response = client.post(
        page(cast.company), form([one, two]) | {f"text-{two.pk}-ja": "二!", "do": f"remove:{two.pk}"}
    )
    assert (response.url, text_of(two)) == (f"{page(cast.company)}#removed", "二!")
    assert words(client.get(page(cast.company)), "p", "text-kept")[0] == "二!"
    client.post(page(cast.company), form([one]) | {"do": f"restore:{two.pk}"})
    assert list(Paragraph.objects.standing().values_list("pk", flat=True)) == [two.pk, one.pk]
    response = client.post(page(cast.company), form([one, two]) | {"do": f"add:{two.pk}"})
    new = Paragraph.objects.exclude(pk__in=[one.pk, two.pk]).get()
    assert response.url == f"{page(cast.company)}#p-{new.pk}"
    assert list(Paragraph.objects.standing().values_list("pk", flat=True)) == [two.pk, new.pk, one.pk]


def test_an_example_is_put_below_with_what_is_to_be_filled_in(cast, sign_in, staff, cycle):
    client = sign_in(staff)
    client.post(page(cast.company, "positioning"), {"do": "example:positioning.basis"})
    assert "［会社名］" in text_of(Paragraph.objects.get())


def test_paragraphs_of_others_are_not_there(cast, sign_in, staff, cycle):
    foreign = Cycle.objects.get(enrolment=cast.neighbour)
    (theirs,) = write(foreign, cast.people["neighbour"], "よその一")
    write(cycle, staff, "一")
    response = sign_in(staff).post(page(cast.company), {"do": f"remove:{theirs.pk}"})
    assert response.status_code == 404
    sent = {f"text-{theirs.pk}-ja": "書き換え", f"rev-{theirs.pk}-ja": "1", "do": "stay"}
    assert sign_in(staff).post(page(cast.company), sent).status_code == 302
    assert text_of(theirs) == "よその一"


# --- English ----------------------------------------------------------------------------------------------------------------


def test_english_stands_beside_the_japanese_and_says_when_it_is_stale(cast, sign_in, staff, cycle):
    (one,) = write(cycle, staff, "一", english="One")
    client = sign_in(staff)
    client.post(reverse("policies:english", args=[cast.company.pk]), {"has_english": "yes"})
    boxes = client.get(page(cast.company)).context["passages"][0].boxes
    assert [(box.language, box.text, box.is_stale) for box in boxes] == [("ja", "一", False), ("en", "One", False)]
    client.post(page(cast.company), form([one]) | {f"text-{one.pk}-ja": "壱"})
    assert client.get(page(cast.company)).context["passages"][0].boxes[1].is_stale is True
    client.post(page(cast.company), form([one]) | {"do": f"confirm:{one.pk}"})
    assert client.get(page(cast.company)).context["passages"][0].boxes[1].is_stale is False
    client.post(reverse("policies:english", args=[cast.company.pk]))
    assert len(client.get(page(cast.company)).context["passages"][0].boxes) == 1
    assert text_of(one, "en") == "One"


# --- History ----------------------------------------------------------------------------------------------------------------


def test_an_earlier_text_stands_again_as_a_new_save(cast, sign_in, staff, cycle):
    (one,) = write(cycle, staff, "一")
    client = sign_in(staff)
    client.post(page(cast.company), form([one]) | {f"text-{one.pk}-ja": "二"})
    first = ParagraphSave.objects.get(paragraph=one, text="一")
    history = reverse("policies:history", args=[cast.company.pk])
    assert [entry.save.text for entry in client.get(history).context["entries"]] == ["二"]
    assert [step.text for entry in client.get(history).context["entries"] for step in entry.steps] == ["一"]
    client.post(reverse("policies:restore_save", args=[cast.company.pk, first.pk]))
    assert text_of(one) == "一"
    kept = ParagraphSave.objects.filter(paragraph=one, language="ja").order_by("rev")
    assert [(save.rev, save.text) for save in kept] == [(1, "一"), (2, "二"), (3, "一")]


# --- Counts ----------------------------------------------------------------------------------------------------------------


def test_the_page_asks_the_database_as_often_for_thirty_paragraphs_as_for_one(cast, sign_in, staff, cycle):
    client = sign_in(staff)
    write(cycle, staff, "一")
    few = queries_of(client, page(cast.company))
    write(cycle, staff, *["文"] * 29)
    many = queries_of(client, page(cast.company))
    assert len(few) == len(many) <= 9, "\n".join(many)


def test_state_is_unchanged_by_writing(cast, sign_in, staff, cycle):
    (one,) = write(cycle, staff, "一")
    sign_in(staff).post(page(cast.company), form([one]) | {f"text-{one.pk}-ja": "二"})
    assert Cycle.objects.get(pk=cycle.pk).state == State.DRAFTING
