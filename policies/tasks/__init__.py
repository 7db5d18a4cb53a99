"""What the worker does for policies. Every module with a task is imported here, so that the worker knows it."""

from .advice import list_advice
from .exports import export_policy

__all__ = [
    "export_policy",
    "list_advice",
]
