"""Letters to many: whom they reach and why, what they say, sending each once, calling off, and who may."""

import threading
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone

from audit.models import Event
from common.business_days import business_day_before
from companies.models import Membership
from jobs.models import Job, Outbox
from jobs.services import retry_job
from jobs.tasks import run_job, runs
from notifications.delivery import proof_secret
from notifications.models import Message, OutgoingMail, Reminder
from notifications.services import notify, remind
from programmes.enums import LetterOutcome
from programmes.models import Mailing, MailingRecipient, MilestoneKind
from programmes.queries import mailings as queries
from programmes.queries.mailings import Owed
from programmes.rendering.letters import Addressee
from programmes.services import mailings as services
from programmes.services.reminders import remind_of_sessions
from programmes.tasks.writing import write_letters
from tests.factories import make_company, make_member, make_person, make_session, make_user
from tests.roles import seen_by, web_role

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()
NOON = datetime.combine(TODAY, datetime.min.time().replace(hour=12), ZoneInfo("Asia/Tokyo"))


@pytest.fixture(autouse=True)
def unhurried(monkeypatch):
    monkeypatch.setattr(runs, "RENEW_SECONDS", 3600)


@pytest.fixture
def by_day(monkeypatch):
    """Let letters leave at once whatever the hour of the test."""
    monkeypatch.setattr("programmes.tasks.writing.first_moment", lambda _now: None)


@pytest.fixture
def desk(cast):
    return cast.people["secretariat"]


def draft(cast, **fields) -> Mailing:
    desk = cast.people["secretariat"]
    values = {"ask": "policy", "tone": "polite"} | fields
    with seen_by(desk):
        return services.draft_mailing(mailing=Mailing(programme=cast.programme, **values), actor=desk)


def letters_of(cast, mailing, owed=None, *, today=TODAY):
    desk = cast.people["secretariat"]
    owed = owed if owed is not None else {cast.company.pk: Owed.by(TODAY - timedelta(days=12), today=TODAY)}
    with seen_by(desk):
        return queries.candidates(desk, Mailing.objects.get(pk=mailing.pk), owed, today=today)


def send(cast, mailing, owed=None) -> Mailing:
    desk, letters = cast.people["secretariat"], letters_of(cast, mailing, owed)
    with seen_by(desk):
        return services.send_mailing(mailing=mailing, letters=letters, actor=desk, now=timezone.now())


def work(mailing, actor) -> Job:
    """One attempt of the worker at what sends the letters."""
    job = Job.objects.get(pk=mailing.job_id)
    with web_role():
        run_job(str(job.pk), str(actor.pk), bell=str(Outbox.objects.get(key=job.bell_key).pk))
    job.refresh_from_db()
    return job


def settle(mail_id, state) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT app.take_mail(%s, %s, 60)", [mail_id, proof_secret(mail_id)])
        cursor.execute("SELECT app.settle_mail(%s, %s, %s, '', 0)", [mail_id, proof_secret(mail_id), state])


# --- Whom it is true of -----------------------------------------------------------------------------------------------


def test_companies_that_have_not_reached_a_milestone_are_named_with_their_own_days(cast, desk):
    kind = MilestoneKind.objects.get(programme=cast.programme, source="submitted")
    due = TODAY - timedelta(days=12)
    with seen_by(desk):
        owed = queries.without_milestone(desk, kind, due_on=due, overdue_only=False, today=TODAY)
        assert owed == {
            cast.company.pk: Owed(due, 12),
            cast.neighbour.company_id: Owed(due, 12),
        }
        ahead = queries.without_milestone(desk, kind, due_on=TODAY, overdue_only=True, today=TODAY)
        assert ahead == {}


def test_a_company_that_reached_it_or_withdrew_is_asked_nothing(cast, desk):
    from common.tenancy import acting_as
    from programmes.services import reach_milestone

    with acting_as(desk.pk):
        reach_milestone(
            enrolment=cast.enrolment, source="submitted", reached_on=TODAY, evidence=cast.enrolment, actor=desk
        )
    make_company(cast.programme, withdrawn_on=TODAY)
    kind = MilestoneKind.objects.get(programme=cast.programme, source="submitted")
    with seen_by(desk):
        owed = queries.without_milestone(desk, kind, due_on=None, overdue_only=False, today=TODAY)
    assert owed == {cast.neighbour.company_id: Owed(None, None)}


