"""Figures by their names: every number has its rows, its words in both languages, and its place in texts."""

import io
import re
from datetime import date

import pytest
from django.utils import translation
from openpyxl import load_workbook

from common.tenancy import acting_as
from reports.queries import blocks
from reports.queries.blocks_rows import figure_rows
from reports.rendering import blocks as words
from reports.rendering.sheet import workbook
from tests.roles import seen_by

from .reading import html_of
from .samples import sample_figures, sample_session

DAYS = [date(2025, 4, 30), date(2025, 3, 31), date(2025, 2, 14), date(2024, 11, 10), date(2024, 10, 31)]


@pytest.mark.parametrize("edition", ["public", "internal"])
@pytest.mark.parametrize("day", DAYS)
def test_every_number_of_the_pilot_has_as_many_rows(pilot, day, edition):
    figures = pilot.figures(as_of=day, edition=edition)
    with seen_by(pilot.secretariat):
        rows = {
            name: len(figure_rows(pilot.programme, name, as_of=day, edition=edition)) for name in blocks.values(figures)
        }
    assert rows == blocks.values(figures)


def test_rows_of_the_public_edition_say_codes_and_no_names(pilot):
    names = {row["name_ja"] for row in pilot.figures(edition="internal")["rows"]}
    with acting_as(pilot.secretariat.pk):
        for name in ("enrolled", "formulated", "session.MS1.people", "session.MS1.companies", "consultations"):
            public = figure_rows(pilot.programme, name, as_of=DAYS[0], edition="public")
            internal = figure_rows(pilot.programme, name, as_of=DAYS[0], edition="internal")
            assert {row.name_ja for row in public} == {""}
            assert {row.text_ja for row in public} == {""}
            assert {row.name_ja for row in internal} <= names
            assert sorted(row.company for row in public) == sorted(row.company for row in internal)
            assert all(row.company.startswith("C") for row in public)


def test_an_unknown_figure_has_no_rows(pilot):
    with acting_as(pilot.secretariat.pk):
        for name in ("", "nothing", "session.MS9.people", "session.MS1.nothing", "milestone.none", "consultations.x"):
            assert figure_rows(pilot.programme, name, as_of=DAYS[0], edition="public") is None


def test_rows_take_as_many_questions_for_every_figure(pilot, django_assert_max_num_queries):
    for name in ("enrolled", "session.CL.people", "consultations.used"):
        with acting_as(pilot.secretariat.pk), django_assert_max_num_queries(9):
            figure_rows(pilot.programme, name, as_of=DAYS[0], edition="internal")


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_figure_and_placeholder_has_words(pilot, language):
    figures = pilot.figures()
    with translation.override(language):
        labels = {name: words.figure_label(name, figures) for name in blocks.placeholder_names(figures)}
        texts = words.figure_texts(figures)
    assert [name for name, label in labels.items() if label == name] == []
    assert set(texts) == set(labels)
    assert (texts["enrolled"], texts["formulated.share"], texts["session.MS1.people"]) == ("16", "81.3", "22")


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_portals_own_text_comes_back_as_it_was(pilot, language):
    """What somebody begins from prints what the portal printed: each placeholder gives its figure again."""
    figures = pilot.figures()
    keys = [block.key for block in blocks.blocks(figures) if block.kind == "narrative"]
    written = {"texts": {key: words.automatic_text(key, figures, language) for key in keys}, "photos": {}}
    assert all("{{ " in text for key, text in written["texts"].items() if key.startswith("summary."))
    with translation.override(language):
        again = {
            key: [words.plain(part) for part in words.printed_text(text, figures)]
            for key, text in written["texts"].items()
        }
        own = {key: [words.plain(part) for part in words.generated(key, figures)] for key in keys}
    assert again == own


