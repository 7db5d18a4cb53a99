"""Files that nobody should open: each is refused with its sentence, within limits, before it can do harm."""

import resource
import struct
import subprocess
import sys
import zipfile
from datetime import date
from io import BytesIO

import pytest
from django.utils import translation

from imports.importing.reading import limits, messages
from imports.importing.reading.inspection import inspect_workbook
from imports.importing.reading.reader import TOP, read_workbook
from imports.importing.reading.refusals import WorkbookRefused
from tests.factories.workbooks import make_workbook

TODAY = date(2026, 11, 22)
SHEET = "xl/worksheets/sheet1.xml"
NAMESPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def repack(content: bytes, *, change=None, add=None, drop=()) -> bytes:
    """The workbook with parts changed, added or dropped."""
    output = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as source, zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            if entry.filename not in drop:
                target.writestr(entry.filename, (change or {}).get(entry.filename, source.read(entry.filename)))
        for name, data in (add or {}).items():
            target.writestr(name, data)
    return output.getvalue()


def with_sheet(rows: str, *, before: str = "") -> bytes:
    """A workbook whose first sheet has this XML between its sheetData tags."""
    xml = f'<?xml version="1.0"?>{before}<worksheet {NAMESPACE}><sheetData>{rows}</sheetData></worksheet>'
    return repack(make_workbook(), change={SHEET: xml})


def refusal(content: bytes) -> str:
    with pytest.raises(WorkbookRefused) as refused:
        read_workbook(content)
    for language in ("en", "ja"):
        with translation.override(language):
            assert "%(" not in messages.describe_refusal(refused.value)
    return refused.value.code


def old_excel(*, encrypted: bool) -> bytes:
    stream = "EncryptedPackage" if encrypted else "Workbook"
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 512 + stream.encode("utf-16-le") + b"\x00" * 512


def password_zip() -> bytes:
    """A ZIP whose entries carry the flag of encryption, in the directory and in front of each entry."""
    content = bytearray(make_workbook())
    position = content.find(b"PK\x01\x02")
    while position != -1:
        content[position + 8] |= 1
        position = content.find(b"PK\x01\x02", position + 4)
    return bytes(content)


