"""Messages are for who is told and for who manages the programme; outgoing mail is for nobody."""

import pytest
from django.db import ProgrammingError, connection, transaction

from common.tenancy import acting_as
from notifications.delivery import proof_of, proof_secret
from notifications.models import Message, OutgoingMail
from notifications.services import notify
from tests.roles import seen_by

pytestmark = pytest.mark.django_db


def tell_staff(cast, **fields):
    leader = cast.people["secretariat"]
    with seen_by(leader):
        return notify(to=cast.people["staff"], kind="job_done", actor=leader, params={"title": "T"}, **fields)


@pytest.mark.parametrize(
    ("about", "readers"),
    [("nothing", {"staff"}), ("company", {"staff"}), ("programme", {"staff", "secretariat"})],
)
def test_door_and_policy_let_in_the_same_people(cast, about, readers):
    fields = {
        "nothing": {},
        "company": {"company_id": cast.company.pk},
        "programme": {"programme_id": cast.programme.pk},
    }[about]
    message = tell_staff(cast, **fields)
    by_policy, by_door = set(), set()
    for role, user in cast.people.items():
        with seen_by(user):
            by_policy |= {role} if Message.objects.filter(pk=message.pk).exists() else set()
        with acting_as(user.pk):
            by_door |= {role} if Message.objects.visible_to(user).filter(pk=message.pk).exists() else set()
    assert by_policy == by_door == readers


@pytest.mark.parametrize("outsider", ["stranger", "nobody", "former_adviser"])
def test_nobody_speaks_about_a_company_out_of_sight(cast, outsider):
    user = cast.people[outsider]
    with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic(), seen_by(user):
        notify(to=user, kind="job_done", actor=user, params={"title": "T"}, company_id=cast.company.pk)


def test_outgoing_mail_cannot_be_read_changed_or_deleted_by_the_web_role(cast):
    tell_staff(cast)
    assert OutgoingMail.objects.count() == 1
    for user in (None, *cast.people.values()):
        with seen_by(user):
            assert OutgoingMail.objects.count() == 0
            assert OutgoingMail.objects.update(body="") == 0
            assert OutgoingMail.objects.all().delete()[0] == 0


def test_the_id_alone_opens_no_mail(cast):
    tell_staff(cast)
    mail = OutgoingMail.objects.get()
    with seen_by(None), connection.cursor() as cursor:
        for guess in ("", mail.proof, proof_of(mail.pk), proof_secret(cast.company.pk)):
            cursor.execute("SELECT app.take_mail(%s, %s, 10)", [mail.pk, guess])
            assert cursor.fetchone() == (None,)
            cursor.execute("SELECT app.settle_mail(%s, %s, 'sent', '', 0)", [mail.pk, guess])
    mail.refresh_from_db()
    assert (mail.state, mail.attempts) == ("queued", 0)
