"""What says how the tests are dealt out names what is there."""

import re

import pytest

from tests.architecture.source import CHECKOUT
from tests.lanes import LONGEST, WHOLE, portion, urgency


@pytest.mark.parametrize("start", [*LONGEST, *WHOLE])
def test_what_is_named_is_there(start):
    path, _, name = start.partition("::")
    assert (CHECKOUT / path).exists()
    assert not name or re.search(rf"^class {name}\w*\(", (CHECKOUT / path).read_text(encoding="utf-8"), re.MULTILINE)


def test_what_takes_longest_comes_first():
    tests = [
        "tests/accounts/test_views.py::test_it",
        "tests/security/test_sweep.py::Gates::test_it",
        "tests/browser/test_ime.py::test_it[::chromium]",
        "tests/security/test_sweep.py::SweepOfPolicies::test_it",
    ]
    assert sorted(tests, key=urgency) == [tests[2], tests[3], tests[1], tests[0]]


def test_modules_classes_and_some_folders_stay_together():
    assert portion("tests/accounts/test_views.py::test_it") == "tests/accounts/test_views.py"
    assert portion("tests/security/test_sweep.py::Gates::test_it") == "tests/security/test_sweep.py::Gates"
    assert portion("tests/browser/test_ime.py::test_it") == portion("tests/browser/test_booking.py::test_it")
    assert portion("tests/browser/test_ime.py::test_it") != portion("tests/faults/test_jobs.py::test_it")
