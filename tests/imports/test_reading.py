"""Reading a workbook without the portal: what comes out of good ones, and what is said about bad ones."""

import re
from datetime import UTC, date, datetime
from io import BytesIO

import pytest
from django.utils import translation
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from imports.importing.reading import limits, messages, schema
from imports.importing.reading.annotated import annotate
from imports.importing.reading.blank import blank_workbook
from imports.importing.reading.cells import CellError, parse_cell
from imports.importing.reading.findings import ERROR, GAP, NOTICE, Finding
from imports.importing.reading.inspection import inspect_raw, inspect_workbook
from imports.importing.reading.reader import RawCell, RawSheet, RawWorkbook, read_workbook
from imports.importing.reading.records import plain
from imports.importing.reading.schema import SHEETS, Column, spelling
from tests.factories.workbooks import CONTENT, PILOT, make_content, make_workbook, set_cell, set_pair
from tests.imports.test_container import with_sheet

TODAY = date(2026, 11, 22)


def inspect(content=None):
    return inspect_workbook(make_workbook(content), today=TODAY)


def places(inspection, level=ERROR):
    """(sheet, cell, code) of every finding of a level."""
    return [(finding.sheet, finding.cell, finding.code) for finding in inspection.of(level)]


def changed(sheet, row, column, value):
    content = make_content()
    set_cell(content, sheet, row, column, value)
    return content


# Good workbooks


def test_the_pilots_workbook_is_read_whole():
    inspection = inspect_workbook(PILOT.read_bytes(), today=TODAY)

    assert places(inspection) == []
    assert inspection.data.counts() == {
        "Programme": 1,
        "Organisations": 12,
        "Companies": 16,
        "People": 68,
        "Sessions": 5,
        "Agenda": 21,
        "Speakers": 10,
        "Attendance": 110,
        "Feedback": 4,
        "Consultations": 28,
        "Policies": 16,
    }
    gaps = {(finding.name, finding.field) for finding in inspection.of(GAP)}
    assert gaps == {("Companies", "corporate_number"), ("Speakers", "name_ja"), ("Speakers", "title_ja")}
    assert inspection.counts[GAP] == 16 + 10 + 10


def test_values_have_their_types():
    data = inspect().data

    assert data.programme["fiscal_year"] == 2025
    assert data.programme["ends_on"] == date(2026, 3, 31)
    session = data.records("Sessions")[0]
    assert session["starts_at"] == datetime(2025, 6, 20, 4, 0, tzinfo=UTC)
    assert session["method_note"] is None
    assert [record["attended"] for record in data.records("Attendance")] == [True, True, True, False]
    assert [record.row for record in data.records("Companies")] == [2, 3, 4]


def test_japanese_headers_in_any_order_are_understood():
    content = make_content()
    content["参加企業"] = [
        [
            "従業員数",
            "状態",
            "会社名",
            "会社名(英語)",
            "ﾌﾘｶﾞﾅ",
            "法人番号",
            "業種",
            "都道府県",
            "発注企業",
            "会社コード※必須",
        ],
        [
            "４０名",
            "参加中",
            "株式会社葵製作所",
            "Aoi Works",
            "あおいｾｲｻｸｼｮ",
            "４０１１００１０９８９９３",
            None,
            None,
            None,
            "Ａ０１",
        ],
    ]
    del content["Companies"]
    inspection = inspect(content)

    assert inspection.data.records("Companies")[0].values == {
        "employees": 40,
        "status": "participating",
        "name_ja": "株式会社葵製作所",
        "name_en": "Aoi Works",
        "name_kana": "アオイセイサクショ",
        "corporate_number": "4011001098993",
        "industry": None,
        "prefecture": None,
        "buyer": None,
        "code": "A01",
    }
    assert inspection.data["Companies"].headers["employees"] == ("A", "従業員数")


def test_no_two_columns_of_a_sheet_share_a_spelling():
    for sheet in SHEETS:
        spellings = [words for column in sheet.columns for words in column.spellings]
        assert sorted(spellings) == sorted(set(spellings)), sheet.name
    titles = [words for sheet in SHEETS for words in sheet.spellings]
    assert sorted(titles) == sorted(set(titles))


