"""Where the portal differs from allauth: nobody signs up by themselves, the operator never signs in, and our own words."""

import base64
import hashlib

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .permissions import was_confirmed_lately
from .queries import is_last_needed_factor

WORDS = {
    "account_inactive": _("This account is closed. Please ask the secretariat."),
    "duplicate_email": _("This address belongs to your account already."),
    "email_password_mismatch": _("The e-mail address or the password is not right. Please check both."),
    "email_taken": _("This address cannot be used. Please enter another one."),
    "enter_current_password": _("Please enter the password that you use now."),
    "incorrect_code": _("This code is not right, or was used already. Please enter the one that is shown now."),
    "incorrect_password": _("This password is not right. Please try again."),
    "invalid_or_expired_key": _("This link has run out or was used already. Please ask for a new one."),
    "invalid_password_reset": _("This link has run out or was used already. Please ask for a new one."),
    "rate_limited": _("Too many attempts in a short time. Please wait a few minutes and try again."),
    "too_many_login_attempts": _("Too many attempts in a short time. Please wait a few minutes and try again."),
    "unverified_primary_email": _("Only a confirmed address can be the main one."),
    "unverified_email": _("Please confirm your e-mail address first. Then you can set up a second step."),
    "add_email_blocked": _("Please confirm the new address first."),
    "cannot_delete_authenticator": _(
        "Your role needs a second step, and this is your only one. Please set up another one before you remove it."
    ),
    "cannot_generate_recovery_codes": _(
        "Recovery codes belong to a second step. Please set up an app or a passkey first."
    ),
}
WAYS = {
    "reauthenticate": _("Confirm with the password"),
    "mfa_reauthenticate": _("Confirm with the app or a recovery code"),
    "mfa_reauthenticate:webauthn": _("Confirm with a passkey or security key"),
}


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | WORDS

    def is_open_for_signup(self, request):
        return False

    def pre_login(self, request, user, **kwargs):
        if user.is_operator:
            return self.respond_user_inactive(request, user)
        return super().pre_login(request, user, **kwargs)

    def is_reauthentication_required(self, *, app):
        """Whoever has just signed in has shown who they are; allauth alone would ask again at once."""
        return not was_confirmed_lately(self.request)

    def get_reauthentication_methods(self, user):
        return [way | {"description": WAYS[way["id"]]} for way in super().get_reauthentication_methods(user)]


def _boxes() -> MultiFernet:
    """Return the keys that secrets of second factors are locked with: made from SECRET_KEY, older ones still open."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = (hashlib.sha256(f"accounts.second_factor:{key}".encode()).digest() for key in keys)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])


class SecondFactorAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | WORDS

    def encrypt(self, text):
        """Lock the secrets of apps and recovery codes, so that a copy of the database alone opens no account."""
        return _boxes().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text):
        return _boxes().decrypt(encrypted_text.encode()).decode()

    def can_delete_authenticator(self, authenticator):
        return not is_last_needed_factor(authenticator)

    def generate_authenticator_name(self, user, type):
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return gettext("Passkey %(number)d") % {"number": count + 1}

    def get_public_key_credential_rp_entity(self):
        return super().get_public_key_credential_rp_entity() | {"name": gettext("SPP Portal")}
