"""Fixtures that every test may use: a client bound by row-level security, and a cast of people to leak to."""

import pytest
from django.db import connection

from tests.factories import Cast, make_cast
from tests.roles import WebClient


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


@pytest.fixture
def cast(db) -> Cast:
    return make_cast()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Close what still listens to the test database before it is dropped: under Playwright's loop Django opens own lines."""
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
