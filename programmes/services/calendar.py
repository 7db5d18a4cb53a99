"""A person's own calendar address: one at a time, made anew and revoked by the person alone."""

from django.db import transaction
from django.utils import timezone

from audit import services as audit
from common.tokens import new_token, token_hash
from programmes.models import CalendarFeed


@transaction.atomic
def renew_feed(*, actor) -> str:
    """Make a new address and end the one there was. Returns the word, which is kept nowhere."""
    revoke_feed(actor=actor)
    token = new_token()
    feed = CalendarFeed(user=actor, token_hash=token_hash(token))
    feed.save(force_insert=True)
    audit.log(actor=actor, verb="calendar_feed.made", obj=feed)
    return token


@transaction.atomic
def revoke_feed(*, actor) -> bool:
    """Close the address. Returns whether there was one."""
    feed = CalendarFeed.objects.select_for_update().filter(user=actor, revoked_at__isnull=True).first()
    if feed is None:
        return False
    feed.revoked_at = timezone.now()
    feed.save(update_fields=["revoked_at"])
    audit.log(actor=actor, verb="calendar_feed.revoked", obj=feed)
    return True
