"""Programme workbooks made in the test: a small valid one, and whatever a test changes in it."""

from copy import deepcopy
from datetime import date, datetime, timedelta
from io import BytesIO
from pathlib import Path

from openpyxl import Workbook

PILOT = Path(__file__).resolve().parents[2] / "demo" / "fy2024_pilot.xlsx"

CONTENT = {
    "Programme": [
        ["key", "value"],
        ["code", "fy2025-small"],
        ["name_en", "Small programme"],
        ["name_ja", "小さなプログラム"],
        ["fiscal_year", 2025],
        ["theme_en", "Business and Human Rights"],
        ["theme_ja", "ビジネスと人権"],
        ["starts_on", date(2025, 6, 1)],
        ["ends_on", date(2026, 3, 31)],
        ["target_en", "A policy each"],
        ["target_ja", "各社が方針を策定する"],
        ["target_due_on", date(2026, 3, 31)],
        ["consultations_start_on", date(2025, 9, 1)],
        ["consultations_end_on", date(2025, 12, 26)],
        ["consultations_per_company", 2],
        ["consultation_minutes", 60],
    ],
    "Organisations": [
        ["name_en", "name_ja", "role"],
        ["Organiser Association", "主催協会", "organiser"],
        ["Cooperating Office", "協力事務所", "cooperating"],
    ],
    "Companies": [
        [
            "code",
            "name_en",
            "name_ja",
            "name_kana",
            "corporate_number",
            "industry",
            "employees",
            "prefecture",
            "buyer",
            "status",
        ],
        [
            "A01",
            "Aoi Works",
            "株式会社葵製作所",
            "アオイセイサクショ",
            "4011001098993",
            "machined parts",
            40,
            "Tokyo",
            None,
            "participating",
        ],
        [
            "A02",
            "Botan Ltd.",
            "牡丹工業株式会社",
            "ボタンコウギョウ",
            "7123456789012",
            "stamping",
            80,
            "Osaka",
            None,
            "participating",
        ],
        ["A03", "Chigaya Co.", "茅商会", "チガヤショウカイ", None, "trade", 12, "Aichi", None, "withdrawn"],
    ],
    "People": [
        ["email", "name_en", "name_ja", "name_kana", "company", "role", "title"],
        ["ichi@aoi.example", "Ichiro Aoi", "葵 一郎", "アオイ イチロウ", "A01", "manager", "President"],
        ["ni@aoi.example", "Niko Aoi", "葵 二子", "アオイ ニコ", "A01", "staff", "General Affairs"],
        ["san@botan.example", "Sanae Botan", "牡丹 早苗", "ボタン サナエ", "A02", "manager", "President"],
        ["yon@chigaya.example", "Yonezo Chigaya", "茅 米蔵", "チガヤ ヨネゾウ", "A03", "manager", "President"],
        ["go@sharoshi.example", "Goro Sato", "佐藤 五郎", "サトウ ゴロウ", None, "adviser", "Sharoshi"],
        ["roku@sharoshi.example", "Rokuko Kudo", "工藤 六子", "クドウ ロクコ", None, "adviser", "Sharoshi"],
        ["office@spp.example", "Aya Hayashi", "林 彩", "ハヤシ アヤ", None, "secretariat", "Secretariat"],
    ],
    "Sessions": [
        [
            "code",
            "strand",
            "kind",
            "title_en",
            "title_ja",
            "starts_at",
            "ends_at",
            "method",
            "method_note",
            "venue_en",
            "venue_ja",
        ],
        [
            "S1",
            "management_study",
            "seminar",
            "First seminar",
            "第1回セミナー",
            datetime(2025, 6, 20, 13, 0),
            datetime(2025, 6, 20, 15, 0),
            "hybrid",
            None,
            "Room 1",
            "第1会議室",
        ],
        [
            "S2",
            "working_level",
            "workshop",
            "Workshop",
            "ワークショップ",
            datetime(2025, 7, 4, 13, 0),
            datetime(2025, 7, 4, 16, 30),
            "online",
            None,
            None,
            None,
        ],
    ],
    "Agenda": [
        ["session", "order", "kind", "title_en", "title_ja"],
        ["S1", 1, "lecture", "Why it matters", "なぜ大切か"],
        ["S1", 2, "sharing", "Views", "意見共有"],
        ["S2", 1, "group_work", "Cases", "事例検討"],
    ],
    "Speakers": [
        ["session", "order", "name_en", "name_ja", "title_en", "title_ja"],
        ["S1", 1, "Ms. Hana Mori", "森 花", "Director", "課長"],
    ],
    "Attendance": [
        ["session", "email", "mode", "attended"],
        ["S1", "ichi@aoi.example", "onsite", "yes"],
        ["S1", "san@botan.example", "online", "yes"],
        ["S2", "ni@aoi.example", "online", "yes"],
        ["S2", "san@botan.example", "online", "no"],
    ],
    "Feedback": [
        ["session", "email", "comment_en", "comment_ja", "quotable"],
        ["S1", "ichi@aoi.example", "Useful.", "役に立った。", "yes"],
    ],
    "Consultations": [
        ["company", "adviser", "starts_at", "minutes", "method", "status"],
        ["A01", "go@sharoshi.example", datetime(2025, 9, 3, 10, 0), 60, "online", "held"],
        ["A02", "go@sharoshi.example", datetime(2025, 9, 3, 11, 0), 60, "onsite", "held"],
        ["A02", "roku@sharoshi.example", datetime(2025, 10, 3, 11, 0), 60, "online", "cancelled"],
    ],
    "Policies": [
        ["company", "status", "submitted_on", "endorsed_on", "approved_on", "published_on", "published_url"],
        [
            "A01",
            "published",
            date(2025, 9, 10),
            date(2025, 9, 20),
            date(2025, 10, 1),
            date(2025, 10, 5),
            "https://aoi.example/policy",
        ],
        ["A02", "submitted", date(2025, 10, 10), None, None, None, None],
    ],
}


