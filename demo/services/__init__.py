"""Deeds of the demo. Everything in it is made up, and says so where the portal shows it."""

from .living import is_loaded, load_living_demo
from .password import kept_password, make_password, renew_passwords
from .sign_in import sign_in_lines, table

__all__ = [
    "is_loaded",
    "kept_password",
    "load_living_demo",
    "make_password",
    "renew_passwords",
    "sign_in_lines",
    "table",
]
