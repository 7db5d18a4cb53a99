"""May this person? The importer is the secretariat's and the system operator's."""

from programmes.permissions import can_found, can_manage


def can_import(user) -> bool:
    """Upload a workbook: whoever may found a programme, which is whoever is in a secretariat."""
    return user.is_authenticated and can_found(user)


def can_apply(user, programme) -> bool:
    """Register into a programme that exists."""
    return can_manage(user, programme.pk)


def can_make_secretariat_seats(user) -> bool:
    """Only command-line work: an upload must not be a way to give others the secretariat's rights."""
    return user.is_operator
