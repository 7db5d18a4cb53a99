"""The whole look at a workbook: read, check, compare with the portal. Writes nothing."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone

from imports.models import Import

from .planning import Plan, make_plan
from .reading.findings import ERROR, GAP, NOTICE, Finding
from .reading.inspection import Inspection, inspect_workbook
from .reading.refusals import WorkbookRefused

Progress = Callable[[str, int], None]


@dataclass
class Examination:
    """Either a refusal of the whole file, or its inspection and, when it has no error of its own, the plan."""

    refusal: WorkbookRefused | None = None
    inspection: Inspection | None = None
    plan: Plan | None = None
    findings: list[Finding] = field(default_factory=list)

    @property
    def error_count(self) -> int:
        return self.inspection.counts[ERROR] if self.inspection else 0

    @property
    def can_be_applied(self) -> bool:
        return self.plan is not None and self.error_count == 0

    def annotated(self) -> bytes | None:
        """The workbook with the remarks in it; None when there is nothing to remark."""
        if self.inspection is None or not self.inspection.findings:
            return None
        from .reading.annotated import annotate  # noqa: PLC0415 - openpyxl is for the worker, not for each web process

        return annotate(self.inspection.raw, self.inspection.findings)


def read_content(content: bytes, *, now: datetime, progress: Progress | None = None) -> Examination:
    """Read and check without the portal: needs no transaction and no context, and takes the longest."""
    try:
        inspection = inspect_workbook(content, today=timezone.localdate(now), progress=progress)
    except WorkbookRefused as refusal:
        return Examination(refusal=refusal)
    return Examination(inspection=inspection, findings=inspection.findings)


def compare_with_portal(
    examination: Examination, *, actor, now: datetime, taken: Collection[str] = (), for_writing: bool = False
) -> None:
    """Add the plan and what only the comparison shows, as `actor` sees the portal; see `make_plan`."""
    inspection = examination.inspection
    if inspection is None or inspection.has_errors:
        return
    examination.plan = make_plan(inspection.data, actor=actor, now=now, taken=taken, for_writing=for_writing)
    inspection.add(examination.plan.findings)
    inspection.sort()


def record(imported: Import, examination: Examination, *, now: datetime) -> None:
    """Keep the outcome on the import's row, unsaved."""
    imported.checked_at = now
    imported.refusal, imported.refusal_params = "", {}
    imported.findings, imported.plan = [], {}
    imported.error_count = imported.gap_count = imported.notice_count = 0
    if examination.refusal is not None:
        imported.refusal, imported.refusal_params = examination.refusal.code, examination.refusal.params
        return
    counts, data = examination.inspection.counts, examination.inspection.data
    imported.error_count, imported.gap_count, imported.notice_count = counts[ERROR], counts[GAP], counts[NOTICE]
    imported.findings = [finding.as_json() for finding in examination.inspection.findings]
    imported.programme_code = data.programme["code"] or ""
    imported.name_ja, imported.name_en = data.programme["name_ja"] or "", data.programme["name_en"] or ""
    if examination.plan is not None:
        imported.plan = examination.plan.as_json()
        if examination.plan.portal.programme and examination.error_count == 0:
            imported.programme = examination.plan.portal.programme
