"""Django's PostgreSQL backend with foreign keys that are checked at once.

Django makes foreign keys `DEFERRABLE INITIALLY DEFERRED`, so that a broken reference surfaces at COMMIT, outside the
view that could answer it. Here it surfaces at the statement. Deferrable stays, because Django's own schema changes and
test flushes say `SET CONSTRAINTS`.
"""

from django.db.backends.postgresql import base
from django.db.backends.postgresql.operations import DatabaseOperations as PostgresqlOperations


class DatabaseOperations(PostgresqlOperations):
    def deferrable_sql(self) -> str:
        return " DEFERRABLE INITIALLY IMMEDIATE"


class DatabaseWrapper(base.DatabaseWrapper):
    ops_class = DatabaseOperations
