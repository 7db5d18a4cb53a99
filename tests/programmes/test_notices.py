"""Announcements: for whom, from when until when, by mail once, read receipts, and what homes show of them."""

from datetime import timedelta

import pytest
from django.conf import settings as conf
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from jobs.models import Job, Outbox
from jobs.tasks import run_job, runs
from notifications.delivery import proof_secret, settle_mail, take_mail
from notifications.models import Message, OutgoingMail
from programmes.models import Notice, NoticeRead
from programmes.queries import notices as queries
from programmes.services import notices as services
from programmes.tasks import notices as tasks
from tests.counting import queries_of
from tests.factories import make_person
from tests.factories.settings import prefer
from tests.roles import seen_by, web_role

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()
READERS = ("manager", "neighbour", "stranger", "adviser", "secretariat", "other_secretariat", "nobody")


@pytest.fixture(autouse=True)
def unhurried(monkeypatch):
    monkeypatch.setattr(runs, "RENEW_SECONDS", 3600)


def publish(cast, *, by_mail=False, who="secretariat", **fields) -> Notice:
    values = {
        "audience": "all",
        "title_ja": "年末年始の休業",
        "text_ja": "12月29日から休みます。",
        "visible_from": TODAY,
    }
    user = cast.people[who]
    with seen_by(user):
        notice = Notice(programme=cast.programme, **(values | fields))
        return services.publish_notice(notice=notice, by_mail=by_mail, actor=user)


def seen(cast) -> set[str]:
    found = set()
    for who in READERS:
        with seen_by(cast.people[who]):
            through_door = Notice.objects.visible_to(cast.people[who]).count()
            assert through_door == Notice.objects.count(), who
            if through_door:
                found.add(who)
    return found


def page(cast, name, *ids) -> str:
    return reverse(f"programmes:{name}", args=[cast.programme.pk, *ids])


@pytest.mark.parametrize(
    ("audience", "readers"),
    [
        ("companies", {"manager", "neighbour", "secretariat"}),
        ("advisers", {"adviser", "secretariat"}),
        ("all", {"manager", "neighbour", "adviser", "secretariat"}),
    ],
)
def test_whom_it_is_for_sees_it(cast, audience, readers):
    publish(cast, audience=audience)
    assert seen(cast) == readers


@pytest.mark.parametrize(
    ("first", "last", "is_shown"), [(1, None, False), (0, 0, True), (-3, -1, False), (-3, None, True)]
)
def test_it_is_shown_from_a_day_until_a_day(cast, first, last, is_shown):
    publish(
        cast,
        visible_from=TODAY + timedelta(days=first),
        visible_until=None if last is None else TODAY + timedelta(days=last),
    )
    assert seen(cast) == ({"manager", "neighbour", "adviser", "secretariat"} if is_shown else {"secretariat"})


@pytest.mark.parametrize("who", ["manager", "adviser", "other_secretariat"])
def test_only_the_secretariat_writes(cast, who):
    notice = publish(cast)
    with pytest.raises(PermissionDenied):
        publish(cast, who=who)
    with seen_by(cast.people[who]), pytest.raises(PermissionDenied):
        services.change_notice(notice=notice, values={"title_ja": "X"}, actor=cast.people[who])
    assert Notice.objects.get().title_ja == "年末年始の休業"


def run_again_and_again(cast, *, rounds=2) -> None:
    """Let the worker run what was asked for, and once more as after a lost answer."""
    desk, job = cast.people["secretariat"], Job.objects.get()
    for _round in range(rounds):
        with web_role():
            run_job(str(job.pk), str(desk.pk), bell=str(Outbox.objects.get(key=job.bell_key).pk))
        job.refresh_from_db()
        assert job.state == "done", job.error_text
        Job.objects.update(state="queued", lease_until=None)
        Outbox.objects.filter(key=job.bell_key).update(done_at=None)
    Job.objects.update(state="done")


