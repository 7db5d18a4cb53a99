"""Whom a letter to many would reach, why, and why somebody is left out; and what became of each letter."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from uuid import UUID

from django.db import connection
from django.db.models import Case, F, OuterRef, QuerySet, Subquery, When
from django.utils import timezone

from common.business_days import business_day_before
from companies.models import Company, Person
from notifications.models import Message, Reminder
from programmes.enums import LetterOutcome, MilestoneCode, SessionState
from programmes.models import Enrolment, Extension, Mailing, MailingRecipient, MilestoneDate, MilestoneKind, Session

from .registration import contacts_of, silent_companies

KIND = "programmes.mailing"
# Working days within which nobody is reminded a second time unless it is asked for.
PAUSE = 5
# What the portal asks for by itself; whoever was asked so is left in peace as after a letter.
ASKING_REMINDERS = ("registration_closing", "survey")
ASKING_MESSAGES = ("policy_review_due",)
LANGUAGES = ("ja", "en")


@dataclass(frozen=True)
class Owed:
    """Why a company is reminded: since when it is due, or until when it has time."""

    due_on: date | None = None
    overdue_days: int | None = None

    @classmethod
    def by(cls, due_on: date | None, *, today: date) -> "Owed":
        return cls(due_on, (today - due_on).days if due_on else None)


@dataclass
class Candidate:
    """One letter that might be written: to an address of a company, with everybody who has it."""

    company: Company
    people: list[Person]
    address: str
    language: str
    owed: Owed
    # Why it is not written: "", or one of the words of `rendering.mailings.WHY_NOT`.
    why_not: str = ""
    reminded_at: datetime | None = None

    @property
    def person(self) -> Person:
        return self.people[0]

    @property
    def has_account(self) -> bool:
        return self.person.user_id is not None

    @property
    def is_written_to(self) -> bool:
        return not self.why_not


# --- What is owed -----------------------------------------------------------------------------------------------------


def milestone_for(programme, source: MilestoneCode) -> MilestoneKind | None:
    """Return the programme's milestone that an event of the portal reaches, where it has one."""
    return MilestoneKind.objects.filter(programme=programme, source=source, subject="").first()


def milestones_to_ask(user, programme, *, today: date) -> QuerySet[MilestoneKind]:
    """The milestones whose day has come and that a company can still reach: a session that is over cannot be made good."""
    kinds = MilestoneKind.objects.visible_to(user).filter(programme=programme, due_on__lt=today)
    return kinds.exclude(source__in=(MilestoneCode.SESSION, MilestoneCode.JOINED))


def sessions_to_ask(user, programme, *, now: datetime) -> QuerySet[Session]:
    """The published sessions for which one can still register."""
    sessions = Session.objects.visible_to(user).filter(programme=programme, state=SessionState.PUBLISHED)
    closes = Case(When(registration_ends_at__isnull=False, then=F("registration_ends_at")), default=F("starts_at"))
    return sessions.annotate(until=closes).filter(until__gt=now)


def without_milestone(
    user, kind: MilestoneKind | None, *, due_on: date | None, overdue_only: bool, today: date
) -> dict[UUID, Owed]:
    """Return the companies that take part and have not reached a milestone, each with its own deadline."""
    if kind is None:
        return {}
    reached = MilestoneDate.objects.as_of(today).filter(kind=kind)
    longer = Extension.objects.as_of(today).filter(enrolment=OuterRef("pk"), kind=kind).order_by("-recorded_at")
    rows = (
        Enrolment.objects.visible_to(user)
        .filter(programme=kind.programme_id)
        .as_of(today)
        .exclude(pk__in=reached.values("enrolment_id"))
        .annotate(longer=Subquery(longer.values("due_on")[:1]))
        .order_by()
        .values_list("company_id", "longer")
    )
    owed = {company_id: Owed.by(own or due_on, today=today) for company_id, own in rows}
    if not overdue_only:
        return owed
    return {company_id: each for company_id, each in owed.items() if (each.overdue_days or 0) > 0}


def without_registration(session: Session | None, *, today: date) -> dict[UUID, Owed]:
    """Return the companies that have said nothing to a session for which one can still register."""
    if session is None or session.state != SessionState.PUBLISHED or session.closes_at <= timezone.now():
        return {}
    owed = Owed.by(timezone.localdate(session.closes_at), today=today)
    return dict.fromkeys(silent_companies(session, day=timezone.localdate(session.starts_at)), owed)


# --- Who is written to ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Known:
    """What decides whether an address is written to."""

    refused: frozenset[UUID]
    reminded: Mapping[tuple[UUID, str], datetime]
    left_out: frozenset[UUID] = field(default_factory=frozenset)
    with_recent: bool = False

    def why_not(self, candidate: Candidate) -> str:
        if not candidate.address:
            return "no_address"
        if any(person.pk in self.refused for person in candidate.people):
            return "refused"
        if candidate.reminded_at and not self.with_recent:
            return "recent"
        if candidate.person.pk in self.left_out:
            return "left_out"
        return ""


def candidates(user, mailing: Mailing, owed: Mapping[UUID, Owed], *, today: date) -> list[Candidate]:
    """Return every letter that the mailing could have, company by company in the order of their kana.

    `owed` is whom it is true of. A company of which nobody acts in the portal is there too, without an address.
    """
    chosen = set(mailing.company_ids)
    wanted = [company_id for company_id in owed if not chosen or company_id in chosen]
    companies = Company.objects.visible_to(user).filter(pk__in=wanted)
    contacts = contacts_of(wanted)
    known = _Known(
        refused=refused_people(mailing.programme_id),
        reminded=reminded_lately(user, mailing.programme_id, today=today),
        left_out=frozenset(mailing.left_out),
        with_recent=mailing.with_recent,
    )
    found = []
    for company in companies:
        found += _of_company(company, contacts.get(company.pk, []), owed[company.pk], known)
    return found


