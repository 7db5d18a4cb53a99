"""The supervisor with small processes of the test's own: restarting, the order of the end, and its own violent death."""

import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import children
import pytest
import supervisor

from tests.scripts.conftest import WAIT_SECONDS

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"

# A whole supervisor in a process of its own. The table is the test's; each line of `order` is one child that ended.
PROGRAM = """
import os, sys
from pathlib import Path
sys.path.insert(0, {scripts!r})
from supervisor import Child, Interrupted, Supervisor
folder = Path({folder!r})
supervisor = Supervisor(folder=folder, logs=folder / "log", environment=dict(os.environ))
supervisor.listen()
supervisor.clear_away()
supervisor.children = [{table}]
for child in supervisor.children:
    supervisor.start(child)
print("supervising", flush=True)
try:
    while True:
        supervisor.turn()
except Interrupted:
    pass
finally:
    supervisor.stop()
"""


def child(name, script, **options):
    """The source of one line of the table: a shell script as a child."""
    more = "".join(f", {key}={value!r}" for key, value in options.items())
    return f"Child({name!r}, ['/bin/sh', '-c', {script!r}]{more})"


def polite(name):
    """A shell script that writes its name into `order` when it is asked to end."""
    return f"trap 'echo {name} >> order; exit 0' TERM; echo $$ > {name}.pid; while :; do sleep 0.05; done"


@pytest.fixture
def supervise(tmp_path):
    """Start a supervisor over a table; end it and all its children after the test, whatever happened."""
    started = []

    def start(*table):
        program = PROGRAM.format(scripts=str(SCRIPTS), folder=str(tmp_path), table=", ".join(table))
        process = subprocess.Popen(
            [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=tmp_path
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()
    for file in tmp_path.glob("*.pid"):
        # One that was killed while it wrote has left an empty file.
        if number := file.read_text().strip():
            children.send(int(number), signal.SIGKILL)


def read_until(process, text):
    """The lines of a process up to the one that contains `text`."""
    lines = []
    for line in process.stdout:
        lines.append(line.rstrip("\n"))
        if text in line:
            return lines
    pytest.fail(f"{text!r} was never said, only {lines}")


def written(path):
    """The content of a file, as soon as it has some."""
    assert children.wait_until(lambda: path.exists() and path.read_text().strip(), seconds=WAIT_SECONDS), path
    return path.read_text().strip()


def test_children_end_in_the_order_of_the_table(supervise, tmp_path):
    names = ["web", "beat", "relay", "worker"]
    process = supervise(*[child(name, polite(name)) for name in names])
    for name in names:
        written(tmp_path / f"{name}.pid")
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=WAIT_SECONDS) == 0
    assert (tmp_path / "order").read_text().split() == names


def test_what_a_child_says_carries_its_name_and_is_in_its_log(supervise, tmp_path):
    process = supervise(child("web", "echo listening; printf 'no line end'; exec sleep 60"))
    assert read_until(process, "listening")[-1] == "web      | listening"
    assert written(tmp_path / "log" / "web.log") == "listening\nno line end"


def test_a_child_that_dies_is_started_again_later_each_time_and_it_is_said(supervise):
    process = supervise(child("relay", "echo up; exit 7"))
    lines = [line for line in read_until(process, "3 times in a row") if not line.startswith("supervising")]
    assert [line.rsplit(" See ")[0] for line in lines] == [
        "relay    | up",
        "relay ended (exit status 7); starting it again in 1 s.",
        "relay    | up",
        "relay ended (exit status 7); starting it again in 2 s.",
        "relay    | up",
        "relay ended (exit status 7); starting it again in 5 s.",
        "relay has ended 3 times in a row.",
    ]


def test_a_child_that_was_killed_takes_its_own_children_with_it(supervise, tmp_path):
    supervise(child("worker", "echo $$ > worker.pid; sleep 60 & echo $! > pool.pid; wait"))
    pool = int(written(tmp_path / "pool.pid"))
    os.kill(int(written(tmp_path / "worker.pid")), signal.SIGKILL)
    assert children.wait_until(lambda: not children.is_alive(pool), seconds=WAIT_SECONDS)


def test_a_child_that_does_not_want_to_end_is_killed_after_its_time(supervise, tmp_path):
    process = supervise(
        child("worker", "trap '' TERM; echo $$ > worker.pid; while :; do sleep 1; done", stop_seconds=1)
    )
    stubborn = int(written(tmp_path / "worker.pid"))
    asked = time.monotonic()
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=WAIT_SECONDS) == 0
    assert time.monotonic() - asked > 1
    assert not children.is_alive(stubborn)


def test_a_killed_supervisor_leaves_no_child_behind(supervise, tmp_path):
    process = supervise(*[child(name, polite(name)) for name in ("web", "worker")])
    numbers = [int(written(tmp_path / f"{name}.pid")) for name in ("web", "worker")]
    process.kill()
    process.wait()
    assert children.wait_until(lambda: not any(map(children.is_alive, numbers)), seconds=WAIT_SECONDS)


def test_the_next_supervisor_clears_away_what_outlived_a_killed_one(supervise, tmp_path):
    process = supervise(child("worker", "sleep 60 & echo $! > pool.pid; wait"))
    pool = int(written(tmp_path / "pool.pid"))
    process.kill()
    process.wait()
    assert children.is_alive(pool), "the kernel ends the child itself, not what the child has started"
    read_until(supervise(child("worker", "exec sleep 60")), "Cleared away what an earlier run had left")
    assert not children.is_alive(pool)


def test_a_stranger_with_a_recorded_number_is_left_alone(supervise, tmp_path):
    stranger = subprocess.Popen(["/bin/sleep", "60"], start_new_session=True, cwd="/")
    try:
        (tmp_path / "processes.json").write_text(f"[{stranger.pid}]")
        read_until(supervise(child("web", "exec sleep 60")), "supervising")
        assert children.is_alive(stranger.pid)
    finally:
        stranger.kill()
        stranger.wait()


def test_a_server_whose_process_was_killed_is_started_again(tmp_path):
    class Sleeper:
        """A server as the supervisor sees one: a name, a process, and how to start it."""

        name = "sleeper"
        child = None

        def start(self, *, supervised):
            assert supervised
            self.child = children.spawn(["/bin/sleep", "60"], orphan_signal=signal.SIGKILL)
            return True

    server = Sleeper()
    server.start(supervised=True)
    said = io.StringIO()
    keeper = supervisor.Supervisor(folder=tmp_path, logs=tmp_path / "log", environment={}, out=said)
    keeper.servers = [server]
    first = server.child
    first.kill()
    first.wait()
    keeper.turn(0)
    try:
        assert server.child.pid != first.pid
        assert said.getvalue() == "sleeper ended (by SIGKILL); starting it again.\n"
    finally:
        server.child.kill()
        server.child.wait()
