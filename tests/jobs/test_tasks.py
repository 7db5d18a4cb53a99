"""One attempt at a job, called as a function: leases, fences, failures, and the words for them."""

import errno
import logging
from datetime import timedelta

import pytest
from billiard.exceptions import SoftTimeLimitExceeded
from django.db import connection
from django.utils import timezone, translation

from accounts.models import User
from common.tenancy import acting_as, current_user_id
from jobs.models import Job, Outbox, StoredFile
from jobs.services import cancel_job, request_job, retry_job, store_file, tell
from jobs.tasks import JobRefused, LeaseLost, close_lost_jobs, forget_old_bells, job_handler, run_job, told
from jobs.tasks.registry import handler_of
from tests.roles import web_role

HOUR = timedelta(hours=1)


def bell_of(job) -> Outbox:
    return Outbox.objects.get(key=job.bell_key)


def nothing(run) -> None:
    pass


def test_work_is_done_as_who_asked_and_ends_with_its_bell(desk, handle):
    seen = []

    def work(run):
        run.step("Reading", 1, 2)
        with run.finishing() as job:
            seen.append(current_user_id())
            job.result_url = "/there/"

    handle(work)
    job = desk.attempt(desk.ask())
    assert (job.state, job.attempt, job.result_url, job.step, job.lease_until) == ("done", 1, "/there/", "", None)
    assert (job.steps_done, job.steps_total) == (1, 2)
    assert job.started_at <= job.finished_at
    assert bell_of(job).done_at
    assert seen == [desk.person.pk]


def test_handler_that_does_not_finish_is_finished_for(desk, handle):
    handle(nothing)
    assert desk.attempt(desk.ask()).state == "done"


def test_a_finished_job_is_not_done_again(desk, handle):
    done = []
    handle(done.append)
    job = desk.attempt(desk.ask())
    Outbox.objects.update(done_at=None)
    desk.attempt(job)
    assert len(done) == 1
    assert bell_of(job).done_at


def test_a_leased_job_is_left_alone_and_its_bell_put_off_without_counting(desk, handle):
    handle(nothing)
    job = desk.ask()
    lease = timezone.now() + HOUR
    Job.objects.filter(pk=job.pk).update(state="running", attempt=1, lease_until=lease)
    Outbox.objects.update(attempts=9)
    desk.attempt(job)
    assert (job.state, job.attempt, job.lease_until) == ("running", 1, lease)
    bell = bell_of(job)
    assert (bell.done_at, bell.attempts) == (None, 0)
    assert bell.due_at > timezone.now()


def test_a_lapsed_lease_is_taken_over(desk, handle):
    handle(nothing)
    job = desk.ask()
    Job.objects.filter(pk=job.pk).update(state="running", attempt=1, lease_until=timezone.now() - HOUR)
    assert (desk.attempt(job).state, job.attempt) == ("done", 2)


@pytest.mark.parametrize("deed", ["step", "check_lease", "finishing"])
def test_an_attempt_that_lost_its_lease_stops_and_writes_nothing(desk, handle, deed):
    stopped = []

    def work(run):
        # Somebody else takes over while we are at it.
        Job.objects.filter(pk=run.job.pk).update(attempt=2)
        try:
            if deed == "finishing":
                with run.finishing():
                    store_file(name="a.txt", content=b"late", actor=run.actor)
            elif deed == "step":
                run.step("Late", 1, 1)
            else:
                run.check_lease()
        except LeaseLost:
            stopped.append(deed)
            raise

    handle(work)
    job = desk.attempt(desk.ask())
    assert stopped == [deed]
    assert (job.state, job.attempt, job.step, StoredFile.objects.count()) == ("running", 2, "", 0)
    assert bell_of(job).done_at is None


def test_an_error_while_finishing_leaves_no_half_result(desk, handle):
    def work(run):
        with run.finishing():
            store_file(name="a.txt", content=b"half", actor=run.actor)
            raise RuntimeError

    handle(work)
    job = desk.attempt(desk.ask())
    assert (job.state, StoredFile.objects.count()) == ("queued", 0)


