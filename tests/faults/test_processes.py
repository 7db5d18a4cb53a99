"""The processes themselves: their signs of life, what they refuse, and whom they talk to."""

import os
import subprocess
import time

import pytest

from accounts.services import open_account
from jobs.models import Heartbeat, Outbox
from jobs.services import tell
from tests.stack import ROOT, WAIT_SECONDS

pytestmark = pytest.mark.processes


def test_all_are_alive_and_the_clock_is_rung_through(stack):
    """Beat writes the bell, the relay rings it, the worker answers it."""
    stack.start("beat")
    assert "Alive" in stack.manage("check_processes", "--wait", str(WAIT_SECONDS))
    swept = Outbox.objects.filter(task="jobs.close_lost_jobs").exclude(done_at=None)
    stack.wait_until(swept.exists, "the sweeper has run")
    assert list(stack.folder.glob("beat-schedule*"))
    assert not [name for name in os.listdir(ROOT) if name.startswith(("celerybeat", "beat-schedule"))]


def test_a_process_that_was_stopped_is_missed_at_once(stack):
    stack.start("beat")
    stack.stop("relay")
    stack.stop("worker")
    assert set(Heartbeat.objects.values_list("process", flat=True)) == {"beat"}
    with pytest.raises(AssertionError, match="No sign of life: worker, relay"):
        stack.manage("check_processes")


def test_the_web_process_never_speaks_to_the_broker(stack):
    """Even where mail is sent: the code for signing in is a row, and the relay and the worker do the rest."""
    person = open_account(email="someone@example.com", name_ja="誰か", name_en="Someone")
    stack.kill("worker")
    stack.kill("relay")
    stack.start("web")
    before = stack.broker.lines_taken()
    assert stack.post("/accounts/login/code/", email=person.email).status == 302
    assert Outbox.objects.filter(task="notifications.deliver_mail").count() == 1
    # One more, and that is our own, of the second question.
    assert stack.broker.lines_taken() == before + 1
    stack.start("relay", "worker")
    stack.wait_until(lambda: list((stack.folder / "mail").glob("*.eml")), "the code is in the mailbox")


def test_the_relay_takes_up_again_after_a_kill(stack):
    stack.kill("relay")
    tell("test.mark", key="after", args=[1], actor=None)
    time.sleep(0.2)
    assert Outbox.objects.get(key="after").published_at is None
    stack.start("relay")
    stack.wait_until(lambda: not Outbox.objects.open().exists(), "the bell is answered")


def test_all_take_up_again_when_the_database_hangs_up(stack):
    """What a restart of the server does to its clients, without stopping it for everybody else."""
    stack.start("beat")
    for round_ in range(2):
        stack.cut_database_lines()
        tell("test.mark", key=f"cut:{round_}", args=[round_], actor=None)
        stack.wait_until(lambda: not Outbox.objects.open().exists(), "the bell is answered")
    Heartbeat.objects.all().delete()
    stack.wait_until(lambda: Heartbeat.objects.count() == 3, "all give a sign of life again")
    assert all(process.poll() is None for process in stack.processes.values())


@pytest.mark.parametrize("name", ["worker", "beat", "relay"])
def test_a_privileged_role_is_refused(running, name):
    environment = running.environment | {"WEB_DATABASE_URL": running.environment["DATABASE_URL"]}
    done = subprocess.run(
        [str(part) for part in running.command(name)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=WAIT_SECONDS,
        check=False,
    )
    assert done.returncode != 0
    assert "Refusing to run" in done.stderr + done.stdout
    assert "BYPASSRLS" in done.stderr + done.stdout
