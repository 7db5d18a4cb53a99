"""Run code as the database role that the web uses, so that a test sees what a request would see."""

from collections.abc import Iterator
from contextlib import contextmanager

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


class WebClient(Client):
    """Django's test client, whose requests reach the database as the web role does."""

    def request(self, **request):
        with web_role():
            return super().request(**request)

    def force_login(self, user, backend=None):
        super().force_login(user, backend or "allauth.account.auth_backends.AuthenticationBackend")
