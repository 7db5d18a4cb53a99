"""What goes when a report or a draft is thrown away, said before it is done; and the doing of it in the database."""

from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from reports.models import BlockText, DraftPick, FigureOverride, ReadingComment, Report, ReportDraft, ReportReader

from .issuing import issued_ids


@dataclass(frozen=True)
class Loss:
    """How much is thrown away, and how much of it stays because it was issued."""

    texts: int = 0
    overrides: int = 0
    picks: int = 0
    reports: int = 0
    readers: int = 0
    comments: int = 0
    issued: int = 0


def loss_of_report(report: Report) -> Loss:
    return _loss([report.pk], reports=1)


def loss_of_draft(draft: ReportDraft) -> Loss:
    unissued = unissued_reports(draft)
    return _loss(
        [report.pk for report in unissued],
        texts=BlockText.objects.filter(draft=draft, is_edited=True).count(),
        overrides=FigureOverride.objects.filter(draft=draft).count(),
        picks=DraftPick.objects.filter(draft=draft).count(),
        reports=len(unissued),
        issued=Report.objects.filter(draft=draft).count() - len(unissued),
    )


def _loss(report_ids: list[UUID], **counts: int) -> Loss:
    return Loss(
        readers=ReportReader.objects.filter(report__in=report_ids).count(),
        comments=ReadingComment.objects.filter(reader__report__in=report_ids).exclude(text="").count(),
        **counts,
    )


def unissued_reports(draft: ReportDraft) -> list[Report]:
    """Return what was made of a draft and not given out; none of it means anything without the draft."""
    made = Report.objects.filter(draft=draft).exclude(pk__in=issued_ids(draft.programme_id))
    return list(made.select_related("job").defer("figures", "written").order_by("created_at", "id"))


def take_away(function: str, pk: UUID) -> bool:
    """Call `throw_away_report` or `throw_away_report_draft`: no other way leads past what is only ever added to."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT app.{function}(%s)", [pk])
        return bool(cursor.fetchone()[0])
