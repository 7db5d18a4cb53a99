"""The page of a job's progress, and the buttons on it."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from common.tenancy import acting_as
from jobs.models import Job, Outbox
from jobs.services import request_job, store_file
from jobs.views import file_response
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def job(cast):
    asker = cast.people["secretariat"]
    asker.language = "en"
    asker.save()
    with acting_as(asker.pk):
        return request_job(
            "test", title="Report of %(name)s", title_params={"name": "A"}, actor=asker, programme_id=cast.programme.pk
        )[0]


def update(job, **fields):
    Job.objects.filter(pk=job.pk).update(**fields)


def running(job):
    update(
        job,
        state="running",
        attempt=1,
        lease_until=timezone.now(),
        step="Page %(page)s",
        step_params={"page": 3},
        steps_done=3,
        steps_total=9,
    )


def test_page_fragment_and_facts_say_the_same(sign_in, cast, job):
    running(job)
    client, url = sign_in(cast.people["secretariat"]), reverse("jobs:progress", args=[job.pk])
    page = client.get(url).content.decode()
    fragment = client.get(url, headers={"HX-Request": "true"}).content.decode()
    assert "<html" in page
    assert "<html" not in fragment
    for text in (page, fragment):
        assert "<progress aria-labelledby=" in text
        assert 'value="3" max="9"' in text
        assert "Report of A" in text
        assert "Page 3" in text
        assert f'hx-get="{url}"' in text
    assert 'http-equiv="refresh"' in page
    facts = json.loads(client.get(url, headers={"Accept": "application/json"}).content)
    assert facts == {
        "id": str(job.pk),
        "state": "running",
        "step": "Page 3",
        "done": 3,
        "total": 9,
        "error": "",
        "result_url": "",
    }


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({"state": "done", "result_url": "/reports/1/"}, 'href="/reports/1/"'),
        ({"state": "failed", "error": "There are no figures.", "error_kind": "refused"}, "There are no figures."),
        ({"state": "cancelled"}, "Cancelled"),
    ],
)
def test_what_has_ended_asks_no_further(sign_in, cast, job, fields, shown):
    update(job, **fields)
    client, url = sign_in(cast.people["secretariat"]), reverse("jobs:progress", args=[job.pk])
    for headers in ({}, {"HX-Request": "true"}):
        text = client.get(url, headers=headers).content.decode()
        assert shown in text
        assert "hx-get" not in text
        assert 'http-equiv="refresh"' not in text


def test_the_end_takes_the_button_off_the_page_that_asks_and_off_no_other(sign_in, cast, job):
    client, url = sign_in(cast.people["secretariat"]), reverse("jobs:progress", args=[job.pk])

    def asked_from(address):
        return client.get(url, headers={"HX-Request": "true", "HX-Current-URL": f"http://testserver{address}"})

    assert "call-off" not in asked_from(url).content.decode()
    update(job, state="done")
    assert '<div id="call-off" hx-swap-oob="delete"></div>' in asked_from(url).content.decode()
    assert "call-off" not in asked_from("/reports/").content.decode()


def test_the_page_costs_the_same_queries_whatever_the_state(sign_in, cast, job):
    client, url = sign_in(cast.people["secretariat"]), reverse("jobs:progress", args=[job.pk])
    client.get(url)
    with CaptureQueriesContext(connection) as queued:
        client.get(url, headers={"HX-Request": "true"})
    running(job)
    with CaptureQueriesContext(connection) as busy:
        client.get(url, headers={"HX-Request": "true"})
    assert len(queued) == len(busy)


@pytest.mark.parametrize("role", ["manager", "adviser", "other_secretariat", "nobody"])
@pytest.mark.parametrize(("name", "method"), [("progress", "get"), ("retry", "post"), ("cancel", "post")])
def test_out_of_sight_is_not_there(sign_in, cast, job, role, name, method):
    client = sign_in(cast.people[role])
    assert getattr(client, method)(reverse(f"jobs:{name}", args=[job.pk])).status_code == 404
    job.refresh_from_db()
    assert job.state == "queued"


def test_who_is_not_signed_in_is_asked_to(client, job):
    for name, method in (("progress", "get"), ("retry", "post"), ("cancel", "post")):
        response = getattr(client, method)(reverse(f"jobs:{name}", args=[job.pk]))
        assert response.status_code == 302
        assert response["Location"].startswith(reverse("account_login"))


def test_try_again_and_call_off(sign_in, cast, job):
    client = sign_in(cast.people["secretariat"])
    progress = reverse("jobs:progress", args=[job.pk])
    assert reverse("jobs:cancel", args=[job.pk]) in client.get(progress).content.decode()
    assert client.post(reverse("jobs:cancel", args=[job.pk])).headers["Location"] == progress
    job.refresh_from_db()
    assert job.state == "cancelled"
    assert reverse("jobs:retry", args=[job.pk]) in client.get(progress).content.decode()
    for _press in range(2):
        assert client.post(reverse("jobs:retry", args=[job.pk])).headers["Location"] == progress
    job.refresh_from_db()
    assert (job.state, job.round) == ("queued", 2)
    assert Outbox.objects.count() == 2


def test_a_colleague_sees_a_companys_job_and_may_not_steer_it(sign_in, cast):
    manager = cast.people["manager"]
    with acting_as(manager.pk):
        job, _created = request_job("test", title="T", actor=manager, company_id=cast.company.pk)
    client = sign_in(cast.people["staff"])
    text = client.get(reverse("jobs:progress", args=[job.pk])).content.decode()
    assert reverse("jobs:cancel", args=[job.pk]) not in text
    for name in ("retry", "cancel"):
        assert client.post(reverse(f"jobs:{name}", args=[job.pk])).status_code == 403
    assert sign_in(manager).get(reverse("jobs:retry", args=[job.pk])).status_code == 405
    job.refresh_from_db()
    assert (job.state, job.round) == ("queued", 1)


def test_a_file_leaves_as_an_attachment_that_nobody_runs_or_keeps():
    user = make_user()
    stored = store_file(name="報告 1.pdf", content=b"%PDF-", actor=user)
    response = file_response(stored)
    assert response["Content-Disposition"] == "attachment; filename*=utf-8''%E5%A0%B1%E5%91%8A%201.pdf"
    assert (response["Content-Type"], response["Content-Length"]) == ("application/pdf", "5")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response["Cache-Control"] == "private, no-store"
    assert b"".join(response.streaming_content) == b"%PDF-"
    response.close()