def test_no_two_choices_of_a_column_share_a_word():
    for sheet in SHEETS:
        for column in sheet.columns:
            words = [spelling(word) for choice in column.choices for word in {choice.code, *choice.words}]
            assert sorted(words) == sorted(set(words)), (sheet.name, column.name)


def test_unknown_sheets_and_columns_are_listed_and_no_error():
    content = make_content()
    content["My notes"] = [["anything"], ["at all"]]
    content["Companies"][0].append("memo")
    content["Companies"][1].append("=1+1")
    inspection = inspect(content)

    assert places(inspection) == []
    assert places(inspection, NOTICE) == [("Companies", "", "unknown_column"), ("My notes", "", "unknown_sheet")]
    assert inspection.of(NOTICE)[0].column == "K"


def test_blank_rows_between_records_are_passed_over():
    content = make_content()
    content["Companies"].insert(2, [None, " ", "　"])
    records = inspect(content).data.records("Companies")
    assert [(record.row, record["code"]) for record in records] == [(2, "A01"), (4, "A02"), (5, "A03")]


def test_optional_columns_and_the_sheet_of_assignments():
    content = make_content()
    content["Companies"][0] += ["joined_on", "withdrawn_on"]
    content["Companies"][3] += [date(2025, 6, 1), date(2025, 8, 1)]
    content["Assignments"] = [
        ["company", "adviser", "starts_on", "ends_on"],
        ["A01", "go@sharoshi.example", date(2025, 6, 1), None],
    ]
    inspection = inspect(content)

    assert places(inspection) == []
    assert inspection.data.records("Companies")[2]["withdrawn_on"] == date(2025, 8, 1)
    assert inspection.data.records("Assignments")[0].values == {
        "company": "A01",
        "adviser": "go@sharoshi.example",
        "starts_on": date(2025, 6, 1),
        "ends_on": None,
    }


def test_a_workbook_counting_its_days_from_1904():
    raw = read_workbook(make_workbook())
    days = (date(2025, 10, 1) - date(1904, 1, 1)).days
    raw.epoch = 1904
    sheet = next(sheet for sheet in raw.sheets if sheet.title == "Policies")
    sheet.rows[1][1][5] = RawCell("n", days)
    assert inspect_raw(raw, today=TODAY).data.records("Policies")[0]["approved_on"] == date(2025, 10, 1)


def test_texts_are_read_without_fonts_and_readings():
    """As Japanese Excel writes them: parts in several fonts, and the reading that was typed."""
    rich = (
        '<row r="2"><c r="A2" t="inlineStr"><is><r><rPr><b/></rPr><t>株式会社</t></r><r><t xml:space="preserve"> 葵</t></r>'
        '<rPh sb="0" eb="4"><t>カブシキガイシャ</t></rPh><phoneticPr fontId="1"/></is></c></row>'
    )
    assert read_workbook(with_sheet(rich)).sheets[0].rows == [(2, {1: RawCell("s", "株式会社 葵")})]


# Cells

TEXT = Column("words", "text", "ことば", longest=20)
LONG_TEXT = Column("words", "text", "ことば", longest=200, lines=True)
CODE = Column("code", "code", "コード", longest=10)
SLUG = Column("code", "slug", "コード", longest=50)
KANA = Column("kana", "kana", "カナ", longest=20)
EMAIL = Column("email", "email", "メール", longest=254)
URL = Column("url", "url", "URL", longest=200)
NUMBER = Column("number", "integer", "数", smallest=0, largest=9999)
CORPORATE = Column("corporate_number", "corporate_number", "法人番号")
DATE = Column("day", "date", "日")
MOMENT = Column("moment", "datetime", "日時")
YES = Column("yes", "yes_no", "可否", choices=schema.YES_NO)
METHOD = Column("method", "choice", "方法", choices=schema.METHODS)
EVERY_COLUMN = (TEXT, LONG_TEXT, CODE, SLUG, KANA, EMAIL, URL, NUMBER, CORPORATE, DATE, MOMENT, YES, METHOD)


