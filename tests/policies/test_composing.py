"""The first draft: whatever the answers, it is whole, in both languages, and promises nothing that cannot be kept."""

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.catalogue import LATEST, QuestionKind, catalogue
from policies.composing import Facts, checklist, clean_answers, compose, is_asked, placeholders, problems

CATALOGUE = catalogue(LATEST)
FULL_FACTS = Facts(
    company_ja="山田精密株式会社",
    company_en="Yamada Seimitsu Co., Ltd.",
    industry_ja="金属部品の製造",
    industry_en="manufacture of metal parts",
    employees=40,
    representative_ja="山田 太郎",
    representative_en="Taro Yamada",
    title_ja="代表取締役社長",
    title_en="President and Representative Director",
)
FULL_ANSWERS = {
    "group": "none",
    "people": ["part_time"],
    "suppliers": "japan",
    "minerals": "no",
    "dangers": ["injury"],
    "buyers": [],
    "contact": "person",
    "contact_address": {"ja": "総務部（電話 03-0000-0000）", "en": "General Affairs (telephone 03-0000-0000)"},
    "contact_users": "everyone",
    "dialogue": "representative",
    "checking": "started",
    "training": "yearly",
    "lead": {"ja": "総務部長", "en": "the General Affairs Manager"},
    "approval": "board",
}
JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
ANONYMITY = re.compile(
    r"匿名|(名前|氏名|名)を(伏せ|明かさ|言わず|名乗ら|当社に伝え)|だれか(は)?わから"
    r"|anonym|without (a|your|giving) name|does not tell us who",
    re.IGNORECASE,
)


def answer_to(question):
    """Any answer a person may give, none included."""
    if question.kind == QuestionKind.TEXT:
        words = st.sampled_from(["", "総務部長", "{company}", "甲［乙］", "General Affairs"])
        return st.none() | st.fixed_dictionaries({"ja": words, "en": words})
    if question.kind == QuestionKind.SEVERAL:
        return st.none() | st.lists(st.sampled_from(question.options), unique=True)
    return st.none() | st.sampled_from(question.options)


# What somebody may fill in, wherever it is.
WORDS = "取締役会と安全担当（電話 03-0000-0000）", "the board and the safety manager (telephone 03-0000-0000)"

some_answers = st.fixed_dictionaries({question.code: answer_to(question) for question in CATALOGUE.questions})
# Without the texts that look like templates themselves.
plain_answers = some_answers.map(
    lambda answers: {
        code: {"ja": "総務部長", "en": "manager"} if isinstance(value, dict) else value
        for code, value in answers.items()
    }
)
names = st.sampled_from(["", "山田精密株式会社", "A & B <Co.>", "{lead}"])
some_facts = st.builds(
    Facts,
    company_ja=names, company_en=names, industry_ja=names, industry_en=names,
    employees=st.none() | st.integers(0, 100_000),
    representative_ja=names, representative_en=names, title_ja=names, title_en=names,
)  # fmt: skip
some_languages = st.sampled_from([("ja",), ("ja", "en")])


def content_of(draft):
    return {
        "languages": list(draft.languages),
        "sections": [
            {
                "code": section.code,
                "paragraphs": [{"id": each.clause, "ja": each.ja, "en": each.en} for each in section.paragraphs],
            }
            for section in draft.sections
        ],
    }


def filled_in(draft):
    """The draft as it is when somebody filled in every place."""
    content = content_of(draft)
    for section in content["sections"]:
        for paragraph in section["paragraphs"]:
            for language, word in (("ja", WORDS[0]), ("en", WORDS[1])):
                paragraph[language] = re.sub(r"［[^［］]*］", word, paragraph[language])
    return content


def keys(draft, section=""):
    return [each.clause for code, each in draft.paragraphs() if code == section or not section]


def text_of(draft, language="ja"):
    return "\n".join(getattr(each, language) for _, each in draft.paragraphs())


# --- Whatever the answers ------------------------------------------------------------------------------------------------


@settings(max_examples=50)
@given(some_answers, some_facts, some_languages)
def test_every_combination_composes_the_whole_policy(answers, facts, languages):
    draft = compose(CATALOGUE, answers, facts, languages)
    assert [section.code for section in draft.sections] == [section.code for section in CATALOGUE.sections]
    for section in draft.sections:
        assert section.paragraphs
        for paragraph in section.paragraphs:
            assert paragraph.ja.strip() == paragraph.ja != ""
            assert bool(paragraph.en) == ("en" in languages)
    assert len(set(keys(draft))) == len(keys(draft))


@settings(max_examples=50)
@given(some_answers, some_facts, some_languages)
def test_is_deterministic(answers, facts, languages):
    assert compose(CATALOGUE, answers, facts, languages) == compose(CATALOGUE, dict(answers), facts, languages)


@settings(max_examples=50)
@given(plain_answers)
def test_no_word_of_a_template_is_left(answers):
    draft = compose(CATALOGUE, answers, FULL_FACTS, ("ja", "en"))
    assert not re.search(r"[{}]|None|undefined", text_of(draft) + text_of(draft, "en"))


