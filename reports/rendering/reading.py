"""A report to be read and commented on: the very page that the PDF is made of, cut at its headings."""

import base64
import html
import re
from dataclasses import dataclass

from django.utils import translation
from django.utils.html import escape, strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from common import dates
from common.components import Cell, Column, Figure, Row, Table, badge
from jobs.models import StoredFile
from jobs.services import open_stored
from reports.models import Report, ReportReader
from reports.queries.reading import ReadingStatus

from . import document

_HEADING = re.compile(r'<h[23] id="([\w.-]+)"[^>]*>(.*?)</h[23]>', re.DOTALL)
_START = re.compile(r'(?=<h[23] id=")')
_SAYS_SOMETHING = re.compile(r"<(p|table|img|li)\b")
_PICTURE = re.compile(r'src="asset:([^"]+)"')


@dataclass(frozen=True)
class Block:
    """A part of the page from one heading to the next. `key` is empty where there is nothing to say anything of."""

    key: str
    heading: str
    html: SafeString


def report_blocks(report: Report) -> list[Block]:
    """Return the chapters of a report in its own language, block by block; together they are one well-formed page."""
    with translation.override(report.language):
        page, assets = document.page(report.figures, plans=report.plans, written=report.written)
    body = page[page.index('<section class="chapter') : page.rindex("</body>")]
    body = _PICTURE.sub(lambda found: f'src="{_address(found.group(1), assets)}"', body)
    # A wide table moves inside its frame, which the keyboard reaches, and never widens the page.
    body = body.replace("<table", '<div class="frame" tabindex="0"><table').replace("</table>", "</table></div>")
    return [_block(piece) for piece in _START.split(body)]


def _block(piece: str) -> Block:
    found = _HEADING.match(piece)
    if found is None or not _SAYS_SOMETHING.search(piece):
        return Block("", "", mark_safe(piece))  # noqa: S308 - the report's own template, which escapes
    heading = " ".join(html.unescape(strip_tags(found.group(2))).split())
    return Block(found.group(1), heading, mark_safe(piece))  # noqa: S308 - as above


def _address(name: str, assets: dict) -> str:
    """Return a picture as an address that holds it: the link's word stays out of every further address."""
    content, kind = assets[name] if name in assets else _photograph(name.removeprefix("photo-"))
    return escape(f"data:{kind};base64,{base64.b64encode(content).decode()}")


def _photograph(file_id: str) -> tuple[bytes, str]:
    stored = StoredFile.objects.get(pk=file_id)
    with open_stored(stored) as file:
        return file.read(), stored.content_type


# --- For the secretariat ------------------------------------------------------------------------------------------------


def standing(reader: ReportReader, status: ReadingStatus) -> SafeString:
    """Return where a reader is: what they said, or what is still to come."""
    if reader.verdict:
        return badge("reading_agreed" if reader.verdict == "agreed" else "reading_differs")
    if status == ReadingStatus.REVOKED:
        return badge("revoked")
    if status == ReadingStatus.OVER:
        return badge("late")
    return badge("reading_opened" if reader.opened_at else "reading_sent")


def reader_rows(readers, statuses: dict, revoking) -> Table:
    return Table(
        caption=_("Readers"),
        columns=[
            Column(label=_("Name")),
            Column(label=_("Organisation")),
            Column(label=_("E-mail address")),
            Column(label=pgettext("reading", "By when")),
            Column(label=pgettext("reading", "Opened")),
            Column(label=pgettext("reading", "Comments"), numeric=True),
            Column(label=pgettext("report", "State")),
            Column(label=pgettext("reading", "Reason")),
            Column(label=_("What you can do")),
        ],
        rows=[
            Row(
                (
                    reader.name,
                    reader.organisation,
                    reader.email,
                    Cell(dates.short_date(reader.due_on), "nowrap"),
                    Cell(dates.date_and_time(reader.opened_at), "nowrap") if reader.opened_at else "",
                    reader.said,
                    standing(reader, statuses[reader.pk]),
                    reader.reason,
                    revoking(reader) if statuses[reader.pk] == ReadingStatus.OPEN else "",
                )
            )
            for reader in readers
        ],
    )


def reading_figures(readers, statuses: dict) -> list:
    """Return how many were asked, have opened, agreed, do not agree, and have not said anything yet."""
    standing_ones = [reader for reader in readers if not reader.revoked_at]
    return [
        Figure(label=pgettext("reading", "Asked"), value=len(standing_ones)),
        Figure(label=pgettext("reading", "Opened"), value=sum(bool(reader.opened_at) for reader in standing_ones)),
        Figure(label=pgettext("reading", "Agreed"), value=sum(reader.verdict == "agreed" for reader in standing_ones)),
        Figure(
            label=pgettext("reading", "Not agreed"), value=sum(reader.verdict == "differs" for reader in standing_ones)
        ),
        Figure(label=pgettext("reading", "Outstanding"), value=sum(not reader.verdict for reader in standing_ones)),
    ]