@pytest.mark.parametrize(
    ("column", "kind", "value", "expected"),
    [
        (TEXT, "s", "　㈱髙橋商店 ①\u200b ", "㈱髙橋商店 ①"),
        (TEXT, "s", "two\nlines", "two lines"),
        (LONG_TEXT, "s", "two\r\nlines", "two\nlines"),
        (TEXT, "n", 12, "12"),
        (TEXT, "b", True, "TRUE"),
        (TEXT, "s", " \u3000 ", None),
        (CODE, "s", "Ａ－０１", "A-01"),
        (CODE, "s", "Aー01", "A-01"),
        (CODE, "n", 7, "7"),
        (KANA, "s", "かつら　コネクタ", "カツラ コネクタ"),
        (KANA, "s", "ｶﾂﾗ ｺﾈｸﾀ", "カツラ コネクタ"),
        (EMAIL, "s", " Taro@Company.CO.JP ", "taro@company.co.jp"),
        (EMAIL, "s", "ｔａｒｏ＠company.co.jp", "taro@company.co.jp"),
        (URL, "s", "https://aoi.example/方針", "https://aoi.example/方針"),
        (NUMBER, "s", "１，２３４名", 1234),
        (NUMBER, "n", 18.0, 18),
        (NUMBER, "s", "18.0", 18),
        (CORPORATE, "n", 4011001098993, "4011001098993"),
        (CORPORATE, "s", "4-0110-0109-8993", "4011001098993"),
        (CORPORATE, "s", "Ｔ４０１１００１０９８９９３", "4011001098993"),
        (DATE, "d", "2024-11-07T00:00:00", date(2024, 11, 7)),
        (DATE, "s", "2024-11-07", date(2024, 11, 7)),
        (DATE, "s", "2024/11/7", date(2024, 11, 7)),
        (DATE, "s", "2024.11.7", date(2024, 11, 7)),
        (DATE, "s", "２０２４年１１月７日（木）", date(2024, 11, 7)),
        (DATE, "s", "R6.11.7", date(2024, 11, 7)),
        (DATE, "s", "令和元年5月1日", date(2019, 5, 1)),
        (DATE, "s", "H30/4/1", date(2018, 4, 1)),
        (DATE, "n", 45603, date(2024, 11, 7)),
        (DATE, "n", 20241107, date(2024, 11, 7)),
        (MOMENT, "d", "2024-11-07T15:30:00", datetime(2024, 11, 7, 6, 30, tzinfo=UTC)),
        (MOMENT, "s", "2024年11月7日(木) 15時30分", datetime(2024, 11, 7, 6, 30, tzinfo=UTC)),
        (MOMENT, "s", "2024/11/7 午後3:30", datetime(2024, 11, 7, 6, 30, tzinfo=UTC)),
        (MOMENT, "s", "R6.11.7 15時", datetime(2024, 11, 7, 6, 0, tzinfo=UTC)),
        (MOMENT, "n", 45603.6458333333, datetime(2024, 11, 7, 6, 30, tzinfo=UTC)),
        (YES, "s", "はい", True),
        (YES, "s", "○", True),
        (YES, "n", 1, True),
        (YES, "b", True, True),
        (YES, "s", "×", False),
        (YES, "n", 0, False),
        (METHOD, "s", "Face to face", "onsite"),
        (METHOD, "s", "ｵﾝﾗｲﾝ", "online"),
    ],
)
def test_a_cell_becomes_a_value(column, kind, value, expected):
    assert parse_cell(RawCell(kind, value), column) == expected


