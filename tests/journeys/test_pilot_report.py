"""The main job from end to end on the command line: the pilot's workbook in, its published figures out, in both languages."""

import re
from datetime import date
from io import BytesIO

import pytest
from django.core.management import call_command
from pypdf import PdfReader

from tests.factories.workbooks import PILOT
from tests.roles import web_role

END, TARGET = date(2025, 4, 30), date(2025, 3, 31)
FACTS = {
    "ja": [
        "2024年11月7日(木)15:30〜17:00", "16社から22名（会場13名、オンライン9名）", "AP東京丸の内",
        "2024年11月15日(金)15:00〜17:00", "15社から16名（会場14名、オンライン2名）", "10階会議室",
        "2024年12月4日(水)13:00〜16:00", "16社から18名（全員がオンライン）",
        "2024年12月18日(水)13:00〜16:30", "16社から19名（会場10名、オンライン9名）", "大手町ファーストスクエア",
        "2025年4月22日(火)13:00〜14:30", "15社から35名（全員がオンライン）",
        "計28回", "2025年4月30日現在、16社のうち13社", "2025年3月31日までに策定した企業は、16社のうち9社",
    ],
    "en": [
        "7November2024(Thu)15:30–17:00", "22peoplefrom16companies(onsite:13,online:9)", "APTokyoMarunouchi",
        "15November2024(Fri)15:00–17:00", "16peoplefrom15companies(onsite:14,online:2)", "10F,JFLSSA",
        "4December2024(Wed)13:00–16:00", "18peoplefrom16companies(allonline)",
        "18December2024(Wed)13:00–16:30", "19peoplefrom16companies(onsite:10,online:9)", "OtemachiFirstSquare",
        "22April2025(Tue)13:00–14:30", "35peoplefrom15companies(allonline)",
        "28timesintotal", "Asof30April2025,13of16companies", "Bythetargetdate,31March2025,itwas9of16companies.",
    ],
}  # fmt: skip
SPEAKERS = ["MotokoOgawa", "ToshinaoHirano", "TakuKawamura", "MamiKamoshita", "RyusukeTanaka", "Mr.Kiuchi"]


def report(path, language: str, as_of: date) -> str:
    """Render the report and return its text without white space."""
    with web_role():
        call_command("render_report", "fy2024-pilot", language=language, as_of=as_of, output=path)
    pages = PdfReader(BytesIO(path.read_bytes())).pages
    return re.sub(r"\s", "", "".join(page.extract_text() for page in pages))


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_published_figures_come_out_again(db, tmp_path, language):
    with web_role():
        call_command("import_programme", str(PILOT))
    text = report(tmp_path / "end.pdf", language, END)
    assert [fact for fact in [*FACTS[language], *SPEAKERS] if fact not in text] == []
    earlier = report(tmp_path / "target.pdf", language, TARGET)
    assert {"ja": "2025年3月31日現在、16社のうち9社", "en": "Asof31March2025,9of16companies"}[language] in earlier
