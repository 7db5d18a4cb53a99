"""A company with two versions of its policy, so that the page that compares them can be measured."""

from uuid import uuid4

from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.services import system_operator
from common.tenancy import acting_as
from companies.models import Membership, Person
from companies.services import link_person
from policies.enums import EDITABLE_STATES
from policies.models import Cycle, ParagraphText
from policies.services import add_paragraph, begin_sections, freeze, save_paragraph
from programmes.models import Programme

PARAGRAPHS = 3
BEFORE = "当社は、第{n}の課題について、人権への影響を調べ、防ぎ、軽くします。従業員に対して研修を実施する予定です。"
AFTER = "当社は、第{n}の課題について、毎年、人権への影響を調べ、防ぎ、軽くします。従業員に対し、研修を実施します。"


def comparison(code: str) -> tuple[User, str]:
    """Write two versions for one company of the programme; return a member and the address of the comparison.

    Every paragraph of the nine sections was edited: what the page costs at most.
    """
    operator = system_operator()
    with acting_as(operator.pk):
        cycles = Cycle.objects.filter(programme=Programme.objects.get(code=code), state__in=EDITABLE_STATES)
        cycle = cycles.order_by("pk").first()
        member = _member(cycle, operator)
    with acting_as(member.pk):
        cycle = Cycle.objects.select_related("company").get(pk=cycle.pk)
        sections = begin_sections(cycle=cycle, actor=member).values()
        paragraphs = [
            add_paragraph(section=section, texts={"ja": BEFORE.format(n=number) * 3}, actor=member)
            for section in sections
            for number in range(PARAGRAPHS)
        ]
        before = freeze(cycle=cycle, reason="request", actor=member)
        for number, paragraph in enumerate(paragraphs):
            _rewrite(paragraph, AFTER.format(n=number % PARAGRAPHS) * 3, member)
        after = freeze(cycle=cycle, reason="request", actor=member)
    return member, f"{reverse('policies:compare', args=[cycle.company_id])}?from={before.pk}&to={after.pk}"


def _member(cycle: Cycle, operator) -> User:
    user = User.objects.create_user(email="member@bench.example")
    person = Person.objects.create(company_id=cycle.company_id, email=user.email, name_ja="計測", name_en="Bench")
    Membership.objects.create(company_id=cycle.company_id, person=person, role="staff")
    link_person(person=person, user=user, actor=operator)
    return user


def _rewrite(paragraph, text: str, member) -> None:
    rev = ParagraphText.objects.get(paragraph=paragraph, language="ja").rev
    save_paragraph(
        paragraph=paragraph,
        language="ja",
        text=text,
        base_rev=rev,
        operation=uuid4(),
        actor=member,
        now=timezone.now(),
    )
