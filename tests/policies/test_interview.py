"""The interview and its drafts through the pages, as the role of the web."""

import re
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from audit.models import Event
from common.tenancy import acting_as
from companies.enums import PersonLevel
from policies import services
from policies.composing import placeholders
from policies.enums import SaveOutcome, State
from policies.models import Cycle, Interview, Paragraph, ParagraphSave, ParagraphText, Section
from policies.queries import interview as queries
from policies.queries import working_content
from policies.services import interview as deeds
from tests.counting import queries_of
from tests.factories import make_person
from tests.policies.test_composing import FULL_ANSWERS

FORM = {
    **{code: answer for code, answer in FULL_ANSWERS.items() if not isinstance(answer, dict)},
    **{code: answer["ja"] for code, answer in FULL_ANSWERS.items() if isinstance(answer, dict)},
}


@pytest.fixture
def cycle(cast) -> Cycle:
    return Cycle.objects.get(enrolment=cast.enrolment)


@pytest.fixture
def staff(cast):
    return cast.people["staff"]


@pytest.fixture
def client(sign_in, staff):
    return sign_in(staff)


def interview(company):
    return reverse("policies:interview", args=[company.pk])


def recompose(company):
    return reverse("policies:recompose", args=[company.pk])


def home(company):
    return reverse("policies:company", args=[company.pk])


def texts_of(cycle, language="ja") -> dict[str, str]:
    """The standing text by clause."""
    rows = ParagraphText.objects.filter(cycle=cycle, language=language, paragraph__removed_at__isnull=True)
    return {row.paragraph.clause: row.text for row in rows.select_related("paragraph")}


def edit(cycle, staff, clause, text="自分の言葉です。"):
    row = ParagraphText.objects.get(
        cycle=cycle, language="ja", paragraph__clause=clause, paragraph__removed_at__isnull=True
    )
    with acting_as(staff.pk):
        services.save_paragraph(
            paragraph=row.paragraph, language="ja", text=text, base_rev=row.rev, operation=uuid4(), actor=staff,
            now=timezone.now(),
        )  # fmt: skip
    return row.paragraph


def compose(client, company, **changes):
    return client.post(interview(company), FORM | changes | {"do": "compose"})


def choices(client, company) -> dict:
    """What the browser sends of the page with the changes, nothing chosen."""
    page = client.get(recompose(company))
    return {f"seen-{change['key']}": change["seen"] for change in page.context["asked"]}


# --- The first draft -------------------------------------------------------------------------------------------------------


def test_from_nothing_to_a_whole_draft(client, cast, cycle, staff):
    assert client.get(interview(cast.company)).status_code == 200
    answer = compose(client, cast.company)
    assert (answer.status_code, answer.url) == (302, home(cast.company))
    content = working_content(cycle)
    assert [section["code"] for section in content["sections"] if not section["paragraphs"]] == []
    assert texts_of(cycle)["implementation.lead"].startswith("この方針の実行については、総務部長が責任を持ちます。")
    assert {row.is_untouched for row in ParagraphText.objects.filter(cycle=cycle)} == {True}
    assert list(Event.objects.filter(verb="draft.composed").values_list("detail", flat=True)) == [
        {"add": len(texts_of(cycle))}
    ]


def test_the_draft_is_in_the_order_of_the_catalogue(client, cast, cycle):
    compose(client, cast.company)
    draft = queries.draft_of(cycle, Interview.objects.get().answers)
    with acting_as(cast.people["staff"].pk):
        found = [
            paragraph["ja"] for section in working_content(cycle)["sections"] for paragraph in section["paragraphs"]
        ]
    assert found == [paragraph.ja for _, paragraph in draft.paragraphs()]


def test_every_text_of_the_draft_is_in_the_history(client, cast, cycle):
    compose(client, cast.company)
    saved = set(ParagraphSave.objects.filter(cycle=cycle, outcome=SaveOutcome.KEPT).values_list("text", flat=True))
    assert set(texts_of(cycle).values()) <= saved


def test_facts_of_the_company_are_used(client, cast, cycle):
    make_person(cast.company, name_ja="髙橋 花子", title="代表取締役社長", level=PersonLevel.MANAGEMENT)
    company = cast.company
    company.industry, company.name_ja = "金属加工", "髙橋 & <製作所>"
    company.save()
    compose(client, company)
    assert texts_of(cycle)["closing.signature"] == "髙橋 & <製作所>\n代表取締役社長　髙橋 花子"
    assert "当社の事業（金属加工）" in texts_of(cycle)["positioning.basis"]
    page = client.get(reverse("policies:section", args=[company.pk, "closing"])).content.decode()
    assert "<製作所>" not in page


