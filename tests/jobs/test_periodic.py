"""The clock writes bells; it never speaks to the broker."""

import pytest
from django.utils import timezone

from jobs.models import Heartbeat, Outbox
from jobs.periodic import BellScheduler, whole_schedule
from spp_portal.celery import app

pytestmark = pytest.mark.django_db


@pytest.fixture
def scheduler(tmp_path):
    scheduler = BellScheduler(app=app, schedule_filename=str(tmp_path / "schedule"))
    yield scheduler
    scheduler.close()


def test_every_app_brings_its_table_and_every_task_exists():
    app.loader.import_default_modules()
    schedule = whole_schedule()
    assert {"close-lost-jobs", "forget-old-bells", "erase-old-mail"} <= set(schedule)
    assert {entry["task"] for entry in schedule.values()} <= set(app.tasks)


def test_what_is_due_becomes_a_bell_of_nobody(scheduler):
    entry = scheduler.schedule["close-lost-jobs"]
    scheduler.apply_async(entry)
    bell = Outbox.objects.get()
    assert (bell.task, bell.actor_id, bell.args) == ("jobs.close_lost_jobs", None, [])


def test_of_each_task_one_bell_at_most_is_open(scheduler):
    entry = scheduler.schedule["close-lost-jobs"]
    for _tick in range(3):
        scheduler.apply_async(entry)
    assert Outbox.objects.count() == 1
    Outbox.objects.update(done_at=timezone.now())
    scheduler.apply_async(entry)
    assert Outbox.objects.open().count() == 1


def test_a_tick_is_a_sign_of_life_and_opens_no_line_to_the_broker(scheduler):
    assert 0 <= scheduler.tick() <= 5
    assert Heartbeat.objects.get().process == "beat"
    assert scheduler.producer is None
    assert "connection" not in vars(scheduler)
