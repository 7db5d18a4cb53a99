"""Shapes of input on the pages of policies, by subject."""

from .lists import PolicyListForm

__all__ = ["PolicyListForm"]
