"""Announcements: for whom, from when until when, by mail once, read receipts, and what homes show of them."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from jobs.models import Job, Outbox
from jobs.tasks import run_job, runs
from notifications.models import Message, OutgoingMail
from programmes.models import Notice, NoticeRead
from programmes.queries import notices as queries
from programmes.services import notices as services
from tests.counting import queries_of
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


def test_by_mail_everybody_is_told_once_however_often_it_runs(cast, monkeypatch):
    monkeypatch.setattr("programmes.tasks.notices.first_moment", lambda _now: None)
    notice = publish(cast, by_mail=True, audience="companies")
    desk, job = cast.people["secretariat"], Job.objects.get()
    for _round in range(2):
        with web_role():
            run_job(str(job.pk), str(desk.pk), bell=str(Outbox.objects.get(key=job.bell_key).pk))
        Job.objects.update(state="queued", lease_until=None)
        Outbox.objects.filter(key=job.bell_key).update(done_at=None)
    people = {cast.people[who].email for who in ("manager", "staff", "neighbour")}
    assert sorted(OutgoingMail.objects.values_list("recipient", flat=True)) == sorted(people)
    message = Message.objects.first()
    assert (message.kind, message.params) == ("notice", {"programme": cast.programme.name_ja})
    assert message.path == page(cast, "notice", notice.pk)
    assert all("12月29日から休みます。" in mail.body for mail in OutgoingMail.objects.all())


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
