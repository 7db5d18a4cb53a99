"""What keeps a process from serving people under a role, or over a schema, that policies do not bind."""

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from common.tenancy.guard import refuse_unsafe_database, role_problems, schema_problems
from tests.roles import web_role


def run(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def test_the_web_role_may_serve(db):
    with web_role():
        assert role_problems() == []
        assert refuse_unsafe_database() is None


def test_the_owner_may_not(db):
    with pytest.raises(ImproperlyConfigured, match=r"BYPASSRLS.*owns tables.*can become.*setup_database"):
        refuse_unsafe_database()


def test_a_role_that_can_become_a_privileged_one_may_not(db):
    """SET ROLE would lift every policy."""
    run(f"GRANT {settings.DEFINER_ROLE} TO {settings.WEB_ROLE}")
    with web_role():
        assert role_problems() == [
            f"The database role can become {settings.DEFINER_ROLE}, whom no row-level policy binds."
        ]


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("CREATE TABLE loose (company_id uuid)", "Table loose names a tenant but has no forced row-level policy."),
        ("CREATE TABLE loose (programme_id uuid)", "Table loose names a tenant but has no forced row-level policy."),
        ("ALTER TABLE policies_cycle NO FORCE ROW LEVEL SECURITY", "Table policies_cycle names a tenant"),
        ("ALTER TABLE policies_cycle DISABLE ROW LEVEL SECURITY", "Table policies_cycle names a tenant"),
        (
            "CREATE FUNCTION loose() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
            "Function loose runs as its definer without a fixed search_path.",
        ),
        ("CREATE VIEW loose AS SELECT * FROM companies_company", "View loose answers with its owner's rights."),
        (
            "CREATE MATERIALIZED VIEW loose AS SELECT * FROM companies_company",
            "View loose answers with its owner's rights.",
        ),
    ],
)
def test_what_would_let_rows_out_is_found(db, statement, problem):
    run(statement)
    (found,) = schema_problems()
    assert found.startswith(problem)


def test_a_policy_that_asks_nobody_is_none(db):
    run(
        "CREATE TABLE loose (company_id uuid)",
        "ALTER TABLE loose ENABLE ROW LEVEL SECURITY",
        "ALTER TABLE loose FORCE ROW LEVEL SECURITY",
        "CREATE POLICY everything ON loose USING (true)",
    )
    assert schema_problems() == [
        "Table loose names a tenant but has no forced row-level policy.",
        "Table loose has a policy that asks nobody: everything.",
    ]


def test_a_policy_that_asks_everywhere_but_once_is_none(db):
    """Policies add up: one that asks nobody opens the table beside those that do."""
    run("CREATE POLICY everything ON policies_cycle USING (true)")
    assert schema_problems() == ["Table policies_cycle has a policy that asks nobody: everything."]


def test_a_view_with_the_readers_rights_is_no_problem(db):
    run("CREATE VIEW tight WITH (security_invoker=true) AS SELECT * FROM companies_company")
    assert schema_problems() == []