@pytest.mark.parametrize(
    ("column", "kind", "value", "code"),
    [
        (TEXT, "f", "=A1", "formula"),
        (TEXT, "e", "#N/A", "excel_error"),
        (TEXT, "x", "long", "too_long"),
        (TEXT, "s", "x" * 21, "too_long"),
        (TEXT, "s", "bell\x07", "control_character"),
        (TEXT, "d", "2024-01-02T00:00:00", "turned_into_date"),
        (CODE, "d", "2024-01-02T00:00:00", "turned_into_date"),
        (CODE, "s", "A 01", "not_a_code"),
        (SLUG, "s", "2025年度", "not_a_slug"),
        (KANA, "s", "桂コネクタ", "not_kana"),
        (EMAIL, "s", "taro at company", "not_an_email"),
        (URL, "s", "javascript:alert(1)", "not_a_url"),
        (NUMBER, "s", "about 40", "not_an_integer"),
        (NUMBER, "n", 1.5, "not_an_integer"),
        (NUMBER, "n", 10000, "out_of_range"),
        (NUMBER, "s", "-1", "not_an_integer"),
        (CORPORATE, "s", "4.011E+12", "shortened_by_excel"),
        (CORPORATE, "s", "7000012050003", "corporate_number_check"),
        (CORPORATE, "s", "12345", "corporate_number_length"),
        (CORPORATE, "s", "011001098993", "corporate_number_twelve"),
        (CORPORATE, "s", "no number", "corporate_number_form"),
        (DATE, "s", "7/11/2024", "not_a_date"),
        (DATE, "s", "2024-02-30", "no_such_day"),
        (DATE, "n", 12, "not_a_date"),
        (DATE, "s", "1890-01-01", "year_out_of_range"),
        (DATE, "d", "2024-11-07T15:30:00", "date_with_time"),
        (DATE, "t", "15:30:00", "not_a_date"),
        (MOMENT, "s", "2024-11-07", "time_missing"),
        (MOMENT, "s", "2024-11-07 25:00", "no_such_time"),
        (YES, "s", "maybe", "unknown_choice"),
        (METHOD, "s", "by post", "unknown_choice"),
    ],
)
def test_a_cell_is_refused_with_its_reason(column, kind, value, code):
    with pytest.raises(CellError) as refused:
        parse_cell(RawCell(kind, value), column)
    assert refused.value.code == code
    finding = Finding(
        ERROR, code, "Sheet", "Companies", 7, "C", column.name, column.ja, str(value), refused.value.params
    )
    for language in ("en", "ja"):
        with translation.override(language):
            assert "%(" not in messages.line(finding)


def test_twelve_digits_are_answered_with_the_number_they_may_mean():
    with pytest.raises(CellError) as refused:
        parse_cell(RawCell("s", "011001098993"), CORPORATE)
    assert refused.value.params == {"suggestion": "4011001098993"}


raw_cells = st.one_of(
    st.builds(RawCell, st.sampled_from("sxfe"), st.text(max_size=60)),
    st.builds(
        RawCell, st.just("n"), st.one_of(st.integers(-(10**15), 10**15), st.floats(-1e15, 1e15, allow_nan=False))
    ),
    st.builds(RawCell, st.just("b"), st.booleans()),
    st.builds(
        RawCell, st.just("d"), st.datetimes(datetime(1900, 1, 1), datetime(9999, 12, 31)).map(datetime.isoformat)
    ),
    st.builds(RawCell, st.just("t"), st.times().map(str)),
    st.builds(RawCell, st.just("s"), st.from_regex(r"[RHrh令和平成0-9０-９年月日/.\-: 元]{1,20}", fullmatch=True)),
)


@given(cell=raw_cells, column=st.sampled_from(EVERY_COLUMN))
@settings(max_examples=400, deadline=None)
def test_no_cell_raises_anything_but_its_refusal(cell, column):
    try:
        value = parse_cell(cell, column)
    except CellError as refused:
        value, code = None, refused.code
        event(code)
    else:
        code = "formula"
    assert code in messages.FINDINGS
    assert value is None or isinstance(value, str | int | bool | date)
    assert "\x00" not in str(value)


@given(
    cells=st.lists(
        st.tuples(st.sampled_from(list(CONTENT)), st.integers(1, 5), st.integers(1, 12), raw_cells), max_size=25
    ),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_garbage_in_any_cell_gives_findings_and_never_raises(cells):
    raw = raw_of(make_content())
    for title, row, column, cell in cells:
        sheet = next(sheet for sheet in raw.sheets if sheet.title == title)
        if row <= len(sheet.rows):
            sheet.rows[row - 1][1][column] = cell
    inspection = inspect_raw(raw, today=TODAY)
    for finding in inspection.findings:
        assert "%(" not in messages.line(finding)
    assert load_workbook(BytesIO(annotate(raw, inspection.findings))).sheetnames[1:] == list(CONTENT)


def raw_of(content) -> RawWorkbook:
    """The raw cells of plain lists, without an .xlsx between."""
    return RawWorkbook(
        [
            RawSheet(
                title,
                [
                    (number, {column: raw_cell(value) for column, value in enumerate(row, 1) if value is not None})
                    for number, row in enumerate(rows, 1)
                ],
            )
            for title, rows in content.items()
        ]
    )


def raw_cell(value) -> RawCell:
    if isinstance(value, datetime):
        return RawCell("d", value.isoformat())
    if isinstance(value, date):
        return RawCell("d", f"{value.isoformat()}T00:00:00")
    return RawCell("n", value) if isinstance(value, int) else RawCell("s", value)


names = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=40)


