"""Rows of letters, announcements and enquiries for each owner."""

import hashlib
from datetime import timedelta
from uuid import uuid4

from django.utils import timezone

from companies.models import Membership, Person
from jobs.models import Job
from notifications.models import Message
from programmes.models import (
    Enquiry,
    EnquiryPost,
    Invitation,
    Mailing,
    MailingRecipient,
    Notice,
    NoticeLetter,
    NoticeRead,
)
from tests.security import audiences

KINDS = {
    "mailing": (Mailing, audiences.MANAGED),
    "sent mailing": (Mailing, audiences.MANAGED),
    "recipient of a mailing": (MailingRecipient, audiences.MANAGED),
    "own message": (Message, audiences.MANAGERS),
    "invitation": (Invitation, audiences.MANAGED),
    "invitations job": (Job, audiences.MANAGED),
    "notice": (Notice, audiences.PROGRAMME),
    "notice to advisers": (Notice, audiences.SEATED),
    "later notice": (Notice, audiences.MANAGED),
    "notice to an address": (NoticeLetter, audiences.MANAGED),
    "reading of a notice": (NoticeRead, audiences.MANAGED),
    "enquiry": (Enquiry, audiences.FEEDBACK),
    "word of an enquiry": (EnquiryPost, audiences.FEEDBACK),
}


def fill(world, owner: str) -> None:
    _fill_mailings(world, owner)
    head = {"company": "manager"}.get(owner, owner)
    own = Message.objects.create(to_user=world.people[head], kind="job_done", language="ja", path="/help/")
    world.keep("own message", owner, own)
    _fill_invitations(world, owner)
    _fill_notices(world, owner)
    _fill_enquiries(world, owner)


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


def _fill_invitations(world, owner: str) -> None:
    """Somebody who has no account yet is invited to act for the company; the word of the link is not kept anywhere."""
    author = world["seat", owner].user
    job = Job.objects.create(
        kind="programmes.invitations",
        title="Invitations",
        requested_by=author,
        state=Job.State.DONE,
        programme_id=world["programme", owner].pk,
    )
    world.keep("invitations job", owner, job)
    person = Person.objects.create(company=world["company", owner], name_en="Invited", email="invited@example.com")
    Membership.objects.create(company=world["company", owner], person=person, role="staff")
    invitation = Invitation.objects.create(
        programme=world["programme", owner],
        company=world["company", owner],
        person=person,
        address="invited@example.com",
        language="en",
        invited_by=author,
        job=job,
        token_hash=hashlib.sha256(owner.encode()).hexdigest(),
        mail_id=uuid4(),
        expires_at=timezone.now() + timedelta(days=7),
    )
    world.keep("invitation", owner, invitation)


def _fill_notices(world, owner: str) -> None:
    """One to all, one to advisers alone, and one that nobody is shown yet; the first was read by somebody else."""
    programme, author, today = world["programme", owner], world["seat", owner].user, timezone.localdate()
    shown = {"programme": programme, "title_en": "N", "text_en": "N", "created_by": author}
    first = Notice.objects.create(audience="all", visible_from=today, **shown)
    world.keep("notice", owner, first)
    to_advisers = Notice.objects.create(audience="advisers", visible_from=today, **shown)
    world.keep("notice to advisers", owner, to_advisers)
    to_address = NoticeLetter.objects.create(
        notice=first,
        programme=programme,
        company=world["company", owner],
        person=world["person", owner],
        address="letter@example.com",
        language="ja",
    )
    world.keep("notice to an address", owner, to_address)
    later = Notice.objects.create(audience="all", visible_from=today + timedelta(days=2), **shown)
    world.keep("later notice", owner, later)
    read = NoticeRead.objects.create(notice=first, programme=programme, user=author, read_at=timezone.now())
    world.keep("reading of a notice", owner, read)


def _fill_enquiries(world, owner: str) -> None:
    now, author = timezone.now(), world["seat", owner].user
    both = {"company": world["company", owner], "programme": world["programme", owner]}
    enquiry = Enquiry.objects.create(subject="E", asked_by=author, created_at=now, said_at=now, **both)
    world.keep("enquiry", owner, enquiry)
    post = EnquiryPost.objects.create(enquiry=enquiry, author=author, text="E", said_at=now, **both)
    world.keep("word of an enquiry", owner, post)