def test_by_mail_everybody_is_told_once_as_they_chose_however_often_it_runs(cast):
    prefer(cast.people["manager"], notices="now")
    prefer(cast.people["neighbour"], notices="portal")
    notice = publish(cast, by_mail=True, audience="companies")
    run_again_and_again(cast)
    told = Message.objects.filter(kind="notice")
    assert {(each.to_user, each.channel) for each in told} == {
        (cast.people["manager"], "now"),
        (cast.people["staff"], "daily"),
        (cast.people["neighbour"], "portal"),
    }
    message = told.first()
    assert message.params == {"programme": cast.programme.name_ja, "title": "年末年始の休業"}
    assert message.path == page(cast, "notice", notice.pk)
    mail = OutgoingMail.objects.get()
    assert mail.recipient == cast.people["manager"].email
    assert "12月29日から休みます。" in mail.body


def box(company, address, *names, **fields):
    return [make_person(company, **{"name_ja": name, "email": address} | fields) for name in names]


def test_people_without_an_account_get_it_at_their_address_once_with_all_names(cast, sign_in):
    first, second = cast.company, cast.neighbour.company
    box(first, "soumu@example.com", "髙橋 陽子", title="総務部 課長")
    box(first, "SOUMU@example.com", "小谷 みのり")
    box(second, "soumu@example.com", "大野 健")
    box(second, "kyodo@example.com", "一 郎", "二 郎", "三 郎")
    box(second, "john@example.com", "", name_en="John Smith")
    # An account's own address is told by the portal; who has no address is not written to.
    box(first, cast.people["staff"].email, "同じ アドレス")
    box(first, "", "宛先 なし")
    publish(cast, to_addresses=True, audience="companies", title_en="Closed", text_en="Closed from 29 December.")
    run_again_and_again(cast)
    mails = {mail.recipient: mail for mail in OutgoingMail.objects.all()}
    assert set(mails) == {"soumu@example.com", "kyodo@example.com", "john@example.com"}
    assert not Message.objects.filter(kind="notice").exists()
    shared = mails["soumu@example.com"]
    lines = [line for line in shared.body.split("いつもお世話になっております。")[0].splitlines() if line]
    assert set(lines) == {
        first.name_ja,
        "総務部 課長\u3000髙橋 陽子 様",
        "小谷 みのり 様",
        second.name_ja,
        "大野 健 様",
    }
    assert mails["kyodo@example.com"].body.startswith(f"{second.name_ja}\nご担当者各位\n")
    assert shared.subject == "[SPP] 事務局からのお知らせ: 年末年始の休業"
    english = mails["john@example.com"]
    assert english.body.startswith(f"John Smith\n{second.name_en}\n")
    assert "Closed from 29 December." in english.body
    assert all(conf.SECRETARIAT["name"] in mail.body for mail in mails.values())


def test_the_secretariat_sees_what_became_of_each_address_and_nobody_else_does(cast, sign_in):
    box(cast.company, "gone@example.com", "髙橋 陽子")
    box(cast.company, "open@example.com", "小谷 みのり")
    notice = publish(cast, by_mail=True, to_addresses=True, audience="companies")
    run_again_and_again(cast, rounds=1)
    mail = OutgoingMail.objects.get(recipient="gone@example.com")
    take_mail(str(mail.pk))
    settle_mail(str(mail.pk), proof_secret(mail.pk), state="refused", reason="recipient refused (550)")
    client = sign_in(cast.people["secretariat"])
    answer = client.get(page(cast, "notice", notice.pk))
    found = {row[1]: strip_tags(row[3]) for row in answer.context["table"].rows}
    assert "不達" in found["gone@example.com"]
    assert "送信待ち" in found["open@example.com"]
    assert "まとめメールの送信待ち" in found[cast.people["staff"].email]
    assert len(found) == 5
    narrowed = client.get(page(cast, "notice", notice.pk) + "?show=refused")
    assert [row[1] for row in narrowed.context["table"].rows] == ["gone@example.com"]
    seen = sign_in(cast.people["staff"]).get(page(cast, "notice", notice.pk)).content.decode()
    assert "gone@example.com" not in seen
    with seen_by(cast.people["other_secretariat"]):
        assert queries.letter_results(notice) == {}


