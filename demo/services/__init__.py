"""Deeds of the demo. Everything in it is made up, and says so where the portal shows it."""

from .living import is_loaded, load_living_demo
from .password import give_password, kept_password, make_kept_password
from .sign_in import sign_in_lines, table

__all__ = [
    "give_password",
    "is_loaded",
    "kept_password",
    "load_living_demo",
    "make_kept_password",
    "sign_in_lines",
    "table",
]
