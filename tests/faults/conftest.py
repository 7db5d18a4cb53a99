import pytest

from tests.stack import Stack


@pytest.fixture(scope="package")
def running(django_db_blocker):
    """One stack for all tests of this folder."""
    environment = {"JOB_HANDLER_MODULES": "tests.faults.handlers", "JOB_LEASE_SECONDS": "4", "WORKER_CONCURRENCY": "2"}
    with django_db_blocker.unblock(), Stack(name="faults", environment=environment) as stack:
        yield stack


@pytest.fixture
def stack(running):
    """Relay and worker are up, tables, broker and mailbox are empty, and the ORM of the test is on their database."""
    running.restore("relay", "worker")
    running.empty()
    running.broker.ask("FLUSHALL")
    for leftover in [*(running.folder / "mail").glob("*.eml"), *running.folder.glob("marks")]:
        leftover.unlink()
    with running.portal():
        yield running