def test_a_session_is_asked_for_while_one_can_register(cast, desk):
    soon = make_session(cast.programme, starts_at=timezone.now() + timedelta(days=9))
    over = make_session(cast.programme, starts_at=timezone.now() - timedelta(days=9))
    with seen_by(desk):
        assert list(queries.sessions_to_ask(desk, cast.programme, now=timezone.now())) == [soon]
        owed = queries.without_registration(soon, today=TODAY)
        assert queries.without_registration(over, today=TODAY) == {}
    assert set(owed) == {cast.company.pk, cast.neighbour.company_id}
    assert {each.due_on for each in owed.values()} == {timezone.localdate(soon.starts_at)}


# --- Who is written to, and who is left out ---------------------------------------------------------------------------


def test_those_who_act_for_a_company_are_written_to_in_their_language(cast):
    english = make_member(cast.company, user=make_user(language="en"))
    letters = letters_of(cast, draft(cast))
    expected = {(cast.people[who].email, "ja") for who in ("manager", "staff")} | {(english.email, "en")}
    assert {(letter.address, letter.language) for letter in letters} == expected
    assert {letter.why_not for letter in letters} == {""}


def test_people_without_an_account_are_written_to_at_their_address_and_share_one_letter(cast):
    company = make_company(cast.programme).company
    for name in ("髙橋 陽子", "小谷 みのり"):
        person = make_person(company, name_ja=name, email="Office@Example.com", title="総務部 課長")
        Membership.objects.create(company=company, person=person, role="staff")
    (letter,) = letters_of(cast, draft(cast), {company.pk: Owed()})
    assert (letter.address, len(letter.people), letter.has_account) == ("office@example.com", 2, False)
    assert (
        Addressee.of(letter).lines()
        == f"{company.name_ja}\n総務部 課長\u3000髙橋 陽子 様\n総務部 課長\u3000小谷 みのり 様"
    )


def test_a_company_for_which_nobody_acts_is_there_and_left_out(cast):
    company = make_company(cast.programme).company
    (letter,) = letters_of(cast, draft(cast), {company.pk: Owed()})
    assert (letter.company, letter.people, letter.why_not) == (company, [], "no_address")


def test_chosen_companies_alone_are_written_to(cast):
    owed = {cast.company.pk: Owed(), cast.neighbour.company_id: Owed()}
    mailing = draft(cast, company_ids=[cast.neighbour.company_id, cast.stranger.company_id])
    letters = letters_of(cast, mailing, owed | {cast.stranger.company_id: Owed()})
    assert {letter.company for letter in letters} == {cast.neighbour.company}


def test_whoever_was_left_out_stays_so_and_who_was_not_shown_stays_as_they_were(cast, desk):
    mailing = draft(cast)
    manager, staff = (cast.people[who].people.get() for who in ("manager", "staff"))
    with seen_by(desk):
        services.choose_people(mailing=mailing, shown=[manager.pk], chosen=[], actor=desk)
        services.choose_people(mailing=mailing, shown=[staff.pk], chosen=[staff.pk], actor=desk)
    assert {letter.person.pk: letter.why_not for letter in letters_of(cast, mailing)} == {
        manager.pk: "left_out",
        staff.pk: "",
    }


def test_those_reminded_in_the_last_working_days_are_left_out_unless_asked_for(cast, desk, by_day):
    first = send(cast, draft(cast))
    work(first, desk)
    assert {letter.why_not for letter in letters_of(cast, draft(cast))} == {"recent"}
    assert {letter.why_not for letter in letters_of(cast, draft(cast, with_recent=True))} == {""}
    longer_ago = NOON - (NOON.date() - queries.first_day_of_pause(TODAY)) - timedelta(days=1)
    MailingRecipient.objects.update(written_at=longer_ago)
    assert {letter.why_not for letter in letters_of(cast, draft(cast))} == {""}


