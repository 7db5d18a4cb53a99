"""The pages of letters to many: begun, chosen, tried out, sent, followed; hostile words; constant numbers of queries."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from dashboards.queries.reminding import asks_of, owing, without_consultation
from jobs.models import Job
from notifications.models import OutgoingMail
from programmes.models import Mailing, MailingRecipient, MilestoneKind, Programme
from programmes.queries.mailings import Owed
from tests.counting import queries_of
from tests.factories import make_company, make_consultation, make_member, make_seat, make_session
from tests.roles import seen_by

pytestmark = pytest.mark.django_db

HOSTILE = '<script>alert("x")</script>{{ url }}%(due)s'


@pytest.fixture
def desk(cast, sign_in):
    return sign_in(cast.people["secretariat"])


def page(cast, name="mailings", *ids) -> str:
    return reverse(f"dashboards:{name}", args=[cast.programme.pk, *ids])


def begin(cast, desk, **fields) -> Mailing:
    answer = desk.post(page(cast, "new_mailing"), {"about": "policy", "tone": "polite"} | fields)
    assert answer.status_code == 302, answer.content.decode()
    mailing = Mailing.objects.latest("created_at")
    assert answer["Location"] == page(cast, "mailing", mailing.pk)
    return mailing


def text(answer) -> str:
    return answer.content.decode()


# --- What is asked ----------------------------------------------------------------------------------------------------


def test_only_what_the_programme_has_can_be_asked(cast):
    assert asks_of(cast.programme) == ["policy", "consultation"]
    MilestoneKind.objects.filter(programme=cast.programme, source="submitted").delete()
    Programme.objects.update(consultations_per_company=0)
    cast.programme.refresh_from_db()
    assert asks_of(cast.programme) == []


def test_companies_without_a_consultation_ahead_and_with_some_left_are_asked(cast):
    user, today, now = cast.people["secretariat"], timezone.localdate(), timezone.now()
    adviser = make_seat(cast.programme, role="adviser")
    for days in (-9, -7):
        make_consultation(cast.neighbour, adviser, starts_at=now + timedelta(days=days))
    with seen_by(user):
        found = without_consultation(user, cast.programme, today=today, now=now)
    assert found == {cast.company.pk: Owed()}
    make_consultation(cast.enrolment, adviser, starts_at=now + timedelta(days=3), state="booked")
    with seen_by(user):
        assert without_consultation(user, cast.programme, today=today, now=now) == {}


def test_a_milestone_is_asked_for_once_its_day_has_passed(cast):
    user, today, now = cast.people["secretariat"], timezone.localdate(), timezone.now()
    kind = MilestoneKind.objects.get(programme=cast.programme, source="approved")
    mailing = Mailing(programme=cast.programme, ask="milestone", tone="normal", milestone=kind)
    for days, number in ((1, 0), (0, 0), (-1, 2)):
        kind.due_on = today + timedelta(days=days)
        kind.save()
        with seen_by(user):
            assert len(owing(user, mailing, today=today, now=now)) == number


# --- The pages --------------------------------------------------------------------------------------------------------


def test_a_letter_from_the_first_word_to_its_results(cast, desk):
    assert "まだありません" in text(desk.get(page(cast)))
    mailing = begin(cast, desk, words_ja=HOSTILE)
    draft = text(desk.get(page(cast, "mailing", mailing.pk)))
    assert HOSTILE not in draft
    assert "&lt;script&gt;" in draft
    for who in ("manager", "staff", "neighbour"):
        assert cast.people[who].email in draft
    assert cast.people["stranger"].email not in draft
    # One is left out, and sending asks once more.
    shown = [cast.people[who].people.get().pk for who in ("manager", "staff", "neighbour")]
    answer = desk.post(page(cast, "choose_people", mailing.pk), {"shown": shown, "send": shown[1:], "go_on": "1"})
    assert answer["Location"] == page(cast, "send_mailing", mailing.pk)
    assert "2件の宛先に送信しますか" in text(desk.get(answer["Location"]))
    assert MailingRecipient.objects.count() == 0
    for _press in range(2):
        answer = desk.post(page(cast, "send_mailing", mailing.pk))
        assert answer["Location"] == page(cast, "mailing", mailing.pk)
    assert sorted(MailingRecipient.objects.values_list("address", flat=True)) == sorted(
        cast.people[who].email for who in ("staff", "neighbour")
    )
    assert Job.objects.count() == 1
    sent = text(desk.get(page(cast, "mailing", mailing.pk)))
    assert cast.people["staff"].email in sent
    assert cast.people["manager"].email not in sent
    assert HOSTILE not in sent
    for name in ("edit_mailing", "send_mailing", "discard_mailing"):
        assert desk.get(page(cast, name, mailing.pk))["Location"] == page(cast, "mailing", mailing.pk)
    answer = desk.post(page(cast, "call_off_mailing", mailing.pk), follow=True)
    assert "2件の送信を取りやめました。" in text(answer)
    assert set(MailingRecipient.objects.values_list("outcome", flat=True)) == {"called_off"}


def test_what_is_missing_is_said_at_its_field_and_nothing_typed_is_lost(cast, desk):
    answer = desk.post(page(cast, "new_mailing"), {"tone": "last", "words_ja": "覚え書き", "about": "registration:x"})
    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == ["about"]
    assert "覚え書き" in text(answer)
    assert not Mailing.objects.exists()


@pytest.mark.parametrize("method", ["get", "post"])
def test_companies_chosen_from_a_list_come_along(cast, desk, method):
    ids = [cast.neighbour.company_id, cast.stranger.company_id, "nonsense"]
    answer = getattr(desk, method)(page(cast, "new_mailing"), {"company": ids})
    assert answer.status_code == 200
    assert answer.context["chosen"] == [cast.neighbour.company]
    assert not answer.context["form"].is_bound
    mailing = begin(cast, desk, company=ids)
    assert mailing.company_ids == [cast.neighbour.company_id]
    shown = text(desk.get(page(cast, "mailing", mailing.pk)))
    assert cast.people["neighbour"].email in shown
    assert cast.people["staff"].email not in shown


def test_sessions_and_milestones_are_offered_by_name(cast, desk):
    session = make_session(cast.programme, starts_at=timezone.now() + timedelta(days=5))
    kind = MilestoneKind.objects.get(programme=cast.programme, source="approved")
    kind.due_on = timezone.localdate() - timedelta(days=1)
    kind.save()
    other = make_session(cast.other_programme, starts_at=timezone.now() + timedelta(days=5))
    form = desk.get(page(cast, "new_mailing")).context["form"]
    assert set(form.sessions) == {f"registration:{session.pk}"}
    assert set(form.milestones) == {f"milestone:{kind.pk}"}
    assert begin(cast, desk, about=f"registration:{session.pk}").session == session
    assert begin(cast, desk, about=f"milestone:{kind.pk}").milestone == kind
    refused = desk.post(page(cast, "new_mailing"), {"about": f"registration:{other.pk}", "tone": "polite"})
    assert list(refused.context["form"].errors) == ["about"]


def test_a_trial_goes_to_oneself_alone(cast, desk):
    mailing = begin(cast, desk)
    answer = desk.post(page(cast, "trial_mailing", mailing.pk), {"sample": "0"}, follow=True)
    email = cast.people["secretariat"].email
    assert f"{email}に試し送りをしました。" in text(answer)
    assert list(OutgoingMail.objects.values_list("recipient", flat=True)) == [email]
    for wrong in ("99", "-1", "x", ""):
        desk.post(page(cast, "trial_mailing", mailing.pk), {"sample": wrong})
    assert OutgoingMail.objects.count() == 1


def test_a_draft_is_changed_and_thrown_away(cast, desk):
    mailing = begin(cast, desk)
    desk.post(page(cast, "edit_mailing", mailing.pk), {"about": "consultation", "tone": "last", "words_en": "More"})
    mailing.refresh_from_db()
    assert (mailing.ask, mailing.tone, mailing.words_en) == ("consultation", "last", "More")
    assert desk.post(page(cast, "discard_mailing", mailing.pk))["Location"] == page(cast)
    assert not Mailing.objects.exists()


def test_nobody_left_is_said_and_nothing_is_sent(cast, desk):
    mailing = begin(cast, desk)
    people = [cast.people[who].people.get().pk for who in ("manager", "staff", "neighbour")]
    desk.post(page(cast, "choose_people", mailing.pk), {"shown": people})
    assert "送る相手がいません" in text(desk.get(page(cast, "send_mailing", mailing.pk)))
    desk.post(page(cast, "send_mailing", mailing.pk))
    mailing.refresh_from_db()
    assert mailing.sent_at is None


@pytest.mark.parametrize("who", ["manager", "adviser", "other_secretariat"])
def test_letters_of_a_programme_are_its_secretariats(cast, desk, sign_in, who):
    mailing = begin(cast, desk)
    other = sign_in(cast.people[who])
    assert other.get(page(cast)).status_code == (404 if who == "other_secretariat" else 403)
    assert other.get(page(cast, "mailing", mailing.pk)).status_code == 404


def test_pages_take_as_many_queries_for_thirty_companies_as_for_one(cast, desk):
    mailing, sent = begin(cast, desk), begin(cast, desk)
    desk.post(page(cast, "send_mailing", sent.pk))
    pages = [page(cast), page(cast, "mailing", mailing.pk), page(cast, "mailing", sent.pk), page(cast, "new_mailing")]
    before = [len(queries_of(desk, each)) for each in pages]
    for _ in range(30):
        company = make_company(cast.programme).company
        make_member(company)
        MailingRecipient.objects.create(
            mailing=sent,
            programme=cast.programme,
            company=company,
            person=company.people.get(),
            address="a@example.com",
            language="ja",
            outcome="called_off",
            written_at=datetime(2026, 1, 1, tzinfo=UTC),
        )
    begin(cast, desk)
    assert [len(queries_of(desk, each)) for each in pages] == before
