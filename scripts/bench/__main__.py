"""Measure redlines, and register, imports, reports and pages at three sizes, and print one JSON document. Progress goes to standard error.

Seconds are of this machine at this moment; compare ratios and counts. Every size gets a database of its own, made and
dropped here, on the server that DATABASE_URL names.
"""

import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psutil
import psycopg2
from processes import ROOT, Used, cpu_between, cpu_seconds, database_processes, run, web_server
from workbook import write_workbook

SIZES = (16, 160, 1600)
REGISTER_SIZES = (100, 1_000, 10_000)
CERTIFICATES = 1_000
COHORT = 3_000
REQUESTS = 60
WARM_UP = 6


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def at_database(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def on_server(url: str, statement: str) -> None:
    connection = psycopg2.connect(url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(statement)
    connection.close()


def environment(name: str, folder: Path) -> dict:
    """The environment of a portal on the bench database, as `make run` gives it: static files unhashed, no debugging."""
    env = {key: value for key, value in os.environ.items() if key not in {"WEB_DATABASE_URL", "PORTAL_DEBUG"}}
    return env | {
        "DATABASE_URL": at_database(os.environ["DATABASE_URL"], name),
        "PORTAL_VAR": str(folder),
        "PORTAL_DEMO": "1",
        "DJANGO_SETTINGS_MODULE": "spp_portal.settings",
        "LOG_LEVEL": "ERROR",
    }


@contextmanager
def own_database(name: str, folder: Path) -> Iterator[dict]:
    """Make a database, set it up, and drop it in the end; yield the environment of a portal on it."""
    on_server(os.environ["DATABASE_URL"], f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    on_server(os.environ["DATABASE_URL"], f"CREATE DATABASE {name}")
    env = environment(name, folder)
    try:
        run(["manage.py", "setup_database"], env=env)
        yield env
    finally:
        on_server(os.environ["DATABASE_URL"], f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def query_counts(env: dict, script: str, *arguments: str) -> dict:
    """Ask a process of its own, under the web role, for the session and the queries of each page."""
    answer = subprocess.run(
        [sys.executable, str(ROOT / "scripts/bench" / script), *arguments],
        cwd=ROOT, env=env | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if answer.returncode:
        raise RuntimeError(answer.stderr)
    return json.loads(answer.stdout)


def asker(server, page: dict) -> Callable:
    """Return what asks for a page, or saves a text that is a little longer each time."""
    if "rev" in page:
        return saver(server, page)
    return lambda: server.get(page["path"], cookie=page["cookie"])


def saver(server, page: dict) -> Callable:
    rev, length = page["rev"], 1

    def save():
        nonlocal rev, length
        length += 1
        text = page["text"] + "。" * length
        body = {"language": "ja", "text": text, "base_rev": rev, "operation": str(uuid.uuid4())}
        response = server.post(page["path"], body, cookie=page["cookie"])
        rev = json.loads(response.body).get("rev")
        return response

    return save


def measure_page(server, page: dict, *, database: str) -> dict:
    """Median and 95th percentile of wall milliseconds, and CPU ms a request of web and database together."""
    ask = asker(server, page)
    for _ in range(WARM_UP):
        response = ask()
        if response.status != 200:
            raise RuntimeError(f"{page['path']} answered {response.status}")
    watched = [*server.processes(), *database_processes(database)]
    before, times = cpu_seconds(watched), []
    for _ in range(REQUESTS):
        started = time.perf_counter()
        response = ask()
        times.append((time.perf_counter() - started) * 1000)
    cpu = cpu_between(before, cpu_seconds(watched)) * 1000 / REQUESTS
    times.sort()
    return {
        "cpu_ms": round(cpu, 1),
        "median_ms": round(statistics.median(times), 1),
        "p95_ms": round(times[int(len(times) * 0.95) - 1], 1),
        "kilobytes": round(len(response.body) / 1024, 1),
    }


def measure_pages(env: dict, asked: dict) -> dict:
    database = urlsplit(env["DATABASE_URL"]).path.lstrip("/")
    with web_server(env) as server:
        return {
            name: measure_page(server, page, database=database) | {"queries": page["queries"]}
            for name, page in asked["pages"].items()
        } | memory_of(server.processes())


def memory_of(processes: list) -> dict:
    """The largest process in MB: all that it has in memory, and what it has for itself.

    The difference is files that processes share, above all the dictionary that cuts Japanese into words.
    """
    used = [process.memory_full_info() for process in processes]
    return {
        "web_worker_mb": round(max(each.rss for each in used) / 2**20, 1),
        "web_worker_private_mb": round(max(each.uss for each in used) / 2**20, 1),
    }


def measure_register(entries: int, folder: Path) -> dict:
    """The pages of the public register, as anybody asks for them."""
    say(f"register of {entries}")
    with own_database(f"portal_bench_register_{entries}", folder) as env:
        return measure_pages(env, query_counts(env, "register.py", str(entries)))


def measure_certificates(folder: Path) -> dict:
    """Certificates for a session of a thousand people, drawn one by one and in one file, by the worker's own code."""
    say(f"{CERTIFICATES} certificates")
    code = "bench-certificates"
    workbook = folder / f"{code}.xlsx"
    write_workbook(workbook, companies=SIZES[0], code=code)
    with own_database("portal_bench_certificates", folder) as env:
        run(["manage.py", "import_programme", str(workbook)], env=env)
        run(["manage.py", "open_account", "secretariat@bench.example"], env=env)
        return query_counts(env, "certificates.py", str(CERTIFICATES))


def measure_cohort(folder: Path) -> dict:
    """The cohort matrix of 3,000 companies by 13 milestones, today and on an earlier day."""
    say(f"cohort of {COHORT}")
    code = "bench-cohort"
    workbook = folder / f"{code}.xlsx"
    write_workbook(workbook, companies=COHORT, code=code)
    with own_database("portal_bench_cohort", folder) as env:
        run(["manage.py", "import_programme", str(workbook)], env=env)
        run(["manage.py", "open_account", "secretariat@bench.example"], env=env)
        return measure_pages(env, query_counts(env, "cohort.py", code))


def measure_door(folder: Path) -> dict:
    """The list at the door for 500 people, and a list of an online meeting of 1,000 rows."""
    say("door of 500, and a list of 1,000 rows")
    code = "bench-door"
    workbook = folder / f"{code}.xlsx"
    write_workbook(workbook, companies=SIZES[0], code=code)
    with own_database("portal_bench_door", folder) as env:
        run(["manage.py", "import_programme", str(workbook)], env=env)
        run(["manage.py", "open_account", "secretariat@bench.example"], env=env)
        asked = query_counts(env, "door.py", "500", "1000")
        return measure_pages(env, asked) | {"online_list": asked["online_list"]}


def measure_redlines() -> dict:
    """Two Japanese texts of 8,000 characters, compared word by word in a process of its own."""
    script = str(ROOT / "scripts/bench/redlines.py")
    answer = subprocess.run([sys.executable, script], cwd=ROOT, capture_output=True, text=True, check=True)
    return json.loads(answer.stdout)


def measure_reports(env: dict, code: str, folder: Path) -> dict[str, Used]:
    return {
        language: run(
            ["manage.py", "render_report", code, "--language", language, "--as-of", "2025-04-30",
             "--output", str(folder / f"{language}.pdf")],
            env=env,
        )
        for language in ("ja", "en")
    }  # fmt: skip


def measure(companies: int, folder: Path) -> dict:
    """Everything about one size."""
    name, code = f"portal_bench_{companies}", f"bench-{companies}"
    workbook = folder / f"{code}.xlsx"
    rows = write_workbook(workbook, companies=companies, code=code)
    with own_database(name, folder) as env:
        say(f"{companies} companies: import")
        imported = run(["manage.py", "import_programme", str(workbook)], env=env)
        repeated = run(["manage.py", "import_programme", str(workbook)], env=env)
        run(["manage.py", "open_account", "secretariat@bench.example"], env=env)
        say(f"{companies} companies: report")
        reports = measure_reports(env, code, folder)
        say(f"{companies} companies: pages")
        asked = query_counts(env, "pages.py", code)
        pages = measure_pages(env, asked)
    return {
        "rows": rows,
        "import": asdict(imported),
        "import_again": asdict(repeated),
        "report": {language: asdict(used) for language, used in reports.items()},
        "pages": pages,
        "round": asked["round"],
    }


def growth_of_pages(small: dict, large: dict) -> dict:
    return {
        name: round(large[name]["cpu_ms"] / max(small[name]["cpu_ms"], 0.1), 2)
        for name in large
        if isinstance(large[name], dict)
    }


def growth(results: dict, registers: dict) -> dict:
    """How much the largest size costs against the smallest: 1 is "the same"."""
    small, large = results[str(SIZES[0])], results[str(SIZES[-1])]
    few, many = registers[str(REGISTER_SIZES[0])], registers[str(REGISTER_SIZES[-1])]
    return {
        "companies": SIZES[-1] / SIZES[0],
        "import_seconds": round(large["import"]["seconds"] / small["import"]["seconds"], 2),
        "report_ja_seconds": round(large["report"]["ja"]["seconds"] / small["report"]["ja"]["seconds"], 2),
        "pages_cpu": growth_of_pages(small["pages"], large["pages"]),
        "register_entries": REGISTER_SIZES[-1] / REGISTER_SIZES[0],
        "register_cpu": growth_of_pages(few, many),
    }


def machine() -> dict:
    model = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line),
        platform.machine(),
    )
    return {
        "processor": model,
        "cores": psutil.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 2**30, 1),
        "python": platform.python_version(),
    }


def commit() -> dict:
    def git(*arguments: str) -> str:
        return subprocess.run(
            [shutil.which("git"), *arguments], cwd=ROOT, capture_output=True, text=True, check=False
        ).stdout.strip()

    return {"id": git("rev-parse", "--short", "HEAD"), "clean": git("status", "--porcelain") == ""}


def main() -> None:
    say("redlines")
    redlines = measure_redlines()
    with tempfile.TemporaryDirectory() as folder:
        registers = {str(size): measure_register(size, Path(folder)) for size in REGISTER_SIZES}
        results = {str(size): measure(size, Path(folder)) for size in SIZES}
        certificates = measure_certificates(Path(folder))
        door = measure_door(Path(folder))
        cohort = measure_cohort(Path(folder))
    document = {
        "machine": machine(),
        "commit": commit(),
        "requests_a_page": REQUESTS,
        "web": "gunicorn, 2 workers x 4 threads, requests one after another",
        "redline_8000_characters": redlines,
        "door": door,
        "sizes": results,
        "register": registers,
        "certificates": certificates,
        "cohort": cohort,
        "growth": growth(results, registers),
    }
    print(json.dumps(document, ensure_ascii=False, indent=2))


try:
    main()
except subprocess.CalledProcessError as error:
    say(error.output)
    sys.exit(f"{' '.join(error.cmd[:2])} ended with {error.returncode}; what it said is above.")
