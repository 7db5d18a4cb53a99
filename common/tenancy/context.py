"""Who acts, told to the database for one transaction.

The context is three settings local to the transaction. PostgreSQL forgets them at COMMIT and ROLLBACK, and a fresh
transaction has none: then every policy answers "nothing".
"""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import connection, transaction

SETTINGS = ("app.user_id", "app.company_id", "app.request_id")


_PRESENT = ", ".join(f"coalesce(current_setting('{name}', true), '')" for name in SETTINGS)
_READ = f"SELECT {_PRESENT}"
# PostgreSQL works the columns out in their order, so that the first three are what was there before.
_WRITE = f"{_READ}, {', '.join(f'set_config({name!r}, %s, true)' for name in SETTINGS)}"


def _write(values: tuple[str, str, str]) -> tuple[str, str, str]:
    """Set the context, and return the one before."""
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, values)
        return cursor.fetchone()[:3]


def _read() -> tuple[str, str, str]:
    with connection.cursor() as cursor:
        cursor.execute(_READ)
        return cursor.fetchone()


def set_context(user_id: UUID | None, *, company_id: UUID | None = None, request_id: str = "") -> None:
    """Let `user_id` act until the end of the current transaction; None is nobody and sees nothing.

    A company hides every other one, so that companies never mix on one page.
    Raises TransactionManagementError outside a transaction, where the context would be lost at once.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("The context of a person needs an open transaction.")
    _write((str(user_id or ""), str(company_id or ""), request_id))


def current_user_id() -> UUID | None:
    """Return who acts in this transaction, or None."""
    user_id = _read()[0]
    return UUID(user_id) if user_id else None


@contextmanager
def acting_as(user_id: UUID | None, *, company_id: UUID | None = None, request_id: str = "") -> Iterator[None]:
    """Run the block in a transaction (or savepoint) as `user_id`, then give the context back to who had it."""
    with transaction.atomic():
        before = _write((str(user_id or ""), str(company_id or ""), request_id))
        if before[2] and not request_id:
            _write((str(user_id or ""), str(company_id or ""), before[2]))
        yield
        _write(before)