def test_a_head_of_the_company_in_doubt_is_left_open(client, cast, cycle):
    for name in ("甲", "乙"):
        make_person(cast.company, name_ja=name, title="代表取締役", level=PersonLevel.MANAGEMENT)
    compose(client, cast.company)
    assert "［代表者の氏名］" in texts_of(cycle)["closing.signature"]


def test_english_is_off_by_default(client, cast, cycle):
    assert "has_english" in client.get(interview(cast.company)).content.decode()
    compose(client, cast.company)
    cycle.refresh_from_db()
    assert cycle.has_english is False
    assert set(texts_of(cycle, "en").values()) == {""}


def test_english_on_request(client, cast, cycle):
    compose(client, cast.company, has_english="on")
    cycle.refresh_from_db()
    assert cycle.has_english is True
    english = texts_of(cycle, "en")
    assert english["scope.everyone"].startswith("This policy applies to all our directors")
    assert "［position or department in charge］" in english["implementation.lead"]
    compose(client, cast.company, has_english="on", lead_en="the General Affairs Manager")
    client.post(recompose(cast.company))
    assert "the General Affairs Manager" in texts_of(cycle, "en")["implementation.lead"]


def test_without_any_answer_there_is_a_draft_with_places_to_fill_in(client, cast, cycle):
    page = client.post(interview(cast.company), {"do": "compose"}, follow=True)
    (message,) = page.context["messages"]
    number = sum(len(placeholders(text)) for text in texts_of(cycle).values())
    assert re.findall(r"\d+", str(message)) == [str(number)]
    assert "［責任者の役職または部署］" in texts_of(cycle)["implementation.lead"]


def test_answers_are_kept_without_composing(client, cast, cycle):
    answer = client.post(interview(cast.company), {"lead": "総務部長", "group": "none", "do": "save"})
    assert (answer.status_code, answer.url) == (302, interview(cast.company))
    assert Interview.objects.get(cycle=cycle).answers == {"lead": {"ja": "総務部長"}, "group": "none"}
    assert not Paragraph.objects.exists()
    form = client.get(interview(cast.company)).context["form"]
    assert (form["lead"].value(), form["group"].value()) == ("総務部長", "none")


def test_an_answer_that_does_not_count_now_comes_back(client, cast, cycle):
    client.post(interview(cast.company), {"contact": "person", "contact_address": "総務部", "do": "save"})
    client.post(interview(cast.company), {"contact": "none", "contact_address": "総務部", "do": "save"})
    assert Interview.objects.get(cycle=cycle).answers == {"contact": "none", "contact_address": {"ja": "総務部"}}
    assert "総務部" not in " ".join(
        p.ja for _, p in queries.draft_of(cycle, Interview.objects.get().answers).paragraphs()
    )


def test_english_words_stay_when_english_is_off(client, cast, cycle):
    compose(client, cast.company, has_english="on")
    compose(client, cast.company, has_english="on", lead_en="the Manager")
    compose(client, cast.company, lead_en="the Manager")
    cycle.refresh_from_db()
    assert cycle.has_english is False
    compose(client, cast.company)
    assert Interview.objects.get(cycle=cycle).answers["lead"] == {"ja": "総務部長", "en": "the Manager"}


@pytest.mark.parametrize(
    "bad",
    [
        {"lead": "長" * 501},
        {"lead": "総務\x00部"},
        {"group": "perhaps"},
        {"people": ["martians"]},
    ],
)
def test_bad_answers_are_said_at_the_field(client, cast, bad):
    answer = client.post(interview(cast.company), FORM | bad | {"do": "compose"})
    assert answer.status_code == 200
    assert set(answer.context["form"].errors) == set(bad)
    assert answer.context["form"]["contact_address"].value() == FORM["contact_address"]
    assert not Interview.objects.exists()
    assert not Paragraph.objects.exists()


# --- Answering again ------------------------------------------------------------------------------------------------------


def test_answering_again_shows_first_what_would_change(client, cast, cycle):
    compose(client, cast.company)
    before = texts_of(cycle)
    answer = compose(client, cast.company, lead="社長室長")
    assert (answer.status_code, answer.url) == (302, recompose(cast.company))
    page = client.get(recompose(cast.company))
    assert (len(page.context["asked"]), len(page.context["made"])) == (0, 1)
    assert texts_of(cycle) == before
    assert client.post(recompose(cast.company)).url == home(cast.company)
    assert texts_of(cycle) == before | {
        "implementation.lead": before["implementation.lead"].replace("総務部長", "社長室長")
    }
    assert {row.is_untouched for row in ParagraphText.objects.filter(cycle=cycle)} == {True}


