"""Registration: places, the waiting list, apologies and deputies, and who is told what."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from audit.models import Event
from notifications.models import Message, OutgoingMail
from programmes import queries, services
from programmes.models import Arrival, Attendance, Observer
from programmes.services import RegistrationRefused
from tests.factories import make_company, make_member, make_person, make_session
from tests.roles import seen_by

LINK = "https://meet.example/room"


@pytest.fixture
def session(cast):
    return make_coming(cast.programme, capacity_onsite=2, capacity_online=1)


def make_coming(programme, **fields):
    return make_session(programme, starts_at=timezone.now() + timedelta(days=10), **fields)


@pytest.fixture
def staff(cast):
    return cast.people["staff"]


def deed(user, function, **values):
    """Do it as the person and as the web's database role would."""
    with seen_by(user):
        return function(actor=user, **values)


def register(user, session, person, mode="onsite"):
    return deed(user, services.register, session=session, person=person, mode=mode)


def standing(session) -> dict[str, tuple]:
    return {
        row.person.name_ja: (row.registration, row.planned_mode)
        for row in Attendance.objects.filter(session=session).select_related("person")
    }


def refused(user, function, **values) -> str:
    with pytest.raises(RegistrationRefused) as error:
        deed(user, function, **values)
    return error.value.code


# --- Registering ------------------------------------------------------------------------------------------------------


def test_a_company_registers_its_people(cast, session, staff):
    row = register(staff, session, make_person(cast.company, name_ja="甲"))
    row.refresh_from_db()
    assert (row.registration, row.planned_mode, row.source, row.sequence) == ("registered", "onsite", "company", 1)
    event = Event.objects.get(verb="attendance.registered")
    assert (event.actor_id, event.company_id, event.detail) == (
        staff.pk,
        cast.company.pk,
        {"session": session.code, "mode": "onsite"},
    )


def test_the_secretariat_does_it_for_a_company(cast, session):
    row = register(cast.people["secretariat"], session, make_person(cast.neighbour.company))
    assert (row.registration, row.source) == ("registered", "secretariat")


@pytest.mark.parametrize("who", ["neighbour", "stranger", "adviser", "unassigned_adviser", "other_secretariat"])
def test_others_cannot(cast, session, who):
    person = make_person(cast.company)
    for function, values in (
        (services.register, {"mode": "onsite"}),
        (services.apologise, {"reason": "R"}),
        (services.withdraw, {}),
    ):
        with pytest.raises(PermissionDenied):
            deed(cast.people[who], function, session=session, person=person, **values)
    assert not Attendance.objects.exists()
    assert not Event.objects.filter(verb__startswith="attendance").exists()


def test_registering_twice_is_registering_once(cast, session, staff):
    person = make_person(cast.company)
    first, again = register(staff, session, person), register(staff, session, person)
    assert (first.pk, first.sequence) == (again.pk, again.sequence)
    assert Event.objects.filter(verb="attendance.registered").count() == 1


def test_places_of_other_companies_count_though_they_cannot_be_seen(cast, session, staff):
    for _ in range(2):
        register(cast.people["neighbour"], session, make_person(cast.neighbour.company))
    row = register(staff, session, make_person(cast.company))
    assert row.registration == "waiting"
    with seen_by(staff):
        assert queries.places_taken([session])[session.pk, "onsite"] == queries.Taken(places=2, waiting=1)
        assert queries.waiting_numbers([session]) == {row.pk: 1}
        assert Attendance.objects.count() == 1
    with seen_by(cast.people["neighbour"]):
        assert queries.waiting_numbers([session]) == {}
    with seen_by(cast.people["stranger"]):
        assert queries.places_taken([session]) == {}


def test_who_changes_the_mode_keeps_the_place_where_the_other_is_full(cast, session, staff):
    one, two = make_person(cast.company, name_ja="一"), make_person(cast.company, name_ja="二")
    register(staff, session, one, "online")
    register(staff, session, two, "onsite")
    assert refused(staff, services.register, session=session, person=two, mode="online") == "full"
    assert standing(session) == {"一": ("registered", "online"), "二": ("registered", "onsite")}
    assert register(staff, session, one, "onsite").planned_mode == "onsite"
    assert register(staff, session, two, "online").registration == "registered"


