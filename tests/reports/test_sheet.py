"""The accompanying sheet: the same figures, every company, and nothing that a spreadsheet would run."""

import io
from datetime import datetime
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook

from reports.rendering import report_sheet
from reports.rendering.document import PRINTED_COMPANIES
from reports.rendering.sheet import harmless

from .samples import sample_figures, sample_session


def pages(figures: dict, language: str = "en") -> dict[str, list[tuple]]:
    book = load_workbook(io.BytesIO(report_sheet(figures, language=language)))
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}


def values(figures: dict, group: str) -> dict:
    return {row[1]: row[2:4] for row in pages(figures)["Figures"] if row[0] == group}


def test_the_pilot_s_figures_are_in_the_sheet(pilot):
    figures = pilot.figures(edition="internal")
    stages = values(figures, "Stage of the policies")
    assert stages["Formulated"] == (13, 16)
    assert stages["Formulated by the target date"] == (9, 16)
    assert values(figures, "Individual consultations")["Unused"] == (4, 32)
    sheets = pages(figures)
    assert [row[9:13] for row in sheets["Sessions"][1:]] == [
        (16, 22, 13, 9), (15, 16, 14, 2), (16, 18, 0, 18), (16, 19, 10, 9), (15, 35, 0, 35)
    ]  # fmt: skip
    heads, first, *others = sheets["Companies and milestones"]
    assert len(others) == 15
    row = dict(zip(heads, first, strict=True))
    assert (row["Company"], row["Name"]) == ("C01", "Keyaki Electronics Co., Ltd.")
    assert "2025-03-17" in [day.date().isoformat() for day in first if isinstance(day, datetime)]
    meanings = [row[4] for row in sheets["Figures"][1:]]
    assert all(meanings)


def test_the_public_sheet_names_no_company(pilot):
    content = report_sheet(pilot.figures(), language="ja")
    text = "".join(ZipFile(io.BytesIO(content)).read(name).decode() for name in ZipFile(io.BytesIO(content)).namelist())
    assert [e.company.name_ja for e in pilot.companies.values() if e.company.name_ja in text] == []
    assert "C16" in text


def test_the_sheet_holds_every_company_however_many():
    figures = sample_figures(enrolled=PRINTED_COMPANIES + 50)
    assert len(pages(figures)["Companies and milestones"]) == PRINTED_COMPANIES + 51


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"])
def test_no_text_is_taken_for_a_formula(start):
    text = f"{start}cmd|'/c calc'!A1"
    figures = sample_figures(sessions=[sample_session(title_en=text, venue_en=text)])
    book = load_workbook(io.BytesIO(report_sheet(figures, language="en")))
    row = list(book["Sessions"].iter_rows())[1]
    assert [cell.data_type for cell in (row[2], row[7])] == ["s", "s"]
    # White space in front is stripped with the rest of a text's; what then begins a formula gets its mark.
    assert [cell.value[0] for cell in (row[2], row[7])] == (["'", "'"] if start.strip() else ["c", "c"])
    assert harmless(text) == f"'{text}"
    assert not any(cell.data_type == "f" for sheet in book for line in sheet.iter_rows() for cell in line)


def test_control_characters_do_not_break_the_file():
    figures = sample_figures(sessions=[sample_session(title_en="A\x0bB\x01C")], programme={"name_en": "P\x02"})
    assert pages(figures)["Sessions"][1][2] == "ABC"


def test_a_session_to_come_has_no_counts_rather_than_noughts():
    figures = sample_figures(sessions=[sample_session(held=False)])
    assert pages(figures)["Sessions"][1][8:] == ("no", None, None, None, None, None)
