"""Slides drawn from what companies entered: read as who asked, set outside any transaction, kept as a file."""

from django.urls import reverse
from django.utils.translation import gettext_noop

from audit import services as audit
from common.models import in_language
from common.tenancy import acting_as
from jobs.models import Job
from jobs.rendering import RenderingTooLong
from jobs.services import store_file
from jobs.tasks import JobRefused, JobRun, job_handler
from notifications.services import tell_job_ended
from programmes.models import Presentation, Session
from programmes.queries.closing import ALL_SLIDES_KIND, SLIDES_KIND, running_order
from programmes.rendering.slides import Deck, Occasion, deck, occasion, slides_name, slides_pdf

READING = gettext_noop("Reading what was entered")
DRAWING = gettext_noop("Drawing the slides")
GONE = gettext_noop("This presentation is not there any more, or you may no longer see it.")
NOTHING = gettext_noop("No company has entered anything yet that could be drawn.")
TOO_LARGE = gettext_noop("There is too much text for one file of slides.")


def tell_failed(job: Job) -> None:
    """Tell who asked that it failed, and why: they may have left the page."""
    tell_job_ended(job=job, actor=job.requested_by)


@job_handler(SLIDES_KIND, on_failed=tell_failed)
def draw_slides(run: JobRun) -> None:
    """The slides of one company, in the language that it presents in."""
    run.step(READING, 0, 2)
    with acting_as(run.actor.pk):
        rows = Presentation.objects.visible_to(run.actor).select_related("company", "session__programme")
        presentation = rows.filter(pk=run.job.params["presentation"], company=run.job.company_id).first()
        if presentation is None:
            raise JobRefused("gone", GONE)
        at, own = occasion(presentation.session), deck(presentation)
    # Asked for on purpose, also beside slides of its own.
    own = Deck(own.language, own.company, own.presenter, own.topics)
    run.step(DRAWING, 1, 2)
    pdf = _drawn([own], at, language=own.language)
    with run.finishing() as job:
        stored = store_file(
            name=slides_name(own.company, at.title[own.language]),
            content=pdf,
            actor=run.actor,
            company_id=job.company_id,
            programme_id=job.programme_id,
        )
        job.params = job.params | {"file": str(stored.pk)}
        job.result_url = reverse("programmes:slides_file", args=[job.company_id, presentation.session_id, job.pk])
        _log(run, stored, company_id=job.company_id, programme_id=job.programme_id, companies=1)


@job_handler(ALL_SLIDES_KIND, on_failed=tell_failed)
def draw_all_slides(run: JobRun) -> None:
    """One file for the meeting: every company that entered something, in running order."""
    language = run.job.params["language"]
    run.step(READING, 0, 2)
    with acting_as(run.actor.pk):
        sessions = Session.objects.visible_to(run.actor).select_related("programme")
        session = sessions.filter(pk=run.job.params["session"], programme=run.job.programme_id).first()
        if session is None:
            raise JobRefused("gone", GONE)
        at = occasion(session)
        decks = [_of_slot(slot) for slot in running_order(run.actor, session) if not slot.is_missing]
        name = slides_name(in_language(session, "title", language))
    if not decks:
        raise JobRefused("nothing", NOTHING)
    run.step(DRAWING, 1, 2)
    pdf = _drawn(decks, at, language=language)
    with run.finishing() as job:
        stored = store_file(name=name, content=pdf, actor=run.actor, programme_id=job.programme_id)
        job.params = job.params | {"file": str(stored.pk)}
        job.result_url = reverse("programmes:closing_slides_file", args=[job.programme_id, session.pk, job.pk])
        _log(run, stored, company_id=None, programme_id=job.programme_id, companies=len(decks))


def _of_slot(slot) -> Deck:
    slot.presentation.company = slot.enrolment.company
    return deck(slot.presentation)


def _drawn(decks: list[Deck], at: Occasion, *, language: str) -> bytes:
    try:
        return slides_pdf(decks, at=at, language=language)
    except (RenderingTooLong, MemoryError) as error:
        raise JobRefused("too_large", TOO_LARGE) from error


def _log(run: JobRun, stored, *, company_id, programme_id, companies: int) -> None:
    audit.log(
        actor=run.actor,
        verb="slides.drawn",
        obj=stored,
        company_id=company_id,
        programme_id=programme_id,
        detail={"companies": companies},
    )
