"""A company whose text top management approved, and what is published of it: what tests of publication begin with."""

from datetime import date, timedelta

from policies.models import Cycle, Publication, RegisterEntry
from policies.services import publication as services
from policies.services import register
from policies.services.next_cycle import open_next_cycle
from programmes.models import Enrolment
from tests.factories import Cast, make_company, make_member, make_programme
from tests.policies.deciding import NOW, TODAY, answer, ask, decide, president_of, submitted
from tests.policies.reviewing import cycle_of
from tests.roles import seen_by

ADDRESS = "https://www.example.co.jp/csr/human-rights.html"


def approved(cast: Cast) -> Cycle:
    """A round whose text top management approved by link, without an adviser's review."""
    submitted(cast)
    decide(ask(cast, president_of(cast)).request, answer())
    return cycle_of(cast)


def publish(cast: Cast, *, who: str = "staff", **fields) -> Publication:
    """Publish in the register, unless said otherwise."""
    actor = cast.people[who]
    with seen_by(actor, company_id=cast.company.pk):
        return services.publish(
            cycle=last_cycle(cast), actor=actor, today=TODAY, now=NOW, **({"in_register": True} | fields)
        )


def last_cycle(cast: Cast) -> Cycle:
    return Cycle.objects.filter(company=cast.company).order_by("-number").first()


def published(cast: Cast, **fields) -> Publication:
    approved(cast)
    return publish(cast, **fields)


def begin_next(cast: Cast, *, who: str = "staff") -> Cycle:
    actor = cast.people[who]
    with seen_by(actor, company_id=cast.company.pk):
        return open_next_cycle(policy=last_cycle(cast).policy, actor=actor, today=TODAY)


def make_entries(number: int, *, programme=None) -> list[RegisterEntry]:
    """Companies in the register, each with one published text, made by the owner of the tables for lists to show."""
    programme = programme or make_programme()
    return [make_entry(make_company(programme, **_names(at)), at) for at in range(number)]


def _names(at: int) -> dict:
    return {
        "name_ja": f"株式会社スプーン{at:03}",
        "name_en": f"Spoon {at:03} Co., Ltd.",
        "name_kana": f"カブシキガイシャスプーン{at:03}",
        "industry": ["食品", "繊維"][at % 2],
        "prefecture": ["東京都", "大阪府"][at % 2],
    }


def make_entry(enrolment: Enrolment, at: int) -> RegisterEntry:
    """One of them: every third has an English text too, and its second section says nothing."""
    cycle = Cycle.objects.get(enrolment=enrolment)
    content = {
        "languages": ["ja", "en"] if at % 3 == 0 else ["ja"],
        "sections": [
            {
                "code": "scope",
                "title": {"ja": "適用範囲", "en": "Scope"},
                "paragraphs": [{"id": "1", "ja": f"本文{at}", "en": f"Text {at}" if at % 3 == 0 else ""}],
            },
            {"code": "law", "title": {"ja": "法令", "en": "Law"}, "paragraphs": []},
        ],
    }
    member = make_member(enrolment.company)
    revision = services.freeze_revision(cycle=cycle, content=content, actor=member, reason="publication")
    publication = Publication.objects.create(
        cycle=cycle,
        company=enrolment.company,
        programme=enrolment.programme,
        revision=revision,
        published_on=date(2025, 4, 1) + timedelta(days=at),
        published_by=member,
        is_in_register=True,
    )
    return register.put_in_register(publication=publication, company=enrolment.company, approval=None)
