"""Deeds on policies. Every change of state is a move of `workflow`."""

from .cycles import digest, freeze_revision, open_cycles, share_revision

__all__ = ["digest", "freeze_revision", "open_cycles", "share_revision"]
