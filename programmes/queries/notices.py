"""Questions about what the secretariat says to all, and whom it reaches."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from accounts.models import User
from companies.models import Membership, Person
from notifications.models import Message
from programmes.enums import NoticeAudience
from programmes.models import Enrolment, Notice, NoticeLetter, NoticeRead, Programme, Seat

from .mailings import Result, language_of

KIND = "programmes.notice"


def notices(user, programme: Programme) -> QuerySet[Notice]:
    """The notices of a programme that the person may see, the newest first, with whether they have read each."""
    return with_own_reading(Notice.objects.visible_to(user).filter(programme=programme), user)


def with_own_reading(found: QuerySet[Notice], user) -> QuerySet[Notice]:
    own = NoticeRead.objects.filter(notice=OuterRef("pk"), user_id=user.pk)
    return found.annotate(is_read=Exists(own)).order_by("-visible_from", "-created_at", "pk")


def unread_notices(user, programme_ids, *, today: date) -> QuerySet[Notice]:
    """What is shown to the person at present and they have not said to have read: for their home."""
    found = Notice.objects.visible_to(user).filter(programme__in=programme_ids).shown_on(today)
    return with_own_reading(found, user).filter(is_read=False).select_related("programme")


def with_reads(found: QuerySet[Notice]) -> QuerySet[Notice]:
    """Add how many people said that they have read it; for the secretariat."""
    return found.annotate(read_count=Count("reads", distinct=True))


def reached(programme: Programme, audience: str, *, today: date) -> QuerySet[User]:
    """The accounts that a notice is for: who acts for a company that takes part, and who has a seat as an adviser."""
    enrolled = Enrolment.objects.filter(programme=programme).as_of(today).values("company_id")
    members = Membership.objects.current().filter(company__in=enrolled, person__user__isnull=False)
    advisers = Seat.objects.current().advising().filter(programme=programme, user__isnull=False)
    wanted = Q(pk__in=[])
    if audience in (NoticeAudience.COMPANIES, NoticeAudience.ALL):
        wanted |= Q(pk__in=members.values("person__user_id"))
    if audience in (NoticeAudience.ADVISERS, NoticeAudience.ALL):
        wanted |= Q(pk__in=advisers.values("user_id"))
    return User.objects.filter(wanted, is_active=True).order_by("pk")


def reached_counts(programme: Programme, *, today: date) -> dict[str, int]:
    """Return how many accounts each audience is."""
    return {audience: reached(programme, audience, today=today).count() for audience in NoticeAudience.values}


def notice_of(user, notice_id: UUID) -> Notice | None:
    return Notice.objects.visible_to(user).select_related("programme").filter(pk=notice_id).first()


def message_key(notice: Notice) -> str:
    """Return the key of the message by which accounts are told of a notice, each once."""
    return f"notice:{notice.pk}"


# --- Addresses of people without an account ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Mailbox:
    """An address that one or several people without an account have; people of one company stand together."""

    address: str
    people: tuple[Person, ...]

    @property
    def language(self) -> str:
        return language_of(self.people[0])


def mailboxes(programme: Programme, audience: str, *, today: date) -> list[Mailbox]:
    """Return the addresses at which people of the companies that take part are reached who have no account, each once.

    An address that is an account's, too, is left out: its owner is told by the portal. Advisers all have accounts.
    """
    if audience == NoticeAudience.ADVISERS:
        return []
    enrolled = Enrolment.objects.filter(programme=programme).as_of(today).values("company_id")
    people = Person.objects.filter(company__in=enrolled, user__isnull=True).exclude(email="").select_related("company")
    taken = {email.lower() for email in reached(programme, audience, today=today).values_list("email", flat=True)}
    found: dict[str, list[Person]] = defaultdict(list)
    order = ("company__name_kana", "company__name_ja", "company_id", "name_kana", "name_ja", "pk")
    for person in people.order_by(*order):
        if (address := person.email.strip().lower()) not in taken:
            found[address].append(person)
    return [Mailbox(address, tuple(sharing)) for address, sharing in found.items()]


def mailbox_count(programme: Programme, *, today: date) -> int:
    """Return how many addresses of people without an account a notice to all companies could reach."""
    return len(mailboxes(programme, NoticeAudience.COMPANIES, today=today))


def letters_of(user, notice: Notice) -> QuerySet[NoticeLetter]:
    """The announcement as it went to addresses; for the secretariat."""
    return NoticeLetter.objects.visible_to(user).filter(notice=notice).select_related("company", "person")


def messages_of(user, notice: Notice) -> QuerySet[Message]:
    """The announcement as accounts were told of it; for the secretariat."""
    told = Message.objects.visible_to(user).filter(programme_id=notice.programme_id, key=message_key(notice))
    return told.select_related("to_user").order_by("to_user__email")


def letter_results(notice: Notice) -> dict[UUID, Result]:
    """Return by letter what became of its mail; those that are not written yet are missing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT letter_id, state, settled_at FROM app.notice_results(%s)", [notice.pk])
        return {row[0]: Result(*row[1:]) for row in cursor.fetchall()}