def test_mistakes_of_ours_are_tried_again_later_then_failed_with_words_and_a_number(desk, handle, caplog):
    told_of = []

    def work(run):
        raise RuntimeError("secret detail")

    handle(work, on_failed=told_of.append)
    job = desk.ask()
    for attempt in (1, 2):
        desk.attempt(job)
        assert (job.state, job.attempt, job.error) == ("queued", attempt, "")
        assert bell_of(job).due_at > timezone.now()
        assert not told_of
    desk.attempt(job)
    assert (job.state, job.attempt, job.error_kind, job.error_code) == ("failed", 3, "failed", "error")
    assert bell_of(job).done_at
    with translation.override("en"):
        assert job.error_text == (
            "The portal could not finish this. Nothing was changed; please try again. "
            f"If it happens again, tell us this number: {job.number}"
        )
    assert "secret detail" not in job.error_text
    assert [failed.pk for failed in told_of] == [job.pk]
    assert [record.levelno for record in caplog.records if record.exc_info] == [logging.ERROR] * 3


def test_a_refusal_is_not_tried_again_and_is_said_in_the_readers_language(desk, handle, caplog):
    def work(run):
        raise JobRefused("no_such", "%(name)s is missing.", name={"ja": "資料", "en": "A paper"})

    handle(work)
    job = desk.attempt(desk.ask())
    assert (job.state, job.attempt, job.error_kind, job.error_code) == ("failed", 1, "refused", "no_such")
    with translation.override("en"):
        assert job.error_text == "A paper is missing."
    with translation.override("ja"):
        assert job.error_text.startswith("資料")
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (SoftTimeLimitExceeded(), "too_long"),
        (OSError(errno.ENOSPC, "full"), "no_room"),
        (OSError(errno.EIO, "broken"), "error"),
        (MemoryError(), "error"),
    ],
)
def test_what_ran_out_is_told_apart(desk, handle, error, code):
    def work(run):
        raise error

    handle(work)
    job = desk.ask(max_attempts=1)
    assert (desk.attempt(job).state, job.error_code) == ("failed", code)


def test_a_job_whose_workers_all_died_is_failed_with_words(desk, handle):
    told_of = []
    handle(nothing, on_failed=told_of.append)
    job = desk.ask()
    Job.objects.filter(pk=job.pk).update(state="running", attempt=3, lease_until=timezone.now() - HOUR)
    desk.attempt(job)
    assert (job.state, job.error_kind, job.error_code) == ("failed", "failed", "interrupted")
    assert len(told_of) == 1


def test_an_error_in_telling_does_not_undo_the_failure(desk, handle):
    def work(run):
        raise JobRefused("x", "No.")

    def stumble(job):
        User.objects.create_user(email="half@example.com")
        raise RuntimeError

    handle(work, on_failed=stumble)
    assert desk.attempt(desk.ask()).state == "failed"
    assert not User.objects.filter(email="half@example.com").exists()


def test_a_job_called_off_while_it_runs_stays_called_off(desk, handle):
    def work(run):
        cancel_job(job=run.job, actor=run.actor)

    handle(work)
    job = desk.attempt(desk.ask())
    assert (job.state, job.error) == ("cancelled", "")


def test_steps_of_the_same_words_are_written_now_and_then_only(desk, handle):
    written = []

    def work(run):
        for page in range(1, 101):
            run.step("Page %(page)s", page, 100, page=page)
            written.append(Job.objects.get(pk=run.job.pk).steps_done)

    handle(work)
    desk.attempt(desk.ask())
    assert written[0] == 1
    assert written[-1] == 100
    assert len(set(written)) < 50


def test_who_asked_may_no_longer_see_it(cast, handle):
    """The bell is answered, so that it is not rung for ever, and the sweeper ends the job with words."""
    done, told_of = [], []
    handle(done.append, on_failed=told_of.append)
    adviser = cast.people["adviser"]
    with acting_as(adviser.pk):
        job, _created = request_job("test", title="Test", actor=adviser, programme_id=cast.programme.pk)
    cast.programme.seats.filter(user=adviser).update(ended_at=timezone.now())
    with web_role():
        run_job(str(job.pk), str(adviser.pk))
    assert bell_of(job).done_at
    close_lost_jobs()
    job.refresh_from_db()
    assert (done, job.state, job.error_code) == ([], "failed", "given_up")


