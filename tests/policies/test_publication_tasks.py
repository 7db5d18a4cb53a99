"""What is done about publications outside of requests: the check of their address, the weekly round, the yearly reminder."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import override_settings
from django.utils import timezone

from audit.models import Event
from common.tenancy import acting_as
from companies.models import Access
from jobs.models import Outbox
from jobs.periodic import whole_schedule
from notifications.models import Message, OutgoingMail
from policies.enums import LinkState
from policies.models import Cycle, Publication, RegisterEntry, RegisterVersion
from policies.queries import publication as queries
from policies.services import publication as services
from policies.tasks import check_link, check_links_again, links, remind_of_reviews
from tests.factories.settings import want_mails_at_once
from tests.policies.deciding import NOW, TODAY
from tests.policies.publishing import begin_next, published
from tests.policies.sites import html, redirect, running
from tests.roles import seen_by, web_role

HOST = "policy.example.test"
PAGE = f"http://{HOST}/csr/policy.html"


def last_bell() -> Outbox:
    return Outbox.objects.filter(task="policies.check_link").latest("created_at")


def answer(bell: Outbox) -> None:
    """Answer a bell as the worker does: nobody acts until the row says who."""
    with acting_as(None), web_role():
        check_link(*bell.args, bell=str(bell.pk))


def check_with(pages: dict) -> None:
    with running(pages) as site, override_settings(LINK_CHECK_TEST_HOSTS={HOST: site.place}):
        answer(last_bell())


def policy_page(cast):
    return html(f"<h1>人権方針</h1><p>{cast.company.name_ja}</p>")


def test_the_check_has_a_queue_of_its_own_that_the_worker_serves():
    assert settings.CELERY_TASK_ROUTES["policies.check_link"] == {"queue": "egress"}
    assert set(settings.CELERY_TASK_QUEUES) == {"quick", "jobs", "egress"}
    others = {task for task, route in settings.CELERY_TASK_ROUTES.items() if route["queue"] == "egress"}
    assert others == {"policies.check_link"}


def test_what_was_found_is_kept_shown_and_audited(cast):
    publication = published(cast, address=PAGE)
    assert publication.link_state == LinkState.WAITING
    before = RegisterEntry.objects.get().updated_at
    check_with({"/csr/policy.html": policy_page(cast)})
    publication.refresh_from_db()
    assert (publication.link_state, publication.link_reason, publication.is_checking) == ("found", "", False)
    version, entry = RegisterVersion.objects.get(), RegisterEntry.objects.get()
    assert (version.link_state, version.link_checked_at) == ("found", publication.link_checked_at)
    assert entry.updated_at > before
    event = Event.objects.get(verb="publication.link_checked")
    assert (event.detail, event.company_id) == ({"state": "found", "reason": ""}, cast.company.pk)
    assert last_bell().done_at is not None


@pytest.mark.parametrize(
    ("pages", "state", "reason"),
    [
        ({}, "broken", "status"),
        ({"/csr/policy.html": html("別の会社")}, "no_name", ""),
        ({"/csr/policy.html": redirect("/"), "/": html("トップ")}, "top_page", ""),
        ({"/csr/policy.html": redirect("http://10.0.0.1/")}, "refused", "shape"),
    ],
)
def test_what_is_wrong_is_kept_with_its_reason(cast, pages, state, reason):
    publication = published(cast, address=PAGE)
    check_with(pages)
    publication.refresh_from_db()
    assert (publication.link_state, publication.link_reason) == (state, reason)


def test_a_bell_is_answered_once(cast):
    published(cast, address=PAGE)
    with running({}) as site, override_settings(LINK_CHECK_TEST_HOSTS={HOST: site.place}):
        answer(last_bell())
        answer(last_bell())
    assert len(site.asked) == 1


def test_an_address_that_was_changed_while_it_was_fetched_keeps_its_own_state(cast):
    """The order of events is made by hand: a test has one connection."""
    published(cast, address=PAGE)
    seen = Publication.objects.get()
    Publication.objects.update(address="https://www.example.co.jp/new.html", link_state="waiting")
    links._keep(seen, links.LinkResult(LinkState.BROKEN), actor=cast.people["staff"])
    assert Publication.objects.get().link_state == "waiting"
    assert not Event.objects.filter(verb="publication.link_checked").exists()


def test_a_check_in_the_name_of_one_who_left_writes_nothing(cast):
    published(cast, address=PAGE)
    Access.objects.filter(user=cast.people["staff"]).update(revoked_at=NOW)
    with running({}) as site, override_settings(LINK_CHECK_TEST_HOSTS={HOST: site.place}):
        answer(last_bell())
    assert site.asked == []
    assert Publication.objects.get().link_state == LinkState.WAITING
    assert last_bell().done_at is not None


def test_a_page_that_is_gone_is_told_to_the_company_once_a_day(cast):
    want_mails_at_once()
    publication = published(cast, address=PAGE)
    check_with({"/csr/policy.html": policy_page(cast)})
    for hours in (1, 2):
        actor = cast.people["staff"]
        with seen_by(actor, company_id=cast.company.pk):
            services.check_again(publication=publication, actor=actor, now=NOW + timedelta(hours=hours))
        Publication.objects.update(link_state="found")
        check_with({})
    told = Message.objects.filter(kind="policy_link_lost")
    assert {message.to_user for message in told} == {cast.people["manager"], cast.people["staff"]}
    assert told.count() == 2
    body = OutgoingMail.objects.filter(message_id=told.first().pk).get().body
    assert f"/companies/{cast.company.pk}/policy/publication/" in body
    assert PAGE not in body


# --- By the clock ----------------------------------------------------------------------------------------------------------


def test_the_clock_knows_the_two_rounds():
    tasks = {entry["task"] for entry in whole_schedule().values()}
    assert {"policies.check_links_again", "policies.remind_of_reviews"} <= tasks


def by_the_clock(task) -> None:
    with acting_as(None), web_role():
        task()


def test_addresses_are_checked_again_after_a_week_in_the_name_of_a_member(cast):
    published(cast, address=PAGE)
    check_with({"/csr/policy.html": policy_page(cast)})
    by_the_clock(check_links_again)
    assert Outbox.objects.filter(key__startswith="link:weekly:").count() == 0
    week_ago = timezone.now() - timedelta(days=7)
    Publication.objects.update(link_checked_at=week_ago, link_asked_at=week_ago)
    by_the_clock(check_links_again)
    by_the_clock(check_links_again)
    bell = Outbox.objects.get(key__startswith="link:weekly:")
    assert bell.actor_id == cast.people["staff"].pk
    check_with({})
    assert Publication.objects.get().link_state == LinkState.BROKEN


def test_who_published_and_left_is_followed_by_who_is_there(cast):
    published(cast, address=PAGE)
    Publication.objects.update(link_checked_at=timezone.now() - timedelta(days=8), link_asked_at=None)
    Access.objects.filter(user=cast.people["staff"]).update(revoked_at=NOW)
    with acting_as(None), web_role():
        (due,) = queries.due_link_checks()
    assert due.user_id == cast.people["manager"].pk
    Access.objects.filter(user=cast.people["manager"]).update(revoked_at=NOW)
    with acting_as(None), web_role():
        assert queries.due_link_checks() == []


def test_the_yearly_review_is_told_once_for_its_day_in_each_ones_language(cast):
    want_mails_at_once()
    publication = published(cast)
    cast.people["manager"].language = "en"
    cast.people["manager"].save()
    by_the_clock(remind_of_reviews)
    assert not Message.objects.filter(kind="policy_review_due").exists()
    Publication.objects.update(review_on=TODAY)
    by_the_clock(remind_of_reviews)
    by_the_clock(remind_of_reviews)
    told = Message.objects.filter(kind="policy_review_due")
    assert sorted(message.language for message in told) == ["en", "ja"]
    english = OutgoingMail.objects.get(message_id=told.get(language="en").pk)
    assert english.subject.startswith("[SPP] Yearly review")
    Publication.objects.update(review_on=TODAY - timedelta(days=1))
    by_the_clock(remind_of_reviews)
    assert Message.objects.filter(kind="policy_review_due").count() == 4
    assert publication.cycle_id == Cycle.objects.get(company=cast.company).pk


def test_who_has_begun_the_next_version_is_not_reminded(cast):
    published(cast)
    Publication.objects.update(review_on=TODAY)
    begin_next(cast)
    by_the_clock(remind_of_reviews)
    assert not Message.objects.filter(kind="policy_review_due").exists()
