"""Fixtures that every test may use: a client bound by row-level security, and a cast of people to leak to."""

import pytest

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
