"""A hundred people save one paragraph at the same moment: one of them wins, and every text of the others is kept."""

import threading
from dataclasses import dataclass
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import User
from common.tenancy import acting_as
from policies import services
from policies.enums import SaveOutcome
from policies.models import Cycle, Paragraph, ParagraphSave, ParagraphText
from policies.services import texts
from tests.factories import make_company, make_member, make_programme
from tests.roles import web_role

pytestmark = pytest.mark.processes

AT_ONCE = 100
# The server has a hundred lines for everybody; who has none yet waits with the text in hand.
LINES = 24


@dataclass
class Page:
    paragraph: Paragraph
    writers: list[User]


@pytest.fixture
def page(resting) -> Page:
    enrolment = make_company(make_programme())
    writers = [make_member(enrolment.company) for _ in range(4)]
    cycle = Cycle.objects.get(enrolment=enrolment)
    with acting_as(writers[0].pk):
        section = services.begin_sections(cycle=cycle, actor=writers[0])["scope"]
        paragraph = services.add_paragraph(section=section, texts={"ja": "はじめの文"}, actor=writers[0])
    return Page(Paragraph.objects.select_related("cycle").get(pk=paragraph.pk), writers)


def save_at_once(stack, page: Page, base_rev: int, *, name: str) -> list:
    """Let everybody save a text of their own upon the same rev, as the role of the web; return the answers."""
    lines = threading.BoundedSemaphore(LINES)

    def save(number: int):
        writer = page.writers[number % len(page.writers)]
        try:
            with acting_as(writer.pk), web_role():
                return services.save_paragraph(
                    paragraph=page.paragraph,
                    language="ja",
                    text=f"{name} {number}",
                    base_rev=base_rev,
                    operation=uuid4(),
                    actor=writer,
                    now=timezone.now(),
                )
        finally:
            texts.transaction.get_connection().close()

    def in_turn(number: int):
        with lines:
            return save(number)

    return stack.in_threads(*[lambda number=number: in_turn(number) for number in range(AT_ONCE)])


def check_round(stack, page: Page, base_rev: int, *, name: str) -> None:
    """One round of a hundred: fails unless one wins and every other text is kept as having come too late."""
    answers = save_at_once(stack, page, base_rev, name=name)
    errors = [answer for answer in answers if isinstance(answer, BaseException) or answer is None]
    assert errors == []
    won = [answer for answer in answers if answer.outcome == SaveOutcome.KEPT]
    assert len(won) == 1, f"{len(won)} of {AT_ONCE} believe that their text stands"
    present = ParagraphText.objects.get(paragraph=page.paragraph, language="ja")
    assert (present.text, present.rev) == (won[0].save.text, base_rev + 1)
    saves = ParagraphSave.objects.filter(paragraph=page.paragraph, text__startswith=f"{name} ")
    outcomes = dict(saves.values_list("text", "outcome"))
    assert outcomes == {
        f"{name} {number}": "kept" if f"{name} {number}" == present.text else "lost" for number in range(AT_ONCE)
    }


def test_one_of_a_hundred_wins_each_round_and_no_text_is_lost(resting, page):
    for number in (1, 2):
        check_round(resting, page, number, name=f"第{number}回")
    assert ParagraphSave.objects.filter(paragraph=page.paragraph, language="ja").count() == 1 + 2 * AT_ONCE


def test_without_the_check_of_the_token_the_same_round_fails(resting, page, monkeypatch):
    """The negative control: it is the one line in `_fits` that keeps the later from erasing the earlier."""
    monkeypatch.setattr(texts, "_fits", lambda present, base_rev: True)
    with pytest.raises(AssertionError, match="believe that their text stands"):
        check_round(resting, page, 1, name="無検査")
