"""Policies as prepared rows, steps and documents, by subject."""

from .progress import cycles_table, day, journey_steps, move_events, state_badge, state_chips, state_label

__all__ = ["cycles_table", "day", "journey_steps", "move_events", "state_badge", "state_chips", "state_label"]
