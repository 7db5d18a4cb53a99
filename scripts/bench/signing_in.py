"""A client as one that came by a password and the code of an app."""

from django.conf import settings
from django.test import Client

from tests.roles import proofs_of


def signed_in(user) -> Client:
    client = Client(headers={"host": "localhost"})
    client.force_login(user, settings.AUTHENTICATION_BACKENDS[0])
    session = client.session
    session.update(proofs_of(user))
    session.save()
    return client