def survives_xml(text: str) -> bool:
    """What Excel itself can keep; leading signs of a formula are openpyxl's business when the test writes them."""
    stays = " ".join(text.replace("\u200b", "").replace("\ufeff", "").split()) == text
    return stays and not text.startswith("=") and "_x" not in text and not any(c in text for c in "\ufffe\uffff")


@given(
    name=names.filter(survives_xml),
    employees=st.integers(0, 1_000_000),
    starts=st.datetimes(datetime(2025, 6, 2), datetime(2026, 3, 30)).map(
        lambda moment: moment.replace(second=0, microsecond=0, hour=9)
    ),
    attended=st.booleans(),
)
@settings(max_examples=8, deadline=None)
def test_what_is_written_is_read_again(name, employees, starts, attended):
    content = make_content()
    set_cell(content, "Companies", 2, "name_ja", name)
    set_cell(content, "Companies", 2, "employees", employees)
    set_cell(content, "Sessions", 2, "starts_at", starts)
    set_cell(content, "Sessions", 2, "ends_at", starts.replace(hour=10))
    set_cell(content, "Attendance", 2, "attended", attended)
    inspection = inspect(content)

    assert places(inspection) == []
    company = inspection.data.records("Companies")[0]
    assert (company["name_ja"], company["employees"]) == (name, employees)
    assert plain(inspection.data.records("Sessions")[0]["starts_at"]) == f"{starts:%Y-%m-%d}T00:{starts.minute:02}:00Z"
    assert inspection.data.records("Attendance")[0]["attended"] is attended


# Errors, all of them at once


def test_every_error_is_collected_with_its_cell():
    content = make_content()
    set_cell(content, "Companies", 2, "corporate_number", "7000012050003")
    set_cell(content, "Companies", 3, "employees", "many")
    set_cell(content, "People", 4, "company", "A99")
    set_cell(content, "Sessions", 2, "starts_at", "soon")
    set_pair(content, "fiscal_year", "=2024+1")

    assert places(inspect(content)) == [
        ("Programme", "B5", "formula"),
        ("Companies", "E2", "corporate_number_check"),
        ("Companies", "G3", "not_an_integer"),
        ("People", "E4", "unknown_reference"),
        ("Sessions", "F2", "not_a_date"),
    ]


@translation.override("en")
def test_an_error_names_place_value_and_what_is_expected():
    finding = inspect(changed("Companies", 2, "corporate_number", "7000012050003")).of(ERROR)[0]
    assert messages.place(finding) == "Sheet “Companies”, row 2, column E (corporate_number)"
    assert "“7000012050003”" in messages.line(finding)
    assert messages.describe(finding).startswith("The check digit of the corporate number does not fit")


@translation.override("en")
def test_missing_sheets_and_columns_are_named():
    content = make_content()
    del content["Feedback"]
    for row in content["Policies"]:
        del row[6]
    inspection = inspect(content)
    assert places(inspection) == [("Policies", "1", "column_missing"), ("Feedback", "", "sheet_missing")]
    assert messages.describe(inspection.of(ERROR)[0]) == (
        "The column “published_url” (公表URL) is missing. Add it; its cells may be empty where nothing is known."
    )


def test_a_missing_line_of_the_programme_is_named():
    content = make_content()
    content["Programme"] = [row for row in content["Programme"] if row[0] != "ends_on"]
    findings = inspect(content).of(ERROR)
    assert [(finding.code, finding.field) for finding in findings] == [("key_missing", "ends_on")]


