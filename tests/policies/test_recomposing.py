"""Answering again: what changes by itself, what is asked about, and that nothing people wrote changes unasked."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from policies.catalogue import LATEST, catalogue
from policies.composing import Facts, Kind, Standing, changes, compose
from tests.policies.test_composing import FULL_ANSWERS, FULL_FACTS, some_answers

CATALOGUE = catalogue(LATEST)


def standing_of(draft, **more):
    """The text as it was composed."""
    return [
        Standing(
            key=paragraph.clause,
            section=section,
            clause=paragraph.clause,
            texts={"ja": paragraph.ja, "en": paragraph.en},
            composed={"ja": paragraph.ja, "en": paragraph.en},
            **more,
        )
        for section, paragraph in draft.paragraphs()
    ]


def composed(**answers):
    return compose(CATALOGUE, FULL_ANSWERS | answers, FULL_FACTS)


def kinds(found):
    return {change.clause: str(change.kind) for change in found}


def edited(standings, clause, text="自分の言葉です。"):
    return [
        replace(each, texts={"ja": text, "en": ""}, is_edited=True) if each.clause == clause else each
        for each in standings
    ]


def test_into_an_empty_text_everything_is_new():
    draft = composed()
    assert [change.kind for change in changes(draft, [])] == [Kind.ADD] * len(list(draft.paragraphs()))


def test_the_same_answers_change_nothing():
    assert changes(composed(), standing_of(composed())) == []


def test_what_nobody_touched_changes_comes_and_goes():
    found = changes(composed(dialogue="union", training="not_yet"), standing_of(composed()))
    assert kinds(found) == {
        "implementation.dialogue-union": "add",
        "implementation.training-planned": "add",
        "implementation.dialogue-representative": "remove",
        "implementation.training-yearly": "remove",
    }
    found = changes(composed(lead={"ja": "社長室長"}), standing_of(composed()))
    assert kinds(found) == {"implementation.lead": "change"}


def test_what_somebody_edited_is_asked_about():
    before = edited(standing_of(composed()), "implementation.lead")
    assert kinds(changes(composed(lead={"ja": "社長室長"}), before)) == {"implementation.lead": "ask_change"}
    before = edited(standing_of(composed()), "implementation.training-yearly")
    assert kinds(changes(composed(training="joining"), before)) == {
        "implementation.training-joining": "add",
        "implementation.training-yearly": "ask_remove",
    }


def test_what_somebody_edited_is_left_alone_where_the_answers_say_the_same():
    before = edited(standing_of(composed()), "implementation.lead")
    assert changes(composed(), before) == []


def test_an_edit_that_says_what_is_composed_now_is_no_question():
    new = composed(lead={"ja": "社長室長"})
    text = next(paragraph.ja for _, paragraph in new.paragraphs() if paragraph.clause == "implementation.lead")
    assert changes(new, edited(standing_of(composed()), "implementation.lead", text)) == []


def test_what_was_taken_out_stays_out():
    before = standing_of(composed())
    gone = [replace(each, is_removed=True) if each.clause == "salient.injury" else each for each in before]
    assert changes(composed(), gone) == []
    assert kinds(changes(composed(lead={"ja": "社長室長"}), gone)) == {"implementation.lead": "change"}


def test_a_paragraph_that_stands_counts_more_than_one_that_was_taken_out():
    before = standing_of(composed())
    both = [*before, *(replace(each, key=f"old {each.key}", is_removed=True) for each in before)]
    assert changes(composed(), both) == []


def test_english_that_is_new_fills_what_nobody_touched():
    with_english = compose(CATALOGUE, FULL_ANSWERS, FULL_FACTS, ("ja", "en"))
    found = changes(with_english, standing_of(composed()))
    assert {change.kind for change in found} == {Kind.CHANGE}
    assert len(found) == len(list(with_english.paragraphs()))


@given(some_answers, some_answers, st.sets(st.integers(0, 60)), st.sets(st.integers(0, 60)))
def test_unasked_nothing_changes_that_people_wrote_or_took_out(before, after, edits, removals):
    first = compose(CATALOGUE, before, FULL_FACTS)
    text = [
        replace(each, is_edited=number in edits, is_removed=number in removals)
        for number, each in enumerate(standing_of(first))
    ]
    for change in changes(compose(CATALOGUE, after, FULL_FACTS), text):
        if change.standing and change.standing.is_edited:
            assert change.is_asked
        assert not (change.standing and change.standing.is_removed)
        assert (change.kind == Kind.ADD) == (change.standing is None)


@given(some_answers, some_answers)
def test_carried_out_the_text_is_the_new_draft(before, after):
    facts = Facts(company_ja="甲株式会社")
    text = {each.clause: each.texts["ja"] for each in standing_of(compose(CATALOGUE, before, facts))}
    new = compose(CATALOGUE, after, facts)
    for change in changes(new, standing_of(compose(CATALOGUE, before, facts))):
        if change.kind == Kind.REMOVE:
            del text[change.clause]
        else:
            text[change.clause] = change.new.ja
    assert text == {paragraph.clause: paragraph.ja for _, paragraph in new.paragraphs()}