def test_a_change_of_mode_lets_the_next_move_up(cast, session, staff):
    one, two = make_person(cast.company, name_ja="一"), make_person(cast.company, name_ja="二")
    register(staff, session, one, "online")
    assert register(staff, session, two, "online").registration == "waiting"
    register(staff, session, one, "onsite")
    assert standing(session) == {"一": ("registered", "onsite"), "二": ("registered", "online")}


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"registration_ends_at": -1}, "closed"),
        ({"state": "cancelled"}, "cancelled"),
        ({"method": "online"}, "mode"),
    ],
)
def test_what_a_company_cannot_register_for(cast, staff, fields, code):
    if "registration_ends_at" in fields:
        fields = {"registration_ends_at": timezone.now() - timedelta(minutes=1)}
    session = make_coming(cast.programme, **fields)
    person = make_person(cast.company)
    assert refused(staff, services.register, session=session, person=person, mode="onsite") == code
    assert not Attendance.objects.exists()


def test_a_session_that_is_over_takes_nobody(cast, staff):
    session = make_session(cast.programme, starts_at=timezone.now() - timedelta(hours=5))
    person = make_person(cast.company)
    for user in (staff, cast.people["secretariat"]):
        assert refused(user, services.register, session=session, person=person, mode="onsite") == "over"


def test_the_secretariat_registers_after_the_deadline(cast):
    session = make_coming(cast.programme, registration_ends_at=timezone.now() - timedelta(minutes=1))
    assert register(cast.people["secretariat"], session, make_person(cast.company)).registration == "registered"


def test_a_company_that_has_left_the_programme_cannot_register(cast, session):
    gone = make_company(cast.programme, withdrawn_on=timezone.localdate())
    user = make_member(gone.company)
    person = make_person(gone.company)
    assert refused(user, services.register, session=session, person=person, mode="onsite") == "not_taking_part"


# --- Not coming -------------------------------------------------------------------------------------------------------


def test_an_apology_gives_the_place_to_who_waits_longest_whatever_the_company(cast, session, staff):
    first = make_person(cast.company, name_ja="一")
    register(staff, session, first)
    register(staff, session, make_person(cast.company, name_ja="二"))
    waiting = make_person(cast.neighbour.company, name_ja="隣")
    register(cast.people["neighbour"], session, waiting)
    register(staff, session, make_person(cast.company, name_ja="三"))
    row = deed(staff, services.apologise, session=session, person=first, reason="出張のため")
    assert (row.registration, row.apology, row.standing) == ("apologised", "出張のため", "apologised")
    assert standing(session) == {
        "一": ("apologised", "onsite"),
        "二": ("registered", "onsite"),
        "隣": ("registered", "onsite"),
        "三": ("waiting", "onsite"),
    }
    moved = Event.objects.get(verb="attendance.moved_up")
    assert (moved.actor_id, moved.company_id) == (None, cast.neighbour.company_id)


def test_a_deputy_takes_the_place_before_all_who_wait(cast, session, staff):
    first, deputy = make_person(cast.company, name_ja="一"), make_person(cast.company, name_ja="代")
    register(staff, session, first)
    register(staff, session, make_person(cast.company, name_ja="二"))
    register(cast.people["neighbour"], session, make_person(cast.neighbour.company, name_ja="隣"))
    deed(staff, services.apologise, session=session, person=first, reason="出張", deputy=deputy)
    assert standing(session) == {
        "一": ("apologised", "onsite"),
        "代": ("registered", "onsite"),
        "二": ("registered", "onsite"),
        "隣": ("waiting", "onsite"),
    }
    assert Attendance.objects.get(person=deputy).deputy_for == first


def test_a_deputy_can_still_be_named_after_the_deadline(cast, session, staff):
    person, deputy = make_person(cast.company), make_person(cast.company)
    register(staff, session, person)
    session.registration_ends_at = timezone.now() - timedelta(minutes=1)
    session.save()
    deed(staff, services.apologise, session=session, person=person, reason="急用", deputy=deputy)
    assert Attendance.objects.get(person=deputy).registration == "registered"


