"""Run the portal's processes for a measurement, and read what they used."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True)
class Used:
    """What one command used: seconds of wall clock and of CPU, and the largest resident set in MB."""

    seconds: float
    cpu_seconds: float
    peak_mb: float


def run(command: list[str], *, env: dict) -> Used:
    """Run a command of the portal to its end. Raises CalledProcessError, with what it said, when it fails."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *command], cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command, output)
    return Used(
        seconds=round(time.perf_counter() - started, 3),
        cpu_seconds=round(usage.ru_utime + usage.ru_stime, 3),
        peak_mb=round(usage.ru_maxrss / 1024, 1),
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class WebServer:
    """gunicorn with two workers, as in production, on a port of its own."""

    def __init__(self, env: dict):
        self.port = _free_port()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "spp_portal.wsgi:application", "--workers", "2", "--threads", "4",
             "--worker-class", "gthread", "--bind", f"127.0.0.1:{self.port}", "--log-level", "error"],
            cwd=ROOT, env=env,
        )  # fmt: skip

    def wait(self, *, seconds: float = 60) -> None:
        """Wait until it answers. Raises TimeoutError after `seconds`."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                if self.get("/healthz").status == 200:
                    return
            except OSError:
                time.sleep(0.2)
        raise TimeoutError("The web server did not answer.")

    def get(self, path: str, *, cookie: str = ""):
        """Return the answer, its body read."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("GET", path, headers={"Host": "localhost", "Cookie": cookie})
        response = connection.getresponse()
        response.body = response.read()
        connection.close()
        return response

    def post(self, path: str, body: dict, *, cookie: str):
        """Send JSON as our own pages do, with the token of forms in cookie and header; return the answer, its body read."""
        connection, token = HTTPConnection("127.0.0.1", self.port, timeout=60), "x" * 32
        headers = {"Host": "localhost", "Cookie": f"{cookie}; csrf={token}", "X-CSRFToken": token}
        connection.request("POST", path, json.dumps(body), headers | {"Content-Type": "application/json"})
        response = connection.getresponse()
        response.body = response.read()
        connection.close()
        return response

    def processes(self) -> list[psutil.Process]:
        master = psutil.Process(self.process.pid)
        return [master, *master.children(recursive=True)]

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=30)


@contextmanager
def web_server(env: dict) -> Iterator[WebServer]:
    server = WebServer(env)
    try:
        server.wait()
        yield server
    finally:
        server.stop()


def database_processes(name: str) -> list[psutil.Process]:
    """The backends of the database `name` on this machine, as PostgreSQL titles its processes."""
    return [
        process
        for process in psutil.process_iter(["name", "cmdline"])
        if (process.info["name"] or "").startswith("postgres")
        and f" {name} " in " ".join(process.info["cmdline"] or [])
    ]


def cpu_seconds(processes: list[psutil.Process]) -> dict[int, float]:
    """CPU time used so far by each process that still lives, user and system together."""
    used = {}
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            used[process.pid] = times.user + times.system
    return used


def cpu_between(before: dict[int, float], after: dict[int, float]) -> float:
    """CPU seconds of the processes that lived at both ends: one that ends takes what it had used with it."""
    return sum(after[pid] - before[pid] for pid in after if pid in before)
