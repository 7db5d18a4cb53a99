"""What each person of the demo sees: every page of their menu and of its links, read on a phone and at a desk."""

import re
from urllib.parse import urlsplit

import pytest
from django.urls import Resolver404, resolve
from django.utils import timezone

from tests.browser.checks import ENGLISH, JAPANESE, look_at

pytestmark = pytest.mark.processes

SECRETARIAT = {
    "dashboards:programme",
    "dashboards:companies",
    "dashboards:company",
    "dashboards:help",
    "dashboards:places",
    "programmes:sessions",
    "programmes:session",
    "policies:programme",
    "policies:company",
    "consultations:programme",
    "consultations:company",
    "reports:list",
    "reports:new",
    "imports:list",
    "imports:new",
    "imports:import",
}
MEMBER = {
    "dashboards:company_home",
    "dashboards:help",
    "policies:company",
    "programmes:company_sessions",
    "consultations:company",
}
ADVISER = {
    "dashboards:advising",
    "dashboards:company",
    "dashboards:help",
    "policies:company",
    "programmes:sessions",
    "consultations:programme",
}
# Japanese on a phone and English at a desk for everybody together, not for each.
VISITS = [
    ("mochizuki@spp-office.example", JAPANESE, SECRETARIAT),
    ("mochizuki@spp-office.example", ENGLISH, SECRETARIAT),
    ("takamine@takamine-seimitsu.example", JAPANESE, MEMBER),
    ("lan@labo-one.example", ENGLISH, MEMBER),
    ("kuze@kuze-sr.example", JAPANESE, ADVISER),
    ("watanabe@watanabe-sr.example", ENGLISH, ADVISER),
]


# Answers that are kept and not shown; the journey downloads them.
FILES = {
    "consultations:calendar",
    "consultations:minutes_file",
    "consultations:overview_sheet",
    "imports:export_file",
    "imports:file",
    "imports:remarks",
    "imports:template",
    "policies:advice_file",
    "policies:export_file",
    "policies:proof",
    "policies:register_csv",
    "policies:register_entry_json",
    "policies:register_json",
    "policies:register_text",
    "programmes:calendar_feed",
    "programmes:certificate",
    "programmes:certificates_file",
    "programmes:closing_slides_file",
    "programmes:material",
    "programmes:photo",
    "programmes:session_calendar",
    "programmes:slides_file",
    "programmes:survey_csv",
    "reports:cohort_sheet",
    "reports:draft_pdf",
    "reports:hours_sheet",
    "reports:issued_figures",
    "reports:issued_file",
    "reports:pdf",
    "reports:session_sheet",
    "reports:sheet",
}


def name_of(path: str) -> str:
    """Return the name of the page at an address, or the address where only the demo has it."""
    try:
        return resolve(urlsplit(path).path).view_name
    except Resolver404:
        return path


def choose_this_year(page) -> None:
    """Where somebody has several places, go to the programme of this year."""
    if page.url.endswith("/places/"):
        page.get_by_role("button", name=re.compile("20.*(デモ|demo)")).last.click()
        page.wait_for_load_state()


def walk(page, visit, *, most: int = 45) -> set[str]:
    """Follow links from where the page stands, one page of each kind; return their names."""
    waiting, seen = [page.evaluate("location.pathname")], set()
    while waiting and len(seen) < most:
        path = waiting.pop(0)
        name = name_of(path)
        if name in seen | FILES or name.startswith(("account_", "mfa_", "/")) or name == "dashboards:home":
            continue
        seen.add(name)
        answer = page.goto(path)
        assert answer.status == 200, path
        visit(name)
        waiting += page.eval_on_selector_all(
            "a[href^='/']:not([download])", "links => links.map(link => link.getAttribute('href').split('#')[0])"
        )
    return seen


@pytest.mark.parametrize(
    ("email", "reader", "pages"), VISITS, ids=[f"{email}-{reader[0]}" for email, reader, _ in VISITS]
)
def test_every_page_is_accessible_and_fits(open_page, person, email, reader, pages):
    language, width = reader
    page = open_page("/", language=language, width=width, user=person(email))
    choose_this_year(page)
    who = email.partition("@")[0]
    seen = walk(page, lambda name: look_at(page, f"{who}-{name.replace(':', '-')}", language=language))
    assert seen >= pages


def test_the_former_adviser_finds_no_company(open_page, person):
    page = open_page("/", language="en", user=person("kobayakawa@kobayakawa-sr.example"))
    look_at(page, "former-adviser", language="en")
    assert page.locator("main a[href^='/companies/']").count() == 0
    assert "Heat Treatment" not in page.inner_text("main")


def test_the_adviser_s_home_names_the_assigned_companies(open_page, person):
    page = open_page("/", language="en", user=person("watanabe@watanabe-sr.example"))
    page.get_by_role("link", name="Companies that you advise").click()
    page.wait_for_url("**/advising/companies/")
    companies = page.locator("main a[href^='/companies/']")
    for name in ("Mitsumori Kasei", "Artemis Photonics", "Quontech", "Sea of Japan Coastal Region"):
        assert companies.filter(has_text=name).count() >= 1, name
    assert "Takamine" not in page.inner_text("main")


def test_who_joined_last_week_sees_a_home_without_a_past(open_page, person):
    page = open_page("/", language="ja", width=360, user=person("aki@hikari-harness.example"))
    look_at(page, "late-joiner", language="ja")
    assert "合同会社ひかりハーネス" in page.inner_text("body")


def test_each_home_has_something_for_today(open_page, person):
    """The demo is made around the day of its first load, which is today."""
    today = timezone.localdate()
    for email in ("takamine@takamine-seimitsu.example", "kuze@kuze-sr.example", "mochizuki@spp-office.example"):
        page = open_page("/", language="ja", user=person(email))
        choose_this_year(page)
        assert f"{today.year}年{today.month}月{today.day}日" in page.inner_text("main"), email
