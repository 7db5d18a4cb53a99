"""Deeds of the demo. Everything in it is made up, and says so where the portal shows it."""

from .living import is_loaded, load_living_demo
from .password import give_password, kept_password, make_kept_password
from .pilot import PilotRefused, load_pilot, open_pilot
from .pilot_texts import add_pilot_texts
from .second_step import current_code, give_apps
from .sign_in import sign_in_lines, table

__all__ = [
    "PilotRefused",
    "add_pilot_texts",
    "current_code",
    "give_apps",
    "give_password",
    "is_loaded",
    "kept_password",
    "load_living_demo",
    "load_pilot",
    "make_kept_password",
    "open_pilot",
    "sign_in_lines",
    "table",
]
