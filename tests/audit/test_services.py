from datetime import UTC, datetime, timedelta

from audit.models import Event
from audit.services import log_look
from tests.roles import seen_by

NOON = datetime(2024, 12, 10, 3, 0, tzinfo=UTC)


def looks():
    return Event.objects.filter(verb="content.looked_at").count()


def test_a_second_look_in_the_same_quarter_of_an_hour_is_not_told_twice(cast):
    adviser = cast.people["adviser"]
    with seen_by(adviser):
        for minutes in (0, 1, 14):
            log_look(actor=adviser, obj=cast.company, company_id=cast.company.pk, now=NOON + timedelta(minutes=minutes))
    assert looks() == 1


def test_the_next_quarter_another_person_and_another_object_are_told(cast):
    adviser, idle = cast.people["adviser"], cast.people["unassigned_adviser"]
    with seen_by(adviser):
        log_look(actor=adviser, obj=cast.company, now=NOON)
        log_look(actor=adviser, obj=cast.company, now=NOON + timedelta(minutes=15))
        log_look(actor=adviser, obj=cast.programme, now=NOON)
    with seen_by(idle):
        log_look(actor=idle, obj=cast.company, now=NOON)
    assert looks() == 4


def test_a_look_says_who_looked_at_what(cast):
    secretariat = cast.people["secretariat"]
    with seen_by(secretariat):
        log_look(actor=secretariat, obj=cast.programme, programme_id=cast.programme.pk, now=NOON)
    event = Event.objects.get(verb="content.looked_at")
    assert (event.actor_id, event.object_id, event.programme_id, event.company_id, event.detail) == (
        secretariat.pk,
        cast.programme.pk,
        cast.programme.pk,
        None,
        {},
    )