def test_what_was_edited_stays_unless_chosen_otherwise(client, cast, cycle, staff):
    compose(client, cast.company)
    paragraph = edit(cycle, staff, "implementation.lead")
    compose(client, cast.company, lead="社長室長")
    page = client.get(recompose(cast.company))
    assert [change["key"] for change in page.context["asked"]] == [paragraph.pk]
    assert "自分の言葉です。" in page.content.decode()
    assert "社長室長" in page.content.decode()
    client.post(recompose(cast.company), choices(client, cast.company))
    assert texts_of(cycle)["implementation.lead"] == "自分の言葉です。"
    client.post(recompose(cast.company), choices(client, cast.company) | {f"choice-{paragraph.pk}": "take"})
    assert "社長室長" in texts_of(cycle)["implementation.lead"]
    assert ParagraphSave.objects.filter(paragraph=paragraph, text="自分の言葉です。").count() == 1


def test_what_was_edited_meanwhile_stays(client, cast, cycle, staff):
    compose(client, cast.company)
    paragraph = edit(cycle, staff, "implementation.lead")
    compose(client, cast.company, lead="社長室長")
    sent = choices(client, cast.company) | {f"choice-{paragraph.pk}": "take"}
    row = ParagraphText.objects.get(paragraph=paragraph, language="ja")
    with acting_as(staff.pk):
        services.save_paragraph(
            paragraph=paragraph, language="ja", text="もっと新しい言葉です。", base_rev=row.rev, operation=uuid4(),
            actor=staff, now=timezone.now(),
        )  # fmt: skip
    page = client.post(recompose(cast.company), sent, follow=True)
    assert texts_of(cycle)["implementation.lead"] == "もっと新しい言葉です。"
    assert not ParagraphSave.objects.filter(outcome=SaveOutcome.LOST).exists()
    assert [message.level_tag for message in page.context["messages"]] == ["success", "warning"]


def test_an_edited_paragraph_whose_answer_is_gone_can_be_taken_out(client, cast, cycle, staff):
    compose(client, cast.company)
    paragraph = edit(cycle, staff, "implementation.training-yearly")
    compose(client, cast.company, training="joining")
    client.post(recompose(cast.company), choices(client, cast.company))
    assert {"implementation.training-joining", "implementation.training-yearly"} <= texts_of(cycle).keys()
    client.post(recompose(cast.company), choices(client, cast.company) | {f"choice-{paragraph.pk}": "take"})
    assert "implementation.training-yearly" not in texts_of(cycle)
    paragraph.refresh_from_db()
    assert paragraph.removed_at is not None


def test_a_paragraph_that_went_with_its_answer_comes_back_with_it(client, cast, cycle):
    compose(client, cast.company)
    first = texts_of(cycle)
    for training in ("not_yet", FORM["training"]):
        compose(client, cast.company, training=training)
        client.post(recompose(cast.company))
    assert texts_of(cycle) == first


def test_what_a_person_took_out_does_not_come_back(client, cast, cycle, staff):
    compose(client, cast.company)
    paragraph = Paragraph.objects.get(clause="salient.injury")
    with acting_as(staff.pk):
        services.remove_paragraph(paragraph=paragraph, actor=staff, now=timezone.now())
    compose(client, cast.company, lead="社長室長")
    client.post(recompose(cast.company))
    assert "salient.injury" not in texts_of(cycle)


def test_new_paragraphs_stand_in_their_place(client, cast, cycle):
    compose(client, cast.company)
    compose(client, cast.company, people=["part_time", "interns", "agency"], group="only_us", suppliers="abroad")
    client.post(recompose(cast.company))
    draft = queries.draft_of(cycle, Interview.objects.get().answers)
    found = [each["ja"] for section in working_content(cycle)["sections"] for each in section["paragraphs"]]
    assert found == [paragraph.ja for _, paragraph in draft.paragraphs()]


def test_a_text_that_was_there_before_stays(client, cast, cycle, staff):
    with acting_as(staff.pk):
        section = services.begin_sections(cycle=cycle, actor=staff)["scope"]
        services.add_paragraph(section=section, texts={"ja": "以前からの文章です。"}, actor=staff)
    assert compose(client, cast.company).url == recompose(cast.company)
    client.post(recompose(cast.company))
    assert texts_of(cycle)[""] == "以前からの文章です。"
    assert "scope.everyone" in texts_of(cycle)


def test_nothing_to_change_is_said(client, cast):
    compose(client, cast.company)
    compose(client, cast.company)
    page = client.get(recompose(cast.company))
    assert (page.context["asked"], page.context["made"]) == ([], [])
    assert page.status_code == 200


