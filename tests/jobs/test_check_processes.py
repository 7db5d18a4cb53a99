"""`manage.py check_processes`: silence is an error that names who is silent; one process can be asked for alone."""

import pytest
from django.core.management import CommandError, call_command

from jobs.services.life import show_life, sign_off

pytestmark = pytest.mark.django_db


def test_whoever_is_silent_is_named():
    show_life("beat")
    with pytest.raises(CommandError, match=r"^No sign of life: worker, relay$"):
        call_command("check_processes")


def test_all_that_are_alive_are_well(capsys):
    for process in ("worker", "beat", "relay"):
        show_life(process)
    call_command("check_processes")
    assert capsys.readouterr().out == "Alive: worker, beat, relay.\n"


def test_one_is_judged_without_the_others():
    show_life("relay")
    call_command("check_processes", "relay")
    sign_off("relay")
    with pytest.raises(CommandError, match=r"^No sign of life: relay$"):
        call_command("check_processes", "relay")


def test_a_process_that_does_not_exist_is_refused():
    with pytest.raises(CommandError, match=r"^Not a process: web\. There are worker, beat, relay\.$"):
        call_command("check_processes", "web")
