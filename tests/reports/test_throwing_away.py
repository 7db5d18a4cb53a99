"""Throwing away what was never issued: what goes, what stays, who may, and what is on record."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from audit.models import Event
from common.tenancy import acting_as
from jobs.models import Job, StoredFile
from jobs.services import open_stored, retry_job
from jobs.tasks import run_job, runs
from notifications.models import Reminder
from programmes.models import Feedback, QuoteUse
from reports.models import BlockSave, DraftBlock, IssuedReport, ReadingComment, Report, ReportDraft, ReportReader
from reports.services import builder, issuing, request_report
from reports.services.reading import invite_reader
from reports.services.throwing_away import BeingIssued, WasIssued, throw_away_draft, throw_away_report
from tests.factories import make_person, make_session
from tests.roles import web_role

from .conftest import NOW
from .issuing import DAY, ask, finish, give_number, pair

pytestmark = pytest.mark.django_db


@pytest.fixture
def user(cast):
    return cast.people["secretariat"]


@pytest.fixture
def client(user, sign_in):
    return sign_in(user)


@pytest.fixture
def draft(cast, user):
    """A draft with a text, a history and a value entered by hand."""
    with acting_as(user.pk):
        found = builder.found_draft(programme=cast.programme, edition="public", as_of=DAY, actor=user, now=NOW)
        block = DraftBlock.objects.get(draft=found, key="outline.results")
        builder.save_text(block=block, language="ja", text="本文", base_rev=0, operation=block.pk, actor=user)
        builder.enter_value(draft=found, figure="enrolled", value=9, reason_ja="理由", reason_en="", actor=user)
    return found


def of(report, name: str) -> str:
    return reverse(f"reports:{name}", args=[report.programme_id, report.pk])


def read_by(report, user) -> ReportReader:
    due_on = timezone.localdate() + timedelta(days=9)
    with acting_as(user.pk):
        who = {"name": "Ana Ruiz", "organisation": "", "email": "ana@example.org", "language": "en"}
        reader, _token = invite_reader(report=report, due_on=due_on, actor=user, **who)
    key = f"report_reader:{reader.pk}:3"
    Reminder.objects.create(
        address=reader.email, kind="report_reading", due_on=due_on, key=key, params={}, programme_id=report.programme_id
    )
    ReadingComment.objects.create(
        reader=reader, programme=report.programme, block="b", heading="h", text="t", written_at=timezone.now()
    )
    return reader


def test_a_report_goes_with_its_readers_and_its_files(cast, user, client):
    report, other = pair(cast.programme, user)
    read_by(report, user)
    comment = Feedback.objects.create(
        session=make_session(cast.programme),
        programme=cast.programme,
        company=cast.company,
        person=make_person(cast.company),
        comment_ja="よい",
    )
    QuoteUse.objects.create(programme=cast.programme, feedback=comment, report_id=report.pk, title="R")
    page = client.get(of(report, "throw_away")).content.decode()
    assert "閲読者からのコメント 1件" in page
    assert of(report, "throw_away") in client.get(of(report, "report")).content.decode()
    assert client.post(of(report, "throw_away"))["Location"] == reverse("reports:list", args=[cast.programme.pk])
    assert list(Report.objects.all()) == [other]
    left = [ReportReader, ReadingComment, QuoteUse, Reminder]
    assert [model.objects.count() for model in left] == [0, 0, 0, 0]
    assert not StoredFile.objects.filter(pk__in=[report.pdf_id, report.sheet_id]).exists()
    assert Event.objects.get(verb="report.thrown_away").object_id == report.pk
    assert client.get(of(report, "report")).status_code == 404


def test_the_work_on_it_ends_and_cannot_be_begun_again(cast, user, monkeypatch):
    report = ask(cast.programme, user)
    with acting_as(user.pk):
        throw_away_report(report=report, actor=user)
    job = Job.objects.get()
    assert job.state == Job.State.CANCELLED
    monkeypatch.setattr(runs, "RENEW_SECONDS", 3600)
    with web_role(), acting_as(user.pk):
        retry_job(job=job, actor=user)
    with web_role():
        run_job(str(job.pk), str(user.pk))
    job.refresh_from_db()
    assert (job.state, job.error_code) == (Job.State.FAILED, "no_report")


def test_a_draft_goes_with_all_that_was_made_of_it_but_for_what_was_issued(cast, user, client, draft):
    with acting_as(user.pk):
        asked = [
            request_report(
                programme=cast.programme, language=language, edition="public", as_of=DAY, actor=user, draft=draft
            )[0]
            for language in ("ja", "en")
        ]
    figures = asked[0].figures
    japanese, english = (finish(report, figures=figures) for report in asked)
    issued, _created = give_number(japanese, user)
    with acting_as(user.pk):
        unissued, _created = request_report(
            programme=cast.programme, language="ja", edition="public", as_of=DAY, actor=user, draft=draft
        )
    read_by(finish(unissued, figures=figures), user)
    page = client.get(of(draft, "throw_away_draft")).content.decode()
    assert "自分の言葉で書いた文章 1件" in page
    assert client.post(of(draft, "throw_away_draft"))["Location"] == reverse("reports:drafts", args=[cast.programme.pk])
    assert [model.objects.count() for model in (ReportDraft, BlockSave, ReportReader)] == [0, 0, 0]
    assert set(Report.objects.values_list("pk", "draft")) == {(japanese.pk, None), (english.pk, None)}
    assert IssuedReport.objects.get() == issued
    with open_stored(Report.objects.get(pk=japanese.pk).pdf) as file:
        assert issued.number.encode() in file.read()
    event = Event.objects.get(verb="report_draft.thrown_away")
    assert (event.object_id, event.actor_id, event.detail["issued"]) == (draft.pk, user.pk, 2)


def test_an_issued_report_is_not_thrown_away(cast, user, client):
    japanese, _english = pair(cast.programme, user)
    give_number(japanese, user)
    with acting_as(user.pk), pytest.raises(WasIssued):
        throw_away_report(report=japanese, actor=user)
    page = client.post(of(japanese, "throw_away"))
    assert page.status_code == 409
    assert "発行した報告書は保存されます" in page.content.decode()
    assert Report.objects.count() == 2


def test_what_is_being_issued_is_not_thrown_away(cast, user, client):
    japanese, english = pair(cast.programme, user)
    with acting_as(user.pk):
        issuing.request_issue(report=japanese, note="n", actor=user)
    with acting_as(user.pk), pytest.raises(BeingIssued):
        throw_away_report(report=english, actor=user)
    assert client.post(of(english, "throw_away")).status_code == 409
    assert Report.objects.count() == 2


@pytest.mark.parametrize("person", ["manager", "adviser", "other_secretariat"])
def test_only_the_secretariat_throws_away(cast, user, draft, person):
    report = finish(ask(cast.programme, user))
    actor = cast.people[person]
    for deed in (
        lambda: throw_away_report(report=report, actor=actor),
        lambda: throw_away_draft(draft=draft, actor=actor),
    ):
        with acting_as(actor.pk), web_role(), pytest.raises(PermissionDenied):
            deed()
    assert (Report.objects.count(), ReportDraft.objects.count()) == (1, 1)
