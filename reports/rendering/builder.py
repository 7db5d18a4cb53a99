"""Pages of the builder as prepared rows and boxes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from django.urls import reverse
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from common import dates
from common.components import Column, Table, link
from policies.rendering.drafting import Conflict, conflict
from programmes.enums import Mode
from reports.enums import BlockKind
from reports.models import BlockSave, BlockText, DraftBlock, FigureOverride, ReportDraft
from reports.queries import blocks as queries
from reports.queries.blocks_rows import FigureRow
from reports.queries.throwing_away import Loss

from . import blocks
from . import wording as w

LANGUAGES = {"ja": "日本語", "en": "English"}
AUTOMATIC, EDITED, CHECK = "automatic", "edited", "check"


def address(draft: ReportDraft, name: str = "draft", *more) -> str:
    return reverse(f"reports:{name}", args=[draft.programme_id, draft.pk, *more])


def state_tag(state: str) -> SafeString:
    """Return the word for how a block stands."""
    word, look = {
        AUTOMATIC: (pgettext("state of a block", "Automatic"), "calm"),
        EDITED: (pgettext("state of a block", "Edited"), "ok"),
        CHECK: (pgettext("state of a block", "To check"), "ask"),
    }[state]
    return format_html('<span class="tag tag-{}">{}</span>', look, word)


# --- Outline ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Standing:
    """What is known of a draft's blocks when its outline is drawn."""

    rows: Mapping[str, DraftBlock]
    texts: Mapping[tuple[str, str], BlockText]
    lost_texts: Mapping[str, int]
    lost_choices: Mapping[str, int]
    overrides: Sequence[FigureOverride] = field(default=())


def notes_on(block: queries.Block, draft: ReportDraft, standing: Standing) -> list[str]:
    """Return what has to be looked at in a block, as sentences."""
    found = []
    names = queries.placeholder_names(draft.figures)
    for language in LANGUAGES:
        text = standing.texts.get((block.key, language))
        if text is None:
            continue
        if count := len(queries.text_problems(text.text, names)):
            found.append(
                ngettext(
                    "%(count)s placeholder cannot be filled (%(language)s).",
                    "%(count)s placeholders cannot be filled (%(language)s).",
                    count,
                )
                % {"count": count, "language": LANGUAGES[language]}
            )
        if is_outdated(text, draft):
            found.append(
                _("The portal's own sentences changed since this was written (%(language)s).")
                % {"language": LANGUAGES[language]}
            )
    if standing.lost_texts.get(block.key):
        found.append(_("A text came too late and waits for a choice."))
    if count := standing.lost_choices.get(block.key):
        found.append(
            ngettext(
                "%(count)s choice is left out: the consent was taken back.",
                "%(count)s choices are left out: the consents were taken back.",
                count,
            )
            % {"count": count}
        )
    return found


def is_outdated(text: BlockText, draft: ReportDraft) -> bool:
    """Whether the portal would write other sentences now than when somebody wrote theirs."""
    return text.automatic != blocks.automatic_text(text.block.key, draft.figures, text.language)


def state_of(block: queries.Block, standing: Standing, notes: list[str]) -> str:
    if notes:
        return CHECK
    row = standing.rows.get(block.key)
    is_written = any((block.key, language) in standing.texts for language in LANGUAGES)
    return EDITED if is_written or (row and row.is_chosen) else AUTOMATIC


def outline_tables(draft: ReportDraft, standing: Standing) -> list[Table]:
    """Return a table a chapter: each block, how it stands, and what has to be looked at."""
    chapters: dict[str, list] = {}
    for block in queries.blocks(draft.figures):
        notes = notes_on(block, draft, standing)
        row = standing.rows.get(block.key)
        label = blocks.block_label(block, draft.figures)
        chapters.setdefault(block.chapter, []).append(
            (
                link(label, address(draft, "draft_block", row.pk)) if row else label,
                BlockKind(block.kind).label,
                state_tag(state_of(block, standing, notes)),
                " ".join(notes),
            )
        )
    columns = [
        Column(label=pgettext("report", "Part")),
        Column(label=pgettext("report", "Made of")),
        Column(label=pgettext("report", "State")),
        Column(label=_("What to look at")),
    ]
    return [
        Table(caption=blocks.chapter_label(chapter), columns=columns, rows=rows, show_caption=True)
        for chapter, rows in chapters.items()
    ]


