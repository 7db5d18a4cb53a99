"""Hostile text in every field of the builder is text: on each page, in the report as it is printed, and in its sheets.

The fields are found, not listed: those that the pages show, and those of every form of `reports.forms`. A new form with a
field of text fails here until it has a door below.
"""

import io
import pkgutil
from datetime import timedelta
from html.parser import HTMLParser
from importlib import import_module

import pytest
from django import forms
from django.urls import reverse
from django.utils import timezone, translation
from openpyxl import load_workbook

import reports.forms
from common.tenancy import acting_as
from jobs.services import store_file
from programmes.models import Feedback, Photo, Session
from reports.enums import BlockKind, Language
from reports.models import DraftBlock
from reports.queries import builder as queries
from reports.rendering import document, report_pdf, sheet
from reports.rendering.issuing_sheet import Issued, figures_workbook
from reports.services import builder as services
from reports.services.reading import invite_reader
from tests.roles import WebClient

from .conftest import END, NOW
from .issuing import give_number, pair
from .reading import text_of

pytestmark = pytest.mark.django_db

HOSTILE = "=1+1\"'><script>alert(1)</script><img src=x onerror=alert(2)>{{ enrolled|safe }}{% now 'Y' %}&lt;b&gt; ]]>"
LIVE = ("<script>alert(1)", "<img src=x", "<b> ]]")


class _Fields(HTMLParser):
    """Collects what can be typed into the forms of a page, and what they send besides, a form an entry."""

    def __init__(self):
        super().__init__()
        self.forms = []

    def handle_starttag(self, tag, attrs):
        own = dict(attrs)
        if tag == "form":
            self.forms.append({"action": own.get("action", ""), "typed": [], "sent": {}})
        elif not self.forms or not own.get("name"):
            return
        elif tag == "textarea" or (tag == "input" and own.get("type", "text") in ("text", "search")):
            self.forms[-1]["typed"].append(own["name"])
        elif tag == "input" and own.get("type") in ("hidden", "checkbox"):
            self.forms[-1]["sent"][own["name"]] = own.get("value", "on")
        elif tag == "button":
            self.forms[-1]["sent"].setdefault(own["name"], own.get("value", ""))


def fields_of(page: str) -> list[dict]:
    reader = _Fields()
    reader.feed(page)
    return [form for form in reader.forms if form["typed"] and not form["action"].startswith("/i18n")]


def assert_harmless(content: bytes, where: str) -> None:
    page = content.decode()
    assert [piece for piece in LIVE if piece in page] == [], where


@pytest.fixture
def draft(pilot):
    """A draft with something to choose from in each kind of block."""
    with acting_as(pilot.secretariat.pk):
        session = Session.objects.get(programme=pilot.programme, code="MS1")
        picture = store_file(name="p.png", content=b"\x89PNG", actor=pilot.secretariat, programme_id=pilot.programme.pk)
        words = {"caption_ja": "写真", "caption_en": "Photo", "alt_ja": "会場", "alt_en": "Hall"}
        Photo.objects.create(
            session=session, programme=pilot.programme, file=picture, width=9, height=9, has_consent=True, **words
        )
        return services.found_draft(
            programme=pilot.programme, edition="internal", as_of=END, actor=pilot.secretariat, now=NOW
        )


def of(draft, name: str, *more) -> str:
    return reverse(f"reports:{name}", args=[draft.programme_id, draft.pk, *more])


def read_everywhere(client, draft) -> None:
    pages = [of(draft, name) for name in ("draft", "draft_preview", "draft_figures", "check_draft", "throw_away_draft")]
    pages += [f"{of(draft, 'draft_preview')}?lang=en", f"{of(draft, 'draft_figures')}?of=enrolled"]
    pages += [of(draft, "draft_block", row.pk) for row in DraftBlock.objects.filter(draft=draft)]
    for page in pages:
        response = client.get(page)
        assert response.status_code == 200, page
        assert_harmless(response.content, page)


def test_what_is_typed_into_any_block_is_text(pilot, sign_in, draft):
    client, typed = sign_in(pilot.secretariat), {}
    # People's own words and the captions where they were taken from are hostile, too.
    Feedback.objects.filter(programme=pilot.programme, consent="anonymous").update(
        comment_en=HOSTILE, comment_ja=HOSTILE
    )
    Photo.objects.update(alt_ja=HOSTILE, alt_en=HOSTILE, caption_ja=HOSTILE)
    Session.objects.filter(programme=pilot.programme, code="MS1").update(title_en=HOSTILE, venue_ja=HOSTILE)
    for row in DraftBlock.objects.filter(draft=draft):
        address = of(draft, "draft_block", row.pk)
        for form in fields_of(client.get(address).content.decode()):
            names = form["typed"]
            sent = form["sent"] | dict.fromkeys(names, HOSTILE) | {"do": "save"}
            response = client.post(address, sent)
            assert response.status_code in (302, 422), (row.key, names)
            assert_harmless(response.content, row.key)
            typed.setdefault(row.kind, []).extend(names)
    # Each kind of block in which something can be typed was found with its fields.
    assert set(typed) == {BlockKind.NARRATIVE, BlockKind.QUOTES, BlockKind.PHOTOS}
    with acting_as(pilot.secretariat.pk):
        services.enter_value(
            draft=draft, figure="enrolled", value=3, reason_ja=HOSTILE, reason_en=HOSTILE, actor=pilot.secretariat
        )
    read_everywhere(client, draft)
    with acting_as(pilot.secretariat.pk):
        services.read_figures_again(draft=draft, edition="internal", as_of=END, actor=pilot.secretariat, now=NOW)
        draft.refresh_from_db()
        figures = queries.printed_figures(draft)
        written = {language: queries.written_by_people(draft, language) for language in Language.values}
    assert written["ja"]["texts"]
    assert written["en"]["photos"]
    for language in Language.values:
        with translation.override(language):
            html, _assets = document.page(figures, plans=HOSTILE, written=written[language])
        assert_harmless(html.encode(), language)
        assert "{% now" in html
        assert "alert(1)" in html


