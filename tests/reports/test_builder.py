"""Writing a report: texts that meet, values with reasons, quotes with consent, the preview, and the PDF made of it."""

import json
from datetime import date
from uuid import UUID, uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from common.tenancy import acting_as
from jobs.services import open_stored
from jobs.tasks import run_job, runs
from programmes.models import Feedback
from reports.models import BlockSave, DraftBlock, DraftPick, Report, ReportDraft
from reports.queries import blocks, fingerprint
from reports.queries import builder as queries
from reports.services import builder as services
from reports.services import request_report
from tests.counting import queries_of
from tests.factories import make_programme, make_seat
from tests.roles import seen_by, web_role

from .conftest import END, NOW
from .reading import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(pilot) -> ReportDraft:
    with acting_as(pilot.secretariat.pk):
        return services.found_draft(
            programme=pilot.programme, edition="public", as_of=END, actor=pilot.secretariat, now=NOW
        )


@pytest.fixture
def author(pilot):
    return pilot.secretariat


def block_of(draft, key: str) -> DraftBlock:
    return DraftBlock.objects.select_related("draft").get(draft=draft, key=key)


def save(draft, author, text, *, key="outline.results", language="en", base=0, operation=None, **more):
    return services.save_text(
        block=block_of(draft, key),
        language=language,
        text=text,
        base_rev=base,
        operation=operation or uuid4(),
        actor=author,
        **more,
    )


def url(draft, name="draft", *more) -> str:
    return reverse(f"reports:{name}", args=[draft.programme_id, draft.pk, *more])


# --- Figures ----------------------------------------------------------------------------------------------------------------


def test_a_draft_that_nobody_changed_prints_what_a_report_prints(pilot, draft):
    with acting_as(pilot.secretariat.pk):
        assert fingerprint(queries.printed_figures(draft)) == fingerprint(pilot.figures())
        assert queries.written_by_people(draft, "ja") == {"texts": {}, "photos": {}}


def test_a_draft_keeps_no_words_of_people(draft):
    assert [session["quotes"] for session in draft.figures["sessions"]] == [[]] * 5
    comment = Feedback.objects.exclude(comment_ja="").first().comment_ja
    assert comment not in json.dumps(draft.figures, ensure_ascii=False)


def test_reading_again_says_what_changes_and_keeps_texts(pilot, draft, author):
    save(draft, author, "Ours: {{ formulated }}")
    before = draft.figures
    with acting_as(author.pk):
        after = services.read_figures_again(
            draft=draft, edition="public", as_of=date(2025, 3, 31), actor=author, now=NOW
        )
    changed = {name: (old, new) for name, old, new in blocks.differences(before, after.figures)}
    assert changed["formulated"] == (13, 9)
    assert changed["session.CL.people"] == (35, None)
    assert queries.texts_of(after)["outline.results", "en"].text == "Ours: {{ formulated }}"


def test_others_write_nothing(pilot, draft):
    stranger = make_seat(make_programme(), role="leader").user
    block = block_of(draft, "outline.results")
    with pytest.raises(PermissionDenied):
        services.save_text(block=block, language="en", text="x", base_rev=0, operation=uuid4(), actor=stranger)
    with pytest.raises(PermissionDenied):
        services.enter_value(draft=draft, figure="enrolled", value=1, reason_ja="", reason_en="x", actor=stranger)
    with seen_by(stranger):
        assert [model.objects.count() for model in (ReportDraft, DraftBlock, BlockSave, DraftPick)] == [0, 0, 0, 0]


# --- Texts ------------------------------------------------------------------------------------------------------------------


def test_of_two_texts_at_once_both_are_kept(draft, author):
    first = save(draft, author, "The first text.")
    second = save(draft, author, "The second text.")
    assert (first.is_lost, second.is_lost) == (False, True)
    assert queries.texts_of(draft)["outline.results", "en"].text == "The first text."
    assert [late.text for late in queries.lost_saves(draft)] == ["The second text."]
    settled = services.settle(
        save=second.save, choice="mine", text="", base_rev=first.save.rev, operation=uuid4(), actor=author
    )
    assert settled.text.text == "The second text."
    assert list(queries.lost_saves(draft)) == []
    assert set(BlockSave.objects.values_list("text", flat=True)) == {"The first text.", "The second text."}


def test_the_same_operation_is_saved_once(draft, author):
    operation = UUID("11111111-1111-4111-8111-111111111111")
    first, again = (save(draft, author, "Once.", operation=operation) for _ in range(2))
    assert first.save.pk == again.save.pk
    assert BlockSave.objects.count() == 1


def test_what_is_sent_while_another_is_under_way_goes_on_from_it(draft, author):
    operation = uuid4()
    save(draft, author, "One", operation=operation)
    assert not save(draft, author, "One two", follows=operation).is_lost


def test_going_back_to_the_portals_text_keeps_what_was_written(draft, author):
    save(draft, author, "Ours.")
    services.back_to_automatic(block=block_of(draft, "outline.results"), language="en", actor=author)
    assert queries.texts_of(draft) == {}
    assert "Ours." in set(BlockSave.objects.values_list("text", flat=True))
    # Somebody who still has the old text open does not write over it unseen.
    assert save(draft, author, "Late.", base=1).is_lost


