"""The people of a company: entered, changed, given rights, leaving and followed by somebody; effective at the next request."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import ProgrammingError, connection
from django.urls import reverse
from django.utils import timezone

from audit.models import Event
from companies import services
from companies.models import Access, Membership, Person
from policies.models import ActionItem
from tests.counting import queries_of
from tests.factories import make_attendance, make_member, make_person, make_session
from tests.reading import rows, words
from tests.roles import seen_by


def page(cast, name="people", *args) -> str:
    return reverse(f"dashboards:{name}", args=[cast.company.pk, *args])


def person_of(cast, who) -> Person:
    return Person.objects.get(user=cast.people[who], company=cast.company)


def rights_of(person) -> str:
    return next(iter(Membership.objects.current().filter(person=person).values_list("role", flat=True)), "")


@pytest.fixture
def manager(cast, sign_in):
    return sign_in(cast.people["manager"])


@pytest.fixture
def staff(cast, sign_in):
    return sign_in(cast.people["staff"])


NEW = {"name_ja": "佐藤 花子", "name_kana": "さとう　はなこ", "email": "soumu@example.co.jp", "level": "working"}


def contact(client, cast, person, **changes) -> dict:
    """What a browser sends back of the contact, with changes."""
    form = client.get(page(cast, "person", person.pk)).context["contact"]
    values = {f"contact-{name}": form.initial.get(name) or "" for name in form.fields}
    return values | {"deed": "contact"} | {f"contact-{name}": value for name, value in changes.items()}


# --- Entering -----------------------------------------------------------------------------------------------------------


def test_people_are_entered_with_rights_that_wait_for_an_account(cast, manager):
    assert manager.post(page(cast, "new_person"), NEW | {"role": "staff"}).status_code == 302
    person = Person.objects.get(name_ja="佐藤 花子")
    assert (person.name_kana, person.user, rights_of(person)) == ("サトウ ハナコ", None, "staff")
    assert not Access.objects.filter(source_id__in=person.memberships.values("pk")).exists()
    [row] = [row for row in rows(manager.get(page(cast))) if row[0] == "佐藤 花子"]
    assert row[2:] == ["実務担当者", "担当者", "soumu@example.co.jp", "招待待ち"]
    assert set(Event.objects.filter(object_id=person.pk).values_list("verb", flat=True)) == {
        "person.added", "rights.given",
    }  # fmt: skip


def test_several_share_a_mailbox_and_nobody_stands_there_twice(cast, manager):
    manager.post(page(cast, "new_person"), NEW)
    assert manager.post(page(cast, "new_person"), NEW | {"name_ja": "鈴木 一郎"}).status_code == 302
    shared = [row for row in rows(manager.get(page(cast))) if row[4].startswith("soumu@")]
    assert [row[4] for row in shared] == ["soumu@example.co.jp 共用アドレス"] * 2
    response = manager.post(page(cast, "new_person"), NEW | {"name_ja": "佐藤　花子", "title": "課長"})
    assert response.status_code == 422
    assert "すでに一覧にあります" in response.context["form"].errors["name_ja"][0]
    assert 'value="課長"' in response.content.decode()


@pytest.mark.parametrize(
    ("field", "change", "said"),
    [
        ("name_ja", {"name_ja": ""}, "氏名"),
        ("name_kana", {"name_kana": "佐藤"}, "漢字を使わず"),
        ("email", {"email": "soumu@"}, "メールアドレス"),
        ("level", {"level": "chief"}, "chief"),
        ("role", {"role": "owner"}, "owner"),
    ],
)
def test_bad_input_is_said_at_the_field_and_stays(cast, manager, field, change, said):
    response = manager.post(page(cast, "new_person"), NEW | {"title": "書きかけ"} | change)
    assert response.status_code == 422
    assert said in " ".join(response.context["form"].errors[field])
    assert 'value="書きかけ"' in response.content.decode()
    assert not Person.objects.filter(title="書きかけ").exists()


# --- Changing -----------------------------------------------------------------------------------------------------------


def test_two_who_change_the_same_person_lose_nothing(cast, manager, staff):
    person = make_person(cast.company, title="主任")
    first = contact(manager, cast, person, title="課長")
    second = contact(staff, cast, person, title="係長", email="new@example.co.jp")
    other = contact(staff, cast, person, level="management")
    url = page(cast, "person", person.pk)
    assert manager.post(url, first).status_code == 302
    assert staff.post(url, other).status_code == 302
    response = staff.post(url, second)
    assert (response.status_code, response.context["clashes"]) == (409, [("役職", "課長")])
    assert 'value="new@example.co.jp"' in response.content.decode()
    again = second | {"contact-base": response.context["contact"]["base"].value(), "contact-level": "management"}
    assert staff.post(url, again).status_code == 302
    person.refresh_from_db()
    assert (person.title, person.email, person.level) == ("係長", "new@example.co.jp", "management")
    assert [e.detail for e in Event.objects.filter(verb="person.changed")] == [
        {"fields": ["title"]}, {"fields": ["level"]}, {"fields": ["title", "email"]},
    ]  # fmt: skip


# --- Rights -------------------------------------------------------------------------------------------------------------


def test_rights_hold_with_the_next_request_and_come_back_without_an_invitation(cast, manager, staff):
    person, home = person_of(cast, "staff"), reverse("dashboards:company_home", args=[cast.company.pk])
    url = page(cast, "person", person.pk)
    for role, status in (("", 404), ("staff", 200), ("manager", 200)):
        assert manager.post(url, {"deed": "rights", "rights-role": role}).status_code == 302
        assert rights_of(person) == role
        assert staff.get(home).status_code == status
    assert staff.get(page(cast, "leave", person.pk)).status_code == 200


def test_staff_give_no_rights_and_end_none(cast, staff):
    person = person_of(cast, "manager")
    assert staff.post(page(cast, "person", person.pk), {"deed": "rights", "rights-role": ""}).status_code == 403
    assert staff.get(page(cast, "leave", person.pk)).status_code == 403
    staff.post(page(cast, "new_person"), NEW | {"role": "manager"})
    assert rights_of(Person.objects.get(name_ja="佐藤 花子")) == ""
    user = cast.people["staff"]
    with pytest.raises(PermissionDenied), seen_by(user):
        services.change_rights(person=person, role="staff", actor=user, now=timezone.now())


@pytest.mark.parametrize("who", ["staff", "adviser"])
def test_the_database_lets_no_other_write_rights(cast, who):
    user, own = cast.people[who], Membership.objects.get(person=person_of(cast, "staff"))
    with seen_by(user):
        assert Membership.objects.filter(pk=own.pk).update(role="manager") == 0
    with pytest.raises(ProgrammingError, match="row-level security"), seen_by(user):
        Membership.objects.create(company=cast.company, person=make_person(cast.company), role="manager")
    other = Membership.objects.get(person=person_of(cast, "manager"))
    with pytest.raises(ProgrammingError, match="not allowed to end"), seen_by(user), connection.cursor() as cursor:
        cursor.execute("SELECT app.end_member_access(%s)", [other.pk])


def test_nobody_becomes_a_member_without_an_invitation(cast):
    """Naming an account of somebody else in a row opens nothing to it, nor takes anything from it."""
    manager, nobody = cast.people["manager"], cast.people["nobody"]
    with seen_by(manager):
        person = Person.objects.create(company=cast.company, name_ja="別人", user=nobody)
        services.change_rights(person=person, role="manager", actor=manager, now=timezone.now())
    assert not Access.objects.filter(user=nobody).exists()


def test_a_company_keeps_a_manager_unless_the_secretariat_says_otherwise(cast, manager, sign_in):
    person = person_of(cast, "manager")
    url = page(cast, "person", person.pk)
    response = manager.post(url, {"deed": "rights", "rights-role": "staff"})
    assert response.status_code == 422
    assert "ほかの方を管理者に" in response.context["rights"].errors["role"][0]
    assert manager.post(page(cast, "leave", person.pk), {}).status_code == 422
    assert rights_of(person) == "manager"
    desk = sign_in(cast.people["secretariat"])
    assert desk.post(url, {"deed": "rights", "rights-role": "staff"}).status_code == 302
    assert rights_of(person) == "staff"


# --- Leaving ------------------------------------------------------------------------------------------------------------


def test_who_leaves_is_out_at_once_and_the_successor_takes_over(cast, manager, staff):
    leaving, successor = person_of(cast, "manager"), person_of(cast, "staff")
    item = ActionItem.objects.create(
        company=cast.company,
        programme=cast.programme,
        enrolment=cast.enrolment,
        source="review",
        source_id=uuid4(),
        text="T",
        owner=leaving,
        author=cast.people["adviser"],
    )
    make_attendance(make_session(cast.programme, starts_at=timezone.now() + timedelta(days=3)), leaving, attended=None)
    url = page(cast, "leave", leaving.pk)
    assert "1件" in " ".join(words(manager.get(url), "li"))
    assert manager.post(url, {"successor": successor.pk}).status_code == 302
    assert manager.get(page(cast)).status_code == 404
    assert (rights_of(leaving), rights_of(successor)) == ("", "manager")
    item.refresh_from_db()
    assert item.owner == successor
    leaving.refresh_from_db()
    assert leaving.left_on == timezone.localdate()
    assert leaving.user == cast.people["manager"]
    text = staff.get(page(cast)).content.decode()
    assert "在籍していない方" in text
    assert leaving.name not in [row[0] for row in rows(staff.get(page(cast)))]
    assert Event.objects.get(verb="person.left").detail == {"successor": str(successor.pk)}


def test_a_manager_lets_somebody_leave_and_come_back(cast, manager, staff):
    person = person_of(cast, "staff")
    assert manager.post(page(cast, "leave", person.pk), {}).status_code == 302
    assert staff.get(page(cast)).status_code == 404
    manager.get(page(cast))  # reads what was told
    session = make_session(cast.programme, starts_at=timezone.now() + timedelta(days=3))
    offered = manager.get(reverse("programmes:register", args=[cast.company.pk, session.pk])).content.decode()
    assert person.name not in offered
    manager.post(page(cast, "person", person.pk), {"deed": "return"})
    person.refresh_from_db()
    assert (person.left_on, rights_of(person)) == (None, "")


@pytest.mark.parametrize("who", ["self", "neighbour", "left"])
def test_nobody_else_can_follow(cast, manager, who):
    leaving = person_of(cast, "staff")
    other = {
        "self": leaving,
        "neighbour": make_person(cast.neighbour.company),
        "left": make_person(cast.company, left_on=timezone.localdate()),
    }[who]
    response = manager.post(page(cast, "leave", leaving.pk), {"successor": other.pk})
    assert (response.status_code, list(response.context["form"].errors)) == (422, ["successor"])
    assert rights_of(leaving) == "staff"


@pytest.mark.parametrize("count", [1, 30])
@pytest.mark.parametrize(("name", "queries"), [("people", 6), ("new_person", 7), ("person", 8), ("leave", 10)])
def test_the_pages_ask_the_same_whatever_they_hold(cast, manager, name, queries, count):
    for number in range(count):
        make_member(cast.company)
        make_person(cast.company, email="soumu@example.co.jp")
        make_person(cast.company, left_on=timezone.localdate() - timedelta(days=number))
    more = [person_of(cast, "staff").pk] if name in ("person", "leave") else []
    assert len(queries_of(manager, page(cast, name, *more))) == queries
