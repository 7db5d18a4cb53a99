"""What the pages show, as prepared rows."""

import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from common import dates
from common.components import Cell, Column, Figure, Row, Table, Term, badge, link
from imports.importing.reading import messages
from imports.importing.reading.findings import Finding, shown
from imports.importing.reading.schema import BY_NAME
from imports.models import Import

COUNTS = ("new", "changed", "unchanged", "conflicts", "vanished", "left_aside")
STAGE_BADGES = {
    Import.Stage.UPLOADED: "running",
    Import.Stage.REFUSED: "failed",
    Import.Stage.FAULTY: "changes_requested",
    Import.Stage.CHECKED: "open",
    Import.Stage.CONFIRMED: "running",
    Import.Stage.APPLIED: "done",
}


def imports_table(imports) -> Table:
    return Table(
        caption=_("Imports"),
        columns=[
            Column(label=_("File")),
            Column(label=_("Programme")),
            Column(label=pgettext("import", "Where it stands")),
            Column(label=_("Uploaded")),
            Column(label=_("Uploaded by")),
        ],
        rows=[
            (
                link(imported.file_name, reverse("imports:import", args=[imported.pk])),
                imported.name,
                stage_badge(imported),
                Cell(dates.date_and_time(imported.uploaded_at), "nowrap"),
                str(imported.uploaded_by),
            )
            for imported in imports
        ],
    )


def stage_badge(imported: Import):
    return badge(STAGE_BADGES[imported.stage], instead=str(imported.stage.label))


def terms(imported: Import) -> list[Term]:
    rows = [
        Term(label=_("File"), value=link(imported.file_name, reverse("imports:file", args=[imported.pk]))),
        Term(label=_("Uploaded"), value=f"{dates.date_and_time(imported.uploaded_at)} · {imported.uploaded_by}"),
    ]
    if imported.name:
        rows.insert(1, Term(label=_("Programme"), value=imported.name))
    if imported.applied_at:
        rows.append(Term(label=pgettext("import", "Registered"), value=dates.date_and_time(imported.applied_at)))
    return rows


def figures(imported: Import) -> list[Figure]:
    """What would change, or did, over all sheets."""
    totals = {name: sum(sheet[name] for sheet in imported.plan.get("sheets", ())) for name in COUNTS}
    page = reverse("imports:import", args=[imported.pk])
    return [
        Figure(label=_("New"), value=totals["new"]),
        Figure(label=_("Changed"), value=totals["changed"], url=f"{page}?show=changes"),
        Figure(label=_("Unchanged"), value=totals["unchanged"]),
        Figure(label=_("Changed in the portal since"), value=totals["conflicts"]),
        Figure(label=_("No longer in the file"), value=totals["vanished"], url=f"{page}?show=vanished"),
        Figure(label=_("Not known yet"), value=imported.gap_count, url=f"{page}?show=gaps"),
    ]


def sheets_table(plan: dict) -> Table:
    names = (_("New"), _("Changed"), _("Unchanged"), _("Changed in the portal since"), _("No longer in the file"))
    return Table(
        caption=_("By sheet"),
        columns=[Column(label=_("Sheet")), *(Column(label=name, numeric=True) for name in names)],
        rows=[(sheet_label(sheet["name"]), *(sheet[name] for name in COUNTS[:5])) for sheet in plan.get("sheets", ())],
        cards=False,
    )


def sheet_label(name: str) -> str:
    return str(BY_NAME[name].label)


def column_label(sheet: str, name: str) -> str:
    """A column's header in the reader's language, as the template has it."""
    column = BY_NAME[sheet].column(name)
    return column.ja if (get_language() or "").startswith("ja") else column.name


def findings_table(caption: str, findings: list[Finding]) -> Table:
    """The place first, so that one can go through the workbook with the list beside it."""
    return Table(
        caption=caption,
        columns=[
            Column(label=_("Cell")),
            Column(label=_("Sheet")),
            Column(label=_("Column")),
            Column(label=_("Value")),
            Column(label=_("Remark")),
        ],
        rows=[
            (
                Cell(finding.cell or finding.column or "–", "nowrap"),
                Cell(finding.sheet, "nowrap"),
                finding.header,
                finding.value,
                messages.describe(finding),
            )
            for finding in findings
        ],
    )


def changes_table(caption: str, changes: list[dict]) -> Table:
    return Table(
        caption=caption,
        columns=[Column(label=name) for name in (_("Row"), _("Column"), _("In the portal"), _("In the file"))],
        rows=[_difference(change) for change in changes],
    )


def _difference(change: dict) -> tuple:
    place = f"{sheet_label(change['sheet'])} {change['key']}".strip()
    return (place, _column(change), value_text(change["portal"]), value_text(change["file"]))


def _column(change: dict) -> str:
    return column_label(change["sheet"], change["name"]) if change["name"] else _("the whole row")


def conflicts_table(conflicts: list[dict], *, chosen: frozenset = frozenset()) -> Table:
    """With a box in each row: ticked, the file wins; otherwise the portal is kept."""
    return Table(
        caption=_("Changed in the portal since the last import"),
        columns=[
            Column(label=name)
            for name in (
                _("Row"),
                _("Column"),
                _("In the portal"),
                _("Last import"),
                _("In the file"),
                _("Take the file's"),
            )
        ],
        rows=[
            Row((*_conflict(conflict), _box(conflict, chosen)), id=f"conflict-{conflict['id']}")
            for conflict in conflicts
        ],
        show_caption=True,
    )


def _conflict(conflict: dict) -> tuple:
    place, column, portal, file = _difference(conflict)
    if not conflict["name"]:
        return place, column, _("removed"), _("present"), _("present")
    return place, column, portal, value_text(conflict["last"]), file


def _box(conflict: dict, chosen: frozenset):
    place, column, *_rest = _difference(conflict)
    return format_html(
        '<input class="form-check-input" type="checkbox" name="take" value="{}" aria-label="{}"{}>',
        conflict["id"],
        _("Take the file's value: %(place)s, %(column)s") % {"place": place, "column": column},
        " checked" if conflict["id"] in chosen else "",
    )


def vanished_table(vanished: list[dict]) -> Table:
    return Table(
        caption=_("No longer in the file, left as it is in the portal"),
        columns=[Column(label=_("Row")), Column(label=_("Sheet"))],
        rows=[(row["key"] or "–", sheet_label(row["sheet"])) for row in vanished],
    )


def value_text(value) -> str:
    """A stored value as people read it: yes and no in words, times as those of Japan."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    text = shown(value)
    if text.endswith("Z") and "T" in text:
        return dates.date_and_time(datetime.datetime.fromisoformat(text).astimezone(timezone.get_current_timezone()))
    return text


def errors_title(number: int) -> str:
    return ngettext("%(number)s place has to be corrected", "%(number)s places have to be corrected", number) % {
        "number": number
    }
