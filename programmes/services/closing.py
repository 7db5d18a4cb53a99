"""Deeds of a closing meeting: what a company presents, in which order, the slides, and what was asked and said."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import get_language, gettext_noop

from audit import services as audit
from jobs.models import Job
from jobs.services import forget_files, request_job, store_file
from programmes import permissions
from programmes.importing.slides import check_slides
from programmes.models import Enrolment, MeetingRemark, Presentation, Session
from programmes.queries.closing import ALL_SLIDES_KIND, SLIDES_KIND, running_order

WORDS = ("presenter", "language", *Presentation.TOPICS)

ONE_TITLE = gettext_noop("Slides of %(company)s")
ALL_TITLE = gettext_noop("Slides of all companies for “%(session)s”")


class NotNow(Exception):
    """The time in which this can be done is over."""


class Overtaken(Exception):
    """Somebody else saved while this was being written; `presentation` is what they saved."""

    def __init__(self, presentation: Presentation):
        super().__init__(str(presentation.pk))
        self.presentation = presentation


def may_still_change(session: Session, *, manages: bool, now: datetime) -> bool:
    """A company writes until the meeting begins; the secretariat until it ends, because slides come late."""
    return now < (session.ends_at if manages else session.starts_at)


def state_of(presentation: Presentation | None) -> str:
    """Return a fingerprint of what a company entered, by which a form knows that it was changed meanwhile."""
    words = [getattr(presentation, name) for name in WORDS] if presentation else ["", "ja", "", "", ""]
    slides = str(presentation.slides_id or "") if presentation else ""
    return hashlib.sha256(json.dumps([*words, slides], ensure_ascii=False).encode()).hexdigest()[:32]


@transaction.atomic
def save_presentation(
    *,
    session: Session,
    enrolment: Enrolment,
    words: Mapping[str, str],
    seen: str,
    actor,
    now: datetime,
    slides: tuple[str, bytes] | None = None,
    drop_slides: bool = False,
) -> Presentation:
    """Keep what a company entered, however little it is: all of it is a draft until the meeting begins.

    `seen` is the `state_of` what the writer had before them. Raises PermissionDenied, NotNow, Overtaken, and FileRefused
    of `common.archives` or of `jobs.services` for slides that are not kept; then nothing was saved.
    """
    if not permissions.can_write_presentation(actor, enrolment):
        raise PermissionDenied
    manages = permissions.can_manage(actor, session.programme_id)
    if not may_still_change(session, manages=manages, now=now):
        raise NotNow
    row = _held(session, enrolment)
    if state_of(row) != seen:
        raise Overtaken(row)
    for name in WORDS:
        setattr(row, name, words[name])
    before = row.slides_id
    if slides:
        check_slides(*slides)
        name, content = slides
        row.slides = store_file(
            name=name,
            content=content,
            actor=actor,
            company_id=enrolment.company_id,
            programme_id=session.programme_id,
        )
    elif drop_slides:
        row.slides = None
    row.save()
    if row.slides_id != before:
        forget_files([before])
    _log(
        "presentation.saved",
        row,
        actor=actor,
        company_id=row.company_id,
        topics=row.topics,
        slides=str(row.slides_id or ""),
    )
    return row


def _held(session: Session, enrolment: Enrolment) -> Presentation:
    """Return the company's row, made where there is none yet, held until the end of the transaction."""
    new = Presentation(
        session=session,
        programme_id=session.programme_id,
        company_id=enrolment.company_id,
        enrolment=enrolment,
        order=None,
    )
    Presentation.objects.bulk_create([new], ignore_conflicts=True)
    return Presentation.objects.select_for_update().get(session=session, enrolment=enrolment)


# --- Running order ----------------------------------------------------------------------------------------------------


@transaction.atomic
def set_running_order(*, session: Session, numbers: Mapping[UUID, int | None], actor) -> list[Presentation]:
    """Order the presentations by the numbers given for enrolments, and count anew from 1.

    Companies without a number have no place. Equal numbers keep the order that they had. Raises PermissionDenied.
    """
    _check_manages(session, actor)
    session = Session.objects.select_for_update().get(pk=session.pk)
    slots = [slot for slot in running_order(actor, session) if slot.enrolment.pk in numbers]
    placed = [slot for slot in slots if numbers[slot.enrolment.pk] is not None]
    placed.sort(key=lambda slot: numbers[slot.enrolment.pk])
    order = {slot.enrolment.pk: place for place, slot in enumerate(placed, start=1)}
    return _write_order(session, [slot.enrolment for slot in slots], order, actor=actor)


