"""What must be true of tables whatever the models say."""

from django.apps import apps
from django.conf import settings
from django.db import connection

from tests.architecture.source import order_of_apps

TENANTS = ("company_id", "programme_id")
OWN_MODELS = [model for model in apps.get_models() if model._meta.app_label in order_of_apps()]

# Keys within two tables of tenants that no composite key guards, each with its reason.
_UPLOAD = "an upload belongs to its uploader alone until its programme is known, and so do its file and its check"
LOOSE_KEYS: dict[tuple[str, str, str], str] = {
    ("imports_import", "programme_id", column): _UPLOAD
    for column in ("file_id", "annotated_id", "check_job_id", "apply_job_id")
}
_COMPANY_FILE = "a company's file belongs to the company, whichever programme it was handed in for"
LOOSE_KEYS |= {
    ("programmes_invitation", "company_id", "job_id"): "the work of one press is the programme's",
    ("policies_approvalrequest", "programme_id", "scan_id"): _COMPANY_FILE,
    ("policies_evidence", "programme_id", "file_id"): _COMPANY_FILE,
    ("policies_cycle", "programme_id", "based_on_id"): "the next version may belong to the next year's programme",
    ("programmes_enrolment", "programme_id", "continues_id"): "a company goes on from the programme of the year before",
}

# Tables whose rows are written once, and what the web role may do to them.
APPEND_ONLY = {
    table: {"SELECT", "INSERT"}
    for table in (
        "accounts_acceptance",
        "audit_event",
        "policies_move",
        "policies_paragraphsave",
        "policies_readreceipt",
    )
}
# What everybody may read, signed in or not.
PUBLIC = {
    "policies_registerentry": "a company in the public register",
    "policies_registerversion": "a text that the company published there",
}
WRITTEN_BY_FUNCTIONS = {"companies_access": {"SELECT"}}


# Functions that run with the owner's rights, and why they are no way round the policies.
RUN_AS_OWNER = {"refresh_statistics": "only an owner may ANALYZE; it takes nothing and answers nothing"}


def _fetch(query: str, params=()) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        return cursor.fetchall()


def _keys() -> set[tuple[str, str, str]]:
    """(table, column of the tenant, column of the key) for each key between two tables of tenants."""
    columns = {model: {field.column for field in model._meta.local_fields} for model in OWN_MODELS}
    return {
        (model._meta.db_table, tenant, field.column)
        for model in OWN_MODELS
        for field in model._meta.local_fields
        if field.related_model in columns
        for tenant in TENANTS
        if tenant in columns[model] and tenant in columns[field.related_model] and field.column != tenant
    }


def _composite_keys() -> set[tuple[str, str, str]]:
    rows = _fetch(
        """
        SELECT c.conrelid::regclass::text, t.attname, k.attname
          FROM pg_constraint c
          JOIN pg_attribute t ON t.attrelid = c.conrelid AND t.attnum = c.conkey[1]
          JOIN pg_attribute k ON k.attrelid = c.conrelid AND k.attnum = c.conkey[2]
         WHERE c.contype = 'f' AND cardinality(c.conkey) = 2 AND c.convalidated
        """
    )
    return set(rows)


def test_every_key_to_a_row_of_a_tenant_carries_the_tenant(db):
    """PostgreSQL checks keys without row-level security: a plain one would accept another tenant's row."""
    assert _keys() - _composite_keys() == set(LOOSE_KEYS)


def test_foreign_keys_are_checked_at_once(db):
    own = [model._meta.db_table for model in OWN_MODELS]
    late = _fetch(
        "SELECT conrelid::regclass::text, conname FROM pg_constraint"
        " WHERE contype = 'f' AND condeferred AND conrelid::regclass::text = ANY (%s)",
        [own],
    )
    assert late == []


def _rights() -> dict[str, set[str]]:
    rows = _fetch(
        "SELECT c.relname, p.name FROM pg_class c"
        " CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) p (name)"
        " WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace"
        " AND has_table_privilege(%s, c.oid, p.name)",
        [settings.WEB_ROLE],
    )
    rights: dict[str, set[str]] = {}
    for table, right in rows:
        rights.setdefault(table, set()).add(right)
    return rights


def test_the_web_role_reads_and_writes_rows_and_nothing_else(db):
    rights = _rights()
    assert set().union(*rights.values()) == {"SELECT", "INSERT", "UPDATE", "DELETE"}
    assert {table: rights[table] for table in APPEND_ONLY} == APPEND_ONLY
    assert {table: rights[table] for table in WRITTEN_BY_FUNCTIONS} == WRITTEN_BY_FUNCTIONS


def test_the_web_role_is_bound_and_owns_nothing(db):
    assert _fetch(
        "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = %s",
        [settings.WEB_ROLE],
    ) == [(False, False, False, False)]
    assert _fetch("SELECT relname FROM pg_class WHERE pg_get_userbyid(relowner) = %s", [settings.WEB_ROLE]) == []


def test_functions_of_the_definer_are_for_the_web_role_alone(db):
    functions = _fetch(
        "SELECT p.proname, pg_get_userbyid(p.proowner), has_function_privilege('public', p.oid, 'EXECUTE')"
        " FROM pg_proc p WHERE p.pronamespace = 'app'::regnamespace AND p.prosecdef"
    )
    assert len(functions) >= 8
    assert [name for name, _, is_public in functions if is_public] == []
    assert {name for name, owner, _ in functions if owner != settings.DEFINER_ROLE} == set(RUN_AS_OWNER)


def test_the_definer_cannot_sign_in(db):
    assert _fetch("SELECT rolcanlogin FROM pg_roles WHERE rolname = %s", [settings.DEFINER_ROLE]) == [(False,)]


def test_stored_choices_are_short_lowercase_codes(db):
    odd = [
        f"{model._meta.label}.{field.name}: {value}"
        for model in OWN_MODELS
        for field in model._meta.local_fields
        for value, _ in field.choices or ()
        if not (isinstance(value, str) and value == value.lower() and value.replace("_", "").isalnum())
    ]
    assert odd == []


def test_keys_are_uuids_made_in_python(db):
    """Ids say nothing about how many there are."""
    counted = {model._meta.label for model in OWN_MODELS if model._meta.pk.get_internal_type() != "UUIDField"}
    assert counted == {"jobs.Heartbeat"}  # one row a process, by its name


def test_only_what_is_meant_for_everybody_is_open_to_everybody(db):
    opened = _fetch("SELECT polrelid::regclass::text, polcmd::text FROM pg_policy WHERE polname = 'public_select'")
    assert sorted(opened) == [(table, "r") for table in sorted(PUBLIC)]
