"""Statements found in a text, and problems: what is left to fill in, and what only looks like it."""

import pytest
from django.utils.translation import override

from policies.catalogue import LATEST, catalogue
from policies.composing import Place, Severity, checklist, placeholders, problems

CATALOGUE = catalogue(LATEST)


def content(languages=("ja",), **sections):
    """A policy of these sections; a text is one paragraph, a list several, a pair Japanese and English."""
    made = []
    for code, texts in sections.items():
        paragraphs = []
        for number, text in enumerate(texts if isinstance(texts, list) else [texts]):
            ja, en = text if isinstance(text, tuple) else (text, "")
            paragraphs.append({"id": f"{code}-{number}", "ja": ja, "en": en})
        made.append({"code": code, "title": {"ja": code, "en": code}, "paragraphs": paragraphs})
    return {"languages": list(languages), "sections": made}


def whole(**sections):
    """Something in every section, so that only what is asked about can be wrong."""
    return content(**({section.code: "当社は人権を尊重します。" for section in CATALOGUE.sections} | sections))


def found(code, text):
    return [problem for problem in problems(CATALOGUE, text) if problem.code == code]


def statement(code, text):
    return next(each for each in checklist(CATALOGUE, text) if each.code == code)


# --- Places to fill in ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("相談窓口は［窓口の名前と連絡先］です。", ["［窓口の名前と連絡先］"]),
        ("［氏名］と［役職］", ["［氏名］", "［役職］"]),
        ("Contact: ［how to reach it］", ["［how to reach it］"]),
        ("○○部が担当します。", ["○○"]),
        ("代表取締役　〇〇 〇〇", ["〇〇", "〇〇"]),
        ("○○ ○○", ["○○", "○○"]),
        ("●●株式会社は、人権を尊重します。", ["●●"]),
        ("◯◯年度から始めます。", ["◯◯"]),
        ("電話 △△-△△△△", ["△△", "△△△△"]),
        ("株式会社××", ["××"]),
        ("令和○年○月○日　制定", ["令和○年", "○月○日"]),
        ("令和〇年に定めました。", ["令和〇年"]),
        ("2026年○月○日 承認", ["○月○日"]),
        ("20XX年4月1日", ["XX"]),
        ("ＸＸ株式会社", ["ＸＸ"]),
        ("XX Co., Ltd. respects human rights.", ["XX"]),
        ("Adopted on YYYY-MM-DD", ["YYYY"]),
        ("Contact: TBD", ["TBD"]),
        ("責任者（要確認）が報告します。", ["（要確認）"]),
        ("ここに会社名を入力", ["ここに会社名を入力"]),
        ("窓口の電話番号を記入してください。", ["記入してください"]),
        ("[Company name] respects human rights.", ["[Company name]"]),
        ("Signed by [name of the president] on [date]", ["[name of the president]", "[date]"]),
        ("<Insert date>", ["<Insert date>"]),
        ("[ ] is in charge.", ["[ ]"]),
        ("氏名 ________", ["________"]),
    ],
)
def test_what_was_left_to_fill_in(text, left):
    assert placeholders(text) == left


