"""The embedded PostgreSQL and Valkey, really started: what was acknowledged is there after a kill -9 of both."""

import os
import shlex
import shutil
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import children
import places
import psycopg2
import pytest
import redis
import servers
from kombu import Connection

from tests.scripts.conftest import WAIT_SECONDS

CHECKOUT = Path(__file__).resolve().parents[2]


class Services:
    """services.py on the command line, with a data folder of the test's own."""

    def __init__(self, var, environment):
        self.var = var
        self.environment = environment | {"PORTAL_VAR": str(var)}

    def run(self, command, **more):
        return subprocess.run(
            [sys.executable, CHECKOUT / "scripts" / "services.py", command],
            env=self.environment | more,
            capture_output=True,
            text=True,
            check=False,
            timeout=WAIT_SECONDS,
        )

    def addresses(self):
        words = shlex.split(self.run("env").stdout.replace("export ", ""))
        return dict(word.split("=", 1) for word in words)

    def pids(self):
        """The process numbers of PostgreSQL and Valkey, as `status` tells them; None for one that does not run."""
        lines = [line for line in self.run("status").stderr.splitlines() if line.startswith(places.SERVERS)]
        return [int(line.split("process ")[1].rstrip(")")) if "process" in line else None for line in lines]


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """Both servers, running, under a path longer than any unix socket may have; root gets no closed folder above it."""
    folder = Path(tmp_path_factory.mktemp("checkout"))
    left_out = ("DATABASE_URL", "WEB_DATABASE_URL", "REDIS_URL", "SECRET_KEY")
    environment = {name: value for name, value in os.environ.items() if name not in left_out}
    services = Services(folder / ("a-long-name-" * 15) / "var", environment)
    started = services.run("start")
    assert started.returncode == 0, started.stderr
    yield services
    services.run("stop")
    remove_traces(services.var)


def remove_traces(var):
    """Remove what a data folder has elsewhere: its socket folder and, for root, its home in /var/lib."""
    account = places.server_account()
    home = places.servers_home(var, account)
    sockets = places.socket_folder(var)
    shutil.rmtree(sockets, ignore_errors=True)
    if home != var:
        shutil.rmtree(home)


@pytest.fixture
def database(running):
    """A connection as the owner, committing each statement."""
    connection = psycopg2.connect(running.addresses()["DATABASE_URL"])
    connection.autocommit = True
    yield connection.cursor()
    connection.close()


def test_the_second_start_finds_the_running_servers(running):
    before = running.pids()
    again = running.run("start")
    assert again.returncode == 0
    assert again.stderr.splitlines()[:2] == ["postgres: running already", "valkey: running already"]
    assert running.pids() == before
    assert None not in before


def test_addresses_taken_from_env_mean_the_embedded_servers_still(running):
    assert running.run("start", **running.addresses()).stderr.startswith("postgres: running already")


def test_servers_given_from_outside_are_not_replaced(running):
    status = running.run("status", DATABASE_URL="postgres://elsewhere/portal", REDIS_URL="redis://elsewhere")
    assert status.stderr.splitlines() == ["DATABASE_URL: given from outside", "REDIS_URL: given from outside"]
    assert status.returncode == 0
    printed = running.run("env", DATABASE_URL="postgres://elsewhere/portal").stdout
    assert "export DATABASE_URL=postgres://elsewhere/portal\n" in printed


def test_the_owner_is_no_superuser_and_can_do_what_set_up_needs(database):
    database.execute(
        "SELECT rolsuper, rolcreatedb, rolcreaterole, rolbypassrls FROM pg_roles WHERE rolname = current_user"
    )
    assert database.fetchall() == [(False, True, True, True)]
    database.execute("CREATE EXTENSION btree_gist")
    database.execute("CREATE ROLE trial_definer NOLOGIN BYPASSRLS")
    database.execute("CREATE ROLE trial_web LOGIN PASSWORD 'trial'")
    database.execute("CREATE DATABASE trial")
    database.execute("DROP DATABASE trial")
    database.execute("DROP ROLE trial_definer, trial_web")


def test_the_database_is_set_for_durability_and_sorts_the_same_everywhere(database):
    names = ["fsync", "full_page_writes", "synchronous_commit", "data_checksums", "jit", "listen_addresses"]
    database.execute("SELECT " + ", ".join(f"current_setting('{name}')" for name in names))
    assert database.fetchone() == ("on", "on", "on", "on", "off", "")
    database.execute("SELECT datlocprovider, datlocale, pg_encoding_to_char(encoding) FROM pg_database")
    assert set(database.fetchall()) == {("b", "C.UTF-8", "UTF8")}


def test_nobody_gets_in_without_a_password(running):
    address = running.addresses()["DATABASE_URL"]
    scheme, rest = address.split("://")
    owner, place = rest.split("@")
    with pytest.raises(psycopg2.OperationalError, match="no password supplied"):
        psycopg2.connect(f"{scheme}://{owner.split(':')[0]}@{place}")
    secrets = [*running.var.glob("*password"), running.var / "secret-key"]
    assert [stat.S_IMODE(path.stat().st_mode) for path in secrets] == [0o600] * 3


