"""What runs in the worker for programmes and their sessions."""

from . import certificates, closing, door, invitations, mailings, notices

__all__ = ["certificates", "closing", "door", "invitations", "mailings", "notices"]