def test_an_empty_workbook_misses_everything():
    workbook = Workbook()
    output = BytesIO()
    workbook.save(output)
    inspection = inspect_workbook(output.getvalue(), today=TODAY)
    assert [finding.code for finding in inspection.of(ERROR)] == ["sheet_missing"] * 11


def add_row(sheet, row):
    content = make_content()
    content[sheet].append(row)
    return content


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (
            add_row("Companies", ["A01", "Twice", "二重", None, None, None, 1, None, None, "participating"]),
            ("Companies", "A5", "duplicate"),
        ),
        (changed("Companies", 4, "corporate_number", "4011001098993"), ("Companies", "E4", "duplicate")),
        (
            add_row("People", ["ICHI@aoi.example", "Ichiro", "一郎", None, "A02", "staff", None]),
            ("People", "A9", "duplicate"),
        ),
        (add_row("Attendance", ["S1", "ichi@aoi.example", "online", "no"]), ("Attendance", "B6", "duplicate")),
        (add_row("Policies", ["A02", "drafting", None, None, None, None, None]), ("Policies", "A4", "duplicate")),
        (add_row("Speakers", ["S1", 1, "MS. Hana Mori", None, None, None]), ("Speakers", "C3", "duplicate")),
        (changed("Agenda", 3, "session", "S9"), ("Agenda", "A3", "unknown_reference")),
        (changed("Speakers", 2, "order", 9), ("Speakers", "B2", "unknown_agenda_item")),
        (changed("Attendance", 2, "email", "nobody@aoi.example"), ("Attendance", "B2", "unknown_reference")),
        (changed("Attendance", 4, "mode", "onsite"), ("Attendance", "C4", "mode_impossible")),
        (changed("Attendance", 2, "mode", None), ("Attendance", "C2", "mode_missing")),
        (changed("Attendance", 2, "email", "go@sharoshi.example"), ("Attendance", "B2", "attendance_without_company")),
        (changed("Consultations", 2, "adviser", "ichi@aoi.example"), ("Consultations", "B2", "not_an_adviser")),
        (
            changed("Consultations", 2, "starts_at", datetime(2027, 1, 8, 10, 0)),
            ("Consultations", "C2", "held_in_future"),
        ),
        (
            changed("Consultations", 3, "starts_at", datetime(2025, 9, 3, 10, 30)),
            ("Consultations", "C3", "overlap_adviser"),
        ),
        (changed("People", 2, "company", None), ("People", "E2", "company_missing")),
        (changed("People", 6, "company", "A01"), ("People", "E6", "company_not_expected")),
        (changed("Sessions", 2, "ends_at", datetime(2025, 6, 20, 12, 0)), ("Sessions", "G2", "end_before_start")),
        (changed("Sessions", 2, "ends_at", datetime(2025, 6, 22, 12, 0)), ("Sessions", "G2", "session_too_long")),
        (changed("Policies", 2, "approved_on", date(2025, 9, 1)), ("Policies", "E2", "stages_out_of_order")),
        (changed("Policies", 2, "published_on", date(2027, 1, 1)), ("Policies", "F2", "in_the_future")),
        (changed("Policies", 2, "published_on", None), ("Policies", "F2", "date_of_status_missing")),
        (changed("Policies", 3, "approved_on", date(2025, 11, 1)), ("Policies", "E3", "beyond_status")),
        (changed("Policies", 3, "published_url", "https://botan.example/"), ("Policies", "G3", "beyond_status")),
    ],
)
def test_one_mistake_gives_one_error_at_its_cell(content, expected):
    assert places(inspect(content)) == [expected]


@translation.override("en")
def test_approval_before_submission_is_an_error():
    content = changed("Policies", 2, "submitted_on", date(2025, 9, 30))
    set_cell(content, "Policies", 2, "endorsed_on", None)
    set_cell(content, "Policies", 2, "approved_on", date(2025, 9, 29))
    finding = inspect(content).of(ERROR)[0]
    assert (finding.cell, messages.describe(finding)) == ("E2", "This date lies before “submitted_on” (2025-09-30).")


