"""Files of a text: asked for, made by the worker, kept as content of the company, served again; and what failing leaves."""

import io
import zipfile
from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import PermissionDenied
from docx import Document
from docx.oxml.ns import qn
from pypdf import PdfReader

from audit.models import Event
from common.tenancy import acting_as
from jobs.models import Job, StoredFile
from jobs.rendering import RenderingTooLong
from jobs.services import cancel_job, open_stored
from jobs.tasks import run_job, runs
from notifications.models import Message
from policies.enums import ApprovalOutcome, ApprovalWay, ExportKind, FreezeReason
from policies.models import ApprovalRequest, Cycle, of_cycle
from policies.rendering import document
from policies.services import set_english
from policies.services.exports import request_export
from tests.factories import make_person
from tests.policies.versioning import address, in_english, keep, rewrite, write
from tests.reading import words
from tests.roles import web_role

DAY = date(2026, 11, 20)


@pytest.fixture(autouse=True)
def no_renewal(monkeypatch):
    """The thread that renews the lease has a connection of its own, which sees no row of a test's transaction."""
    monkeypatch.setattr(runs, "RENEW_SECONDS", 3600)


@pytest.fixture
def cycle(cast):
    return Cycle.objects.select_related("company").get(enrolment=cast.enrolment)


@pytest.fixture
def staff(cast):
    return in_english(cast.people["staff"])


@pytest.fixture
def two(cycle, staff):
    (paragraph,) = write(
        cycle, staff, "従業員に対して研修を行います。", english={"従業員に対して研修を行います。": "We train."}
    )
    before = keep(cycle, staff, FreezeReason.SUBMISSION)
    rewrite(paragraph, staff, "従業員に対し、毎年、研修を行います。")
    return before, keep(cycle, staff, FreezeReason.APPROVAL)


def ask(cycle, actor, kind=ExportKind.PDF, languages=("ja",), **texts) -> Job:
    with acting_as(actor.pk), web_role():
        return request_export(cycle=cycle, kind=kind, languages=languages, actor=actor, **texts)[0]


def work(job: Job) -> Job:
    """Do the job as a worker would, under the web role."""
    with web_role():
        run_job(str(job.pk), str(job.requested_by_id))
    job.refresh_from_db()
    return job


def file_of(job: Job) -> StoredFile:
    return StoredFile.objects.get(pk=job.params["file"])


def content_of(job: Job) -> bytes:
    with open_stored(file_of(job)) as file:
        return file.read()


def test_a_version_becomes_a_pdf_that_belongs_to_the_company_as_content(cycle, staff, two):
    job = work(ask(cycle, staff, revision=two[1]))
    assert (job.state, job.is_content, job.company_id) == (Job.State.DONE, True, cycle.company_id)
    stored = file_of(job)
    assert (stored.is_content, stored.company_id, stored.content_type) == (True, cycle.company_id, "application/pdf")
    assert stored.name.endswith(" 人権方針 第2版.pdf")
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(content_of(job))).pages)
    assert "従業員に対し、毎年、研修を行います。" in text
    assert two[1].sha256 in text.replace("\n", "")
    assert Event.objects.filter(verb="policy.exported").count() == 1
    assert not Message.objects.exists()  # who asked is looking at the page


def test_the_working_copy_becomes_a_word_file(cycle, staff, two):
    job = work(ask(cycle, staff, ExportKind.WORD))
    document_ = Document(io.BytesIO(content_of(job)))
    assert "従業員に対し、毎年、研修を行います。" in [paragraph.text for paragraph in document_.paragraphs]
    assert file_of(job).name.endswith(".docx")


def test_changes_between_two_versions_are_tracked_in_the_name_of_who_kept_the_newer(cycle, staff, two):
    job = work(ask(cycle, staff, ExportKind.TRACKED, revision=two[1], before=two[0]))
    body = Document(io.BytesIO(content_of(job))).element.body
    changes = [(change.get(qn("w:author")), change.xpath("string()")) for change in body.iter(qn("w:ins"), qn("w:del"))]
    assert changes == [(str(staff), "て"), (str(staff), "、毎年、")]