def test_a_text_that_is_too_long_or_broken_is_refused(draft, author):
    for text in ("x" * 20_001, "a\x00b", "\ud800"):
        with pytest.raises(ValidationError):
            save(draft, author, text)
    assert BlockSave.objects.count() == 0


# --- Values entered by hand -----------------------------------------------------------------------------------------------


def test_a_value_by_hand_needs_a_reason_and_a_figure_that_was_counted(draft, author):
    for figure, reason in (("enrolled", " "), ("attendances", "x"), ("nothing", "x")):
        with pytest.raises(ValidationError):
            services.enter_value(draft=draft, figure=figure, value=1, reason_ja=reason, reason_en="", actor=author)
    services.enter_value(draft=draft, figure="enrolled", value=17, reason_ja="登録の遅れ", reason_en="", actor=author)
    figures = queries.printed_figures(draft)
    assert figures["companies"]["enrolled"] == 17
    assert draft.figures["companies"]["enrolled"] == 16
    services.take_back_value(draft=draft, figure="enrolled", actor=author)
    assert "overrides" not in queries.printed_figures(draft)


# --- Quotes -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shortened", "is_one"),
    [
        ("学びが多い一日でした。", True),
        ("学びが（中略）でした。", True),
        ("（中略）一日でした。", True),
        ("学びが多い（中略）", True),
        ("学びが少ない一日でした。", False),
        ("学びが多い", False),
        ("一日でした。", False),
        ("一日（中略）学びが", False),
    ],
)
def test_quotes_are_shortened_with_the_mark_only(shortened, is_one):
    assert services.is_shortening(shortened, "学びが多い一日でした。") is is_one


def chosen(draft, author, *, text_ja=""):
    comment = Feedback.objects.filter(session__code="MS1").quotable().with_words().first()
    services.choose(
        block=block_of(draft, "quotes.MS1"), choices=[services.Choice(comment, text_ja=text_ja)], actor=author
    )
    return comment


def test_a_consent_taken_back_takes_the_words_out_and_says_so(draft, author):
    comment = chosen(draft, author)
    assert [quote["comment_ja"] for quote in queries.words_of(draft).quotes["MS1"]] == [comment.comment_ja]
    Feedback.objects.filter(pk=comment.pk).update(consent="none")
    assert queries.words_of(draft).quotes.get("MS1", []) == []
    assert queries.lost_choices(draft) == {"quotes.MS1": 1}


def test_words_without_consent_or_changed_are_not_chosen(draft, author):
    with pytest.raises(ValidationError):
        chosen(draft, author, text_ja="別の言葉")
    refused = Feedback.objects.filter(session__code="MS1").quotable().with_words().first()
    refused.consent = "none"
    refused.save()
    with pytest.raises(ValidationError):
        services.choose(block=block_of(draft, "quotes.MS1"), choices=[services.Choice(refused)], actor=author)
    assert DraftPick.objects.count() == 0


# --- Pages ------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def client_of(sign_in, author):
    return sign_in(author)


@pytest.mark.parametrize("name", ["draft", "draft_preview", "draft_figures", "refresh_draft", "check_draft"])
@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_page_of_a_draft_is_drawn(client_of, draft, name, language):
    response = client_of.get(url(draft, name), headers={"accept-language": language})
    assert response.status_code == 200


def test_every_block_has_its_editor(client_of, draft):
    for block in DraftBlock.objects.filter(draft=draft):
        response = client_of.get(url(draft, "draft_block", block.pk))
        assert (block.key, response.status_code) == (block.key, 200)


def test_the_preview_leads_from_each_number_to_its_rows(client_of, draft):
    body = client_of.get(url(draft, "draft_preview") + "?lang=en").content.decode()
    address = f"{url(draft, 'draft_figures')}?of=session.MS1.people"
    assert f'<a class="figure" href="{address}">22</a>' in body
    page = client_of.get(address)
    assert page.context["rows"] == page.context["computed"] == 22
    assert client_of.get(url(draft, "draft_figures") + "?of=nothing").status_code == 404


HOSTILE = '"><script>alert(1)</script>{{ enrolled|safe }}'


def test_hostile_text_is_text_on_every_page(client_of, draft, author):
    save(draft, author, HOSTILE)
    services.enter_value(draft=draft, figure="enrolled", value=1, reason_ja=HOSTILE, reason_en="", actor=author)
    pages = [url(draft, name) for name in ("draft", "draft_preview", "draft_figures", "check_draft")]
    pages += [url(draft, "draft_preview") + "?lang=en", url(draft, "draft_figures") + "?of=enrolled"]
    pages.append(url(draft, "draft_block", block_of(draft, "outline.results").pk))
    for page in pages:
        response = client_of.get(page)
        assert response.status_code == 200
        assert b"<script>alert" not in response.content, page


def post_json(client, address, **values):
    return client.post(address, json.dumps(values), content_type="application/json")


