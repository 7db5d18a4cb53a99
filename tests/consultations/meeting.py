"""What the tests of minutes share: a consultation that the cast's adviser gives, and what is sent from its pages."""

import json
from datetime import timedelta
from uuid import uuid4

from django.urls import reverse
from django.utils import timezone

from consultations.services import minutes as deeds
from tests.factories import make_consultation
from tests.roles import seen_by


def adviser_of(cast):
    return cast.programme.seats.get(user=cast.people["adviser"])


def meeting(cast, *, days: float = -1, state: str = "booked", adviser=None):
    """A consultation of the cast's company so many days from now."""
    starts_at = (timezone.now() + timedelta(days=days)).replace(minute=0, second=0, microsecond=0)
    return make_consultation(cast.enrolment, adviser or adviser_of(cast), starts_at=starts_at, state=state)


def page(name: str, consultation) -> str:
    return reverse(f"consultations:{name}", args=[consultation.company_id, consultation.pk])


def write(cast, consultation, passage: str = "advice", text: str = "窓口を二つ書きましょう。", base_rev: int = 0):
    user = cast.people["adviser"]
    with seen_by(user):
        return deeds.save_passage(
            consultation=consultation, passage=passage, text=text, base_rev=base_rev, operation=uuid4(), actor=user
        )


def add_task(cast, consultation, text: str = "窓口の電話番号を決める", *, owner=None, due_on=None):
    user = cast.people["adviser"]
    with seen_by(user):
        return deeds.add_task(
            consultation=consultation, text=text, owner=owner, due_on=due_on, actor=user, now=timezone.now()
        )


def share(cast, consultation):
    user = cast.people["adviser"]
    with seen_by(user):
        return deeds.share_minutes(consultation=consultation, actor=user, now=timezone.now())


def shared(cast, *, text: str = "窓口を二つ書きましょう。", tasks: int = 0, days: float = -1):
    """A consultation whose minutes are shared."""
    consultation = meeting(cast, days=days)
    write(cast, consultation, text=text)
    for number in range(tasks):
        add_task(cast, consultation, f"宿題{number}")
    share(cast, consultation)
    consultation.refresh_from_db()
    return consultation


def send(client, consultation, passage: str, text: str, *, base_rev: int = 0, **more):
    """Send a passage as the page does while one types."""
    body = {"language": passage, "text": text, "base_rev": base_rev, "operation": str(uuid4())} | more
    address = f"{page('save_minutes', consultation)}?passage={passage}"
    return client.post(address, json.dumps(body), content_type="application/json")
