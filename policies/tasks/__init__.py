"""What the worker does for policies. Every module with a task is imported here, so that the worker knows it."""

from .advice import list_advice
from .exports import export_policy
from .links import check_link, check_links_again
from .reminders import remind_of_reviews

__all__ = [
    "check_link",
    "check_links_again",
    "export_policy",
    "list_advice",
    "remind_of_reviews",
]
