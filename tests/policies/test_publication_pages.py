"""The company's pages around publication, as its people, its adviser and others press through them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from policies.enums import State
from policies.models import Cycle, Publication, RegisterEntry
from tests.counting import queries_of
from tests.policies.deciding import TODAY
from tests.policies.publishing import ADDRESS, approved, begin_next, last_cycle, publish, published
from tests.policies.reviewing import cycle_of
from tests.policies.test_publication import with_stale_english


def address(cast, page: str = "publication/") -> str:
    return f"/companies/{cast.company.pk}/policy/{page}"


def sent(**fields) -> dict:
    review_on = TODAY + timedelta(days=300)
    return {"in_register": "on", "address": "", "published_on": TODAY, "review_on": review_on} | fields


@pytest.fixture
def staff(cast, sign_in):
    return sign_in(cast.people["staff"])


def test_before_the_approval_the_page_says_whose_turn_it_is(cast, staff):
    assert not staff.get(address(cast)).context["is_time"]
    assert staff.post(address(cast), sent()).status_code == 302
    assert not Publication.objects.exists()


def test_publishing_shows_first_what_everybody_will_see(cast, staff):
    approved(cast)
    text = staff.get(address(cast)).content.decode()
    assert "相談窓口は総務部です。" in text
    assert 'name="in_register"' in text
    response = staff.post(address(cast), sent(address="www.example.co.jp/policy.html"))
    assert (response.status_code, response["Location"]) == (302, address(cast))
    publication = Publication.objects.get()
    assert (publication.address, publication.is_in_register) == ("https://www.example.co.jp/policy.html", True)
    assert publication.review_on == TODAY + timedelta(days=300)
    text = staff.get(address(cast)).content.decode()
    assert f"/register/{RegisterEntry.objects.get().slug}/" in text
    assert "https://www.example.co.jp/policy.html" in text


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"in_register": ""}, None),
        ({"address": "http://127.0.0.1/policy"}, "address"),
        ({"address": "https://www.example.co.jp:8443/policy"}, "address"),
        ({"address": "https://www.example.co.jp/\x00"}, "address"),
        ({"published_on": TODAY + timedelta(days=1)}, "published_on"),
        ({"published_on": TODAY - timedelta(days=1)}, "published_on"),
        ({"review_on": TODAY}, "review_on"),
        ({"review_on": ""}, "review_on"),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_nothing_is_published(cast, staff, fields, field):
    approved(cast)
    response = staff.post(address(cast), sent(**fields))
    assert response.status_code == 200
    assert list(response.context["form"].errors) == [field or "__all__"]
    assert cycle_of(cast).state == State.APPROVED
    assert not Publication.objects.exists()


def test_two_presses_are_one_publication(cast, staff):
    approved(cast)
    assert staff.post(address(cast), sent()).status_code == 302
    assert staff.post(address(cast), sent()).status_code == 302
    assert Publication.objects.count() == 1


def test_stale_english_is_shown_with_both_texts_and_confirmed(cast, staff):
    with_stale_english(cast)
    response = staff.get(address(cast))
    ((pair),) = response.context["stale"]
    assert (pair.en, bool(pair.ja)) == ("English.", True)
    refused = staff.post(address(cast), sent())
    assert "__all__" in refused.context["form"].errors
    assert staff.post(address(cast, "publication/english/")).status_code == 302
    assert staff.get(address(cast)).context["stale"] == []
    assert staff.post(address(cast), sent()).status_code == 302
    assert Publication.objects.exists()


def test_the_adviser_reads_and_changes_nothing(cast, sign_in):
    published(cast, address=ADDRESS)
    adviser = sign_in(cast.people["adviser"])
    text = adviser.get(address(cast)).content.decode()
    assert ADDRESS in text
    assert "<form" not in text.split("<main")[1]
    for page in ("publication/", "publication/check/", "publication/withdraw/", "publication/english/", "next/"):
        assert adviser.post(address(cast, page), sent()).status_code == 403
    assert Publication.objects.get().address == ADDRESS


@pytest.mark.parametrize("who", ["secretariat", "neighbour", "nobody", "former_adviser"])
def test_for_others_it_is_not_there(cast, sign_in, who):
    published(cast)
    client = sign_in(cast.people[who])
    for page in ("publication/", "publication/withdraw/", "next/"):
        assert client.get(address(cast, page)).status_code == 404
        assert client.post(address(cast, page), sent()).status_code == 404


def test_withdrawing_asks_first(cast, staff):
    published(cast)
    assert staff.get(address(cast, "publication/withdraw/")).status_code == 200
    assert RegisterEntry.objects.get().is_listed
    assert staff.post(address(cast, "publication/withdraw/")).status_code == 302
    assert not RegisterEntry.objects.get().is_listed
    assert staff.get(address(cast, "publication/withdraw/")).status_code == 404
    text = staff.get(address(cast)).content.decode()
    assert "Nobody can find the policy" in text or "誰も方針を" in text


def test_checking_again_too_soon_is_said(cast, staff):
    published(cast, address=ADDRESS)
    Publication.objects.update(link_asked_at=timezone.now())
    response = staff.post(address(cast, "publication/check/"), follow=True)
    assert [message.level_tag for message in response.context["messages"]] == ["error"]


def test_the_next_round_is_begun_from_the_page(cast, staff):
    published(cast)
    assert staff.get(address(cast, "next/")).context["is_time"]
    assert staff.post(address(cast, "next/")).status_code == 302
    assert last_cycle(cast).number == 2
    page = staff.get(address(cast))
    assert (page.context["is_present"], page.context["publication"].cycle.number) == (False, 1)
    again = staff.post(address(cast, "next/"), follow=True)
    assert [message.level_tag for message in again.context["messages"]][-1] == "error"
    assert Cycle.objects.filter(company=cast.company).count() == 2


def test_a_review_that_is_due_is_asked_for_and_put_off(cast, staff):
    published(cast)
    assert not staff.get(address(cast)).context["is_due"]
    Publication.objects.update(published_on=TODAY - timedelta(days=365), review_on=TODAY)
    assert staff.get(address(cast)).context["is_due"]
    assert f'{address(cast, "next/")}"' in staff.get(address(cast, "")).content.decode()
    response = staff.post(address(cast), sent(review_on=TODAY + timedelta(days=365)))
    assert response.status_code == 302
    assert not staff.get(address(cast)).context["is_due"]
    assert f'{address(cast, "next/")}"' not in staff.get(address(cast, "")).content.decode()


def test_the_home_leads_to_what_is_published_also_in_the_next_round(cast, staff):
    approved(cast)
    assert f'href="{address(cast)}"' in staff.get(address(cast, "")).content.decode()
    publish(cast)
    begin_next(cast)
    assert f'href="{address(cast)}"' in staff.get(address(cast, "")).content.decode()


def test_the_page_takes_no_more_queries_than_a_record(cast, staff):
    approved(cast)
    assert len(queries_of(staff, address(cast))) <= 13
    publish(cast, address=ADDRESS)
    assert len(queries_of(staff, address(cast))) <= 11
