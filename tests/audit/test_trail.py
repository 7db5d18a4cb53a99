"""The trail: written once, by whoever acts, and read by those whom it concerns."""

import pytest
from django.db import ProgrammingError, connection, transaction

from accounts.services import system_operator
from audit.models import Event
from audit.services import build_event, log, log_many
from common import logs
from programmes.models import Enrolment
from tests.roles import seen_by


def readers(cast) -> set[str]:
    seen = set()
    for who, user in cast.people.items():
        with seen_by(user):
            if Event.objects.filter(verb="test.told").exists():
                seen.add(who)
    return seen


def test_an_event_says_who_did_what_on_which_thing(cast):
    manager = cast.people["manager"]
    token = logs.request_id.set("abc123")
    try:
        with seen_by(manager):
            log(actor=manager, verb="test.told", obj=cast.company, company_id=cast.company.pk, detail={"rows": 3})
    finally:
        logs.request_id.reset(token)
    event = Event.objects.get(verb="test.told")
    assert (event.actor_id, event.actor_label, event.object_type, event.object_id, event.object_label) == (
        manager.pk,
        str(manager),
        "companies.company",
        cast.company.pk,
        str(cast.company),
    )
    assert (event.company_id, event.programme_id, event.detail, event.request_id) == (
        cast.company.pk,
        None,
        {"rows": 3},
        "abc123",
    )


def test_an_event_belongs_to_the_transaction_of_the_deed(cast):
    def deed():
        with seen_by(cast.people["manager"]):
            log(actor=cast.people["manager"], verb="test.told")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        deed()
    assert not Event.objects.filter(verb="test.told").exists()


def test_many_events_are_one_statement(cast, django_assert_num_queries):
    manager = cast.people["manager"]
    events = [build_event(actor=manager, verb="test.told", detail={"number": number}) for number in range(50)]
    with seen_by(manager), django_assert_num_queries(1):
        log_many(events)
    assert Event.objects.filter(verb="test.told").count() == 50


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET verb = 'nothing.happened'",
        "DELETE FROM audit_event",
        "TRUNCATE audit_event",
        "ALTER TABLE audit_event DISABLE ROW LEVEL SECURITY",
        "DROP TABLE audit_event",
    ],
)
def test_what_is_told_stays(cast, statement):
    refused = pytest.raises(ProgrammingError, match=r"permission denied|must be owner")
    with refused, seen_by(cast.people["secretariat"]), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_event SET verb = 'nothing.happened'", "DELETE FROM audit_event", "TRUNCATE audit_event"]
)
def test_what_is_told_stays_before_the_owner_too(cast, statement):
    """Who migrates and restores has every right on the table, and is refused by its triggers."""
    Event.objects.create(verb="test.told")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL app.clearing = 'off'")
        with pytest.raises(ProgrammingError, match="The trail is written once"), transaction.atomic():
            cursor.execute(statement)
    assert Event.objects.filter(verb="test.told").exists()


def test_what_is_older_than_seven_years_may_go(cast):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_event (id, at, verb, actor_label, acting_role, object_type, object_label, detail, request_id)"
            " SELECT gen_random_uuid(), now() - age, 'test.told', '', '', '', '', '{}', ''"
            " FROM unnest(ARRAY[interval '7 years 1 day', interval '6 years 364 days']) age"
        )
        cursor.execute("SET LOCAL app.clearing = 'off'")
        cursor.execute("DELETE FROM audit_event WHERE at < now() - interval '7 years'")
        assert cursor.rowcount == 1
        with pytest.raises(ProgrammingError, match="The trail is written once"), transaction.atomic():
            cursor.execute("DELETE FROM audit_event")


@pytest.mark.parametrize(
    ("who", "of_company", "role"),
    [
        ("manager", True, "manager"),
        ("staff", True, "staff"),
        ("adviser", True, "adviser"),
        ("secretariat", True, "secretariat"),
        ("secretariat", False, "secretariat"),
        ("unassigned_adviser", False, "adviser"),
        ("nobody", False, ""),
    ],
)
def test_the_database_adds_as_whom_somebody_acts(cast, who, of_company, role):
    """Whatever the code says: the web role cannot claim another one."""
    user = cast.people[who]
    event = build_event(
        actor=user,
        verb="test.told",
        company_id=cast.company.pk if of_company else None,
        programme_id=cast.programme.pk,
    )
    event.acting_role = "operator"
    with seen_by(user):
        log_many([event])
    assert Event.objects.get(verb="test.told").acting_role == role


def test_deeds_of_the_portal_by_a_link_and_by_the_operator_say_so(cast):
    for actor, detail in ((None, {}), (None, {"by": "link"}), (cast.people["manager"], {"way": "link"})):
        log(actor=actor, verb="test.told", company_id=cast.company.pk, detail=detail)
    log(actor=system_operator(), verb="test.told", company_id=cast.company.pk)
    found = Event.objects.filter(verb="test.told").order_by("at").values_list("acting_role", flat=True)
    assert list(found) == ["system", "link", "link", "operator"]


def test_a_name_that_somebody_wrote_is_not_kept(cast):
    """Only what is named by the records says its name; of a photograph, its caption is not kept."""
    for obj in (cast.company, Event(verb="a text that somebody wrote")):
        log(actor=None, verb="test.told", obj=obj)
    found = Event.objects.filter(verb="test.told").order_by("at").values_list("object_label", flat=True)
    assert list(found) == [str(cast.company), ""]


def test_signing_in_is_read_by_oneself_the_own_manager_and_the_secretariat_of_a_seat(cast):
    people = cast.people
    for who in ("staff", "adviser", "secretariat"):
        Event.objects.create(verb=f"test.{who}", object_type="accounts.user", object_id=people[who].pk)
    seen = {}
    for who, user in people.items():
        with seen_by(user):
            verbs = Event.objects.filter(verb__startswith="test.").values_list("verb", flat=True)
            seen[who] = {verb.removeprefix("test.") for verb in verbs}
    assert {who: told for who, told in seen.items() if told} == {
        "manager": {"staff"},
        "staff": {"staff"},
        "adviser": {"adviser"},
        "secretariat": {"adviser", "secretariat"},
    }


def test_nobody_tells_in_the_name_of_another(cast):
    with pytest.raises(ProgrammingError, match="row-level security"), seen_by(cast.people["manager"]):
        log(actor=cast.people["secretariat"], verb="test.told")


def test_what_a_company_did_in_a_programme_is_for_those_who_see_its_records(cast):
    Event.objects.create(
        verb="test.told", company_id=cast.company.pk, programme_id=cast.programme.pk, actor_id=cast.people["nobody"].pk
    )
    assert readers(cast) == {"manager", "staff", "adviser", "secretariat", "nobody"}


def test_what_happened_in_a_programme_is_for_its_secretariat(cast):
    Event.objects.create(verb="test.told", programme_id=cast.programme.pk)
    assert readers(cast) == {"secretariat"}


def test_everybody_reads_their_own_deeds(cast):
    with seen_by(cast.people["nobody"]):
        log(actor=cast.people["nobody"], verb="test.told")
    assert readers(cast) == {"nobody"}


def test_a_secretariat_does_not_read_what_its_company_did_elsewhere(cast):
    """The company takes part in both programmes; each secretariat reads of its own."""
    Enrolment.objects.create(
        company=cast.company, programme=cast.other_programme, code="C9", joined_on=cast.other_programme.starts_on
    )
    Event.objects.create(verb="test.told", company_id=cast.company.pk, programme_id=cast.other_programme.pk)
    assert readers(cast) == {"manager", "staff", "other_secretariat"}