def other_zip(*names: str) -> bytes:
    output = BytesIO()
    with zipfile.ZipFile(output, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return output.getvalue()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"PK\x03\x04" + b"\x00" * limits.FILE_BYTES, "file_too_large"),
        (old_excel(encrypted=False), "old_excel"),
        (old_excel(encrypted=True), "encrypted"),
        (password_zip(), "encrypted"),
        (b"%PDF-1.7\n%\xe2\xe3", "pdf"),
        (b"<html><body><table><tr><td>code</td></tr></table></body></html>", "html"),
        ('\ufeff<?xml version="1.0"?><Workbook/>'.encode(), "html"),
        ("code,name_ja\r\nC01,株式会社葵\r\n".encode(), "csv"),
        ("code,name_ja\r\nC01,株式会社葵\r\n".encode("cp932"), "csv"),
        (bytes(range(256)) * 20, "not_a_workbook"),
        (other_zip("a.txt"), "not_a_workbook"),
        (other_zip("word/document.xml", "[Content_Types].xml"), "other_document"),
        (other_zip("mimetype", "content.xml"), "open_document"),
        (other_zip("xl/workbook.bin", "[Content_Types].xml"), "binary_workbook"),
        (other_zip("../evil.xml"), "unsafe_part"),
        (other_zip("/etc/passwd"), "unsafe_part"),
        (other_zip("C:\\evil"), "unsafe_part"),
        (other_zip(*(f"xl/{n}.xml" for n in range(limits.ARCHIVE.entries + 1))), "too_many_parts"),
        (make_workbook()[:-200], "damaged"),
        (make_workbook()[:3000] + b"\x00" * 200 + make_workbook()[3200:], "damaged"),
        (b"PK\x05\x06" + b"\x00" * 18, "not_a_workbook"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_workbook_is_refused_with_its_sentence(content, code):
    assert refusal(content) == code


@pytest.mark.parametrize(
    ("part", "code"),
    [
        ("xl/vbaProject.bin", "macros"),
        ("xl/macrosheets/sheet1.xml", "macros"),
        ("xl/externalLinks/externalLink1.xml", "external_links"),
        ("xl/embeddings/oleObject1.bin", "embedded_files"),
        ("xl/media/inner.zip", "embedded_files"),
    ],
)
def test_a_workbook_with_more_than_cells_is_refused(part, code):
    assert refusal(repack(make_workbook(), add={part: b"x"})) == code


def test_a_workbook_that_says_it_has_macros_is_refused():
    types = zipfile.ZipFile(BytesIO(make_workbook())).read("[Content_Types].xml")
    changed = types.replace(b"spreadsheetml.sheet.main", b"macroEnabled.main")
    assert refusal(repack(make_workbook(), change={"[Content_Types].xml": changed})) == "macros"


def test_two_parts_of_one_name_are_refused():
    with pytest.warns(UserWarning, match="Duplicate name"):
        content = repack(make_workbook(), add={SHEET: "x"})
    assert refusal(content) == "damaged"


def test_a_link_to_a_file_of_the_machine_is_refused():
    output = BytesIO(make_workbook())
    link = zipfile.ZipInfo("xl/link")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(output, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    assert refusal(output.getvalue()) == "unsafe_part"


def test_a_bomb_is_refused_by_what_it_declares():
    assert (
        refusal(repack(make_workbook(), add={"xl/bomb.xml": b"0" * (limits.ARCHIVE.unpacked_bytes + 1)}))
        == "unpacks_too_large"
    )


def test_a_part_that_packs_too_well_is_refused():
    assert refusal(repack(make_workbook(), add={"xl/bomb.xml": b"0" * (4 * 1024 * 1024)})) == "unpacks_too_large"


def test_a_directory_that_lies_about_sizes_is_refused():
    content = bytearray(repack(make_workbook(), change={SHEET: b"<x>" + b" " * 3_000_000 + b"</x>"}))
    position = content.find(SHEET.encode(), content.find(b"PK\x01\x02"))
    header = position - 46
    assert content[header : header + 4] == b"PK\x01\x02"
    struct.pack_into("<I", content, header + 24, 1000)
    assert refusal(bytes(content)) == "damaged"


def test_entities_are_refused():
    laughs = '<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
    assert (
        refusal(with_sheet('<row r="1"><c t="inlineStr"><is><t>&b;</t></is></c></row>', before=laughs)) == "unsafe_part"
    )


def test_a_file_of_the_machine_is_not_read_by_an_entity():
    entity = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    assert (
        refusal(with_sheet('<row r="1"><c t="inlineStr"><is><t>&f;</t></is></c></row>', before=entity)) == "unsafe_part"
    )


def test_a_sparse_sheet_costs_nothing():
    content = with_sheet('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
    assert len(content) < 20_000
    assert refusal(content) == "too_many_rows"


def test_a_value_far_to_the_right_is_refused():
    assert refusal(with_sheet('<row r="3"><c r="XFD3"><v>1</v></c></row>')) == "too_many_columns"


def test_a_sheet_of_very_many_rows_is_refused_at_the_limit():
    rows = "".join(
        f'<row r="{n}"><c r="A{n}"><v>{n * 7919 % 99991}</v></c></row>' for n in range(1, limits.ROWS_PER_SHEET + 1000)
    )
    assert refusal(with_sheet(rows)) == "too_many_rows"


def test_formatted_rows_without_a_value_do_not_count():
    rows = "".join(f'<row r="{n}"><c r="A{n}" s="{n % 7 % 2}"/></row>' for n in range(2, limits.ROWS_PER_SHEET + 5000))
    content = with_sheet('<row r="1"><c r="A1" t="inlineStr"><is><t>key</t></is></c></row>' + rows)
    inspection = inspect_workbook(content, today=TODAY)
    assert inspection.raw.sheets[0].rows[0][0] == 1
    assert len(inspection.raw.sheets[0].rows) == 1


def test_too_many_cells_over_all_sheets_are_refused():
    width = 58
    rows = "".join(
        f'<row r="{n}">' + "".join(f"<c><v>{n * 31 + c}</v></c>" for c in range(width)) + "</row>"
        for n in range(1, 6900)
    )
    assert 6899 * width > limits.CELLS
    assert refusal(with_sheet(rows)) == "too_many_cells"


def test_one_shared_text_repeated_is_counted_as_often_as_it_stands_there():
    text = "x" * (limits.CELL_CHARACTERS - 1)
    rows = "".join(f'<row r="{n}"><c t="s"><v>0</v></c><c><v>{n * 7919 % 99991}</v></c></row>' for n in range(1, 6000))
    content = with_sheet(rows)
    types = zipfile.ZipFile(BytesIO(content)).read("[Content_Types].xml").decode()
    shared = (
        '<Override PartName="/xl/sharedStrings.xml"'
        ' ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>'
    )
    content = repack(
        content,
        change={"[Content_Types].xml": types.replace("</Types>", shared)},
        add={"xl/sharedStrings.xml": f"<sst {NAMESPACE}><si><t>{text}</t></si></sst>"},
    )
    assert refusal(content) == "too_much_text"


def test_more_sheets_than_a_programme_needs_are_refused():
    assert refusal(make_workbook({f"Sheet {n}": [["x"]] for n in range(limits.SHEETS + 1)})) == "too_many_sheets"


def test_a_strict_workbook_is_explained():
    xml = zipfile.ZipFile(BytesIO(make_workbook())).read("xl/workbook.xml")
    strict = xml.replace(b"schemas.openxmlformats.org/spreadsheetml/2006", b"purl.oclc.org/ooxml/spreadsheetml")
    assert refusal(repack(make_workbook(), change={"xl/workbook.xml": strict})) == "strict_workbook"


@pytest.mark.parametrize(
    "part", ["xl/workbook.xml", "xl/styles.xml", SHEET, "[Content_Types].xml", "xl/_rels/workbook.xml.rels"]
)
@pytest.mark.parametrize("content", [b"", b"<nonsense", b"<a/>", b"\xff\xfe\x00"])
def test_a_damaged_part_is_refused_or_read_as_empty_and_never_raises(part, content):
    try:
        raw = read_workbook(repack(make_workbook(), change={part: content}))
    except WorkbookRefused as refused:
        outcome = refused.code
    else:
        outcome = "read as empty" if part != SHEET or raw.sheets[0].rows == [] else "read"
    assert outcome in {"read as empty", *messages.REFUSALS}


def test_a_workbook_that_needs_more_memory_than_allowed_is_refused(tmp_path):
    cells = "".join(f"<c><v>{n * 7919 % 999983}</v></c>" for n in range(150_000))
    (tmp_path / "wide.xlsx").write_bytes(with_sheet(f'<row r="1">{cells}</row>'))
    script = "from imports.importing.reading import child, limits\nlimits.CHILD_MEMORY_BYTES = 100 * 1024 * 1024\nchild.main()\n"
    with (tmp_path / "wide.xlsx").open("rb") as file:
        done = subprocess.run(
            [sys.executable, "-c", script], cwd=TOP, stdin=file, capture_output=True, text=True, check=True
        )
    assert done.stdout.splitlines()[-1] == '["refused","needs_too_much_memory",{"megabytes":100}]'


def test_the_reading_process_sets_its_own_limits():
    script = (
        "import json, resource\n"
        "from imports.importing.reading.child import set_limits\n"
        "set_limits()\n"
        "print(json.dumps([resource.getrlimit(r) for r in (resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_FSIZE)]))\n"
        "try:\n    bytearray(2 * 1024 ** 3)\nexcept MemoryError:\n    print('stopped')\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=TOP, capture_output=True, text=True, check=True)
    memory, seconds = limits.CHILD_MEMORY_BYTES, limits.CHILD_CPU_SECONDS
    assert done.stdout.splitlines() == [f"[[{memory}, {memory}], [{seconds}, {seconds}], [0, 0]]", "stopped"]
    assert resource.getrlimit(resource.RLIMIT_AS)[0] != memory


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [("CHILD_WALL_SECONDS", 0.05, "takes_too_long"), ("CHILD_OUTPUT_BYTES", 500, "too_much_text")],
)
def test_the_parent_stops_a_process_that_does_not_end(monkeypatch, name, value, code):
    monkeypatch.setattr(limits, name, value)
    assert refusal(make_workbook()) == code


def test_the_reading_process_knows_no_secret(monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "for nobody")
    seen = []
    run = subprocess.Popen

    def watched(*args, **kwargs):
        seen.append(kwargs["env"])
        return run(*args, **kwargs)

    monkeypatch.setattr(subprocess, "Popen", watched)
    read_workbook(make_workbook())
    assert [sorted(environment) for environment in seen] == [
        ["PYTHONDONTWRITEBYTECODE", "PYTHONIOENCODING", "PYTHONPATH"]
    ]


def test_progress_is_told_every_thousand_rows():
    rows = [["session", "email", "mode", "attended"]] + [
        ["S1", f"p{n}@a.example", "online", "yes"] for n in range(2500)
    ]
    told = []
    read_workbook(make_workbook({"Attendance": rows}), progress=lambda sheet, row: told.append((sheet, row)))
    assert told == [("Attendance", 1000), ("Attendance", 2000)]
