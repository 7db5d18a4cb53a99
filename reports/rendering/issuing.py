"""Issued reports on the secretariat's pages and on the page that checks them: rows, terms and sentences."""

from collections.abc import Iterable

from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from common import dates
from common.components import Cell, Column, Table, Term, badge, link
from reports.enums import Edition
from reports.models import IssuedReport, Report
from reports.queries.issuing import LostPermission, Obstacle, Prospect
from reports.queries.verification import Checked

from .issuing_figures import Change


def issue_url(issue: IssuedReport, name: str = "issued") -> str:
    return reverse(f"reports:{name}", args=[issue.programme_id, issue.pk])


def state(issue: IssuedReport) -> SafeString:
    """Return the badge of an issue: withdrawn before replaced, because a withdrawn one is not to be used at all."""
    if issue.withdrawn_at:
        return badge("called_back")
    replacement = replacement_of(issue)
    if replacement:
        return badge("replaced", detail=replacement.number)
    return badge("issued")


def replacement_of(issue: IssuedReport) -> IssuedReport | None:
    return getattr(issue, "replacement", None)


def issues_table(issues: Iterable[IssuedReport]) -> Table:
    return Table(
        caption=_("Issued reports"),
        columns=[
            Column(label=pgettext("issue", "Number")),
            Column(label=_("What it is")),
            Column(label=_("Edition")),
            Column(label=_("Figures as of")),
            Column(label=_("Issued on")),
            Column(label=_("Issued by")),
            Column(label=pgettext("report", "State")),
        ],
        rows=[
            (
                link(issue.number, issue_url(issue)),
                issue.note,
                issue.get_edition_display(),
                Cell(dates.short_date(issue.as_of), "nowrap"),
                Cell(dates.date_and_time(issue.issued_at), "nowrap"),
                str(issue.issued_by),
                _marked(issue),
            )
            for issue in issues
        ],
    )


def _marked(issue: IssuedReport) -> SafeString:
    """Return the state of an issue, and beside it that somebody's permission does not hold any more."""
    if not getattr(issue, "lost_permission", False):
        return state(issue)
    return format_html("<span>{}<br>{}</span>", state(issue), badge("permission_gone"))


def issue_terms(issue: IssuedReport) -> list[Term]:
    terms = [
        Term(label=pgettext("issue", "Number"), value=issue.number),
        Term(label=_("What it is"), value=issue.note),
        Term(label=_("Edition"), value=issue.get_edition_display()),
        Term(label=_("Figures as of"), value=dates.long_date(issue.as_of)),
        Term(label=_("Issued on"), value=f"{dates.date_and_time(issue.issued_at)} · {issue.issued_by}"),
    ]
    if issue.replaces:
        terms += [
            Term(label=_("Replaces"), value=link(issue.replaces.number, issue_url(issue.replaces))),
            Term(label=_("What was corrected"), value=issue.correction),
        ]
    replacement = replacement_of(issue)
    if replacement:
        terms.append(Term(label=_("Replaced by"), value=link(replacement.number, issue_url(replacement))))
    if issue.withdrawn_at:
        said = f"{dates.date_and_time(issue.withdrawn_at)} · {issue.withdrawn_by}"
        terms += [Term(label=_("Withdrawn on"), value=said), Term(label=_("Reason"), value=issue.withdrawal)]
    return terms


def issue_files(issue: IssuedReport, japanese: Report, english: Report) -> Table:
    """Return the four files with their fingerprints, each a link."""
    rows = []
    for report in (japanese, english):
        for stored, kind in ((report.pdf, _("PDF")), (report.sheet, _("Accompanying sheet"))):
            url = reverse("reports:issued_file", args=[issue.programme_id, issue.pk, stored.pk])
            label = f"{kind} · {report.get_language_display()}"
            digest = format_html('<code class="digest">{}</code>', stored.sha256)
            rows.append((link(label, url), Cell(filesizeformat(stored.size), "nowrap"), digest))
    return Table(
        caption=_("Files"),
        columns=[Column(label=_("File")), Column(label=_("Size")), Column(label="sha256")],
        rows=rows,
    )


# --- Before issuing ---------------------------------------------------------------------------------------------------


def obstacle_words(found: Prospect) -> str:
    """Say why a report cannot be issued, and what to do."""
    other = _language(found.other_language)
    return {
        Obstacle.UNFINISHED: _("This report is not ready yet. It can be issued once it is."),
        Obstacle.MISSING: _(
            "A report is issued in Japanese and English together, with the same figures. It is not there in %(other)s yet."
        )
        % {"other": other},
        Obstacle.UNDER_WAY: _("It is being made in %(other)s now. Please come back when it is ready.")
        % {"other": other},
        Obstacle.DIFFERENT: _(
            "The one in %(other)s has other figures: something was entered in between. Ask for both anew, so that they "
            "say the same."
        )
        % {"other": other},
        Obstacle.PERMISSION: _(
            "Since it was made, somebody took back the permission to print words or a photograph of it. Ask for both anew: "
            "they leave it out."
        ),
        Obstacle.SAME: _("The very same files stand as %(number)s already. One file has one number.")
        % {"number": found.issued.number if found.issued else ""},
    }[found.obstacle]


