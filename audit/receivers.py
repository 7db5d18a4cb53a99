"""News from below that belongs into the trail."""

from django.dispatch import receiver

from accounts.signals import account_changed

from .services import log


@receiver(account_changed)
def keep_in_the_trail(user, actor, verb, detail, **kwargs):
    log(actor=actor, verb=verb, obj=user, detail=detail)