@pytest.mark.parametrize(
    "text",
    [
        "二〇二六年十一月に定めました。",
        "二〇〇〇年の創業以来、一〇〇人を超える仲間と働いています。",
        "○年に一度、全従業員に研修を行います。",
        "○ 安全な職場\n○ 差別のない職場",
        "○日々の仕事の中で人権を尊重します。",
        "●労働時間\n●賃金",
        "◎強制労働を認めません。",
        "■ 適用範囲",
        "■■■■■■■■■■■■",
        "―――――――――――――",
        "1. 差別の禁止　2. 強制労働の禁止",
        "（ILO第155号条約、第187号条約）",
        "「ビジネスと人権に関する指導原則」[1] に沿います。",
        "注[2]を参照してください。",
        "必要な事項を記入した契約書を、本人がわかる言葉で渡します。",
        "未記入の書類に署名させません。",
        "詳しくはここに記載のない事項も含め、窓口でお答えします。",
        "窓口：jinken@example.co.jp（電話 03-1234-5678）",
        "A×Bのように掛け合わせて重点課題を選びます。",
        "縦3m×横2mの掲示板に張り出します。",
        "Article XX of the agreement applies.",
        "第XX章は国際人権規約について述べています。",
        "XXL size uniforms are provided.",
        "We employ 120 people (as of 2026).",
        "Our policy [1] follows the UN Guiding Principles [2, 3].",
        "He said it [sic] himself.",
        "snake_case is not used here.",
        "マル（○）かバツ（×）で答える方式で理解度を確かめます。",
        "〒100-0001 東京都千代田区千代田1-1",
        "AI・IoTの利用にあたり、XR技術も対象とします。",
        "年齢、性別、国籍…などによる差別を認めません。",
        "髙橋製作所は、㈱山﨑工業とともに取り組みます。",
    ],
)
def test_what_only_looks_like_it(text):
    assert placeholders(text) == []


def test_a_place_to_fill_in_is_an_error_at_its_paragraph():
    text = whole(contact=["いつでも相談できます。", "窓口は［窓口の名前と連絡先］です。"])
    (problem,) = found("placeholder", text)
    assert problem.severity == Severity.ERROR
    assert problem.place == Place("contact", "contact-1", "ja")
    assert problem.params == {"text": "［窓口の名前と連絡先］"}


def test_english_is_looked_at_too():
    text = whole(contact=[("窓口は総務部です。", "Contact: ［name］")]) | {"languages": ["ja", "en"]}
    assert [problem.place for problem in found("placeholder", text)] == [Place("contact", "contact-0", "en")]
    assert found("placeholder", text | {"languages": ["ja"]}) == []


# --- Empty parts -------------------------------------------------------------------------------------------------------------


def test_empty_sections_are_errors():
    text = whole(law="   \n", closing=[])
    assert [(each.place.section, each.is_error) for each in found("empty_section", text)] == [
        ("law", True),
        ("closing", True),
    ]


def test_nothing_at_all():
    assert [problem.code for problem in problems(CATALOGUE, {})] == ["empty_section"] * 9


def test_english_that_is_not_complete_is_said_once_a_section():
    text = whole(scope=[("役員", "Directors"), ("従業員", ""), ("派遣", "")]) | {"languages": ["ja", "en"]}
    places = {each.place.section: each.place for each in found("empty_translation", text)}
    assert places["scope"] == Place("scope", "scope-1", "en")
    assert len(places) == 9
    assert found("empty_translation", text | {"languages": ["ja"]}) == []


def test_an_old_revision_without_languages():
    text = whole()
    del text["languages"]
    assert found("empty_translation", text) == []
    text["sections"][0]["paragraphs"][0]["en"] = "We respect human rights."
    assert len(found("empty_translation", text)) == 8


# --- Old lists of instruments ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "当社は、結社の自由と団体交渉権、強制労働の廃止、児童労働の廃止、差別の撤廃を支持します。",
        "私たちは、差別や強制労働、児童労働を行いません。",
        "ILO中核的労働基準の4分野を尊重します。安全で健康的な職場もつくります。",
        "ＩＬＯの中核的労働基準である８条約を尊重し、安全衛生に努めます。",
        "四つの分野からなる中核的労働基準を守ります。",
    ],
)
def test_lists_from_before_2022(text):
    (problem,) = found("old_instruments", whole(commitment=text))
    assert problem.place == Place("commitment", "commitment-0", "ja")
    assert not problem.is_error


@pytest.mark.parametrize(
    "text",
    [
        "結社の自由と団体交渉権、強制労働、児童労働、差別、安全で健康的な労働環境という五つの権利を尊重します。",
        "差別、強制労働、児童労働をなくし、安全で衛生的な職場をつくります。",
        "児童労働と差別を認めません。労働安全衛生に取り組みます。",
        "強制労働を認めず、働く人のけがを防ぎます。",
        "あらゆる差別をなくします。",
        "四半期ごとに確かめます。差別を認めません。",
        "ILO宣言の五つの分野、十の条約と一つの議定書を尊重します。",
        "当社は四つの原則（誠実、挑戦、協力、感謝）を大切にしています。",
    ],
)
def test_lists_that_are_not_old(text):
    assert found("old_instruments", whole(commitment=text)) == []


