"""What programmes ask and say upwards: apps above answer and act in the same transaction, and programmes know none of them."""

from dataclasses import dataclass

from django.dispatch import Signal


@dataclass(frozen=True)
class Unfinished:
    """Something of a programme that is still open: in words, how many, and where it can be finished."""

    title: str
    count: int
    url: str


# Asked with `user`, `programme` and `now`; each receiver returns a list of `Unfinished`.
what_is_unfinished = Signal()
# Said with `programme`, `actor` and `now`, while everything of the programme can still be written.
programme_ends = Signal()