def test_an_approved_version_says_who_approved_it_and_that_nobody_reviewed_it(cycle, staff, two):
    approver = make_person(cycle.company)
    ApprovalRequest.objects.create(
        **of_cycle(cycle),
        revision=two[1],
        approver=approver,
        requested_by=staff,
        outcome=ApprovalOutcome.APPROVED,
        way=ApprovalWay.PAPER,
        decided_at=datetime(2026, 11, 20, tzinfo=UTC),
        decided_on=DAY,
        approver_name="髙﨑 花子",
        approver_title="代表取締役社長",
    )
    with acting_as(staff.pk):
        set_english(cycle=cycle, has_english=True, actor=staff)
    job = work(ask(cycle, staff, languages=("en",), revision=two[1]))
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(content_of(job))).pages)
    assert "Approved on 20 November 2026: 代表取締役社長, 髙﨑 花子" in text
    assert "Not reviewed by an adviser" in text
    assert "Draft" not in text


def test_the_same_content_is_served_again_from_storage(cycle, staff, two, monkeypatch):
    first = work(ask(cycle, staff, revision=two[1]))
    monkeypatch.setattr(document, "render_pdf", None)  # called, it would fail the job
    second = work(ask(cycle, staff, revision=two[1]))
    assert second.pk != first.pk
    assert second.params["file"] == first.params["file"]
    assert StoredFile.objects.count() == 1


@pytest.mark.parametrize("other", [{"languages": ("en",)}, {"kind": ExportKind.WORD}, {"revision": 0}])
def test_other_content_is_another_file(cycle, staff, two, other):
    fields = {"languages": ("ja",), "kind": ExportKind.PDF, "revision": 1} | other
    fields["revision"] = two[fields["revision"]]
    first, second = work(ask(cycle, staff, revision=two[1])), work(ask(cycle, staff, **fields))
    assert first.params["file"] != second.params["file"]


def test_asking_twice_while_it_is_being_made_gives_the_same_job(cycle, staff, two):
    assert ask(cycle, staff, revision=two[1]).pk == ask(cycle, staff, revision=two[1]).pk
    assert ask(cycle, staff, revision=two[0]).pk != ask(cycle, staff, revision=two[1]).pk


def test_only_who_may_read_the_texts_may_ask(cast, cycle, staff, two):
    for who in ("secretariat", "neighbour", "former_adviser"):
        with pytest.raises(PermissionDenied):
            ask(cycle, cast.people[who], revision=two[1])
    with pytest.raises(ValueError, match="Tracked changes"):
        ask(cycle, staff, ExportKind.TRACKED, revision=two[1])


def test_a_version_out_of_sight_when_the_worker_comes_is_refused_in_words(cast, cycle, staff, two):
    job = ask(cycle, staff, revision=two[1])
    Job.objects.filter(pk=job.pk).update(params=job.params | {"to": "00000000-0000-0000-0000-000000000000"})
    job = work(job)
    assert (job.state, job.error_code) == (Job.State.FAILED, "gone")
    assert Message.objects.get().to_user_id == staff.pk


def test_a_failed_file_is_seen_and_tried_again(cast, cycle, staff, two, sign_in, monkeypatch):
    def too_long(*args, **kwargs):
        raise RenderingTooLong

    job = ask(cycle, staff, revision=two[1])
    with monkeypatch.context() as patched:
        patched.setattr(document, "render_pdf", too_long)
        job = work(job)
    assert (job.state, job.error_kind, job.error_code) == (Job.State.FAILED, "refused", "too_large")
    client = sign_in(staff)
    page = client.get(address("export_progress", cycle, job.pk))
    assert "This did not work" in page.content.decode()
    assert address("export_retry", cycle, job.pk) in page.content.decode()
    assert client.get(address("export_file", cycle, job.pk)).status_code == 404
    # It stands on the list too, with its state.
    assert address("export_progress", cycle, job.pk) in client.get(address("versions", cycle)).content.decode()
    answer = client.post(address("export_retry", cycle, job.pk))
    assert answer.url == address("export_progress", cycle, job.pk)
    assert work(job).state == Job.State.DONE
    # Pressed once more, it shows how far it is.
    assert client.post(address("export_retry", cycle, job.pk)).status_code == 302