def test_what_the_portal_asked_by_itself_counts_as_reminded_and_what_only_says_that_a_date_is_near_does_not(cast, desk):
    """Letters and automatic reminders together: nobody is asked twice within the pause, from either side."""
    manager, staff = cast.people["manager"], cast.people["staff"]
    about = {"programme_id": cast.programme.pk, "company_id": cast.company.pk, "params": dict}
    with seen_by(desk):
        remind(to=manager, kind="registration_closing", due_on=TODAY, key="asks", **about)
        remind(to=staff, kind="session_ahead", due_on=TODAY, key="is near", **about)
    assert {letter.why_not for letter in letters_of(cast, draft(cast))} == {""}
    Reminder.objects.update(sent_on=TODAY)
    assert {letter.address: letter.why_not for letter in letters_of(cast, draft(cast))} == {
        manager.email: "recent",
        staff.email: "",
    }
    # Of several letters one after the other each reaches only who was left in peace until then.
    work(send(cast, draft(cast)), desk)
    assert MailingRecipient.objects.get().address == staff.email
    assert {letter.why_not for letter in letters_of(cast, draft(cast))} == {"recent"}
    assert {letter.why_not for letter in letters_of(cast, draft(cast, ask="consultation"))} == {"recent"}
    Reminder.objects.update(sent_on=queries.first_day_of_pause(TODAY) - timedelta(days=1))
    assert {letter.address: letter.why_not for letter in letters_of(cast, draft(cast))} == {
        manager.email: "",
        staff.email: "recent",
    }


def test_the_yearly_review_counts_as_reminded(cast, desk):
    with seen_by(desk):
        notify(
            to=cast.people["staff"],
            kind="policy_review_due",
            actor=None,
            params={"company": "C"},
            company_id=cast.company.pk,
            programme_id=cast.programme.pk,
        )
    assert {letter.address: letter.why_not for letter in letters_of(cast, draft(cast))} == {
        cast.people["manager"].email: "",
        cast.people["staff"].email: "recent",
    }


def test_a_letter_about_a_session_takes_the_place_of_its_automatic_reminder(cast, desk, by_day):
    session = make_session(
        cast.programme, state="published", starts_at=timezone.now() + timedelta(days=30),
        ends_at=timezone.now() + timedelta(days=30, hours=1), registration_ends_at=timezone.now() + timedelta(days=2),
    )  # fmt: skip
    with seen_by(desk):
        services.choose_people(
            mailing=(mailing := draft(cast, ask="registration", session=session)),
            shown=[cast.people["manager"].people.get().pk],
            chosen=[],
            actor=desk,
        )
    work(send(cast, mailing), desk)
    with web_role():
        remind_of_sessions(today=TODAY)
    asked = Reminder.objects.filter(kind="registration_closing", company_id=cast.company.pk)
    assert {reminder.to_user for reminder in asked} == {cast.people["manager"]}


def test_the_pause_is_five_working_days():
    assert queries.first_day_of_pause(date(2026, 11, 20)) == date(2026, 11, 13)
    assert queries.first_day_of_pause(date(2026, 11, 24)) == date(2026, 11, 16)  # the 23rd is a holiday
    assert queries.first_day_of_pause(date(2026, 11, 22)) == date(2026, 11, 16)
    assert business_day_before(date(2026, 11, 24)) == date(2026, 11, 20)


def test_a_letter_that_was_called_off_counts_as_no_reminder(cast, desk):
    mailing = send(cast, draft(cast))
    with seen_by(desk):
        services.call_off(mailing=mailing, actor=desk, now=timezone.now())
    assert {letter.why_not for letter in letters_of(cast, draft(cast))} == {""}


def test_an_address_that_refused_the_last_mail_is_left_out_until_one_arrives(cast, desk, by_day):
    first = send(cast, draft(cast))
    work(first, desk)
    refused = MailingRecipient.objects.get(address=cast.people["staff"].email)
    settle(refused.mail_id, "refused")
    again = draft(cast, with_recent=True)
    assert {letter.address: letter.why_not for letter in letters_of(cast, again)} == {
        cast.people["manager"].email: "",
        cast.people["staff"].email: "refused",
    }
    later = OutgoingMail.objects.create(
        proof="", recipient=refused.address.upper(), from_email="p@example.com", created_at=NOON, state="sent"
    )
    OutgoingMail.objects.filter(pk=later.pk).update(settled_at=timezone.now() + timedelta(hours=1))
    assert {letter.why_not for letter in letters_of(cast, again)} == {""}


def test_only_the_secretariat_of_the_programme_learns_whose_address_refused(cast, desk, by_day):
    work(send(cast, draft(cast)), desk)
    settle(MailingRecipient.objects.first().mail_id, "refused")
    known = {}
    for who, user in cast.people.items():
        with seen_by(user):
            known[who] = len(queries.refused_people(cast.programme.pk))
    assert {who for who, count in known.items() if count} == {"secretariat"}


# --- What a letter says -----------------------------------------------------------------------------------------------


