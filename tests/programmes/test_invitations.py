"""Invitations: whom they reach, the link that serves once, accepting with and without an account, and who may invite."""

import re
import threading
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import ProgrammingError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import Acceptance, User
from audit.models import Event
from companies.models import Access, Membership, Person
from jobs.models import Job, Outbox
from jobs.tasks import run_job, runs
from notifications.delivery import proof_secret
from notifications.models import OutgoingMail
from programmes.models import Invitation, Seat
from programmes.queries import invitations as queries
from programmes.services import end_seat
from programmes.services import invitations as services
from tests.counting import queries_of
from tests.factories import make_company, make_member, make_person, make_seat, make_user
from tests.roles import WebClient, seen_by, web_role

pytestmark = pytest.mark.django_db

PASSWORD = "yama kawa umi sora 7"


@pytest.fixture(autouse=True)
def by_day(monkeypatch):
    """Let mails leave at once whatever the hour of the test."""
    monkeypatch.setattr(runs, "RENEW_SECONDS", 3600)
    monkeypatch.setattr("programmes.tasks.invitations.first_moment", lambda _now: None)


@pytest.fixture
def desk(cast):
    return cast.people["secretariat"]


@pytest.fixture
def guest(cast) -> Person:
    """Somebody of the company who is to act for it and has no account."""
    person = make_person(cast.company, name_ja="山田 花子", name_en="Hanako Yamada", email="hanako@example.com")
    Membership.objects.create(company=cast.company, person=person, role="manager")
    return person


@pytest.fixture
def listing(cast) -> str:
    return reverse("programmes:invitations", args=[cast.programme.pk])


def press(client, cast, *who, **more):
    """Tick these, look, and confirm."""
    address = reverse("programmes:send_invitations", args=[cast.programme.pk])
    chosen = {"who": [f"{'s' if isinstance(each, Seat) else 'p'}:{each.pk}" for each in who]} | more
    looked = client.post(address, chosen)
    assert looked.status_code == 200
    return client.post(address, chosen | {"confirmed": "1"})


def work(job) -> Job:
    """One attempt of the worker."""
    with web_role():
        run_job(str(job.pk), str(job.requested_by_id), bell=str(Outbox.objects.get(key=job.bell_key).pk))
    job.refresh_from_db()
    return job


def invited(cast, *people, seats=(), by=None) -> list[Invitation]:
    actor = by or cast.people["secretariat"]
    with seen_by(actor):
        job, _count = services.invite(
            programme=cast.programme,
            people=[person.pk for person in people],
            seats=[seat.pk for seat in seats],
            actor=actor,
            now=timezone.now(),
        )
    assert work(job).state == "done"
    return list(Invitation.objects.filter(job=job).order_by("address"))


def link_of(invitation) -> str:
    """The path of the link, which stands in the outgoing mail and nowhere else."""
    mail = OutgoingMail.objects.get(pk=Invitation.objects.get(pk=invitation.pk).mail_id)
    return re.search(r"https?://[^/]+(/invitation/[\w-]{43}/)", mail.body).group(1)


def entered(**changes) -> dict:
    return {
        "name_ja": "山田 花子",
        "name_en": "",
        "language": "ja",
        "password": PASSWORD,
        "password_again": PASSWORD,
        "agree_terms": "on",
        "agree_privacy": "on",
    } | changes


# --- From the list to the first page ----------------------------------------------------------------------------------


def test_from_the_list_to_the_first_page(cast, desk, guest, listing, sign_in):
    client = sign_in(desk)
    listed = client.get(listing).content.decode()
    assert "山田 花子" in listed
    assert "未招待" in listed
    answer = press(client, cast, guest)
    job = Job.objects.get(kind=queries.KIND)
    assert answer.url == reverse("programmes:invitation_run", args=[cast.programme.pk, job.pk])
    assert work(job).state == "done"
    run = client.get(answer.url).content.decode()
    assert "hanako@example.com" in run
    assert "送信待ち" in run
    mail = OutgoingMail.objects.get(recipient="hanako@example.com")
    assert "招待" in mail.subject
    assert cast.company.name_ja in mail.body
    assert desk.name_ja in mail.body

    link = link_of(Invitation.objects.get())
    stranger = WebClient()
    for _look in range(2):  # a scanner of mails looks, too
        looked = stranger.get(link)
        assert looked.status_code == 200
        assert looked["Referrer-Policy"] == "strict-origin"
        assert desk.name_ja in looked.content.decode()
    done = stranger.post(link, entered())
    assert "招待を承諾しました" in done.content.decode()
    user = User.objects.get(email="hanako@example.com")
    guest.refresh_from_db()
    assert guest.user == user
    assert stranger.get("/").status_code == 302  # the link opens an account; it signs nobody in
    assert user.check_password(PASSWORD)
    assert Access.objects.valid().filter(user=user, company=cast.company, kind="member").exists()
    assert sign_in(user).get(reverse("dashboards:company_home", args=[cast.company.pk])).status_code == 200
    assert stranger.post(link, entered()).status_code == 410
    assert "利用中" in client.get(listing + "?q=" + cast.company.name_ja).content.decode()


