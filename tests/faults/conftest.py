import pytest

from tests.stack import Stack


@pytest.fixture(scope="package")
def running(django_db_blocker):
    """One stack for all tests of this folder."""
    environment = {"JOB_HANDLER_MODULES": "tests.faults.handlers", "JOB_LEASE_SECONDS": "4", "WORKER_CONCURRENCY": "2"}
    with django_db_blocker.unblock(), Stack(name="faults", environment=environment) as stack:
        yield stack


@pytest.fixture
def resting(running):
    """Nothing runs, and nothing is left of the test before. The ORM of the test is on the stack's database."""
    running.rest()
    with running.portal():
        yield running


@pytest.fixture
def stack(resting):
    """Relay and worker are up, on empty tables with an empty broker."""
    resting.start("relay", "worker")
    return resting
