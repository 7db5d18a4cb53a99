"""Deeds on accounts. They know no tenant; who may sign in where is decided by memberships and seats."""

from collections.abc import Iterable
from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.utils import timezone

from .catalogue import EDITIONS, Document
from .enums import SessionKey
from .models import Acceptance, User
from .signals import account_changed

OPERATOR_EMAIL = "operator@portal.invalid"
# How many characters of a form wait for whoever has to sign in first. Longer texts are drafts, which save themselves.
LONGEST_FORM = 200_000


def system_operator() -> User:
    """Return the account that command-line work is audited as, making it the first time. It cannot sign in."""
    operator = User.objects.filter(is_operator=True).first()
    if operator is None:
        operator = User.objects.create_user(
            OPERATOR_EMAIL, is_operator=True, name_ja="システム管理者", name_en="System operator"
        )
    return operator


def open_account(
    *,
    email: str,
    name_ja: str = "",
    name_en: str = "",
    language: str = User.Language.JAPANESE,
    password: str | None = None,
) -> User:
    """Return the account with this address, made now when there is none; its address counts as verified.

    The caller has made sure that the address is the person's (an invitation, or an operator's word). A password is
    set only on a new account.
    """
    user = User.objects.filter(email__iexact=email.strip()).first()
    if user is None:
        user = User.objects.create_user(email, password, name_ja=name_ja, name_en=name_en, language=language)
    EmailAddress.objects.get_or_create(user=user, email=user.email, defaults={"verified": True, "primary": True})
    return user


def choose_language(*, user: User, language: str) -> None:
    """Remember the language that the person reads, for pages and e-mails."""
    user.language = language
    user.save(update_fields=["language"])


def end_sessions(*, user: User, sessions, actor: User) -> int:
    """Sign the person out where `sessions` say. Return how many there were; each is over at its next request."""
    keys = [session.session_key for session in sessions]
    Session.objects.filter(session_key__in=keys).delete()
    UserSession.objects.filter(user=user, session_key__in=keys).delete()
    if keys:
        account_changed.send(
            User, user=user, actor=actor, verb="account.sessions_ended", detail={"sessions": len(keys)}
        )
    return len(keys)


def end_other_sessions(*, user: User, keep: str | None) -> int:
    """Sign the person out everywhere but in the session with the key `keep`."""
    others = UserSession.objects.filter(user=user).exclude(session_key=keep or "")
    return end_sessions(user=user, sessions=others, actor=user)


def keep_interrupted(*, request, user_id) -> bool:
    """Keep a form that somebody sent and that cannot be carried out before they sign in or confirm that it is them.

    In the session, for this person alone (a session of another person drops it). True when it was kept: a request of a
    script keeps its own, a file would have to be chosen again, and passwords are never kept.
    """
    fields = [(name, value) for name, values in request.POST.lists() for value in values]
    sent_by_script = (
        request.headers.get("HX-Request") or request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate"
    )
    secret = any("password" in name for name, _value in fields)
    if sent_by_script or secret or request.FILES or sum(len(n) + len(v) for n, v in fields) > LONGEST_FORM:
        return False
    request.session[SessionKey.INTERRUPTED] = {
        "user": str(user_id),
        "path": request.get_full_path(),
        "back": request.headers.get("Referer", ""),
        "at": timezone.now().isoformat(),
        "fields": [[name, value] for name, value in fields if name != "csrfmiddlewaretoken"],
    }
    return True


def accept_documents(*, user: User, documents: Iterable[Document], now: datetime) -> None:
    """Keep that the person agrees to the present version of each; what they agreed to before stays as it was."""
    rows = [
        Acceptance(user=user, document=document, version=EDITIONS[document].version, accepted_at=now)
        for document in documents
    ]
    Acceptance.objects.bulk_create(rows, ignore_conflicts=True)
