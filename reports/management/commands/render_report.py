"""`manage.py render_report CODE --language ja --output FILE.pdf`"""

import datetime
import os
from pathlib import Path

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext

from accounts.models import User
from accounts.services import system_operator
from common.tenancy import acting_as
from jobs.rendering import RenderingError
from programmes.models import Programme
from reports.enums import Edition, Language
from reports.services import render_now


class Command(BaseCommand):
    """Renders in this process; the browser's way goes through a job and keeps the files."""

    help = "Writes a programme's implementation report as PDF."
    told = 0

    def add_arguments(self, parser):
        parser.add_argument("code", help="code of the programme, as in fy2024-pilot")
        parser.add_argument("--language", required=True, choices=Language.values)
        parser.add_argument(
            "--as-of", type=_day, help="figures as of the end of this day (YYYY-MM-DD); today if left out"
        )
        parser.add_argument(
            "--edition", choices=Edition.values, default=Edition.PUBLIC, help="internal names companies"
        )
        parser.add_argument("--as", dest="email", help="act as this person; as the system operator if left out")
        parser.add_argument("--output", required=True, type=Path, help="the PDF to write")
        parser.add_argument("--sheet", type=Path, help="the accompanying sheet (XLSX) to write too")

    def handle(self, *, code, language, as_of, edition, email, output, sheet, **options):
        for path in filter(None, (output, sheet)):
            if not path.absolute().parent.is_dir():
                raise CommandError(f"There is no folder {path.absolute().parent}.")
        actor = self._actor(email)
        programme = self._programme(code, actor)
        try:
            pdf, rows, figures = render_now(
                programme=programme,
                language=language,
                edition=edition,
                as_of=as_of or timezone.localdate(),
                actor=actor,
                now=timezone.now(),
                tell=self._tell,
            )
        except PermissionDenied:
            raise CommandError(f"{actor.email} does not belong to the secretariat of {code}.") from None
        except (RenderingError, MemoryError) as error:
            raise CommandError(f"The report could not be set: {error}") from error
        _write(output, pdf)
        if sheet:
            _write(sheet, rows)
        self.stdout.write(
            f"{output}: {programme.code}, {language}, {edition}, figures as of {figures['as_of']}, {len(pdf):,} bytes"
        )

    def _actor(self, email: str | None) -> User:
        if not email:
            return system_operator()
        actor = User.objects.filter(email__iexact=email, is_active=True).first()
        if actor is None:
            raise CommandError(f"Nobody has an account with the address {email}.")
        return actor

    def _programme(self, code: str, actor: User) -> Programme:
        with acting_as(actor.pk):
            programme = Programme.objects.managed_by(actor).filter(code=code).first()
        if programme is None:
            raise CommandError(
                f"{actor.email} manages no programme with the code {code}. With --as E-MAIL you act as someone who does."
            )
        return programme

    def _tell(self, sentence: str, done: int, total: int, **params) -> None:
        """Say each step once. Pages are set more than once, until their numbers fit the contents."""
        if total and done <= self.told:
            return
        self.told = done
        text = gettext(sentence) % params if params else gettext(sentence)
        self.stderr.write(f"[{done}/{total}] {text}" if total else text)


def _day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def _write(path: Path, content: bytes) -> None:
    """Write the file whole or not at all."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.write_bytes(content)
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise CommandError(f"{path} could not be written: {error.strerror}") from error