def _of_company(company: Company, contacts: list[Person], owed: Owed, known: _Known) -> list[Candidate]:
    by_address: dict[str, list[Person]] = defaultdict(list)
    for person in contacts:
        if address := address_of(person):
            by_address[address].append(person)
    if not by_address:
        return [Candidate(company, [], "", "ja", owed, why_not="no_address")]
    letters = [
        Candidate(company, people, address, language_of(people[0]), owed) for address, people in by_address.items()
    ]
    for letter in letters:
        letter.reminded_at = known.reminded.get((company.pk, letter.address))
        letter.why_not = known.why_not(letter)
    return letters


def address_of(person: Person) -> str:
    """Return where somebody is written to: at their account's address, else at the one that the company gave."""
    return (person.user.email if person.user else person.email).strip().lower()


def language_of(person: Person) -> str:
    """Return the language somebody is written to in: the account's, else Japanese for whoever has a Japanese name."""
    if person.user:
        return person.user.language
    return "ja" if person.name_ja else "en"


def refused_people(programme_id: UUID) -> frozenset[UUID]:
    """Return the people of a programme's companies whose address refused the last mail; for its secretariat."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT person_id FROM app.refused_people(%s)", [programme_id])
        return frozenset(row[0] for row in cursor.fetchall())


def reminded_lately(user, programme_id: UUID, *, today: date) -> dict[tuple[UUID, str], datetime]:
    """Return by company and address when somebody was asked for something within the last working days.

    By a letter, called off ones left aside, or by the portal itself: a registration or a survey that was still open, a
    review of the policy that was due. What only says that a date is near asks for nothing and does not count.
    """
    since = timezone.make_aware(datetime.combine(first_day_of_pause(today), time.min))
    letters = (
        MailingRecipient.objects.visible_to(user)
        .filter(programme=programme_id, outcome=LetterOutcome.WRITTEN, written_at__gte=since)
        .values_list("company_id", "address", "written_at")
    )
    messages = (
        Message.objects.visible_to(user)
        .filter(programme_id=programme_id, company_id__isnull=False, kind__in=ASKING_MESSAGES, created_at__gte=since)
        .values_list("company_id", "to_user__email", "created_at")
    )
    found: dict[tuple[UUID, str], datetime] = {}
    for company_id, address, moment in [*letters, *messages, *_reminders_since(user, programme_id, since)]:
        key = (company_id, address.lower())
        found[key] = max(moment, found.get(key, moment))
    return found


def _reminders_since(user, programme_id: UUID, since: datetime) -> list[tuple[UUID, str, datetime]]:
    rows = Reminder.objects.visible_to(user).filter(
        programme_id=programme_id,
        company_id__isnull=False,
        kind__in=ASKING_REMINDERS,
        sent_on__gte=timezone.localdate(since),
    )
    return [
        (company_id, email or address, timezone.make_aware(datetime.combine(day, time(12))))
        for company_id, email, address, day in rows.values_list("company_id", "to_user__email", "address", "sent_on")
    ]


def written_to_lately(session: Session, *, today: date) -> set[tuple[UUID, str]]:
    """Return to which companies and addresses a letter about a session went within the last working days."""
    since = timezone.make_aware(datetime.combine(first_day_of_pause(today), time.min))
    rows = MailingRecipient.objects.filter(
        mailing__session=session, outcome=LetterOutcome.WRITTEN, written_at__gte=since
    )
    return set(rows.values_list("company_id", "address"))


def first_day_of_pause(today: date) -> date:
    """Return the first of the last working days; whoever was written to on it or later is left in peace."""
    day = today
    for _ in range(PAUSE):
        day = business_day_before(day)
    return day


# --- What became of it ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Result:
    """What the mail server said to one letter."""

    state: str
    settled_at: datetime | None


def results(mailing: Mailing) -> dict[UUID, Result]:
    """Return by recipient what became of the mail; those without one are missing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT recipient_id, state, settled_at FROM app.mailing_results(%s)", [mailing.pk])
        return {row[0]: Result(*row[1:]) for row in cursor.fetchall()}


def mailings(user, programme) -> QuerySet[Mailing]:
    """The letters of a programme, the newest first, with what they ask."""
    found = Mailing.objects.visible_to(user).filter(programme=programme).order_by("-created_at", "pk")
    return found.select_related("session", "milestone", "created_by")


def recipients(user, mailing: Mailing) -> QuerySet[MailingRecipient]:
    rows = MailingRecipient.objects.visible_to(user).filter(mailing=mailing)
    return rows.select_related("company", "person__user")


def people_by_id(user, ids: Iterable[UUID]) -> dict[UUID, Person]:
    """Return people of companies that one may see."""
    wanted = set(ids)
    if not wanted:
        return {}
    return {
        person.pk: person for person in Person.objects.visible_to(user).filter(pk__in=wanted).select_related("company")
    }


def enrolled_ids(user, programme, ids: Iterable[UUID], *, today: date) -> list[UUID]:
    """Return which of these are companies that take part in the programme, in the order given."""
    wanted = list(dict.fromkeys(ids))
    enrolled = Enrolment.objects.visible_to(user).filter(programme=programme, company__in=wanted).as_of(today)
    found = set(enrolled.values_list("company_id", flat=True))
    return [each for each in wanted if each in found]
