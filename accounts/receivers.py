"""What happens around signing in: the session's clock, and the news that the audit trail keeps.

allauth and Django tell it by signals of many shapes; from here it goes on as one, `account_changed`.
"""

import time

from allauth.account import signals as account
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.core import context
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from django.contrib.auth import signals as auth
from django.db.models.signals import post_save
from django.dispatch import receiver

from .enums import SessionKey
from .models import User
from .services import end_other_sessions
from .signals import account_changed

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def _tell(user, verb, *, actor=None, **detail) -> None:
    account_changed.send(User, user=user, actor=actor, verb=f"account.{verb}", detail=detail)


@receiver(auth.user_logged_in)
def start_the_clock(request, user, **kwargs):
    """Begin to count, and keep what was interrupted for nobody but the person whom it was taken from."""
    session = request.session
    session[SessionKey.SIGNED_IN_AT] = session[SessionKey.SEEN_AT] = int(time.time())
    session.pop(SessionKey.SIGNED_OUT, None)
    if session.get(SessionKey.INTERRUPTED, {}).get("user") not in (None, str(user.pk)):
        del session[SessionKey.INTERRUPTED]


@receiver(account.user_logged_in)
def tell_of_signing_in(request, user, **kwargs):
    ways = [proof.get("type") or proof["method"] for proof in get_authentication_records(request, user)]
    _tell(user, "signed_in", actor=user, by=ways)


@receiver(auth.user_logged_out)
def tell_of_signing_out(request, user, **kwargs):
    if user:
        _tell(user, "signed_out", actor=user, by=getattr(request, "session_over", "person"))


@receiver(auth.user_login_failed)
def tell_of_a_wrong_password(credentials, **kwargs):
    """The address is looked up whether it is known or not, and never kept: some type their password into it."""
    address = str(credentials.get("email") or "").strip()[:254]
    _tell(User.objects.filter(email__iexact=address).first(), "sign_in_failed", by="password")


@receiver(account.login_code_rejected)
def tell_of_a_wrong_mailed_code(user, **kwargs):
    _tell(user, "sign_in_failed", by="code")


@receiver(mfa.authentication_failed)
def tell_of_a_wrong_second_step(user, authenticator, **kwargs):
    _tell(user, "sign_in_failed", by=str(authenticator.type))


@receiver(post_save, sender=Authenticator)
def add_factor(instance, created, **kwargs):
    """In the transaction of the deed, not after it as allauth's own news of an app.

    Whoever sets up a factor has just used it, so that this session counts as shown; all others end.
    """
    if not created:
        return
    user, request = instance.user, context.request
    _tell(user, "factor_added", actor=user, factor=str(instance.type))
    if request and request.user == user and instance.type in FACTORS:
        record_authentication(request, user, method="mfa", type=str(instance.type), id=instance.pk)
        end_other_sessions(user=user, keep=request.session.session_key)


@receiver(mfa.authenticator_removed)
def remove_factor(request, user, authenticator, **kwargs):
    _tell(user, "factor_removed", actor=user, factor=str(authenticator.type))
    end_other_sessions(user=user, keep=request.session.session_key)


@receiver(mfa.authenticator_reset)
def tell_of_new_recovery_codes(user, **kwargs):
    _tell(user, "recovery_codes_made", actor=user)


@receiver([account.password_changed, account.password_set])
def change_password(request, user, **kwargs):
    _tell(user, "password_changed", actor=user)
    end_other_sessions(user=user, keep=request.session.session_key)


@receiver(account.password_reset)
def reset_password(user, **kwargs):
    _tell(user, "password_reset")
    end_other_sessions(user=user, keep=None)


@receiver(account.email_changed)
def tell_of_another_main_address(user, **kwargs):
    _tell(user, "address_changed", actor=user)


@receiver(account.email_added)
def tell_of_a_new_address(user, **kwargs):
    _tell(user, "address_added", actor=user)


@receiver(account.email_removed)
def tell_of_a_removed_address(user, **kwargs):
    _tell(user, "address_removed", actor=user)
