"""Reading about accounts."""

from datetime import timedelta

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import BooleanField, Exists, Func, OuterRef, QuerySet
from django.utils import timezone

from .models import User

# How often a session notes that it is in use. Between two notes it may look that much less recent than it is.
NOTE_SECONDS = 5 * 60


def open_sessions(user: User) -> QuerySet[UserSession]:
    """Return where the person is signed in now, the latest use first: rows of sessions that a request would still take."""
    now = timezone.now()
    alive = Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=now)
    return UserSession.objects.filter(
        Exists(alive),
        user=user,
        created_at__gt=now - timedelta(seconds=settings.SESSION_LONGEST_SECONDS),
        last_seen_at__gt=now - timedelta(seconds=settings.SESSION_IDLE_SECONDS + NOTE_SECONDS),
    ).order_by("-last_seen_at")


class _NeedsSecondFactor(Func):
    """Asked of the database, past the row policies: accounts know no seats (companies/migrations/0005)."""

    function = "app.needs_second_factor"
    output_field = BooleanField()


def with_needs() -> QuerySet[User]:
    """Return the accounts with `needs_second_factor`: True for secretariat, advisers and managers of companies."""
    return User.objects.annotate(needs_second_factor=_NeedsSecondFactor("pk"))


def is_last_needed_factor(authenticator: Authenticator) -> bool:
    """True for the only second factor of somebody whose seats need one. Recovery codes are none: they run out."""
    factors = Authenticator.objects.filter(
        user_id=authenticator.user_id, type__in=(Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    )
    return (
        not factors.exclude(pk=authenticator.pk).exists()
        and with_needs().filter(pk=authenticator.user_id, needs_second_factor=True).exists()
    )
