"""Reading about accounts."""

from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef
from django.utils import timezone

from .models import User

# How often a session notes that it is in use. Between two notes it may look that much less recent than it is.
NOTE_SECONDS = 5 * 60


def open_sessions(user: User):
    """Return where the person is signed in now, the latest use first: rows of sessions that a request would still take."""
    now = timezone.now()
    alive = Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=now)
    return UserSession.objects.filter(
        Exists(alive),
        user=user,
        created_at__gt=now - timedelta(seconds=settings.SESSION_LONGEST_SECONDS),
        last_seen_at__gt=now - timedelta(seconds=settings.SESSION_IDLE_SECONDS + NOTE_SECONDS),
    ).order_by("-last_seen_at")