@settings(max_examples=50)
@given(plain_answers, some_languages)
def test_english_has_no_japanese_in_it(answers, languages):
    draft = compose(CATALOGUE, answers, FULL_FACTS, languages)
    assert not JAPANESE.search(text_of(draft, "en"))


@settings(max_examples=50)
@given(some_answers, st.sampled_from(["mailbox", "person", "none", "unsure", None]))
def test_nothing_promises_anonymity_unless_somebody_outside_keeps_it(answers, contact):
    draft = compose(CATALOGUE, answers | {"contact": contact, "contact_address": None}, FULL_FACTS, ("ja", "en"))
    assert not ANONYMITY.search(text_of(draft))
    assert not ANONYMITY.search(text_of(draft, "en"))


@settings(max_examples=30)
@given(plain_answers, some_languages)
def test_covers_what_is_asked_of_the_text(answers, languages):
    """Every item of METI and all five categories of the ILO, in each language."""
    content = filled_in(compose(CATALOGUE, answers, FULL_FACTS, languages))
    undone = {statement.code: statement.missing for statement in checklist(CATALOGUE, content) if not statement.is_done}
    assert undone.keys() <= {"closing-signature"}  # somebody else signs, and the words filled in are not a name


@settings(max_examples=30)
@given(plain_answers, some_languages)
def test_has_no_problem_but_the_places_to_fill_in(answers, languages):
    draft = compose(CATALOGUE, answers | {"contact_address": None}, FULL_FACTS, languages)
    assert {problem.code for problem in problems(CATALOGUE, content_of(draft))} <= {"placeholder", "not_found"}
    assert problems(CATALOGUE, filled_in(draft)) == []


@settings(max_examples=50)
@given(some_answers, some_facts)
def test_what_it_claims_is_in_the_clauses(answers, facts):
    """Each paragraph is one clause of the catalogue, in their order, with the requirements it is there for."""
    order = [clause.key for clause in CATALOGUE.clauses]
    found = keys(compose(CATALOGUE, answers, facts))
    assert found == sorted(found, key=order.index)
    covered = {code for clause in CATALOGUE.clauses if clause.key in found for code in clause.requirements}
    wanted = {each.code for group in ("meti", "ilo", "ungp") for each in CATALOGUE.requirements_of(group)}
    assert wanted <= covered


# --- Places to fill in ---------------------------------------------------------------------------------------------------


def test_nothing_is_open_when_everything_was_answered():
    draft = compose(CATALOGUE, FULL_ANSWERS, FULL_FACTS, ("ja", "en"))
    assert placeholders(text_of(draft)) == placeholders(text_of(draft, "en")) == []
    assert problems(CATALOGUE, content_of(draft)) == []


def test_everything_open_when_nothing_was_answered():
    draft = compose(CATALOGUE, {}, Facts(), ("ja", "en"))
    assert "［会社の名前］" in placeholders(text_of(draft))
    assert "［name of the company］" in placeholders(text_of(draft, "en"))
    assert len(placeholders(text_of(draft))) == len(placeholders(text_of(draft, "en"))) >= 10


def test_a_name_known_in_japanese_only_is_open_in_english():
    draft = compose(CATALOGUE, FULL_ANSWERS | {"lead": "総務部長"}, FULL_FACTS, ("ja", "en"))
    assert placeholders(text_of(draft)) == []
    assert placeholders(text_of(draft, "en")) == ["［position or department in charge］"]


def test_words_of_people_are_taken_as_they_are():
    draft = compose(CATALOGUE, FULL_ANSWERS, replace(FULL_FACTS, company_ja="A & B <{lead}> 株式会社"), ("ja",))
    assert text_of(draft).startswith("A & B <{lead}> 株式会社（以下")


# --- Different answers, different policies -----------------------------------------------------------------------------------


def composed(**answers):
    return compose(CATALOGUE, FULL_ANSWERS | answers, FULL_FACTS, ("ja", "en"))


def test_english_only_when_asked():
    assert compose(CATALOGUE, FULL_ANSWERS, FULL_FACTS).languages == ("ja",)
    assert text_of(compose(CATALOGUE, FULL_ANSWERS, FULL_FACTS), "en").strip() == ""


def test_group_companies_are_named():
    draft = composed(group="named", group_names={"ja": "甲株式会社、乙株式会社", "en": "Ko Co., Ltd."})
    assert "甲株式会社、乙株式会社" in text_of(draft)
    assert "Ko Co., Ltd." in text_of(draft, "en")
    assert "グループ" not in text_of(composed(group="none"))
    assert "働きかけます" in text_of(composed(group="only_us"))


def test_names_of_the_group_do_not_count_without_a_group():
    draft = composed(group="none", group_names={"ja": "甲株式会社"})
    assert "甲株式会社" not in text_of(draft)


