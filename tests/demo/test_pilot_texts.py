"""Texts of the pilot's companies: brought in by their own people, moving nothing."""

import pytest
from django.utils import timezone

from accounts.services import system_operator
from demo.services import add_pilot_texts, data, load_pilot, open_pilot
from policies.models import Cycle, Move, Paragraph, RegisterEntry, RegisterVersion, Revision, Thread
from policies.services import digest
from programmes.models import MilestoneDate
from tests.roles import seen_by, web_role


def standing() -> tuple:
    """What the workbook told, and every figure of the pilot rests on."""
    return (
        sorted(Cycle.objects.values_list("enrolment__code", "state", "is_reviewed")),
        sorted(Move.objects.values_list("cycle__enrolment__code", "transition", "moved_on")),
        MilestoneDate.objects.count(),
    )


@pytest.fixture
def loaded(db):
    operator = system_operator()
    with web_role():
        load_pilot(actor=operator, now=timezone.now())
        open_pilot(actor=operator)
    before = standing()
    with web_role():
        add_pilot_texts(actor=operator, now=timezone.now())
        add_pilot_texts(actor=operator, now=timezone.now())
    return operator, before


def test_the_texts_are_there_once_and_the_figures_stay(loaded):
    _operator, before = loaded
    assert standing() == before
    told = data.read("pilot")["texts"]
    assert Revision.objects.count() == RegisterVersion.objects.count() == RegisterEntry.objects.count()
    assert RegisterEntry.objects.count() == sum(text["stage"] == "published" for text in told)
    for version in RegisterVersion.objects.all():
        assert version.sha256 == digest(version.content)
        assert (
            version.published_on == Move.objects.get(cycle__company=version.company_id, transition="publish").moved_on
        )
        words = [
            p[code]
            for s in version.content["sections"]
            for p in s["paragraphs"]
            for code in version.content["languages"]
        ]
        assert words
        assert not [word for word in words if not word or "［" in word]


def test_the_one_who_still_writes_has_places_to_fill_and_a_question(loaded):
    drafted = Cycle.objects.get(enrolment__code="C16")
    assert Paragraph.objects.filter(cycle=drafted, texts__text__contains="［").exists()
    assert Thread.objects.get(cycle=drafted).kind == "question"
    with seen_by(system_operator()):
        assert not Paragraph.objects.exists()
        assert not Thread.objects.exists()
