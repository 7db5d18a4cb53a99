"""Who sees jobs and files: the door in code and the policies in the database say the same, for everyone in the cast."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import ProgrammingError, transaction

from accounts.services import system_operator
from common.tenancy import acting_as
from jobs.models import Job, StoredFile
from jobs.services import request_job, store_file
from tests.roles import seen_by

pytestmark = pytest.mark.django_db

OWNERS = (
    "a company's records",
    "a company's content",
    "both, the company rules",
    "a programme",
    "a programme, asked by an adviser",
    "nobody else",
)
COMPANY_RECORDS = {"manager", "staff", "adviser", "secretariat"}
COMPANY_CONTENT = {"manager", "staff", "adviser"}


def owners(cast) -> dict[str, tuple[dict, str, set]]:
    """What a job or file may belong to, who asked, and who of the cast sees it."""
    company, programme = {"company_id": cast.company.pk}, {"programme_id": cast.programme.pk}
    return {
        "a company's records": (company, "secretariat", COMPANY_RECORDS),
        "a company's content": (company | {"is_content": True}, "manager", COMPANY_CONTENT),
        "both, the company rules": (company | programme | {"is_content": True}, "staff", COMPANY_CONTENT),
        "a programme": (programme, "secretariat", {"secretariat"}),
        "a programme, asked by an adviser": (programme, "adviser", {"adviser", "secretariat"}),
        "nobody else": ({}, "nobody", {"nobody"}),
    }


@pytest.fixture
def rows(cast):
    made = {}
    for name, (owner, asker, _readers) in owners(cast).items():
        actor = cast.people[asker]
        with acting_as(actor.pk):
            job, _created = request_job("test", title="Test", actor=actor, **owner)
            made[name] = job, store_file(name="a.txt", content=name.encode(), actor=actor, **owner)
    return made


@pytest.mark.parametrize("name", OWNERS)
def test_door_and_policy_let_in_the_same_people(cast, rows, name):
    expected = owners(cast)[name][2]
    job, file = rows[name]
    by_policy, by_door = {"job": set(), "file": set()}, {"job": set(), "file": set()}
    for role, user in cast.people.items():
        with seen_by(user):
            by_policy["job"] |= {role} if Job.objects.filter(pk=job.pk).exists() else set()
            by_policy["file"] |= {role} if StoredFile.objects.filter(pk=file.pk).exists() else set()
        with acting_as(user.pk):
            by_door["job"] |= {role} if Job.objects.visible_to(user).filter(pk=job.pk).exists() else set()
            by_door["file"] |= {role} if StoredFile.objects.visible_to(user).filter(pk=file.pk).exists() else set()
    assert by_policy == by_door == {"job": expected, "file": expected}


def test_nobody_sees_nothing(rows):
    with seen_by(None):
        assert (Job.objects.count(), StoredFile.objects.count()) == (0, 0)
    assert (
        Job.objects.visible_to(AnonymousUser()).count(),
        StoredFile.objects.visible_to(AnonymousUser()).count(),
    ) == (0, 0)


def test_who_asked_no_longer_sees_it_when_their_access_ends(cast, rows):
    adviser = cast.people["adviser"]
    job, _file = rows["a programme, asked by an adviser"]
    cast.programme.seats.filter(user=adviser).update(ended_at="2026-01-01T00:00:00Z")
    with seen_by(adviser):
        assert not Job.objects.filter(pk=job.pk).exists()


@pytest.mark.parametrize("asker", ["neighbour", "stranger", "nobody", "former_adviser"])
def test_no_job_for_a_company_out_of_sight(cast, asker):
    actor = cast.people[asker]
    with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic(), seen_by(actor):
        request_job("test", title="Test", actor=actor, company_id=cast.company.pk)


def test_no_job_and_no_file_in_anothers_name(cast):
    staff, manager = cast.people["staff"], cast.people["manager"]
    with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic(), seen_by(staff):
        request_job("test", title="Test", actor=manager, company_id=cast.company.pk)
    with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic(), seen_by(staff):
        store_file(name="a.txt", content=b"x", actor=manager, company_id=cast.company.pk)


def test_the_system_operator_sees_its_own_and_its_programmes(cast):
    operator = system_operator()
    with seen_by(operator):
        job, _created = request_job("test", title="Test", actor=operator, programme_id=cast.programme.pk)
        assert Job.objects.visible_to(operator).get() == job
