"""Redlines: to the character true, and cut where people would cut."""

import itertools
import random
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.comparing import ADDED, KEPT, REMOVED, Summary, compare, memory, sentences, summary
from common.comparing.matching import passages
from common.comparing.redlining import redline
from common.comparing.remembering import Memory
from common.comparing.tokens import fold_width, tokenize

LANGUAGES = st.sampled_from(["ja", "en"])
# Everything that a string can hold, also half a surrogate pair, with what policies are made of more often.
WORDS = [
    "人権",
    "を",
    "尊重",
    "します",
    "。",
    "、",
    "\n",
    "当社は",
    "従業員",
    "human rights",
    " ",
    ". ",
    "The ",
    "７",
    "7",
    "ｶﾞ",
    "ガ",
]
TEXTS = st.one_of(
    st.text(alphabet=st.characters(), max_size=60),
    st.lists(st.one_of(st.sampled_from(WORDS), st.characters()), max_size=40).map("".join),
)


def before(ops):
    return "".join(text for op, text in ops if op != ADDED)


def after(ops):
    return "".join(text for op, text in ops if op != REMOVED)


def marked(old: str, new: str, language: str = "ja") -> str:
    """Return a redline as people write one: [-taken out-] and {+put in+}."""
    frames = {REMOVED: "[-{}-]", KEPT: "{}", ADDED: "{{+{}+}}"}
    return "".join(frames[op].format(text) for op, text in redline(old, new, language=language))


# --- True to the character ------------------------------------------------------------------------------------------------


@given(old=TEXTS, new=TEXTS, language=LANGUAGES)
@settings(max_examples=400, deadline=None)
def test_a_redline_holds_both_texts_to_the_character(old, new, language):
    ops = redline(old, new, language=language)
    assert before(ops) == old
    assert after(ops) == new
    assert all(text for _op, text in ops)
    assert all(one[0] != two[0] for one, two in itertools.pairwise(ops))
    assert (ADDED, REMOVED) not in [(one[0], two[0]) for one, two in itertools.pairwise(ops)]


@given(old=TEXTS, new=TEXTS, language=LANGUAGES)
@settings(max_examples=200, deadline=None)
def test_ignoring_the_width_keeps_the_new_text_to_the_character_and_the_old_one_but_for_width(old, new, language):
    ops = redline(old, new, language=language, ignore_width=True)
    assert after(ops) == new
    assert fold_width(before(ops)) == fold_width(old)


@given(text=TEXTS, language=LANGUAGES)
@settings(max_examples=200, deadline=None)
def test_words_and_sentences_put_together_are_the_text(text, language):
    assert "".join(tokenize(text, language=language)) == text
    assert "".join(sentences.split(text, language=language)) == text
    assert all(tokenize(text, language=language))


@given(old=st.lists(st.sampled_from("abcdef"), max_size=30), new=st.lists(st.sampled_from("abcdef"), max_size=30))
def test_passages_hold_both_texts_and_keep_only_what_is_in_both(old, new):
    found = list(passages(old, new, str))
    assert [s for passage in found for s in passage.old] == old
    assert [s for passage in found for s in passage.new] == new
    assert all(passage.old == passage.new for passage in found if passage.is_kept)


def test_more_words_than_private_characters_are_compared_to_the_character():
    letters = [chr(code) for code in range(0xF0000, 0x110000)]
    random.Random(3).shuffle(letters)
    old = "".join(f"{a}、" for a in letters[:70_000])
    new = "".join(f"{a}。" for a in letters[60_000:])
    ops = redline(old, new, language="ja")
    assert (before(ops), after(ops)) == (old, new)


@pytest.mark.parametrize("odd", ["\ue000", "\U000f0000", "\U0010fffd", "\ud800", "\udfff\ud800", "\x00", "\ufeff"])
def test_characters_that_the_comparison_uses_itself_survive(odd):
    assert (
        marked(f"当社は{odd}を尊重します。", f"当社は{odd}を守ります。") == f"当社は{odd}を[-尊重し-]{{+守り+}}ます。"
    )


