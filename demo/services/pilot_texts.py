"""Texts for some of the pilot's companies, of which the workbook tells only where they stood and when.

Each is brought in by somebody of the company, and moves nothing: states, days and figures stay those of the workbook.
"""

from dataclasses import replace
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from django.db import transaction

from accounts.models import User
from common.tenancy import acting_as
from companies.models import Person
from policies import services as policies
from policies.catalogue import catalogue
from policies.composing import Draft, compose
from policies.enums import FreezeReason, Transition
from policies.models import Cycle, Interview, Move, Publication, Revision, of_cycle
from policies.queries.interview import facts_of
from policies.services.interview import answer_interview, compose_draft
from policies.services.publication import a_year_after
from policies.services.register import put_in_register
from programmes.models import Enrolment

from . import data
from .pilot import account_of
from .pilot_rounds import Dates, tell_round


@transaction.atomic
def add_pilot_texts(*, actor: User, now: datetime) -> None:
    """Give the companies of the data their texts. Safe to do again: what is there stays. `actor` is the operator."""
    for told in data.read("pilot")["texts"]:
        with acting_as(actor.pk):
            enrolment = Enrolment.objects.get(programme__code=data.PILOT_CODE, code=told["code"])
            writer = _writer(enrolment, told, actor)
        with acting_as(writer.pk):
            cycle = Cycle.objects.select_related("policy", "company").get(enrolment=enrolment, number=1)
        {"published": _publish, "drafting": _draft}[told["stage"]](cycle, told, writer, operator=actor, now=now)


def _writer(enrolment: Enrolment, told: dict, operator: User) -> User:
    """Return the account of who writes: who is named, else the first person who can be written to."""
    people = Person.objects.filter(company=enrolment.company_id).exclude(email="").order_by("level", "email")
    return account_of(told["round"]["writer"] if "round" in told else people.first().email, operator)


def _publish(cycle: Cycle, told: dict, writer: User, *, operator: User, now: datetime) -> None:
    """Keep the text that the workbook says was published, and show it in the register as of that day."""
    with acting_as(writer.pk):
        if Publication.objects.filter(cycle=cycle).exists():
            return
        draft = _draft_of(cycle, told)
    if "round" in told:
        tell_round(cycle=cycle, told=told["round"], answers=_answers(told), draft=draft, operator=operator)
    with acting_as(writer.pk):
        _put_out(cycle, _reviewed(cycle) or _content(cycle, told, draft), writer, now)


def _reviewed(cycle: Cycle) -> dict | None:
    """The text that the adviser marked as reviewed."""
    endorsed = Revision.objects.filter(cycle=cycle, reason=FreezeReason.ENDORSEMENT).order_by("number").last()
    return endorsed.content if endorsed else None


def _put_out(cycle: Cycle, content: dict, writer: User, now: datetime) -> None:
    published_on = Move.objects.filter(cycle=cycle, transition=Transition.PUBLISH).latest("recorded_at").moved_on
    revision = policies.freeze_revision(cycle=cycle, content=content, actor=writer, reason=FreezeReason.PUBLICATION)
    policies.share_revision(revision=revision, actor=writer, now=now)
    Revision.objects.filter(pk=revision.pk).update(frozen_at=Dates().moment(published_on, "10:00"))
    publication = Publication(
        **of_cycle(cycle),
        revision=revision,
        published_on=published_on,
        published_by=writer,
        address=cycle.policy.published_url,
        is_in_register=True,
        review_on=a_year_after(published_on),
    )
    publication.save(force_insert=True)
    cycle.policy.published_revision = revision
    cycle.policy.save(update_fields=["published_revision"])
    put_in_register(publication=publication, company=cycle.company, approval=None)


def _answers(told: dict) -> dict:
    return data.read("pilot")["usual"] | told["answers"]


def _languages(told: dict) -> tuple[str, ...]:
    return ("ja", "en") if told["english"] else ("ja",)


def _draft_of(cycle: Cycle, told: dict) -> Draft:
    """What the answers give, with the business and the title in Japanese, which the workbook has in English."""
    facts = replace(facts_of(cycle.company), industry_ja=told["industry_ja"], title_ja="代表取締役社長")
    return compose(catalogue(cycle.catalogue), _answers(told), facts, _languages(told))


def _content(cycle: Cycle, told: dict, draft: Draft) -> dict:
    company = cycle.company
    return {
        "title": {"ja": "人権方針", "en": "Human Rights Policy"},
        "company": {"ja": company.name_ja, "en": company.name_en},
        "languages": list(_languages(told)),
        "sections": _sections(cycle, draft),
    }


def _sections(cycle: Cycle, draft: Draft) -> list[dict]:
    return [
        {
            "code": section.code,
            "title": {"ja": section.title_ja, "en": section.title_en},
            "paragraphs": [
                {"id": str(uuid5(NAMESPACE_URL, f"{cycle.pk}/{part.clause}")), "ja": part.ja, "en": part.en}
                for part in section.paragraphs
            ],
        }
        for section in draft.sections
    ]


def _draft(cycle: Cycle, told: dict, writer: User, *, operator: User, now: datetime) -> None:
    """Begin a draft with places to fill, and a question that nobody has answered."""
    with acting_as(writer.pk):
        if Interview.objects.filter(cycle=cycle).exists():
            return
        answer_interview(cycle=cycle, answers=_answers(told), actor=writer)
        compose_draft(cycle=cycle, actor=writer, now=now)
        policies.ask_question(cycle=cycle, text=told["question"], actor=writer, now=now, section_code="contact")
