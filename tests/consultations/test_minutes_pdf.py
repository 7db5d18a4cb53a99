"""The PDF of shared minutes: who may have it, and that what somebody wrote stays text."""

import io

import pytest
from django.utils import timezone
from pypdf import PdfReader

from consultations.models import Minutes
from consultations.rendering.minutes import minutes_page
from jobs.models import Job
from jobs.tasks import run_job
from tests.consultations.meeting import meeting, page, shared, write
from tests.roles import web_role

HOSTILE = "<script>alert('x')</script> & {{ 7|add:7 }} <img src=x>"


def words_of(content: bytes) -> str:
    return "".join("".join(each.extract_text().split()) for each in PdfReader(io.BytesIO(content)).pages)


def make(cast, sign_in, consultation, *, who: str = "staff"):
    """Ask for the PDF, and let a worker make it."""
    client = sign_in(cast.people[who])
    assert client.post(page("minutes_pdf", consultation)).status_code == 302
    job = Job.objects.get()
    with web_role():
        run_job(str(job.pk), str(cast.people[who].pk))
    job.refresh_from_db()
    assert job.state == Job.State.DONE, job.error
    return job


def fetch(client, job: Job) -> tuple[int, bytes]:
    """Return status and content, and close the file."""
    answer = client.get(job.result_url)
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    answer.close()
    return answer.status_code, content


@pytest.mark.django_db(transaction=True)
def test_the_pdf_says_what_the_minutes_say_and_nothing_private(cast, sign_in):
    consultation = shared(cast, text=f"窓口を二つ書きましょう。{HOSTILE}", tasks=1)
    write(cast, consultation, "note", "私的なメモ")
    job = make(cast, sign_in, consultation)
    status, content = fetch(sign_in(cast.people["staff"]), job)
    found = words_of(content)
    for wanted in (
        "相談記録",
        cast.company.name_ja,
        "窓口を二つ書きましょう。",
        "<script>alert('x')</script>",
        "宿題0",
    ):
        assert wanted.replace(" ", "") in found
    assert "私的なメモ" not in found
    assert (status, content[:5], job.is_content) == (200, b"%PDF-", True)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("who", "asked", "fetched"),
    [("manager", 302, 200), ("adviser", 302, 200), ("secretariat", 404, 404), ("neighbour", 404, 404)],
)
def test_who_may_have_it(cast, sign_in, who, asked, fetched):
    consultation = shared(cast)
    job = make(cast, sign_in, consultation)
    client = sign_in(cast.people[who])
    found = client.post(page("minutes_pdf", consultation)).status_code, fetch(client, job)[0]
    assert found == (asked, fetched)


def test_there_is_none_of_minutes_that_are_not_shared(cast, sign_in):
    consultation = meeting(cast)
    write(cast, consultation)
    for who in ("adviser", "staff"):
        assert sign_in(cast.people[who]).post(page("minutes_pdf", consultation)).status_code == 404
    assert Job.objects.count() == 0


def test_on_paper_everything_that_somebody_wrote_is_text(cast):
    consultation = shared(cast, text=HOSTILE)
    minutes = Minutes.objects.get()
    minutes.objection, minutes.objected_at = HOSTILE, timezone.now()
    html = minutes_page(consultation, minutes, [], names=[HOSTILE], language="en", at=timezone.now())
    assert "<script" not in html
    assert html.count("&lt;script&gt;") == 3
