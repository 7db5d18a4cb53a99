"""Bring a fresh checkout to where it runs: .venv, locked packages, libraries of the system, translations.

Called by setup.sh, which has found a Python; `--tests` also asks for Chromium. Everything is done only when it is
missing or has changed, so that a second run takes a moment. Standard library only.
"""

import argparse
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import places
from places import CHECKOUT, Refusal, say

VENV = CHECKOUT / ".venv"
LOCK = CHECKOUT / "requirements.lock"
# Debian's packages and the libraries by which we see that they are there (also when they came some other way).
PANGO = {
    "libpango-1.0-0": "libpango-1.0.so.0",
    "libpangoft2-1.0-0": "libpangoft2-1.0.so.0",
    "libharfbuzz-subset0": "libharfbuzz-subset.so.0",
}
# Where Playwright unpacks the one it brings itself.
OWN_BROWSERS = ".cache/ms-playwright/chromium-*/chrome-linux*/chrome"
NO_BROWSER = """The browser tests need Chromium. Ubuntu has it only as a snap, which tests cannot drive, and Playwright's own could not
be installed. Run
    sudo .venv/bin/playwright install-deps chromium && .venv/bin/playwright install chromium
or install Google Chrome as a .deb, or name a Chromium in PORTAL_CHROMIUM. Then try again."""
BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


def missing_packages(*, venv, tests):
    """The Debian packages that are missing, with what each is for: all at once, so that nobody has to ask twice."""
    found = {}
    if venv and not importlib.util.find_spec("ensurepip"):
        found[f"python{sys.version_info.major}.{sys.version_info.minor}-venv"] = "virtual environments"
    found |= {package: "PDF reports" for package, library in PANGO.items() if not loads(library)}
    if tests and not browser() and not is_ubuntu():
        found["chromium"] = "browser tests"
    return found


def make_venv():
    """Make .venv with this Python."""
    say(f"Making .venv with Python {sys.version.split()[0]} …")
    shutil.rmtree(VENV, ignore_errors=True)
    run([sys.executable, "-m", "venv", VENV], "The virtual environment could not be made.")


def install_packages():
    """Install the lock, every file checked by its hash, when the lock or the Python is not the one of the last time."""
    wanted = f"{hashlib.sha256(LOCK.read_bytes()).hexdigest()} {sys.version}\n"
    stamp = VENV / "installed-lock"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return
    stamp.unlink(missing_ok=True)
    total = sum(1 for line in LOCK.read_text(encoding="utf-8").splitlines() if "==" in line and line[0] not in " #")
    say(f"Installing the packages of requirements.lock ({total}; a minute or two the first time) …")
    command = [VENV / "bin" / "python", "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    counted([*command, "--require-hashes", "-r", LOCK], total)
    stamp.write_text(wanted, encoding="utf-8")


def counted(command, total):
    """Run pip and show how far it is, one line for every twenty packages; its own words only when it fails."""
    lines, seen = [], 0
    with subprocess.Popen(
        [str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as pip:
        for line in pip.stdout:
            lines.append(line.rstrip())
            seen += line.startswith(("Collecting ", "Requirement already satisfied"))
            if line.startswith(("Collecting ", "Requirement")) and seen % 20 == 0:
                say(f"  {seen} of {total} read")
            elif line.startswith("Installing collected"):
                say("  unpacking …")
    if pip.returncode:
        raise Refusal("\n".join(["The packages could not be installed:", *lines[-15:]]))


def loads(library):
    """Whether the dynamic loader finds a library; asked in a process of its own, which keeps nothing loaded."""
    probe = f"import ctypes; ctypes.CDLL({library!r})"
    return subprocess.run([sys.executable, "-c", probe], capture_output=True, check=False).returncode == 0


def browser():
    """The path of the system's Chromium or Chrome, or None. `PORTAL_CHROMIUM` names another one."""
    named = os.environ.get("PORTAL_CHROMIUM")
    if named:
        return named
    of_the_system = [path for path in map(shutil.which, BROWSERS) if path and not asks_for_snap(path)]
    return next(iter([*of_the_system, *map(str, Path.home().glob(OWN_BROWSERS))]), None)


def install_own_browser():
    """Playwright's own Chromium, for Ubuntu, whose package is only a snap."""
    say("Installing Chromium for the browser tests (Playwright's own, because Ubuntu's is a snap) …")
    rights = ["--with-deps"] if os.geteuid() == 0 or silent_sudo() else []
    done = quiet([str(VENV / "bin" / "playwright"), "install", *rights, "chromium"])
    if done.returncode or not browser():
        raise Refusal(f"{done.stdout[-2000:]}\n{NO_BROWSER}")


def asks_for_snap(path):
    """Whether the program is Ubuntu's placeholder: a script that only tells to install the snap."""
    with open(path, "rb") as file:
        head = file.read(4096)
    return head.startswith(b"#!") and b"snap" in head


def is_ubuntu():
    """Whether this is Ubuntu, or built on it."""
    try:
        text = Path("/etc/os-release").read_text(encoding="utf-8")
    except OSError:
        return False
    return any(line.startswith(("ID=", "ID_LIKE=")) and "ubuntu" in line for line in text.splitlines())


def install(packages):
    """Install Debian packages as root or with a sudo that asks nothing; otherwise stop with the exact command.

    `packages` maps names to what they are for.
    """
    wanted = ["install", "--no-install-recommends", *packages]
    by_hand = f"apt-get {' '.join(wanted)}"
    missing = ", ".join(f"{package} ({purpose})" for package, purpose in packages.items())
    if not shutil.which("apt-get"):
        raise Refusal(f"Missing, by Debian's names: {missing}. Install them and try again.")
    prefix = [] if os.geteuid() == 0 else silent_sudo()
    if prefix is None:
        raise Refusal(f"Missing: {missing}.\nInstall with\n    sudo {by_hand}\nand try again.")
    say(f"Installing {missing} …")
    attempt = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "-y"]
    if quiet([*attempt, *wanted]).returncode == 0:
        return
    say("  reading the list of packages first …")
    quiet([*attempt, "update"])
    last = quiet([*attempt, *wanted])
    if last.returncode:
        raise Refusal(f"{last.stdout[-2000:]}\nInstall by hand, then try again:\n    {by_hand}")


def silent_sudo():
    """The words before a command that make it run as root, or None when a password would be asked."""
    if not shutil.which("sudo") or quiet(["sudo", "-n", "true"]).returncode:
        return None
    return ["sudo", "-n"]


def quiet(command):
    """Run a command without a terminal; its words are kept, not shown."""
    return subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )


def run(command, complaint):
    """Run a command whose failure ends the set-up."""
    done = quiet([str(part) for part in command])
    if done.returncode:
        raise Refusal(f"{complaint}\n{done.stdout}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--make-venv", action="store_true", help="make .venv anew with the Python that runs this")
    parser.add_argument("--tests", action="store_true", help="also what only the tests need: Chromium")
    options = parser.parse_args()
    try:
        with places.locked(places.var_folder() / "set-up.lock"):
            missing = missing_packages(venv=options.make_venv, tests=options.tests)
            if missing:
                install(missing)
            if options.make_venv:
                make_venv()
            install_packages()
            if options.tests and not browser():
                install_own_browser()
    except Refusal as refusal:
        say(str(refusal))
        return 1
    compiling = [VENV / "bin" / "python", CHECKOUT / "scripts" / "compile_messages.py"]
    return subprocess.run(compiling, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
