import pytest
from django.db import OperationalError, connection


def test_the_health_check_needs_nobody_and_starts_no_session(client):
    response = client.get("/healthz")
    assert (response.status_code, response["Content-Type"], response.content) == (200, "text/plain", b"ok\n")
    assert response.cookies.keys() == set()


def test_the_health_check_fails_without_the_database(client):
    def refuse(execute, sql, params, many, context):
        if sql == "SELECT 1":
            raise OperationalError("the database is away")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse), pytest.raises(OperationalError):
        client.get("/healthz")