def test_a_japanese_letter_names_company_title_and_name_and_leads_to_the_page(cast, desk, settings):
    settings.SECRETARIAT = {
        "name": "つむぎ事務局",
        "phone": "03-0000-0000",
        "email": "desk@example.jp",
        "hours": "10時〜17時",
    }
    settings.PORTAL_URL = "https://portal.example"
    person = cast.people["manager"].people.get()
    person.title = "総務部 部長"
    person.save()
    mailing = draft(cast, words_ja="<b>お電話</b>でも承ります。")
    letter = next(each for each in letters_of(cast, mailing) if each.person == person)
    with seen_by(desk):
        subject, body = services.draft_letter(Mailing.objects.get(pk=mailing.pk), letter, actor=desk)
    lines = body.splitlines()
    assert lines[:2] == [cast.company.name_ja, f"総務部 部長\u3000{person.name_ja} 様"]
    assert "いつもお世話になっております。" in lines
    assert "<b>お電話</b>でも承ります。" in lines
    assert f"https://portal.example/companies/{cast.company.pk}/policy/" in lines
    assert "つむぎ事務局" in lines
    assert any("desk@example.jp" in line for line in lines)
    assert "Dear" not in body
    assert "御中" not in body
    assert subject.startswith("[SPP]")
    assert "12日" in body


def test_an_english_letter_greets_by_name_and_falls_back_to_the_words_there_are(cast, desk):
    user = make_user(language="en")
    make_member(cast.company, user=user)
    mailing = draft(cast, tone="last", words_ja="日本語のみ")
    letter = next(each for each in letters_of(cast, mailing) if each.language == "en")
    with seen_by(desk):
        subject, body = services.draft_letter(Mailing.objects.get(pk=mailing.pk), letter, actor=desk)
    assert f"Dear {user.name_en}," in body.splitlines()
    assert "last reminder" in body
    assert "12 days ago" in body
    assert "日本語のみ" in body.splitlines()
    assert subject.startswith("[SPP] Last reminder:")


def test_three_of_one_address_are_greeted_together(cast):
    company = make_company(cast.programme, name_ja="株式会社山田製作所", name_en="Yamada").company
    for number in range(3):
        person = make_person(company, name_ja=f"人{number}", email="office@example.com")
        Membership.objects.create(company=company, person=person, role="staff")
    (letter,) = letters_of(cast, draft(cast), {company.pk: Owed()})
    assert Addressee.of(letter).lines() == "株式会社山田製作所\nご担当者各位"


@pytest.mark.parametrize("ask", ["policy", "registration", "consultation", "milestone"])
@pytest.mark.parametrize("tone", ["polite", "normal", "last"])
def test_every_letter_is_complete_in_both_languages(cast, desk, ask, tone):
    make_member(cast.company, user=make_user(language="en"))
    more = {}
    if ask == "registration":
        more["session"] = make_session(cast.programme, starts_at=timezone.now() + timedelta(days=9))
    if ask == "milestone":
        more["milestone"] = MilestoneKind.objects.get(programme=cast.programme, source="approved")
    mailing = draft(cast, ask=ask, tone=tone, **more)
    said = {}
    with seen_by(desk):
        for letter in letters_of(cast, mailing):
            said[letter.language] = services.draft_letter(Mailing.objects.get(pk=mailing.pk), letter, actor=desk)
    assert set(said) == {"ja", "en"}
    for subject, body in said.values():
        assert "\n\n\n" not in body
        assert len(subject.splitlines()) == 1
    assert not any(ord(char) > 0x2FFF for char in said["en"][1].split("--")[0])
    if more.get("session"):
        assert more["session"].title_en in said["en"][1]


def test_a_trial_goes_to_who_asks_and_to_nobody_else(cast, desk):
    mailing = draft(cast)
    with seen_by(desk):
        services.send_trial(mailing=mailing, candidate=letters_of(cast, mailing)[0], actor=desk)
    mail = OutgoingMail.objects.get()
    assert (mail.recipient, mail.message_id) == (desk.email, None)
    assert cast.company.name_ja in mail.body
    assert not Message.objects.exists()
    assert Mailing.objects.get().sent_at is None


# --- Sending ----------------------------------------------------------------------------------------------------------