def test_there_is_nothing_to_compose_before_the_questions(client, cast):
    for answer in (client.get(recompose(cast.company)), client.post(recompose(cast.company))):
        assert (answer.status_code, answer.url) == (302, interview(cast.company))


def test_nonsense_in_the_choices_changes_nothing(client, cast, cycle, staff):
    compose(client, cast.company)
    edit(cycle, staff, "implementation.lead")
    compose(client, cast.company, lead="社長室長")
    client.post(
        recompose(cast.company), {"choice-x": "take", "choice-": "take", "seen-x": "1", f"choice-{staff.pk}": "take"}
    )
    assert texts_of(cycle)["implementation.lead"] == "自分の言葉です。"


# --- Not now, not you ------------------------------------------------------------------------------------------------------


def test_not_while_the_text_cannot_be_changed(client, cast, cycle):
    compose(client, cast.company)
    Cycle.objects.filter(pk=cycle.pk).update(state=State.PUBLISHED)
    before = texts_of(cycle)
    assert client.get(interview(cast.company)).context["read_only"]
    assert client.get(recompose(cast.company)).context["read_only"]
    answer = compose(client, cast.company, lead="社長室長")
    assert (answer.status_code, list(answer.context["form"].errors)) == (200, ["__all__"])
    assert client.post(recompose(cast.company)).status_code == 302
    assert texts_of(cycle) == before


@pytest.mark.parametrize(
    ("who", "status"),
    [("manager", 200), ("adviser", 403), ("neighbour", 404), ("secretariat", 404), ("nobody", 404)],
)
def test_only_people_of_the_company(cast, sign_in, who, status):
    client = sign_in(cast.people[who])
    assert client.get(interview(cast.company)).status_code == status
    assert client.post(interview(cast.company), FORM | {"do": "save"}).status_code == (302 if status == 200 else status)
    assert client.get(recompose(cast.company)).status_code == (200 if status == 200 else status)
    assert Interview.objects.count() == (1 if status == 200 else 0)


def test_others_may_not_compose(cast, cycle):
    for who in ("adviser", "neighbour", "secretariat"):
        actor = cast.people[who]
        with acting_as(actor.pk), pytest.raises(services.texts.PermissionDenied):
            deeds.compose_draft(cycle=cycle, actor=actor, now=timezone.now())
    assert not Section.objects.exists()


# --- How much it takes -----------------------------------------------------------------------------------------------------


def test_the_page_of_changes_asks_as_often_for_one_as_for_many(client, cast):
    compose(client, cast.company)
    compose(client, cast.company, lead="社長室長")
    client.get(recompose(cast.company))  # what was said after the post is shown once
    one = queries_of(client, recompose(cast.company))
    compose(
        client,
        cast.company,
        lead="社長室長",
        people=["interns", "foreign", "agency"],
        suppliers="abroad",
        group="named",
    )
    assert len(queries_of(client, recompose(cast.company))) == len(one)


def test_a_first_draft_is_written_with_as_many_statements_whatever_it_says(cast, cycle, staff):
    """However many paragraphs the answers give: they are put into the sections all at once."""
    counts, written = [], []
    cycle = Cycle.objects.select_related("company").get(pk=cycle.pk)
    with acting_as(staff.pk):
        services.begin_sections(cycle=cycle, actor=staff)
        for answers in ({}, FULL_ANSWERS):
            deeds.answer_interview(cycle=cycle, answers=answers, actor=staff)
            with CaptureQueriesContext(connection) as captured:
                deeds.compose_draft(cycle=cycle, actor=staff, now=timezone.now())
            counts.append(len(captured))
            written.append(Paragraph.objects.count())
            Paragraph.objects.all().delete()
    assert counts[0] == counts[1]
    assert written[0] < written[1]


def test_a_draft_that_a_section_has_no_room_for_writes_nothing(client, cast, cycle, staff, monkeypatch):
    longest = max(
        sum(len(paragraph["ja"]) for paragraph in section["paragraphs"])
        for section in composed_content(client, cast.company, cycle)["sections"]
    )
    Paragraph.objects.all().delete()
    with acting_as(staff.pk):
        monkeypatch.setattr("policies.services.texts.MAX_SECTION_CHARACTERS", longest - 1)
        with pytest.raises(ValidationError, match=f"{longest:,}"):
            deeds.compose_draft(cycle=cycle, actor=staff, now=timezone.now())
        assert not Paragraph.objects.exists()
        monkeypatch.setattr("policies.services.texts.MAX_SECTION_CHARACTERS", longest)
        deeds.compose_draft(cycle=cycle, actor=staff, now=timezone.now())
    assert Paragraph.objects.exists()


def composed_content(client, company, cycle) -> dict:
    compose(client, company)
    return working_content(cycle)
