"""Reminders of consultations, a week and a day before: to those who come and to the adviser."""

from datetime import date, timedelta

from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from common import dates
from common.tenancy import acting_as
from companies.models import Person
from consultations.models import Consultation
from consultations.queries.reminding import consultations_ahead
from consultations.tasks.messages import people_of
from notifications.services import Reader, remind
from programmes.enums import Mode

AHEAD = (7, 1)
"""Days before a consultation on which its people are reminded."""


def remind_of_consultations(*, today: date) -> None:
    """Write down who is to be reminded today; a day on which the clock stood still is made good on the next.

    Each consultation is a piece of work in the name of somebody in its secretariat, because nobody acts by the clock.
    Of the two days the latest that has come counts: nobody hears "in a week" and "tomorrow" at once. Whoever is told of
    another time is reminded of that one: the keys name the sequence.
    """
    for consultation_id, host_id in consultations_ahead(today, days=max(AHEAD)):
        if host_id is None:
            continue
        with acting_as(host_id):
            related = ("adviser__user", "company", "programme")
            consultation = Consultation.objects.select_related(*related).get(pk=consultation_id)
            if not consultation.programme.closed_at:
                _remind_of(consultation, today)


def _remind_of(consultation: Consultation, today: date) -> None:
    held_on = timezone.localdate(consultation.starts_at)
    come = [days for days in AHEAD if held_on - timedelta(days=days) <= today < held_on]
    if not come or _was_told_since(consultation, held_on - timedelta(days=min(come))):
        return
    users, others = people_of(consultation)
    for reader in [*users, *others]:
        _remind(reader, consultation, held_on, days=min(come))


def _was_told_since(consultation: Consultation, day: date) -> bool:
    """Whether its people were told when it is on that day or after it: they need no reminder."""
    last = consultation.changes.order_by("-made_at").first()
    return last is not None and timezone.localdate(last.made_at) >= day


def _remind(reader: User | Person, consultation: Consultation, held_on: date, *, days: int) -> None:
    has_account = isinstance(reader, User)
    address = reverse("consultations:prepare", args=[consultation.company_id, consultation.pk])
    remind(
        to=reader if has_account else Reader(name=reader.name_ja or reader.name_en, address=reader.email),
        kind="consultation_ahead",
        key=f"consultation_ahead:{consultation.pk}:{consultation.sequence}:{days}",
        params=lambda: _facts(consultation, held_on, days),
        path=address if has_account else "",
        due_on=held_on - timedelta(days=days),
        last_on=held_on - timedelta(days=1),
        company_id=consultation.company_id,
        programme_id=consultation.programme_id,
    )


def _facts(consultation: Consultation, held_on: date, days: int) -> dict:
    return {
        "company": consultation.company.name,
        "adviser": consultation.adviser.name,
        "days": days,
        "day": dates.long_date(held_on),
        "when": dates.date_and_times(consultation.starts_at, consultation.ends_at),
        "mode": str(Mode(consultation.method).label),
        "place": "" if consultation.method == Mode.ONLINE else consultation.place,
    }
