"""Migration operations that keep tenants apart. They run as the owner and name tables by model."""

from collections.abc import Sequence

from django.conf import settings
from django.db.migrations.operations.base import Operation

# Whom a person belongs to or advises are few: an array, compared row by row. A secretariat's companies are thousands:
# a set that PostgreSQL hashes once, because comparing and sorting a long array for every row took 0.3 s a query.
CONTENT_COMPANIES = "company_id = ANY ((SELECT app.content_companies())::uuid[])"
COMPANIES = f"({CONTENT_COMPANIES} OR company_id IN (SELECT app.secretariat_companies()))"
PROGRAMMES = "programme_id = ANY ((SELECT app.programmes())::uuid[])"
MANAGED_PROGRAMMES = "programme_id = ANY ((SELECT app.managed_programmes())::uuid[])"
# What a company did in a programme: for the company and its advisers, and for those who run that programme.
_ACTING = "company_id = coalesce((SELECT app.acting_company()), company_id)"
MANAGED_RECORDS = f"({MANAGED_PROGRAMMES} AND {_ACTING})"
CONTENT_RECORDS = f"({CONTENT_COMPANIES} AND {PROGRAMMES})"
RECORDS = f"({CONTENT_RECORDS} OR {MANAGED_RECORDS})"
COMMANDS = ("SELECT", "INSERT", "UPDATE", "DELETE")


class _SqlOperation(Operation):
    """An operation that changes only the database, never Django's picture of the models."""

    reduces_to_sql = True
    reversible = True

    def state_forwards(self, app_label, state):
        pass

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        for statement in self.forwards(app_label, schema_editor, to_state):
            schema_editor.execute(statement, params=None)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        for statement in self.backwards(app_label, schema_editor, from_state):
            schema_editor.execute(statement, params=None)

    def forwards(self, app_label, schema_editor, state) -> Sequence[str]:
        raise NotImplementedError

    def backwards(self, app_label, schema_editor, state) -> Sequence[str]:
        return []


def _table(state, app_label: str, name: str) -> str:
    if "." in name:
        app_label, name = name.split(".")
    return state.apps.get_model(app_label, name)._meta.db_table


class RowPolicies(_SqlOperation):
    """Force row-level security on a model's table and say who sees and who writes its rows.

    `using` is the SQL condition of every command unless `insert`, `update` or `delete` name another; an empty string
    allows the command to nobody. Subqueries stay uncorrelated, `(SELECT app.companies())`, so that PostgreSQL asks
    once a statement and may use the index (SECURITY sheet 2.2: 0.3 ms against 2,200 ms).
    """

    def __init__(self, model, *, using, insert=None, update=None, delete=None):
        self.model, self.using, self.insert, self.update, self.delete = model, using, insert, update, delete

    def describe(self):
        return f"Force row-level security on {self.model}"

    def _condition(self, command: str) -> str:
        own = {"SELECT": self.using, "INSERT": self.insert, "UPDATE": self.update, "DELETE": self.delete}[command]
        return self.using if own is None else own

    def forwards(self, app_label, schema_editor, state):
        table = schema_editor.quote_name(_table(state, app_label, self.model))
        yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
        yield f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"
        for command in COMMANDS:
            condition = self._condition(command)
            if not condition:
                continue
            clause = {
                "SELECT": f"USING ({condition})",
                "INSERT": f"WITH CHECK ({condition})",
                "UPDATE": f"USING ({condition}) WITH CHECK ({condition})",
                "DELETE": f"USING ({condition})",
            }[command]
            yield f"CREATE POLICY tenant_{command.lower()} ON {table} FOR {command} {clause}"

    def backwards(self, app_label, schema_editor, state):
        table = schema_editor.quote_name(_table(state, app_label, self.model))
        for command in COMMANDS:
            yield f"DROP POLICY IF EXISTS tenant_{command.lower()} ON {table}"
        yield f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY"
        yield f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY"