def drafts_table(drafts: Iterable[ReportDraft]) -> Table:
    return Table(
        caption=_("Reports that are being written"),
        columns=[
            Column(label=_("Figures as of")),
            Column(label=_("Edition")),
            Column(label=_("Figures read")),
            Column(label=_("Begun by")),
        ],
        rows=[
            (
                link(dates.long_date(draft.as_of), address(draft)),
                draft.get_edition_display(),
                dates.date_and_time(draft.read_at),
                str(draft.created_by),
            )
            for draft in drafts
        ],
    )


def loss_lines(loss: Loss) -> list[str]:
    """Return what goes when a report or a draft is thrown away, a line for each kind of thing; never none at all."""
    texts = [
        (
            loss.texts,
            ngettext("%(count)s text in words of your own", "%(count)s texts in words of your own", loss.texts),
        ),
        (
            loss.overrides,
            ngettext("%(count)s value entered by hand", "%(count)s values entered by hand", loss.overrides),
        ),
        (
            loss.picks,
            ngettext(
                "%(count)s chosen quote or photograph (it stays in its collection)",
                "%(count)s chosen quotes or photographs (they stay in their collections)",
                loss.picks,
            ),
        ),
        (
            loss.reports,
            ngettext(
                "%(count)s report that was made and not issued, with its files",
                "%(count)s reports that were made and not issued, with their files",
                loss.reports,
            ),
        ),
        (
            loss.readers,
            ngettext(
                "the link of %(count)s reader, which will open nothing any more",
                "the links of %(count)s readers, which will open nothing any more",
                loss.readers,
            ),
        ),
        (
            loss.comments,
            ngettext("%(count)s comment of a reader", "%(count)s comments of readers", loss.comments),
        ),
    ]
    lines = [text % {"count": f"{count:,}"} for count, text in texts if count]
    return lines or [_("the figures as they were read, with nothing changed")]


# --- One block ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class TextBox:
    """A text area of one language, with what is wrong in it."""

    key: str
    language: str
    label: str
    value: str
    rev: int
    save_url: str
    problems: list[str]
    is_edited: bool
    is_outdated: bool
    conflict: Conflict | None = None
    conflict_url: str = ""
    error: str = ""
    is_unsaved: bool = False


def text_box(
    draft: ReportDraft,
    row: DraftBlock,
    language: str,
    *,
    text: BlockText | None,
    late: tuple[BlockSave, str] | None,
    typed: str | None = None,
    error: str = "",
) -> TextBox:
    """Return the box of one language; `late` is a text that came too late, with who wrote the one that stands."""
    is_edited = text is not None and text.is_edited
    standing = text.text if is_edited else blocks.automatic_text(row.key, draft.figures, language)
    value = standing if typed is None else typed
    present = _present(text, standing)
    return TextBox(
        key=f"{row.pk}-{language}",
        language=language,
        label=LANGUAGES[language],
        value=f"\n{value}",  # a browser drops the first line end of a text area
        rev=text.rev if text else 0,
        save_url=address(draft, "save_block", row.pk),
        problems=problem_lines(value, draft),
        is_edited=is_edited,
        is_outdated=is_edited and is_outdated(text, draft),
        conflict=conflict(late[0], present, by=late[1]) if late else None,
        conflict_url=address(draft, "block_conflict", late[0].pk) if late else "",
        error=error,
        is_unsaved=typed is not None and typed != standing,
    )


@dataclass(frozen=True)
class _Standing:
    text: str
    rev: int


def _present(text: BlockText | None, standing: str) -> _Standing:
    return _Standing(standing, text.rev if text else 0)


def late_conflict(save: BlockSave, text: BlockText, draft: ReportDraft, *, by: str, is_own: bool = True) -> Conflict:
    standing = text.text if text.is_edited else blocks.automatic_text(save.block.key, draft.figures, save.language)
    return conflict(save, _present(text, standing), by=by, is_own=is_own)


def problem_lines(text: str, draft: ReportDraft) -> list[str]:
    """Return what is wrong in a text, each with its place."""
    sentences = {
        "unknown": _("Line %(line)s, character %(column)s: “%(text)s” is no figure of this report. Choose one below."),
        "open": _("Line %(line)s, character %(column)s: “%(text)s” stands alone. A figure is written {{ name }}."),
    }
    found = queries.text_problems(text, queries.placeholder_names(draft.figures))
    return [sentences[each.code] % {"line": each.line, "column": each.column, "text": each.text} for each in found]