def test_a_deputy_takes_the_turn_of_who_waited(cast, session, staff):
    for _ in range(2):
        register(staff, session, make_person(cast.company))
    waiting, deputy = make_person(cast.company), make_person(cast.company)
    since = register(staff, session, waiting).waiting_since
    register(cast.people["neighbour"], session, make_person(cast.neighbour.company))
    deed(staff, services.apologise, session=session, person=waiting, reason="R", deputy=deputy)
    row = Attendance.objects.get(person=deputy)
    assert (row.registration, row.waiting_since) == ("waiting", since)
    with seen_by(staff):
        assert queries.waiting_numbers([session]) == {row.pk: 1}


def test_a_deputy_is_somebody_else_of_the_company_without_a_place(cast, session, staff):
    person, placed = make_person(cast.company), make_person(cast.company)
    register(staff, session, person)
    register(staff, session, placed)
    secretariat, other = cast.people["secretariat"], make_person(cast.neighbour.company)
    values = {"session": session, "person": person, "reason": "R"}
    for user, deputy in ((staff, placed), (staff, person), (secretariat, other)):
        assert refused(user, services.apologise, deputy=deputy, **values) == "deputy"
    assert set(standing(session).values()) == {("registered", "onsite")}
    absent = make_person(cast.company)
    values["person"] = absent
    assert refused(staff, services.apologise, deputy=make_person(cast.company), **values) == "no_place"


def test_who_comes_back_is_no_longer_replaced(cast, session, staff):
    person, deputy = make_person(cast.company), make_person(cast.company)
    register(staff, session, person)
    deed(staff, services.apologise, session=session, person=person, reason="R", deputy=deputy)
    row = register(staff, session, person)
    assert (row.registration, row.apology, row.deputy_for) == ("registered", "", None)
    assert Attendance.objects.get(person=deputy).deputy_for is None


def test_who_was_never_registered_can_be_said_not_to_come(cast, session, staff):
    row = deed(staff, services.apologise, session=session, person=make_person(cast.company), reason="")
    assert (row.registration, row.apology) == ("apologised", "")
    assert not Message.objects.exists()


def test_a_withdrawal_frees_the_place_and_can_be_taken_back(cast, session, staff):
    person = make_person(cast.company, name_ja="一")
    register(staff, session, person)
    deed(staff, services.withdraw, session=session, person=person)
    deed(staff, services.withdraw, session=session, person=person)
    assert standing(session) == {"一": ("cancelled", "onsite")}
    assert Event.objects.filter(verb="attendance.withdrawn").count() == 1
    assert register(staff, session, person, "online").sequence == 3
    assert refused(staff, services.withdraw, session=session, person=make_person(cast.company)) == "not_registered"


def test_who_is_checked_in_stays(cast, session, staff):
    person = make_person(cast.company)
    register(staff, session, person)
    Attendance.objects.update(attended=True, actual_mode="onsite")
    for function, values in (
        (services.register, {"mode": "online"}),
        (services.apologise, {"reason": "R"}),
        (services.withdraw, {}),
    ):
        assert refused(staff, function, session=session, person=person, **values) == "present"


def test_an_apology_that_comes_late_is_still_written_down_by_the_secretariat(cast, session, staff):
    person = make_person(cast.company)
    register(staff, session, person)
    session.starts_at, session.ends_at = (timezone.now() - timedelta(hours=hours) for hours in (3, 1))
    session.save()
    Attendance.objects.update(attended=False)
    assert refused(staff, services.apologise, session=session, person=person, reason="R") == "over"
    row = deed(cast.people["secretariat"], services.apologise, session=session, person=person, reason="R")
    assert row.standing == "apologised"


# --- More places ------------------------------------------------------------------------------------------------------


def test_more_places_are_given_in_the_order_of_the_waiting_list(cast, session, staff):
    for name in "一二三四五":
        register(staff, session, make_person(cast.company, name_ja=name))
    session.capacity_onsite = 4
    session.save()
    moved = deed(cast.people["secretariat"], services.fill_places, session=session)
    assert sorted(row.person.name_ja for row in moved) == ["三", "四"]
    assert standing(session)["五"] == ("waiting", "onsite")
    session.capacity_onsite = None
    session.save()
    assert len(deed(cast.people["secretariat"], services.fill_places, session=session)) == 1


