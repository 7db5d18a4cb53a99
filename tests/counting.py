"""Count what a request asks of the database, the way STACK's targets count: without BEGIN, savepoints and roles."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

FRAME_OF_A_TEST = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT", "SET ROLE", "RESET ROLE")


def queries_of(client, url: str) -> list[str]:
    """Return the statements of a GET that must succeed: session, person and context included."""
    with CaptureQueriesContext(connection) as captured:
        response = client.get(url)
    assert response.status_code == 200, (url, response.status_code)
    return [query["sql"] for query in captured.captured_queries if not query["sql"].startswith(FRAME_OF_A_TEST)]
