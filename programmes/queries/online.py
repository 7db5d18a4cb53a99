"""Questions about lists of online meetings."""

from collections.abc import Iterable

from django.db.models import QuerySet
from django.utils import timezone

from companies.models import Person
from programmes.models import Attendance, Enrolment, OnlineList, Session


def online_lists(user, session: Session) -> QuerySet[OnlineList]:
    return OnlineList.objects.visible_to(user).filter(session=session)


def people_by_id(user, ids: Iterable[str]) -> dict[str, Person]:
    people = Person.objects.visible_to(user).filter(pk__in=set(ids)).select_related("company")
    return {str(person.pk): person for person in people}


def attendance_by_person(user, session: Session) -> dict[str, Attendance]:
    """The rows of a session by the person's id."""
    return {str(row.person_id): row for row in Attendance.objects.visible_to(user).filter(session=session)}


def people_to_choose(user, session: Session) -> tuple[list[Person], list[Person]]:
    """Who may be meant by a line: who is on the list of the session, and the others of the companies that take part."""
    day = timezone.localdate(session.starts_at)
    enrolled = Enrolment.objects.visible_to(user).filter(programme=session.programme_id).as_of(day).values("company")
    expected = set(Attendance.objects.visible_to(user).filter(session=session).values_list("person_id", flat=True))
    people = Person.objects.visible_to(user).filter(company__in=enrolled) | Person.objects.visible_to(user).filter(
        pk__in=expected
    )
    ordered = list(people.select_related("company").distinct())
    return [p for p in ordered if p.pk in expected], [p for p in ordered if p.pk not in expected]
