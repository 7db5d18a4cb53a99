"""What the portal keeps about policies: records of where they stand, texts, talk about them, reviews, decisions."""

from .records import Cycle, Move, Policy, Revision

__all__ = ["Cycle", "Move", "Policy", "Revision"]
