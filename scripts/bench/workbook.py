"""A made-up programme workbook of any size, in the shape of the pilot's: four people a company, six sessions."""

from datetime import datetime, timedelta
from pathlib import Path

from openpyxl import Workbook

SESSIONS = 6
PEOPLE = 4
ADVISERS_PER_COMPANY = 1 / 8
START = datetime(2024, 11, 5, 13, 0)
HEADERS = {
    "Programme": ["key", "value"],
    "Organisations": ["name_en", "name_ja", "role"],
    "Companies": [
        "code", "name_en", "name_ja", "name_kana", "corporate_number", "industry", "employees", "prefecture", "buyer",
        "status",
    ],
    "People": ["email", "name_en", "name_ja", "name_kana", "company", "role", "title"],
    "Sessions": [
        "code", "strand", "kind", "title_en", "title_ja", "starts_at", "ends_at", "method", "method_note", "venue_en",
        "venue_ja",
    ],
    "Agenda": ["session", "order", "kind", "title_en", "title_ja"],
    "Speakers": ["session", "order", "name_en", "name_ja", "title_en", "title_ja"],
    "Attendance": ["session", "email", "mode", "attended"],
    "Feedback": ["session", "email", "comment_en", "comment_ja", "quotable"],
    "Consultations": ["company", "adviser", "starts_at", "minutes", "method", "status"],
    "Policies": [
        "company", "status", "submitted_on", "endorsed_on", "approved_on", "published_on", "published_url",
    ],
}  # fmt: skip


def _email(company: int, person: int) -> str:
    return f"person{person}@company{company:05}.example"


def _programme(code: str):
    yield from {
        "code": code,
        "name_en": f"Bench programme {code}",
        "name_ja": f"計測用プログラム {code}",
        "fiscal_year": 2024,
        "theme_en": "Business and Human Rights",
        "theme_ja": "ビジネスと人権",
        "starts_on": datetime(2024, 11, 1),
        "ends_on": datetime(2025, 4, 30),
        "target_en": "Each company formulates its policy",
        "target_ja": "各社が方針を策定する",
        "target_due_on": datetime(2025, 3, 31),
        "consultations_start_on": datetime(2025, 2, 1),
        "consultations_end_on": datetime(2025, 3, 31),
        "consultations_per_company": 2,
        "consultation_minutes": 60,
    }.items()


def _companies(count: int):
    for n in range(count):
        yield [
            f"C{n:05}", f"Company {n:05} Ltd.", f"計測{n:05}株式会社", f"ケイソク{n:05}", None, "electronic components",
            20 + n % 280, "Tokyo", None, "participating",
        ]  # fmt: skip


def _people(count: int, advisers: int):
    for n in range(count):
        for p in range(PEOPLE):
            role = "manager" if p < 2 else "staff"
            yield [_email(n, p), f"Person {n}-{p}", f"計測 {n}-{p}", f"ケイソク {p}", f"C{n:05}", role, "Title"]
    for n in range(advisers):
        yield [f"adviser{n}@adviser.example", f"Adviser {n}", f"助言 {n}", "ジョゲン", None, "adviser", "Sharoshi"]
    yield ["secretariat@bench.example", "Bench Secretariat", "計測 事務局", "ケイソク", None, "secretariat", ""]


def _sessions():
    for n in range(SESSIONS):
        start = START + timedelta(days=9 * n)
        yield [
            f"S{n}", "working_level", "seminar", f"Seminar {n}", f"セミナー{n}", start, start + timedelta(hours=2),
            "hybrid", None, "Room A", "A会議室",
        ]  # fmt: skip


def _attendance(count: int):
    """About 6.25 rows a company, as in the target of 10,000 rows for 1,600 companies."""
    for n in range(count):
        for s in range(SESSIONS):
            yield [f"S{s}", _email(n, s % PEOPLE), "online" if (n + s) % 3 else "onsite", "yes"]
        if n % 4 == 0:
            yield ["S0", _email(n, 1), "online", "yes"]


def _consultations(count: int, advisers: int):
    for n in range(count):
        slot, adviser = divmod(n, advisers)
        for round_ in range(2):
            day = datetime(2025, 2, 3) + timedelta(days=28 * round_ + slot // 8)
            yield [
                f"C{n:05}", f"adviser{adviser}@adviser.example", day + timedelta(hours=9 + slot % 8), 60, "online", "held",
            ]  # fmt: skip


def _policies(count: int):
    for n in range(count):
        submitted = datetime(2025, 2, 10) + timedelta(days=n % 10)
        dates = [submitted + timedelta(days=14 * step) for step in range(4)]
        status = ("submitted", "endorsed", "approved", "published")[n % 4]
        reached = dates[: n % 4 + 1] + [None] * (3 - n % 4)
        yield [f"C{n:05}", status, *reached, f"https://company{n:05}.example/policy" if n % 4 == 3 else None]


def write_workbook(path: Path, *, companies: int, code: str) -> dict:
    """Write the workbook and return its row counts by sheet."""
    advisers = max(2, int(companies * ADVISERS_PER_COMPANY))
    rows = {
        "Programme": _programme(code),
        "Organisations": iter([["Bench organiser", "計測の主催者", "organiser"]]),
        "Companies": _companies(companies),
        "People": _people(companies, advisers),
        "Sessions": _sessions(),
        "Agenda": ([f"S{n}", 1, "lecture", f"Lecture {n}", f"講演{n}"] for n in range(SESSIONS)),
        "Speakers": ([f"S{n}", 1, f"Speaker {n}", f"講師{n}", "Title", "肩書"] for n in range(SESSIONS)),
        "Attendance": _attendance(companies),
        "Feedback": (["S0", _email(n, 0), "Useful.", "役に立った。", "yes"] for n in range(0, companies, 8)),
        "Consultations": _consultations(companies, advisers),
        "Policies": _policies(companies),
    }
    workbook, counts = Workbook(write_only=True), {}
    for title, header in HEADERS.items():
        sheet = workbook.create_sheet(title)
        sheet.append(header)
        counts[title] = 0
        for row in rows[title]:
            sheet.append(list(row))
            counts[title] += 1
    workbook.save(path)
    return counts
