"""Questions about addresses that do not take mail."""

from collections.abc import Iterable

from companies.models import Person
from programmes.models import Programme

from .mailings import address_of, refused_people


def refused_of(programme: Programme, people: Iterable[Person]) -> list[Person]:
    """Return which of a company's people have an address that refused the last mail; for the programme's secretariat."""
    refused = refused_people(programme.pk)
    return [person for person in people if person.pk in refused and address_of(person)]
