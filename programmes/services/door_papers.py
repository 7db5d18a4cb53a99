"""Asking for paper at the door."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import get_language, gettext_noop

from jobs.models import Job
from jobs.services import request_job
from programmes import permissions
from programmes.models import Session
from programmes.queries.door import PAPER_KIND
from programmes.rendering.door_papers import BADGES, LIST

TITLES = {LIST: gettext_noop("List at the door: %(session)s"), BADGES: gettext_noop("Badges: %(session)s")}


@transaction.atomic
def request_paper(*, session: Session, paper: str, actor) -> Job:
    """Ask for the list or for badges, in the language of who asks. Raises PermissionDenied, and KeyError for other paper."""
    if not permissions.can_manage(actor, session.programme_id):
        raise PermissionDenied
    language = "ja" if (get_language() or "ja").startswith("ja") else "en"
    job, _created = request_job(
        PAPER_KIND,
        title=TITLES[paper],
        title_params={
            "session": {"ja": session.title_ja or session.title_en, "en": session.title_en or session.title_ja}
        },
        params={"session": str(session.pk), "paper": paper, "language": language},
        programme_id=session.programme_id,
        dedupe=f"{actor.pk}:{session.pk}:{paper}:{language}",
        actor=actor,
    )
    return job