def test_every_form_carries_the_token_against_forgery(cycle, staff, two, sign_in):
    client = sign_in(staff)
    for page in (address("version", cycle, two[0].pk), address("working_version", cycle), address("versions", cycle)):
        body = client.get(page).content.decode()
        assert body.count('method="post"') == body.count('name="csrfmiddlewaretoken"')


def test_from_the_form_to_the_file(cycle, staff, two, sign_in):
    client = sign_in(staff)
    answer = client.post(address("export", cycle), {"kind": "word", "languages": "ja", "to": str(two[1].pk)})
    job = Job.objects.get()
    assert answer.url == address("export_progress", cycle, job.pk)
    assert words(client.get(answer.url), "progress") == [""]
    polled = client.get(address("export_poll", cycle, job.pk), headers={"HX-Request": "true"})
    assert "HX-Redirect" not in polled
    assert client.get(address("export_poll", cycle, job.pk)).url == answer.url
    work(job)
    polled = client.get(address("export_poll", cycle, job.pk), headers={"HX-Request": "true"})
    assert polled["HX-Redirect"] == answer.url
    assert file_of(job).name in client.get(answer.url).content.decode()
    got = client.get(address("export_file", cycle, job.pk))
    assert got["Content-Disposition"].startswith("attachment")
    assert got["Cache-Control"] == "private, no-store"
    assert zipfile.is_zipfile(io.BytesIO(got.getvalue()))


@pytest.mark.parametrize(
    "form",
    [
        {"kind": "tracked", "languages": "ja", "to": "working"},
        {"kind": "tracked", "languages": "ja", "to": "working", "from": "working"},
        {"kind": "pdf", "languages": "ja", "to": ""},
        {},
        {"kind": "exe", "languages": "ja", "to": "working"},
        {"kind": "pdf", "languages": "fr", "to": "working"},
        {"kind": "pdf", "languages": "en", "to": "working"},  # there is no English
    ],
)
def test_a_wrong_form_asks_for_nothing_and_says_so(cycle, staff, two, sign_in, form):
    answer = sign_in(staff).post(address("export", cycle), form)
    assert (answer.status_code, answer.url) == (302, address("versions", cycle))
    assert not Job.objects.exists()


@pytest.mark.parametrize("to", ["x", "00000000-0000-0000-0000-000000000000"])
def test_a_text_that_is_not_there_is_404(cycle, staff, sign_in, to):
    answer = sign_in(staff).post(address("export", cycle), {"kind": "pdf", "languages": "ja", "to": to})
    assert answer.status_code == 404


@pytest.mark.parametrize("name", ["export_progress", "export_file"])
@pytest.mark.parametrize(
    ("who", "status"),
    [("manager", 200), ("adviser", 200), ("secretariat", 404), ("neighbour", 404), ("former_adviser", 404)],
)
def test_files_are_for_those_who_may_read_the_texts(cast, cycle, staff, two, sign_in, who, status, name):
    job = work(ask(cycle, staff, ExportKind.WORD, revision=two[1]))
    response = sign_in(cast.people[who]).get(address(name, cycle, job.pk))
    assert response.status_code == status
    response.close()


def test_another_person_does_not_press_again_for_who_asked(cast, cycle, staff, two, sign_in):
    job = ask(cycle, staff, revision=two[1])
    with acting_as(staff.pk):
        cancel_job(job=job, actor=staff)
    assert sign_in(cast.people["manager"]).post(address("export_retry", cycle, job.pk)).status_code == 403


def test_a_job_of_another_kind_or_company_is_not_an_export(cast, cycle, staff, two, sign_in):
    other = Cycle.objects.get(enrolment=cast.neighbour)
    neighbour = cast.people["neighbour"]
    write(other, neighbour, "隣の文。")
    theirs = ask(other, neighbour, ExportKind.WORD)
    assert sign_in(staff).get(address("export_progress", cycle, theirs.pk)).status_code == 404
