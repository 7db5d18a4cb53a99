"""The set-up: what is there is left alone, what is missing is named with the command that brings it."""

import os
import subprocess
from pathlib import Path

import compile_messages
import places
import polib
import pytest
import set_up

CHECKOUT = Path(__file__).resolve().parents[2]


def test_a_library_counts_as_there_when_the_loader_finds_it():
    assert set_up.loads("libc.so.6")
    assert not set_up.loads("libpango-of-nowhere.so.0")


def test_without_the_right_to_install_it_stops_with_the_exact_command(monkeypatch, tmp_path):
    program(tmp_path / "apt-get", "exit 1")
    monkeypatch.setenv("PATH", f"{tmp_path}")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(places.Refusal) as refusal:
        set_up.install({"libpango-1.0-0": "PDF reports", "libharfbuzz-subset0": "PDF reports"})
    assert "    sudo apt-get install --no-install-recommends libpango-1.0-0 libharfbuzz-subset0\n" in str(refusal.value)


def test_where_there_is_no_apt_it_names_the_packages(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", f"{tmp_path}")
    with pytest.raises(places.Refusal, match=r"by Debian's names: chromium \(browser tests\)"):
        set_up.install({"chromium": "browser tests"})


def test_it_reads_the_list_of_packages_when_the_first_attempt_fails(monkeypatch, tmp_path):
    """A fresh container has no list; then `apt-get update` comes before the second attempt."""
    program(
        tmp_path / "apt-get",
        f'echo "$3" >> {tmp_path}/asked; case "$3" in update) touch {tmp_path}/list;; *) test -e {tmp_path}/list;; esac',
    )
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    set_up.install({"chromium": "browser tests"})
    assert (tmp_path / "asked").read_text().split() == ["install", "update", "install"]


def test_ubuntus_placeholder_is_not_taken_for_a_browser(monkeypatch, tmp_path):
    program(tmp_path / "chromium-browser", "echo 'Command requires the chromium snap to be installed.'; exit 1")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("PORTAL_CHROMIUM", raising=False)
    assert set_up.browser() is None
    program(tmp_path / "google-chrome", "exec /opt/google/chrome/chrome")
    assert set_up.browser() == str(tmp_path / "google-chrome")


def test_all_that_is_missing_is_named_at_once_and_only_what_was_asked_for(monkeypatch, tmp_path):
    monkeypatch.setattr(set_up, "PANGO", {"libpango-of-nowhere-0": "libpango-of-nowhere.so.0", "libc6": "libc.so.6"})
    monkeypatch.setattr(set_up, "is_ubuntu", lambda: False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("PORTAL_CHROMIUM", raising=False)
    assert list(set_up.missing_packages(venv=False, tests=False)) == ["libpango-of-nowhere-0"]
    assert list(set_up.missing_packages(venv=False, tests=True)) == ["libpango-of-nowhere-0", "chromium"]


def test_on_ubuntu_playwright_brings_the_browser(monkeypatch, tmp_path):
    """Ubuntu's package is a snap, so it is not asked for."""
    monkeypatch.setattr(set_up, "is_ubuntu", lambda: True)
    monkeypatch.setattr(set_up, "VENV", tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("PORTAL_CHROMIUM", raising=False)
    assert "chromium" not in set_up.missing_packages(venv=False, tests=True)
    program(tmp_path / "bin" / "playwright", "exit 1")
    with pytest.raises(places.Refusal, match="playwright install-deps chromium"):
        set_up.install_own_browser()
    unpacked = tmp_path / ".cache" / "ms-playwright" / "chromium-1200" / "chrome-linux"
    program(tmp_path / "bin" / "playwright", f"/bin/mkdir -p {unpacked}; echo > {unpacked}/chrome")
    set_up.install_own_browser()
    assert set_up.browser() == str(unpacked / "chrome")


def test_the_packages_are_installed_again_only_when_the_lock_has_changed(monkeypatch, tmp_path):
    monkeypatch.setattr(set_up, "VENV", tmp_path)
    monkeypatch.setattr(set_up, "LOCK", tmp_path / "requirements.lock")
    (tmp_path / "bin").mkdir()
    program(tmp_path / "bin" / "python", f'echo "$*" >> {tmp_path}/asked; echo Collecting one')
    (tmp_path / "requirements.lock").write_text("one==1 \\\n    --hash=sha256:aa\n")
    set_up.install_packages()
    set_up.install_packages()
    assert (tmp_path / "asked").read_text().splitlines() == [
        f"-m pip install --disable-pip-version-check --no-input --require-hashes -r {tmp_path}/requirements.lock"
    ]
    (tmp_path / "requirements.lock").write_text("one==2 \\\n    --hash=sha256:bb\n")
    set_up.install_packages()
    assert len((tmp_path / "asked").read_text().splitlines()) == 2


def test_a_failed_installation_is_shown_and_tried_again_the_next_time(monkeypatch, tmp_path):
    monkeypatch.setattr(set_up, "VENV", tmp_path)
    monkeypatch.setattr(set_up, "LOCK", tmp_path / "requirements.lock")
    (tmp_path / "bin").mkdir()
    program(tmp_path / "bin" / "python", "echo 'ERROR: hashes do not match'; exit 1")
    (tmp_path / "requirements.lock").write_text("one==1\n")
    for _attempt in range(2):
        with pytest.raises(places.Refusal, match="hashes do not match"):
            set_up.install_packages()


def test_a_python_that_is_too_old_is_refused_in_one_sentence(tmp_path):
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "setup.sh").write_bytes((CHECKOUT / "scripts" / "setup.sh").read_bytes())
    program(tmp_path / "bin" / "python3", '[ "$1" = --version ] && echo \'Python 3.9.2\'; [ "$1" = --version ]')
    asked = subprocess.run(
        ["/bin/sh", tmp_path / "scripts" / "setup.sh"],
        env={"PATH": f"{tmp_path / 'bin'}", "PYTHON": "python3"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert asked.returncode == 1
    assert "This needs Python 3.11 or newer; found: Python 3.9.2." in asked.stderr


def test_a_catalogue_is_compiled_when_it_is_newer_and_left_when_it_is_not(tmp_path):
    source = tmp_path / "locale" / "ja" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    write_catalogue(source, {"Company": "会社"})
    compile_messages.main(tmp_path)
    compiled = source.with_suffix(".mo")
    assert [(entry.msgid, entry.msgstr) for entry in polib.mofile(str(compiled))] == [("Company", "会社")]
    os.utime(source, ns=(1, 1))
    assert not compile_messages.compile_catalogue(source)
    write_catalogue(source, {"Company": "企業"})
    os.utime(compiled, ns=(1, 1))
    assert compile_messages.compile_catalogue(source)
    assert polib.mofile(str(compiled))[0].msgstr == "企業"


def write_catalogue(path, entries):
    """A .po file with these entries."""
    catalogue = polib.POFile()
    catalogue.metadata = {"Content-Type": "text/plain; charset=utf-8"}
    catalogue.extend(polib.POEntry(msgid=msgid, msgstr=msgstr) for msgid, msgstr in entries.items())
    catalogue.save(str(path))


def program(path, script):
    """Put a shell script where a program of the system would be."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
