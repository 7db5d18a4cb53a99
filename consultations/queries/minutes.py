"""Questions about the minutes of a consultation, and about what its adviser prepares from. All answer as far as `user` may read."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from audit.queries import last_looked_at
from companies.models import Company
from consultations.enums import State
from consultations.models import Consultation, HandOverNote, Minutes, Participant, PrivateNote, Task, Topics
from jobs.models import Job
from policies.enums import ActionSource
from policies.models import ActionItem, Revision

MINUTES_KIND = "consultations.minutes"
"""The kind of the jobs that make the PDF of shared minutes."""


@dataclass(frozen=True)
class AgreedTask:
    """A task of some minutes, and what the company did about it; `item` is None until the minutes are shared."""

    task: Task
    item: ActionItem | None = None


def own_minutes(user, consultation: Consultation) -> Minutes | None:
    found = Minutes.objects.visible_to(user).filter(consultation=consultation)
    return found.select_related("confirmed_by", "objected_by").first()


def own_note(user, consultation: Consultation) -> PrivateNote | None:
    return PrivateNote.objects.visible_to(user).filter(consultation=consultation).first()


def tasks_of(user, consultations: Iterable[UUID]) -> list[AgreedTask]:
    """Return the tasks of consultations with their answers, in the order in which they were agreed; two statements."""
    found = Task.objects.visible_to(user).filter(consultation__in=list(consultations))
    tasks = list(found.select_related("owner", "consultation").order_by("consultation__starts_at", "created_at", "pk"))
    items = ActionItem.objects.visible_to(user).filter(
        source=ActionSource.CONSULTATION, source_id__in=[task.pk for task in tasks if task.shared_at]
    )
    by_task = {item.source_id: item for item in items.select_related("owner", "answered_by")} if tasks else {}
    return [AgreedTask(task, by_task.get(task.pk)) for task in tasks]


def participants(user, consultation: Consultation) -> QuerySet[Participant]:
    found = Participant.objects.visible_to(user).filter(consultation=consultation)
    return found.select_related("person").order_by("person__name_kana", "person__name_ja", "pk")


def topics_of(user, consultation: Consultation) -> Topics | None:
    return Topics.objects.visible_to(user).filter(consultation=consultation).first()


def minutes_jobs(user, consultation: Consultation) -> QuerySet[Job]:
    """Return the jobs whose result is the PDF of these minutes, the latest first."""
    jobs = Job.objects.visible_to(user).filter(kind=MINUTES_KIND, company_id=consultation.company_id)
    return jobs.filter(params__consultation=str(consultation.pk)).select_related("requested_by").order_by("-created_at")


# --- Preparing ------------------------------------------------------------------------------------------------------------


def earlier(user, consultation: Consultation) -> QuerySet[Consultation]:
    """Return the company's consultations that were held before this one, the latest first, whoever gave them."""
    held = Consultation.objects.visible_to(user).filter(
        company=consultation.company_id, state=State.HELD, starts_at__lt=consultation.starts_at
    )
    return held.select_related("adviser").order_by("-starts_at", "pk")


def latest_minutes(user, consultation: Consultation) -> list[Minutes]:
    """Return the latest shared minutes of every adviser of the company before this consultation, the newest first."""
    shared = Minutes.objects.visible_to(user).filter(
        company=consultation.company_id,
        shared_at__isnull=False,
        consultation__starts_at__lt=consultation.starts_at,
    )
    each = shared.order_by("consultation__adviser_id", "-consultation__starts_at").distinct("consultation__adviser_id")
    found = list(each.select_related("consultation__adviser"))
    return sorted(found, key=lambda minutes: minutes.consultation.starts_at, reverse=True)


def open_items(user, consultation: Consultation) -> QuerySet[ActionItem]:
    """Return what the company has not answered yet of everything it was advised; what is due first."""
    items = ActionItem.objects.visible_to(user).open().filter(company=consultation.company_id)
    return items.select_related("owner", "author", "cycle").order_by("due_on", "created_at", "pk")


def agreed_items(user, company: Company) -> QuerySet[ActionItem]:
    """Return the tasks that the company agreed on in consultations and has not answered; what is due first."""
    items = ActionItem.objects.visible_to(user).open().filter(company=company, source=ActionSource.CONSULTATION)
    return items.select_related("owner").order_by("due_on", "created_at", "pk")


def hand_over_notes(user, company_id: UUID) -> QuerySet[HandOverNote]:
    """Return what advisers of the company left for each other, the latest first."""
    notes = HandOverNote.objects.visible_to(user).filter(company=company_id)
    return notes.select_related("assignment__adviser").order_by("-written_at", "pk")


@dataclass(frozen=True)
class Bases:
    """The texts that the one of a consultation may be compared with."""

    # As it was at the consultation before, and as the person last had it before them.
    consulted: Revision | None = None
    looked: Revision | None = None


def bases(user, consultation: Consultation) -> Bases:
    """Return what to compare the kept draft with; only texts that the person may read, none of them the kept one."""
    kept = consultation.revision_id
    before = earlier(user, consultation).filter(revision__isnull=False).exclude(revision=kept)
    consulted = before.values_list("revision_id", flat=True).first()
    looked = last_looked_at(
        user, company_id=consultation.company_id, object_type=Revision._meta.label_lower, apart_from=kept
    )
    found = (
        Revision.objects.visible_to(user)
        .filter(company=consultation.company_id)
        .in_bulk([pk for pk in (consulted, looked) if pk])
    )
    return Bases(found.get(consulted), found.get(looked))


def kept_revision(user, consultation: Consultation) -> Revision | None:
    """Return the draft as it was kept for the consultation; its text has a door of its own."""
    if not consultation.revision_id:
        return None
    return Revision.objects.visible_to(user).select_related("cycle").filter(pk=consultation.revision_id).first()