class PublicRows(RowPolicies):
    """Rows that everybody may read, signed in or not, and that their tenant writes.

    The reading policy has a name of its own, `public_select`, by which the guard of the schema and a test know what was
    opened on purpose.
    """

    def __init__(self, model, *, insert, update, delete=""):
        super().__init__(model, using="", insert=insert, update=update, delete=delete)

    def forwards(self, app_label, schema_editor, state):
        yield from super().forwards(app_label, schema_editor, state)
        table = schema_editor.quote_name(_table(state, app_label, self.model))
        yield f"CREATE POLICY public_select ON {table} FOR SELECT USING (true)"

    def backwards(self, app_label, schema_editor, state):
        table = schema_editor.quote_name(_table(state, app_label, self.model))
        yield f"DROP POLICY IF EXISTS public_select ON {table}"
        yield from super().backwards(app_label, schema_editor, state)


def company_rows(model: str) -> RowPolicies:
    """Records of a company: its members, assigned advisers and the secretariat of its programmes."""
    return RowPolicies(model, using=COMPANIES)


def content_rows(model: str) -> RowPolicies:
    """Content of a company: its members and assigned advisers only."""
    return RowPolicies(model, using=CONTENT_COMPANIES)


class AppendOnly(_SqlOperation):
    """Take UPDATE and DELETE from the web role: rows of this table are written once."""

    taken = "UPDATE, DELETE"

    def __init__(self, model):
        self.model = model

    def describe(self):
        return f"Take {self.taken} on {self.model} from the web role"

    def forwards(self, app_label, schema_editor, state):
        table, web = schema_editor.quote_name(_table(state, app_label, self.model)), settings.WEB_ROLE
        yield f"REVOKE {self.taken}, TRUNCATE ON {table} FROM {schema_editor.quote_name(web)}"

    def backwards(self, app_label, schema_editor, state):
        table, web = schema_editor.quote_name(_table(state, app_label, self.model)), settings.WEB_ROLE
        yield f"GRANT {self.taken} ON {table} TO {schema_editor.quote_name(web)}"


class ReadOnly(AppendOnly):
    """Leave the web role only SELECT: rows of this table are written by definer functions that check the granter."""

    taken = "INSERT, UPDATE, DELETE"


class GrantToDefiner(_SqlOperation):
    """Let the definer role read (or also write) a table that the predicates are computed from."""

    def __init__(self, model, *, privileges="SELECT"):
        self.model, self.privileges = model, privileges

    def describe(self):
        return f"Let the predicates read {self.model}"

    def forwards(self, app_label, schema_editor, state):
        table = schema_editor.quote_name(_table(state, app_label, self.model))
        yield f"GRANT {self.privileges} ON {table} TO {schema_editor.quote_name(settings.DEFINER_ROLE)}"

    def backwards(self, app_label, schema_editor, state):
        table = schema_editor.quote_name(_table(state, app_label, self.model))
        yield f"REVOKE ALL ON {table} FROM {schema_editor.quote_name(settings.DEFINER_ROLE)}"


class SameTenant(_SqlOperation):
    """Make a foreign key carry the tenant: (company, parent) must exist as one row of the parent.

    PostgreSQL checks foreign keys with row-level security off, so a plain key to an invisible row of another tenant
    would be accepted. `column` is the tenant's column, of the same name in child and parent.
    """

    def __init__(self, model, field, *, column="company_id"):
        self.model, self.field, self.column = model, field, column

    def describe(self):
        return f"Keep {self.model}.{self.field} within one tenant"

    def _names(self, app_label, schema_editor, state):
        child = state.apps.get_model(app_label, self.model)
        field = child._meta.get_field(self.field)
        quote = schema_editor.quote_name
        parent = field.remote_field.model._meta
        return {
            "child": quote(child._meta.db_table),
            "key": quote(field.column),
            "parent": quote(parent.db_table),
            "unique": quote(f"{parent.db_table}_{self.column}_pk"[:63]),
            "unique_name": f"{parent.db_table}_{self.column}_pk"[:63],
            "name": quote(f"{child._meta.db_table}_{field.column}_same_{self.column}"[:63]),
            "column": quote(self.column),
        }

    def forwards(self, app_label, schema_editor, state):
        names = self._names(app_label, schema_editor, state)
        yield (  # noqa: S608 - quoted names of our own tables
            "DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = '{unique_name}') THEN "
            "ALTER TABLE {parent} ADD CONSTRAINT {unique} UNIQUE ({column}, id); END IF; END $$"
        ).format(**names)
        yield (
            "ALTER TABLE {child} ADD CONSTRAINT {name} FOREIGN KEY ({column}, {key}) "
            "REFERENCES {parent} ({column}, id) DEFERRABLE INITIALLY IMMEDIATE"
        ).format(**names)

    def backwards(self, app_label, schema_editor, state):
        names = self._names(app_label, schema_editor, state)
        yield "ALTER TABLE {child} DROP CONSTRAINT IF EXISTS {name}".format(**names)


