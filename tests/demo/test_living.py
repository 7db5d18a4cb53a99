"""The living demo: made by its own people under row-level security, around whichever day it is first loaded."""

from collections import Counter
from datetime import date, timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.services import system_operator
from audit.models import Event
from common.tenancy import acting_as
from companies.models import Company, Person
from consultations.models import Consultation, Minutes, PrivateNote
from demo.services import data, load_living_demo, reporting
from demo.services.calendar import Calendar
from imports.importing.exporting import collect, write_workbook
from imports.services import import_directly
from jobs.models import Job, Outbox
from policies.enums import EvidenceKind, FreezeReason, State
from policies.models import (
    ActionItem,
    Cycle,
    Evidence,
    Move,
    Phrase,
    Post,
    ReadReceipt,
    RegisterEntry,
    RegisterVersion,
    Review,
    Revision,
    Submission,
    Suggestion,
    Thread,
)
from policies.services import digest
from programmes.models import (
    Assignment,
    Attendance,
    Charge,
    Enquiry,
    Enrolment,
    Extension,
    Feedback,
    Mailing,
    MemoSave,
    MilestoneDate,
    MilestoneKind,
    Notice,
    Programme,
    Session,
)
from programmes.queries import mailings
from reports.models import BlockText, DraftPick, FigureOverride, Report, ReportDraft, ReportReader
from tests.reports.issuing import finish
from tests.roles import seen_by, web_role

# The fixture below opens the database itself; without the mark a run of this file alone would make no test database.
pytestmark = pytest.mark.django_db

SUNDAY = date(2025, 11, 23)  # and Labour Thanksgiving Day, so that Monday is off too


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """The demo as `manage.py load_demo` makes it, by the web role and never the owner. Once for tests that only read."""
    with django_db_blocker.unblock(), transaction.atomic():
        operator = system_operator()
        with web_role():
            loaded = load_living_demo(today=SUNDAY, actor=operator)
        yield loaded
        transaction.set_rollback(True)


def on(moment) -> date:
    return timezone.localdate(moment)


def test_it_has_a_policy_in_every_state_by_moves_that_were_made(world):
    states = Counter(Cycle.objects.values_list("state", flat=True))
    assert set(states) == set(State.values)
    last = {}
    for move in Move.objects.order_by("moved_on", "recorded_at"):
        last[move.cycle_id] = move.to_state
    assert last == dict(Cycle.objects.filter(moves__isnull=False).values_list("pk", "state"))
    assert not Move.objects.filter(is_restored=True).exists()
    assert not Move.objects.filter(actor_id=system_operator().pk).exists()


def test_nothing_lies_in_the_future_that_has_happened(world):
    assert not Move.objects.filter(moved_on__gt=SUNDAY).exists()
    assert not MilestoneDate.objects.filter(reached_on__gt=SUNDAY).exists()
    assert {on(c.starts_at) >= SUNDAY for c in Consultation.objects.filter(state="booked")} == {True}
    assert {on(c.starts_at) < SUNDAY for c in Consultation.objects.exclude(state="booked")} == {True}
    assert {on(a.session.starts_at) < SUNDAY for a in Attendance.objects.exclude(attended=None)} == {True}


def test_something_is_due_today_for_everybody(world):
    today_s = [c for c in Consultation.objects.filter(state="booked") if on(c.starts_at) == SUNDAY]
    assert {c.adviser.user.email for c in today_s} >= {world.users[k].email for k in ("kuze", "haga", "watanabe")}
    assert [c for c in Consultation.objects.filter(state="booked") if on(c.starts_at) == Calendar(SUNDAY).day(1)]
    session = next(s for s in Session.objects.all() if on(s.starts_at) == SUNDAY)
    taking_part = Enrolment.objects.as_of(SUNDAY).filter(programme=world.programme)
    assert set(session.attendances.values_list("company", flat=True)) == set(
        taking_part.values_list("company", flat=True)
    )
    due = MilestoneKind.objects.filter(programme=world.programme, due_on=SUNDAY)
    assert set(due.values_list("code", flat=True)) == {"session-wl3", "submitted"}
    assert Cycle.objects.filter(programme=world.programme, state="submitted", moves__moved_on=SUNDAY).count() == 1


def test_business_days_are_business_days():
    calendar = Calendar(SUNDAY)
    assert calendar.day(0) == SUNDAY
    assert calendar.day(1) == date(2025, 11, 25)
    assert calendar.day(-1) == date(2025, 11, 21)
    assert Calendar(date(2026, 12, 28)).day(1) == date(2027, 1, 4)
    assert calendar.moment(1, "13:30").isoformat() == "2025-11-25T13:30:00+09:00"


def test_the_advisers_see_theirs_and_the_former_one_nothing(world):
    names = {company.pk: key for key, company in world.companies.items()}
    seen = {}
    for who in ("kuze", "haga", "watanabe", "kobayakawa", "mochizuki", "dojima", "labo-lan"):
        with seen_by(world.users[who]):
            seen[who] = {names[pk] for pk in Company.objects.values_list("pk", flat=True)}
    assert seen == {
        "kuze": {"takamine", "sakihama", "midori", "nihonkai", "umineko"},
        "haga": {"tsumugi", "labo", "hikari", "sakura"},
        "watanabe": {"nihonkai", "mitsumori", "artemis", "quontech"},
        "kobayakawa": set(),
        "mochizuki": set(world.companies),
        "dojima": set(world.companies),
        "labo-lan": {"labo"},
    }


