"""How the tests are dealt out to several processes at once (pytest-xdist, `--dist loadscope`).

Each process takes the next portion when it has done its own, so portions that take long come first: begun last, one of
them would run alone at the end. A portion is a module or a class, or a whole folder whose tests share something that
is slow to start.
"""

from xdist.scheduler import LoadScopeScheduling

# One stack each: to load another demo would take longer than to begin early enough.
WHOLE = ("tests/browser/", "tests/faults/")
# What begins first, in this order; all else follows as pytest finds it. Measured with `pytest --durations`: the sweep
# and the browser take minutes, most modules seconds.
LONGEST = (
    "tests/browser/",
    "tests/faults/",
    "tests/security/test_sweep.py::Sweep",
    "tests/security/test_tampering.py",
    "tests/demo/",
    "tests/security/",
    "tests/reports/",
    "tests/imports/",
)


def urgency(nodeid: str) -> int:
    """The place of a test in the order of LONGEST."""
    return next((place for place, start in enumerate(LONGEST) if nodeid.startswith(start)), len(LONGEST))


def portion(nodeid: str) -> str:
    """The name of the portion that a test is in."""
    return next((start for start in WHOLE if nodeid.startswith(start)), nodeid.rsplit("::", 1)[0])


class Lanes(LoadScopeScheduling):
    """Deals out the portions in the order of the collection."""

    def __init__(self, config, log=None):
        # xdist would begin with the portions of most tests, which are not those that take longest.
        config.option.loadscopereorder = False
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        return portion(nodeid)