def asking_words(found: Prospect) -> str:
    """Return the words of the button that asks for what is missing, "" where nothing can be asked for."""
    other = _language(found.other_language)
    if found.obstacle == Obstacle.MISSING:
        return _("Ask for it in %(other)s") % {"other": other}
    anew = found.obstacle in (Obstacle.DIFFERENT, Obstacle.PERMISSION)
    return _("Ask for both anew") if anew and not _is_orphan(found.report) else ""


def _is_orphan(report: Report) -> bool:
    """Whether it was written in a draft that is gone, so that nobody can make the like of it."""
    return report.written is not None and report.draft_id is None


def busy_words() -> str:
    return _("Another report of this programme is being issued now. This one can be issued when that is done.")


def _language(code: str) -> str:
    return {"ja": _("Japanese"), "en": _("English")}[code]


# --- Words that may not be printed any more -----------------------------------------------------------------------------


def lost_lines(lost: Iterable[LostPermission], programme_id) -> list[SafeString]:
    """Say of each quote in which session it was said and what does not hold any more, with the way to it."""
    lines = []
    for one in lost:
        words = {
            "refused": _("may not be printed any more"),
            "unnamed": _("may be printed only without the name of the company"),
        }[one.extent]
        name = "programmes:quote" if one.kind == "feedback" else "programmes:remark"
        what = _("A comment") if one.kind == "feedback" else _("A remark of a speaker")
        said = link(what, reverse(name, args=[programme_id, one.quote_id]))
        lines.append(
            format_html(
                _("{quote} from “{session}” {words}."),
                quote=said,
                session=in_language(one.session_title),
                words=words,
            )
        )
    return lines


def in_language(pair: dict) -> str:
    """Return a text in the reader's language, or the other where that is empty."""
    language = "ja" if (get_language() or "ja").startswith("ja") else "en"
    return pair[language] or next(filter(None, pair.values()), "")


# --- Comparing --------------------------------------------------------------------------------------------------------


def comparison_tables(chapters: Iterable[tuple[str, list[Change]]]) -> list[Table]:
    return [
        Table(
            caption=chapter,
            columns=[
                Column(label=pgettext("report", "Group")),
                Column(label=pgettext("report", "Figure")),
                Column(label=pgettext("comparison", "Earlier"), numeric=True),
                Column(label=pgettext("comparison", "Later"), numeric=True),
            ],
            rows=[
                (
                    change.group,
                    change.name,
                    _amount(change.old, change.old_whole),
                    _amount(change.new, change.new_whole),
                )
                for change in changes
            ],
            show_caption=True,
        )
        for chapter, changes in chapters
    ]


def _amount(value: int | None, whole: int | None) -> str:
    if value is None:
        return "–"
    return f"{value:,}" if whole is None else f"{value:,} / {whole:,}"


def comparison_line(count: int) -> str:
    return ngettext("%(count)s figure differs.", "%(count)s figures differ.", count) % {"count": f"{count:,}"}


# --- Open to everybody --------------------------------------------------------------------------------------------------


def part_name(part: str) -> str:
    return {
        "pdf_ja": _("PDF in Japanese"),
        "pdf_en": _("PDF in English"),
        "sheet_ja": _("Accompanying sheet in Japanese"),
        "sheet_en": _("Accompanying sheet in English"),
    }[part]


def checked_terms(found: Checked) -> list[Term]:
    """Return what anybody may know; of an internal edition its number and nothing else."""
    terms = [Term(label=pgettext("issue", "Number"), value=found.number)]
    if found.is_internal:
        return terms
    terms += [
        Term(label=pgettext("report", "Programme"), value=in_language(found.programme)),
        Term(label=_("Edition"), value=Edition(found.edition).label),
        Term(label=pgettext("report", "Language"), value=_("Japanese and English")),
        Term(label=_("Figures as of"), value=dates.long_date(found.as_of)),
        Term(label=_("Issued on"), value=dates.long_date(timezone.localdate(found.issued_at))),
    ]
    if found.replaces:
        terms.append(Term(label=_("Replaces"), value=found.replaces))
    if found.replaced_by:
        terms.append(Term(label=_("Replaced by"), value=_check_link(found.replaced_by)))
    if found.withdrawn_at:
        withdrawn_on = dates.long_date(timezone.localdate(found.withdrawn_at))
        terms.append(Term(label=_("Withdrawn on"), value=withdrawn_on))
    return terms


def checked_files(found: Checked) -> Table | None:
    """Return the files of a public issue with their hashes."""
    if not found.hashes:
        return None
    return Table(
        caption=_("Files of this issue"),
        columns=[Column(label=_("File")), Column(label="sha256")],
        rows=[
            (part_name(part), format_html('<code class="digest">{}</code>', digest))
            for part, digest in found.hashes.items()
        ],
        show_caption=True,
    )


def _check_link(number: str) -> SafeString:
    return link(number, f"{reverse('reports:check_issue')}?number={number}")
