"""`make run` from the outside, with small processes in place of the portal's: up, a second one, the end, a kill."""

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import children
import pytest

from tests.scripts.conftest import WAIT_SECONDS

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"

# The portal's commands and processes, as small as they can be. What they are asked is written into `asked`.
FAKE = """
import http.server, os, sys, time
word = sys.argv[1]
with open("asked", "a") as file:
    file.write(word + "\\n")
if word == "web":
    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200 if self.path == "/healthz" else 404)
            self.end_headers()
        def log_message(self, *words):
            pass
    http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Page).serve_forever()
elif word == os.environ.get("BREAK"):
    print("this one is broken")
    sys.exit(4)
elif word in ("relay", "worker", "beat"):
    print(word, "is up", flush=True)
    open(f"{word}.up", "w").close()
    time.sleep(600)
elif word == "check_processes":
    while not all(os.path.exists(f"{name}.up") for name in ("relay", "worker", "beat")):
        time.sleep(0.05)
    sys.exit(0 if sys.argv[2:] == ["--wait", "120"] else 2)
elif word == "print_sign_in":
    print("Sign in as somebody@example.org")
"""
PROGRAM = """
import sys
sys.path.insert(0, {scripts!r})
import run
from supervisor import Child
fake = [sys.executable, "fake.py"]
run.CHECKOUT = run.Path({folder!r})
names = ("web", "beat", "relay", "worker")
sys.exit(run.serve(table=lambda port: [Child(name, [*fake, name]) for name in names], manage=lambda *words: [*fake, *words]))
"""


@pytest.fixture
def portal(tmp_path):
    """Start `run.serve` in a process of its own, with servers given from outside, so that none is started."""
    (tmp_path / "fake.py").write_text(FAKE)
    started = []

    def start(**more):
        outside = {"DATABASE_URL": "postgres://elsewhere/portal", "REDIS_URL": "redis://elsewhere", "PORT": ""}
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM.format(scripts=str(SCRIPTS), folder=str(tmp_path))],
            env=os.environ | outside | {"PORTAL_VAR": str(tmp_path / "var")} | more,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=tmp_path,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.send_signal(signal.SIGTERM)
        try:
            process.communicate(timeout=WAIT_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def read_until(process, text):
    """The lines of a process up to the one that contains `text`."""
    lines = []
    for line in process.stdout:
        lines.append(line.rstrip("\n"))
        if text in line:
            return lines
    pytest.fail(f"{text!r} was never said, only {lines}")


def address(lines):
    """The address in the last line."""
    return lines[-1].split()[4]


def working_in(folder):
    """The living processes whose working directory is `folder`, this one left out."""
    numbers = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return [number for number in numbers if number != os.getpid() and children.works_in(number, folder)]


def test_it_sets_up_loads_starts_waits_and_says_how_to_sign_in(portal, tmp_path):
    lines = read_until(portal(), "The portal is up")
    asked = (tmp_path / "asked").read_text().split()
    assert (asked[:2], asked[-1]) == (["setup_database", "load_demo"], "print_sign_in")
    assert sorted(asked[2:-1]) == ["beat", "check_processes", "relay", "web", "worker"]
    assert "worker   | worker is up" in lines
    assert lines[-3:-1] == ["Sign in as somebody@example.org", ""]
    assert lines[-1].startswith("The portal is up: http://localhost:")


def test_a_second_one_says_where_the_first_is_and_leaves_it_alone(portal):
    first = portal()
    where = address(read_until(first, "The portal is up"))
    second = portal()
    said = second.communicate(timeout=WAIT_SECONDS)[0]
    assert (second.returncode, said) == (
        1,
        f"The portal is running already ({where}, process {first.pid}). Stop that one first with Ctrl-C.\n",
    )
    assert first.poll() is None


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_asked_to_stop_it_ends_everything_and_well(portal, tmp_path, number):
    process = portal()
    read_until(process, "The portal is up")
    process.send_signal(number)
    said = process.communicate(timeout=WAIT_SECONDS)[0].splitlines()
    stopping = [line for line in said if line.startswith("Stopp")]
    assert stopping == [f"Stopping {name} …" for name in ("web", "beat", "relay", "worker")] + ["Stopped."]
    assert process.returncode == 0
    assert working_in(tmp_path) == []


def test_after_a_kill_of_it_the_next_one_is_up_at_the_same_address(portal):
    first = portal()
    where = address(read_until(first, "The portal is up"))
    first.kill()
    assert address(read_until(portal(), "The portal is up")) == where


def test_a_port_that_is_asked_for_and_taken_is_named(portal):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        process = portal(PORT=str(port))
        said = process.communicate(timeout=WAIT_SECONDS)[0].splitlines()
    assert (process.returncode, said[0]) == (1, f"Port {port} is in use. Name another one in PORT, or leave PORT out.")


def test_a_step_that_fails_ends_it_with_what_was_said(portal, tmp_path):
    process = portal(BREAK="load_demo")
    said = process.communicate(timeout=WAIT_SECONDS)[0].splitlines()
    assert process.returncode == 1
    # On a busy machine it is said again, with the seconds that have passed.
    said = [line for line in said if not re.search(r"… \d+ s$", line)]
    assert said[-4:-2] == ["Loading the demo (the first time this takes a while) …", "demo     | this one is broken"]
    assert "failed (exit status 4)" in said[-2]
    assert working_in(tmp_path) == []


def test_a_process_that_never_stays_up_ends_it_and_is_named(portal, tmp_path):
    process = portal(BREAK="relay")
    said = process.communicate(timeout=WAIT_SECONDS)[0]
    assert process.returncode == 1
    assert f"relay does not stay up. What it said is in {tmp_path}/var/log/relay.log" in said
    assert said.count("relay    | this one is broken") == 3
    assert working_in(tmp_path) == []
