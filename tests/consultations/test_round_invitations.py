"""The people of a round are told by a job: each once, whatever becomes of an attempt."""

from collections import Counter
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from consultations import queries
from consultations.models import Change, Consultation, Round
from consultations.tasks import rounds
from jobs.models import Job, Outbox
from jobs.services import retry_job
from jobs.tasks import run_job
from notifications.models import Message, OutgoingMail
from programmes.models import Assignment
from tests.consultations.test_booking import cancel, put_off
from tests.consultations.test_booking_views import office
from tests.consultations.test_rounds import propose, send
from tests.counting import queries_of
from tests.factories import make_assignment, make_company, make_member
from tests.roles import seen_by, web_role

COMPANIES = 5


@pytest.fixture
def sent(desk) -> Round:
    """A round of five companies, one of them with two people, that is sent and of which nobody is told yet."""
    for _ in range(COMPANIES - 2):
        make_member(make_company(desk.cast.programme).company)
    propose(desk)
    send(desk)
    return Round.objects.get()


def work(desk, *, who="secretariat") -> Job:
    job = Job.objects.get(kind=queries.INVITATIONS_KIND)
    with web_role():
        run_job(str(job.pk), str(desk.cast.people[who].pk))
    job.refresh_from_db()
    return job


def tell_some(desk, sent, *, most=rounds.AT_ONCE) -> int:
    actor = desk.cast.people["secretariat"]
    with seen_by(actor):
        return rounds.tell_some(sent.pk, actor=actor, most=most)


def told() -> Counter:
    """How often each person got how many messages of how many consultations."""
    return Counter(Message.objects.filter(kind="consultation_booked").values_list("to_user", "key"))


def expected() -> set:
    keys = set()
    for each in Consultation.objects.all():
        members = each.company.memberships.values_list("person__user", flat=True)
        keys |= {(user, f"consultation_booked:{each.pk}:0") for user in [*members, each.adviser.user_id]}
    return keys


def test_sending_books_and_tells_nobody_yet(desk, sent):
    assert (Consultation.objects.count(), Message.objects.count(), OutgoingMail.objects.count()) == (COMPANIES, 0, 0)
    job = Job.objects.get()
    assert (job.kind, job.programme_id, job.state) == (queries.INVITATIONS_KIND, sent.programme_id, "queued")
    assert Outbox.objects.filter(key=job.bell_key).count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_job_tells_everybody_once_and_keeps_the_drafts(desk, sent):
    job = work(desk)
    assert (job.state, job.steps_done, job.steps_total) == ("done", COMPANIES, COMPANIES)
    assert job.result_url == office(desk, "round", sent.pk)
    assert told() == Counter(expected())
    assert OutgoingMail.objects.count() == len(expected())
    assert not Consultation.objects.filter(told_at__isnull=True).exists()
    assert Outbox.objects.filter(task="consultations.keep_draft_for_adviser").count() == COMPANIES


@pytest.mark.django_db(transaction=True)
def test_an_attempt_that_breaks_off_is_gone_on_with_and_nobody_is_told_twice(desk, sent, monkeypatch):
    monkeypatch.setattr(rounds, "AT_ONCE", 2)
    tell, seen = rounds.tell_booked, []

    def third_breaks(consultation, actor, **more):
        seen.append(consultation.pk)
        if len(seen) == 4:
            raise OSError
        tell(consultation, actor, **more)

    monkeypatch.setattr(rounds, "tell_booked", third_breaks)
    monkeypatch.setattr(rounds.tell_some, "__kwdefaults__", {"most": 2})
    job = work(desk)
    # The third was written in the transaction that the fourth broke: neither counts as told.
    assert (job.state, job.attempt, Consultation.objects.filter(told_at__isnull=True).count()) == ("queued", 1, 3)
    assert len({key for _user, key in told()}) == 2
    job = work(desk)
    assert (job.state, job.attempt, job.steps_done) == ("done", 2, COMPANIES)
    assert told() == Counter(expected())
    assert Counter(seen)[seen[2]] == 2


