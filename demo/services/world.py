"""What the loader has made so far, so that each part finds it by the keys of the data."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone

from accounts.models import User
from companies.models import Company, Person
from programmes.models import Enrolment, Programme, Seat, Session

from .calendar import Calendar


def say_nothing(_sentence: str) -> None:
    """Progress for nobody."""


@dataclass
class World:
    """The living demo while it is made and afterwards: two programmes, their companies, and an account for most people.

    `users` has an entry for everybody with an account, under the key of the seat or person.
    """

    calendar: Calendar
    operator: User
    tell: Callable[[str], None] = say_nothing
    # By the real clock: what is dated later was written down by this load.
    began: datetime = field(default_factory=timezone.now)
    programme: Programme | None = None
    previous: Programme | None = None
    seats: dict[str, Seat] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
    companies: dict[str, Company] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    enrolments: dict[str, Enrolment] = field(default_factory=dict)
    previous_enrolments: dict[str, Enrolment] = field(default_factory=dict)

    @property
    def leader(self) -> User:
        """The head of the secretariat, who does what a secretariat does."""
        return self.users["mochizuki"]

    @property
    def leader_seat(self) -> Seat:
        return self.seats["mochizuki"]