def test_texts_are_the_company_s_and_its_advisers(world):
    with seen_by(world.users["mochizuki"]):
        assert not Minutes.objects.exists()
        assert not PrivateNote.objects.exists()
        assert Revision.objects.exists()
        assert not Revision.objects.filter(shared_at=None).exists()
    with seen_by(world.users["takamine-staff"]):
        revisions = list(Revision.objects.order_by("number"))
        assert Minutes.objects.count() == 2
    assert [revision.reason for revision in revisions] == [
        "submission",
        "return",
        "booking",
        "submission",
        "endorsement",
        "approval",
        "booking",
        "publication",
    ]
    assert all(revision.sha256 == digest(revision.content) for revision in revisions)
    first, last = revisions[0], revisions[-1]
    assert first.sha256 != last.sha256
    assert "株式会社髙嶺精密" in last.content["sections"][0]["paragraphs"][0]["ja"]
    ids = [[p["id"] for s in content["sections"] for p in s["paragraphs"]] for content in (first.content, last.content)]
    assert ids[0] == ids[1]
    assert PrivateNote.objects.count() == 3


def test_no_place_to_fill_is_left_in_a_text_that_was_frozen(world):
    handed_on = Revision.objects.exclude(reason=FreezeReason.BOOKING)  # a consultation is about drafts as they are
    for content in handed_on.values_list("content", flat=True):
        words = [p[language] for s in content["sections"] for p in s["paragraphs"] for language in content["languages"]]
        assert all(words)
        assert not [word for word in words if "{" in word or "［" in word]


def test_every_page_of_the_workbench_has_something_to_show(world):
    """Advice answered in every way, talk, evidence, receipts, and a register; dated as the story has it."""
    assert set(Suggestion.objects.values_list("state", flat=True)) == {"open", "accepted", "edited", "declined"}
    assert set(ActionItem.objects.values_list("state", flat=True)) >= {"open", "done", "declined"}
    assert set(ActionItem.objects.values_list("source", flat=True)) == {
        "verdict",
        "comment",
        "suggestion",
        "consultation",
    }
    assert set(Thread.objects.values_list("kind", flat=True)) == {"comment", "question"}
    assert set(Evidence.objects.values_list("kind", flat=True)) == set(EvidenceKind.values)
    assert set(Revision.objects.values_list("reason", flat=True)) >= {"submission", "return", "endorsement", "approval"}
    assert Review.objects.filter(returned_at=None, closed_at=None).count() == 1
    assert Submission.objects.waiting().count() == 3
    assert ReadReceipt.objects.count() == 6
    assert RegisterEntry.objects.listed().count() == 3
    assert RegisterVersion.objects.count() == 4
    assert Phrase.objects.count() == 3
    stamps = [
        *Revision.objects.values_list("frozen_at", flat=True),
        *Submission.objects.values_list("submitted_at", flat=True),
        *Post.objects.values_list("created_at", flat=True),
        *Suggestion.objects.values_list("created_at", flat=True),
    ]
    assert max(on(stamp) for stamp in stamps) == SUNDAY
    assert len({on(stamp) for stamp in stamps}) > 10


def test_one_suggestion_is_outdated_and_none_was_merged_by_guess(world):
    outdated = [
        suggestion
        for suggestion in Suggestion.objects.filter(state="open", shared_at__isnull=False)
        if suggestion.paragraph.texts.get(language="ja").text != suggestion.base_text
    ]
    assert len(outdated) == 1
    accepted = Suggestion.objects.filter(state="accepted")
    assert {s.paragraph.saves.filter(text=s.text, outcome="kept").exists() for s in accepted} == {True}


def test_a_review_that_was_not_returned_is_its_author_s_alone(world):
    private = Suggestion.objects.filter(shared_at=None)
    assert private.count() == 1
    for who, count in {"watanabe": 1, "kuze": 0, "nihonkai-staff": 0, "mochizuki": 0}.items():
        with seen_by(world.users[who]):
            assert Suggestion.objects.filter(pk__in=list(private.values_list("pk", flat=True))).count() == count, who


def test_the_cohort_is_varied(world):
    assert len(world.companies) == 14
    this = Enrolment.objects.filter(programme=world.programme)
    assert this.filter(withdrawn_on__lte=SUNDAY).count() == 1
    assert this.filter(joined_on__gt=world.programme.starts_on).count() == 1
    assert Enrolment.objects.filter(programme=world.previous).count() == 2
    names = "".join(Company.objects.values_list("name_ja", flat=True))
    assert all(character in names for character in "髙﨑①㈱")
    assert max(len(name) for name in Company.objects.values_list("name_ja", flat=True)) >= 40
    assert Assignment.objects.filter(ends_on__lt=SUNDAY).count() == 2
    assert Feedback.objects.quotable().count() == 11
    assert Programme.objects.filter(is_sample=True).count() == 2


