"""The embedded servers: `services.py start | stop | status | env | foreground | run COMMAND …`.

`start` runs them in the background, `foreground` as children of this process; `env` prints export lines for a shell;
`run` runs a command that knows their addresses, and ends afterwards what was not running before.
Where DATABASE_URL or REDIS_URL is given, that server is the real one and the embedded one is not started.
"""

import argparse
import os
import shlex
import signal
import subprocess
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
    sockets = places.socket_folder(var)
    kinds = {"DATABASE_URL": servers.Postgres, "REDIS_URL": servers.Valkey}
    embedded = {name: kind(var, home, sockets, account) for name, kind in kinds.items()}
    return {name: server for name, server in embedded.items() if environment.get(name, "") in ("", server.url)}


def addresses(needed, environment=os.environ):
    """DATABASE_URL, REDIS_URL and SECRET_KEY: as given, else those of the embedded servers and of the data folder."""
    found = {name: environment.get(name) or needed[name].url for name in ("DATABASE_URL", "REDIS_URL")}
    own_key = places.secret_file(places.var_folder() / "secret-key", length=32)
    found["SECRET_KEY"] = environment.get("SECRET_KEY") or own_key
    return found


def lock():
    """Held while servers are started or ended, so that two starts at once make one server."""
    return places.locked(places.var_folder() / "services.lock")


def start(needed, *, supervised=False, say=say):
    """Start what is needed and not running. Returns the servers that this call started; on failure none is left."""
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


def stop(running, *, say=say):
    """End servers, the last started first."""
    for server in reversed(list(running)):
        if server.stop():
            say(f"{server.name}: stopped")


def command_start(needed):
    with lock():
        start(needed)
    return command_status(needed)


def command_stop(needed):
    var = places.var_folder()
    for name, what in (("run.lock", "`make run`"), ("foreground.lock", "`services.py foreground`")):
        try:
            with places.locked(var / name, wait=False):
                pass
        except BlockingIOError:
            raise Refusal(f"The servers are in use by {what}. Stop that one first (Ctrl-C there).") from None
    with lock():
        stop(needed.values())
    return 0


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
    with places.locked(places.var_folder() / "foreground.lock"):
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


def command_run(needed, command):
    """Run a command with the servers up. Returns its exit status; 128 and the signal's number when one ended it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal sends it to the command, too; we end after it
    with lock():
        started = start(needed, supervised=True, say=lambda _text: None)
    worker = subprocess.Popen(
        command,
        env={**os.environ, **addresses(needed)},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 (we have no threads)
    )
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _frame: worker.send_signal(number))
    status = worker.wait()
    stop(started, say=lambda _text: None)
    return status if status >= 0 else 128 - status


COMMANDS = {
    "start": command_start,
    "stop": command_stop,
    "status": command_status,
    "env": command_env,
    "foreground": command_foreground,
}


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=[*COMMANDS, "run"])
    parser.add_argument("words", nargs=argparse.REMAINDER, help="after `run`: the command")
    options = parser.parse_args(arguments)
    if bool(options.words) != (options.command == "run"):
        parser.error("`run` needs a command, and only `run` takes one")
    try:
        if options.command == "run":
            return command_run(embedded_servers(), options.words)
        return COMMANDS[options.command](embedded_servers())
    except Refusal as refusal:
        say(str(refusal))
        return 1


if __name__ == "__main__":
    sys.exit(main())
