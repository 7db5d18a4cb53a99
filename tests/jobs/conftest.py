from types import SimpleNamespace

import pytest

from common.tenancy import acting_as
from jobs.models import Outbox
from jobs.services import request_job
from jobs.tasks import job_handler, run_job
from jobs.tasks.registry import _handlers
from tests.factories import make_user


@pytest.fixture(autouse=True)
def media_root(settings, tmp_path):
    """Keep files of tests out of the portal's own folder."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture
def handle():
    """Return a function that lets `work(run)` do the jobs of the kind "test" until the test is over."""
    before = dict(_handlers)

    def register(work, **options):
        _handlers.pop("test", None)
        job_handler("test", **options)(work)

    yield register
    _handlers.clear()
    _handlers.update(before)


@pytest.fixture
def desk(db):
    """Someone who asks for jobs of the kind "test", and a way to have the worker make one attempt."""
    person = make_user()

    def ask(**fields):
        with acting_as(person.pk):
            return request_job("test", title="Test", actor=person, **fields)[0]

    def attempt(job, actor=person):
        run_job(str(job.pk), str(actor.pk), bell=str(Outbox.objects.get(key=job.bell_key).pk))
        job.refresh_from_db()
        return job

    return SimpleNamespace(person=person, ask=ask, attempt=attempt)
