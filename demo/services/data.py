"""The made-up facts, read from `demo/data/*.toml`."""

import tomllib
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "data"
PILOT_WORKBOOK = FOLDER.parent / "fy2024_pilot.xlsx"
PILOT_CODE = "fy2024-pilot"
LIVING_CODE = "living-demo"
PREVIOUS_CODE = "living-demo-previous"
# The columns that seats and people share.
NAMES = ("name_ja", "name_en", "name_kana", "title", "email")


@cache
def read(name: str) -> dict:
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def people() -> list[dict]:
    """Everybody at the companies, each with the key of the company."""
    return [
        person | {"company": company["key"]}
        for company in read("companies")["companies"]
        for person in company["people"]
    ]


def secretariat() -> list[dict]:
    """The seats that are not advisers'."""
    return [facts for facts in read("programme")["seats"] if facts["role"] != "adviser"]
