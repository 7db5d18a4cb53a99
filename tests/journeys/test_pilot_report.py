"""The main job from end to end through the secretariat's screens: the pilot's workbook in, a report written, checked and
issued in both languages, its published figures out."""

import re
from datetime import date, timedelta
from io import BytesIO

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from jobs.models import Job
from jobs.tasks import run_job, runs
from programmes.models import Programme
from reports import rendering
from reports.models import DraftBlock, IssuedReport, ReportDraft
from tests.factories import make_attendance, make_person, make_seat, make_session
from tests.factories.workbooks import PILOT
from tests.roles import WebClient, web_role

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


@pytest.fixture(autouse=True)
def no_renewal(monkeypatch):
    """The thread that renews the lease has a connection of its own, which sees no row of a test's transaction."""
    monkeypatch.setattr(runs, "RENEW_SECONDS", 3600)


@pytest.fixture
def pilot(db):
    """The pilot from its workbook, and somebody of its secretariat."""
    with web_role():
        call_command("import_programme", str(PILOT))
    programme = Programme.objects.get(code="fy2024-pilot")
    return programme, make_seat(programme, role="leader").user


def worker() -> None:
    """Do what is open, as the worker would."""
    for job in Job.objects.open():
        with web_role():
            run_job(str(job.pk), str(job.requested_by_id))
        job.refresh_from_db()
        assert job.state == Job.State.DONE, job.error_text


def write(browser, programme, day: date) -> ReportDraft:
    """Begin a report on the page for it."""
    address = reverse("reports:drafts", args=[programme.pk])
    response = browser.post(address, {"edition": "public", "as_of": day.isoformat()})
    return ReportDraft.objects.get(pk=response["Location"].rstrip("/").rpartition("/")[2])


def of(row, name: str, *more) -> str:
    return reverse(f"reports:{name}", args=[row.programme_id, row.pk, *more])


def issue(browser, draft, monkeypatch) -> IssuedReport:
    """Ask for both languages of a draft and issue them. The first copies, without a number, need not be set for that."""
    with monkeypatch.context() as patch:
        patch.setattr(rendering, "report_pdf", lambda figures, *, language, **_more: f"%PDF {language}".encode())
        for language in ("ja", "en"):
            response = browser.post(of(draft, "draft_pdf"), {"language": language})
        worker()
    browser.post(f"{response['Location']}issue/", {"note": "Final report"})
    return IssuedReport.objects.filter(programme=draft.programme_id).first()


def pages_of(browser, issued, language: str) -> list[str]:
    """Download the file from the page of the issue; return its pages without white space."""
    stored = getattr(issued, f"report_{language}").pdf
    content = b"".join(browser.get(of(issued, "issued_file", stored.pk)).streaming_content)
    return [re.sub(r"\s", "", page.extract_text()) for page in PdfReader(BytesIO(content)).pages]


def test_the_pilot_s_report_is_written_checked_and_issued_with_the_published_figures(pilot, sign_in, monkeypatch):
    programme, user = pilot
    browser = sign_in(user)
    draft = write(browser, programme, END)
    plans = DraftBlock.objects.get(draft=draft, key="outline.plans")
    texts = {"ja": "来年度は{{ enrolled }}社と続けます。", "en": "We go on with {{ enrolled }} companies."}
    sent = {f"text-{plans.pk}-{language}": text for language, text in texts.items()}
    sent |= {f"rev-{plans.pk}-{language}": "0" for language in texts}
    assert browser.post(of(draft, "draft_block", plans.pk), sent | {"do": "save"}).status_code == 302
    assert "違いはありません" in browser.get(of(draft, "check_draft")).content.decode()
    issue(browser, draft, monkeypatch)
    worker()
    found = IssuedReport.objects.get()
    for language, said in (("ja", "来年度は16社と続けます。"), ("en", "Wegoonwith16companies.")):
        first, *rest = pages_of(browser, found, language)
        text = first + "".join(rest)
        assert [fact for fact in [*FACTS[language], *SPEAKERS, said] if fact not in text] == []
        # Cover and colophon name the number; the page that checks it says the same, to anybody.
        assert found.number in first
        assert f"check-report/?number={found.number}" in rest[-1]
    page = WebClient().get(f"{reverse('reports:check_issue')}?number={found.number}").content.decode()
    assert found.pdf_ja_sha256 in page
    assert found.pdf_en_sha256 in page


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_day_decides_what_is_counted(pilot, sign_in, language):
    programme, user = pilot
    browser = sign_in(user)
    page = browser.get(f"{of(write(browser, programme, TARGET), 'draft_preview')}?lang={language}").content.decode()
    text = re.sub(r"\s|<[^>]+>", "", page)
    assert {"ja": "2025年3月31日現在、16社のうち9社", "en": "Asof31March2025,9of16companies"}[language] in text


def test_a_programme_of_its_own_gives_its_own_figures(cast, sign_in, monkeypatch):
    user, programme = cast.people["secretariat"], cast.programme
    browser, day = sign_in(user), timezone.localdate()
    session = make_session(programme, title_ja="第一回", starts_at=timezone.now() - timedelta(days=20))
    for _number in range(3):
        make_attendance(session, make_person(cast.company))
    draft = write(browser, programme, day)
    preview = re.sub(r"\s|<[^>]+>", "", browser.get(f"{of(draft, 'draft_preview')}?lang=ja").content.decode())
    assert "1社から3名" in preview
    issue(browser, draft, monkeypatch)
    with monkeypatch.context() as patch:
        patch.setattr(rendering, "report_pdf", lambda figures, *, numbered, **_more: f"%PDF {numbered}".encode())
        worker()
    found = IssuedReport.objects.get()
    assert found.number.startswith(programme.code.upper())
    figures = found.report_en.figures
    assert (figures["companies"]["enrolled"], figures["sessions"][0]["people"]) == (2, 3)
    assert figures == {**found.report_ja.figures, "computed_at": figures["computed_at"]}
