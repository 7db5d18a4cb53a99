"""A letter of the secretariat: to whom it is addressed, what it says of the matter, and its end.

The words are the templates `notifications/mail/mailing_<what is asked>.txt`. What is kept with a person's message is in
`letter_facts`; what the secretariat wrote itself, the lines of the address and the end are in `letter_words`, which stand in
the mail alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import pgettext

from common import dates
from common.models import in_language
from companies.models import Company, Person
from notifications.rendering import render_message
from programmes.enums import MailingAsk
from programmes.models import Mailing, Programme
from programmes.queries.mailings import Candidate, Owed

# From so many on a letter greets all together instead of each by name.
MANY = 3


@dataclass(frozen=True)
class Addressee:
    """To whom a letter goes: a company, the people who have the address there, and the language they read."""

    company: Company
    people: tuple[Person, ...]
    language: str

    @classmethod
    def of(cls, candidate: Candidate) -> "Addressee":
        return cls(candidate.company, tuple(candidate.people), candidate.language)

    def lines(self) -> str:
        """Return the lines above the letter: the company, then title and name with 様; never 様 together with 御中."""
        company = in_language(self.company, "name", self.language)
        if self.language != "ja":
            return "\n".join([*(_english_line(person) for person in self.people), company])
        if not self.people:
            return f"{company}\nご担当者様"
        if len(self.people) >= MANY:
            return f"{company}\nご担当者各位"
        return "\n".join([company, *(_japanese_line(person) for person in self.people)])

    def greeting(self) -> str:
        """Return how an English letter begins; a Japanese one has its addressee above and begins with the usual words."""
        if self.language == "ja":
            return "いつもお世話になっております。"
        if not self.people or len(self.people) >= MANY:
            return "Dear all,\n"
        return f"Dear {' and '.join(in_language(person, 'name', 'en') for person in self.people)},\n"


def _japanese_line(person: Person) -> str:
    """Return 総務部 課長　山田 太郎 様. Department and title are what the company wrote as the title; none is left out."""
    name = f"{in_language(person, 'name', 'ja')} 様"
    title = person.title.strip().removesuffix("様").strip()
    return f"{title}\u3000{name}" if title else name


def _english_line(person: Person) -> str:
    name = in_language(person, "name", "en")
    # A title that is written in Japanese says nothing to who reads English.
    return f"{name}, {person.title}" if person.title.isascii() and person.title.strip() else name


def address_lines(people: Sequence[Person], language: str) -> str:
    """Return the lines above a mail to an address that people of one company or of several share, company by company."""
    blocks = [
        Addressee(sharing[0].company, tuple(sharing), language).lines()
        for _company_id, sharing in ((key, list(group)) for key, group in groupby(people, lambda each: each.company_id))
    ]
    return "\n\n".join(blocks)


def kind_of(mailing: Mailing) -> str:
    """Return the kind of message, which names its templates."""
    return f"mailing_{mailing.ask}"


def letter_path(mailing: Mailing, addressee: Addressee) -> str:
    """Return where the letter leads; nowhere for people without an account, who cannot open it."""
    if not any(person.user_id for person in addressee.people):
        return ""
    company_id = addressee.company.pk
    match mailing.ask:
        case MailingAsk.REGISTRATION:
            return reverse("programmes:register", args=[company_id, mailing.session_id])
        case MailingAsk.CONSULTATION:
            return reverse("consultations:company", args=[company_id])
        case MailingAsk.POLICY:
            return reverse("policies:company", args=[company_id])
    return reverse("dashboards:company_home", args=[company_id])


def letter_facts(mailing: Mailing, addressee: Addressee, owed: Owed) -> dict:
    """Return what the letter says of the matter, in the addressee's language: names, days and counts."""
    language = addressee.language
    facts = {
        "tone": mailing.tone,
        "programme": in_language(mailing.programme, "name", language),
        "company": in_language(addressee.company, "name", language),
        "due": dates.long_date(owed.due_on, language=language) if owed.due_on else "",
        "overdue_days": max(owed.overdue_days or 0, 0),
    }
    if mailing.session:
        session = mailing.session
        facts |= {
            "session": in_language(session, "title", language),
            "when": dates.date_and_times(session.starts_at, session.ends_at, language=language),
            "due": dates.date_and_time(session.closes_at, language=language),
        }
    if mailing.milestone:
        facts |= {
            "milestone": in_language(mailing.milestone, "name", language),
            "definition": in_language(mailing.milestone, "definition", language),
        }
    return facts


def letter_words(mailing: Mailing, addressee: Addressee, *, actor) -> dict:
    """Return what stands around the matter: the address, the greeting, the secretariat's own words, and the end."""
    language = addressee.language
    return {
        "addressee": addressee.lines(),
        "greeting": addressee.greeting(),
        "own_words": in_language(mailing, "words", language),
        "signature": signature(mailing.programme, language=language, actor=actor),
    }


def signature(programme: Programme, *, language: str, actor) -> str:
    """Return who writes and how to reach them, line by line; what the settings do not say is left out."""
    contact = settings.SECRETARIAT
    with translation.override(language):
        lines = [
            pgettext("signature", "Secretariat of %(programme)s")
            % {"programme": in_language(programme, "name", language)},
            contact["name"],
            pgettext("signature", "Written by: %(name)s") % {"name": in_language(actor, "name", language)},
            pgettext("signature", "Phone: %(phone)s") % {"phone": contact["phone"]} if contact["phone"] else "",
            pgettext("signature", "E-mail: %(email)s") % {"email": reply_address(actor)},
            pgettext("signature", "Hours: %(hours)s") % {"hours": contact["hours"]} if contact["hours"] else "",
        ]
    return "\n".join(dict.fromkeys(line for line in lines if line))


def reply_address(actor) -> str:
    """Return where answers go: to the secretariat's own address, else to who wrote."""
    return settings.SECRETARIAT["email"] or actor.email


@dataclass(frozen=True)
class _Reader:
    """Whoever reads, as `render_message` wants them; their name stands in the lines of the address."""

    language: str


def draft_letter(mailing: Mailing, candidate: Candidate, *, actor) -> tuple[str, str]:
    """Return subject and text of the letter as a candidate would get it."""
    addressee = Addressee.of(candidate)
    facts = letter_facts(mailing, addressee, candidate.owed)
    words = letter_words(mailing, addressee, actor=actor)
    path = letter_path(mailing, addressee)
    return render_message(kind_of(mailing), to=_Reader(candidate.language), params=facts | words, path=path)


def trial_subject(subject: str) -> str:
    """Return the subject of a letter that goes to who wrote it, in the present language."""
    return pgettext("mail", "[Trial] %(subject)s") % {"subject": subject}
