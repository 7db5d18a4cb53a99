"""Statements that the ORM builds once for all.

Building a nested query and turning it into SQL costs Python several milliseconds, often more than PostgreSQL takes to
answer it; and every page asks the same few things, each time about another person.

    own = Prepared(lambda user_id: Access.objects.valid().filter(user_id=user_id).values("company_id"))
    Company.objects.filter(pk__in=own(user.pk))
"""

from collections.abc import Callable
from datetime import date
from functools import cached_property
from uuid import UUID, uuid4

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL


class Prepared:
    """A query with places for ids, in the order of the arguments of `build`, which is called when it is first needed.

    `build` must ask the clock of the database (`Now()`): a moment of Python's would be kept for ever, and is refused.
    """

    def __init__(self, build: Callable[..., QuerySet], *, ids: int = 1):
        self.build, self.ids = build, ids

    def __call__(self, *ids: UUID | None) -> RawSQL:
        """Return the query as a subquery for `…__in`."""
        sql, _ = self._statement
        return RawSQL(sql, self._filled(ids))  # noqa: S611 - the ORM wrote it; ids are parameters

    def rows(self, *ids: UUID | None) -> list[tuple]:
        """Ask the database, and return what it answers."""
        with connection.cursor() as cursor:
            cursor.execute(self._statement[0], self._filled(ids))
            return cursor.fetchall()

    def _filled(self, ids: tuple) -> tuple:
        """The parameters of the statement, with the ids in their places."""
        if len(ids) != self.ids:
            raise TypeError(f"The statement takes {self.ids} ids and was given {len(ids)}.")
        return tuple(value if place is None else ids[place] for place, value in self._statement[1])

    @cached_property
    def _statement(self) -> tuple[str, list[tuple[int | None, object]]]:
        """The SQL, and of each parameter either which place it is or its value."""
        stand_ins = [uuid4() for _ in range(self.ids)]
        sql, values = self.build(*stand_ins).query.sql_with_params()
        if any(isinstance(value, date) for value in values):
            raise ValueError("A prepared statement would keep this moment for ever; ask the database's clock.")
        if not set(stand_ins).issubset(values):
            raise ValueError("An id that the statement is about is nowhere in it.")
        return sql, [(stand_ins.index(value) if value in stand_ins else None, value) for value in values]
