"""Reports under fire, with real processes and real pages: one report, whole, whatever is killed or frozen."""

import io
import os
import signal
from datetime import date

import psutil
import pytest
from pypdf import PdfReader

from audit.models import Event
from common.tenancy import acting_as
from jobs.models import Job, StoredFile
from jobs.services import open_stored
from reports.models import Report
from reports.services import request_report
from reports.tasks import PAGE
from tests.factories import make_attendance, make_company, make_person, make_programme, make_seat, make_session
from tests.stack import WAIT_SECONDS

pytestmark = pytest.mark.processes

COMPANIES = 60


@pytest.fixture
def programme(stack):
    """A programme whose report takes a while: some twenty pages."""
    programme = make_programme()
    sessions = [make_session(programme) for _ in range(8)]
    for _ in range(COMPANIES):
        person = make_person(make_company(programme).company)
        for session in sessions:
            make_attendance(session, person)
    return programme


def ask(programme, user, **fields) -> Report:
    values = {"language": "ja", "edition": "internal", "as_of": date(2025, 4, 30)} | fields
    with acting_as(user.pk):
        report, _created = request_report(programme=programme, actor=user, **values)
    return report


def being_set(stack, report: Report, *, attempt: int = 1) -> None:
    """Wait until pages are being laid out."""

    def look() -> bool:
        job = Job.objects.get(pk=report.job_id)
        assert job.is_open, job.error or job.state
        return job.attempt == attempt and job.step == PAGE

    stack.wait_until(look, "pages are being set")


def assert_whole_and_once(stack, report: Report) -> None:
    """One report with two files that can be read, made and written down once."""
    stack.wait_until(lambda: not Job.objects.get(pk=report.job_id).is_open, "the job ends", seconds=2 * WAIT_SECONDS)
    job, report = Job.objects.get(pk=report.job_id), Report.objects.get()
    assert (job.state, job.error) == ("done", "")
    with open_stored(report.pdf) as file:
        text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(file.read())).pages)
    assert f"{COMPANIES}社" in text
    assert {report.pdf_id, report.sheet_id} == set(StoredFile.objects.values_list("pk", flat=True))
    assert Event.objects.filter(verb="report.rendered").count() == 1


def test_the_worker_is_killed_while_pages_are_set(stack, programme):
    report = ask(programme, make_seat(programme, role="leader").user)
    being_set(stack, report)
    stack.kill("worker")
    assert Report.objects.get().pdf is None
    stack.start("worker")
    assert_whole_and_once(stack, report)


def test_its_child_is_killed_while_pages_are_set(stack, programme):
    report = ask(programme, make_seat(programme, role="leader").user)
    being_set(stack, report)
    children = psutil.Process(stack.processes["worker"].pid).children(recursive=True)
    for child in children:
        os.kill(child.pid, signal.SIGKILL)
    assert_whole_and_once(stack, report)


@pytest.mark.parametrize("fault", ["frozen", "gone"])
def test_the_broker_does_not_answer_when_it_is_asked_for(stack, programme, fault):
    user = make_seat(programme, role="leader").user
    stack.broker.freeze() if fault == "frozen" else stack.broker.stop()
    report = ask(programme, user)
    assert Job.objects.get(pk=report.job_id).state == Job.State.QUEUED
    stack.broker.thaw() if fault == "frozen" else stack.broker.start()
    assert_whole_and_once(stack, report)


def test_two_people_ask_at_the_same_moment(stack, programme):
    users = [make_seat(programme, role="member").user for _ in range(2)]
    reports = stack.in_threads(*[lambda user=user: ask(programme, user) for user in users])
    assert [type(report) for report in reports] == [Report, Report]
    assert reports[0].pk == reports[1].pk
    assert_whole_and_once(stack, reports[0])


FIFTY = 50


def test_fifty_asked_for_at_once_are_each_made_exactly_once(stack):
    """Ten people ask at the same moment, five each; every one is made by one attempt, with files of its own."""
    programme = make_programme()
    make_attendance(make_session(programme), make_person(make_company(programme).company))
    users = [make_seat(programme, role="member").user for _ in range(10)]

    def deed(place: int):
        return lambda: [ask(programme, users[place], plans=f"Plan {place}-{count}") for count in range(FIFTY // 10)]

    answers = stack.in_threads(*[deed(place) for place in range(10)])
    asked = {report.pk for reports in answers for report in reports}
    assert len(asked) == FIFTY
    stack.wait_until(
        lambda: not Job.objects.filter(state__in=Job.OPEN).exists(), "all jobs end", seconds=20 * WAIT_SECONDS
    )
    assert set(Job.objects.values_list("state", "error", "attempt")) == {("done", "", 1)}
    made = Report.objects.ready()
    assert set(made.values_list("pk", flat=True)) == asked
    rendered = Event.objects.filter(verb="report.rendered").values_list("object_id", flat=True)
    assert sorted(rendered) == sorted(asked)
    assert len(set(made.values_list("content_key", flat=True))) == FIFTY
    assert StoredFile.objects.count() == 2 * FIFTY