def test_secretariat_and_companies_write_to_each_other(world):
    with acting_as(world.leader.pk):
        sent, begun = Mailing.objects.filter(programme=world.programme).order_by("created_at")
        outcomes = Counter(each.state for each in mailings.results(sent).values())
        notice = Notice.objects.get(programme=world.programme, to_addresses=True)
        standings = sorted(each.standing for each in Enquiry.objects.filter(programme=world.programme))
        assert (sent.is_sent, begun.is_sent, sent.job.state) == (True, False, "done")
        assert (outcomes["refused"], set(outcomes)) == (1, {"refused", "sent"})
        assert notice.letters.exists()
        assert not notice.letters.waiting().exists()
        assert notice.reads.count() == 2
        assert standings == ["answered", "closed", "open"]
        assert (Charge.objects.standing().count(), MemoSave.objects.standing().count()) == (3, 2)
        assert Extension.objects.get().due_on > world.calendar.day(55)


def test_nobody_is_real(world):
    addresses = [*User.objects.exclude(is_operator=True).values_list("email", flat=True)]
    addresses += Person.objects.exclude(email="").values_list("email", flat=True)
    assert {address.rsplit(".", 1)[1] for address in addresses} == {"example"}
    assert {
        number[1:5]
        for number in Company.objects.exclude(corporate_number="").values_list("corporate_number", flat=True)
    } == {"9999"}


def test_every_company_s_numbers_are_valid(world):
    for company in Company.objects.all():
        company.full_clean()
    for person in Person.objects.all():
        person.full_clean()


def test_each_deed_is_told_in_the_name_of_who_did_it(world):
    by = {user.pk: key for key, user in world.users.items()}
    endorsed = Event.objects.filter(verb="policy.moved", detail__transition="endorse")
    assert {by[event.actor_id] for event in endorsed} == {"kuze", "watanabe"}
    assert Event.objects.filter(verb="consultation.held").count() == Consultation.objects.held().count()


def test_consultations_fit_into_the_programme(world):
    for consultation in Consultation.objects.filter(programme=world.programme):
        assert (
            world.programme.consultations_start_on <= on(consultation.starts_at) <= world.programme.consultations_end_on
        )
    held = Counter(Consultation.objects.held().values_list("enrolment", flat=True))
    assert max(held.values()) == world.programme.consultations_per_company
    assert world.programme.ends_on - world.programme.starts_on > timedelta(days=150)


@pytest.mark.parametrize("code", [data.LIVING_CODE, data.PREVIOUS_CODE])
def test_it_comes_out_as_a_workbook_and_in_again_without_a_difference(world, code):
    programme, actor = Programme.objects.get(code=code), system_operator()
    with web_role():
        with acting_as(actor.pk):
            rows = collect(programme, actor=actor, now=timezone.now())
        outcome = import_directly(
            name="living.xlsx", content=write_workbook(rows), actor=actor, now=timezone.now(), dry_run=True
        )
    plan = outcome.examination.plan
    assert [finding for finding in outcome.examination.findings if finding.level == "error"] == []
    assert plan.changes_nothing
    assert plan.conflicts == []
    assert len(plan.data.records("Companies")) == Enrolment.objects.filter(programme=programme).count()
    assert len(plan.data.records("Consultations")) == Consultation.objects.filter(programme=programme).count()


def test_a_report_is_written_and_the_worker_lets_it_be_read_and_issued(world):
    """The load sets no page; what waits for the pages is done by the same services when they are there."""
    leader = world.leader
    asked = list(Report.objects.filter(programme=world.programme).order_by("created_at"))
    assert [(report.language, bool(report.draft_id), report.job.state) for report in asked] == [
        ("ja", True, "queued"), ("ja", False, "queued"), ("en", False, "queued")
    ]  # fmt: skip
    draft = ReportDraft.objects.get(programme=world.programme)
    assert {text.language for text in BlockText.objects.filter(draft=draft, is_edited=True)} == {"ja", "en"}
    assert FigureOverride.objects.get(draft=draft).value != FigureOverride.objects.get(draft=draft).computed
    assert DraftPick.objects.get(draft=draft).photo.has_consent
    figures = asked[1].figures or draft.figures
    with transaction.atomic():
        with web_role(), acting_as(leader.pk):
            bells = Outbox.objects.filter(task=reporting.GO_ON)
            assert bells.count() == 1
            reporting.go_on(leader, [report.pk for report in asked], tried=0)
            assert bells.count() == 2  # nothing is ready: it looks again later
            for report in Report.objects.filter(programme=world.programme):
                finish(report, figures=report.figures or figures)
            for _twice in range(2):
                reporting.go_on(leader, [report.pk for report in asked], tried=1)
            readers = {reader.verdict: reader for reader in ReportReader.objects.filter(report=asked[0])}
            assert set(readers) == {"agreed", "differs", ""}
            assert readers["differs"].comments.count() == 2
            assert Job.objects.filter(kind="report_issue", state="queued").count() == 1
        transaction.set_rollback(True)
