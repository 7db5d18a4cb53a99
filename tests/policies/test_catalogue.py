"""The catalogue: complete in both languages, with its sources, and the same for ever once it is published."""

import re
import shutil

import pytest

from policies.catalogue import LATEST, CatalogueError, catalogue, fingerprint, versions
from policies.catalogue.loading import FOLDER, read

# What cycles were started with never changes: a correction is a new version.
PUBLISHED = {"2026-1": "4b143db1e2c1f01abe72166dc129effa5434d4febd4ae9a0b30d48f179d6893f"}
SECTIONS = [
    "positioning", "scope", "commitment", "law", "expectations", "salient", "implementation", "contact", "closing",
]  # fmt: skip
METI = [f"meti-{number}" for number in range(1, 8)]
UNGP = [f"ungp-16{letter}" for letter in "abcde"]
ILO = {
    "ilo-association": ["C87", "C98"],
    "ilo-forced-labour": ["C29", "P029", "C105"],
    "ilo-child-labour": ["C138", "C182"],
    "ilo-discrimination": ["C100", "C111"],
    "ilo-safety": ["C155", "C187"],
}
JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")


@pytest.fixture
def latest():
    return catalogue(LATEST)


@pytest.fixture
def broken(tmp_path):
    """A copy of the latest version, to break: `broken(file, old, new)` gives what reading it raises."""

    def read_broken(file: str, old: str, new: str) -> str:
        folder = shutil.copytree(FOLDER / LATEST, tmp_path / "broken")
        path = folder / f"{file}.toml"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        with pytest.raises(CatalogueError) as refusal:
            read(folder)
        return str(refusal.value)

    return read_broken


def test_published_versions_never_change():
    assert {version: fingerprint(version) for version in versions()} == PUBLISHED


def test_latest_is_the_last_version():
    assert versions()[-1] == LATEST


def test_is_read_once(latest):
    assert catalogue(LATEST) is latest


def test_there_is_no_other_version():
    with pytest.raises(CatalogueError, match="no catalogue '2025-9'"):
        catalogue("2025-9")


def test_sections_in_their_order(latest):
    assert [section.code for section in latest.sections] == SECTIONS


def test_requirements_by_who_asks(latest):
    assert [each.code for each in latest.requirements_of("meti")] == METI
    assert [each.code for each in latest.requirements_of("ungp")] == UNGP
    conventions = {
        each.code: [convention.code for convention in each.conventions] for each in latest.requirements_of("ilo")
    }
    assert conventions == ILO
    prompts = latest.requirements_of("prompt")
    assert len(prompts) >= 8
    assert all(each.code.startswith("prompt-") for each in prompts)


def test_what_is_text_and_what_is_evidence(latest):
    kinds = {each.code: str(each.kind) for each in latest.requirements_of("ungp")}
    assert kinds == {
        "ungp-16a": "evidence",
        "ungp-16b": "evidence",
        "ungp-16c": "text",
        "ungp-16d": "evidence",
        "ungp-16e": "evidence",
    }
    assert {str(each.kind) for each in latest.requirements_of("prompt")} == {"prompt"}


def test_every_requirement_has_its_source(latest):
    for requirement in latest.requirements:
        assert requirement.sources, requirement.code
        assert all(reference.source in latest.sources for reference in requirement.sources)


def test_every_source_is_used(latest):
    used = {reference.source.code for each in latest.requirements for reference in each.sources}
    assert {source.code for source in latest.sources} - used == {"ilo-checkbook", "industry-guidelines"}


def pairs(entry):
    for name in vars(entry):
        if name.endswith("_ja") and not name.startswith(("length", "patterns", "headings")):
            yield name, getattr(entry, name), getattr(entry, name[:-3] + "_en")


def test_both_languages_say_as_much(latest):
    entries = [
        *latest.sections, *latest.requirements, *latest.questions, *latest.sources, *latest.statements,
        *(choice for question in latest.questions for choice in question.choices),
    ]  # fmt: skip
    for entry in entries:
        for name, japanese, english in pairs(entry):
            if isinstance(japanese, tuple):
                assert len(japanese) == len(english) > 0, (entry, name)
                texts = zip(japanese, english, strict=True)
            else:
                texts = [(japanese, english)]
            for ja, en in texts:
                assert JAPANESE.search(ja) or ja == en, ja
                assert not JAPANESE.search(en), en


def test_clauses_are_written_in_both_languages(latest):
    for clause in latest.clauses:
        assert not JAPANESE.search(clause.en), clause.key
        assert set(re.findall(r"\{(\w+)\}", clause.ja)) == set(re.findall(r"\{(\w+)\}", clause.en)), clause.key
        assert clause.ja.count("［") == clause.en.count("［"), clause.key


def test_model_wording_is_in_the_style_of_a_policy(latest):
    for requirement in latest.requirements:
        assert requirement.wording_ja.endswith("。"), requirement.code
        assert re.search(r"(ます|ません|ました)。$", requirement.wording_ja), requirement.code
        assert requirement.wording_en.endswith("."), requirement.code


def test_the_interview_is_short(latest):
    always = [question for question in latest.questions if not question.only_if]
    assert 10 <= len(always) <= 14
    assert 3 <= len(latest.question_parts) <= 4


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("sections", 'requirements = ["meti-1"]', 'requirements = ["meti-9"]', "there is no 'meti-9'"),
        ("sections", "minutes = 10", 'minutes = "ten"', "minutes"),
        ("sections", "minutes = 10\n", "", "missing ['minutes']"),
        ("sections", 'code = "scope"', 'code = "positioning"', "twice"),
        ("sections", 'title_en = "About this policy"', 'title_en = ""', "title_en is empty"),
        ("requirements", 'kind = "text"', 'kind = "opinion"', "'opinion' is not one of"),
        ("requirements", 'conventions = ["C87", "C98"]', 'conventions = ["C999"]', "there is no 'C999'"),
        ("questions", 'group = ["named"]', 'group = ["all"]', "group cannot be answered ['all']"),
        ("questions", 'part = "company"', 'part = "nowhere"', "no part 'nowhere'"),
        ("clauses", "among =", "amongst =", "unknown ['amongst']"),
        ("clauses", 'among = "others"', 'among = "all"', "among is 'all'"),
        ("clauses", 'section = "scope"', 'section = "nowhere"', "there is no 'nowhere'"),
        ("statements", 'patterns_ja = ["考え', 'patterns_ja = ["(考え', "no regular expression"),
    ],
)
def test_says_what_is_wrong_with_the_data(broken, file, old, new, said):
    assert said in broken(file, old, new)
