"""The two database roles beside the owner: the web role, which serves people, and the definer of the predicates."""

import random
import time
from collections.abc import Callable

from django.conf import settings
from django.db import Error
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg2 import errorcodes, sql

LIMITS = {"statement_timeout": "20s", "lock_timeout": "5s", "idle_in_transaction_session_timeout": "60s"}

# What PostgreSQL answers when somebody else makes or changes the same role at the same moment. An internal error is its
# "tuple concurrently updated", whose words depend on the server's language.
RIVALS = {
    errorcodes.DUPLICATE_OBJECT,
    errorcodes.DUPLICATE_SCHEMA,
    errorcodes.UNIQUE_VIOLATION,
    errorcodes.DEADLOCK_DETECTED,
    errorcodes.INTERNAL_ERROR,
}
PATIENCE_SECONDS = 30
LONGEST_PAUSE_SECONDS = 0.2


def _in_spite_of_rivals(deed: Callable[[], None]) -> None:
    """Do `deed`, again from its beginning when somebody came in between, for PATIENCE_SECONDS; then raise what was said.

    Two deployments, or two test runs, can start at once on one server. No lock of ours would keep them apart: roles belong
    to the server, advisory locks to one database, and an owner need not be let into a second one. So `deed` has to be one
    that does no harm when it is done twice.
    """
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return deed()
        except Error as error:
            if getattr(error.__cause__, "pgcode", None) not in RIVALS or time.monotonic() > end:
                raise
        # By chance, so that two do not meet again at the next attempt.
        time.sleep(random.uniform(0, LONGEST_PAUSE_SECONDS))  # noqa: S311 (no secret)


def _exists(cursor, role: str) -> bool:
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
    return cursor.fetchone() is not None


def ensure_roles(connection: BaseDatabaseWrapper) -> None:
    """Create what is missing of both roles and the schema `app`; tables made later are granted by default.

    Needs an owner with CREATEROLE and BYPASSRLS, or a superuser. Roles belong to the server, so a second database on
    the same server shares them unless PORTAL_WEB_ROLE and PORTAL_DEFINER_ROLE name others. Several may call this at
    once, outside a transaction.
    """
    _in_spite_of_rivals(lambda: _make_roles(connection))


def _make_roles(connection: BaseDatabaseWrapper) -> None:
    web, definer = sql.Identifier(settings.WEB_ROLE), sql.Identifier(settings.DEFINER_ROLE)
    with connection.cursor() as cursor:
        if not _exists(cursor, settings.WEB_ROLE):
            cursor.execute(sql.SQL("CREATE ROLE {} NOLOGIN NOINHERIT").format(web))
        if not _exists(cursor, settings.DEFINER_ROLE):
            cursor.execute(sql.SQL("CREATE ROLE {} NOLOGIN BYPASSRLS").format(definer))
        cursor.execute(sql.SQL("GRANT {}, {} TO CURRENT_USER").format(web, definer))
        cursor.execute("CREATE SCHEMA IF NOT EXISTS app")
        cursor.execute(sql.SQL("GRANT USAGE ON SCHEMA app TO {}, {}").format(web, definer))
        cursor.execute(sql.SQL("GRANT CREATE ON SCHEMA app TO {}").format(definer))
        cursor.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}, {}").format(web, definer))
        cursor.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
        cursor.execute(
            sql.SQL(
                "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {}"
            ).format(web)
        )
        cursor.execute(
            sql.SQL("ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {}").format(web)
        )


def let_web_role_sign_in(connection: BaseDatabaseWrapper, *, password: str) -> None:
    """Give the web role its password and its limits. The caller never logs the password.

    Several may call this at once, outside a transaction.
    """
    _in_spite_of_rivals(lambda: _open_web_role(connection, password))


def _open_web_role(connection: BaseDatabaseWrapper, password: str) -> None:
    web = sql.Identifier(settings.WEB_ROLE)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("ALTER ROLE {} LOGIN NOINHERIT PASSWORD {}").format(web, sql.Literal(password)))
        for name, value in LIMITS.items():
            cursor.execute(sql.SQL("ALTER ROLE {} SET {} = {}").format(web, sql.Identifier(name), sql.Literal(value)))
