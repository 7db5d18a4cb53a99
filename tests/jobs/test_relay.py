"""The relay is woken by who tells, on whichever line to the database it has; the poll is only the net under it."""

import pytest
from django.db import connection

from jobs.management.commands.relay import Command


def channels() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_listening_channels()")
        return [row[0] for row in cursor.fetchall()]


@pytest.mark.django_db(transaction=True)
def test_it_listens_on_a_line_that_was_open_before_and_on_the_next_one():
    connection.ensure_connection()
    relay = Command()
    for _line in range(2):
        assert channels() == []
        relay._listen()
        relay._listen()
        assert channels() == ["jobs_outbox"]
        connection.close()
