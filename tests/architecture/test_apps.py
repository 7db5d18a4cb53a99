"""The apps stand on each other as `docs/architecture.md` says, also where no import shows it."""

import subprocess
import sys

import pytest
from django.apps import apps as django_apps
from django.conf import settings
from django.db.migrations.loader import MigrationLoader

from tests.architecture.source import CHECKOUT, apps, contracts, order_of_apps

OWN_MODELS = [model for model in django_apps.get_models() if model._meta.app_label in order_of_apps()]


def test_every_app_of_the_tree_has_its_storey():
    in_tree = {path.parent.name for path in CHECKOUT.glob("*/apps.py")} | {"spp_portal"}
    assert in_tree == set(apps())
    assert in_tree - {"spp_portal"} == {name for name in settings.INSTALLED_APPS if name in in_tree}


def test_the_contract_within_apps_covers_every_app():
    covered = set(contracts()["Modules of an app see only the modules below them"]["containers"])
    covered |= set(contracts()["The floor has its own storeys"]["containers"])
    assert covered == set(apps()) - {"spp_portal"}


@pytest.mark.parametrize("model", OWN_MODELS, ids=lambda model: model._meta.label)
def test_no_foreign_key_points_upward(model):
    """Written as a string, a key needs no import, and so no contract would see it."""
    storeys = order_of_apps()
    upward = [
        field.name
        for field in model._meta.local_fields
        if field.related_model
        and field.related_model._meta.app_label != model._meta.app_label
        and storeys.get(field.related_model._meta.app_label, -1) >= storeys[model._meta.app_label]
    ]
    assert upward == []


@pytest.mark.parametrize("app", ["audit", "notifications"])
def test_who_is_told_by_everyone_knows_no_tenant(app):
    told = [model for model in OWN_MODELS if model._meta.app_label == app]
    related = {f.related_model._meta.app_label for model in told for f in model._meta.local_fields if f.related_model}
    assert told
    assert related <= {"accounts"}


def test_no_migration_waits_for_an_app_above_it():
    storeys = order_of_apps()
    waiting = [
        f"{migration} waits for {dependency}"
        for migration, node in MigrationLoader(None).disk_migrations.items()
        for dependency in node.dependencies
        if migration[0] in storeys and dependency[0] in storeys and storeys[dependency[0]] > storeys[migration[0]]
    ]
    # The predicates are plpgsql, which is bound late: `common` names tables of apps that come after it.
    assert waiting == []


LOAD_THE_WEB = """
import sys
import django
django.setup()
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver
get_wsgi_application()
def visit(resolver):
    for pattern in resolver.url_patterns:
        if hasattr(pattern, "url_patterns"):
            visit(pattern)
visit(get_resolver())
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


def test_the_web_process_never_loads_what_only_workers_need():
    """130 MB a process: WeasyPrint with its fonts stays out of it, and so does what reads and writes office files."""
    done = subprocess.run(
        [sys.executable, "-c", LOAD_THE_WEB], cwd=CHECKOUT, capture_output=True, text=True, check=True, timeout=120
    )
    loaded = set(done.stdout.split())
    assert {"django", "dashboards", "reports", "imports"} <= loaded
    assert loaded & {"weasyprint", "matplotlib", "fontTools", "tinycss2"} == set()
    assert loaded & {"openpyxl", "numpy", "docx", "PIL"} == set()
