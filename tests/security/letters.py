"""Rows of letters, announcements and enquiries for each owner."""

from django.utils import timezone

from notifications.models import Message
from programmes.models import Mailing, MailingRecipient
from tests.security import audiences

KINDS = {
    "mailing": (Mailing, audiences.MANAGED),
    "sent mailing": (Mailing, audiences.MANAGED),
    "recipient of a mailing": (MailingRecipient, audiences.MANAGED),
    "own message": (Message, audiences.MANAGERS),
}


def fill(world, owner: str) -> None:
    _fill_mailings(world, owner)
    head = {"company": "manager"}.get(owner, owner)
    own = Message.objects.create(to_user=world.people[head], kind="job_done", language="ja", path="/help/")
    world.keep("own message", owner, own)


def _fill_mailings(world, owner: str) -> None:
    """A draft, and a letter that was sent to somebody of the company, who is none of the cast."""
    programme, company, author = world["programme", owner], world["company", owner], world["seat", owner].user
    begun = {"programme": programme, "ask": "policy", "tone": "polite", "created_by": author, "words_ja": "W"}
    world.keep("mailing", owner, Mailing.objects.create(**begun))
    sent = Mailing.objects.create(sent_at=timezone.now(), job=world["programme's job", owner], **begun)
    world.keep("sent mailing", owner, sent)
    recipient = MailingRecipient.objects.create(
        mailing=sent,
        programme=programme,
        company=company,
        person=world["person", owner],
        address="letter@example.com",
        language="ja",
    )
    world.keep("recipient of a mailing", owner, recipient)