def test_the_answer_does_not_depend_on_how_often_it_is_asked():
    old, new = "".join(WORDS) * 40, "".join(reversed(WORDS)) * 40
    assert len({redline(old, new, language="ja") for _ in range(3)}) == 1


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("", "", ()),
        ("人権", "人権", ((KEPT, "人権"),)),
        ("", "人権", ((ADDED, "人権"),)),
        ("人権", "", ((REMOVED, "人権"),)),
    ],
)
def test_nothing_all_new_and_all_gone(old, new, expected):
    assert redline(old, new, language="ja") == expected


# --- Well to read ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "従業員に対して人権研修を実施する予定です。",
            "従業員に対し、年1回以上、人権研修を実施します。",
            "従業員に対し[-て-]{+、年1回以上、+}人権研修を実施[-する予定です-]{+します+}。",
        ),
        (
            "当社は、従業員の人権を守ります。",
            "当社は、労働者の人権と尊厳を守ります。",
            "当社は、[-従業員-]{+労働者+}の人権{+と尊厳+}を守ります。",
        ),
        (
            "法令を守り、差別を禁止し、安全な職場をつくります。",
            "法令を守ります。差別を禁止します。安全な職場をつくります。",
            "法令を守り[-、-]{+ます。+}差別を禁止し[-、-]{+ます。+}安全な職場をつくります。",
        ),
        (
            "第一に、法令を守ります。第二に、対話を行います。第三に、情報を開示します。",
            "第一に、法令を守ります。第三に、情報を毎年開示します。",
            "第一に、法令を守ります。[-第二に、対話を行います。-]第三に、情報を{+毎年+}開示します。",
        ),
        (
            "当社は、強制労働および児童労働を禁止します。差別をしません。",
            "当社は、あらゆる形の強制労働、児童労働を認めません。国籍などを理由とする差別をしません。",
            (
                "当社は、{+あらゆる形の+}強制労働[-および-]{+、+}児童労働を[-禁止します。-]{+認めません。国籍などを理由とする+}"
                "差別をしません。"
            ),
        ),
        (
            "重要な人権課題：長時間労働、ハラスメント、外国人労働者の権利",
            "重要な人権課題：長時間労働、ハラスメント、技能実習生を含む外国人労働者の権利",
            "重要な人権課題：長時間労働、ハラスメント、{+技能実習生を含む+}外国人労働者の権利",
        ),
        (
            "人権への悪影響を特定し、防止し、軽減します。",
            "取引先とともに、働く人の安全と健康を守ります。",
            "[-人権への悪影響を特定し、防止し、軽減します。-]{+取引先とともに、働く人の安全と健康を守ります。+}",
        ),
        (
            "人権デュー・ディリジェンスの仕組みをつくり、続けます。人権への影響を調べ、防ぎ、軽くします。",
            "人権への影響を調べ、防ぎ、軽くします。人権デュー・ディリジェンスの仕組みをつくり、続けます。",
            (
                "[-人権デュー・ディリジェンスの仕組みをつくり、続けます。-]人権への影響を調べ、防ぎ、軽くします。"
                "{+人権デュー・ディリジェンスの仕組みをつくり、続けます。+}"
            ),
        ),
        (
            "代表取締役　山田太郎",
            "代表取締役社長　髙﨑花子",
            "代表取締役[-　山田太郎-]{+社長　髙﨑花子+}",
        ),
        (
            "当社は［会社の事業］を営んでいます。",
            "当社は自動車部品の切削加工を営んでいます。",
            "当社は[-［会社の事業］-]{+自動車部品の切削加工+}を営んでいます。",
        ),
    ],
)
def test_japanese_is_cut_between_words_and_in_few_places(old, new, expected):
    assert marked(old, new) == expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "We respect human rights in our business.",
            "We respect internationally recognised human rights in all parts of our business.",
            "We respect {+internationally recognised +}human rights in {+all parts of +}our business.",
        ),
        (
            "We prohibit forced labour and child labour.",
            "We do not tolerate forced labour, child labour or discrimination of any kind.",
            "We [-prohibit-]{+do not tolerate+} forced labour[- and-]{+,+} child labour{+ or discrimination of any kind+}.",
        ),
        (
            "We ask our suppliers to understand this policy.",
            "Our president is responsible for its supervision.",
            "[-We ask our suppliers to understand this policy.-]{+Our president is responsible for its supervision.+}",
        ),
        (
            "The company's rules apply. They are old.",
            "The company’s rules apply. They are new.",
            "The [-company's-]{+company’s+} rules apply. They are [-old-]{+new+}.",
        ),
    ],
)
def test_english_is_cut_between_words_and_in_few_places(old, new, expected):
    assert marked(old, new, "en") == expected


