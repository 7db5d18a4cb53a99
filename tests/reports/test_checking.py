"""The check of texts against figures: the pilot report's own discrepancies are found, and the portal's own texts are clean."""

from datetime import date

import pytest

from reports.rendering.checking import Finding, check

from .samples import sample_figures, sample_item, sample_session


def found(figures: dict, block: str, language: str, text: str) -> list[tuple[str, str, str]]:
    """Return (code, what the text says, what is known) of everything found in a text put into a block."""
    findings = check(figures, {(block, language): text})
    own = [each for each in findings if each.block == block and each.code not in ("languages", "parts")]
    return [(each.code, each.said, each.known) for each in own]


def codes(figures: dict, block: str, language: str, text: str) -> set[str]:
    return {code for code, _said, _known in found(figures, block, language, text)}


@pytest.mark.parametrize("edition", ["public", "internal"])
def test_nothing_is_wrong_with_what_the_portal_writes_of_the_pilot(pilot, edition):
    assert check(pilot.figures(edition=edition), {}) == []


def test_nothing_is_wrong_with_what_the_portal_writes_before_the_end(pilot):
    for day in (date(2024, 11, 10), date(2025, 2, 28), date(2025, 3, 31)):
        assert check(pilot.figures(as_of=day), {}) == []


def test_a_programme_of_small_numbers_is_clean():
    assert check(sample_figures(), {}) == []


# The pilot report's own discrepancies, in our words with its figures (DOMAIN 1.3).
TRAPS = [
    # The consultations: January in one chapter, February in the other.
    (
        "outline.activities",
        "en",
        "The companies were assisted in formulating their policies from January 2025 to March 2025.",
        ("period", "January 2025 to March 2025"),
    ),
    (
        "outline.activities",
        "ja",
        "2025年1月から3月まで、各社への個別相談を行いました。",
        ("period", "2025年1月から3月"),
    ),
    # Two a company is a rule in principle: 28 were held, not 32.
    (
        "summary.consultations",
        "en",
        "Each company had two consultations of one hour.",
        ("share", "Each company had 2"),
    ),
    ("summary.consultations", "en", "Consultations were held thirty-two times.", ("count", "32 times")),
    ("summary.consultations", "ja", "個別相談は32回実施しました。", ("count", "32回")),
    ("summary.consultations", "ja", "各社に2回ずつ個別相談を行いました。", ("share", "各社に2回")),
    # Comments at the closing meeting: one place of the report names one speaker, the other two. Two are on record.
    ("summary.CL", "en", "Mr. Kiuchi commented on the presentations.", ("speaker_left_out", "Mr. Kiuchi")),
    ("summary.MS1", "en", "Ms. Ogawa, Mr. Hirano and Mr. Kiuchi spoke.", ("speaker", "Mr. Kiuchi")),
    # Fifteen companies came on Day 2 and to the closing meeting, sixteen to the others.
    ("summary.MS2", "en", "16 people from 16 companies took part.", ("count", "16 companies")),
    ("summary.MS2", "ja", "16社から16名が参加しました。", ("count", "16社")),
    ("summary.CL", "en", "All sixteen companies took part, with 35 people.", ("count", "16 companies")),
    ("summary.MS1", "ja", "15社から16名が参加しました。", ("count", "15社")),
    # "As of April" is not "by the end of March".
    (
        "outline.results",
        "en",
        "13 of 16 companies had formulated their policy by the end of March 2025.",
        ("count", "13 of 16"),
    ),
    ("outline.results", "ja", "2025年3月末までに方針を策定した企業は13社です。", ("count", "13社")),
    # Weekdays and days.
    ("summary.MS1", "en", "The seminar was held on Friday, 7 November 2024.", ("weekday", "Friday, 7 November 2024")),
    ("summary.MS1", "ja", "2024年11月7日（金）に開催しました。", ("weekday", "2024年11月7日(金)")),
    ("summary.MS1", "en", "The seminar was held on 8 November 2024.", ("day", "8 November 2024")),
    ("summary.MS1", "ja", "2024年11月31日に開催しました。", ("day", "2024年11月31日")),
    # How people took part.
    ("summary.MS1", "en", "22 people took part (on site: 12, online: 9).", ("count", "on site: 12")),
    ("summary.MS1", "ja", "22名（会場12名、オンライン9名）が参加しました。", ("count", "会場12名")),
    # Damage by a machine that reads.
    ("summary.WL1", "en", "Control Control Control Seminar.", ("repeated", "Control Control Control")),
]


@pytest.mark.parametrize(("block", "language", "text", "expected"), TRAPS)
def test_the_discrepancies_of_the_published_report_are_found(pilot, block, language, text, expected):
    assert expected in {(code, said) for code, said, _known in found(pilot.figures(), block, language, text)}


