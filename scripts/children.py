"""Starting and ending processes so that none outlives the one who answers for it. Linux only."""

import contextlib
import ctypes
import os
import signal
import subprocess
import time

PR_SET_PDEATHSIG = 1
# States of a process that has ended: waiting to be collected, and gone.
ENDED = ("Z", "X")
_libc = ctypes.CDLL(None, use_errno=True)


def end_with_parent(signal_number, parent):
    """Ask the kernel to send us `signal_number` when our parent ends, also when it is killed -9.

    The parent can have ended before we asked: then we go at once. It counts the parent's *thread*, so children must
    be started from the main thread.
    """
    _libc.prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal_number)


def spawn(command, *, orphan_signal=None, **options):
    """Start `command` in a session of its own, away from the terminal's Ctrl-C.

    `orphan_signal` is what the kernel sends it when this process ends; without one it lives on in the background.
    """
    parent = os.getpid()
    # Runs after the change of account, which would clear the wish.
    before_exec = None if orphan_signal is None else lambda: end_with_parent(orphan_signal, parent)
    return subprocess.Popen(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=before_exec,  # noqa: PLW1509 (we have no threads)
        **options,
    )


def status_fields(pid):
    """What the kernel says of a process after its name: state, parent, group, … Of one that is gone: "X" and zeros."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            return file.read().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return ["X", "0", "0"]


def is_alive(pid):
    """Whether a process with this number exists and has not ended. One that waits to be collected has ended."""
    return status_fields(pid)[0] not in ENDED


def works_in(pid, folder):
    """Whether the process `pid` lives and has `folder` as its working directory.

    This is how a server is told from a stranger who got its old process number.
    """
    if not is_alive(pid):
        return False
    try:
        return os.path.realpath(f"/proc/{pid}/cwd") == os.path.realpath(folder)
    except PermissionError:
        return False


def members(group):
    """The process numbers of the living members of a process group."""
    found = []
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            state, _parent, number = status_fields(entry.name)[:3]
            if number == str(group) and state not in ENDED:
                found.append(int(entry.name))
    return found


def send(pid, signal_number, *, group=False):
    """Send a signal to a process or to its whole group; one that is gone already is no error."""
    with contextlib.suppress(ProcessLookupError):
        (os.killpg if group else os.kill)(pid, signal_number)


def wait_until(condition, *, seconds, pause=0.05):
    """Ask `condition` until it is true or the time is over. Returns the last answer."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(pause)
    return True


def end_process(pid, signals, *, collect=None):
    """End the process `pid` politely first. `signals`: pairs of a signal and the seconds it is given; then SIGKILL.

    `collect` is called while waiting when the process is a child of ours (`Popen.poll`). Returns the last signal sent.
    """

    def ended():
        if collect:
            collect()
        return not is_alive(pid)

    for signal_number, seconds in signals:
        send(pid, signal_number)
        if wait_until(ended, seconds=seconds):
            return signal_number
    send(pid, signal.SIGKILL)
    wait_until(ended, seconds=5)
    return signal.SIGKILL
