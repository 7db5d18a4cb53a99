"""Two texts of a policy, paragraph by paragraph: what came, went, moved and changed, and how that is said."""

import copy

import pytest
from django.utils.translation import override

from common.comparing import Summary
from policies.rendering.contents import read
from policies.rendering.redlines import Fate, compare_contents, summary_sentence

from .test_word import content

OLD = content(
    ("scope", "適用範囲", [("a", "役員と従業員に適用します。"), ("b", "取引先にも理解を求めます。")]),
    ("law", "法令", [("c", "法令を守ります。")]),
)


def fates(comparison):
    return [(part.code, [(block.id, str(block.fate)) for block in part.blocks]) for part in comparison.parts]


def changed(*paths, source=OLD):
    """Return a copy of the source in which texts are replaced: (section, paragraph, text)."""
    new = copy.deepcopy(source)
    for section, paragraph, text in paths:
        new["sections"][section]["paragraphs"][paragraph]["ja"] = text
    return new


def test_the_same_text_has_no_change_and_says_so():
    comparison = compare_contents(OLD, copy.deepcopy(OLD), language="ja")
    assert not comparison.is_change
    assert comparison.summary == Summary()
    assert {block.fate for block in comparison.blocks} == {Fate.KEPT}
    with override("en"):
        assert summary_sentence(comparison) == "Nothing changed."


def test_a_changed_paragraph_is_matched_by_its_id():
    comparison = compare_contents(OLD, changed((0, 0, "役員、従業員と派遣社員に適用します。")), language="ja")
    assert fates(comparison) == [("scope", [("a", "changed"), ("b", "kept")]), ("law", [("c", "kept")])]
    (block,) = [block for block in comparison.blocks if block.is_change]
    assert (block.old, block.new) == ("役員と従業員に適用します。", "役員、従業員と派遣社員に適用します。")
    assert [part.is_change for part in comparison.parts] == [True, False]


def test_paragraphs_come_and_go_where_they_stand():
    new = content(
        ("scope", "適用範囲", [("a", "役員と従業員に適用します。"), ("n", "新しい段落。"), ("m", "もう一つ。")]),
        ("law", "法令", [("c", "法令を守ります。")]),
    )
    comparison = compare_contents(OLD, new, language="ja")
    assert fates(comparison)[0] == ("scope", [("a", "kept"), ("b", "removed"), ("n", "added"), ("m", "added")])
    with override("en"):
        assert summary_sentence(comparison) == "2 additions, 1 deletion, in 1 section."


def test_a_moved_paragraph_is_shown_where_it_stands_and_where_it_stood():
    new = content(
        ("scope", "適用範囲", [("a", "役員と従業員に適用します。")]),
        ("law", "法令", [("c", "法令を守ります。"), ("b", "取引先にも理解を求めます。")]),
    )
    comparison = compare_contents(OLD, new, language="ja")
    assert fates(comparison) == [
        ("scope", [("a", "kept"), ("b", "left")]),
        ("law", [("c", "kept"), ("b", "moved")]),
    ]
    assert [block.elsewhere for block in comparison.blocks if block.id == "b"] == ["法令", "適用範囲"]
    # It says the same as before, so no word counts as put in or taken out.
    assert comparison.summary == Summary()
    with override("en"):
        assert summary_sentence(comparison) == "0 additions, 0 deletions, 1 paragraph moved, in 2 sections."


def test_a_paragraph_may_move_within_its_section_and_change():
    new = content(
        ("scope", "適用範囲", [("b", "取引先にも強く理解を求めます。"), ("a", "役員と従業員に適用します。")]),
        ("law", "法令", [("c", "法令を守ります。")]),
    )
    comparison = compare_contents(OLD, new, language="ja")
    kinds = [str(block.fate) for block in comparison.parts[0].blocks]
    assert sorted(kinds) in (["changed", "left", "moved"], ["kept", "left", "moved"])
    assert comparison.count(Fate.MOVED) == 1


def test_sections_come_and_go_with_their_headings():
    new = content(
        ("scope", "適用する範囲", [("a", "役員と従業員に適用します。"), ("b", "取引先にも理解を求めます。")]),
        ("contact", "相談窓口", [("d", "総務部です。")]),
    )
    comparison = compare_contents(OLD, new, language="ja")
    assert [(part.code, str(part.fate), part.heading) for part in comparison.parts] == [
        ("scope", "kept", "適用する範囲"),
        ("law", "removed", "法令"),
        ("contact", "added", "相談窓口"),
    ]
    assert comparison.parts[0].is_change is False or comparison.parts[0].heading_ops
    assert comparison.parts[1].heading_ops == ((-1, "法令"),)


def test_each_language_is_compared_on_its_own():
    new = changed((0, 0, "まったく別の文。"))
    assert compare_contents(OLD, new, language="ja").is_change
    assert not compare_contents(OLD, new, language="en").is_change


def test_a_section_that_says_nothing_in_either_text_is_left_out():
    empty = content(("scope", "適用範囲", []), ("law", "法令", [("c", "")]))
    assert compare_contents(empty, empty, language="ja").parts == ()
    comparison = compare_contents(empty, OLD, language="ja")
    assert [str(block.fate) for block in comparison.blocks] == ["added"] * 3


@pytest.mark.parametrize(
    "old",
    [
        {},
        {"sections": []},
        {"sections": [{"code": "scope", "paragraphs": [{"ja": "役員"}]}]},
        {"sections": [{"code": "scope", "title": "適用範囲", "paragraphs": [{"id": None, "ja": None}]}]},
        {"title": "人権方針", "languages": ["fr"], "sections": [{"title": None}]},
    ],
)
def test_old_revisions_that_lack_something_can_be_read(old):
    text = read(old)
    assert text.languages == ("ja",)
    assert text.name("ja") == "人権方針"
    compare_contents(old, OLD, language="ja")
    compare_contents(OLD, old, language="en")


def test_a_content_knows_its_languages_and_falls_back_for_names():
    source = content(("scope", "適用範囲", [("a", "役員")]), languages=("ja", "en"))
    assert read(source).languages == ("ja", "en")
    source["company"]["en"] = ""
    assert read(source).owner("en") == "株式会社髙﨑製作所"
    assert read(content()).is_empty
    assert not read(source).is_empty
