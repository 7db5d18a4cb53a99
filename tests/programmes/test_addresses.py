"""An address that refused a mail: it is seen at the company, leads to where it is mended, and letters reach it again."""

import pytest
from django.urls import reverse
from django.utils import timezone

from companies.models import Membership, Person
from notifications.models import OutgoingMail
from programmes.models import Mailing
from programmes.queries import mailings as queries
from programmes.queries.mailings import Owed
from tests.factories import make_person
from tests.roles import seen_by

pytestmark = pytest.mark.django_db

OLD = "soumu@example.com"


def refuse(address) -> None:
    now = timezone.now()
    OutgoingMail.objects.create(
        proof="", recipient=address, from_email="p@example.com", created_at=now, state="refused", settled_at=now
    )


def why_not(cast) -> dict[str, str]:
    desk = cast.people["secretariat"]
    with seen_by(desk):
        letters = queries.candidates(
            desk, Mailing(programme=cast.programme), {cast.company.pk: Owed()}, today=timezone.localdate()
        )
        return {letter.address: letter.why_not for letter in letters}


def test_it_is_seen_at_the_company_leads_to_where_it_is_mended_and_is_written_to_again(cast, sign_in):
    """Two people who act for the company share the mailbox."""
    people = [make_person(cast.company, name_ja=name, email=OLD) for name in ("髙橋 陽子", "小谷 みのり")]
    for person in people:
        Membership.objects.create(company=cast.company, person=person, role="staff")
    refuse(OLD)
    client = sign_in(cast.people["secretariat"])
    company = reverse("dashboards:following", args=[cast.programme.pk, cast.company.pk])
    mended_at = [reverse("dashboards:person", args=[cast.company.pk, person.pk]) for person in people]
    seen = client.get(company).content.decode()
    assert all(address in seen for address in mended_at)
    assert client.get(mended_at[0]).status_code == 200
    assert why_not(cast)[OLD] == "refused"
    Person.objects.filter(pk__in=[person.pk for person in people]).update(email="office@example.com")
    assert why_not(cast)["office@example.com"] == ""
    assert OLD not in client.get(company).content.decode()


def test_what_somebody_signs_in_with_is_theirs_to_change(cast, sign_in):
    refuse(cast.people["staff"].email.upper())
    company = reverse("dashboards:following", args=[cast.programme.pk, cast.company.pk])
    seen = sign_in(cast.people["secretariat"]).get(company).content.decode()
    assert "ご本人だけです" in seen
    assert cast.people["staff"].email in seen