@pytest.mark.parametrize(
    ("people", "wanted", "unwanted"),
    [
        (["interns"], ["salient.interns", "contact.languages"], ["salient.foreign", "salient.agency"]),
        (["foreign"], ["salient.foreign", "contact.languages"], ["salient.interns"]),
        (["agency"], ["scope.not-employed", "salient.agency"], ["contact.languages"]),
        (["young"], ["salient.young"], ["salient.interns"]),
        (["freelance"], ["scope.freelance"], ["salient.agency"]),
        ([], [], ["salient.interns", "salient.foreign", "contact.languages", "scope.not-employed"]),
    ],
)
def test_who_works_there(people, wanted, unwanted):
    found = keys(composed(people=people))
    assert [key for key in wanted if key not in found] == []
    assert [key for key in unwanted if key in found] == []


def test_interns_keep_their_passports():
    assert "旅券や在留カードを会社が預かることはしません" in text_of(composed(people=["interns"]))


@pytest.mark.parametrize(
    ("minerals", "clause"), [("yes", "salient.minerals"), ("unsure", "salient.minerals-open"), ("no", None), ("", None)]
)
def test_minerals(minerals, clause):
    found = [key for key in keys(composed(minerals=minerals)) if key.startswith("salient.minerals")]
    assert found == ([clause] if clause else [])


def test_without_an_issue_the_issue_is_open():
    draft = composed(dangers=[], people=[])
    assert keys(draft, "salient") == ["salient.open", "salient.review"]
    assert keys(composed(dangers=["injury"]), "salient") == ["salient.introduction", "salient.injury", "salient.review"]


def test_suppliers():
    assert "law.abroad" in keys(composed(suppliers="abroad"))
    assert "salient.supply-abroad" in keys(composed(suppliers="abroad", dangers=["supply"]))
    assert "salient.supply" not in keys(composed(suppliers="abroad", dangers=["supply"]))
    assert "expectations.partners-few" in keys(composed(suppliers="few"))


def test_contact_outside_the_company():
    unnamed = composed(contact="external", anonymity="yes")
    assert "この窓口は、相談した方のお名前を当社に伝えません。" in text_of(unnamed)
    for doubt in ("no", "unsure", None):
        assert not ANONYMITY.search(text_of(composed(contact="external", anonymity=doubt)))


def test_anonymity_of_a_contact_that_is_not_outside_does_not_count():
    assert keys(composed(contact="mailbox", anonymity="yes")) == keys(composed(contact="mailbox"))


def test_a_contact_that_does_not_exist_is_promised_not_claimed():
    draft = composed(contact="none")
    assert "一年以内に設け" in text_of(draft)
    assert "03-0000-0000" not in text_of(draft)
    assert "この窓口は、当社で働く方のほか" not in text_of(draft)


def test_dialogue_that_does_not_exist_is_promised_not_claimed():
    draft = composed(dialogue="none")
    assert "従業員と話し合う場を、この方針の公表から一年以内に設けます" in text_of(draft)
    for claim in ("労働組合と話し合い", "従業員の代表と話し合い", "会議で従業員の声を聞き"):
        assert claim not in text_of(draft)
    assert "労働組合と話し合いながら" in text_of(composed(dialogue="union"))


@pytest.mark.parametrize(
    ("question", "answer", "words"),
    [
        ("checking", "yearly", "毎年調べ"),
        ("checking", "not_yet", "これから始めます"),
        ("training", "joining", "入社のときの研修"),
        ("training", "not_yet", "研修を始めます"),
        ("approval", "meeting", "経営層の会議"),
        ("approval", "president", "代表取締役社長の承認"),
        ("buyers", ["fair"], "贈収賄"),
        ("buyers", ["privacy_ai"], "プライバシー"),
    ],
)
def test_answers_are_heard(question, answer, words):
    assert words in text_of(composed(**{question: answer}))
    assert words not in text_of(composed())


def test_who_signs():
    assert text_of(composed()).endswith("山田精密株式会社\n代表取締役社長　山田 太郎")
    other = composed(approval="other", signer={"ja": "取締役会長　山田 花子", "en": "Hanako Yamada, Chair"})
    assert text_of(other).endswith("山田精密株式会社\n取締役会長　山田 花子")
    assert "［承認する会議または役職］" in text_of(other)


@pytest.mark.parametrize(("employees", "there"), [(None, False), (300, False), (301, True)])
def test_large_companies_designate_handlers(employees, there):
    draft = compose(CATALOGUE, FULL_ANSWERS, replace(FULL_FACTS, employees=employees))
    assert ("contact.handlers" in keys(draft)) is there


# --- Answers ---------------------------------------------------------------------------------------------------------------


def test_answers_that_do_not_fit_are_left_out():
    assert clean_answers(
        CATALOGUE,
        {
            "group": "perhaps", "people": ["interns", "martians"], "minerals": ["yes"], "lead": {"ja": "  総務部長 "},
            "nonsense": "x", "signer": "取締役会長", "dialogue": "union",
        },
    ) == {"people": ["interns"], "lead": {"ja": "総務部長"}, "dialogue": "union"}  # fmt: skip


def test_follow_up_questions():
    question = CATALOGUE.question("anonymity")
    assert is_asked(question, {"contact": "external"})
    assert not is_asked(question, {"contact": "mailbox"})
    assert not is_asked(question, {})
