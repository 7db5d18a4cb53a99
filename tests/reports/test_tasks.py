"""From asking to the file: the job's steps, what is kept, what is served again, and what failing leaves behind."""

import io
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from openpyxl import load_workbook
from pypdf import PdfReader

from common.tenancy import acting_as
from jobs.models import Job, StoredFile
from jobs.rendering import RenderingTooLong
from jobs.services import open_stored
from jobs.tasks import run_job, runs
from notifications.models import Message
from reports import rendering
from reports.models import Report
from reports.services import request_report, retry_report
from reports.tasks import rendering as tasks
from tests.factories import make_programme, make_seat
from tests.roles import web_role

from .conftest import END


@pytest.fixture(autouse=True)
def no_renewal(monkeypatch):
    """The thread that renews the lease has a connection of its own, which sees no row of a test's transaction."""
    monkeypatch.setattr(runs, "RENEW_SECONDS", 3600)


def ask_for(pilot, *, actor=None, **fields) -> Report:
    values = {"language": "ja", "edition": "public", "as_of": END} | fields
    actor = actor or pilot.secretariat
    with acting_as(actor.pk), web_role():
        report, _created = request_report(programme=pilot.programme, actor=actor, **values)
    return report


def work(report: Report) -> Report:
    """Do the report's job as a worker would, under the web role."""
    with web_role():
        run_job(str(report.job_id), str(report.requested_by_id))
    report.job.refresh_from_db()
    return Report.objects.get(pk=report.pk)


def read(stored: StoredFile) -> bytes:
    with open_stored(stored) as file:
        return file.read()


def test_a_report_is_asked_for_rendered_and_kept(pilot):
    report = work(ask_for(pilot))
    assert report.job.state == Job.State.DONE
    assert report.job.result_url == f"/programmes/{report.programme_id}/reports/{report.pk}/"
    assert Message.objects.get().to_user_id == pilot.secretariat.pk
    assert report.figures == {**pilot.figures(), "computed_at": report.figures["computed_at"]}
    assert report.pdf.name == "SPPパイロット2024 実施報告書 2025-04-30.pdf"
    assert report.sheet.name == "SPPパイロット2024 実施報告書 2025-04-30.xlsx"
    assert {report.pdf.programme_id, report.sheet.programme_id} == {report.programme_id}
    assert len(PdfReader(io.BytesIO(read(report.pdf))).pages) > 9
    assert len(load_workbook(io.BytesIO(read(report.sheet))).sheetnames) == 4


def test_the_same_content_is_served_again_from_storage(pilot, monkeypatch):
    first = work(ask_for(pilot))
    monkeypatch.setattr(rendering, "report_pdf", None)  # called, it would fail the job
    second = work(ask_for(pilot))
    assert second.pk != first.pk
    assert second.job.state == Job.State.DONE
    assert (second.pdf_id, second.sheet_id, second.figures) == (first.pdf_id, first.sheet_id, first.figures)
    assert StoredFile.objects.count() == 2


@pytest.mark.parametrize(
    "other",
    [{"language": "en"}, {"edition": "internal"}, {"as_of": date(2025, 3, 31)}, {"plans": "来年度も続けます。"}],
)
def test_anything_that_changes_what_it_says_changes_its_key(pilot, other):
    def key(**fields) -> str:
        values = {"language": "ja", "edition": "public", "as_of": END} | fields
        figures = pilot.figures(as_of=values["as_of"], edition=values["edition"])
        return tasks.content_key(Report(programme=pilot.programme, **values), figures)

    assert key() == key()
    assert key(**other) != key()


def test_asking_twice_while_it_is_being_made_is_asking_once(pilot):
    colleague = make_seat(pilot.programme, role="member").user
    first, second = ask_for(pilot), ask_for(pilot, actor=colleague)
    assert first.pk == second.pk
    assert (Report.objects.count(), Job.objects.count()) == (1, 1)


def test_only_the_secretariat_of_the_programme_may_ask(pilot):
    for programme, role in ((pilot.programme, "adviser"), (make_programme(), "leader")):
        stranger = make_seat(programme, role=role).user
        with pytest.raises(PermissionDenied), acting_as(stranger.pk):
            request_report(programme=pilot.programme, language="ja", edition="public", as_of=END, actor=stranger)
    assert Report.objects.count() == 0


def test_steps_are_told_and_the_bar_only_moves_forward(pilot):
    figures, told = pilot.figures(), []
    tasks.produce(figures, language="en", plans="", tell=lambda *step, **params: told.append((*step, params)))
    done = [step[1] for step in told]
    assert done == sorted(done)
    assert {step[2] for step in told} == {tasks.expected_pages(figures) + 4}
    sentences = list(dict.fromkeys(step[0] for step in told))
    assert sentences == [tasks.SETTING, tasks.PAGE, tasks.WRITING, tasks.SHEET, tasks.STORING]
    pages = [step[3]["page"] for step in told if step[0] == tasks.PAGE]
    assert set(range(1, max(pages) + 1)) == set(pages)
    assert abs(tasks.expected_pages(figures) - max(pages)) <= 3


def test_a_report_too_large_fails_in_words_and_can_be_pressed_again(pilot, monkeypatch):
    def too_long(*args, **kwargs):
        raise RenderingTooLong

    with monkeypatch.context() as patch:
        patch.setattr(rendering, "report_pdf", too_long)
        report = work(ask_for(pilot))
    assert (report.job.state, report.job.error_code) == (Job.State.FAILED, "too_large")
    assert report.pdf is None
    assert StoredFile.objects.count() == 0
    assert Message.objects.get().kind == "job_failed"
    with acting_as(pilot.secretariat.pk), web_role():
        assert retry_report(report=report, actor=pilot.secretariat).pk == report.pk
    assert work(report).is_ready


def test_an_attempt_that_breaks_leaves_nothing_and_the_next_one_finishes(pilot, monkeypatch):
    report = ask_for(pilot)
    with monkeypatch.context() as patch:
        patch.setattr(rendering, "report_sheet", lambda *args, **kwargs: 1 / 0)
        assert work(report).pdf is None
    assert report.job.state == Job.State.QUEUED
    assert StoredFile.objects.count() == 0
    assert work(report).is_ready


def test_an_asker_who_lost_the_seat_gets_no_figures(pilot):
    colleague = make_seat(pilot.programme, role="member")
    report = ask_for(pilot, actor=colleague.user)
    type(colleague).objects.filter(pk=colleague.pk).update(ended_at="2025-01-01T00:00Z")
    assert work(report).figures is None


def test_ready_means_whole(pilot):
    report = work(ask_for(pilot))
    with pytest.raises(IntegrityError), transaction.atomic():
        Report.objects.filter(pk=report.pk).update(sheet=None)
