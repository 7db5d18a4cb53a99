"""What must be true of the database before a process may serve people."""

from collections.abc import Iterable

from django.core.exceptions import ImproperlyConfigured
from django.db import connection

TENANT_COLUMNS = ("company_id", "programme_id")
# Tables that carry a tenant's id but no tenant's content, each with the reason why no policy guards it.
EXEMPT_TABLES: dict[str, str] = {}

_ROLE = "SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
_OWNED = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND pg_get_userbyid(c.relowner) = current_user LIMIT 3
"""
# Roles that this one could put on with SET ROLE, and that no policy binds.
_PRIVILEGED_ROLES = """
SELECT r.rolname FROM pg_roles r
 WHERE r.rolname <> current_user AND (r.rolsuper OR r.rolbypassrls) AND pg_has_role(current_user, r.oid, 'MEMBER')
 ORDER BY r.rolname
"""
_UNGUARDED = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')
   AND EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = ANY (%s) AND NOT a.attisdropped)
   AND NOT (c.relrowsecurity AND c.relforcerowsecurity AND EXISTS (
        SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid
           AND coalesce(pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)) LIKE '%%app.%%'))
 ORDER BY c.relname
"""
# Policies add up: one that asks no predicate opens its table beside all that do. What is for everybody to read says so
# by its name (`PublicRows`).
_LOOSE_POLICIES = """
SELECT c.relname || ' has a policy that asks nobody: ' || p.polname FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
 WHERE EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = ANY (%s) AND NOT a.attisdropped)
   AND NOT (p.polname = 'public_select' AND p.polcmd = 'r')
   AND (pg_get_expr(p.polqual, p.polrelid) NOT LIKE '%%app.%%'
        OR pg_get_expr(p.polwithcheck, p.polrelid) NOT LIKE '%%app.%%')
 ORDER BY 1
"""
_LOOSE_FUNCTIONS = """
SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
 WHERE n.nspname IN ('app', 'public') AND p.prosecdef
   AND NOT coalesce(array_to_string(p.proconfig, ',') LIKE '%search_path=pg_catalog, pg_temp%', false)
 ORDER BY p.proname
"""
_LEAKING_VIEWS = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = 'public'
   AND (c.relkind = 'm' OR (c.relkind = 'v' AND NOT coalesce(c.reloptions::text LIKE '%security_invoker=true%', false)))
"""


def _column(cursor, query: str, params: Iterable | None = None) -> list[str]:
    cursor.execute(query, params)
    return [row[0] for row in cursor.fetchall()]


def role_problems() -> list[str]:
    """Say why the role of this connection may not serve people; empty when it may."""
    with connection.cursor() as cursor:
        cursor.execute(_ROLE)
        is_superuser, bypasses = cursor.fetchone()
        owned = _column(cursor, _OWNED)
        within_reach = [] if is_superuser else _column(cursor, _PRIVILEGED_ROLES)
    problems = []
    if is_superuser:
        problems.append("The database role is a superuser, whom no row-level policy binds.")
    if bypasses:
        problems.append("The database role has BYPASSRLS.")
    if owned:
        problems.append(f"The database role owns tables ({', '.join(owned)}, …) and could lift their policies.")
    if within_reach:
        problems.append(f"The database role can become {', '.join(within_reach)}, whom no row-level policy binds.")
    return problems


def schema_problems() -> list[str]:
    """Say which tables, policies, views and functions would let rows out; empty when none."""
    with connection.cursor() as cursor:
        unguarded = [name for name in _column(cursor, _UNGUARDED, [list(TENANT_COLUMNS)]) if name not in EXEMPT_TABLES]
        policies = _column(cursor, _LOOSE_POLICIES, [list(TENANT_COLUMNS)])
        loose = _column(cursor, _LOOSE_FUNCTIONS)
        views = _column(cursor, _LEAKING_VIEWS)
    return [
        *(f"Table {name} names a tenant but has no forced row-level policy." for name in unguarded),
        *(f"Table {policy}." for policy in policies),
        *(f"Function {name} runs as its definer without a fixed search_path." for name in loose),
        *(f"View {name} answers with its owner's rights." for name in views),
    ]


def refuse_unsafe_database() -> None:
    """Raise ImproperlyConfigured, with every reason, unless this process is bound by row-level security."""
    problems = role_problems() + schema_problems()
    if problems:
        raise ImproperlyConfigured(
            "Refusing to run: " + " ".join(problems) + " Use WEB_DATABASE_URL, and run `manage.py setup_database`."
        )
