"""Questions of the builder: what a draft prints now, what has to be looked at, and what may be chosen."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Q

from policies.enums import SaveOutcome
from programmes.enums import Consent
from programmes.models import Feedback, Photo, Remark
from reports.enums import BlockKind
from reports.models import BlockSave, BlockText, DraftBlock, DraftPick, FigureOverride, ReportDraft

from .blocks import with_overrides
from .figures import _end_of, _first_quotes, _other


def without_words(figures: Mapping) -> dict:
    """Return the figures without what people said: a draft asks for their consent each time that it is shown."""
    sessions = [
        {key: value for key, value in session.items() if key != "remarks"} | {"quotes": []}
        for session in figures["sessions"]
    ]
    return {**figures, "sessions": sessions}


# --- Words and photographs --------------------------------------------------------------------------------------------------


@dataclass
class Words:
    """What a draft prints of what people said, by the code of the session, with whose words these are."""

    quotes: dict[str, list[dict]] = field(default_factory=lambda: defaultdict(list))
    remarks: dict[str, list[dict]] = field(default_factory=lambda: defaultdict(list))
    feedback_ids: list[UUID] = field(default_factory=list)
    remark_ids: list[UUID] = field(default_factory=list)


def permitted(draft: ReportDraft) -> tuple[dict, dict, dict]:
    """Return comments, remarks and photographs of the programme that may be printed now, each by its id."""
    over = Q(session__programme=draft.programme_id, session__ends_at__lte=_end_of(draft.as_of))
    comments = Feedback.objects.filter(over, programme=draft.programme_id).quotable().with_words().shown()
    remarks = Remark.objects.filter(over, programme=draft.programme_id).quotable()
    photos = Photo.objects.filter(over, programme=draft.programme_id, has_consent=True)
    return (
        {row.pk: row for row in comments.select_related("company", "session", "session__survey")},
        {row.pk: row for row in remarks.select_related("speaker", "session").order_by("session", "created_at", "id")},
        {row.pk: row for row in photos.select_related("file", "session")},
    )


def words_of(draft: ReportDraft) -> Words:
    """Return the quotes of each session: those chosen, where somebody chose, else the first there is consent for."""
    comments, remarks, _photos = permitted(draft)
    chosen = _chosen(draft, BlockKind.QUOTES)
    found = Words()
    first = _first_quotes(draft.programme).values_list("pk", flat=True)
    for pk in first:
        if pk in comments and comments[pk].session.code not in chosen:
            _add_comment(found, comments[pk])
    for remark in remarks.values():
        if remark.session.code not in chosen:
            _add_remark(found, remark)
    for picks in chosen.values():
        for pick in picks:
            if pick.feedback_id in comments:
                _add_comment(found, comments[pick.feedback_id], pick)
            elif pick.remark_id in remarks:
                _add_remark(found, remarks[pick.remark_id], pick)
    return found


def _chosen(draft: ReportDraft, kind: BlockKind) -> dict[str, list[DraftPick]]:
    """Return what was chosen, by the code of the session, for blocks in which somebody chose at all."""
    rows = DraftBlock.objects.filter(draft=draft, kind=kind, is_chosen=True).prefetch_related("picks")
    return {row.key.partition(".")[2]: list(row.picks.all()) for row in rows}


def _add_comment(found: Words, row: Feedback, pick: DraftPick | None = None) -> None:
    quote = {f"comment_{code}": _shortened(pick, code) or getattr(row, f"comment_{code}") for code in ("ja", "en")}
    if row.consent == Consent.COMPANY:
        quote |= {"company_ja": row.company.name_ja, "company_en": row.company.name_en}
    # Of comments from a workbook nobody knows which language was said.
    if hasattr(row.session, "survey") and row.comment_ja and row.comment_en:
        quote["translated"] = _other(row.language)
    found.quotes[row.session.code].append(quote)
    found.feedback_ids.append(row.pk)


def _add_remark(found: Words, row: Remark, pick: DraftPick | None = None) -> None:
    remark = {f"text_{code}": _shortened(pick, code) or getattr(row, f"text_{code}") for code in ("ja", "en")}
    speaker = {
        f"{name}_{code}": getattr(row.speaker, f"{name}_{code}") for name in ("name", "title") for code in ("ja", "en")
    }
    if row.text_ja and row.text_en:
        remark["translated"] = _other(row.language)
    found.remarks[row.session.code].append({**remark, **speaker})
    found.remark_ids.append(row.pk)


def _shortened(pick: DraftPick | None, language: str) -> str:
    return getattr(pick, f"text_{language}") if pick else ""


def photos_of(draft: ReportDraft) -> dict[str, list[tuple[Photo, DraftPick]]]:
    """Return the photographs that were chosen and may be shown, by the code of the session."""
    _comments, _remarks, photos = permitted(draft)
    return {
        code: [(photos[pick.photo_id], pick) for pick in picks if pick.photo_id in photos]
        for code, picks in _chosen(draft, BlockKind.PHOTOS).items()
    }


def lost_choices(draft: ReportDraft) -> dict[str, int]:
    """Return by block how many of the things chosen may not be printed any more."""
    comments, remarks, photos = permitted(draft)
    lost: dict[str, int] = defaultdict(int)
    for pick in DraftPick.objects.filter(draft=draft).select_related("block"):
        if (pick.feedback_id or pick.remark_id or pick.photo_id) not in {**comments, **remarks, **photos}:
            lost[pick.block.key] += 1
    return dict(lost)


# --- Figures and texts --------------------------------------------------------------------------------------------------------


def printed_figures(draft: ReportDraft, words: Words | None = None) -> dict:
    """Return the figures as the report prints them: with values entered by hand, and with what people said."""
    words = words or words_of(draft)
    sessions = []
    for session in draft.figures["sessions"]:
        own = {"quotes": words.quotes.get(session["code"], [])} if session["held"] else {}
        if session["held"] and session["code"] in words.remarks:
            own["remarks"] = words.remarks[session["code"]]
        sessions.append({**session, **own})
    return with_overrides({**draft.figures, "sessions": sessions}, overrides_of(draft))


def overrides_of(draft: ReportDraft) -> list[dict]:
    rows = FigureOverride.objects.filter(draft=draft).order_by("entered_at", "id")
    return list(rows.values("figure", "value", "reason_ja", "reason_en"))


def texts_of(draft: ReportDraft, language: str | None = None) -> dict[tuple[str, str], BlockText]:
    """Return the texts that people wrote, by block and language."""
    rows = BlockText.objects.filter(draft=draft, is_edited=True).select_related("block")
    if language:
        rows = rows.filter(language=language)
    return {(row.block.key, row.language): row for row in rows}


def lost_saves(draft: ReportDraft, block: DraftBlock | None = None):
    """Return the texts that came too late and wait for a choice."""
    rows = BlockSave.objects.filter(draft=draft, outcome=SaveOutcome.LOST, settled="").select_related("block")
    return rows.filter(block=block) if block else rows


def written_by_people(draft: ReportDraft, language: str) -> dict:
    """Return what a report in the language prints beside the figures: texts by block, and photographs by session."""
    photos = {
        code: [
            {
                "file": str(photo.file_id),
                **{
                    f"caption_{own}": getattr(pick, f"text_{own}") or getattr(photo, f"caption_{own}")
                    for own in ("ja", "en")
                },
                **{f"alt_{own}": getattr(photo, f"alt_{own}") for own in ("ja", "en")},
            }
            for photo, pick in chosen
        ]
        for code, chosen in photos_of(draft).items()
        if chosen
    }
    return {"texts": {key: row.text for (key, _language), row in texts_of(draft, language).items()}, "photos": photos}


def block_rows(draft: ReportDraft) -> dict[str, DraftBlock]:
    """Return the rows of the draft's blocks by their keys."""
    return {row.key: row for row in DraftBlock.objects.filter(draft=draft)}


def block_texts(row: DraftBlock) -> dict[str, BlockText]:
    """Return the texts of a block by language, edited or gone back to automatic."""
    return {text.language: text for text in BlockText.objects.filter(block=row).select_related("block")}


def overrides_by_figure(draft: ReportDraft) -> dict[str, FigureOverride]:
    return {row.figure: row for row in FigureOverride.objects.filter(draft=draft)}