@translation.override("en")
def test_choices_are_named_by_code_and_japanese_word():
    remarks = [
        messages.describe(inspect(content).of(ERROR)[0])
        for content in (
            changed("Attendance", 4, "mode", "onsite"),
            changed("Consultations", 2, "adviser", "ichi@aoi.example"),
            changed("Policies", 2, "published_on", None),
        )
    ]
    assert remarks == [
        "Session S2 was held as “online (オンライン)”, so nobody can have taken part in this way.",
        "This person is entered as “manager (管理者)”, not as an adviser.",
        "A policy with the status “published (公表済み)” needs this date.",
    ]


def test_the_programme_and_its_consultations_end_after_their_start():
    content = make_content()
    set_pair(content, "ends_on", date(2025, 5, 1))
    set_pair(content, "consultations_end_on", date(2025, 8, 1))
    codes = [(finding.cell, finding.code) for finding in inspect(content).of(ERROR)]
    assert codes == [("B9", "end_before_start"), ("B14", "end_before_start")]


def test_overlaps_look_further_than_the_neighbour():
    content = make_content()
    del content["Consultations"][1:]
    content["Consultations"] += [
        ["A01", "go@sharoshi.example", datetime(2025, 9, 3, 10, 0), 180, "online", "held"],
        ["A02", "go@sharoshi.example", datetime(2025, 9, 3, 10, 30), 15, "online", "cancelled"],
        ["A02", "roku@sharoshi.example", datetime(2025, 9, 3, 11, 0), 30, "online", "held"],
        ["A02", "go@sharoshi.example", datetime(2025, 9, 3, 12, 0), 30, "online", "held"],
        ["A01", "roku@sharoshi.example", datetime(2025, 9, 3, 13, 0), 30, "online", "booked"],
        ["A02", "roku@sharoshi.example", datetime(2025, 9, 3, 13, 15), 30, "online", "booked"],
    ]
    assert places(inspect(content)) == [
        ("Consultations", "C5", "overlap_adviser"),
        ("Consultations", "C7", "overlap_adviser"),
    ]


def test_one_company_with_two_advisers_at_once():
    content = changed("Consultations", 4, "status", "booked")
    set_cell(content, "Consultations", 4, "starts_at", datetime(2025, 9, 3, 11, 30))
    assert places(inspect(content)) == [("Consultations", "C4", "overlap_company")]


def test_unusual_dates_are_notices_only():
    content = changed("Sessions", 2, "starts_at", datetime(2025, 5, 20, 13, 0))
    set_cell(content, "Sessions", 2, "ends_at", datetime(2025, 5, 20, 15, 0))
    set_cell(content, "Consultations", 2, "starts_at", datetime(2025, 8, 20, 10, 0))
    inspection = inspect(content)
    assert places(inspection) == []
    assert places(inspection, NOTICE) == [
        ("Sessions", "F2", "outside_programme"),
        ("Consultations", "C2", "outside_consultations"),
    ]


def test_gaps_are_listed_apart_from_errors():
    content = changed("Speakers", 2, "name_ja", None)
    set_cell(content, "Policies", 2, "endorsed_on", None)
    set_cell(content, "Sessions", 2, "venue_en", None)
    inspection = inspect(content)
    assert places(inspection) == []
    assert places(inspection, GAP) == [
        ("Companies", "E4", "not_known"),
        ("Sessions", "J2", "not_known"),
        ("Speakers", "D2", "not_known"),
        ("Policies", "D2", "approved_without_review"),
    ]


def test_thousands_of_errors_are_counted_but_not_all_kept():
    content = make_content()
    content["Attendance"] += [["S9", "nobody@aoi.example", "fax", "perhaps"]] * 1500
    inspection = inspect(content)
    assert inspection.counts[ERROR] == 1500 * 5 - 1
    assert len(inspection.of(ERROR)) == limits.FINDINGS_KEPT


def test_both_languages_fill_the_same_places_of_a_sentence():
    placeholders = re.compile(r"%\((\w+)\)s")
    for code, text in (messages.FINDINGS | messages.REFUSALS).items():
        with translation.override("en"):
            english = set(placeholders.findall(str(text)))
        with translation.override("ja"):
            assert set(placeholders.findall(str(text))) == english, code


