"""The sheet of the hours that advisers gave, for their payment: a sum a month, and the consultations behind it."""

import datetime
import io
from collections.abc import Iterable, Mapping

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from openpyxl import Workbook

from consultations.models import Consultation
from consultations.rendering.overview import hours_heads, hours_lines, in_hours
from programmes.models import Programme

from .sheet import Page, harmless


def hours_workbook(
    programme: Programme, rows: Iterable[Mapping], consultations: Iterable[Consultation], *, now: datetime.datetime
) -> bytes:
    """Return the XLSX in the active language. Who was met stands in it, and nothing of what was said."""
    book = Workbook(write_only=True)
    book.properties.title, book.properties.creator = harmless(programme.name), "SPP portal"
    # The format has no zones.
    book.properties.created = book.properties.modified = now.astimezone(datetime.UTC).replace(tzinfo=None)
    hours = Page(book, pgettext("sheet", "Hours"), [28, 12, 10, 10, 16, 16])
    hours.heads(*hours_heads())
    for line in hours_lines(rows):
        hours.row(*line)
    single = Page(book, _("Consultations"), [28, 14, 10, 10, 10, 40, 24])
    single.heads(
        _("Adviser"),
        pgettext("report", "Day"),
        pgettext("report", "Starts"),
        pgettext("report", "Ends"),
        pgettext("sheet", "Hours"),
        _("Company"),
        pgettext("report", "State"),
    )
    for each in consultations:
        single.row(*_consultation(each))
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _consultation(consultation: Consultation) -> list:
    starts, ends = timezone.localtime(consultation.starts_at), timezone.localtime(consultation.ends_at)
    return [
        consultation.adviser.name,
        starts.date(),
        f"{starts:%H:%M}",
        f"{ends:%H:%M}",
        in_hours(ends - starts),
        consultation.company.name,
        str(consultation.get_state_display()),
    ]
