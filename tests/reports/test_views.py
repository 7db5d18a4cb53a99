"""The secretariat's pages: who may come, what they show, and how a file leaves."""

from datetime import date
from urllib.parse import quote

import pytest
from django.urls import reverse
from django.utils import timezone

from audit.models import Event
from common.tenancy import acting_as
from jobs.models import Job, StoredFile
from jobs.services import store_file
from reports.models import Report
from reports.queries import fingerprint, report_figures
from reports.services import request_report
from tests.factories import make_seat, make_session

from .conftest import NOW

PAGES = ("list", "new")
OF_A_REPORT = ("report", "progress", "pdf", "sheet")


def address(name: str, target) -> str:
    if isinstance(target, Report):
        return reverse(f"reports:{name}", args=[target.programme_id, target.pk])
    return reverse(f"reports:{name}", args=[target.pk])


def make_report(programme, user, *, day: int = 30, **fields) -> Report:
    values = {"language": "ja", "edition": "public", "as_of": date(2025, 4, day)} | fields
    with acting_as(user.pk):
        return request_report(programme=programme, actor=user, **values)[0]


def finish(report: Report, *, pdf: bytes = b"%PDF-1.7 test") -> Report:
    """Give a report figures and files as its job would, without setting any page."""
    actor, programme = report.requested_by, report.programme
    with acting_as(actor.pk):
        report.figures = report_figures(programme, as_of=report.as_of, edition=report.edition, now=NOW)
        report.figures_sha256 = report.content_key = fingerprint(report.figures)
        report.pdf = store_file(name="報告書 髙﨑.pdf", content=pdf, actor=actor, programme_id=programme.pk)
        report.sheet = store_file(name="report.xlsx", content=b"PK sheet", actor=actor, programme_id=programme.pk)
        report.save()
        Job.objects.filter(pk=report.job_id).update(state=Job.State.DONE)
    return Report.objects.get(pk=report.pk)


@pytest.fixture
def report(cast) -> Report:
    return finish(make_report(cast.programme, cast.people["secretariat"]))


@pytest.mark.parametrize("name", [*PAGES, *OF_A_REPORT])
@pytest.mark.parametrize(
    ("person", "status"),
    [
        ("secretariat", 200),
        ("other_secretariat", 404),
        ("stranger", 404),
        ("nobody", 404),
        ("manager", 403),
        ("staff", 403),
        ("adviser", 403),
        ("unassigned_adviser", 403),
    ],
)
def test_reports_are_for_the_secretariat_of_the_programme(cast, report, sign_in, name, person, status):
    """Who takes part in the programme otherwise is refused its pages; a report is not there for them at all."""
    target = report if name in OF_A_REPORT else cast.programme
    response = sign_in(cast.people[person]).get(address(name, target), headers={"HX-Request": "true"})
    response.close()
    assert response.status_code == (404 if name in OF_A_REPORT and status == 403 else status)


def test_a_report_under_another_programme_s_address_is_not_there(cast, report, sign_in):
    both = cast.people["secretariat"]
    make_seat(cast.other_programme, role="member", user=both)
    url = reverse("reports:pdf", args=[cast.other_programme.pk, report.pk])
    assert sign_in(both).get(url).status_code == 404


def test_asking_leads_to_the_report_and_its_progress(cast, sign_in):
    client = sign_in(cast.people["secretariat"])
    form = {"language": "en", "edition": "internal", "as_of": "2025-04-30", "plans": "More to come."}
    response = client.post(address("new", cast.programme), form)
    report = Report.objects.get()
    assert (response.status_code, response["Location"]) == (302, address("report", report))
    assert (report.language, report.edition, str(report.as_of), report.plans) == (
        "en", "internal", "2025-04-30", "More to come."
    )  # fmt: skip
    page = client.get(address("report", report)).content.decode()
    assert f'hx-get="{address("progress", report)}"' in page
    assert '<meta http-equiv="refresh"' in page
    assert address("sheet", report) not in page
    again = client.post(address("new", cast.programme), form)
    assert again["Location"] == address("report", report)
    assert Job.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("as_of", "2024-10-31"),
        ("as_of", "2099-01-01"),
        ("as_of", "2025-02-30"),
        ("as_of", ""),
        ("language", "fr"),
        ("edition", ""),
        ("plans", "x" * 4001),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(cast, sign_in, field, value):
    form = {"language": "ja", "edition": "public", "as_of": "2025-04-30", "plans": "", field: value}
    response = sign_in(cast.people["secretariat"]).post(address("new", cast.programme), form)
    assert list(response.context["form"].errors) == [field]
    assert Report.objects.count() == 0


def test_the_day_offered_is_the_programme_s_last_or_today(cast, sign_in):
    client = sign_in(cast.people["secretariat"])
    assert client.get(address("new", cast.programme)).context["form"].initial["as_of"] == date(2025, 4, 30)
    type(cast.programme).objects.filter(pk=cast.programme.pk).update(ends_on=date(2099, 3, 31))
    assert client.get(address("new", cast.programme)).context["form"].initial["as_of"] == timezone.localdate()


