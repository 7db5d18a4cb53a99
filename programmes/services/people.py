"""People of a company who are not in the portal yet: entered where they are needed first, and nobody twice."""

from dataclasses import dataclass
from uuid import UUID, uuid4

from django.db import IntegrityError, connection, transaction

from audit import services as audit
from companies.enums import PersonLevel
from companies.models import Company, Person
from companies.validators import normalise_kana
from programmes.validators import is_japanese, name_key


@dataclass(frozen=True)
class Newcomer:
    """Somebody as typed. `id` is the page's own, so that what is sent twice is one person."""

    id: UUID
    name: str
    kana: str = ""
    email: str = ""
    title: str = ""
    level: str = PersonLevel.WORKING


def hold_people(company: Company) -> None:
    """Let nobody else enter people of the company until this transaction ends, so that two desks see each other's."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"people:{company.pk}"])


def people_alike(company: Company, *, name: str, kana: str = "") -> list[Person]:
    """Return the company's people of this name, in kanji, romaji or kana; of several, those whose kana fit as well."""
    key, reading = name_key(name), name_key(kana)
    people = Person.objects.filter(company=company)
    alike = [p for p in people if key in {name_key(p.name_ja), name_key(p.name_en), name_key(p.name_kana)}]
    if reading and len(alike) > 1:
        alike = [p for p in alike if name_key(p.name_kana) == reading] or alike
    return alike


def enter_person(company: Company, newcomer: Newcomer, *, actor) -> Person:
    """Enter somebody among the company's people. A name without kanji and kana is the English one."""
    name = " ".join(newcomer.name.split())
    person = Person(
        id=newcomer.id,
        company=company,
        name_kana=normalise_kana(newcomer.kana),
        email=newcomer.email,
        title=newcomer.title,
        level=newcomer.level,
    )
    if is_japanese(name):
        person.name_ja = name
    else:
        person.name_en = name
    try:
        with transaction.atomic():
            person.save(force_insert=True)
    except IntegrityError:
        # The id is another company's person's, whom who acts cannot see; no honest page sends that.
        person.pk = uuid4()
        person.save(force_insert=True)
    audit.log(actor=actor, verb="person.entered", obj=person, company_id=company.pk)
    return person