def test_sending_writes_each_letter_once_however_often_it_is_pressed_and_run(cast, desk, by_day):
    mailing = draft(cast)
    sent = [send(cast, mailing), send(cast, mailing)]
    assert sent[0].job_id == sent[1].job_id
    assert Job.objects.count() == 1
    assert work(sent[0], desk).state == "done"
    addresses = sorted(cast.people[who].email for who in ("manager", "staff"))
    assert sorted(OutgoingMail.objects.values_list("recipient", flat=True)) == addresses
    # The same once more: a bell that rings twice, and a worker that was thought dead.
    with seen_by(desk):
        assert write_letters(mailing=mailing, actor=desk, now=timezone.now(), limit=20) == 0
    assert OutgoingMail.objects.count() == 2
    assert set(MailingRecipient.objects.values_list("outcome", flat=True)) == {LetterOutcome.WRITTEN}
    assert Event.objects.filter(verb="mailing.sent").count() == 1


def test_a_killed_attempt_is_gone_on_from(cast, desk, by_day, monkeypatch):
    for _ in range(5):
        make_member(cast.company)
    mailing = send(cast, draft(cast))
    with seen_by(desk):
        assert write_letters(mailing=mailing, actor=desk, now=timezone.now(), limit=3) == 3
    monkeypatch.setattr("programmes.tasks.mailings.BATCH", 2)
    assert work(mailing, desk).state == "done"
    assert OutgoingMail.objects.count() == 7
    assert len(set(OutgoingMail.objects.values_list("recipient", flat=True))) == 7


def test_a_message_holds_no_word_that_somebody_wrote(cast, desk, by_day):
    mailing = send(cast, draft(cast, words_ja="内密のお願い", words_en="A private word"))
    work(mailing, desk)
    for message in Message.objects.all():
        assert set(message.params) == {"tone", "programme", "company", "due", "overdue_days"}
        assert "内密" not in str(message.params)
        assert (message.kind, message.company_id, message.programme_id) == (
            "mailing_policy",
            cast.company.pk,
            cast.programme.pk,
        )
    assert all("内密のお願い" in mail.body for mail in OutgoingMail.objects.all())


def test_letters_of_the_night_leave_in_the_morning(cast, desk, monkeypatch):
    night = NOON.replace(hour=22)
    monkeypatch.setattr("programmes.tasks.mailings.timezone.now", lambda: night)
    mailing = send(cast, draft(cast))
    with seen_by(desk):
        write_letters(mailing=mailing, actor=desk, now=night, limit=20)
    due = set(Outbox.objects.filter(task="notifications.deliver_mail").values_list("due_at", flat=True))
    assert due == {(NOON + timedelta(days=1)).replace(hour=8)}


def test_nobody_is_an_error_and_leaves_a_draft(cast, desk):
    mailing = draft(cast)
    with seen_by(desk), pytest.raises(services.NobodyToWriteTo):
        services.send_mailing(mailing=mailing, letters=[], actor=desk, now=timezone.now())
    assert Mailing.objects.get().sent_at is None


def test_a_closed_account_is_written_to_no_more(cast, desk, by_day):
    mailing = send(cast, draft(cast))
    staff = cast.people["staff"]
    staff.is_active = False
    staff.save()
    work(mailing, desk)
    assert dict(MailingRecipient.objects.values_list("address", "outcome")) == {
        cast.people["manager"].email: "written",
        staff.email: "closed",
    }


def test_what_was_sent_is_changed_and_thrown_away_no_more(cast, desk):
    mailing = draft(cast)
    with seen_by(desk):
        services.change_mailing(mailing=mailing, values={"tone": "last"}, actor=desk)
    send(cast, mailing)
    with seen_by(desk):
        for deed in (
            lambda: services.change_mailing(mailing=mailing, values={"tone": "polite"}, actor=desk),
            lambda: services.choose_people(mailing=mailing, shown=[], chosen=[], actor=desk),
            lambda: services.discard_mailing(mailing=mailing, actor=desk),
        ):
            with pytest.raises(services.AlreadySent):
                deed()
    assert Mailing.objects.get().tone == "last"


# --- What became of it ------------------------------------------------------------------------------------------------


def test_the_result_of_each_address_is_known_to_the_secretariat_alone(cast, desk, by_day):
    mailing = send(cast, draft(cast))
    work(mailing, desk)
    rows = {row.address: row for row in MailingRecipient.objects.all()}
    settle(rows[cast.people["manager"].email].mail_id, "sent")
    settle(rows[cast.people["staff"].email].mail_id, "refused")
    with seen_by(desk):
        found = queries.results(mailing)
    assert {row.address: found[row.pk].state for row in rows.values()} == {
        cast.people["manager"].email: "sent",
        cast.people["staff"].email: "refused",
    }
    assert all(result.settled_at for result in found.values())
    for who in cast.people.keys() - {"secretariat"}:
        with seen_by(cast.people[who]):
            assert queries.results(mailing) == {}


