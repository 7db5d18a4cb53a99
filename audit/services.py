"""Tell the trail. Called in the transaction of the deed, so that neither exists without the other."""

from datetime import datetime
from uuid import UUID, uuid5

from django.db import models

from common import logs

from .catalogue import NAMED_TYPES
from .models import Event

# Names the rows of looks and downloads, so that a second one in the same quarter of an hour is the same row.
LOOKS = UUID("5f0c1c1e-9f0b-4d38-9c0e-6a1d4b8f7a52")
QUARTER = 15 * 60


def build_event(
    *,
    actor,
    verb: str,
    obj: models.Model | None = None,
    company_id: UUID | None = None,
    programme_id: UUID | None = None,
    detail: dict | None = None,
) -> Event:
    """Return an unsaved event, for deeds that log many at once with `log_many`.

    As whom the actor acts is added by the database when it is saved. The thing is named only where its name holds
    nothing that somebody wrote (`catalogue.NAMED_TYPES`).
    """
    object_type = obj._meta.label_lower if obj is not None else ""
    return Event(
        actor_id=actor.pk if actor else None,
        actor_label=str(actor or "")[:200],
        verb=verb,
        object_type=object_type,
        object_id=obj.pk if obj is not None else None,
        object_label=str(obj)[:200] if object_type in NAMED_TYPES else "",
        company_id=company_id,
        programme_id=programme_id,
        detail=detail or {},
        request_id=logs.request_id.get()[:32],
    )


def log(*, actor, verb: str, obj=None, company_id=None, programme_id=None, detail=None) -> None:
    """Record one deed. `verb` is one of `catalogue.SENTENCES`; `detail` holds counts, dates and states, never content."""
    build_event(actor=actor, verb=verb, obj=obj, company_id=company_id, programme_id=programme_id, detail=detail).save(
        force_insert=True
    )


def log_many(events: list[Event]) -> None:
    """Record many deeds in one statement."""
    Event.objects.bulk_create(events, batch_size=2000)


def log_look(
    *, actor, obj: models.Model, now: datetime, company_id: UUID | None = None, programme_id: UUID | None = None
) -> None:
    """Record that somebody outside the company looked at content: one row a person, object and quarter of an hour.

    With downloads the only writing that a GET does. `obj` is what the page shows: one text, or the thing that several
    texts hang on.
    """
    event = build_event(
        actor=actor, verb="content.looked_at", obj=obj, company_id=company_id, programme_id=programme_id
    )
    _tell_once(event, f"{event.object_type} {event.object_id}", now)


def log_download(
    *, actor, page: str, address: str, now: datetime, company_id: UUID | None = None, programme_id: UUID | None = None
) -> None:
    """Record that somebody took a file: one row a person, address and quarter of an hour, as of looks.

    `page` is the name of the address, which says what file it was (`catalogue.DOWNLOADS`).
    """
    event = build_event(
        actor=actor, verb="file.downloaded", company_id=company_id, programme_id=programme_id, detail={"page": page}
    )
    _tell_once(event, address, now)


def _tell_once(event: Event, about: str, now: datetime) -> None:
    """Keep the event unless the same person did the same in this quarter of an hour."""
    event.pk = uuid5(LOOKS, f"{event.actor_id} {about} {int(now.timestamp()) // QUARTER}")
    Event.objects.bulk_create([event], ignore_conflicts=True)