def test_a_killed_attempt_is_gone_on_from_and_writes_no_address_twice(cast, monkeypatch):
    monkeypatch.setattr(tasks, "BATCH", 2)
    for number in range(5):
        box(cast.company, f"a{number}@example.com", f"人 {number}")
    publish(cast, to_addresses=True, audience="companies")
    written, write = [], tasks.write_to

    def die_at_the_fourth(**words):
        if len(written) == 3:
            written.append("killed")
            raise SystemExit
        written.append(words["to"].address)
        return write(**words)

    monkeypatch.setattr(tasks, "write_to", die_at_the_fourth)
    desk, job = cast.people["secretariat"], Job.objects.get()
    with pytest.raises(SystemExit), web_role():
        run_job(str(job.pk), str(desk.pk), bell=str(Outbox.objects.get(key=job.bell_key).pk))
    # Of the batch in which it died nothing was written.
    assert OutgoingMail.objects.count() == 2
    monkeypatch.setattr(tasks, "write_to", write)
    Job.objects.update(state="queued", lease_until=None)
    run_again_and_again(cast, rounds=1)
    recipients = list(OutgoingMail.objects.values_list("recipient", flat=True))
    assert sorted(recipients) == [f"a{number}@example.com" for number in range(5)]


def test_advisers_have_no_such_address(cast, sign_in):
    form = {"audience": "advisers", "title_ja": "T", "text_ja": "T", "visible_from": TODAY, "to_addresses": "on"}
    answer = sign_in(cast.people["secretariat"]).post(page(cast, "new_notice"), form)
    assert set(answer.context["form"].errors) == {"to_addresses"}
    assert not Notice.objects.exists()


def test_reading_is_said_once_and_counted(cast, sign_in):
    notice = publish(cast)
    staff, desk = sign_in(cast.people["staff"]), sign_in(cast.people["secretariat"])
    home = reverse("dashboards:company_home", args=[cast.company.pk])
    assert notice.title in staff.get(home).content.decode()
    assert NoticeRead.objects.count() == 0
    for _press in range(2):
        staff.post(page(cast, "read_notice", notice.pk))
    assert NoticeRead.objects.count() == 1
    assert notice.title not in staff.get(home).content.decode()
    assert "このお知らせは読みました。" in staff.get(page(cast, "notice", notice.pk)).content.decode()
    with seen_by(cast.people["secretariat"]):
        counts = queries.reached_counts(cast.programme, today=TODAY)
    # Three people of two companies, three advisers.
    assert counts == {"companies": 3, "advisers": 3, "all": 6}
    assert "6人中1人" in desk.get(page(cast, "notices")).content.decode()


def test_an_adviser_reads_it_at_home_too(cast, sign_in):
    notice = publish(cast, audience="advisers")
    home = reverse("dashboards:advising", args=[cast.programme.pk])
    assert notice.title in sign_in(cast.people["adviser"]).get(home).content.decode()


def test_it_is_written_corrected_and_ended_on_its_pages(cast, sign_in):
    desk = sign_in(cast.people["secretariat"])
    form = {"audience": "companies", "title_en": "<b>Holidays</b>", "visible_from": TODAY.isoformat()}
    answer = desk.post(page(cast, "new_notice"), form)
    assert list(answer.context["form"].errors) == ["text_ja"]
    assert "&lt;b&gt;Holidays" in answer.content.decode()
    answer = desk.post(page(cast, "new_notice"), form | {"text_en": "Closed"})
    notice = Notice.objects.get()
    assert answer["Location"] == page(cast, "notice", notice.pk)
    shown = sign_in(cast.people["staff"]).get(page(cast, "notice", notice.pk)).content.decode()
    assert "&lt;b&gt;Holidays" in shown
    assert 'lang="en"' in shown
    yesterday = (TODAY - timedelta(days=1)).isoformat()
    form |= {"text_en": "Closed", "visible_from": yesterday, "visible_until": yesterday}
    desk.post(page(cast, "edit_notice", notice.pk), form)
    assert sign_in(cast.people["staff"]).get(page(cast, "notice", notice.pk)).status_code == 404


def test_the_list_takes_as_many_queries_for_twenty_as_for_one(cast, sign_in):
    publish(cast)
    clients = [sign_in(cast.people[who]) for who in ("secretariat", "staff", "adviser")]
    before = [len(queries_of(client, page(cast, "notices"))) for client in clients]
    for _ in range(20):
        publish(cast)
    assert [len(queries_of(client, page(cast, "notices"))) for client in clients] == before
