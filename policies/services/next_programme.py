"""Next year's programme with the catalogue of requirements that this year's has, and a first draft for who has none."""

from django.db import transaction

from policies.models import CatalogueChoice, Cycle
from programmes.models import Enrolment, Programme
from programmes.services import rollover
from programmes.services.rollover import NextPlan

from .cycles import catalogues_of, open_cycles


@transaction.atomic
def make_next_programme(*, source: Programme, plan: NextPlan, actor) -> Programme:
    """Make it as `programmes` does, with the same catalogue where one was chosen.

    A company that never began a policy begins it there. One that began keeps its round: published, the company opens the
    next version itself; unfinished, it is finished where it was begun, so that no figure of that year loses it.
    Raises what `programmes.services.rollover.make_next_programme` raises.
    """
    programme = rollover.make_next_programme(source=source, plan=plan, actor=actor)
    version = catalogues_of([source.pk]).get(source.pk)
    if version:
        CatalogueChoice.objects.create(programme=programme, version=version)
    begun = Cycle.objects.filter(programme=source).order_by().values("company_id")
    open_cycles(enrolments=list(Enrolment.objects.filter(programme=programme).exclude(company__in=begun)))
    return programme
