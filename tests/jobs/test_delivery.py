"""The relay's passes, against a real broker that is stopped and started."""

import logging
import shutil
import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from jobs import delivery
from jobs.delivery import Broker, BrokerSilent, Relay, give_up_dead_bells, put_back, take_due_bells
from jobs.models import Outbox
from tests.stack import Broker as Server

pytestmark = pytest.mark.django_db


def bell(key="k", **fields) -> Outbox:
    return Outbox.objects.create(key=key, task="test.x", args=[key], **fields)


@pytest.fixture
def server(settings):
    folder = Path(tempfile.mkdtemp(prefix="spp-broker-"))
    server = Server(folder)
    server.start()
    settings.CELERY_BROKER_URL = server.url
    yield server
    server.stop()
    shutil.rmtree(folder)


def test_taking_is_in_order_and_only_what_is_due():
    now = timezone.now()
    bell("second", due_at=now - timedelta(minutes=1))
    bell("first", due_at=now - timedelta(minutes=2))
    bell("later", due_at=now + timedelta(minutes=1))
    bell("done", done_at=now)
    bell("dead", dead_at=now)
    assert {taken.args[0] for taken in take_due_bells(limit=1)} == {"first"}
    assert {taken.args[0] for taken in take_due_bells()} == {"second"}
    assert take_due_bells() == []


def test_pauses_grow_to_an_hour():
    row, pauses = bell(), []
    for _ring in range(delivery.MAX_RINGS):
        Outbox.objects.update(due_at=timezone.now() - timedelta(seconds=1))
        assert len(take_due_bells()) == 1
        row.refresh_from_db()
        pauses.append(round((row.due_at - row.published_at).total_seconds()))
    first = delivery.FIRST_PAUSE_SECONDS
    assert pauses == [min(round(first * 2**number), 3600) for number in range(delivery.MAX_RINGS)]


def test_after_ten_rings_without_an_answer_a_bell_is_dead_and_somebody_is_told(caplog):
    row = bell(attempts=10, last_error="RuntimeError")
    bell("other", attempts=9)
    assert {taken.args[0] for taken in take_due_bells()} == {"other"}
    assert give_up_dead_bells() == 1
    row.refresh_from_db()
    assert row.dead_at
    assert [(record.levelno, "RuntimeError" in record.message) for record in caplog.records] == [(logging.ERROR, True)]
    assert give_up_dead_bells() == 0


def test_a_bell_that_was_put_back_is_due_and_not_counted():
    row = bell()
    put_back(take_due_bells())
    row.refresh_from_db()
    assert row.attempts == 0
    assert len(take_due_bells()) == 1


def test_bells_reach_the_queue_that_their_task_is_routed_to(server):
    bell("quick")
    Outbox.objects.create(key="slow", task="jobs.run_job", args=["1", "2"])
    relay = Relay(Broker())
    relay.ring_due()
    relay.broker.close()
    assert (server.waiting("quick"), server.waiting("jobs")) == (1, 1)
    assert not Outbox.objects.due().exists()


def test_the_broker_falls_silent_and_comes_back(server, caplog):
    caplog.set_level(logging.INFO)
    for number in range(5):
        bell(str(number))
    relay = Relay(Broker())
    server.stop()
    for _pass in range(3):
        assert relay.ring_due() is False
    assert Outbox.objects.due().count() == 5
    assert set(Outbox.objects.values_list("attempts", flat=True)) == {0}
    server.start()
    while relay.ring_due():
        pass
    relay.broker.close()
    assert server.waiting("quick") == 5
    said = [record.message for record in caplog.records if record.name == "jobs.relay"]
    assert len(said) == 2
    assert said[0].startswith("The broker does not answer")
    assert said[1] == "The broker answers again"


def test_a_frozen_broker_is_given_up_after_its_timeout(server):
    broker = Broker()
    broker.ring(delivery.Bell("1", "test.x", []))
    server.freeze()
    try:
        for _again in range(2):
            with pytest.raises(BrokerSilent):
                broker.ring(delivery.Bell("1", "test.x", []))
    finally:
        server.thaw()
    broker.ring(delivery.Bell("1", "test.x", []))
    broker.close()


def test_a_row_that_cannot_be_sent_does_not_stop_the_others(server, caplog):
    Outbox.objects.create(key="bad", task="test.x", args="not a list", due_at=timezone.now() - timedelta(hours=1))
    bell("good")
    relay = Relay(Broker())
    relay.ring_due()
    relay.broker.close()
    assert server.waiting("quick") == 1
    assert "cannot be rung" in caplog.text