class Enrolled(_SqlOperation):
    """Let a row name a company and a programme only together, as an enrolment of `programmes` has them."""

    def __init__(self, model):
        self.model = model

    def describe(self):
        return f"Keep {self.model} to companies that take part in its programme"

    def _name(self, schema_editor, table):
        return schema_editor.quote_name(f"{table}_enrolled")

    def forwards(self, app_label, schema_editor, state):
        table = _table(state, app_label, self.model)
        yield (
            f"ALTER TABLE {schema_editor.quote_name(table)} ADD CONSTRAINT {self._name(schema_editor, table)} "
            "FOREIGN KEY (programme_id, company_id) REFERENCES programmes_enrolment (programme_id, company_id) "
            "DEFERRABLE INITIALLY IMMEDIATE"
        )

    def backwards(self, app_label, schema_editor, state):
        table = _table(state, app_label, self.model)
        yield (
            f"ALTER TABLE {schema_editor.quote_name(table)} "
            f"DROP CONSTRAINT IF EXISTS {self._name(schema_editor, table)}"
        )


class KeepClosed(_SqlOperation):
    """Refuse to write rows of a programme that is closed (`app.refuse_closed`, made by programmes).

    `commands` are those that are refused; `unless` is an SQL condition on NEW of what may be written all the same.
    """

    def __init__(self, model, *, commands="INSERT OR UPDATE OR DELETE", unless=""):
        self.model, self.commands, self.unless = model, commands, unless

    def describe(self):
        return f"Keep {self.model} of closed programmes as it is"

    def forwards(self, app_label, schema_editor, state):
        table = schema_editor.quote_name(_table(state, app_label, self.model))
        commands = self.commands.split(" OR ")
        # NEW is unknown to a DELETE, so that a condition needs a trigger of its own.
        parts = [([each for each in commands if each != "DELETE"], self.unless)] if self.unless else [(commands, "")]
        if self.unless and "DELETE" in commands:
            parts.append((["DELETE"], ""))
        for number, (events, unless) in enumerate(parts):
            when = f"WHEN (({unless}) IS NOT TRUE)" if unless else ""
            name = schema_editor.quote_name("keep_closed" if not number else f"keep_closed_{number}")
            yield (
                f"CREATE TRIGGER {name} BEFORE {' OR '.join(events)} ON {table} FOR EACH ROW {when} "
                "EXECUTE FUNCTION app.refuse_closed()"
            )

    def backwards(self, app_label, schema_editor, state):
        table = schema_editor.quote_name(_table(state, app_label, self.model))
        for name in ("keep_closed", "keep_closed_1"):
            yield f"DROP TRIGGER IF EXISTS {name} ON {table}"


class DefinerFunction(_SqlOperation):
    """Create a SECURITY DEFINER function in the schema `app`, owned by the definer role, with a fixed search path.

    With `as_owner` it stays the owner's, for what only the owner of a table may do.

    The body is plpgsql, which PostgreSQL binds late: a function may name tables of apps whose migrations come later.
    """

    def __init__(self, name, *, arguments="", returns, body, volatility="STABLE", as_owner=False):
        self.name, self.arguments, self.returns = name, arguments, returns
        self.body, self.volatility, self.as_owner = body, volatility, as_owner

    def describe(self):
        return f"Create the function app.{self.name}"

    def forwards(self, app_label, schema_editor, state):
        quote = schema_editor.quote_name
        signature = f"app.{self.name}({self.arguments})"
        yield (
            f"CREATE OR REPLACE FUNCTION {signature} RETURNS {self.returns} LANGUAGE plpgsql {self.volatility} "
            f"SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$ {self.body} $body$"
        )
        if not self.as_owner:
            yield f"ALTER FUNCTION {signature} OWNER TO {quote(settings.DEFINER_ROLE)}"
        yield f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC"
        yield f"GRANT EXECUTE ON FUNCTION {signature} TO {quote(settings.WEB_ROLE)}"

    def backwards(self, app_label, schema_editor, state):
        yield f"DROP FUNCTION IF EXISTS app.{self.name}({self.arguments})"
