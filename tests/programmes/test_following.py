"""How the secretariat follows a company: who is in charge, longer deadlines, and a memo that two write at once."""

from datetime import date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.db import ProgrammingError, transaction

from audit.models import Event
from programmes import services as programmes
from programmes.models import Charge, Extension, MemoSave, MilestoneKind
from programmes.services import following
from tests.factories import make_cast, make_seat
from tests.programmes.test_registration_machine import at_once
from tests.roles import seen_by

TODAY = date(2025, 2, 3)
DUE = date(2025, 3, 31)
NOW = datetime(2025, 2, 3, 12, tzinfo=ZoneInfo("Asia/Tokyo"))


@pytest.fixture
def approved(cast) -> MilestoneKind:
    kind = MilestoneKind.objects.get(programme=cast.programme, code="approved")
    kind.due_on = DUE
    kind.save()
    return kind


def extend(cast, kind, due_on, *, today=TODAY, who="secretariat", reason="The board meets in April."):
    return following.extend_deadline(
        enrolment=cast.enrolment, kind=kind, due_on=due_on, reason=reason, actor=cast.people[who], today=today
    )


def deadlines(day) -> list[date]:
    return list(Extension.objects.as_of(day).values_list("due_on", flat=True))


# --- Who is in charge ---------------------------------------------------------------------------------------------------


def test_one_person_is_in_charge_at_a_time_and_the_past_stays(cast):
    actor = cast.people["secretariat"]
    first, second = (make_seat(cast.programme, role="member") for _ in range(2))
    with seen_by(actor):
        for seat, day in ((first, 3), (second, 10), (second, 11), (None, 20)):
            following.put_in_charge(enrolment=cast.enrolment, seat=seat, actor=actor, today=date(2025, 2, day))
    in_charge = {
        day: list(Charge.objects.as_of(date(2025, 2, day)).values_list("seat", flat=True))
        for day in (2, 3, 9, 10, 19, 20)
    }
    assert in_charge == {2: [], 3: [first.pk], 9: [first.pk], 10: [second.pk], 19: [second.pk], 20: []}
    assert Event.objects.filter(verb="charge.changed").count() == 3


def test_who_was_in_charge_for_less_than_a_day_never_was(cast):
    actor = cast.people["secretariat"]
    first, second = (make_seat(cast.programme, role="member") for _ in range(2))
    for seat in (first, second):
        assert following.put_in_charge(enrolment=cast.enrolment, seat=seat, actor=actor, today=TODAY) is True
    assert [row.seat for row in Charge.objects.as_of(TODAY)] == [second]


def test_nobody_of_another_programme_can_be_in_charge(cast):
    stranger, actor = make_seat(cast.other_programme, role="member"), cast.people["secretariat"]
    with pytest.raises(Exception, match="programmes_charge_seat_id_same_programme_id"), transaction.atomic():
        following.put_in_charge(enrolment=cast.enrolment, seat=stranger, actor=actor, today=TODAY)
    assert not Charge.objects.exists()


# --- Longer deadlines ---------------------------------------------------------------------------------------------------


def test_an_extension_holds_from_the_day_it_was_granted_until_the_next(cast, approved):
    with seen_by(cast.people["secretariat"]):
        extend(cast, approved, date(2025, 4, 10))
        extend(cast, approved, date(2025, 4, 20), today=date(2025, 3, 1), reason="The board met without a decision.")
        following.end_extension(
            enrolment=cast.enrolment, kind=approved, actor=cast.people["secretariat"], today=date(2025, 3, 15)
        )
    days = (date(2025, 2, 2), TODAY, date(2025, 2, 28), date(2025, 3, 1), date(2025, 3, 15))
    assert [deadlines(day) for day in days] == [
        [],
        [date(2025, 4, 10)],
        [date(2025, 4, 10)],
        [date(2025, 4, 20)],
        [],
    ]
    events = Event.objects.filter(company_id=cast.company.pk, verb__in=("deadline.extended", "extension.ended"))
    assert sorted(event.detail.get("due_on", "") for event in events) == ["", "2025-04-10", "2025-04-20"]
    assert "board" not in str(list(events.values_list("detail", flat=True)))


@pytest.mark.parametrize("due_on", [TODAY - timedelta(days=1), DUE, DUE - timedelta(days=1)])
def test_an_extension_is_later_than_today_and_than_the_present_deadline(cast, approved, due_on):
    with pytest.raises(ValidationError) as refused:
        extend(cast, approved, due_on)
    assert list(refused.value.message_dict) == ["due_on"]
    assert not Extension.objects.exists()