def test_texts_missing_in_one_language_are_listed_before_a_report_is_made(cast, sign_in):
    make_session(cast.programme, title_ja="", title_en="Only in English")
    page = sign_in(cast.people["secretariat"]).get(address("new", cast.programme))
    assert len(page.context["gaps"]) == 1
    assert "Only in English" in page.content.decode()


def test_a_ready_report_offers_its_files_and_asks_no_further(cast, report, sign_in):
    client = sign_in(cast.people["secretariat"])
    page = client.get(address("report", report)).content.decode()
    assert address("pdf", report) in page
    assert address("sheet", report) in page
    assert report.pdf.sha256[:16] in page
    assert "hx-get" not in page
    assert "http-equiv" not in page
    fragment = client.get(address("progress", report), headers={"HX-Request": "true"})
    assert fragment["HX-Redirect"] == address("report", report)
    assert client.get(address("progress", report))["Location"] == address("report", report)


@pytest.mark.parametrize(("name", "field"), [("pdf", "pdf"), ("sheet", "sheet")])
def test_a_file_leaves_as_an_attachment_that_no_browser_runs_or_keeps(cast, report, sign_in, name, field):
    response = sign_in(cast.people["secretariat"]).get(address(name, report))
    stored = getattr(report, field)
    assert b"".join(response.streaming_content) in (b"%PDF-1.7 test", b"PK sheet")
    assert response["Content-Type"] == stored.content_type
    names = {"pdf": f"attachment; filename*=utf-8''{quote(stored.name)}", "sheet": 'attachment; filename="report.xlsx"'}
    assert response["Content-Disposition"] == names[name]
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "private, no-store"


def test_a_file_that_is_not_there_yet_is_not_there(cast, sign_in):
    report = make_report(cast.programme, cast.people["secretariat"])
    assert sign_in(cast.people["secretariat"]).get(address("pdf", report)).status_code == 404


@pytest.mark.parametrize(("edition", "looks"), [("public", 0), ("internal", 1)])
def test_who_fetches_an_internal_edition_is_written_down(cast, sign_in, edition, looks):
    user = cast.people["secretariat"]
    report = finish(make_report(cast.programme, user, edition=edition))
    for _ in range(2):
        b"".join(sign_in(user).get(address("pdf", report)).streaming_content)
    assert Event.objects.filter(verb="content.looked_at", object_id=report.pk).count() == looks


def test_a_failed_report_says_why_and_can_be_pressed_again(cast, sign_in):
    user = cast.people["secretariat"]
    report = make_report(cast.programme, user)
    Job.objects.filter(pk=report.job_id).update(
        state=Job.State.FAILED, error="This report is too large for a PDF.", error_kind="refused"
    )
    colleague = sign_in(make_seat(cast.programme, role="member").user)
    page = colleague.get(address("report", report)).content.decode()
    assert "too large for a PDF" in page
    assert f'action="{address("retry", report)}"' in page
    assert colleague.get(address("retry", report)).status_code == 405
    assert colleague.post(address("retry", report))["Location"] == address("report", report)
    assert Job.objects.get(pk=report.job_id).state == Job.State.QUEUED
    # A second press finds it under way and changes nothing.
    assert colleague.post(address("retry", report)).status_code == 302
    assert Job.objects.get(pk=report.job_id).round == 2


def test_others_cannot_press(cast, sign_in):
    report = make_report(cast.programme, cast.people["secretariat"])
    for person in ("adviser", "manager", "other_secretariat"):
        assert sign_in(cast.people[person]).post(address("retry", report)).status_code == 404


def test_an_empty_list_leads_to_the_first_report(cast, sign_in):
    page = sign_in(cast.people["secretariat"]).get(address("list", cast.programme)).content.decode()
    assert page.count(address("new", cast.programme)) == 1
    assert "<table" not in page


def test_the_list_takes_as_many_questions_for_thirty_as_for_one(cast, sign_in, django_assert_num_queries):
    user = cast.people["secretariat"]
    client = sign_in(user)
    make_report(cast.programme, user, day=1)
    with django_assert_num_queries(QUERIES):
        assert client.get(address("list", cast.programme)).content.decode().count("<tr") == 2
    for day in range(2, 31):
        make_report(cast.programme, user, day=day)
    with django_assert_num_queries(QUERIES):
        assert client.get(address("list", cast.programme)).content.decode().count("<tr") == 31


QUERIES = 11


def test_figures_are_not_read_for_a_list(cast, report, sign_in):
    page = sign_in(cast.people["secretariat"]).get(address("list", cast.programme))
    assert "figures" in page.context["page_obj"].object_list[0].get_deferred_fields()
    assert StoredFile.objects.count() == 2
