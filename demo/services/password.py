"""The one password of the demo's people: made at the first load, kept beside the database and nowhere else."""

import os
import secrets
from pathlib import Path

from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX, make_password

from accounts.models import User

# Without letters and digits that look alike; three groups of four are about 58 bits.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def password_file() -> Path:
    return settings.VAR_DIR / "demo-password"


def kept_password() -> str:
    """Return the password of the demo, or "" where none was kept."""
    file = password_file()
    return file.read_text(encoding="utf-8").strip() if file.exists() else ""


def make_kept_password() -> str:
    """Make a password and keep it, readable for nobody but the account that runs the portal."""
    password = "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(3))
    file = password_file()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as lines:
        lines.write(f"{password}\n")
    return password


def give_password(*, password: str, to_everybody: bool = False) -> int:
    """Let the people of the demo sign in who have no password yet, or all of them. Return how many got it.

    Only addresses of the domain `.example`, which nobody can own, so that a real account is never touched. The password
    is the same for all and no secret among them, so that one hash does: hashing is slow on purpose.
    """
    people = User.objects.filter(email__endswith=".example", is_active=True)
    if not to_everybody:
        people = people.filter(password__startswith=UNUSABLE_PASSWORD_PREFIX)
    return people.update(password=make_password(password)) if people.exists() else 0
