"""Where things lie: the checkout, the data folder, the socket folder, the secrets.

Nothing here starts anything. Standard library only: these scripts also run before the dependencies are there.
"""

import contextlib
import fcntl
import hashlib
import os
import pwd
import secrets
import shutil
import stat
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
# The kernel's limit for a socket's path is 108 bytes with the closing zero; PostgreSQL's file name needs 16 of them.
SOCKET_PATH_LIMIT = 107
LONGEST_SOCKET_NAME = ".s.PGSQL.5432.lock"


# Where root's servers keep their data when they cannot reach the checkout.
OUTSIDE = Path("/var/lib")
SERVERS = ("postgres", "valkey")


class Refusal(Exception):
    """Something that the person at the keyboard can put right; its text says how."""


@dataclass(frozen=True)
class Account:
    """The account that the embedded servers run as."""

    name: str
    uid: int
    gid: int

    @property
    def popen_options(self):
        """Arguments for `subprocess` that drop to this account; none when we are it already."""
        if os.geteuid() == self.uid:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def can_enter(self, folder):
        """Whether this account gets as far as `folder` and may read it; asked of the kernel, not computed."""
        probe = ["/bin/sh", "-c", 'test -r "$1" && test -x "$1"', "sh", str(folder)]
        return subprocess.run(probe, cwd="/", check=False, **self.popen_options).returncode == 0


def server_account():
    """Root hands the servers to `nobody`, because PostgreSQL refuses to run as root; anyone else keeps them."""
    uid = os.geteuid()
    if uid != 0:
        return Account(name=str(uid), uid=uid, gid=os.getegid())
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        raise Refusal("PostgreSQL does not run as root, and this machine has no account named nobody.") from None
    return Account(name="nobody", uid=nobody.pw_uid, gid=nobody.pw_gid)


def var_folder():
    """The one folder for all data: PORTAL_VAR, or `var` in the checkout. Made when missing."""
    folder = Path(os.environ.get("PORTAL_VAR") or CHECKOUT / "var").resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Refusal(f"The data folder {folder} cannot be made: {error.strerror}.") from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise Refusal(
            f"The data folder {folder} belongs to somebody else. Run as its owner, or name another one in PORTAL_VAR."
        )
    return folder


def owned_folder(folder, account, mode=0o700):
    """Make `folder` for `account`, or check that it is theirs and closed to others.

    Raises Refusal when another account owns it: in a shared temporary folder somebody could have been there first.
    """
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=mode)
        os.chown(folder, account.uid, account.gid)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != account.uid:
        raise Refusal(f"{folder} is not a folder of the account {account.name}. Remove it and start again.")
    if stat.S_IMODE(found.st_mode) != mode:
        folder.chmod(mode)
    return folder


def servers_home(var, account):
    """The folder under which the servers keep their data.

    It is `var` itself, but for root with a checkout that `nobody` cannot reach (/root is closed on most machines): then
    it is a folder in /var/lib, named by an identity kept in `var`, so that a fresh `var` never meets old data. Once
    outside it stays there, also when the checkout is opened later.
    """
    identity = var / "identity"
    if not identity.exists() and account.can_enter(var):
        return var
    return OUTSIDE / f"spp-portal-{secret_file(identity, length=6)}"


def make_home(home, var):
    """Make the servers' folder outside of the checkout; a checkout that was closed only later takes its data along."""
    if home == var:
        return
    try:
        home.mkdir(mode=0o755, exist_ok=True)
        home.chmod(0o755)
    except OSError as error:
        raise Refusal(f"{home} cannot be made for the servers' data: {error.strerror}.") from None
    for name in SERVERS:
        if (var / name).exists() and not (home / name).exists():
            shutil.move(var / name, home / name)


def socket_folder(var):
    """A short folder for the unix sockets, the same at every start: a checkout's path can be too long for a socket."""
    digest = hashlib.sha256(os.fsencode(var)).hexdigest()[:12]
    folder = Path("/tmp") / f"spp-{os.geteuid()}-{digest}"  # noqa: S108 (owner and mode are checked)
    if len(os.fsencode(folder / LONGEST_SOCKET_NAME)) > SOCKET_PATH_LIMIT:
        raise Refusal(f"{folder} is too long for a unix socket.")
    return folder


def secret_file(path, *, length=24):
    """The secret kept in `path` (mode 0600), made at random on first use. `length` is in bytes before encoding as hex.

    Written aside and moved into place, so that a kill in between leaves no empty secret.
    """
    with contextlib.suppress(FileNotFoundError):
        return path.read_text(encoding="ascii").strip()
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(length) + "\n")
        file.flush()
        os.fsync(file.fileno())
    with contextlib.suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()
    return path.read_text(encoding="ascii").strip()


@contextlib.contextmanager
def locked(path, *, wait=True):
    """Hold an advisory lock on `path`. Without `wait`, raises BlockingIOError when somebody else holds it.

    The kernel lets go of it with the process, so a kill -9 leaves no stale lock.
    """
    with path.open("a+", encoding="ascii") as file:
        fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        yield file


def say(text):
    """One line to the person at the keyboard, at once. On stderr, so that `services.py env` can be evaluated."""
    print(text, file=sys.stderr, flush=True)
