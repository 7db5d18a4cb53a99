"""Issued reports in the world of the sweep. Nobody can write a canary into them later, so they are made with theirs."""

from datetime import UTC, datetime
from uuid import uuid4

from jobs.models import Job, StoredFile
from jobs.services import store_file
from reports.enums import Language
from reports.models import IssuedReport, ReadingComment, Report, ReportReader
from reports.queries import fingerprint, report_figures
from tests.security import audiences

NOON = datetime(2024, 12, 10, 3, tzinfo=UTC)
KINDS = {
    "issued report": (IssuedReport, audiences.MANAGED),
    "issued file": (StoredFile, audiences.MANAGED),
    "reader of a report": (ReportReader, audiences.MANAGED),
    "comment of a reader": (ReadingComment, audiences.MANAGED),
}


def fill(world, owner: str) -> None:
    """An issue of the programme, whose files say whose they are."""
    programme, asker = world["programme", owner], world["seat", owner].user
    figures = report_figures(programme, as_of=programme.ends_on, edition="public", now=NOON)
    pair = {language: _report(world, owner, language, figures) for language in Language.values}
    sequence = IssuedReport.objects.filter(programme=programme).count() + 1
    hashes = {
        f"{part}_{language}_sha256": getattr(report, part).sha256
        for language, report in pair.items()
        for part in ("pdf", "sheet")
    }
    issue = IssuedReport.objects.create(
        programme=programme,
        sequence=sequence,
        number=f"{programme.code.upper()}-{sequence:02d}",
        edition="public",
        as_of=programme.ends_on,
        figures_sha256=fingerprint(figures),
        report_ja=pair["ja"],
        report_en=pair["en"],
        note=_canary(world, owner, "note"),
        issued_by=asker,
        issued_at=NOON,
        **hashes,
    )
    world.keep("issued report", owner, issue)
    world.keep("issued file", owner, pair["en"].pdf)
    files = [getattr(report, part) for report in pair.values() for part in ("pdf", "sheet")]
    reader = ReportReader.objects.create(
        programme=programme,
        report=world["report", owner],
        name="R",
        email="r@example.com",
        language="en",
        token_hash=uuid4().hex,
        due_on=programme.ends_on,
        invited_by=asker,
    )
    world.keep("reader of a report", owner, reader)
    comment = ReadingComment.objects.create(
        programme=programme, reader=reader, block="results", heading="H", text="T", written_at=NOON
    )
    world.keep("comment of a reader", owner, comment)
    world.frozen |= {(type(row), row.pk) for row in (issue, *pair.values(), *files)}


def _report(world, owner: str, language: str, figures: dict) -> Report:
    programme, asker = world["programme", owner], world["seat", owner].user
    own = {"requested_by": asker, "programme_id": programme.pk}
    job = Job.objects.create(kind="reports.render", title="Report", state=Job.State.DONE, **own)
    report = Report(language=language, as_of=programme.ends_on, job=job, figures=figures, content_key="0" * 64, **own)
    report.figures_sha256 = fingerprint(figures)
    for part, ending in (("pdf", "pdf"), ("sheet", "xlsx")):
        name = f"{language}.{ending}"
        content = _canary(world, owner, name).encode()
        setattr(report, part, store_file(name=name, content=content, actor=asker, programme_id=programme.pk))
    report.save()
    return report


def _canary(world, owner: str, name: str) -> str:
    canary = f"zqf{len(world.file_canaries):04x}qz"
    world.file_canaries[canary] = (f"issued report: {name}", owner, audiences.MANAGED)
    return canary