def test_safety_elsewhere_does_not_complete_a_list_of_rights():
    text = whole(commitment="強制労働、児童労働、差別を認めません。", salient="けがと病気の防止に取り組みます。")
    assert [problem.place.section for problem in found("old_instruments", text)] == ["commitment"]


def test_without_a_list_the_fifth_may_stand_anywhere():
    text = whole(salient="強制労働と児童労働のおそれを調べます。", scope="安全で健康的な職場をつくります。")
    assert found("old_instruments", text) == []
    assert len(found("old_instruments", whole(salient="強制労働と児童労働のおそれを調べます。"))) == 1


def test_a_translation_can_be_older_than_the_text():
    japanese = "結社の自由、強制労働、児童労働、差別、安全で健康的な労働環境の五つを守ります。"
    english = "We accept no forced labour, no child labour and no discrimination."
    text = whole(commitment=[(japanese, english)]) | {"languages": ["ja", "en"]}
    assert [problem.place for problem in found("old_instruments", text)] == [Place("commitment", "commitment-0", "en")]


def test_old_lists_in_english():
    text = whole(
        commitment=[("五つの権利を尊重します。", "We respect the four core categories of ILO labour standards.")]
    )
    (problem,) = found("old_instruments", text | {"languages": ["ja", "en"]})
    assert problem.place.language == "en"


# --- Requirements of which nothing was found ----------------------------------------------------------------------------------


def test_what_was_not_found_is_advice():
    text = whole()
    advice = found("not_found", text)
    assert not any(problem.is_error for problem in advice)
    assert {problem.params["requirement"]["en"] for problem in advice} >= {"Scope", "No child labour"}


def test_an_empty_section_is_not_asked_for_its_requirements():
    text = whole(scope="")
    assert "Scope" not in {problem.params["requirement"]["en"] for problem in found("not_found", text)}


# --- Promises --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["窓口は soumu@example.co.jp です。", "匿名での相談も受け付けます。"], 1),
        (["投書箱を設け、匿名でもご利用いただけます。"], 1),
        (["窓口は soumu@example.co.jp です。匿名性を保証することはできません。"], 0),
        (["社外の弁護士（電話 03-0000-0000）が、匿名での相談も受け付けます。"], 0),
        (["窓口は soumu@example.co.jp です。"], 0),
    ],
)
def test_anonymity_beside_a_mailbox(texts, expected):
    assert len(found("anonymity", whole(contact=texts))) == expected


# --- The checklist ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "section", "text"),
    [
        ("positioning-why", "positioning", "私たちは、社員を大切にすることが会社の使命だと考え、この方針を定めます。"),
        ("positioning-rank", "positioning", "本方針は、当社の行動規範を補うものです。"),
        ("scope-directors", "scope", "本方針は、当社の取締役および全従業員に適用します。"),
        ("scope-employees", "scope", "本方針は、当社の取締役および全従業員に適用します。"),
        ("scope-employees", "scope", "パート、派遣社員を含むすべての働く人が対象です。"),
        ("commitment-respect", "commitment", "世界人権宣言をはじめとする国際規範を支持し、人権を尊重します。"),
        ("commitment-ilo", "commitment", "ＩＬＯの中核的労働基準を守ります。"),
        ("commitment-ungp", "commitment", "国連「ビジネスと人権に関する指導原則」に従います。"),
        ("ilo-association", "positioning", "労働組合をつくる権利（団結権）を認めます。"),
        ("ilo-safety", "salient", "働く人のけがを防ぎます。"),
        ("ilo-safety", "commitment", "安全で働きやすい職場をつくります。"),
        ("law-beyond", "law", "各国の法令と国際的な人権の原則に矛盾がある場合は、後者を尊重する方法を追求します。"),
        ("expectations-partners", "expectations", "サプライヤーの皆様にも本方針の支持を期待します。"),
        ("salient-named", "salient", "外国人技能実習生の労働環境を重点課題とします。"),
        ("implementation-lead", "implementation", "担当役員が責任をもって進めます。"),
        ("implementation-checking", "implementation", "人権デューディリジェンスの仕組みをつくります。"),
        ("implementation-checking", "implementation", "年に一度、人権への影響を点検し、結果を社内で話し合います。"),
        ("contact-reach", "contact", "相談窓口は総務が受け持ちます。"),
        ("contact-protection", "implementation", "相談した人が不利益を受けないことを約束します。"),
        ("closing-approval", "closing", "この方針は代表者が承認し、従業員に説明したうえで公表します。"),
        ("closing-communication", "closing", "ホームページで公開し、従業員に周知します。"),
        ("closing-review", "closing", "定期的に見直します。"),
        ("closing-signature", "closing", "2026年11月1日\n髙橋製作所\n代表取締役　髙橋 花子"),
    ],
)
def test_statements_that_are_found(code, section, text):
    assert statement(code, content(**{section: text})).is_done