@pytest.mark.parametrize("change", [{"state": "cancelled"}, {"method": "online"}, {"starts_at": -1}])
def test_nobody_moves_up_where_there_is_nothing_to_come_to(cast, session, staff, change):
    for name in "一二三":
        register(staff, session, make_person(cast.company, name_ja=name))
    session.capacity_onsite = 9
    if "starts_at" in change:
        change = {"starts_at": timezone.now() - timedelta(minutes=1)}
    for name, value in change.items():
        setattr(session, name, value)
    session.save()
    assert deed(cast.people["secretariat"], services.fill_places, session=session) == []
    assert standing(session)["三"] == ("waiting", "onsite")


# --- Mail -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def ways(session):
    own = {"session": session, "programme": session.programme}
    Arrival.objects.create(mode="online", url=LINK, note_ja="入室名は会社名で。", **own)
    Arrival.objects.create(
        mode="onsite", url="https://map.example/", note_ja="3階の受付へ。", note_en="3rd floor.", **own
    )


def mail_to(address) -> OutgoingMail:
    return OutgoingMail.objects.filter(recipient=address).order_by("-created_at").first()


def test_the_joining_link_reaches_people_online_only(cast, session, staff, ways):
    online, onsite = (make_person(cast.company, email=f"{name}@example.com") for name in ("online", "onsite"))
    register(staff, session, online, "online")
    register(staff, session, onsite, "onsite")
    to_online, to_onsite = mail_to("online@example.com").body, mail_to("onsite@example.com").body
    assert (LINK in to_online, "https://map.example/" in to_online, "3階の受付へ。" in to_online) == (
        True,
        False,
        False,
    )
    assert (LINK in to_onsite, "https://map.example/" in to_onsite, "3階の受付へ。" in to_onsite) == (False, True, True)


def test_who_waits_gets_no_link_until_they_move_up(cast, session, staff, ways):
    first = make_person(cast.company, email="first@example.com")
    later = make_person(cast.neighbour.company, email="later@example.com")
    register(staff, session, first, "online")
    register(cast.people["neighbour"], session, later, "online")
    assert LINK not in mail_to("later@example.com").body
    deed(staff, services.withdraw, session=session, person=first)
    assert LINK in mail_to("later@example.com").body
    assert LINK not in mail_to("first@example.com").body


def test_people_with_an_account_are_told_in_their_language_and_the_link_is_not_kept(cast, session, ways):
    staff = make_member(cast.company)
    staff.language = "en"
    staff.save()
    register(staff, session, cast.company.people.get(user=staff), "onsite")
    message, mail = Message.objects.get(), OutgoingMail.objects.get()
    assert (message.kind, message.to_user, message.language) == ("session_registered", staff, "en")
    assert "3rd floor." in mail.body
    assert f"/companies/{cast.company.pk}/sessions/{session.pk}/" in mail.body
    assert "3rd floor." not in str(message.params)
    assert message.params["session"] == session.title_en


def test_people_without_account_or_address_are_registered_all_the_same(cast, session, staff, ways):
    register(staff, session, make_person(cast.company))
    assert (Message.objects.count(), OutgoingMail.objects.count()) == (0, 0)


# --- Observers --------------------------------------------------------------------------------------------------------


def test_observers_take_no_place_and_are_never_counted(cast, session):
    secretariat = cast.people["secretariat"]
    for number in range(3):
        observer = Observer(
            session=session, programme=session.programme, kind="ilo", name_en=f"Observer {number}", mode="onsite"
        )
        deed(secretariat, services.keep_observer, observer=observer)
    with seen_by(secretariat):
        assert queries.places_taken([session]) == {}
        assert queries.turnouts(secretariat, [session]) == {}
    deed(secretariat, services.remove_observer, observer=observer)
    assert Observer.objects.count() == 2
    verbs = list(Event.objects.filter(verb__startswith="observer").values_list("verb", flat=True))
    assert sorted(verbs) == ["observer.added"] * 3 + ["observer.removed"]


@pytest.mark.parametrize("who", ["staff", "adviser", "other_secretariat"])
def test_observers_are_the_secretariats_business(cast, session, who):
    observer = Observer(session=session, programme=session.programme, kind="ilo", name_en="O", mode="onsite")
    with pytest.raises(PermissionDenied):
        deed(cast.people[who], services.keep_observer, observer=observer)
    assert not Observer.objects.exists()
