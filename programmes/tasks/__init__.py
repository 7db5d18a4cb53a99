"""What runs in the worker for programmes and their sessions."""

from . import closing

__all__ = ["closing"]
