"""`make run`: the whole portal on this machine, with demo data, until Ctrl-C.

Starts the embedded servers unless real ones are given or `make services` has started them, sets up the database,
loads the demo, then runs web, worker, beat and relay, waits until they answer, and says how to sign in.
"""

import argparse
import contextlib
import os
import signal
import socket
import sys
from pathlib import Path

import children
import places
import probe
import services
from places import CHECKOUT, Refusal
from supervisor import Child, Interrupted, Supervisor

BIN = Path(sys.executable).parent
FIRST_PORT, LAST_PORT = 8000, 8099


def manage(*words):
    """The command line of one of the portal's own commands."""
    return [sys.executable, "manage.py", *words]


def table(port):
    """The processes of the portal, in the order in which they are stopped."""
    addresses = [part for host in loopback_hosts() for part in ("--bind", f"{host}:{port}")]
    # Two warnings that say nothing here: a demo takes static files from the apps, and root knows that it is root.
    web = [sys.executable, "-W", "ignore:No directory at", "-m", "gunicorn"]
    root = ["-W", "ignore:You're running the worker with superuser privileges"]
    celery = [sys.executable, *root, "-m", "celery", "--quiet", "--app", "spp_portal"]
    return [
        Child("web", [*web, "spp_portal.wsgi:application", *addresses]),
        Child("beat", [*celery, "beat", "--loglevel", "WARNING", "--pidfile", "", "--schedule", beat_schedule()]),
        Child("relay", manage("relay")),
        # A report that is being drawn gets its time; what is cut off is taken up again by the next worker.
        Child("worker", [*celery, "worker", "--loglevel", "WARNING"], stop_seconds=20),
    ]


def beat_schedule():
    """Where beat remembers what it has done; a file of its own, not the truth of anything."""
    return places.var_folder() / "beat-schedule"


def loopback_hosts():
    """This machine's own addresses: 127.0.0.1, and ::1 where it exists, because `localhost` can mean either."""
    hosts = ["127.0.0.1"]
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET6) as line:
        line.bind(("::1", 0))
        hosts.append("[::1]")
    return hosts


def is_free(port):
    """Whether nobody listens on `port` on this machine's own addresses."""
    for host in loopback_hosts():
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family) as line:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                line.bind((host.strip("[]"), port))
            except OSError:
                return False
    return True


def choose_port():
    """PORT when given, else 8000 or the next free one."""
    given = os.environ.get("PORT")
    if given:
        if not given.isdigit() or not 0 < int(given) < 65536:
            raise Refusal(f"PORT is {given!r}; it must be a number from 1 to 65535.")
        if not is_free(int(given)):
            raise Refusal(f"Port {given} is in use. Name another one in PORT, or leave PORT out.")
        return int(given)
    for port in range(FIRST_PORT, LAST_PORT + 1):
        if is_free(port):
            return port
    raise Refusal(f"No port from {FIRST_PORT} to {LAST_PORT} is free. Name one in PORT.")


def environment(needed, port):
    """What the portal's processes get to know: addresses, secrets of this machine, and that this is a demo."""
    return {
        **os.environ,
        **services.addresses(needed),
        "PORTAL_DEMO": "1",
        "PORTAL_VAR": str(places.var_folder()),
        "PORTAL_URL": f"http://localhost:{port}",
        "PORT": str(port),
        "PYTHONUNBUFFERED": "1",
    }


def bring_up(supervisor, needed, table, manage):
    """Everything until the portal answers. Returns its address."""
    supervisor.clear_away()
    port = choose_port()
    supervisor.environment = environment(needed, port)
    supervisor.say("Starting PostgreSQL and Valkey …" if needed else "Using the given servers.")
    with services.lock():
        supervisor.servers = services.start(needed, supervised=True)
    supervisor.run(Child("database", manage("setup_database")), saying="Setting up the database")
    supervisor.run(Child("demo", manage("load_demo")), saying="Loading the demo (the first time this takes a while)")
    supervisor.children = table(port)
    supervisor.starting = True
    for child in supervisor.children:
        supervisor.start(child)
    supervisor.run(
        Child("check", manage("check_processes", "--wait", "120"), words="hidden"),
        saying="Waiting for worker, beat and relay",
    )
    supervisor.wait_for(lambda: probe.web_answers(port), saying="Waiting for the web process", seconds=120)
    supervisor.starting = False
    return f"http://localhost:{port}"


def serve(table=table, manage=manage):
    """Bring the portal up, keep it up until asked to stop, take it down. Returns the exit status.

    `table` and `manage` give the processes and the commands; tests bring small ones of their own.
    """
    var = places.var_folder()
    supervisor = Supervisor(folder=CHECKOUT, logs=var / "log", environment=dict(os.environ))
    supervisor.listen()
    status = 0
    try:
        with places.locked(var / "run.lock", wait=False) as note:
            leave_note(note, "")
            try:
                address = bring_up(supervisor, services.embedded_servers(), table, manage)
                leave_note(note, f"{address}, process {os.getpid()}")
                supervisor.say("")
                supervisor.run(Child("sign-in", manage("print_sign_in"), words="plain"))
                supervisor.say(f"\nThe portal is up: {address}   (Ctrl-C stops everything)\n")
                while True:
                    supervisor.turn(0.3)
            except Interrupted:
                supervisor.say("")
            except Refusal as refusal:
                supervisor.say(str(refusal))
                status = 1
            finally:
                supervisor.stop()
                supervisor.say("Stopped.")
    except BlockingIOError:
        running = (var / "run.lock").read_text(encoding="utf-8").strip()
        supervisor.say(f"The portal is running already ({running or 'starting'}). Stop that one first with Ctrl-C.")
        status = 1
    return status


def leave_note(file, text):
    """Write where the portal is into the lock, for whoever tries to start a second one."""
    file.truncate(0)
    file.write(text)
    file.flush()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--follow-parent", action="store_true", help="stop when the process that started this one ends")
    if parser.parse_args().follow_parent:
        children.end_with_parent(signal.SIGTERM, os.getppid())
    try:
        return serve()
    except Refusal as refusal:
        places.say(str(refusal))
        return 1


if __name__ == "__main__":
    sys.exit(main())
