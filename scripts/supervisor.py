"""Keep a table of processes running: start, prefix what they say, restart with patience, stop in order.

Knows nothing of the portal; run.py brings the table. One thread and one loop: the kernel's death signal counts the
thread that started a child, and what is said comes out in order. See docs/decisions/process-supervision.md.
"""

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field

import children
from places import Refusal

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# Seconds until the next start after one end, two ends in a row, and so on; the last one for all that follow.
PATIENCE = (1, 2, 5, 10, 30)
# A process that ran so long has recovered: the next end counts as the first again.
RECOVERED_SECONDS = 60
OFTEN = 3
# A log larger than this is put aside as `.1` when its process is started.
LOG_BYTES = 5_000_000


class Interrupted(Exception):
    """The person, or the machine, asked us to stop."""


@dataclass
class Child:
    """One process of the table and what is known of it."""

    name: str
    command: list
    # How it is asked to end, and the seconds it gets before its whole group is killed.
    stop_signal: int = signal.SIGTERM
    stop_seconds: float = 10
    # What the kernel sends it when the supervisor is killed.
    orphan_signal: int = signal.SIGKILL
    # How its words reach the terminal: "prefixed" with its name, "plain", or "hidden" (then only in its log).
    words: str = "prefixed"
    process: subprocess.Popen | None = None
    started: float = 0
    ends: int = 0
    due: float | None = None
    rest: bytes = b""
    log: object = field(default=None, repr=False)

    @property
    def running(self):
        return self.process is not None


