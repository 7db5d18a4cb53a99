"""The two database roles beside the owner: the web role, which serves people, and the definer of the predicates."""

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg2 import sql

LIMITS = {"statement_timeout": "20s", "lock_timeout": "5s", "idle_in_transaction_session_timeout": "60s"}


def _exists(cursor, role: str) -> bool:
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
    return cursor.fetchone() is not None


def ensure_roles(connection: BaseDatabaseWrapper) -> None:
    """Create what is missing of both roles and the schema `app`; tables made later are granted by default.

    Needs an owner with CREATEROLE and BYPASSRLS, or a superuser. Roles belong to the server, so a second database on
    the same server shares them unless PORTAL_WEB_ROLE and PORTAL_DEFINER_ROLE name others.
    """
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
    """Give the web role its password and its limits. The caller never logs the password."""
    web = sql.Identifier(settings.WEB_ROLE)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("ALTER ROLE {} LOGIN NOINHERIT PASSWORD {}").format(web, sql.Literal(password)))
        for name, value in LIMITS.items():
            cursor.execute(sql.SQL("ALTER ROLE {} SET {} = {}").format(web, sql.Identifier(name), sql.Literal(value)))