def test_a_milestone_without_a_deadline_can_be_given_one(cast, approved):
    approved.due_on = None
    approved.save()
    assert extend(cast, approved, TODAY).due_on == TODAY


def test_what_is_reached_needs_no_more_time(cast, approved):
    programmes.reach_milestone(
        enrolment=cast.enrolment,
        source="approved",
        reached_on=TODAY,
        evidence=cast.enrolment,
        actor=cast.people["secretariat"],
    )
    with pytest.raises(ValidationError, match=r"すでに|already"):
        extend(cast, approved, date(2025, 4, 10))


def test_without_an_extension_there_is_nothing_to_end(cast, approved):
    actor = cast.people["secretariat"]
    assert following.end_extension(enrolment=cast.enrolment, kind=approved, actor=actor, today=TODAY) is False
    assert not Event.objects.filter(verb="extension.ended").exists()


# --- The memo -----------------------------------------------------------------------------------------------------------


def write(cast, text, base, who="secretariat"):
    return following.save_memo(enrolment=cast.enrolment, text=text, base=base, actor=cast.people[who], now=NOW)


def test_the_memo_keeps_every_text_and_the_last_one_stands(cast):
    with seen_by(cast.people["secretariat"]):
        assert [write(cast, text, base).save.number for text, base in (("一", 0), ("二", 1), ("二", 2))] == [1, 2, 2]
    assert list(MemoSave.objects.values_list("number", "text", "is_beside")) == [(2, "二", False), (1, "一", False)]
    assert [event.detail for event in Event.objects.filter(verb="memo.saved").order_by("at")] == [
        {"number": 1, "is_beside": False},
        {"number": 2, "is_beside": False},
    ]


def test_of_two_who_write_at_once_the_first_stands_and_both_texts_are_kept(cast):
    other = make_seat(cast.programme, role="member").user
    cast.people["colleague"] = other
    write(cast, "前からの文", 0)
    write(cast, "同僚の文", 1, "colleague")
    lost = write(cast, "自分の文", 1)
    again = write(cast, "自分の文", 1)
    assert (lost.save.is_beside, lost.other.text) == (True, "同僚の文")
    assert (again.save, again.other) == (lost.save, lost.other)
    assert [(row.text, row.is_beside) for row in MemoSave.objects.all()] == [
        ("自分の文", True),
        ("同僚の文", False),
        ("前からの文", False),
    ]
    assert write(cast, "二人の文", lost.other.number).other is None
    assert MemoSave.objects.standing().first().text == "二人の文"


def test_of_two_who_save_in_the_same_moment_nobody_loses_a_text(transactional_db):
    cast = make_cast()
    standing = []

    def saving(text):
        with seen_by(cast.people["secretariat"]):
            standing.append(write(cast, text, 0).other is None)

    at_once(*[partial(saving, text) for text in "甲乙丙"])
    assert sorted(standing) == [False, False, True]
    assert sorted(MemoSave.objects.values_list("number", "text")) == sorted(
        zip((1, 2, 3), MemoSave.objects.order_by("number").values_list("text", flat=True), strict=True)
    )
    assert sorted(MemoSave.objects.values_list("text", flat=True)) == ["丙", "乙", "甲"]


# --- Whose rows they are ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["manager", "staff", "adviser", "other_secretariat"])
def test_only_the_secretariat_follows_up(cast, approved, who):
    seat = make_seat(cast.programme, role="member")
    of = {"enrolment": cast.enrolment, "company": cast.company, "programme": cast.programme}
    person = cast.people[who]
    deeds = [
        lambda: Charge.objects.create(seat=seat, since_on=TODAY, **of),
        lambda: Extension.objects.create(
            kind=approved, due_on=DUE, reason="E", granted_by=person, since_on=TODAY, **of
        ),
        lambda: MemoSave.objects.create(number=1, text="M", author=person, saved_at=NOW, **of),
    ]
    with seen_by(person):
        for deed in deeds:
            with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
                deed()


def test_a_memo_is_the_secretariats_alone_and_is_never_changed(cast):
    write(cast, "社内の事情", 0)
    for who in ("manager", "staff", "neighbour", "adviser", "other_secretariat"):
        with seen_by(cast.people[who]):
            assert list(MemoSave.objects.values_list("text")) == []
    with seen_by(cast.people["secretariat"]):
        assert list(MemoSave.objects.visible_to(cast.people["secretariat"]).values_list("text", flat=True)) == [
            "社内の事情"
        ]
        for deed in (lambda: MemoSave.objects.update(text=""), lambda: MemoSave.objects.all().delete()):
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                deed()