class Supervisor:
    """Runs children for as long as its loop is turned. Everything waits inside `turn`, so output always flows."""

    def __init__(self, *, folder, logs, environment, out=sys.stdout):
        self.folder = folder
        self.logs = logs
        self.environment = environment
        self.out = out
        self.children = []
        self.servers = []
        self.record = logs.parent / "processes.json"
        self.selector = selectors.DefaultSelector()
        self.asked = None
        self.asked_again = False
        # While everything comes up for the first time, a child that keeps ending is a reason to give up.
        self.starting = False
        self.stopping = False

    # --- Words -------------------------------------------------------------------------------------------------------

    def say(self, text):
        """A line on the terminal; when the terminal is gone we go on without it."""
        with contextlib.suppress(OSError, ValueError):
            self.out.write(text + "\n")
            self.out.flush()

    def pass_on(self, child, line):
        """A line that a child has said."""
        text = line.decode("utf-8", "replace").rstrip("\r")
        if child.words != "hidden":
            self.say(f"{child.name:<8} | {text}" if child.words == "prefixed" else text)

    def listen(self):
        """Take the signals that ask us to stop. One that comes a second or more after the first means: at once."""
        for number in STOP_SIGNALS:
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # not under nohup
                signal.signal(number, self.on_signal)

    def on_signal(self, _number, _frame):
        now = time.monotonic()
        self.asked_again = self.asked is not None and now - self.asked > 1
        self.asked = self.asked or now

    # --- One child ---------------------------------------------------------------------------------------------------

    def start(self, child):
        """Start a child in a group of its own, with its words coming to us."""
        child.log = child.log or self.open_log(child.name)
        child.process = children.spawn(
            child.command,
            orphan_signal=child.orphan_signal,
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        child.started, child.due = time.monotonic(), None
        os.set_blocking(child.process.stdout.fileno(), False)
        self.selector.register(child.process.stdout, selectors.EVENT_READ, child)
        self.write_record()

    def open_log(self, name):
        """The log of a process, to be continued; a long one is put aside first."""
        self.logs.mkdir(parents=True, exist_ok=True)
        path = self.logs / f"{name}.log"
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_size > LOG_BYTES:
                path.replace(path.with_suffix(".log.1"))
        return path.open("ab", buffering=0)

    def write_record(self):
        """Note the groups that run, for the next start to clear away what outlives us if we are killed."""
        groups = [child.process.pid for child in self.children if child.running]
        draft = self.record.with_suffix(".new")
        draft.write_text(json.dumps(groups), encoding="ascii")
        draft.replace(self.record)

    def clear_away(self):
        """Kill what an earlier supervisor, itself killed, has left: members of its groups that work in our folder."""
        try:
            groups = json.loads(self.record.read_text(encoding="ascii"))
        except (OSError, ValueError):
            return
        left = [pid for group in groups for pid in children.members(group) if children.works_in(pid, self.folder)]
        for pid in left:
            children.send(pid, signal.SIGKILL)
        children.wait_until(lambda: not any(map(children.is_alive, left)), seconds=5)
        if left:
            self.say(f"Cleared away what an earlier run had left (processes: {len(left)}).")

    def read(self, child):
        """Pass on what a child has said, line by line."""
        try:
            data = child.process.stdout.read()
        except OSError:
            data = b""
        if data:
            child.log.write(data)
        elif data == b"":
            self.selector.unregister(child.process.stdout)
        lines = (child.rest + (data or b"")).split(b"\n")
        child.rest = lines.pop()
        for line in lines:
            self.pass_on(child, line)

    def collect(self, child):
        """Notice that a child has ended, and end what is left of its group before its number can be given away."""
        if os.waitid(os.P_PID, child.process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
            return None
        children.send(child.process.pid, signal.SIGKILL, group=True)
        if child.process.stdout in self.selector.get_map():
            self.read(child)
        with contextlib.suppress(KeyError):
            self.selector.unregister(child.process.stdout)
        if child.rest:
            self.pass_on(child, child.rest)
            child.rest = b""
        child.process.stdout.close()
        status = child.process.wait()
        child.process = None
        self.write_record()
        return status

    def plan_restart(self, child, status):
        """Say that a child has ended and when it is started again: later each time it does not recover."""
        child.ends = 1 if time.monotonic() - child.started > RECOVERED_SECONDS else child.ends + 1
        pause = PATIENCE[min(child.ends, len(PATIENCE)) - 1]
        child.due = time.monotonic() + pause
        self.say(f"{child.name} ended ({describe(status)}); starting it again in {pause} s.")
        if child.ends >= OFTEN and self.starting:
            raise Refusal(f"{child.name} does not stay up. What it said is in {self.logs}/{child.name}.log")
        if child.ends >= OFTEN:
            self.say(f"{child.name} has ended {child.ends} times in a row. See {self.logs}/{child.name}.log")

    # --- The loop ----------------------------------------------------------------------------------------------------

    def turn(self, seconds=0.2):
        """One round: pass on words, notice ends, restart what is due.

        Raises Interrupted when asked to stop, and Refusal when a child does not even come up.
        """
        for key, _events in self.selector.select(seconds):
            self.read(key.data)
        for child in self.children:
            if child.running:
                status = self.collect(child)
                if status is not None and not self.stopping:
                    self.plan_restart(child, status)
            elif child.due and time.monotonic() >= child.due and not self.stopping:
                self.start(child)
        if not self.stopping:
            self.keep_servers()
        if self.asked and not self.stopping:
            raise Interrupted

    def keep_servers(self):
        """Start a server again whose process has ended. One that does not come back ends the run, with a Refusal."""
        for server in self.servers:
            if server.child is not None and server.child.poll() is not None:
                self.say(f"{server.name} ended ({describe(server.child.returncode)}); starting it again.")
                server.start(supervised=True)

    def run(self, step, *, saying=""):
        """Run a child that ends by itself; `saying` is told at its start and every few seconds.

        Raises Refusal when it fails.
        """
        if saying:
            self.say(f"{saying} …")
        self.start(step)
        clock = Clock(every=5)
        try:
            while (status := self.collect(step)) is None:
                self.turn()
                if saying and clock.strikes():
                    self.say(f"{saying} … {clock}")
        finally:
            if step.running:
                self.end(step)
        if status:
            raise Refusal(
                f"{saying or step.name} failed ({describe(status)}). What was said is in {self.logs}/{step.name}.log"
            )

    def wait_for(self, condition, *, saying, seconds):
        """Turn the loop until `condition` holds. Raises Refusal when the time is over."""
        clock, asked = Clock(every=2), Clock(every=0.3)
        while not (asked.strikes() and condition()):
            self.turn(0.1)
            if clock.seconds > seconds:
                raise Refusal(f"{saying}: no answer after {seconds} s. What was said is in {self.logs}")
            if clock.strikes():
                self.say(f"{saying} … {clock}")

    # --- The end -----------------------------------------------------------------------------------------------------

    def end(self, child):
        """Ask a child to end, wait its time (or until asked a second time), then kill its group."""
        children.send(child.process.pid, child.stop_signal)
        deadline = time.monotonic() + child.stop_seconds
        while self.collect(child) is None:
            if time.monotonic() > deadline or self.asked_again:
                children.send(child.process.pid, signal.SIGKILL, group=True)
                deadline = time.monotonic() + 5
            self.pump()
        if child.log:
            child.log.close()
            child.log = None

    def pump(self):
        """Only pass on words, so that nobody who is ending waits for us to read."""
        for key, _events in self.selector.select(0.05):
            self.read(key.data)

    def stop(self):
        """End the children in the order of the table, then the servers we started, the last one first."""
        self.stopping = True
        for child in self.children:
            if child.running:
                self.say(f"Stopping {child.name} …")
                self.end(child)
        for server in reversed(self.servers):
            if server.child is not None:
                self.say(f"Stopping {server.name} …")
                server.stop()
        self.record.unlink(missing_ok=True)


class Clock:
    """Counts the seconds of a wait and strikes at even distances; prints as the seconds gone."""

    def __init__(self, *, every):
        self.began = time.monotonic()
        self.every = every
        self.struck = 0

    @property
    def seconds(self):
        return time.monotonic() - self.began

    def strikes(self):
        """Whether it is time to say something again."""
        struck, self.struck = self.struck, int(self.seconds // self.every)
        return self.struck > struck

    def __str__(self):
        return f"{self.seconds:.0f} s"


def describe(status):
    """How a process ended, in words."""
    if status >= 0:
        return f"exit status {status}"
    try:
        return f"by {signal.Signals(-status).name}"
    except ValueError:
        return f"by signal {-status}"
