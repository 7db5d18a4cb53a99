"""Style, contracts and tests: `check.py lint`, `check.py tests [pytest's arguments]`, or `check.py lint tests …`.

Run under `services.py run`, which gives the addresses of the servers. Every check of style runs although an earlier
one failed, and so do the tests; the exit status tells whether all was well. Pytest speaks last.

Without arguments for pytest all tests run, in one process more than there are cores, each on a database of its own
(tests/lanes.py says how they are dealt out). With arguments it is one plain run of what they name.
"""

import os
import secrets
import subprocess
import sys
import time
from pathlib import Path

import set_up
from places import CHECKOUT, say

PYTHON = [sys.executable]
# What `check --deploy` is to judge: the settings of production, with nothing real in them.
PRODUCTION = {
    "PORTAL_DEMO": "",
    "PORTAL_DEBUG": "",
    "PORTAL_URL": "https://portal.example",
    "ALLOWED_HOSTS": "portal.example",
    "SECRET_KEY": secrets.token_urlsafe(50),
}


# One more than there are cores, because the tests with real processes often wait; more than this would only wait for
# PostgreSQL and for memory.
LANES = min(len(os.sched_getaffinity(0)) + 1, 4)
# One for all processes: each has to find the same tests in the same order. Another one each time, as without it.
HASH_SEED = str(secrets.randbelow(2**32))
ALL_TESTS = ["--numprocesses", str(LANES), "--dist", "loadscope"]


def templates():
    """The templates, as paths from the checkout."""
    found = [*CHECKOUT.glob("templates/**/*.html"), *CHECKOUT.glob("*/templates/**/*.html")]
    return sorted(str(path.relative_to(CHECKOUT)) for path in found)


def checks():
    """Name, command and additional environment of every check of style and contracts."""
    tool = [*PYTHON, "-m"]
    manage = [*PYTHON, "manage.py"]
    programs = Path(sys.executable).parent
    pages = templates()
    return [
        ("ruff", [*tool, "ruff", "check", "--quiet", "--output-format", "concise", "."], {}),
        ("ruff format", [*tool, "ruff", "format", "--check", "--quiet", "."], {}),
        ("djhtml", [*tool, "djhtml", "--check", *pages], {}),
        ("djade", [programs / "djade", "--check", "--target-version", "5.2", *pages], {}),
        ("import-linter", [programs / "lint-imports", "--no-cache"], {}),
        ("migrations", [*manage, "makemigrations", "--check", "--dry-run"], {}),
        ("deployment", [*manage, "check", "--deploy", "--fail-level", "WARNING"], PRODUCTION),
    ]


def lint():
    """Run every check; show the words of those that fail. Returns their names."""
    failed = []
    for name, command, environment in checks():
        began = time.monotonic()
        done = subprocess.run(
            command,
            cwd=CHECKOUT,
            env=os.environ | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        say(f"{'ok    ' if done.returncode == 0 else 'FAILED'}  {name} ({time.monotonic() - began:.1f} s)")
        if done.returncode:
            failed.append(name)
            say(shortened(done.stdout))
    return failed


def shortened(text, *, lines=60):
    """The first lines of what a check said, and how many more there are."""
    said = text.strip().splitlines()
    more = [f"… and {len(said) - lines} lines more"] if len(said) > lines else []
    return "\n".join([*said[:lines], *more])


def pytest_command(arguments):
    """The command for a run of what the arguments name, or of everything when there are none."""
    return [*PYTHON, "-m", "pytest", *(arguments or ALL_TESTS)]


def main(words):
    tasks = [word for word in words if word in ("lint", "tests")]
    if not tasks:
        say(__doc__)
        return 2
    failed = lint() if "lint" in tasks else []
    status = 0
    if "tests" in tasks:
        say(f"Running the tests … (PYTHONHASHSEED={os.environ.get('PYTHONHASHSEED', HASH_SEED)})")
        arguments = [word for word in words if word not in tasks]
        # The browser that set-up has found or installed; the tests take this one.
        environment = {"PYTHONHASHSEED": HASH_SEED, **os.environ, "PORTAL_CHROMIUM": set_up.browser() or ""}
        # They start more than a hundred processes: what the first one compiles, the others read.
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        status = subprocess.run(pytest_command(arguments), cwd=CHECKOUT, env=environment, check=False).returncode
        # As a shell tells it: 128 and the signal's number when one ended it.
        status = status if status >= 0 else 128 - status
    if failed:
        say(f"Not in order: {', '.join(failed)}.")
    return status or bool(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
