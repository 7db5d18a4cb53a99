"""Questions about texts that were brought from Word."""

from policies.models import Cycle, WordImport


def waiting_import(user, cycle: Cycle) -> WordImport | None:
    """Return what this person brought and has not decided on; None where there is nothing."""
    return WordImport.objects.visible_to(user).waiting().filter(cycle=cycle).first()
