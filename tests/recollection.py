"""Rows that were made once, put back for the next test as they were.

The cast takes 350 statements when the services make it, and half the tests begin with it. So the first test of a process
that asks for it has it made, and the rows that came of it are kept; each further test gets the same rows in two dozen
statements, and objects of its own.

    cast = Recollection(make_cast)
    cast.give()
"""

import pickle
from collections.abc import Callable
from graphlib import TopologicalSorter

from django.apps import apps
from django.db import connection
from django.db.models import Model

from accounts.models import User


class Recollection:
    """What `make` returned, and the rows that it wrote into tables that were empty."""

    def __init__(self, make: Callable):
        self.make = make
        self._made: bytes | None = None
        # A statement for each table, in an order in which every row finds what it refers to.
        self._statements = ""
        self._rows: list[str] = []

    def give(self):
        """Return it, made or put back. Where somebody is there already it is made beside them, and nothing is kept."""
        if User.objects.exists():
            return self.make()
        if self._made is None:
            return self._keep()
        with connection.cursor() as cursor:
            cursor.execute(self._statements, self._rows)
        return pickle.loads(self._made)  # noqa: S301 - our own objects, kept in this process

    def _keep(self):
        before = {model: _rows_of(model) for model in _models()}
        made = self.make()
        written = {model: rows for model in _models() if (rows := _rows_of(model)) != before[model]}
        if any(before[model] for model in written):
            return made  # what was written there cannot be told from what was there before
        ordered = _parents_first(written)
        self._statements = ";".join(_putting_back(model) for model in ordered)
        self._rows = [written[model] for model in ordered]
        self._made = pickle.dumps(made)
        return made


def _models() -> list[type[Model]]:
    return [
        model for model in apps.get_models(include_auto_created=True) if model._meta.managed and not model._meta.proxy
    ]


def _rows_of(model: type[Model]) -> str:
    """All rows of a table, as PostgreSQL writes them in JSON."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT coalesce(jsonb_agg(t)::text, '') FROM \"{model._meta.db_table}\" t")
        return cursor.fetchone()[0]


def _parents_first(written: dict[type[Model], str]) -> list[type[Model]]:
    """Order tables so that what a row refers to is there before it. References that no row makes do not count."""
    parents = {
        model: {
            field.related_model
            for field in model._meta.local_concrete_fields
            if field.related_model in written and field.related_model is not model and _is_used(model, field.column)
        }
        for model in written
    }
    return list(TopologicalSorter(parents).static_order())


def _is_used(model: type[Model], column: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT EXISTS (SELECT FROM "{model._meta.db_table}" WHERE "{column}" IS NOT NULL)')
        return cursor.fetchone()[0]


def _putting_back(model: type[Model]) -> str:
    table = model._meta.db_table
    columns = ", ".join(f'"{field.column}"' for field in model._meta.local_concrete_fields if not field.generated)
    return f'INSERT INTO "{table}" ({columns}) SELECT {columns} FROM jsonb_populate_recordset(NULL::"{table}", %s)'
