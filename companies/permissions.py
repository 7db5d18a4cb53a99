"""May this person? Answers about companies; never about state."""

from .enums import AccessKind
from .models import Access, Membership


def is_member(user, company_id) -> bool:
    return Access.objects.of(user, AccessKind.MEMBER).filter(company_id=company_id).exists()


def is_company_manager(user, company_id) -> bool:
    return (
        is_member(user, company_id)
        and Membership.objects.current().filter(company_id=company_id, person__user_id=user.pk, role="manager").exists()
    )


def can_edit_profile(user, company_id) -> bool:
    """The company's own people keep its profile; the secretariat corrects it."""
    return is_member(user, company_id) or is_secretariat_of(user, company_id)


def can_give_rights(user, company_id) -> bool:
    """Who decides what people may do for the company: its managers, and the secretariat."""
    return is_company_manager(user, company_id) or is_secretariat_of(user, company_id)


def is_adviser_of(user, company_id) -> bool:
    return Access.objects.of(user, AccessKind.ADVISER).filter(company_id=company_id).exists()


def is_secretariat_of(user, company_id) -> bool:
    return Access.objects.of(user, AccessKind.SECRETARIAT).filter(company_id=company_id).exists()