def test_the_sockets_lie_in_a_closed_folder_with_a_short_path(running):
    folder = places.socket_folder(running.var)
    longest = max(len(os.fsencode(path)) for path in folder.iterdir())
    assert longest <= places.SOCKET_PATH_LIMIT < len(os.fsencode(running.var / "valkey.sock"))
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_one_address_serves_celery_and_redis_py(running):
    address = running.addresses()["REDIS_URL"]
    with Connection(address) as broker:
        broker.default_channel.client.set("from-kombu", "1")
    assert redis.Redis.from_url(servers.client_url(address)).get("from-kombu") == b"1"


def test_a_kill_of_both_servers_loses_nothing_that_was_committed(running, database):
    database.execute("CREATE TABLE kept (number integer)")
    database.execute("INSERT INTO kept SELECT generate_series(1, 1000)")
    address = running.addresses()
    broker = redis.Redis.from_url(servers.client_url(address["REDIS_URL"]))
    broker.rpush("queue", "a", "b")
    # Its file is flushed once a second, and while that goes on, what comes after may wait in its memory.
    assert broker.execute_command("WAITAOF", 1, 0, WAIT_SECONDS * 1000)[0] == 1
    # A connection in the middle of its work keeps old children busy for a moment, as in a real crash.
    database.connection.autocommit = False
    database.execute("INSERT INTO kept VALUES (-1)")
    killed = running.pids()
    for pid in killed:
        os.kill(pid, signal.SIGKILL)
    assert children.wait_until(lambda: not any(map(children.is_alive, killed)), seconds=WAIT_SECONDS)

    started = running.run("start")

    assert started.returncode == 0, started.stderr
    with psycopg2.connect(address["DATABASE_URL"]) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*), min(number), max(number) FROM kept")
        assert cursor.fetchone() == (1000, 1, 1000)
    connection.close()
    assert redis.Redis.from_url(servers.client_url(address["REDIS_URL"])).lrange("queue", 0, -1) == [b"a", b"b"]


def test_stop_ends_both_and_start_begins_again(running):
    before = running.pids()
    assert running.run("stop").stderr.splitlines() == ["valkey: stopped", "postgres: stopped"]
    assert running.pids() == [None, None]
    assert not any(map(children.is_alive, before))
    assert not places.socket_folder(running.var).exists()
    assert running.run("status").returncode == 3
    assert running.run("start").returncode == 0


def test_a_server_whose_socket_was_cleaned_away_is_started_anew(running):
    for path in places.socket_folder(running.var).iterdir():
        path.unlink()
    before = running.pids()
    assert running.run("start").returncode == 0
    assert set(running.pids()).isdisjoint([*before, None])


def test_servers_in_the_foreground_end_with_the_process_that_keeps_them(open_folder, bare_environment):
    services = Services(open_folder / "var", bare_environment)
    keeper = subprocess.Popen(
        [sys.executable, CHECKOUT / "scripts" / "services.py", "foreground"],
        env=services.environment,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert children.wait_until(lambda: None not in services.pids(), seconds=WAIT_SECONDS, pause=0.3)
        pids = services.pids()
        refused = services.run("stop")
        assert (refused.returncode, "in use by `services.py foreground`" in refused.stderr) == (1, True)
        keeper.kill()
        keeper.wait()
        assert children.wait_until(lambda: not any(map(children.is_alive, pids)), seconds=WAIT_SECONDS)
    finally:
        keeper.kill()
        keeper.wait()
        services.run("stop")
        remove_traces(services.var)


def test_a_number_that_now_belongs_to_a_stranger_does_not_block_the_start(open_folder):
    account = places.server_account()
    folder = places.owned_folder(open_folder / "postgres", account)
    server = servers.Postgres(open_folder, open_folder, open_folder, account)
    (folder / "postmaster.pid").write_text(f"{os.getpid()}\n")
    assert server.pid() is None
    server.forget_stranger()
    assert not (folder / "postmaster.pid").exists()


def test_the_number_of_a_dead_server_is_left_for_postgresql_to_judge(open_folder):
    gone = subprocess.Popen(["/bin/true"])
    gone.wait()
    account = places.server_account()
    folder = places.owned_folder(open_folder / "postgres", account)
    (folder / "postmaster.pid").write_text(f"{gone.pid}\n")
    servers.Postgres(open_folder, open_folder, open_folder, account).forget_stranger()
    assert (folder / "postmaster.pid").exists()


def test_valkey_that_does_not_listen_does_not_answer(tmp_path):
    server = servers.Valkey(tmp_path, tmp_path, tmp_path, places.server_account())
    assert server.answers() is False
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(server.socket))
        assert server.answers() is False
