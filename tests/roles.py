"""Run code as the database role that the web uses, so that a test sees what a request would see."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from django.conf import settings
from django.db import connection
from django.test import Client
from psycopg2.extensions import TRANSACTION_STATUS_INERROR

from common.tenancy import acting_as


@contextmanager
def web_role() -> Iterator[None]:
    """Give up the owner's rights for the block. Without it row-level security would prove nothing here."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {connection.ops.quote_name(settings.WEB_ROLE)}")
    try:
        yield
    finally:
        # After an error the rollback to the savepoint before the block gives the role back by itself.
        if connection.connection.info.transaction_status != TRANSACTION_STATUS_INERROR:
            with connection.cursor() as cursor:
                cursor.execute("RESET ROLE")


@contextmanager
def seen_by(user, *, company_id=None) -> Iterator[None]:
    """Run the block as `user` would: their context, under the web role."""
    with acting_as(user.pk if user else None, company_id=company_id), web_role():
        yield


def proofs_of(user, *, second_factor=True) -> dict:
    """What a session keeps of how somebody showed just now who they are, by names of allauth."""
    ways = [{"method": "password"}, {"method": "mfa", "type": "totp"}][: 1 + second_factor]
    return {
        AUTHENTICATION_METHODS_SESSION_KEY: [way | {"at": time.time()} for way in ways],
        f"{AUTHENTICATION_METHODS_SESSION_KEY}_user": str(user.pk),
    }


class WebClient(Client):
    """Django's test client, whose requests reach the database as the web role does."""

    def request(self, **request):
        with web_role():
            return super().request(**request)

    def force_login(self, user, backend=None, *, second_factor=True):
        """Sign in without a page. Its session says what one says that came by a password and the code of an app."""
        super().force_login(user, backend or settings.AUTHENTICATION_BACKENDS[0])
        session = self.session
        session.update(proofs_of(user, second_factor=second_factor))
        session.save()
