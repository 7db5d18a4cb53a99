"""The roles are made by whoever comes first, also when several come at once."""

import threading
import uuid
from collections.abc import Callable, Iterator

import psycopg2
import pytest
from django.db import Error, connection, connections, transaction
from psycopg2 import sql

from common.tenancy import roles
from common.tenancy.roles import LIMITS, ensure_roles, let_web_role_sign_in
from tests.stack import WAIT_SECONDS, wait_until

AT_ONCE = 6

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def names(settings) -> Iterator[list[str]]:
    """Names of two roles that no server has; they are gone again afterwards."""
    names = [f"trial_{kind}_{uuid.uuid4().hex}" for kind in ("web", "definer")]
    settings.WEB_ROLE, settings.DEFINER_ROLE = names
    yield names
    ensure_roles(connection)
    with connection.cursor() as cursor:
        for name in map(sql.Identifier, names):
            cursor.execute(sql.SQL("DROP OWNED BY {0}; DROP ROLE {0}").format(name))


def ask(statement: str, *values) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def sign_in() -> None:
    let_web_role_sign_in(connection, password="made-up")


class Caller(threading.Thread):
    """Does a deed on a line of its own; `raised` is the code of the error that came out, None when none did."""

    def __init__(self, deed: Callable[[], None], barrier: threading.Barrier | None = None):
        super().__init__()
        self.deed, self.barrier, self.raised, self.number = deed, barrier, None, None

    def run(self) -> None:
        try:
            self.number = ask("SELECT pg_backend_pid()")[0][0]
            if self.barrier:
                self.barrier.wait(timeout=WAIT_SECONDS)
            self.deed()
        except Error as error:
            self.raised = error.__cause__.pgcode
        finally:
            connections.close_all()

    def waits(self) -> bool:
        """Whether the server lets it wait for somebody else's transaction."""
        return self.number is not None and bool(ask("SELECT unnest(pg_blocking_pids(%s))", self.number))


def test_several_at_once_make_the_roles_once(names):
    barrier = threading.Barrier(AT_ONCE)
    callers = [Caller(lambda: (ensure_roles(connection), sign_in()), barrier) for _ in range(AT_ONCE)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert [caller.raised for caller in callers] == [None] * AT_ONCE
    assert ask(
        "SELECT rolname, rolcanlogin, rolbypassrls, rolsuper, pg_has_role(oid, 'MEMBER') FROM pg_roles"
        " WHERE rolname = ANY (%s) ORDER BY rolcanlogin DESC",
        names,
    ) == [(names[0], True, False, False, True), (names[1], False, True, False, True)]
    limits = [f"{name}={value}" for name, value in LIMITS.items()]
    assert ask("SELECT rolinherit, rolconfig FROM pg_roles WHERE rolname = %s", names[0]) == [(False, limits)]
    assert ask(
        "SELECT has_schema_privilege(%s, 'app', 'USAGE'), has_schema_privilege(%s, 'app', 'CREATE')", *names
    ) == [(True, True)]


MEETINGS = [
    (lambda: ensure_roles(connection), "CREATE ROLE {}", "23505"),
    (sign_in, "ALTER ROLE {} CONNECTION LIMIT 7", "XX000"),
]


@pytest.mark.parametrize(("patience", "comes_out"), [(roles.PATIENCE_SECONDS, False), (-1, True)])
@pytest.mark.parametrize(("deed", "statement", "code"), MEETINGS, ids=["make", "change"])
def test_who_meets_another_s_transaction_begins_again(names, monkeypatch, deed, statement, code, patience, comes_out):
    """And without patience the error comes out: the negative control."""
    monkeypatch.setattr(roles, "PATIENCE_SECONDS", patience)
    if deed is sign_in:
        ensure_roles(connection)
    caller = Caller(deed)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL(statement).format(sql.Identifier(names[0])))
        caller.start()
        wait_until(caller.waits, "the other one waits")
    caller.join()
    assert caller.raised == (code if comes_out else None)


def test_what_no_patience_mends_comes_out_at_once(settings):
    """A name that PostgreSQL keeps for itself."""
    settings.WEB_ROLE = "pg_trial"
    with pytest.raises(Error) as raised:
        ensure_roles(connection)
    assert isinstance(raised.value.__cause__, psycopg2.errors.ReservedName)
