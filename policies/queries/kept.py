"""Statements of the cohort matrix, kept by their shape.

What the ORM needs to build three long statements is more than all else that a page of the matrix costs the web process,
and the next person who asks wants the same of another day or programme. So a statement is built once for each shape
(which filters are set, which order, today or an earlier day) with stand-ins for what may differ, and kept as SQL.
"""

from collections.abc import Callable, Hashable, Mapping
from datetime import date, datetime
from types import SimpleNamespace
from typing import ClassVar
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from programmes.models import Programme

# More shapes than anybody chooses in a day; then all are built anew.
MOST = 300


class StandIns:
    """What a statement is built with instead of the values of one request: nobody's ids, and days before all programmes."""

    user = SimpleNamespace(pk=UUID("00000000-0000-4000-8000-00000000a001"))
    # Its last day lies before `day`, so that the earlier of both, which counts for advisers, is told apart from either.
    programme = Programme(pk=UUID("00000000-0000-4000-8000-00000000a002"), ends_on=date(1801, 1, 2))
    day = date(1801, 1, 3)
    days: ClassVar[dict[bool, date]] = {True: date(1801, 1, 3), False: date(1801, 1, 4)}
    words: ClassVar[dict[str, str | UUID]] = {
        "industry": "stand-in industry",
        "prefecture": "stand-in prefecture",
        "adviser": UUID("00000000-0000-4000-8000-00000000a003"),
        "charge": UUID("00000000-0000-4000-8000-00000000a004"),
        "milestone": "stand-in-milestone",
        "order": "stand-in-order",
    }

    @classmethod
    def today(cls, *, is_today: bool) -> date:
        """Return a today that is the day, or lies after it."""
        return cls.days[is_today]


class Kept:
    """Statements by their shape."""

    def __init__(self):
        self._statements: dict[tuple, tuple[str, list]] = {}

    def rows(self, shape: tuple, build: Callable[[], QuerySet], values: Mapping, *, more: str = "") -> list[tuple]:
        """Ask the database with `values` in the places of their stand-ins; `build` is called for a new shape.

        `more` is put at the end of the statement: the part of a list that a page shows.
        """
        if shape not in self._statements:
            if len(self._statements) >= MOST:
                self._statements.clear()
            self._statements[shape] = self._built(build(), values)
        sql, parameters = self._statements[shape]
        with connection.cursor() as cursor:
            cursor.execute(sql + more, [value if place is None else values[place] for place, value in parameters])
            return cursor.fetchall()

    def _built(self, rows: QuerySet, values: Mapping) -> tuple[str, list]:
        """Return the SQL, and of each parameter its stand-in, or its value where it is always the same."""
        sql, parameters = rows.query.sql_with_params()
        found = [
            (value, None) if isinstance(value, Hashable) and value in values else (None, value) for value in parameters
        ]
        if any(isinstance(value, (date, datetime, UUID)) for place, value in found if place is None):
            raise ValueError("A kept statement would keep this day or id for everybody.")
        return sql, found
