"""The Makefile's promises: what is listed exists, what is started is stopped, failures are told by the exit status."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import check
import pytest

CHECKOUT = Path(__file__).resolve().parents[2]


def make(*words):
    return subprocess.run(
        [shutil.which("make"), "--no-print-directory", *words],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_make_alone_lists_every_command():
    targets = re.findall(r"^([a-z]+):", (CHECKOUT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    listed = [line.split()[1] for line in make().stdout.splitlines()]
    assert listed == targets == ["help", "run", "code", "test", "setup", "services", "stop", "lint", "bench"]


def test_continuous_integration_runs_make_test_without_a_person():
    script = CHECKOUT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert script.read_text(encoding="utf-8").splitlines()[-1] == "exec make --no-print-directory test </dev/null"


def test_a_command_with_servers_gets_their_addresses_and_gives_back_its_exit_status(bare_environment):
    outside = {"DATABASE_URL": "postgres://elsewhere/portal", "REDIS_URL": "redis://elsewhere", "SECRET_KEY": "mine"}
    program = "import os, sys; print(os.environ['DATABASE_URL'], os.environ['SECRET_KEY']); sys.exit(7)"
    done = subprocess.run(
        [sys.executable, CHECKOUT / "scripts" / "services.py", "run", sys.executable, "-c", program],
        env=bare_environment | outside,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (7, "postgres://elsewhere/portal mine\n")


def test_every_check_is_there():
    names = [name for name, _command, _environment in check.checks()]
    assert names == ["ruff", "ruff format", "djhtml", "djade", "import-linter", "migrations", "deployment"]
    assert "templates/base.html" in check.templates()


def test_a_failing_check_is_named_and_does_not_keep_the_others_from_running(monkeypatch, capsys):
    fails = [sys.executable, "-c", "print('line 3 is wrong'); raise SystemExit(1)"]
    passes = [sys.executable, "-c", ""]
    monkeypatch.setattr(check, "checks", lambda: [("first", fails, {}), ("second", passes, {})])
    assert check.main(["lint"]) == 1
    said = re.sub(r"[\d.]+ s\)", "0.0 s)", capsys.readouterr().err)
    assert said == "FAILED  first (0.0 s)\nline 3 is wrong\nok      second (0.0 s)\nNot in order: first.\n"


def test_all_tests_run_side_by_side_and_a_part_of_them_in_one_plain_run():
    everything, part = check.pytest_command([]), check.pytest_command(["tests/policies", "-k", "x"])
    assert everything[:3] == part[:3] == [sys.executable, "-m", "pytest"]
    assert everything[3:] == ["--numprocesses", str(check.LANES), "--dist", "loadscope"]
    assert 2 <= check.LANES <= 4
    assert part[3:] == ["tests/policies", "-k", "x"]


@pytest.mark.parametrize(("lines", "last"), [(60, "59"), (61, "… and 1 lines more")])
def test_a_long_complaint_is_shortened(lines, last):
    assert check.shortened("\n".join(map(str, range(lines)))).splitlines()[-1] == last