@pytest.mark.django_db(transaction=True)
def test_pressed_again_after_it_was_called_off_it_tells_the_rest(desk, sent, sign_in):
    assert tell_some(desk, sent, most=2) == 2
    job = Job.objects.get()
    client = sign_in(desk.cast.people["secretariat"])
    assert client.post(f"/jobs/{job.pk}/cancel/").status_code == 302
    assert f"/jobs/{job.pk}/retry/" in client.get(office(desk, "round", sent.pk)).content.decode()
    with seen_by(desk.cast.people["secretariat"]):
        retry_job(job=job, actor=desk.cast.people["secretariat"])
    assert work(desk).state == "done"
    assert told() == Counter(expected())


def test_two_attempts_at_the_same_round_share_it(desk, sent):
    assert [tell_some(desk, sent, most=3) for _ in range(3)] == [3, 2, 0]
    assert told() == Counter(expected())


def test_what_was_cancelled_or_moved_meanwhile_was_told_of_by_that(desk, sent):
    one, other = Consultation.objects.order_by("starts_at")[:2]
    cancel(desk, one, "secretariat")
    put_off(desk, other, "secretariat", starts_at=other.starts_at + timedelta(days=21))
    before = Message.objects.count()
    assert tell_some(desk, sent) == COMPANIES
    untouched = {key for key in expected() if str(one.pk) not in key[1] and str(other.pk) not in key[1]}
    assert told() == Counter(untouched)
    assert Message.objects.count() == before + len(untouched)
    assert Change.objects.filter(consultation=one, kind="ended").count() == 1


def test_a_draft_is_kept_when_its_adviser_may_read_it(desk):
    """The assignment begins after the round was sent: the draft waits until then. An ended one before it does not count."""
    begins = date(2026, 11, 12)
    Assignment.objects.filter(enrolment=desk.cast.enrolment, adviser=desk.seat).update(
        starts_on=date(2026, 10, 1), ends_on=date(2026, 10, 31)
    )
    make_assignment(desk.cast.enrolment, desk.seat, starts_on=begins)
    propose(desk, first=begins, last=date(2026, 12, 25))
    send(desk)
    own = Consultation.objects.get(enrolment=desk.cast.enrolment)
    assert rounds._beginnings([own]) == {own.pk: begins}


@pytest.mark.django_db(transaction=True)
def test_who_left_the_secretariat_tells_nobody(desk, sent):
    desk.cast.programme.seats.filter(user=desk.cast.people["secretariat"]).update(ended_at=timezone.now())
    assert work(desk).state == "queued"
    assert Message.objects.count() == 0


def test_the_page_says_how_far_it_is(desk, sent, sign_in):
    client = sign_in(desk.cast.people["secretariat"])
    job = Job.objects.get()
    assert f"/jobs/{job.pk}/" in client.get(office(desk, "round", sent.pk)).content.decode()
    Job.objects.filter(pk=job.pk).update(state="done")
    assert f"/jobs/{job.pk}/" not in client.get(office(desk, "round", sent.pk)).content.decode()
    assert len(queries_of(client, office(desk, "round", sent.pk))) == 10


@pytest.mark.parametrize("count", [3, 12])
def test_whom_to_tell_is_read_for_all_at_once(desk, count):
    """What grows is what each is told."""
    for _ in range(count - 2):
        make_company(desk.cast.programme)
    propose(desk)
    send(desk)
    sent = Round.objects.get()
    Message.objects.all().delete()
    actor = desk.cast.people["secretariat"]
    with seen_by(actor), CaptureQueriesContext(connection) as captured:
        assert rounds.tell_some(sent.pk, actor=actor) == count
    assert sum('FROM "companies_membership"' in q["sql"] for q in captured) == 1
    assert sum('FROM "consultations_participant"' in q["sql"] for q in captured) == 1
