"""Questions about issuing: may a report be issued, what was issued, and whose words of it may not be printed any more."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.db.models import Q, QuerySet

from jobs.models import Job
from programmes.models import Photo, Programme, QuoteUse
from reports.enums import Language
from reports.models import TAKEN_BACK, IssuedReport, Report

ISSUING = "report_issue"
"""The kind of the job that gives a report out."""


class Obstacle(StrEnum):
    """Why a report cannot be issued now."""

    UNFINISHED = "unfinished"
    MISSING = "missing"
    UNDER_WAY = "under_way"
    DIFFERENT = "different"
    PERMISSION = "permission"
    SAME = "same"


@dataclass(frozen=True)
class Prospect:
    """What issuing a report would give out: it and its twin in the other language, or what stands in the way."""

    report: Report
    twin: Report | None
    obstacle: Obstacle | None = None
    # Where the same stands already.
    issued: IssuedReport | None = None

    @property
    def other_language(self) -> str:
        return Language.ENGLISH if self.report.language == Language.JAPANESE else Language.JAPANESE

    @property
    def pair(self) -> tuple[Report, Report]:
        """Return the Japanese report and the English one."""
        both = {self.report.language: self.report, self.other_language: self.twin}
        return both[Language.JAPANESE], both[Language.ENGLISH]


def issue_of(report_id: UUID) -> IssuedReport | None:
    """Return the issue that gave a report out."""
    return IssuedReport.objects.filter(Q(report_ja=report_id) | Q(report_en=report_id)).first()


def issued_ids(programme_id: UUID) -> set[UUID]:
    """Return the reports of a programme that were given out under a number, which their files bear."""
    issued = IssuedReport.objects.filter(programme=programme_id).order_by()
    return {pk for pair in issued.values_list("report_ja", "report_en") for pk in pair}


def reports_saying(report: Report) -> QuerySet[Report]:
    """Finished reports with the same content and without a number, the oldest first: their files can serve again."""
    same = Report.objects.ready().filter(programme=report.programme_id, content_key=report.content_key)
    return same.exclude(pk__in=issued_ids(report.programme_id)).order_by("created_at")


def issuing_job(user, programme: Programme) -> Job | None:
    """Return the work by which a report of the programme is being given out now; there is one at a time."""
    return Job.objects.visible_to(user).open().filter(kind=ISSUING, programme_id=programme.pk).first()


def failed_issuing(user, report: Report) -> Job | None:
    """Return the last try to give a report out, where it came to nothing."""
    tries = Job.objects.visible_to(user).filter(kind=ISSUING, programme_id=report.programme_id)
    last = tries.filter(params__reports__contains=str(report.pk)).order_by("-created_at").first()
    return last if last is not None and last.state in (Job.State.FAILED, Job.State.CANCELLED) else None


def prospect(report: Report) -> Prospect:
    """Say whether a report can be issued, with which other, or why not."""
    if not report.is_ready:
        return Prospect(report, None, Obstacle.UNFINISHED)
    others = (
        Report.objects.filter(programme=report.programme_id, as_of=report.as_of, edition=report.edition)
        .exclude(language=report.language)
        .select_related("job", "pdf", "sheet")
        .defer("figures")
        .order_by("-created_at", "id")
    )
    taken = issued_ids(report.programme_id)
    free = [other for other in others if other.pk not in taken]
    ready = [other for other in free if other.is_ready]
    twin = next((other for other in ready if other.figures_sha256 == report.figures_sha256), None)
    if twin is not None:
        return _unless_issued(Prospect(report, twin))
    if any(other.job.state in Job.OPEN for other in free):
        return Prospect(report, None, Obstacle.UNDER_WAY)
    return Prospect(report, ready[0] if ready else None, Obstacle.DIFFERENT if ready else Obstacle.MISSING)


def _unless_issued(found: Prospect) -> Prospect:
    """Return the prospect, or where the very same stands already, or what of it may not be printed any more."""
    japanese, english = found.pair
    same = IssuedReport.objects.filter(
        programme=found.report.programme_id,
        report_ja__content_key=japanese.content_key,
        report_en__content_key=english.content_key,
    )
    standing = same.filter(withdrawn_at=None).first()
    if standing:
        return Prospect(found.report, found.twin, Obstacle.SAME, standing)
    if not _may_be_printed(found.pair):
        return Prospect(found.report, found.twin, Obstacle.PERMISSION)
    return found


def photographs_of(report: Report) -> set[str]:
    """Return the files of the photographs that a report prints."""
    return {photo["file"] for photos in (report.written or {}).get("photos", {}).values() for photo in photos}


def _may_be_printed(pair: tuple[Report, Report]) -> bool:
    """Whether everybody still permits what the reports print of them."""
    if QuoteUse.objects.filter(TAKEN_BACK, report_id__in=[report.pk for report in pair]).exists():
        return False
    files = photographs_of(pair[0]) | photographs_of(pair[1])
    shown = Photo.objects.filter(programme=pair[0].programme_id, file__in=files, has_consent=True)
    return not files or {str(file_id) for file_id in shown.values_list("file", flat=True)} == files


def issue_number(programme: Programme, sequence: int) -> str:
    """Return a number as it is quoted: SPP-2024-01."""
    return f"{programme.code.upper()}-{sequence:02d}"


def next_sequence(programme: Programme) -> int:
    last = IssuedReport.objects.filter(programme=programme).order_by("-sequence").first()
    return last.sequence + 1 if last else 1


def replaceable(programme: Programme, *, edition: str) -> QuerySet[IssuedReport]:
    """Issues that a correction could replace: of the same edition, and not replaced yet."""
    return IssuedReport.objects.filter(programme=programme, edition=edition, replacement=None)


def issues_of(user, programme: Programme) -> QuerySet[IssuedReport]:
    """Return the issues of a programme with all that a list says about each, the latest number first."""
    rows = IssuedReport.objects.visible_to(user).filter(programme=programme)
    return rows.select_related("issued_by", "withdrawn_by", "replaces", "replacement").with_permissions()


@dataclass(frozen=True)
class LostPermission:
    """Words that an issue prints, and that may not be printed like this any more."""

    session_title: dict
    # "refused", or "unnamed" where only the name of the company has to go.
    extent: str
    quote_id: UUID
    kind: str


def lost_permissions(issue: IssuedReport) -> list[LostPermission]:
    """Return whose permission was taken back since a report was issued, each once for both languages."""
    uses = QuoteUse.objects.filter(TAKEN_BACK, report_id__in=issue.report_ids)
    titles = [f"{of}__session__title_{language}" for of in ("feedback", "remark") for language in ("ja", "en")]
    rows = uses.order_by("feedback_id", "remark_id").values("feedback", "remark", "feedback__consent", *titles)
    found = {}
    for row in rows:
        of = "feedback" if row["feedback"] else "remark"
        title = {language: row[f"{of}__session__title_{language}"] for language in ("ja", "en")}
        extent = "unnamed" if row["feedback__consent"] == "anonymous" else "refused"
        found[of, row[of]] = LostPermission(title, extent, row[of], of)
    return list(found.values())


def comparable(user, programme: Programme, *, limit: int = 50) -> tuple[list[IssuedReport], list[Report]]:
    """Return what may be compared: all issues, and the latest finished reports, one for each set of figures."""
    issues = list(IssuedReport.objects.visible_to(user).filter(programme=programme))
    known = {issue.figures_sha256 for issue in issues}
    latest = Report.objects.visible_to(user).filter(programme=programme).ready().defer("figures", "plans")
    reports = []
    for report in latest.order_by("-created_at", "id")[: 4 * limit]:
        if report.figures_sha256 not in known:
            known.add(report.figures_sha256)
            reports.append(report)
    return issues, reports[:limit]
