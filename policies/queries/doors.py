"""The doors that open without signing in: one row each, by the hash of a word that only its holder knows."""

from dataclasses import dataclass
from uuid import UUID

from django.db import connection


@dataclass(frozen=True)
class Door:
    """The row behind a link, the company it belongs to, and whose rights it was made with."""

    row_id: UUID
    company_id: UUID
    user_id: UUID


def approval_door(token_hash: str) -> Door | None:
    """Return the request for approval with this hash, decided and cancelled ones included: its page says so."""
    return _open("SELECT request_id, company_id, user_id FROM app.approval_by_token(%s)", token_hash)


def announcement_door(token_hash: str) -> Door | None:
    """Return the announcement with this hash while it is open."""
    return _open("SELECT announcement_id, company_id, user_id FROM app.announcement_by_token(%s)", token_hash)


def _open(statement: str, token_hash: str) -> Door | None:
    if not token_hash:
        return None
    with connection.cursor() as cursor:
        cursor.execute(statement, [token_hash])
        row = cursor.fetchone()
    return Door(*row) if row else None
