from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone, translation

from consultations.models import Consultation, Minutes
from consultations.queries import Ledger, ledger, minutes_of, own_ledger, state_counts, upcoming
from consultations.rendering import ledger_figures, ledger_line
from programmes.models import Enrolment
from tests.factories import make_consultation
from tests.roles import seen_by

NOON = datetime(2025, 2, 10, 3, tzinfo=UTC)
TODAY = date(2025, 2, 10)


@pytest.fixture
def booked(cast):
    """The company had three and one more than its two; the neighbour one cancelled, one booked, one never recorded."""
    adviser = cast.programme.seats.get(user=cast.people["adviser"])
    rows = [
        (cast.enrolment, -30, "held"),
        (cast.enrolment, -20, "held"),
        (cast.enrolment, -10, "held"),
        (cast.neighbour, -9, "cancelled"),
        (cast.neighbour, -8, "booked"),
        (cast.neighbour, 5, "booked"),
    ]
    return [
        make_consultation(enrolment, adviser, starts_at=NOON + timedelta(days=days), state=state)
        for enrolment, days, state in rows
    ]


def test_one_companys_extra_consultation_hides_no_missing_one(cast, booked):
    Consultation.objects.filter(pk__in=[each.pk for each in booked[4:]]).delete()
    user = cast.people["secretariat"]
    with seen_by(user):
        found = ledger(user, cast.programme, now=NOON, day=TODAY)
    assert found == Ledger(entitled=4, held=3, booked=0, cancelled=1, unused=2, overdue=0)


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("secretariat", Ledger(entitled=4, held=3, booked=2, cancelled=1, unused=0, overdue=1)),
        ("adviser", Ledger(entitled=2, held=3)),
        ("neighbour", Ledger(entitled=2, booked=2, cancelled=1, overdue=1)),
        ("unassigned_adviser", Ledger()),
        ("other_secretariat", Ledger()),
    ],
)
def test_the_ledger_counts_what_the_asker_may_see(cast, booked, who, expected):
    with seen_by(cast.people[who]):
        assert ledger(cast.people[who], cast.programme, now=NOON, day=TODAY) == expected


def test_an_earlier_moment_counts_what_was_held_by_then(cast, booked):
    user = cast.people["secretariat"]
    with seen_by(user):
        found = [ledger(user, cast.programme, now=NOON - timedelta(days=days), day=TODAY).held for days in (31, 20, 0)]
    assert found == [0, 2, 3]


def test_a_company_that_withdrew_is_entitled_to_nothing(cast, booked):
    Enrolment.objects.filter(pk=cast.neighbour.pk).update(withdrawn_on=TODAY)
    user = cast.people["secretariat"]
    with seen_by(user):
        assert ledger(user, cast.programme, now=NOON, day=TODAY).entitled == 2


def test_the_ledger_of_one_company_is_that_of_its_consultations(cast, booked):
    assert own_ledger(booked[3:], entitled=2, now=NOON) == Ledger(entitled=2, booked=2, cancelled=1, overdue=1)
    assert own_ledger([], entitled=2, now=NOON) == Ledger(entitled=2, unused=2)


def test_the_ledger_in_words():
    assert (
        ledger_line(Ledger(entitled=32, held=28, unused=4), is_over=True)
        == "32回のうち28回を実施しました。4回は未使用です(理由の記録なし)。"
    )
    assert (
        ledger_line(Ledger(entitled=32, held=28, booked=4), is_over=True)
        == "32回のうち28回を実施しました。ほかに4回の予約があります。"
    )
    assert ledger_line(Ledger(), is_over=False) == ""


def test_what_can_still_be_booked_is_not_called_unused():
    ledger = Ledger(entitled=32, held=28, unused=4)
    assert (
        ledger_line(ledger, is_over=False)
        == "32回のうち28回を実施しました。4回はまだ利用されておらず、これから予約できます。"
    )
    with translation.override("en"):
        assert ledger_line(ledger, is_over=False) == (
            "28 of 32 consultations were held. 4 are not yet used and can still be booked."
        )
    labels = [[figure.label for figure in ledger_figures(ledger, is_over=is_over)] for is_over in (False, True)]
    assert [names[3] for names in labels] == ["まだ利用していない", "利用なし"]


def test_states_are_counted_and_those_that_do_not_occur_left_out(cast, booked):
    with seen_by(cast.people["neighbour"]):
        assert state_counts(Consultation.objects.all()) == {"booked": 2, "cancelled": 1}


def test_upcoming_are_booked_and_not_over(cast, booked):
    user = cast.people["secretariat"]
    with seen_by(user):
        assert list(upcoming(user, now=NOON)) == [booked[5]]
        assert list(upcoming(user, now=NOON - timedelta(days=8))) == [booked[4], booked[5]]


@pytest.mark.parametrize(
    ("who", "texts"),
    [("manager", ["記録"]), ("adviser", ["記録"]), ("secretariat", []), ("neighbour", []), ("former_adviser", [])],
)
def test_minutes_are_for_the_company_and_its_advisers(cast, booked, who, texts):
    Minutes.objects.create(
        consultation=booked[0], company=cast.company, programme=cast.programme, text="記録", shared_at=timezone.now()
    )
    with seen_by(cast.people[who]):
        assert [each.text for each in minutes_of(cast.people[who], booked).values()] == texts
