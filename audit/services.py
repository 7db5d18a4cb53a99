"""Tell the trail. Called in the transaction of the deed, so that neither exists without the other."""

from uuid import UUID

from django.db import models

from common import logs

from .models import Event


def build_event(
    *,
    actor,
    verb: str,
    obj: models.Model | None = None,
    company_id: UUID | None = None,
    programme_id: UUID | None = None,
    detail: dict | None = None,
) -> Event:
    """Return an unsaved event, for deeds that log many at once with `log_many`."""
    return Event(
        actor_id=actor.pk if actor else None,
        actor_label=str(actor or "")[:200],
        verb=verb,
        object_type=obj._meta.label_lower if obj is not None else "",
        object_id=obj.pk if obj is not None else None,
        object_label=str(obj)[:200] if obj is not None else "",
        company_id=company_id,
        programme_id=programme_id,
        detail=detail or {},
        request_id=logs.request_id.get()[:32],
    )


def log(*, actor, verb: str, obj=None, company_id=None, programme_id=None, detail=None) -> None:
    """Record one deed. `verb` is `noun.past_participle`; `detail` holds counts, dates and states, never content."""
    build_event(actor=actor, verb=verb, obj=obj, company_id=company_id, programme_id=programme_id, detail=detail).save(
        force_insert=True
    )


def log_many(events: list[Event]) -> None:
    """Record many deeds in one statement."""
    Event.objects.bulk_create(events, batch_size=2000)
