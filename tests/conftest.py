"""Fixtures that every test may use: a client bound by row-level security, and a cast of people to leak to."""

import gc

import pytest
from django.db import connection
from django.utils import translation
from hypothesis import HealthCheck, settings

from tests.databases import template
from tests.factories import Cast, make_cast
from tests.lanes import Lanes, urgency
from tests.recollection import Recollection
from tests.roles import WebClient

# A busy machine may be slow. What Hypothesis does otherwise on continuous integration stays as it is.
settings.register_profile(
    "patient", parent=settings.default, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("patient")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items) -> None:
    """Among several processes, begin with what takes longest. One alone keeps the order of pytest."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: urgency(item.nodeid))


def pytest_collection_finish() -> None:
    """Leave alone what lives until the end: the collector would go through all modules and tests again and again."""
    gc.collect()
    gc.freeze()


def pytest_xdist_make_scheduler(config, log) -> Lanes | None:
    """Deal the tests out as tests/lanes.py says, unless another way was asked for."""
    return Lanes(config, log) if config.option.dist == "loadscope" else None


@pytest.fixture(autouse=True)
def first_language():
    """Forget the language of the last request: a test reads Japanese unless it says otherwise, whatever came before it."""
    yield
    translation.deactivate()


@pytest.fixture
def client(db) -> WebClient:
    return WebClient()


@pytest.fixture
def sign_in(db):
    """Return a function that gives a client signed in as a person."""

    def signed_in(user) -> WebClient:
        client = WebClient()
        client.force_login(user)
        return client

    return signed_in


the_cast = Recollection(make_cast)


@pytest.fixture
def cast(db) -> Cast:
    return the_cast.give()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings, django_db_keepdb, django_db_createdb):
    """Let the test database be a copy of the template, unless one is to be used that is there already."""
    if not django_db_keepdb or django_db_createdb:
        with template() as name:
            connection.settings_dict["TEST"] |= {"TEMPLATE": name, "MIGRATE": False}


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Close what still listens to the test database before it is dropped: under Playwright's loop Django opens own lines."""
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
