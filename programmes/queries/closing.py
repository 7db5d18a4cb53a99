"""Questions about a closing meeting: which companies present, in which order, who is missing, what was said."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from jobs.models import Job
from programmes.enums import Strand
from programmes.models import Enrolment, MeetingRemark, Presentation, Session

# Kinds of jobs: slides of one company, and of all in one file.
SLIDES_KIND = "programmes.slides"
ALL_SLIDES_KIND = "programmes.all_slides"


@dataclass(frozen=True)
class Slot:
    """One company at a closing meeting, with what it entered so far; None while it entered nothing."""

    enrolment: Enrolment
    presentation: Presentation | None

    @property
    def order(self) -> int | None:
        return self.presentation.order if self.presentation else None

    @property
    def topics(self) -> int:
        """How many of the three topics say something."""
        return self.presentation.topics if self.presentation else 0

    @property
    def is_ready(self) -> bool:
        """Slides of its own, or all three topics."""
        return bool(self.presentation and (self.presentation.slides_id or self.topics == len(Presentation.TOPICS)))

    @property
    def is_missing(self) -> bool:
        """Nothing at all was entered."""
        return not self.topics and not (self.presentation and self.presentation.slides_id)


def running_order(user, session: Session) -> list[Slot]:
    """Every company that takes part on the day, in running order; those without a place follow by their code."""
    enrolments = (
        Enrolment.objects.visible_to(user)
        .filter(programme=session.programme_id)
        .as_of(timezone.localdate(session.starts_at))
        .select_related("company")
        .order_by("code", "pk")
    )
    rows = Presentation.objects.visible_to(user).filter(session=session).select_related("slides")
    presentations = {row.enrolment_id: row for row in rows}
    slots = [Slot(enrolment, presentations.get(enrolment.pk)) for enrolment in enrolments]
    return sorted(slots, key=lambda slot: (slot.order is None, slot.order or 0))


def own_enrolment(user, *, company_id: UUID, session: Session) -> Enrolment | None:
    """Return the company's part in the programme of the session."""
    rows = Enrolment.objects.visible_to(user).filter(company=company_id, programme=session.programme_id)
    return rows.select_related("company").first()


def presentation_of(user, *, session: Session, enrolment: Enrolment) -> Presentation | None:
    rows = Presentation.objects.visible_to(user).filter(session=session, enrolment=enrolment)
    return rows.select_related("slides").first()


def remarks(user, session: Session, *, company_id: UUID | None = None) -> QuerySet[MeetingRemark]:
    """What was asked and said, oldest first; of one company's presentation, or of all and to all."""
    rows = MeetingRemark.objects.visible_to(user).filter(session=session)
    return rows.filter(company=company_id) if company_id else rows


def remarks_by_company(rows: Iterable[MeetingRemark]) -> dict[UUID | None, list[MeetingRemark]]:
    """Return remarks by company; under None what was said to all."""
    found = defaultdict(list)
    for row in rows:
        found[row.company_id].append(row)
    return found


def latest_job(user, *, kind: str, params: dict) -> Job | None:
    """The last job of a kind about the same thing, which a page shows the state of."""
    jobs = Job.objects.visible_to(user).filter(kind=kind, params__contains=params)
    return jobs.order_by("-created_at").first()


def session_jobs(user, session: Session, *, kind: str) -> QuerySet[Job]:
    """Jobs of a kind about one session."""
    jobs = Job.objects.visible_to(user).filter(kind=kind, programme_id=session.programme_id)
    return jobs.filter(params__session=str(session.pk))


def own_closing_meetings(user, *, company_id: UUID) -> QuerySet[Session]:
    """Closing meetings of the programmes that a company takes part in, the newest first."""
    programmes = Enrolment.objects.visible_to(user).filter(company=company_id).values("programme_id")
    meetings = Session.objects.visible_to(user).standing().filter(strand=Strand.CLOSING)
    return meetings.filter(programme__in=programmes.order_by()).order_by("-starts_at", "pk")
