"""Row-level security by itself: what the database answers when the code filters nothing at all."""

import pytest
from django.apps import apps
from django.db import ProgrammingError, connection

from common.tenancy.guard import role_problems, schema_problems
from companies.models import Company, Person
from programmes.models import Attendance, Enrolment, Programme
from tests.factories import make_attendance, make_person, make_session
from tests.roles import seen_by, web_role


def test_the_schema_has_no_table_without_a_policy(db):
    assert schema_problems() == []


def test_the_owner_of_the_tables_is_refused(db):
    assert len(role_problems()) == 3  # bypasses, owns, can become the definer


def test_the_web_role_is_accepted(db):
    with web_role():
        assert role_problems() == []


def test_without_context_nothing_is_seen(cast):
    with seen_by(None):
        seen = {
            model._meta.label: model.objects.count()
            for model in apps.get_models()
            if any(f.column in ("company_id", "programme_id") for f in model._meta.local_fields)
        }
    assert set(seen.values()) == {0}
    assert len(seen) >= 14


@pytest.mark.parametrize(
    ("who", "companies"),
    [
        ("manager", {"company"}),
        ("staff", {"company"}),
        ("neighbour", {"neighbour"}),
        ("stranger", {"stranger"}),
        ("adviser", {"company"}),
        ("unassigned_adviser", set()),
        ("former_adviser", set()),
        ("secretariat", {"company", "neighbour"}),
        ("other_secretariat", {"stranger"}),
        ("nobody", set()),
    ],
)
def test_a_forgotten_filter_shows_only_what_the_person_may_see(cast, who, companies):
    names = {
        cast.company.pk: "company",
        cast.neighbour.company_id: "neighbour",
        cast.stranger.company_id: "stranger",
    }
    with seen_by(cast.people[who]):
        assert {names[pk] for pk in Company.objects.values_list("pk", flat=True)} == companies
        assert {
            names[pk] for pk in Company.objects.visible_to(cast.people[who]).values_list("pk", flat=True)
        } == companies
        assert {names[pk] for pk in Enrolment.objects.values_list("company_id", flat=True)} == companies


def test_the_company_in_the_address_hides_the_others(cast):
    with seen_by(cast.people["secretariat"], company_id=cast.company.pk):
        assert list(Company.objects.values_list("pk", flat=True)) == [cast.company.pk]


def test_a_row_of_another_tenant_is_refused(cast):
    with pytest.raises(ProgrammingError, match="row-level security"), seen_by(cast.people["manager"]):
        Person.objects.create(company=cast.neighbour.company, name_ja="混入")


def test_a_key_to_another_tenant_is_refused(cast):
    """The plain foreign key would accept the invisible person; the composite one does not."""
    session = make_session(cast.programme)
    foreign = make_person(cast.neighbour.company)
    with pytest.raises(Exception, match="same_company_id"):
        Attendance.objects.create(
            session=session, programme=cast.programme, company=cast.company, person=foreign, planned_mode="online"
        )


def test_the_access_table_is_written_only_through_its_function(cast):
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        seen_by(cast.people["manager"]),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE companies_access SET valid_until = NULL")


def test_a_member_cannot_grant_access(cast):
    from companies.services import Grant, grant_access

    manager = cast.people["manager"]
    grant = Grant(manager.pk, cast.neighbour.company_id, "member", manager.pk)
    with pytest.raises(ProgrammingError, match="not allowed"), seen_by(manager):
        grant_access(grants=[grant])


def test_programmes_are_seen_by_those_who_take_part(cast):
    with seen_by(cast.people["manager"]):
        assert list(Programme.objects.all()) == [cast.programme]
    with seen_by(cast.people["nobody"]):
        assert list(Programme.objects.all()) == []


def test_attendance_of_another_company_is_not_seen(cast):
    session = make_session(cast.programme)
    make_attendance(session, make_person(cast.neighbour.company))
    own = make_attendance(session, make_person(cast.company))
    with seen_by(cast.people["staff"]):
        assert list(Attendance.objects.all()) == [own]