def sheets_of(figures) -> list:
    issued = Issued(number="X-01", edition="public", issued_on=END)
    return [load_workbook(io.BytesIO(made)) for made in (sheet.workbook(figures), figures_workbook(figures, issued))]


def bent(figures):
    """Return the figures with every text in them hostile but for codes, days and moments."""
    if isinstance(figures, dict):
        return {key: bent(value) if not key.endswith(("_ja", "_en")) else HOSTILE for key, value in figures.items()}
    return [bent(each) for each in figures] if isinstance(figures, list) else figures


@pytest.mark.parametrize("language", Language.values)
def test_every_text_of_the_records_is_text_in_page_pdf_and_sheet(pilot, language):
    figures = bent(pilot.figures(edition="internal"))
    numbered = document.Numbered("X-01", END, "https://example.org/check", "X-00", HOSTILE)
    with translation.override(language):
        page, _assets = document.page(figures, plans=HOSTILE, numbered=numbered)
        assert_harmless(page.encode(), language)
        books = sheets_of(figures)
    cells = [cell for book in books for page in book.worksheets for row in page.iter_rows() for cell in row]
    assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []
    said = [cell.value for cell in cells if isinstance(cell.value, str) and "alert(1)" in cell.value]
    assert said
    assert [value for value in said if value.startswith("=")] == []
    if language == "en":
        # One file is enough: both are set from the same page.
        text = text_of(report_pdf(figures, language=language, plans=HOSTILE, numbered=numbered))
        assert "<script>alert(1)</script>" in text
        assert "{%now'Y'%}" in text


# --- Forms ----------------------------------------------------------------------------------------------------------------


def forms_with_text() -> dict[str, list[str]]:
    """Return the forms of the app with their fields of free text."""
    found = {}
    for module in pkgutil.iter_modules(reports.forms.__path__, "reports.forms."):
        for name, form in vars(import_module(module.name)).items():
            if isinstance(form, type) and issubclass(form, forms.BaseForm) and form.__module__ == module.name:
                typed = [key for key, field in form.base_fields.items() if type(field) is forms.CharField]
                if typed or name == "ReadingForm":
                    found[name] = typed
    return found


def doors(cast) -> dict:
    """Return for each form its address and what else it needs to be taken."""
    programme, user = cast.programme, cast.people["secretariat"]
    japanese, english = pair(programme, user)
    issued, _created = give_number(pair(programme, user, edition="internal")[0], user)
    with acting_as(user.pk):
        draft = services.found_draft(programme=programme, edition="public", as_of=END, actor=user, now=NOW)
        who = {"name": HOSTILE[:100], "organisation": HOSTILE, "email": "a@example.org", "language": "en"}
        _reader, token = invite_reader(
            report=english, due_on=timezone.localdate() + timedelta(days=1), actor=user, **who
        )
    later = str(timezone.localdate() + timedelta(days=3))

    def named(name: str, *more) -> str:
        return reverse(f"reports:{name}", args=[programme.pk, *more])

    return {
        "OverrideForm": (f"{of(draft, 'draft_figures')}?of=enrolled", {"value": "3"}),
        "FigureForm": (f"{of(draft, 'draft_figures')}", {}),
        "ReportForm": (named("new"), {"language": "ja", "edition": "public", "as_of": "2020-01-01"}),
        "IssueForm": (named("issue", japanese.pk), {"replaces": ""}),
        "WithdrawForm": (named("withdraw_issue", issued.pk), {}),
        "InviteReaderForm": (
            named("readers", japanese.pk), {"email": "b@example.org", "language": "ja", "due_on": later}
        ),
        "ReadingForm": (reverse("reports:read_draft", args=[token]), {"verdict": "differs"}),
        "CheckIssueForm": (reverse("reports:check_issue"), {}),
    }  # fmt: skip


def test_what_is_typed_into_any_form_is_text(cast, sign_in):
    user = cast.people["secretariat"]
    client, known = sign_in(user), doors(cast)
    assert set(forms_with_text()) == set(known)
    # The fields of the page for readers are the blocks of the report.
    outside = WebClient()
    outside.post(known["ReadingForm"][0], {"open": "1"})
    blocks = fields_of(outside.get(known["ReadingForm"][0]).content.decode())[-1]["typed"]
    assert len(blocks) > 5
    for name, fields in forms_with_text().items():
        address, more = known[name]
        browser = outside if name in ("ReadingForm", "CheckIssueForm") else client
        found = blocks if name == "ReadingForm" else fields
        texts = {field: HOSTILE[:100] if field == "name" else HOSTILE for field in found}
        send = browser.get if name in ("CheckIssueForm", "FigureForm") else browser.post
        response = send(address, more | texts)
        assert response.status_code in (200, 302, 404, 422), (name, response.status_code)
        assert_harmless(response.content, name)
    pages = [reverse(f"reports:{name}", args=[cast.programme.pk]) for name in ("list", "drafts", "issues", "compare")]
    pages += [address for address, _more in known.values() if "check-report" not in address]
    for page in pages:
        assert_harmless(client.get(page, follow=True).content, page)