# Written workbooks


def test_the_annotated_workbook_lists_and_marks_every_error():
    content = changed("Companies", 2, "corporate_number", "7000012050003")
    set_cell(content, "Companies", 3, "status", None)
    inspection = inspect(content)
    with translation.override("en"):
        workbook = load_workbook(BytesIO(annotate(inspection.raw, inspection.findings)))

    assert workbook.sheetnames[0] == "Remarks"
    listed = [[cell.value for cell in row] for row in workbook["Remarks"].iter_rows(min_row=3)]
    assert [row[:5] for row in listed[:2]] == [
        ["Error", "Companies", "E2", "corporate_number", "7000012050003"],
        ["Error", "Companies", "J3", "status", None],
    ]
    assert workbook["Remarks"]["C3"].hyperlink.location == "'Companies'!E2"
    assert workbook["Companies"]["E2"].comment.text == listed[0][5]
    assert workbook["Companies"]["J3"].comment.text == "A value is needed here."
    assert workbook["Companies"]["E2"].fill.fgColor.rgb == "FFFDEEEE"


def test_the_annotated_workbook_can_be_mended_and_uploaded_again():
    inspection = inspect(changed("Companies", 2, "corporate_number", "7000012050003"))
    workbook = load_workbook(BytesIO(annotate(inspection.raw, inspection.findings)))
    workbook["Companies"]["E2"] = "4011001098993"
    output = BytesIO()
    workbook.save(output)
    again = inspect_workbook(output.getvalue(), today=TODAY)

    assert places(again) == []
    assert again.data.unknown_sheets == []
    assert [record.values for record in again.data.records("Sessions")] == [
        record.values for record in inspect().data.records("Sessions")
    ]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "＝", "＋", "－", "＠"])
def test_no_text_of_the_upload_becomes_a_formula(start):
    payload = f'{start}HYPERLINK("http://evil.example","x")'
    raw = raw_of(make_content())
    raw.sheets[2].rows[1][1][2] = RawCell("s", payload)
    raw.sheets[2].rows[1][1][1] = RawCell("f", "=cmd|'/c calc'!A1")
    inspection = inspect_raw(raw, today=TODAY)
    output = annotate(inspection.raw, inspection.findings)
    workbook = load_workbook(BytesIO(output))

    for sheet in workbook:
        for row in sheet.iter_rows():
            assert [cell.coordinate for cell in row if cell.data_type == "f"] == []
    cell = workbook["Companies"]["B2"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == (payload, "s", True)


def test_a_sheet_may_be_called_anything():
    titles = ["a/b[c]:*?", "'quoted'", "x" * 60, "x" * 60 + "y", "\x07", "Companies"]
    raw = RawWorkbook([RawSheet(title, [(1, {1: RawCell("s", "code")})]) for title in titles])
    inspection = inspect_raw(raw, today=TODAY)
    workbook = load_workbook(BytesIO(annotate(raw, inspection.findings)))
    assert workbook.sheetnames[1:] == ["a_b_c____", "quoted", "x" * 28, "x" * 28 + "1", "_", "Companies"]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_template_is_understood_when_it_comes_back(language):
    with translation.override(language):
        content = blank_workbook()
    inspection = inspect_workbook(content, today=TODAY)
    assert inspection.data.unknown_sheets == []
    assert inspection.data.unknown_columns == []
    assert {finding.code for finding in inspection.of(ERROR)} == {"value_missing", "one_of_missing"}
    assert {finding.sheet for finding in inspection.of(ERROR)} == {"Programme" if language == "en" else "プログラム"}
    assert set(inspection.data.sheets) == {sheet.name for sheet in SHEETS}


def test_the_template_offers_lists_and_keeps_codes_as_text():
    with translation.override("ja"):
        workbook = load_workbook(BytesIO(blank_workbook()))
    sheet = workbook["参加企業"]
    assert next(cell.value for cell in sheet[1]).startswith("会社コード")
    assert sheet.column_dimensions["E"].number_format == "@"
    assert sheet.data_validations.dataValidation[0].formula1 == '"参加中,辞退"'
    assert sheet.max_row == 1
