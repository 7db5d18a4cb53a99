"""The embedded servers: `services.py start | stop | status | env | foreground`.

`start` runs them in the background, `foreground` as children of this process; `env` prints export lines for a shell.
Where DATABASE_URL or REDIS_URL is given, that server is the real one and the embedded one is not started.
"""

import argparse
import os
import shlex
import signal
import sys

import children
import places
import servers
from places import Refusal, say


def embedded_servers(environment=os.environ):
    """The embedded servers that are needed: those whose address is not given, or is given as theirs by `env`."""
    account = places.server_account()
    var = places.var_folder()
    home = places.servers_home(var, account)
    sockets = places.socket_folder(var, account)
    kinds = {"DATABASE_URL": servers.Postgres, "REDIS_URL": servers.Valkey}
    embedded = {name: kind(var, home, sockets, account) for name, kind in kinds.items()}
    return {name: server for name, server in embedded.items() if environment.get(name, "") in ("", server.url)}


def addresses(needed, environment=os.environ):
    """DATABASE_URL, REDIS_URL and SECRET_KEY: as given, else those of the embedded servers and of the data folder."""
    found = {name: environment.get(name) or needed[name].url for name in ("DATABASE_URL", "REDIS_URL")}
    found["SECRET_KEY"] = environment.get("SECRET_KEY") or places.secret_file(places.var_folder() / "secret-key", length=32)
    return found


def lock():
    """Held while servers are started or ended, so that two starts at once make one server."""
    return places.locked(places.var_folder() / "services.lock")


def start(needed, *, supervised=False):
    """Start what is needed and not running. Returns the servers that this call started; none is left behind on failure."""
    started = []
    try:
        for server in needed.values():
            if server.start(supervised=supervised):
                started.append(server)
                say(f"{server.name}: started")
            else:
                say(f"{server.name}: running already")
    except BaseException:
        stop(started)
        raise
    return started


def stop(running):
    """End servers, the last started first."""
    for server in reversed(list(running)):
        if server.stop():
            say(f"{server.name}: stopped")


def command_start(needed):
    with lock():
        start(needed)
    return command_status(needed)


def command_stop(needed):
    with lock():
        for server in needed.values():
            pid = server.pid()
            keeper = pid and children.parent_of(pid)
            if keeper and children.works_in(keeper, places.CHECKOUT) and is_supervisor(keeper):
                raise Refusal(f"{server.name} belongs to the process {keeper} (`make run`?). End that one instead.")
        stop(needed.values())
    return 0


def is_supervisor(pid):
    """Whether the process is one of ours that keeps servers as its children."""
    with open(f"/proc/{pid}/cmdline", "rb") as file:
        words = file.read().split(b"\0")
    return any(os.path.basename(word) in (b"run.py", b"services.py") for word in words)


def command_status(needed):
    """Say what runs. Exit status 3 when something needed does not."""
    missing = 0
    for name in ("DATABASE_URL", "REDIS_URL"):
        if name not in needed:
            say(f"{name}: given from outside")
            continue
        pid = needed[name].pid()
        missing += pid is None
        say(f"{needed[name].name}: " + (f"running (process {pid})" if pid else "not running"))
    return 3 if missing else 0


def command_env(needed):
    """Print the export lines; they are the same whether or not the servers run."""
    for name, value in addresses(needed).items():
        print(f"export {name}={shlex.quote(value)}")
    return 0


def command_foreground(needed):
    """Keep the servers as children until a signal comes or one of them ends."""
    received = []
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _frame: received.append(number))
    with lock():
        started = start(needed, supervised=True)
    ended = None
    while not received and ended is None:
        children.wait_until(lambda: received, seconds=0.5, pause=0.1)
        ended = next((server for server in started if server.child.poll() is not None), None)
    stop(started)
    if ended:
        raise Refusal(ended.why_not("ended unexpectedly"))
    return 0


COMMANDS = {
    "start": command_start,
    "stop": command_stop,
    "status": command_status,
    "env": command_env,
    "foreground": command_foreground,
}


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=COMMANDS)
    command = COMMANDS[parser.parse_args(arguments).command]
    try:
        return command(embedded_servers())
    except Refusal as refusal:
        say(str(refusal))
        return 1


if __name__ == "__main__":
    sys.exit(main())
