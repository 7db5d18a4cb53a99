"""What somebody who leaves a company had to see to goes to who follows them."""

from django.db import transaction

from companies.models import Person
from policies.models import ActionItem

from .actions import set_owner


@transaction.atomic
def pass_on_items(*, person: Person, successor: Person, actor) -> int:
    """Give open advice and tasks to the successor; for people of the company, who alone see them. Return how many."""
    items = list(ActionItem.objects.visible_to(actor).open().filter(owner=person))
    for item in items:
        set_owner(item=item, owner=successor, actor=actor)
    return len(items)