# --- Calling off ------------------------------------------------------------------------------------------------------


def test_calling_off_stops_what_is_not_written_and_calls_back_what_is_not_carried(cast, desk, by_day):
    for _ in range(2):
        make_member(cast.company)
    mailing = send(cast, draft(cast))
    with seen_by(desk):
        write_letters(mailing=mailing, actor=desk, now=timezone.now(), limit=2)
    carried = MailingRecipient.objects.filter(outcome="written").first()
    settle(carried.mail_id, "sent")
    with seen_by(desk):
        assert services.call_off(mailing=mailing, actor=desk, now=timezone.now()) == 3
        assert services.call_off(mailing=mailing, actor=desk, now=timezone.now()) == 0
        assert write_letters(mailing=mailing, actor=desk, now=timezone.now(), limit=20) == 0
    assert list(MailingRecipient.objects.exclude(outcome="called_off")) == [carried]
    assert sorted(OutgoingMail.objects.values_list("state", flat=True)) == ["given_up", "sent"]
    assert Message.objects.count() == 1
    assert Job.objects.get().state == "cancelled"
    # "Try again" on the job does not bring a letter back that was called off.
    with seen_by(desk):
        retry_job(job=Job.objects.get(), actor=desk)
    assert work(mailing, desk).error_code == "called_off"


def test_others_can_call_nothing_back(cast, desk, by_day):
    mailing = send(cast, draft(cast))
    work(mailing, desk)
    for who in ("manager", "adviser", "other_secretariat"):
        with seen_by(cast.people[who]), connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM app.call_back_mails(%s)", [mailing.pk])
            assert cursor.fetchone() == (0,)
    assert set(OutgoingMail.objects.values_list("state", flat=True)) == {"queued"}


@pytest.mark.parametrize("who", ["manager", "adviser", "other_secretariat", "nobody"])
def test_nobody_else_may(cast, who):
    mailing, user = draft(cast), cast.people[who]
    letters = letters_of(cast, mailing)
    deeds = [
        lambda: services.draft_mailing(
            mailing=Mailing(programme=cast.programme, ask="policy", tone="polite"), actor=user
        ),
        lambda: services.change_mailing(mailing=mailing, values={}, actor=user),
        lambda: services.choose_people(mailing=mailing, shown=[], chosen=[], actor=user),
        lambda: services.discard_mailing(mailing=mailing, actor=user),
        lambda: services.send_trial(mailing=mailing, candidate=letters[0], actor=user),
        lambda: services.send_mailing(mailing=mailing, letters=letters, actor=user, now=timezone.now()),
        lambda: services.call_off(mailing=mailing, actor=user, now=timezone.now()),
    ]
    for deed in deeds:
        with seen_by(user), pytest.raises(PermissionDenied):
            deed()
    assert OutgoingMail.objects.count() == 0


# --- Two at once ------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_write_every_letter_once(cast, by_day):
    desk = cast.people["secretariat"]
    for _ in range(6):
        make_member(cast.company)
    mailing = send(cast, draft(cast))
    written, gate = [], threading.Barrier(2)

    def run():
        try:
            with web_role():
                gate.wait()
                while True:
                    from common.tenancy import acting_as

                    with acting_as(desk.pk):
                        count = write_letters(mailing=mailing, actor=desk, now=timezone.now(), limit=2)
                    if not count:
                        break
                    written.append(count)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(written) == 8
    assert OutgoingMail.objects.count() == 8
    assert len(set(OutgoingMail.objects.values_list("recipient", flat=True))) == 8


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_once_are_one_mailing(cast):
    desk, mailing = cast.people["secretariat"], draft(cast)
    letters, gate, jobs = letters_of(cast, mailing), threading.Barrier(2), []

    def press():
        try:
            gate.wait()
            with seen_by(desk):
                sent = services.send_mailing(mailing=mailing, letters=letters, actor=desk, now=timezone.now())
            jobs.append(sent.job_id)
        finally:
            connection.close()

    threads = [threading.Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(jobs) == 2
    assert len(set(jobs)) == 1
    assert MailingRecipient.objects.count() == 2
