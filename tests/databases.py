"""The databases of a test run are copies of one that is migrated and empty: migrating takes ten seconds, copying less than one.

Every process of a run needs a database, and every stack of real processes one more. `PORTAL_TEST_DB` names them all, so
that two runs do not meet; the template stays for the next run, until a migration changes.
"""

import contextlib
import hashlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2
from psycopg2 import sql

from spp_portal import settings as portal_settings

ROOT = Path(__file__).resolve().parent.parent
PREFIX = os.environ.get("PORTAL_TEST_DB", "test_portal")
# Generous: a busy machine may take minutes to migrate.
MIGRATE_SECONDS = 900


def address_of(database: str) -> str:
    """The address of a database on the developer's server, for its owner."""
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{database}"))


@contextlib.contextmanager
def line_to(database: str | None = None) -> Iterator:
    """A line to the server as the owner, which commits each statement; to the database of the developer by default."""
    line = psycopg2.connect(address_of(database) if database else os.environ["DATABASE_URL"])
    line.autocommit = True
    with contextlib.closing(line):
        yield line


def named(statement: str, *names: str) -> sql.Composed:
    return sql.SQL(statement).format(*map(sql.Identifier, names))


def drop(database: str) -> None:
    with line_to() as line, line.cursor() as cursor:
        cursor.execute(named("DROP DATABASE IF EXISTS {} WITH (FORCE)", database))


def copy_template(database: str) -> None:
    """Make a database as a copy of the template, in the place of one that is there."""
    with template() as source:
        drop(database)
        with line_to() as line, line.cursor() as cursor:
            cursor.execute(named("CREATE DATABASE {} TEMPLATE {}", database, source))


@contextlib.contextmanager
def template() -> Iterator[str]:
    """The name of a migrated, empty database, made when there is none for the migrations of now.

    Held for the block: two processes may want it at once, and to copy it nobody may be connected to it.
    """
    with line_to() as line, line.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [PREFIX])
        prefix = f"{PREFIX}_template_"
        name = prefix + _migrations_digest()
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [prefix])
        found = {row[0] for row in cursor.fetchall()}
        if name not in found:
            for old in found:
                drop(old)
            draft = f"{prefix}draft"
            cursor.execute(named("CREATE DATABASE {}", draft))
            _set_up(draft)
            # Under its name only when it is whole.
            cursor.execute(named("ALTER DATABASE {} RENAME TO {}", draft, name))
        yield name


def _set_up(database: str) -> None:
    """Migrate as an operator does, in a process of its own."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "spp_portal.settings",
        "DATABASE_URL": address_of(database),
        "PORTAL_DEMO": "1",
        "PYTHONPATH": str(ROOT),
    }
    environment.pop("WEB_DATABASE_URL", None)
    command = [sys.executable, "manage.py", "setup_database", "--verbosity", "0"]
    with tempfile.TemporaryDirectory(prefix="spp-template-") as folder:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=environment | {"PORTAL_VAR": folder},
            capture_output=True,
            text=True,
            timeout=MIGRATE_SECONDS,
            check=False,
        )
    assert done.returncode == 0, f"The template for the tests' databases cannot be made:\n{done.stdout}\n{done.stderr}"


def _migrations_digest() -> str:
    """A short name for everything that the shape of the database comes from."""
    digest = hashlib.sha256(portal_settings.WEB_ROLE.encode())
    sources = [
        *ROOT.glob("*/migrations/*.py"),
        *ROOT.glob("common/tenancy/*.py"),
        *ROOT.glob("common/management/**/*.py"),
    ]
    for path in sorted([*sources, ROOT / "requirements.lock"]):
        digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return digest.hexdigest()[:12]
