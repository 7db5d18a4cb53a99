"""Texts of the pilot's companies: brought in by their own people, advised by their own advisers, moving no figure."""

from datetime import UTC, date, datetime

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.services import system_operator
from companies.models import Access, Company
from demo.services import add_pilot_texts, data, load_pilot, open_pilot
from policies.models import (
    ActionItem,
    Cycle,
    Move,
    Paragraph,
    Post,
    RegisterEntry,
    RegisterVersion,
    Review,
    Revision,
    Submission,
    Suggestion,
    Thread,
    Verdict,
)
from policies.rendering import move_events
from policies.services import digest
from programmes.models import Assignment, MilestoneDate, Programme
from reports.queries import report_figures
from tests.roles import seen_by, web_role

# The fixture below opens the database itself; without the mark a run of this file alone would make no test database.
pytestmark = pytest.mark.django_db

TARGET, END = date(2025, 3, 31), date(2025, 4, 30)
AT_COMPANY = ("欅電子工業株式会社", "楓精密株式会社", "檜鍍金株式会社")


def standing() -> dict:
    """What the workbook told, and every figure of the pilot rests on."""
    programme, operator = Programme.objects.get(code=data.PILOT_CODE), system_operator()
    with seen_by(operator):
        figures = [
            report_figures(programme, as_of=day, edition="internal", now=datetime(2025, 5, 1, tzinfo=UTC))
            for day in (date(2025, 2, 28), TARGET, END)
        ]
    return {
        "cycles": sorted(Cycle.objects.values_list("enrolment__code", "state", "is_reviewed")),
        "moves": sorted(
            Move.objects.filter(is_restored=True).values_list("cycle__enrolment__code", "transition", "moved_on")
        ),
        "milestones": sorted(MilestoneDate.objects.values_list("pk", "reached_on", "cancelled_on")),
        "assignments": sorted(Assignment.objects.values_list("pk", "starts_on", "ends_on")),
        "access": set(Access.objects.valid().values_list("user", "company", "kind").exclude(kind="member")),
        "figures": figures,
    }


@pytest.fixture(scope="module")
def before(django_db_setup, django_db_blocker):
    """The pilot with its texts, told twice; gives what stood before they were told."""
    with django_db_blocker.unblock(), transaction.atomic():
        operator = system_operator()
        with web_role():
            load_pilot(actor=operator, now=timezone.now())
            open_pilot(actor=operator)
        stood = standing()
        with web_role():
            add_pilot_texts(actor=operator, now=timezone.now())
            add_pilot_texts(actor=operator, now=timezone.now())
        yield stood
        transaction.set_rollback(True)


def at(name: str) -> Company:
    return Company.objects.get(name_ja=name)


def on(moment) -> date:
    return timezone.localdate(moment)


def test_every_figure_stays(before):
    """All but what the texts themselves are counted for, which nothing was before them."""
    after = standing()
    outcomes = [figures.pop("outcomes", None) for figures in after["figures"]]
    assert [counted and counted["texts"] for counted in outcomes] == [
        RegisterVersion.objects.filter(published_on__lte=day).count() or None
        for day in (date(2025, 2, 28), TARGET, END)
    ]
    assert [name for name in before if before[name] != after[name]] == []
    assert {policy["formulated"] for policy in (figures["policies"] for figures in after["figures"][1:])} == {9, 13}


def test_the_texts_are_there_once(before):
    told = data.read("pilot")["texts"]
    published = Revision.objects.filter(reason="publication")
    assert published.count() == RegisterVersion.objects.count() == RegisterEntry.objects.count()
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


@pytest.mark.parametrize("name", AT_COMPANY)
def test_a_round_was_lived_through_and_is_over(before, name):
    company = at(name)
    made = Move.objects.filter(cycle__company=company, is_restored=False).order_by("moved_on", "recorded_at")
    assert list(made.values_list("transition", flat=True)) == [
        "submit",
        "start_review",
        "request_changes",
        "submit",
        "start_review",
        "endorse",
    ]
    assert list(Review.objects.filter(company=company).order_by("started_at").values_list("decision", flat=True)) == [
        "changes",
        "endorsed",
    ]
    assert not Submission.objects.waiting().filter(company=company).exists()
    own = Suggestion.objects.filter(company=company)
    assert sorted(own.values_list("state", flat=True)) == ["accepted", "declined", "edited"]
    assert not ActionItem.objects.filter(company=company, state="open", source__in=["suggestion", "comment"]).exists()
    assert Thread.objects.filter(company=company, kind="comment", resolved_at=None).count() == 0
    assert Verdict.objects.shared().filter(company=company).exclude(advice="").count() >= 3
    texts = dict(own.filter(state="accepted").values_list("paragraph__texts__language", "text"))
    published = RegisterVersion.objects.get(company=company).content
    assert texts["ja"] in [p["ja"] for section in published["sections"] for p in section["paragraphs"]]


@pytest.mark.parametrize("name", AT_COMPANY)
def test_it_is_dated_in_its_own_year(before, name):
    company = at(name)
    stamps = [
        *Revision.objects.filter(company=company).values_list("frozen_at", flat=True),
        *Submission.objects.filter(company=company).values_list("submitted_at", flat=True),
        *Review.objects.filter(company=company).values_list("started_at", flat=True),
        *Review.objects.filter(company=company).values_list("returned_at", flat=True),
        *Post.objects.filter(company=company).values_list("created_at", flat=True),
        *Suggestion.objects.filter(company=company).values_list("created_at", flat=True),
        *Suggestion.objects.filter(company=company).values_list("answered_at", flat=True),
    ]
    assert {on(stamp).year for stamp in stamps} == {2025}
    assert max(map(on, stamps)) < END
    events = [(event.title, event.at) for event in move_events(Move.objects.filter(cycle__company=company))]
    assert len(events) == len(set(events)) == 8  # of the workbook's four days two are moves that were made


def test_one_company_wrote_in_both_languages_and_talked_in_english(before):
    assert [sorted(v.content["languages"]) for v in RegisterVersion.objects.order_by("company__name_en")] == [
        ["ja"],
        ["ja"],
        ["en", "ja"],
    ]
    assert Thread.objects.filter(company=at(AT_COMPANY[0]), language="en").count() == 1


def test_the_advisers_read_none_of_it_any_more(before):
    for email in ("adviser1@sharoshi.example", "adviser2@sharoshi.example"):
        with seen_by(User.objects.get(email=email)):
            assert not Paragraph.objects.exists()
            assert not Revision.objects.exists()
            assert not Suggestion.objects.filter(shared_at__isnull=False).exists()


def test_the_company_reads_its_own_alone(before):
    with seen_by(User.objects.get(email="nakamura.jiro3@keyaki-electronics.example")):
        assert {thread.company.name_ja for thread in Thread.objects.select_related("company")} == {AT_COMPANY[0]}
        assert Suggestion.objects.count() == 3


def test_the_one_who_still_writes_has_places_to_fill_and_a_question(before):
    drafted = Cycle.objects.get(enrolment__code="C16")
    assert Paragraph.objects.filter(cycle=drafted, texts__text__contains="［").exists()
    assert Thread.objects.get(cycle=drafted).kind == "question"
    with seen_by(system_operator()):
        assert not Paragraph.objects.exists()
        assert not Thread.objects.exists()
