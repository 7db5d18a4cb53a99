"""May this person? Answers about consultations; whether it is the time for it is workflow's answer."""

from companies.permissions import is_adviser_of, is_member
from programmes.enums import SeatRole
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


def can_answer(user, consultation) -> bool:
    """People of the company confirm its minutes or say what is not right, and say what the next meeting is about."""
    return is_member(user, consultation.company_id)


def can_settle(user, enrolment) -> bool:
    """The secretariat of the programme records what is extra or forfeited, and sees to wishes."""
    return can_manage(user, enrolment.programme_id)


def can_keep_hours(user, seat) -> bool:
    """An adviser says when there is time for consultations; the secretariat may say it for them."""
    is_own = seat.user_id == user.pk and seat.ended_at is None and seat.role == SeatRole.ADVISER
    return is_own or can_manage(user, seat.programme_id)


def can_plan_rounds(user, programme) -> bool:
    """Rounds are the secretariat's."""
    return can_manage(user, programme.pk)
