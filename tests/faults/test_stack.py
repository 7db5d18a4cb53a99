"""The stack itself: what a test leaves behind, under way or asleep, does not reach the next one."""

import os
import signal

import pytest

from accounts.services import open_account
from common.tenancy import acting_as
from jobs.services import request_job, tell
from tests.databases import line_to
from tests.faults.steering import began
from tests.stack import members

pytestmark = pytest.mark.processes


def make_a_mess(stack) -> None:
    """Jobs under way, one frozen in the middle, a broker that hangs with messages in it."""

    def ask(mode: str):
        with acting_as(person.pk):
            return request_job("test.steered", title="Test", actor=person, params={"mode": mode})[0]

    with stack.portal():
        person = open_account(email="someone@example.com", name_ja="誰か", name_en="Someone")
        waiting = ask("wait")
        _attempt, child = began(stack, waiting)
        os.kill(child, signal.SIGSTOP)
        stack.in_threads(*[lambda: ask("")] * 6)
        tell("test.mark", key="mark", args=["left"], actor=None)
    stack.wait_until(lambda: stack.broker.ask("DBSIZE") != ":0\r\n", "something is in the broker")
    stack.broker.freeze()


def rows(stack) -> dict[str, int]:
    """The tables that hold something, with their number of rows."""
    tables = [name for (name,) in stack.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
    counted = {name: stack.query(f'SELECT count(*) FROM "{name}"')[0][0] for name in tables}
    return {name: count for name, count in counted.items() if count}


def test_nothing_of_a_test_is_left_for_the_next(running):
    running.rest()
    running.start("relay", "worker", "beat")
    groups = [process.pid for process in running.processes.values()]
    make_a_mess(running)

    running.rest()

    assert running.processes == {}
    assert [pid for group in groups for pid in members(group)] == []
    assert set(rows(running)) == {"django_migrations", "django_content_type"}
    assert running.broker.ask("DBSIZE") == ":0\r\n"
    assert [path.name for path in [*running.logs.iterdir(), *running.folder.iterdir()] if path.name != "fonts"] == []


def test_a_line_with_locks_is_cut_before_the_tables_are_emptied(running):
    """Whose client does not even know that it is to end."""
    running.rest()
    with line_to(running.database) as line, line.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("LOCK TABLE jobs_outbox IN ROW EXCLUSIVE MODE")
        running.rest()
    assert set(rows(running)) == {"django_migrations", "django_content_type"}
