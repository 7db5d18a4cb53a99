"""Which statements of a request ask the database something: STACK's targets count these, not the frame of a transaction."""

FRAME = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")


def asking(queries) -> list[dict]:
    """Leave out of captured queries what only begins and ends a transaction."""
    return [query for query in queries.captured_queries if not query["sql"].startswith(FRAME)]
