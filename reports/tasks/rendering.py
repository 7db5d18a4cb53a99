"""Rendering a report in the worker: read and freeze, set, store. Nothing is kept until all of it is done."""

import hashlib
import json
from collections.abc import Callable, Mapping
from functools import partial

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_noop

from audit import services as audit
from common.tenancy import acting_as
from jobs.models import Job
from jobs.rendering import RenderingTooLong
from jobs.services import open_stored, store_file
from jobs.tasks import JobRefused, JobRun, job_handler
from notifications.services import tell_job_ended
from programmes.services import quotes as programmes
from reports import rendering
from reports.models import Report
from reports.queries import fingerprint, one_moment, printed_words, report_figures
from reports.queries.builder import Words, photos_of, words_of
from reports.queries.issuing import reports_saying

KIND = "report"

READING = gettext_noop("Reading the figures")
SETTING = gettext_noop("Drawing the charts and setting the text")
PAGE = gettext_noop("Setting page %(page)s")
WRITING = gettext_noop("Writing the PDF")
SHEET = gettext_noop("Filling the accompanying sheet")
STORING = gettext_noop("Storing the files")
NO_DRAFT = gettext_noop("The draft of this report was thrown away. Please begin a new one.")
NO_REPORT = gettext_noop("This report was thrown away. Please make a new one.")
TOO_LARGE = gettext_noop("This report is too large for a PDF. Please ask whoever runs the portal for help.")

Tell = Callable[..., None]
"""Called with a sentence (msgid), how much is done, how much there is, and the sentence's parameters."""


