"""Fill the public register with companies, and count the queries of its pages as anybody asks for them. Prints JSON."""

import json
import sys
from datetime import date, timedelta
from urllib.parse import quote

import django

django.setup()

from counting import asking  # noqa: E402 - needs django.setup()
from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from companies.models import Company  # noqa: E402
from policies.models import RegisterEntry, RegisterVersion  # noqa: E402
from policies.services import digest  # noqa: E402
from policies.services.register import describe_entry  # noqa: E402

# Rows of other people's are written past row-level security, as a restored backup would be.
OWNER = "owner"
INDUSTRIES = ("食料品", "繊維", "化学", "金属", "機械", "電気機器", "輸送用機器", "小売", "建設", "運輸")
PREFECTURES = ("東京都", "大阪府", "愛知県", "北海道", "福岡県", "広島県", "宮城県", "静岡県", "京都府", "兵庫県")
SYLLABLES = "アカサタナハマヤラワイキシチニヒミリウクスツヌフムユル"
PARAGRAPH = (
    "当社は、人権への影響を調べ、防ぎ、軽くする取り組みを続けます。責任者を定め、年に一度、経営層に報告します。" * 3
)


def content(number: int) -> dict:
    """A text of nine sections with three paragraphs each, about 4,500 characters."""
    sections = [
        {
            "code": f"section-{place}",
            "title": {"ja": f"第{place}項", "en": f"Section {place}"},
            "paragraphs": [{"id": f"{place}-{at}", "ja": PARAGRAPH, "en": ""} for at in range(3)],
        }
        for place in range(9)
    ]
    return {"company": {"ja": f"会社{number}", "en": ""}, "languages": ["ja"], "sections": sections}


def kana(number: int) -> str:
    """A name of four syllables that no other number has."""
    letters = []
    for _ in range(4):
        number, at = divmod(number, len(SYLLABLES))
        letters.append(SYLLABLES[at])
    return "".join(letters)


def fill(number: int) -> None:
    companies, entries, versions = [], [], []
    for at in range(number):
        name = kana(at * 37)
        company = Company(
            name_ja=f"{name}工業株式会社",
            name_en=f"{name} Works {at}",
            name_kana=f"{name}コウギョウ",
            industry=INDUSTRIES[at % 10],
            prefecture=PREFECTURES[at // 10 % 10],
        )
        published_on = date(2022, 1, 1) + timedelta(days=at % 1800)
        entry = RegisterEntry(company=company, slug=f"bench-{at}", published_on=published_on)
        describe_entry(entry, company)
        text = content(at)
        version = RegisterVersion(entry=entry, company=company, number=1, content=text, sha256=digest(text))
        version.published_on = published_on
        companies.append(company)
        entries.append(entry)
        versions.append(version)
    Company.objects.using(OWNER).bulk_create(companies, batch_size=1000)
    RegisterEntry.objects.using(OWNER).bulk_create(entries, batch_size=1000)
    RegisterVersion.objects.using(OWNER).bulk_create(versions, batch_size=1000)
    for entry, version in zip(entries, versions, strict=True):
        entry.present = version
    RegisterEntry.objects.using(OWNER).bulk_update(entries, ["present"], batch_size=1000)


def counted(path: str, cookie: str = "none=") -> dict:
    """Return how a page is asked for, and with how many queries it is answered the second time."""
    client = Client(headers={"host": "localhost", "cookie": cookie})
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        response = client.get(path)
    if response.status_code != 200:
        raise SystemExit(f"{path} answered {response.status_code}")
    return {"path": path, "queries": len(asking(queries)), "cookie": cookie}


def main(number: int) -> None:
    fill(number)
    last = -(-number // 20)
    pages = {
        "list": "/register/",
        "last_page": f"/register/?page={last}",
        "newest": "/register/?sort=-published",
        # In hiragana, two characters, as people type.
        "search": f"/register/?q={quote('あか')}",
        "filters": f"/register/?industry={quote('繊維')}&prefecture={quote('東京都')}",
        "entry": "/register/bench-1/",
    }
    found = {name: counted(path) for name, path in pages.items()}
    # Whoever comes with a session gets a page of their own; everybody else's is remembered until the register changes.
    found["list_not_remembered"] = counted(pages["list"], f"{settings.SESSION_COOKIE_NAME}=none")
    print(json.dumps({"pages": found}))


main(int(sys.argv[1]))