def test_the_editor_saves_and_answers_what_came_too_late(client_of, draft):
    address = url(draft, "save_block", block_of(draft, "outline.results").pk)
    sent = {"language": "en", "base_rev": 0}
    first = post_json(client_of, address, text="One", operation=str(uuid4()), **sent)
    assert (first.status_code, first.json()["rev"]) == (200, 1)
    second = post_json(client_of, address, text="<b>Two</b>", operation=str(uuid4()), **sent)
    assert (second.status_code, second.json()["rev"]) == (409, 1)
    assert "&lt;b&gt;Two&lt;/b&gt;" in second.json()["html"]
    assert "<b>Two" not in second.json()["html"]
    late = BlockSave.objects.get(outcome="lost")
    conflict = url(draft, "block_conflict", late.pk)
    assert client_of.get(conflict).status_code == 200
    theirs = post_json(client_of, conflict, choice="theirs", text="", base_rev=1, operation=str(uuid4()))
    assert (theirs.status_code, theirs.json()["text"]) == (200, "One")
    assert post_json(client_of, address, text=5).status_code == 422


def test_without_scripts_both_texts_of_two_tabs_are_kept(client_of, draft):
    block = block_of(draft, "outline.results")
    address, key = url(draft, "draft_block", block.pk), f"{block.pk}-en"
    for text in ("From the first tab", "From the second tab"):
        client_of.post(address, {f"text-{key}": text, f"rev-{key}": "0", "do": "stay"})
    page = client_of.get(address).content.decode()
    assert "From the first tab" in page
    assert "From the second tab" in page


def test_a_placeholder_that_nobody_knows_is_said_in_its_place_and_stops_the_pdf(client_of, draft, author):
    save(draft, author, "Well\n{{ enroled }}")
    block = block_of(draft, "outline.results")
    page = client_of.get(url(draft, "draft_block", block.pk))
    [english] = [box for box in page.context["boxes"] if box.language == "en"]
    assert len(english.problems) == 1
    assert "{{ enroled }}" in english.problems[0]
    client_of.post(url(draft, "draft_pdf"), {"language": "en"})
    assert Report.objects.count() == 0
    client_of.post(url(draft, "draft_pdf"), {"language": "ja"})
    assert Report.objects.get().language == "ja"


def test_a_value_by_hand_through_its_page(client_of, draft):
    address = url(draft, "draft_figures") + "?of=enrolled"
    without = client_of.post(address, {"value": "17"})
    assert without.status_code == 422
    assert "reason_ja" in without.context["form"].errors
    assert client_of.post(address, {"value": "17", "reason_en": "Late entry"}).status_code == 302
    assert client_of.get(address).context["printed"] == 17
    client_of.post(address, {"do": "take_back"})
    assert client_of.get(address).context["printed"] == 16


def test_pages_take_as_many_questions_whatever_was_written(client_of, draft, author):
    def counts() -> dict:
        return {
            name: len(queries_of(client_of, url(draft, name))) for name in ("draft", "draft_preview", "check_draft")
        }

    save(draft, author, "Ours.", key="outline.plans")
    before = counts()
    for block in DraftBlock.objects.filter(draft=draft, kind="narrative"):
        for language in ("ja", "en"):
            save(draft, author, f"Ours {language}.", key=block.key, language=language, base=1)
    after = counts()
    assert after == before


# --- The PDF ----------------------------------------------------------------------------------------------------------------


def test_the_pdf_prints_what_was_written_and_only_what_may_be_printed(pilot, draft, author, monkeypatch):
    monkeypatch.setattr(runs, "RENEW_SECONDS", 3600)
    with acting_as(author.pk):
        save(draft, author, "Ours <b>bold</b>: {{ formulated }} of {{ enrolled }}.")
        services.enter_value(
            draft=draft, figure="withdrawn", value=2, reason_ja="", reason_en="By letter", actor=author
        )
        comment = chosen(draft, author)
        report, created = request_report(
            programme=pilot.programme, language="en", edition="public", as_of=END, actor=author, draft=draft
        )
        Feedback.objects.filter(pk=comment.pk).update(consent="none")
    assert created
    with web_role():
        run_job(str(report.job_id), str(author.pk))
    report.refresh_from_db()
    with open_stored(report.pdf) as file:
        text = text_of(file.read())
    assert "Ours<b>bold</b>:13of16." in text
    assert "Valuesenteredbyhand" in text
    assert "Byletter" in text
    assert comment.comment_en.replace(" ", "") not in text
    assert report.figures["overrides"][0]["value"] == 2


def test_an_unchanged_draft_is_another_content_only_where_it_says_something_else(pilot, draft, author):
    with acting_as(author.pk):
        first, _made = request_report(
            programme=pilot.programme, language="en", edition="public", as_of=END, actor=author, draft=draft
        )
        again, made = request_report(
            programme=pilot.programme, language="en", edition="public", as_of=END, actor=author, draft=draft
        )
        save(draft, author, "Other words.")
        other, created = request_report(
            programme=pilot.programme, language="en", edition="public", as_of=END, actor=author, draft=draft
        )
    assert (again.pk, made, created) == (first.pk, False, True)
    assert other.pk != first.pk