def test_placeholders_follow_the_figures():
    figures = sample_figures(enrolled=5)
    with translation.override("en"):
        [text] = words.printed_text("{{ enrolled }} and {{enrolled}} of {{  formulated.share }}%", figures)
    assert text == "5 and 5 of 20.0%"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("All is well: {{ enrolled }}.", []),
        ("One\n  {{ enroled }}", [("unknown", 2, 3, "{{ enroled }}")]),
        ("{{ enrolled", [("open", 1, 1, "{{")]),
        ("enrolled }}", [("open", 1, 10, "}}")]),
        ("{{ }}", [("unknown", 1, 1, "{{ }}")]),
        ("a {b} c", []),
        ("{{{ enrolled }}}", []),
        ("{{ enrolled\n}}", [("open", 1, 1, "{{"), ("open", 2, 1, "}}")]),
    ],
)
def test_what_is_wrong_in_a_text_is_said_with_its_place(text, expected):
    found = blocks.text_problems(text, blocks.placeholder_names(sample_figures()))
    assert [(each.code, each.line, each.column, each.text) for each in found] == expected


HOSTILE = "<script>alert(1)</script> <img src=x onerror=alert(1)> {% now 'Y' %} {{ enrolled|safe }} &amp; ]]>"


def test_what_is_typed_is_text():
    figures = sample_figures()
    with translation.override("en"):
        [text] = words.printed_text(HOSTILE, figures)
    assert "<" not in text.replace("<br>", "")
    assert words.plain(text) == HOSTILE


def test_a_value_entered_by_hand_is_marked_and_said():
    override = {"figure": "enrolled", "value": 5, "reason_ja": "", "reason_en": "<b>Late entry</b>"}
    figures = blocks.with_overrides(sample_figures(), [override])
    html = html_of(figures, "en")
    assert figures["overrides"] == [{**override, "computed": 4}]
    assert '<span class="entered">5<sup>※1</sup></span>' in html
    assert "&lt;b&gt;Late entry&lt;/b&gt;" in html
    assert "<b>Late" not in html
    assert "Values entered by hand" not in html_of(sample_figures(), "en")
    # What follows from it follows, and says so: one of five is 20 percent.
    assert '<span class="entered">20.0<sup>(※1)</sup></span>' in html


def test_sums_and_differences_of_a_value_entered_by_hand_say_what_they_follow_from():
    entered = {"reason_ja": "名簿の訂正", "reason_en": ""}
    overrides = [{"figure": figure, "value": 4, **entered} for figure in ("session.S1.people", "stage.drafting")]
    figures = blocks.with_overrides(sample_figures(sessions=[sample_session(), sample_session("S2")]), overrides)
    found = blocks.marks(figures)
    assert found["session.S1.people"] == (1,)
    following = {name for name, marks in found.items() if marks == (-1,)}
    assert following == {
        "attendances", "attendances.unknown", "attendances.working_level", "session.S1.unknown"
    }  # fmt: skip
    assert found["stage.drafting.share"] == (-2,)
    html = html_of(figures, "ja")
    # In the tables, in the sentences and beneath the charts, which draw it.
    assert html.count('<span class="entered">7<sup>(※1)</sup></span>') >= 2
    assert re.findall(r"<figcaption>(\S+?)<sup>(.+?)</sup></figcaption>", html) == [
        ("方針の段階", "※2"), ("参加の方法", "※1")
    ]  # fmt: skip
    with translation.override("ja"):
        book = load_workbook(io.BytesIO(workbook(figures)))
    said = [row for row in book.worksheets[0].iter_rows(values_only=True) if row[0] == "手入力の値"]
    assert [row[2] for row in said] == [4, 4]
    assert all("名簿の訂正" in row[4] for row in said)


def test_every_figure_that_follows_from_others_is_marked_where_one_of_them_is_entered():
    """A figure that changes with an entered value, and is not marked, would be printed as if it were counted."""
    figures = sample_figures(sessions=[sample_session(), sample_session("S2")])
    for name in blocks.can_be_entered(figures):
        value = blocks.values(figures)[name] + 1
        bent = blocks.with_overrides(figures, [{"figure": name, "value": value, "reason_ja": "r", "reason_en": ""}])
        changed = {each for each, _old, _new in blocks.differences(figures, bent)}
        assert changed <= set(blocks.marks(bent)), name


def test_differences_between_two_readings():
    before, after = sample_figures(enrolled=4), sample_figures(enrolled=5)
    assert ("enrolled", 4, 5) in blocks.differences(before, after)
    assert blocks.differences(before, before) == []
