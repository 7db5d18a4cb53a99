"""Questions of those who write: which cycle a company is at."""

from companies.models import Company
from policies.enums import Theme
from policies.models import Cycle


def present_cycle(user, company: Company, theme: str = Theme.HUMAN_RIGHTS) -> Cycle | None:
    """Return the cycle that the company is at: the last one of its policy; None where none was begun or may be seen."""
    cycles = Cycle.objects.visible_to(user).filter(company=company, policy__theme=theme)
    return cycles.select_related("policy", "company").order_by("-number").first()