@pytest.mark.parametrize(
    ("code", "section", "text"),
    [
        ("scope-directors", "scope", "この方針は、すべての従業員に適用します。"),
        ("scope-employees", "scope", "この方針は、当社の役員に適用します。"),
        ("commitment-respect", "commitment", "当社は人権を大切にします。"),
        ("law-beyond", "law", "当社は法令を守ります。"),
        ("expectations-partners", "expectations", "取引先とは長いお付き合いがあります。"),
        ("salient-named", "salient", "当社は人権を重視します。"),
        ("implementation-lead", "implementation", "全社で取り組みます。"),
        ("implementation-training", "implementation", "この方針を大切にします。"),
        ("contact-reach", "contact", "困ったときは相談してください。"),
        ("ilo-safety", "commitment", "安心して暮らせる社会をめざします。"),
        ("ilo-child-labour", "commitment", "子どもたちの未来を大切にします。"),
        ("closing-signature", "closing", "この方針は取締役会の承認を得て定めます。"),
        ("closing-review", "closing", "この方針を守ります。"),
    ],
)
def test_statements_that_are_not(code, section, text):
    each = statement(code, content(**{section: text}))
    assert (each.is_done, each.places, each.missing) == (False, (), ("ja",))


def test_a_statement_has_its_place():
    text = content(scope=["この方針の範囲を示します。", "すべての役員と従業員に適用します。"])
    assert statement("scope-directors", text).places == (Place("scope", "scope-1", "ja"),)


def test_a_paragraph_with_a_place_to_fill_in_counts_for_nothing_yet():
    assert not statement("implementation-lead", content(implementation="［役職］が責任を持ちます。")).is_done


def test_a_statement_of_two_languages_is_done_in_both():
    text = content(languages=("ja", "en"), scope=[("役員に適用します。", "It applies to everyone.")])
    assert statement("scope-directors", text).missing == ("en",)
    text["sections"][0]["paragraphs"][0]["en"] = "It applies to our directors."
    assert statement("scope-directors", text).is_done


def test_statements_come_in_the_order_of_the_sections():
    order = [section.code for section in CATALOGUE.sections]
    codes = [each.section for each in checklist(CATALOGUE, {})]
    assert codes == sorted(codes, key=order.index)
    assert set(codes) == set(order)


# --- Words -------------------------------------------------------------------------------------------------------------------------


def test_messages_are_in_the_readers_language():
    (problem,) = found("empty_section", whole(law=""))
    with override("en"):
        assert problem.message == "“Law and international standards” is still empty."


def test_problems_come_in_the_order_of_the_sections_errors_first():
    text = whole(scope="○○部に適用します。", law="", contact="［窓口］")
    order = [section.code for section in CATALOGUE.sections]
    listed = [(order.index(each.place.section), not each.is_error) for each in problems(CATALOGUE, text)]
    assert listed == sorted(listed)