def test_width_alone_is_no_change_when_it_is_to_be_ignored():
    assert compare("７名、ＩＬＯ、ｶﾞｲﾄﾞ", "7名、ILO、ガイド", language="ja", ignore_width=True) == (
        (KEPT, "7名、ILO、ガイド"),
    )
    assert summary(compare("７名", "7名", language="ja")) == Summary(1, 1, 1, 1)
    # These are other characters with a meaning of their own, not another width.
    assert fold_width("㈱①㎡") == "㈱①㎡"


def test_of_a_long_text_that_was_edited_everywhere_the_sentences_are_still_compared_word_by_word():
    old = "".join(f"課題{n}について、当社は調査を行い、その結果を公表します。" for n in range(150))
    new = "".join(f"課題{n}について、当社は毎年、調査を行い、その結果を公表します。" for n in range(150))
    assert redline(old, new, language="ja").count((ADDED, "毎年、")) == 150


def test_of_a_very_long_sentence_the_same_ends_are_kept():
    old = "、".join(f"課題{n}" for n in range(900))
    ops = redline(f"当社は{old}を調べる", f"当社は{old[::-1]}を調べる", language="ja")
    assert [op for op, _text in ops] == [KEPT, REMOVED, ADDED, KEPT]
    assert ops[0][1].startswith("当社は")
    assert ops[-1][1].endswith("を調べる")


# --- Counting and remembering ---------------------------------------------------------------------------------------------


def test_the_summary_counts_places_and_characters():
    ops = compare("従業員に対して研修", "従業員に対し、毎年、研修", language="ja")
    assert summary(ops) == Summary(additions=1, deletions=1, characters_added=4, characters_removed=1)
    assert summary(((KEPT, "人権"),)) == Summary()
    assert not summary(())
    assert Summary(1, 2, 3, 4).plus(Summary(1, 1, 1, 1)) == Summary(2, 3, 4, 5)


def test_the_same_comparison_is_answered_from_memory():
    memory.clear()
    first = compare("人権を尊重します。", "人権を守ります。", language="ja")
    assert compare("人権を尊重します。", "人権を守ります。", language="ja") is first
    assert len(memory) == 1
    compare("人権を尊重します。", "人権を守ります。", language="ja", ignore_width=True)
    compare("人権を尊重します。", "人権を守ります。", language="en")
    assert len(memory) == 3


def test_the_memory_is_bounded_in_bytes_and_forgets_what_was_not_asked_for_longest():
    small = Memory(max_bytes=20_000)
    for number in range(100):
        small.put((number,), ((KEPT, "あ" * 400),))
        small.get((0,))
        assert small.bytes <= 20_000
    assert 3 < len(small) < 100
    assert small.get((0,)) is not None
    assert small.get((1,)) is None
    small.put(("large",), ((KEPT, "あ" * 5_000),))
    assert small.get(("large",)) is None


def test_threads_compare_at_the_same_time():
    pairs = [(f"当社は、第{n}の課題を調べます。", f"当社は、毎年、第{n}の課題を調べ、防ぎます。") for n in range(40)]
    expected = [redline(*pair, language="ja") for pair in pairs]
    found: list = [None] * 8
    gate = threading.Barrier(8)

    def work(place):
        gate.wait()
        found[place] = [redline(*pair, language="ja") for pair in pairs]

    threads = [threading.Thread(target=work, args=[place]) for place in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 8
