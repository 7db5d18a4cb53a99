"""Jobs under fire, with real processes: done once, never lost, never doubled, whatever is killed or frozen."""

import os
import signal
import time

import pytest

from accounts.services import open_account
from common.tenancy import acting_as
from jobs.models import Job, Outbox, StoredFile
from jobs.services import request_job, retry_job, tell
from notifications.models import Message
from tests.faults.steering import began, let_go

pytestmark = pytest.mark.processes


@pytest.fixture
def person(stack):
    return open_account(email="someone@example.com", name_ja="誰か", name_en="Someone")


def ask(person, mode: str = "", **fields) -> Job:
    with acting_as(person.pk):
        job, _created = request_job("test.steered", title="Test", actor=person, params={"mode": mode}, **fields)
    return job


def ended(stack, job) -> Job:
    def look():
        job.refresh_from_db()
        return not job.is_open

    stack.wait_until(look, "the job ends")
    return job


def assert_done_once(stack, job, *, attempts: int) -> None:
    """One result, one message, one mail, one bell, whatever happened on the way."""
    assert (ended(stack, job).state, job.error) == ("done", "")
    # More would be honest too: on a starved machine a lease can run out under a living worker.
    assert job.attempt >= attempts
    assert StoredFile.objects.count() == 1
    assert Message.objects.count() == 1
    assert Outbox.objects.filter(key=job.bell_key).exclude(done_at=None).count() == 1
    stack.wait_until(lambda: Message.objects.get().state == "sent", "the mail is sent")
    assert len(list((stack.folder / "mail").glob("*.eml"))) == 1


def test_child_killed_in_the_middle(stack, person):
    job = ask(person, "wait")
    _attempt, child = began(stack, job)
    os.kill(child, signal.SIGKILL)
    let_go(stack, job)
    assert_done_once(stack, job, attempts=2)


def test_whole_worker_killed_and_started_again(stack, person):
    job = ask(person, "wait")
    began(stack, job)
    stack.kill("worker")
    let_go(stack, job)
    stack.start("worker")
    assert_done_once(stack, job, attempts=2)


def test_database_hangs_up_in_the_middle(stack, person):
    job = ask(person, "wait")
    began(stack, job)
    stack.cut_database_lines()
    let_go(stack, job)
    assert_done_once(stack, job, attempts=2)


def test_frozen_attempt_that_wakes_up_later_writes_nothing(stack, person):
    job = ask(person, "wait")
    first, child = began(stack, job)
    os.kill(child, signal.SIGSTOP)
    began(stack, job, after=first)
    let_go(stack, job)
    assert_done_once(stack, job, attempts=2)
    os.kill(child, signal.SIGCONT)
    stack.wait_until(lambda: "another attempt took over" in stack.log("worker"), "the first attempt gives up")
    assert_done_once(stack, job, attempts=2)


def test_poisonous_job_is_given_up_in_words_and_can_be_pressed_again(stack, person):
    job = ended(stack, ask(person, "poison", max_attempts=2))
    assert (job.state, job.attempt, job.error_kind, job.error_code) == ("failed", 2, "failed", "interrupted")
    assert "try again" in job.error
    assert job.number in job.error_text
    assert Message.objects.get().kind == "job_failed"
    assert StoredFile.objects.count() == 0
    Job.objects.filter(pk=job.pk).update(params={"mode": ""})
    with acting_as(person.pk):
        again = retry_job(job=job, actor=person)
    assert ended(stack, again).state == "done"
    assert (again.pk, again.round, StoredFile.objects.count()) == (job.pk, 2, 1)
    # Counted from the beginning: there were two already, and more than two are not made.
    assert again.attempt <= again.max_attempts == 2


def silences(stack) -> int:
    return stack.log("relay").count("The broker does not answer")


def test_broker_stopped_at_the_moment_of_the_request(stack, person):
    before = silences(stack)
    stack.broker.stop()
    jobs = [ask(person) for _ in range(3)]
    stack.wait_until(lambda: silences(stack) > before, "the relay notices")
    assert Job.objects.filter(state="queued").count() == 3
    stack.broker.start()
    assert [ended(stack, job).state for job in jobs] == ["done"] * 3
    assert StoredFile.objects.count() == 3
    # Said once when it went and once when it came, not once a row.
    assert silences(stack) == before + 1
    assert stack.log("relay").count("The broker answers again") == before + 1


def test_broker_frozen_at_the_moment_of_the_request(stack, person):
    """Through the real web process: its answer comes while the broker answers nobody."""
    job = ended(stack, ask(person, "refuse"))
    assert (job.state, job.error) == ("failed", "There are no figures.")
    Job.objects.update(params={"mode": ""})
    before = silences(stack)
    stack.start("web")
    stack.broker.freeze()
    try:
        answer = stack.post(f"/jobs/{job.pk}/retry/", person=person)
        assert (answer.status, answer.headers["Location"]) == (302, f"/jobs/{job.pk}/")
        job.refresh_from_db()
        assert (job.state, job.round) == ("queued", 2)
        stack.wait_until(lambda: silences(stack) > before, "the relay notices")
    finally:
        stack.broker.thaw()
    assert ended(stack, job).state == "done"
    assert StoredFile.objects.count() == 1


def test_broker_that_forgets_everything_loses_nothing(stack, person):
    stack.kill("worker")
    job = ask(person)
    stack.wait_until(lambda: stack.broker.waiting("jobs"), "the bell lies in the broker")
    stack.broker.ask("FLUSHALL")
    stack.start("worker")
    assert_done_once(stack, job, attempts=1)


def test_two_people_at_once_get_the_same_job(stack, person):
    def deed():
        with acting_as(person.pk):
            answer = request_job("test.steered", title="Test", actor=person, dedupe="a", params={"mode": "wait"})
            time.sleep(0.2)  # keeps the transaction open, so that the others really meet it
            return answer

    answers = stack.in_threads(*[deed] * 6)
    job = Job.objects.get()
    assert {asked.pk for asked, _created in answers} == {job.pk}
    assert sorted(created for _asked, created in answers) == [False] * 5 + [True]
    let_go(stack, job)
    assert_done_once(stack, job, attempts=1)


def test_without_the_key_the_same_race_makes_six_jobs(stack, person):
    """The negative control of the test above."""

    def deed():
        with acting_as(person.pk):
            return request_job("test.steered", title="Test", actor=person)[0].pk

    assert len(set(stack.in_threads(*[deed] * 6))) == 6


def test_two_relays_ring_each_bell_once(stack, person):
    stack.kill("worker")
    # A sign of life does not say which relay gave it.
    with stack.asleep("relay"):
        stack.start("relay-2")
    with stack.asleep("relay", "relay-2"):
        for number in range(60):
            tell("test.mark", key=f"mark:{number}", args=[number], actor=None)
    stack.wait_until(lambda: not Outbox.objects.filter(published_at=None).exists(), "all bells are rung")
    for name in ("relay", "relay-2"):
        stack.stop(name)
        assert "Traceback" not in stack.log(name)
    # Nobody answers, so some are rung again after their pause; but no ring was made by both.
    assert stack.broker.waiting("quick") == sum(Outbox.objects.values_list("attempts", flat=True)) >= 60
    stack.start("worker", "relay")
    stack.wait_until(lambda: not Outbox.objects.open().exists(), "all bells are answered")
    marks = (stack.folder / "marks").read_text().split()
    assert sorted(marks, key=int) == [str(number) for number in range(60)]