@transaction.atomic
def move_presentation(*, session: Session, enrolment_id: UUID, up: bool, actor) -> list[Presentation]:
    """Let a company change places with the one before or after it; without a place it gets the last one."""
    _check_manages(session, actor)
    session = Session.objects.select_for_update().get(pk=session.pk)
    slots = running_order(actor, session)
    placed = [slot.enrolment.pk for slot in slots if slot.order is not None]
    if enrolment_id in placed:
        here = placed.index(enrolment_id)
        there = max(here - 1, 0) if up else min(here + 1, len(placed) - 1)
        placed[here], placed[there] = placed[there], placed[here]
    elif any(slot.enrolment.pk == enrolment_id for slot in slots):
        placed.append(enrolment_id)
    order = {pk: place for place, pk in enumerate(placed, start=1)}
    return _write_order(session, [slot.enrolment for slot in slots], order, actor=actor)


def _write_order(
    session: Session, enrolments: Sequence[Enrolment], order: Mapping[UUID, int], *, actor
) -> list[Presentation]:
    """Write the places in a constant number of statements. What companies entered stays untouched."""
    Presentation.objects.bulk_create(
        [
            Presentation(
                session=session,
                programme_id=session.programme_id,
                company_id=enrolment.company_id,
                enrolment=enrolment,
            )
            for enrolment in enrolments
            if enrolment.pk in order
        ],
        ignore_conflicts=True,
    )
    rows = list(
        Presentation.objects.select_for_update(of=("self",)).filter(
            session=session, enrolment__in=[enrolment.pk for enrolment in enrolments]
        )
    )
    changed = [row for row in rows if row.order != order.get(row.enrolment_id)]
    for row in changed:
        row.order = order.get(row.enrolment_id)
    Presentation.objects.bulk_update(changed, ["order"])
    if changed:
        audit.log(
            actor=actor,
            verb="running_order.set",
            obj=session,
            programme_id=session.programme_id,
            detail={"companies": len(order)},
        )
    return rows


def _check_manages(session: Session, actor) -> None:
    if not permissions.can_manage(actor, session.programme_id):
        raise PermissionDenied


# --- Slides that the portal draws -------------------------------------------------------------------------------------


def request_slides(*, presentation: Presentation, company_names: Mapping[str, str], actor) -> Job:
    """Ask for the slides of one company, drawn from its topics as they are then. The same request twice is one job."""
    if not permissions.can_write_presentation(actor, presentation):
        raise PermissionDenied
    job, _created = request_job(
        SLIDES_KIND,
        title=ONE_TITLE,
        title_params={"company": dict(company_names)},
        params={"presentation": str(presentation.pk)},
        actor=actor,
        company_id=presentation.company_id,
        programme_id=presentation.programme_id,
        dedupe=str(presentation.pk),
    )
    return job


def request_all_slides(*, session: Session, actor) -> Job:
    """Ask for one file with the slides of all companies, in running order. Raises PermissionDenied."""
    _check_manages(session, actor)
    job, _created = request_job(
        ALL_SLIDES_KIND,
        title=ALL_TITLE,
        title_params={"session": {"ja": session.title_ja, "en": session.title_en}},
        params={"session": str(session.pk), "language": (get_language() or "ja")[:2]},
        actor=actor,
        programme_id=session.programme_id,
        dedupe=str(session.pk),
    )
    return job


# --- What was asked and said ------------------------------------------------------------------------------------------


@transaction.atomic
def record_remark(
    *, session: Session, kind: str, text: str, actor, said_by: str = "", company_id: UUID | None = None
) -> MeetingRemark:
    """Write down a question, an answer or a comment, on one company's presentation or (without a company) to all."""
    _check_manages(session, actor)
    remark = MeetingRemark(
        session=session,
        programme_id=session.programme_id,
        company_id=company_id,
        kind=kind,
        said_by=said_by,
        text=text,
    )
    remark.save(force_insert=True)
    _log("meeting_remark.recorded", remark, actor=actor, company_id=company_id, kind=str(kind))
    return remark


@transaction.atomic
def change_remark(
    *, remark: MeetingRemark, kind: str, text: str, actor, said_by: str = "", company_id: UUID | None = None
) -> None:
    """Write a remark anew: another wording, another speaker, or the company that it was really about."""
    _check_manages(remark.session, actor)
    remark.kind, remark.text, remark.said_by, remark.company_id = kind, text, said_by, company_id
    remark.save(update_fields=["kind", "text", "said_by", "company"])
    _log("meeting_remark.changed", remark, actor=actor, company_id=company_id, kind=str(kind))


@transaction.atomic
def delete_remark(*, remark: MeetingRemark, actor) -> None:
    _check_manages(remark.session, actor)
    _log("meeting_remark.deleted", remark, actor=actor, company_id=remark.company_id, kind=remark.kind)
    remark.delete()


def _log(verb: str, obj, *, actor, company_id: UUID | None, **detail) -> None:
    audit.log(actor=actor, verb=verb, obj=obj, company_id=company_id, programme_id=obj.programme_id, detail=detail)