def test_what_was_agreed_to_is_kept_with_day_and_version_and_changed_never(cast, guest):
    (invitation,) = invited(cast, guest)
    WebClient().post(link_of(invitation), entered())
    user = User.objects.get(email="hanako@example.com")
    assert set(Acceptance.objects.filter(user=user).values_list("document", "version")) == {
        ("terms", "2026-11"),
        ("privacy", "2026-11"),
    }
    with seen_by(user), pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        Acceptance.objects.update(version="x")
    with seen_by(cast.people["staff"]):
        assert not Acceptance.objects.exists()


def test_the_word_of_the_link_is_in_the_mail_alone(cast, guest):
    (invitation,) = invited(cast, guest)
    token = link_of(invitation).split("/")[2]
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT count(*) FROM "{table}" t WHERE t::text LIKE %s', [f"%{token}%"])
            assert cursor.fetchone()[0] == (table == "notifications_outgoingmail"), table


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"agree_terms": ""}, "利用規約をお読みのうえ"),
        ({"password_again": PASSWORD + "x"}, "2つのパスワードが異なります"),
        ({"password": "short", "password_again": "short"}, "12"),
        ({"name_ja": ""}, "お名前を日本語または英語で"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_used_up(cast, guest, changes, said):
    (invitation,) = invited(cast, guest)
    link = link_of(invitation)
    refused = WebClient().post(link, entered(**changes))
    assert said in refused.content.decode()
    assert not User.objects.filter(email="hanako@example.com").exists()
    assert "招待を承諾しました" in WebClient().post(link, entered()).content.decode()


# --- With an account ---------------------------------------------------------------------------------------------------


def test_an_account_that_is_there_accepts_after_its_own_sign_in_alone(cast, guest, sign_in):
    user = make_user(email="hanako@example.com", password="before before before")
    (invitation,) = invited(cast, guest)
    link = link_of(invitation)
    unsigned = WebClient()
    assert "すでにアカウントをお持ちです" in unsigned.get(link).content.decode()
    unsigned.post(link, entered())
    other = sign_in(cast.people["staff"])
    assert "別の方としてサインイン" in other.get(link).content.decode()
    other.post(link, {"agree_terms": "on", "agree_privacy": "on"})
    guest.refresh_from_db()
    user.refresh_from_db()
    assert guest.user is None
    assert user.check_password("before before before")
    own = sign_in(user)
    assert "招待を承諾しました" in own.post(link, {"agree_terms": "on", "agree_privacy": "on"}).content.decode()
    guest.refresh_from_db()
    assert guest.user == user
    assert Event.objects.filter(verb="invitation.accepted", actor_id=user.pk).count() == 1


def test_an_adviser_takes_the_pledge_and_the_seat(cast, desk):
    with seen_by(desk):
        seat = services.offer_seat(
            seat=Seat(programme=cast.programme, role="adviser", name_en="Adviser", email="New@Example.com"), actor=desk
        )
    (invitation,) = invited(cast, seats=[seat])
    link = link_of(invitation)
    form = entered(name_ja="", name_en="Adviser", language="en")
    assert WebClient().post(link, form).status_code == 200
    seat.refresh_from_db()
    assert seat.user is None  # without the pledge
    WebClient().post(link, form | {"agree_pledge": "on"})
    seat.refresh_from_db()
    assert seat.user.email == "new@example.com"
    assert Acceptance.objects.filter(user=seat.user, document="pledge").exists()


# --- Links that serve no more ------------------------------------------------------------------------------------------


def test_inviting_again_ends_the_link_before(cast, guest):
    (first,) = invited(cast, guest)
    old = link_of(first)
    (second,) = invited(cast, guest)
    assert WebClient().get(old).status_code == 410
    assert WebClient().get(link_of(second)).status_code == 200


def test_taken_back_run_out_and_no_longer_offered(cast, desk, guest, sign_in):
    (invitation,) = invited(cast, guest)
    link = link_of(invitation)
    Invitation.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    assert "7日間" in WebClient().get(link).content.decode()
    assert WebClient().post(link, entered()).status_code == 410
    Invitation.objects.update(expires_at=timezone.now() + timedelta(days=1))
    Membership.objects.filter(person=guest).update(ended_at=timezone.now())
    assert WebClient().post(link, entered()).status_code == 410
    Membership.objects.filter(person=guest).update(ended_at=None)
    back = reverse("programmes:take_back_invitation", args=[cast.programme.pk, invitation.pk])
    assert sign_in(desk).get(back).status_code == 200
    assert sign_in(desk).post(back).status_code == 302
    assert WebClient().post(link, entered()).status_code == 410
    assert not User.objects.filter(email="hanako@example.com").exists()


def test_who_invited_and_has_left_lends_no_rights(cast, guest):
    member = make_seat(cast.programme, role="member")
    (invitation,) = invited(cast, guest, by=member.user)
    with seen_by(cast.people["secretariat"]):
        end_seat(seat=Seat.objects.get(pk=member.pk), actor=cast.people["secretariat"], now=timezone.now())
    link = link_of(invitation)
    assert WebClient().get(link).status_code == 410
    assert WebClient().post(link, entered()).status_code == 410


def test_unknown_words_are_answered_alike(db):
    answers = [WebClient().get(f"/invitation/{word}/") for word in ("A" * 43, "short", "B" * 43)]
    assert {answer.status_code for answer in answers} == {404}


# --- Many, and twice ---------------------------------------------------------------------------------------------------


def test_everybody_never_invited_is_invited_once(cast, desk, sign_in):
    for number in range(25):
        person = make_person(cast.company, email=f"many{number}@example.com")
        Membership.objects.create(company=cast.company, person=person, role="staff")
    nobody = make_person(cast.company, email="")
    Membership.objects.create(company=cast.company, person=nobody, role="staff")
    client = sign_in(desk)
    press(client, cast, everybody="1")
    job = Job.objects.get(kind=queries.KIND)
    assert work(job).state == "done"
    mails = OutgoingMail.objects.filter(recipient__startswith="many")
    assert mails.count() == 25
    again = client.post(
        reverse("programmes:send_invitations", args=[cast.programme.pk]), {"everybody": "1", "confirmed": "1"}
    )
    assert again.url == reverse("programmes:invitations", args=[cast.programme.pk])
    assert Invitation.objects.count() == 25


def test_an_attempt_that_breaks_writes_nothing_and_the_next_one_writes_once(cast, guest, monkeypatch):
    desk = cast.people["secretariat"]
    with seen_by(desk):
        job, _count = services.invite(programme=cast.programme, people=[guest.pk], actor=desk, now=timezone.now())
    from programmes.tasks import invitations as tasks

    written = tasks.write_invitations
    monkeypatch.setattr(
        tasks, "write_invitations", lambda **kw: written(**kw) and (_ for _ in ()).throw(OSError("full"))
    )
    with web_role(), pytest.raises(OSError, match="full"):
        tasks.send_invitations(_Run(job))
    assert not OutgoingMail.objects.filter(recipient=guest.email).exists()
    monkeypatch.setattr(tasks, "write_invitations", written)
    assert work(job).state == "done"
    assert OutgoingMail.objects.filter(recipient=guest.email).count() == 1


class _Run:
    """What a handler gets, of which only this much is needed before it breaks."""

    def __init__(self, job):
        self.job, self.actor = job, job.requested_by

    def step(self, *args):
        pass


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_once_invite_once(cast, guest):
    desk = cast.people["secretariat"]
    outcomes, together = [], threading.Barrier(2)

    def invite():
        try:
            with seen_by(desk):
                together.wait()
                services.invite(programme=cast.programme, people=[guest.pk], actor=desk, now=timezone.now())
                outcomes.append("invited")
        except services.NobodyToInvite:
            outcomes.append("nobody left")
        finally:
            connection.close()

    threads = [threading.Thread(target=invite) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["invited", "nobody left"]
    assert Invitation.objects.count() == 1


def test_a_shared_mailbox_is_the_account_of_one(cast, desk, guest, listing, sign_in):
    colleague = make_person(cast.company, name_ja="鈴木 次郎", email="Hanako@example.com")
    Membership.objects.create(company=cast.company, person=colleague, role="staff")
    first, second = invited(cast, guest, colleague)
    mine, other = (first, second) if first.person_id == guest.pk else (second, first)
    WebClient().post(link_of(mine), entered())
    user = User.objects.get(email__iexact="hanako@example.com")
    answer = sign_in(user).post(link_of(other), {"agree_terms": "on", "agree_privacy": "on"})
    assert "同じ会社の別の方がサインインに使っています" in answer.content.decode()
    assert "ご本人専用のアドレス" in sign_in(desk).get(listing).content.decode()
    with seen_by(desk), pytest.raises(services.NobodyToInvite):
        services.invite(programme=cast.programme, people=[colleague.pk], actor=desk, now=timezone.now())


def test_a_refused_address_is_seen(cast, desk, guest, listing, sign_in):
    (invitation,) = invited(cast, guest)
    mail_id = Invitation.objects.get(pk=invitation.pk).mail_id
    with connection.cursor() as cursor:
        cursor.execute("SELECT app.take_mail(%s, %s, 60)", [mail_id, proof_secret(mail_id)])
        cursor.execute("SELECT app.settle_mail(%s, %s, 'refused', '', 0)", [mail_id, proof_secret(mail_id)])
    assert "アドレスに届かず" in sign_in(desk).get(listing).content.decode()


# --- Who may -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["manager", "staff", "adviser", "other_secretariat", "nobody"])
def test_others_invite_nobody(cast, guest, role):
    person = cast.people[role]
    with seen_by(person), pytest.raises(PermissionDenied):
        services.invite(programme=cast.programme, people=[guest.pk], actor=person, now=timezone.now())


def test_people_of_another_programme_are_not_invited(cast, desk):
    stranger = make_person(cast.stranger.company, email="stranger@example.com")
    Membership.objects.create(company=cast.stranger.company, person=stranger, role="staff")
    with seen_by(desk), pytest.raises(services.NobodyToInvite):
        services.invite(programme=cast.programme, people=[stranger.pk], actor=desk, now=timezone.now())


def test_the_secretariat_is_named_by_its_leaders(cast, sign_in):
    member, leader = make_seat(cast.programme, role="member").user, cast.people["secretariat"]
    address = reverse("programmes:new_seat", args=[cast.programme.pk])
    values = {"role": "member", "name_ja": "新人", "email": "new@example.com"}
    assert sign_in(member).post(address, values).status_code == 200
    assert not Seat.objects.filter(email="new@example.com").exists()
    seat = Seat(programme=cast.programme, role="member", name_ja="新人", email="new@example.com")
    with seen_by(member), pytest.raises(PermissionDenied):
        services.offer_seat(seat=seat, actor=member)
    assert sign_in(leader).post(address, values).status_code == 302
    assert Seat.objects.get(email="new@example.com").role == "member"
    twin = Seat(programme=cast.programme, role="member", name_ja="新人", email="NEW@example.com")
    with seen_by(leader), pytest.raises(ValidationError):
        services.offer_seat(seat=twin, actor=leader)


@pytest.mark.parametrize("more", [1, 30])
def test_the_list_asks_the_same_whatever_it_holds(cast, desk, listing, sign_in, more):
    for number in range(more):
        enrolment = make_company(cast.programme)
        make_member(enrolment.company)
        person = make_person(enrolment.company, email=f"p{number}@example.com")
        Membership.objects.create(company=enrolment.company, person=person, role="staff")
    asked = queries_of(sign_in(desk), listing)
    assert len(asked) <= 12, "\n".join(asked)


@pytest.mark.parametrize("document", ["terms", "privacy", "pledge"])
@pytest.mark.parametrize("language", ["ja", "en"])
def test_documents_are_read_by_everybody_in_both_languages(db, document, language):
    client = WebClient(headers={"accept-language": language})
    answer = client.get(reverse("accounts:document", args=[document]))
    assert answer.status_code == 200
    assert "2026-11" in answer.content.decode()
    assert client.get("/accounts/documents/other/").status_code == 404
