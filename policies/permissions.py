"""May this person? Answers about a cycle (or a row of its company); whether it is the time for it is workflow's answer."""

from companies.permissions import is_adviser_of, is_company_manager, is_member
from programmes.permissions import can_manage


def can_read(user, cycle) -> bool:
    """Texts are for members of the company and its assigned advisers."""
    return is_member(user, cycle.company_id) or is_adviser_of(user, cycle.company_id)


def can_edit(user, cycle) -> bool:
    """Members of the company write."""
    return is_member(user, cycle.company_id)


def can_decide(user, cycle) -> bool:
    """Managers of the company record what top management decided."""
    return is_company_manager(user, cycle.company_id)


def can_review(user, cycle) -> bool:
    """Assigned advisers review, but nobody the policy of a company they belong to."""
    return is_adviser_of(user, cycle.company_id) and not is_member(user, cycle.company_id)


def can_lift(user, cycle) -> bool:
    """The secretariat frees a policy from a review that does not move, without seeing its text."""
    return can_manage(user, cycle.programme_id)
