"""The demo's authenticator apps: whoever's role needs a second step has one, and a command says what it shows now."""

import time

from allauth.mfa.app_settings import TOTP_PERIOD
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, generate_totp_secret, hotp_value
from allauth.mfa.utils import decrypt, encrypt

from accounts.models import User
from accounts.queries import with_needs


def give_apps() -> int:
    """Set up an app for each person of the demo whose seats need a second step and who has none. Return how many.

    Only addresses of the domain `.example`, which nobody can own, so that a real account is never touched.
    """
    people = with_needs().filter(needs_second_factor=True, email__endswith=".example", authenticator__isnull=True)
    apps = [
        Authenticator(user=user, type=Authenticator.Type.TOTP, data={"secret": encrypt(generate_totp_secret())})
        for user in people
    ]
    return len(Authenticator.objects.bulk_create(apps))


def current_code(user: User) -> tuple[str, int] | None:
    """Return what the person's app shows now and for how many seconds more; None for somebody without an app."""
    app = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
    if app is None:
        return None
    now = int(time.time())
    code = format_hotp_value(hotp_value(decrypt(app.data["secret"]), now // TOTP_PERIOD))
    return code, TOTP_PERIOD - now % TOTP_PERIOD
