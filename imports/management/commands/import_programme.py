"""Import a programme's workbook from the command line, as the audited system operator or as a person."""

import os
from pathlib import Path
from time import monotonic
from unicodedata import east_asian_width

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from accounts.services import system_operator
from imports.importing.applying import ImportConflict
from imports.importing.planning import Plan
from imports.importing.reading import limits, messages
from imports.importing.reading.findings import ERROR, GAP, NOTICE, Finding
from imports.services import Outcome, import_directly

SHOWN = 200
SHOWN_GAPS = 20
# A line at most so often: the terminal shows that it goes on, without flooding a log.
PROGRESS_SECONDS = 0.5
HEADINGS = {
    ERROR: gettext_lazy("Errors"),
    NOTICE: gettext_lazy("Please check"),
    GAP: gettext_lazy("Not known yet"),
}


class Command(BaseCommand):
    help = (
        "Import a programme from an Excel workbook. All or nothing; the same file twice changes nothing; what was changed in"
        " the portal since is kept unless --take-file is given. Exit status 0 when registered (or, with --dry-run, when it"
        " could be), 1 when refused."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE.xlsx", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="show what would change and write nothing")
        parser.add_argument(
            "--as", dest="email", metavar="EMAIL", help="act as this person instead of the system operator"
        )
        parser.add_argument(
            "--take-file", action="store_true", help="where the portal was changed since, the file wins"
        )
        parser.add_argument("--language", choices=("ja", "en"), help="of the messages; otherwise by LANG")

    def handle(self, *args, **options):
        with translation.override(options["language"] or language_of_environment()):
            self.run(options)

    def run(self, options) -> None:
        actor = self._actor(options["email"])
        path: Path = options["file"]
        progress = Progress(self.stderr)
        progress.say(_("Reading %(name)s") % {"name": path.name})
        try:
            outcome = import_directly(
                name=path.name,
                content=self._content(path),
                actor=actor,
                now=timezone.now(),
                dry_run=options["dry_run"],
                take_file=options["take_file"],
                progress=progress.row,
                before_writing=lambda: progress.say(_("Registering")),
            )
        except ImportConflict as conflict:
            raise CommandError(_(conflict.message)) from conflict
        self._report(outcome, dry_run=options["dry_run"])

    def _actor(self, email: str | None) -> User:
        if email is None:
            return system_operator()
        actor = User.objects.filter(email__iexact=email, is_active=True).first()
        if actor is None:
            raise CommandError(_("Nobody signs in with the address %(email)s.") % {"email": email})
        return actor

    def _content(self, path: Path) -> bytes:
        try:
            with path.open("rb") as file:
                return file.read(limits.FILE_BYTES + 1)
        except OSError as error:
            raise CommandError(
                _("The file %(name)s cannot be opened: %(reason)s") % {"name": path, "reason": error.strerror}
            ) from error

    def _report(self, outcome: Outcome, *, dry_run: bool) -> None:
        examination = outcome.examination
        if examination.refusal is not None:
            raise CommandError(messages.describe_refusal(examination.refusal))
        self._findings(examination.findings, examination.inspection.counts)
        if examination.plan is not None and examination.plan.sheets:
            self._plan(examination.plan)
        if not examination.can_be_applied:
            number = examination.error_count
            raise CommandError(
                ngettext(
                    "Nothing was registered: %(number)s error.", "Nothing was registered: %(number)s errors.", number
                )
                % {"number": number}
            )
        self.stdout.write(self.style.SUCCESS(conclusion(examination.plan, dry_run=dry_run)))

    def _findings(self, findings: list[Finding], counts) -> None:
        for level, limit in ((ERROR, SHOWN), (NOTICE, SHOWN), (GAP, SHOWN_GAPS)):
            shown = [finding for finding in findings if finding.level == level][:limit]
            if shown:
                self.stdout.write(f"{HEADINGS[level]} ({counts[level]})")
                for finding in shown:
                    self.stdout.write(f"  {messages.line(finding)}")
                if counts[level] > len(shown):
                    self.stdout.write(f"  {messages.rest_text(counts[level] - len(shown))}")
                self.stdout.write("")

    def _plan(self, plan: Plan) -> None:
        rows = [(str(sheet.sheet.label), *map(str, list(sheet.counts.values())[:5])) for sheet in plan.sheets.values()]
        header = (_("Sheet"), _("New"), _("Changed"), _("Unchanged"), _("Conflicts"), _("Vanished"))
        for line in aligned([header, *rows]):
            self.stdout.write(line)
        self.stdout.write("")
        for title, lines in (
            (
                _("Changed"),
                [change_line(change.as_json()) for sheet in plan.sheets.values() for change in sheet.changes],
            ),
            (_("Conflicts: the portal is kept"), [change_line(conflict.as_json()) for conflict in plan.conflicts]),
            (
                _("No longer in the file: left as it is"),
                [f"{sheet.sheet.label}: {key}" for sheet in plan.sheets.values() for key in sheet.vanished],
            ),
        ):
            self._list(title, lines)

    def _list(self, title: str, lines: list[str]) -> None:
        if not lines:
            return
        self.stdout.write(f"{title} ({len(lines)})")
        for line in lines[:SHOWN]:
            self.stdout.write(f"  {line}")
        if len(lines) > SHOWN:
            self.stdout.write(f"  {messages.rest_text(len(lines) - SHOWN)}")
        self.stdout.write("")


class Progress:
    """Lines on standard error: what is being done and how far it is."""

    def __init__(self, stream):
        self.stream, self.said_at = stream, 0.0

    def say(self, text: str) -> None:
        self.stream.write(text)
        self.stream.flush()
        self.said_at = monotonic()

    def row(self, sheet: str, row: int) -> None:
        if monotonic() - self.said_at >= PROGRESS_SECONDS:
            self.say(_("Reading the sheet “%(sheet)s”, row %(row)s") % {"sheet": sheet, "row": row})


def language_of_environment() -> str:
    """Japanese where the terminal speaks it, else English."""
    spoken = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return "ja" if spoken.lower().startswith("ja") else "en"


def conclusion(plan: Plan, *, dry_run: bool) -> str:
    if plan.changes_nothing:
        return _("Nothing to change: the portal already says what the file says.")
    if dry_run:
        return _("A dry run: nothing was registered.")
    return _("Registered: %(new)s new, %(changed)s changed.") % {
        "new": sum(len(sheet.creates) for sheet in plan.sheets.values()),
        "changed": sum(len(sheet.updates) for sheet in plan.sheets.values()),
    }


def change_line(change: dict) -> str:
    place = f"{change['sheet']} {change['key']}".strip()
    if not change["name"]:
        return _("%(place)s: removed in the portal") % {"place": place}
    values = {"place": place, "name": change["name"], "portal": change["portal"] or "–", "file": change["file"] or "–"}
    return _("%(place)s, %(name)s: portal “%(portal)s”, file “%(file)s”") % values


def aligned(rows: list[tuple[str, ...]]) -> list[str]:
    """Columns of equal width, numbers to the right; full-width characters count as two."""

    def width(text: str) -> int:
        return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)

    widths = [max(width(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  ".join(
            [row[0] + " " * (widths[0] - width(row[0]))]
            + [" " * (widths[column] - width(row[column])) + row[column] for column in range(1, len(row))]
        )
        for row in rows
    ]