def test_the_data_is_said_beside_what_the_text_says(pilot):
    figures = pilot.figures()
    assert found(figures, "summary.MS2", "en", "16 people from 16 companies took part.") == [
        ("count", "16 companies", "15")
    ]
    assert found(
        figures, "summary.consultations", "en", "Consultations were held from January 2025 to March 2025."
    ) == [("period", "January 2025 to March 2025", "February 2025 to March 2025")]


def test_two_parts_that_differ_name_each_other(pilot):
    text = "Individual consultations were held from January 2025 to March 2025."
    parts = [each for each in check(pilot.figures(), {("outline.activities", "en"): text}) if each.code == "parts"]
    assert parts == [
        Finding(
            "parts",
            "summary.consultations",
            "en",
            "February 2025 to March 2025",
            "January 2025 to March 2025",
        )
    ]


def test_names_are_spelled_as_everywhere_else(pilot):
    figures = pilot.figures()
    names = [each["name_en"] for each in figures["organisations"] if "Labour" in each["name_en"]]
    assert names
    text = f"We thank the {names[0].replace('Labour', 'Labor').replace('Associations', 'Association')}."
    assert "spelling" in codes(figures, "outline.background", "en", text)
    assert "spelling" not in codes(figures, "outline.background", "en", f"We thank the {names[0]}.")


def test_activities_have_one_name(pilot):
    text = "Training seminar for working-level personnel was held twice."
    assert "spelling" in codes(pilot.figures(), "outline.activities", "en", text)


@pytest.mark.parametrize(
    ("block", "language", "text"),
    [
        ("summary.MS2", "en", "16 people from 15 companies took part, 14 on site and 2 online."),
        ("summary.MS2", "ja", "参加は15社から16名（会場14名、オンライン2名）でした。"),
        ("summary.consultations", "en", "In principle each company may have two consultations; 28 of 32 were used."),
        ("summary.consultations", "ja", "原則として各社2回まで利用でき、32回のうち28回が利用されました。"),
        ("outline.results", "en", "As of 30 April 2025, 13 of 16 companies have formulated their policy."),
        ("outline.results", "en", "By the end of March 2025, 9 of 16 companies had formulated it."),
        ("summary.CL", "en", "Ms. Kamoshita and Mr. Kiuchi commented on the presentations."),
        ("summary.MS1", "en", "It was held on Thursday, 7 November 2024."),
    ],
)
def test_right_sentences_are_left_alone(pilot, block, language, text):
    assert found(pilot.figures(), block, language, text) == []


def test_a_list_with_one_speaker_and_a_text_with_two_differ(pilot):
    """As the published report has it: its list of the closing meeting prints one name, its text two."""
    figures = pilot.figures()
    closing = next(each for each in figures["sessions"] if each["code"] == "CL")
    for item in closing["agenda"]:
        item["speakers"] = [speaker for speaker in item["speakers"] if "Kamoshita" not in speaker["name_en"]]
    text = "Ms. Mami Kamoshita and Mr. Kiuchi commented on the presentations."
    assert found(figures, "summary.CL", "en", text) == [("speaker", "Ms. Mami Kamoshita", "Mr. Kiuchi")]


def test_a_speaker_that_a_text_leaves_out_is_said():
    speakers = [
        {"name_ja": "", "name_en": "Ms. Aki Mori", "title_ja": "", "title_en": ""},
        {"name_ja": "", "name_en": "Mr. Ken Oka", "title_ja": "", "title_en": ""},
    ]
    figures = sample_figures(sessions=[sample_session(agenda=[sample_item(speakers=speakers)])])
    assert found(figures, "summary.S1", "en", "Ms. Mori spoke.") == [
        ("speaker_left_out", "Ms. Aki Mori", "Mr. Ken Oka")
    ]


def test_both_languages_have_the_same_numbers(pilot):
    texts = {("summary.MS2", "ja"): "15社から16名が参加しました。", ("summary.MS2", "en"): "14 people took part."}
    findings = [each for each in check(pilot.figures(), texts) if each.code == "languages"]
    assert [(each.language, each.said, each.known) for each in findings] == [
        ("ja", "15, 16", "14"),
        ("en", "14", "15, 16"),
    ]


def test_placeholders_are_read_as_what_they_print(pilot):
    text = "{{ session.MS2.people }} people from {{ session.MS2.companies }} companies on {{ session.MS2.day }}."
    assert found(pilot.figures(), "summary.MS2", "en", text) == []


def test_hostile_text_is_only_read(pilot):
    text = "<script>alert(1)</script> {{ }} }} {{ [(*+ \\ 2024年13月40日 " + "(" * 500
    assert codes(pilot.figures(), "outline.results", "ja", text) == {"day"}