def make_content() -> dict[str, list[list]]:
    """The small valid workbook as plain lists, header first; change it and give it to `make_workbook`."""
    return deepcopy(CONTENT)


def make_workbook(content: dict[str, list[list]] | None = None) -> bytes:
    """An .xlsx with these sheets."""
    workbook = Workbook()
    workbook.remove(workbook.active)
    for title, rows in (CONTENT if content is None else content).items():
        sheet = workbook.create_sheet(title)
        for row in rows:
            sheet.append(row)
    output = BytesIO()
    workbook.save(output)
    return output.getvalue()


def set_cell(content: dict[str, list[list]], sheet: str, row: int, column: str, value) -> None:
    """Set the cell of `column` (its header) in `row` (as Excel counts; the header is row 1)."""
    content[sheet][row - 1][content[sheet][0].index(column)] = value


def set_pair(content: dict[str, list[list]], key: str, value) -> None:
    """Set a value of the sheet Programme."""
    next(row for row in content["Programme"] if row[0] == key)[1] = value


def make_large_content(
    *, companies: int, people_each: int = 4, sessions: int = 5, attendances: int = 0
) -> dict[str, list[list]]:
    """A valid workbook of any size; attendances are spread over people and sessions."""
    content = make_content()
    for name in (
        "Companies",
        "People",
        "Sessions",
        "Agenda",
        "Speakers",
        "Attendance",
        "Feedback",
        "Consultations",
        "Policies",
    ):
        del content[name][1:]
    content["Companies"] += [
        [
            f"L{n:05}",
            f"Company {n}",
            f"会社{n}株式会社",
            "カイシャ",
            None,
            "parts",
            n % 300 + 1,
            "Tokyo",
            None,
            "participating",
        ]
        for n in range(companies)
    ]
    content["People"] += [
        [
            f"p{n}.{m}@l{n:05}.example",
            f"Person {n} {m}",
            f"人 {n}の{m}",
            "ヒト",
            f"L{n:05}",
            "staff" if m % 2 else "manager",
            "Office",
        ]
        for n in range(companies)
        for m in range(people_each)
    ]
    advisers = max(1, companies // 5)
    content["People"] += [
        [f"adviser{n}@sharoshi.example", f"Adviser {n}", f"相談員 {n}", "ソウダンイン", None, "adviser", ""]
        for n in range(advisers)
    ]
    start = datetime(2025, 6, 2, 13, 0)
    content["Sessions"] += [
        [
            f"S{n}",
            "working_level",
            "seminar",
            f"Session {n}",
            f"第{n}回",
            start + timedelta(days=7 * n),
            start + timedelta(days=7 * n, hours=2),
            "online",
            None,
            None,
            None,
        ]
        for n in range(sessions)
    ]
    people = [row[0] for row in content["People"][1:] if row[4]]
    content["Attendance"] += [
        [f"S{number // len(people)}", people[number % len(people)], "online", "yes"] for number in range(attendances)
    ]
    content["Consultations"] += [
        [
            f"L{n:05}",
            f"adviser{n % advisers}@sharoshi.example",
            datetime(2025, 9, 1, 9, 0) + timedelta(days=n // advisers),
            60,
            "online",
            "held",
        ]
        for n in range(companies)
    ]
    content["Policies"] += [
        [f"L{n:05}", "submitted", date(2025, 10, 1), None, None, None, None] for n in range(companies)
    ]
    return content
