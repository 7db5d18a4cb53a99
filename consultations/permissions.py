"""May this person? Answers about consultations; whether it is the time for it is workflow's answer."""

from companies.permissions import is_adviser_of, is_member
from programmes.permissions import can_manage


def can_book(user, enrolment) -> bool:
    """The company, its assigned advisers and the secretariat of the programme arrange consultations."""
    return (
        is_member(user, enrolment.company_id)
        or is_adviser_of(user, enrolment.company_id)
        or can_manage(user, enrolment.programme_id)
    )


def can_read_draft(user, consultation) -> bool:
    """The company and its assigned advisers read what the company writes; the secretariat does not."""
    return is_member(user, consultation.company_id) or is_adviser_of(user, consultation.company_id)


def can_arrange(user, consultation) -> bool:
    """Whoever may book may also cancel."""
    return can_book(user, consultation.enrolment)


def can_record(user, consultation) -> bool:
    """The adviser who gave it, while assigned, and the secretariat say that it took place."""
    gave_it = consultation.adviser.user_id == user.pk and is_adviser_of(user, consultation.company_id)
    return gave_it or can_manage(user, consultation.programme_id)


def can_write(user, consultation) -> bool:
    """The adviser who gave it, while assigned, writes its minutes and private notes."""
    return consultation.adviser.user_id == user.pk and is_adviser_of(user, consultation.company_id)