@dataclass(frozen=True)
class Offered:
    """A placeholder that may be put into a text."""

    name: str
    code: str
    label: str
    value: str


def offered(draft: ReportDraft, figures: Mapping, *, subject: str = "") -> list[Offered]:
    """Return the placeholders, those of the block's own subject first, with what each prints now."""
    texts = blocks.figure_texts(figures)
    names = queries.placeholder_names(figures)
    own = f"session.{subject}." if subject != queries.CONSULTATIONS else "consultations"
    names.sort(key=lambda name: not (subject and name.startswith(own)))
    return [
        Offered(name, "{{ " + name + " }}", blocks.figure_label(name, figures), blocks.plain(texts[name]))
        for name in names
        if name in texts
    ]


# --- Figures ----------------------------------------------------------------------------------------------------------------


def figures_table(draft: ReportDraft, figures: Mapping, overrides: Mapping[str, FigureOverride]) -> Table:
    """Return every figure with the way to its rows."""
    computed = queries.values(draft.figures)
    return Table(
        caption=_("All figures of this report"),
        columns=[
            Column(label=pgettext("report", "Figure")),
            Column(label=pgettext("report", "Printed"), numeric=True),
            Column(label=pgettext("report", "Computed"), numeric=True),
            Column(label=_("Reason for a value entered by hand")),
        ],
        rows=[
            (
                link(
                    blocks.figure_label(name, figures), f"{address(draft, 'draft_figures')}?of={quote(name, safe='')}"
                ),
                value,
                computed.get(name, ""),
                _reason(overrides[name]) if name in overrides else "",
            )
            for name, value in queries.values(figures).items()
        ],
    )


def _reason(override: FigureOverride) -> str:
    own, other = ("reason_ja", "reason_en") if w.is_japanese() else ("reason_en", "reason_ja")
    return getattr(override, own) or getattr(override, other)


def rows_table(rows: Sequence[FigureRow], caption: str) -> Table:
    """Return the rows behind a figure; columns that nobody fills are left out."""
    heads = {
        "company": pgettext("report", "Company"),
        "name": pgettext("report", "Name"),
        "text": pgettext("report", "What"),
        "day": pgettext("report", "Date"),
        "how": pgettext("report", "How"),
        "number": pgettext("report", "Number"),
    }
    drawn = [_drawn(row) for row in rows]
    used = [key for key in heads if any(row[key] not in ("", None, 0) for row in drawn)] or ["company"]
    return Table(
        caption=caption,
        columns=[Column(label=heads[key], numeric=key == "number") for key in used],
        rows=[tuple(row[key] for key in used) for row in drawn],
    )


def _drawn(row: FigureRow) -> dict:
    own, other = ("ja", "en") if (get_language() or "ja").startswith("ja") else ("en", "ja")
    return {
        "company": row.company,
        "name": getattr(row, f"name_{own}") or getattr(row, f"name_{other}"),
        "text": getattr(row, f"text_{own}") or getattr(row, f"text_{other}"),
        "day": dates.short_date(row.day) if row.day else "",
        "how": _how(row.how),
        "number": row.number,
    }


def _how(code: str) -> str:
    return str(Mode(code).label) if code in Mode.values else w.stage(code) if code else ""


def differences_table(found: list[tuple[str, int | None, int | None]], figures: Mapping) -> Table:
    return Table(
        caption=_("What would change"),
        columns=[
            Column(label=pgettext("report", "Figure")),
            Column(label=_("In the draft"), numeric=True),
            Column(label=_("Read now"), numeric=True),
        ],
        rows=[(blocks.figure_label(name, figures), before, after) for name, before, after in found],
    )


def linked(draft: ReportDraft, figures: Mapping):
    """Return a mark that leads from each figure to its rows, for the preview."""
    known = set(queries.values(figures))
    entered = blocks.override_mark(figures)
    base = address(draft, "draft_figures")

    def mark(of: str, text: str) -> SafeString:
        name = of.removesuffix(".share")
        marked = entered(of, text) if entered else conditional_escape(text)
        if name not in known:
            return marked
        return format_html('<a class="figure" href="{}?of={}">{}</a>', base, quote(name, safe=""), marked)

    return mark
