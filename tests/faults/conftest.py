import pytest

from tests.stack import Stack


@pytest.fixture(scope="module")
def running(django_db_blocker):
    """The stack with relay and worker up, shared by the tests of a module, which put back what they took away."""
    environment = {"JOB_HANDLER_MODULES": "tests.faults.handlers", "JOB_LEASE_SECONDS": "4", "WORKER_CONCURRENCY": "2"}
    with django_db_blocker.unblock(), Stack(name="faults", environment=environment) as stack:
        stack.start("relay", "worker")
        yield stack


@pytest.fixture
def stack(running):
    """The running stack, with tables and broker empty and the ORM of the test on its database."""
    running.empty()
    running.broker.ask("FLUSHALL")
    with running.portal():
        yield running