def test_the_account_that_asked_was_closed(desk, handle):
    done = []
    handle(done.append)
    job = desk.ask()
    User.objects.filter(pk=desk.person.pk).update(is_active=False)
    desk.attempt(job)
    assert (done, job.state) == ([], "queued")
    assert bell_of(job).done_at


def test_the_sweeper_ends_what_no_bell_will_start_and_nothing_else(desk, handle):
    told_of = []
    handle(nothing, on_failed=told_of.append)
    waiting, dead, alive, done = (desk.ask() for _ in range(4))
    Outbox.objects.filter(key=dead.bell_key).update(dead_at=timezone.now())
    Outbox.objects.filter(key=alive.bell_key).update(dead_at=timezone.now())
    Job.objects.filter(pk=alive.pk).update(state="running", attempt=1, lease_until=timezone.now() + HOUR)
    desk.attempt(done)
    close_lost_jobs()
    states = dict(Job.objects.values_list("pk", "state"))
    assert states == {waiting.pk: "queued", dead.pk: "failed", alive.pk: "running", done.pk: "done"}
    assert [job.pk for job in told_of] == [dead.pk]
    with acting_as(desk.person.pk):
        dead.refresh_from_db()
        again = retry_job(job=dead, actor=desk.person)
    assert desk.attempt(again).state == "done"


def test_bells_are_forgotten_a_week_after_they_were_answered_but_dead_ones_are_kept(db):
    now = timezone.now()
    for key, fields in {
        "old": {"done_at": now - timedelta(days=8)},
        "recent": {"done_at": now - timedelta(days=6)},
        "dead": {"dead_at": now - timedelta(days=80)},
        "open": {},
    }.items():
        Outbox.objects.create(key=key, task="x", **fields)
    forget_old_bells()
    assert set(Outbox.objects.values_list("key", flat=True)) == {"recent", "dead", "open"}


def test_one_kind_has_one_handler(handle):
    handle(nothing)
    job_handler("test")(nothing)  # the module was loaded twice: no conflict
    with pytest.raises(ValueError, match="handler already"):
        job_handler("test")(lambda run: None)
    with pytest.raises(LookupError):
        handler_of("nobody's")


# --- Bells of single deeds ------------------------------------------------------------------------------------------


@told("test.greet")
def greet(name):
    User.objects.create_user(email=f"{name}@example.com", name_en=str(current_user_id()))
    if name == "trouble":
        raise RuntimeError


def test_a_told_task_acts_as_the_bells_actor_once(desk):
    tell(greet, key="k", args=["hello"], actor=desk.person)
    bell = Outbox.objects.get(key="k")
    for _ring in range(3):
        greet("ignored: the row's arguments count", bell=str(bell.pk))
    assert User.objects.get(email="hello@example.com").name_en == str(desk.person.pk)
    bell.refresh_from_db()
    assert bell.done_at


def test_a_told_task_that_fails_leaves_nothing_and_stays_open(desk):
    tell(greet, key="k", args=["trouble"], actor=None)
    bell = Outbox.objects.get(key="k")
    with pytest.raises(RuntimeError):
        greet("trouble", bell=str(bell.pk))
    bell.refresh_from_db()
    assert (bell.done_at, bell.last_error) == (None, "RuntimeError")
    assert not User.objects.filter(email="trouble@example.com").exists()


def test_a_bell_that_was_given_up_is_not_answered(desk):
    Outbox.objects.create(key="k", task="test.greet", args=["late"], dead_at=timezone.now())
    greet("late", bell=str(Outbox.objects.get().pk))
    assert not User.objects.filter(email="late@example.com").exists()


def test_the_context_does_not_outlive_the_task(desk):
    tell(greet, key="k", args=["hello"], actor=desk.person)
    greet(bell=str(Outbox.objects.get(key="k").pk))
    with connection.cursor() as cursor:
        cursor.execute("SELECT app.uid()")
        assert cursor.fetchone() == (None,)