def expected_pages(figures: Mapping) -> int:
    """Return about how many pages the report will have, for a bar that moves evenly."""
    matrix = min(len(figures["rows"]), rendering.PRINTED_COMPANIES) * (1 + len(figures["milestones"]) // 16) // 25
    return 8 + len(figures["sessions"]) + len(figures["milestones"]) // 15 + matrix


def told_steps(tell: Tell, figures: Mapping) -> Callable[[str, int], None]:
    """Return a listener for `render_pdf` that tells every page as a step; the pages may be gone through twice."""
    pages, seen = expected_pages(figures), 0

    def listen(phase: str, page: int) -> None:
        nonlocal seen
        if phase == "layout":
            seen = max(seen, min(page, pages))
            tell(PAGE, 1 + seen, pages + 4, page=page)
        elif phase == "writing":
            tell(WRITING, pages + 1, pages + 4)

    return listen


def produce(
    figures: Mapping,
    *,
    language: str,
    plans: str,
    tell: Tell,
    written: Mapping | None = None,
    photos: Mapping[str, tuple[bytes, str]] | None = None,
    numbered: rendering.Numbered | None = None,
) -> tuple[bytes, bytes]:
    """Return PDF and sheet made from frozen figures and what people wrote, telling each step.

    `photos` are the bytes and types of the photographs by the id of their file; `numbered` is what both print of the
    number under which they are given out. Touches no database of its own.
    """
    total = expected_pages(figures) + 4
    tell(SETTING, 1, total)
    pdf = rendering.report_pdf(
        figures,
        language=language,
        plans=plans,
        written=written,
        photos=photos,
        numbered=numbered,
        progress=told_steps(tell, figures),
    )
    tell(SHEET, total - 2, total)
    sheet = rendering.report_sheet(figures, language=language, numbered=numbered)
    tell(STORING, total - 1, total)
    return pdf, sheet


def content_key(report: Report, figures: Mapping) -> str:
    """Return the fingerprint of everything that the files say and how they look."""
    parts = [fingerprint(figures), report.language, report.edition, report.plans, rendering.template_version()]
    if report.written:
        parts.append(report.written)
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def tell_failed(job: Job) -> None:
    """Tell who asked that it failed, and why."""
    tell_job_ended(job=job, actor=job.requested_by)


@job_handler(KIND, on_failed=tell_failed)
def render_report(run: JobRun) -> None:
    """Make the report of the job. Content that was rendered before is served again from storage."""
    run.step(READING, 0, 0)
    with one_moment(), acting_as(run.actor.pk):
        report = Report.objects.select_related("programme").filter(pk=run.job.params["report"]).first()
        if report is None:
            raise JobRefused("no_report", NO_REPORT)
        figures, printed, photos = _what_to_print(report)
        report.content_key = content_key(report, figures)
        same = reports_saying(report).first()
    files = None
    if same is None:
        try:
            files = produce(
                figures,
                language=report.language,
                plans=report.plans,
                tell=run.step,
                written=report.written,
                photos=photos,
            )
        except (RenderingTooLong, MemoryError) as error:
            raise JobRefused("too_large", TOO_LARGE) from error
    with run.finishing() as job:
        _keep(report, same or figures, files, actor=run.actor)
        _note_quotes(report, *printed)
        _log(report, job, actor=run.actor, again=same is not None)
        job.result_url = reverse("reports:report", args=[report.programme_id, report.pk])
        tell_job_ended(job=job, actor=run.actor)


def _what_to_print(report: Report) -> tuple[Mapping, tuple[list, list], dict]:
    """Return figures, the ids of comments and remarks, and the photographs that the report is made of.

    What was written in a draft was frozen when the report was asked for. Words and photographs are asked for once more:
    a consent that was taken back since takes them out.
    """
    if report.written is None:
        figures = report_figures(report.programme, as_of=report.as_of, edition=report.edition, now=timezone.now())
        return figures, printed_words(report.programme, as_of=report.as_of), {}
    if report.draft is None:
        raise JobRefused("no_draft", NO_DRAFT)
    words = words_of(report.draft)
    figures = {**report.figures, "sessions": [_with_permitted(each, words) for each in report.figures["sessions"]]}
    allowed = {str(photo.file_id): photo for chosen in photos_of(report.draft).values() for photo, _pick in chosen}
    report.written = report.written | {
        "photos": {
            code: [photo for photo in photos if photo["file"] in allowed]
            for code, photos in report.written["photos"].items()
        }
    }
    pictures = {key: read_picture(photo.file) for key, photo in allowed.items()}
    return figures, (words.feedback_ids, words.remark_ids), pictures


def _with_permitted(session: dict, words: Words) -> dict:
    """Return the session with those of its frozen words that may still be printed."""
    own = {
        "quotes": [each for each in session["quotes"] if each in words.quotes.get(session["code"], ())],
        "remarks": [each for each in session.get("remarks", ()) if each in words.remarks.get(session["code"], ())],
    }
    return {key: value for key, value in (session | own).items() if key != "remarks" or value}


def read_picture(stored) -> tuple[bytes, str]:
    with open_stored(stored) as file:
        return file.read(), stored.content_type


def _keep(report: Report, source: Report | Mapping, files: tuple[bytes, bytes] | None, *, actor) -> None:
    """Write what came of it: new files, or those of the earlier report that says the same, with its figures."""
    if files is None:
        report.figures, report.pdf_id, report.sheet_id = source.figures, source.pdf_id, source.sheet_id
    else:
        report.figures = source
        store = partial(store_file, actor=actor, programme_id=report.programme_id)
        name = rendering.file_name(source, language=report.language)
        report.pdf, report.sheet = (
            store(name=f"{name}{ending}", content=content)
            for ending, content in zip((".pdf", ".xlsx"), files, strict=True)
        )
    report.figures_sha256 = fingerprint(report.figures)
    report.save(update_fields=["figures", "figures_sha256", "content_key", "written", "pdf", "sheet"])


def _note_quotes(report: Report, comments: list, remarks: list) -> None:
    """Write down whose words this report prints, so that a consent taken back later finds where they stand."""
    programmes.record_quote_uses(
        programme=report.programme,
        report_id=report.pk,
        title=rendering.file_name(report.figures, language=report.language),
        feedback_ids=comments,
        remark_ids=remarks,
    )


def _log(report: Report, job: Job, *, actor, again: bool) -> None:
    audit.log(
        actor=actor,
        verb="report.rendered",
        obj=report,
        programme_id=report.programme_id,
        detail={
            "language": report.language,
            "edition": report.edition,
            "as_of": report.as_of.isoformat(),
            "attempt": job.attempt,
            "from_storage": again,
        },
    )
