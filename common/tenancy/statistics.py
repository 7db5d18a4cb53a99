"""What PostgreSQL knows of the tables, made fresh after a deed that changed them a lot."""

from django.db import connection


def refresh_statistics() -> None:
    """Let PostgreSQL look at the tables again, rows of the present transaction included."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT app.refresh_statistics()")
