"""`manage.py render_report`: the file, the words in the terminal, and what it refuses."""

from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from reports.models import Report
from tests.factories import make_seat, make_user
from tests.roles import web_role

from .reading import text_of


def render(*args, **options) -> None:
    with web_role():
        call_command("render_report", *args, **options)


@pytest.mark.parametrize(("language", "words"), [("ja", "16社のうち13社"), ("en", "13of16companies")])
def test_it_writes_the_pdf_and_tells_how_far_it_is(pilot, tmp_path, capsys, language, words):
    target, sheet = tmp_path / "report.pdf", tmp_path / "report.xlsx"
    render("fy2024-pilot", language=language, as_of=date(2025, 4, 30), output=target, sheet=sheet)
    assert words in text_of(target.read_bytes())
    assert sheet.read_bytes().startswith(b"PK")
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["report.pdf", "report.xlsx"]
    said = capsys.readouterr()
    assert len(said.err.splitlines()) > 12
    assert f"figures as of 2025-04-30, {target.stat().st_size:,} bytes" in said.out
    assert Report.objects.count() == 0


def test_without_a_day_the_figures_are_of_today(pilot, tmp_path, capsys):
    render("fy2024-pilot", language="en", email=pilot.secretariat.email, output=tmp_path / "r.pdf")
    assert f"figures as of {timezone.localdate()}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"code": "no-such"}, "manages no programme with the code no-such"),
        ({"email": "nobody@example.com"}, "Nobody has an account"),
        ({"output": "missing/report.pdf"}, "There is no folder"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence_and_nothing_is_written(pilot, tmp_path, arguments, words):
    options = {"code": "fy2024-pilot", "language": "ja", "output": "report.pdf"} | arguments
    options["output"] = tmp_path / options["output"]
    with pytest.raises(CommandError, match=words):
        render(options.pop("code"), **options)
    assert list(tmp_path.glob("*.pdf")) == []


@pytest.mark.parametrize("role", ["adviser", None])
def test_only_the_secretariat_renders(pilot, tmp_path, role):
    user = make_seat(pilot.programme, role=role).user if role else make_user()
    with pytest.raises(CommandError, match="manages no programme"):
        render("fy2024-pilot", language="ja", email=user.email, output=tmp_path / "r.pdf")


def test_a_day_that_is_none_is_refused(pilot, tmp_path):
    with pytest.raises(CommandError, match="--as-of"):
        render("fy2024-pilot", "--language=ja", "--as-of=2025-02-30", f"--output={tmp_path}/r.pdf")
