"""The frozen figures: those of the pilot, and what a day, an edition and other programmes change in them."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from common.tenancy import acting_as
from programmes.models import Feedback, MilestoneKind
from reports.queries import QUOTES, fingerprint, report_figures, text_gaps
from tests.factories import (
    make_attendance,
    make_company,
    make_consultation,
    make_person,
    make_programme,
    make_seat,
    make_session,
)
from tests.roles import seen_by

from .conftest import END, NOW

PUBLISHED = {
    "MS1": (22, 16, 13, 9),
    "MS2": (16, 15, 14, 2),
    "WL1": (18, 16, 0, 18),
    "WL2": (19, 16, 10, 9),
    "CL": (35, 15, 0, 35),
}


def counts(figures: dict) -> dict:
    return {s["code"]: (s["people"], s["companies"], s["onsite"], s["online"]) for s in figures["sessions"]}


def stages(figures: dict) -> dict:
    return {stage["stage"]: stage["companies"] for stage in figures["policies"]["stages"]}


def test_the_pilot_gives_its_published_figures(pilot):
    figures = pilot.figures()
    assert counts(figures) == PUBLISHED
    assert figures["companies"] == {"enrolled": 16, "withdrawn": 0}
    assert stages(figures) == {"drafting": 1, "submitted": 2, "endorsed": 0, "approved": 4, "published": 9}
    assert (figures["policies"]["formulated"], figures["policies"]["formulated_by_due"]) == (13, 9)
    consultations = figures["consultations"]
    assert (consultations["held"], consultations["entitled"], consultations["used"]) == (28, 32, 28)
    assert (consultations["unused"], consultations["later"], consultations["unmarked"]) == (4, 0, 0)
    assert (consultations["first_on"], consultations["last_on"]) == ("2025-02-03", "2025-03-07")
    assert consultations["advisers"] == [{"title_ja": "", "title_en": "BHR Promoting Sharoshi", "people": 3}]


def test_an_earlier_day_counts_less(pilot):
    figures = pilot.figures(as_of=date(2025, 3, 31))
    assert figures["policies"]["formulated"] == 9
    assert counts(figures)["CL"] == (0, 0, 0, 0)
    assert [s["code"] for s in figures["sessions"] if not s["held"]] == ["CL"]
    before = pilot.figures(as_of=date(2025, 2, 28))
    assert before["policies"]["formulated_by_due"] is None
    held = before["consultations"]["held"]
    assert 0 < held < 28
    assert before["consultations"]["later"] == 28 - held
    assert before["consultations"]["unused"] == 4


def test_the_figures_are_the_same_seen_as_the_web_role(pilot):
    with seen_by(pilot.secretariat):
        seen = report_figures(pilot.programme, as_of=END, edition="internal", now=NOW)
    assert seen == pilot.figures(edition="internal")


def test_the_public_edition_holds_no_name_and_no_day_of_a_company(pilot):
    public, internal = pilot.figures(), pilot.figures(edition="internal")
    assert {tuple(sorted(row)) for row in public["rows"]} == {("code", "reached")}
    assert {day for row in public["rows"] for day in row["reached"].values()} == {None}
    names = [row["name_ja"] for row in internal["rows"]] + [row["name_en"] for row in internal["rows"]]
    assert len(names) == 32
    frozen = json.dumps(public, ensure_ascii=False)
    assert [name for name in names if name in frozen] == []
    assert [row["code"] for row in public["rows"]] == [row["code"] for row in internal["rows"]]
    first = next(row for row in internal["rows"] if row["code"] == "C01")
    assert first["reached"]["published"] == "2025-03-17"


def test_figures_are_plain_json_and_their_fingerprint_forgets_when_they_were_read(pilot):
    figures = pilot.figures()
    assert json.loads(json.dumps(figures)) == figures
    with acting_as(pilot.secretariat.pk):
        later = report_figures(pilot.programme, as_of=END, edition="public", now=NOW + timedelta(days=3))
    assert later["computed_at"] != figures["computed_at"]
    assert fingerprint(later) == fingerprint(figures)
    assert fingerprint(pilot.figures(as_of=date(2025, 4, 29))) != fingerprint(figures)


def test_somebody_of_another_programme_counts_nothing(pilot):
    other = make_seat(make_programme(), role="leader")
    with seen_by(other.user):
        figures = report_figures(pilot.programme, as_of=END, edition="internal", now=NOW)
    assert figures["rows"] == []
    assert figures["sessions"] == []
    assert figures["consultations"]["held"] == 0
    assert figures["companies"] == {"enrolled": 0, "withdrawn": 0}


def ask(programme, user, *, as_of=END, edition="public") -> dict:
    with acting_as(user.pk):
        return report_figures(programme, as_of=as_of, edition=edition, now=NOW)


@pytest.fixture
def small(db):
    """A programme with one company and a secretariat: (programme, user, enrolment)."""
    programme = make_programme()
    user = make_seat(programme, role="leader").user
    return programme, user, make_company(programme)


def test_withdrawn_companies_leave_the_whole_but_stay_in_the_room(small):
    programme, user, _enrolment = small
    leaver = make_company(programme, withdrawn_on=date(2025, 1, 15))
    make_company(programme, joined_on=date(2025, 5, 1))
    session = make_session(programme, starts_at=datetime(2024, 12, 4, 4, tzinfo=UTC))
    make_attendance(session, make_person(leaver.company), mode="online")
    figures = ask(programme, user)
    assert figures["companies"] == {"enrolled": 1, "withdrawn": 1}
    assert counts(figures) == {session.code: (1, 1, 0, 1)}
    assert ask(programme, user, as_of=date(2025, 1, 14))["companies"] == {"enrolled": 2, "withdrawn": 0}


def test_absent_people_and_sessions_to_come_are_not_counted(small):
    programme, user, enrolment = small
    held = make_session(programme, starts_at=datetime(2024, 12, 4, 4, tzinfo=UTC))
    # Ends at midnight in Tokyo: the day is over with it.
    last = make_session(
        programme, starts_at=datetime(2025, 4, 30, 13, tzinfo=UTC), ends_at=datetime(2025, 4, 30, 15, tzinfo=UTC)
    )
    next_day = make_session(programme, starts_at=datetime(2025, 4, 30, 15, tzinfo=UTC))
    for session in (held, last, next_day):
        make_attendance(session, make_person(enrolment.company))
        make_attendance(session, make_person(enrolment.company), attended=False)
    assert counts(ask(programme, user)) == {
        held.code: (1, 1, 1, 0),
        last.code: (1, 1, 1, 0),
        next_day.code: (0, 0, 0, 0),
    }


def test_what_became_of_each_consultation_adds_up_to_the_entitlement(small):
    programme, user, enrolment = small
    others = [make_company(programme) for _ in range(3)]
    leaver = make_company(programme, withdrawn_on=date(2025, 3, 1))
    adviser = make_seat(programme, role="adviser")
    day = datetime(2025, 2, 3, 1, tzinfo=UTC)

    def at(enrolment, number, state):
        return make_consultation(enrolment, adviser, starts_at=day + timedelta(days=number), state=state)

    for number in range(3):
        at(enrolment, number, "held")  # one more than it is entitled to
    at(others[0], 3, "held")
    at(others[0], 4, "booked")  # over, and nobody marked it
    at(others[1], 5, "cancelled")
    at(others[1], 100, "booked")  # after the day
    at(leaver, 6, "held")
    consultations = ask(programme, user)["consultations"]
    assert consultations["held"] == 5
    assert consultations["companies"] == 3
    assert consultations["cancelled"] == 1
    parts = {key: consultations[key] for key in ("entitled", "used", "later", "unmarked", "unused")}
    assert parts == {"entitled": 8, "used": 3, "later": 1, "unmarked": 1, "unused": 3}


def test_only_quotable_comments_are_quoted_and_only_the_first_of_many(small):
    programme, user, enrolment = small
    session = make_session(programme, starts_at=datetime(2024, 12, 4, 4, tzinfo=UTC))
    for number in range(QUOTES + 3):
        Feedback.objects.create(
            session=session,
            programme=programme,
            company=enrolment.company,
            person=make_person(enrolment.company),
            comment_ja=f"感想{number}",
            consent="anonymous" if number > 0 else "none",
        )
    row = ask(programme, user)["sessions"][0]
    assert (row["comments"], row["quotable"]) == (QUOTES + 3, QUOTES + 2)
    assert row["quotes"] == [{"comment_ja": f"感想{n}", "comment_en": ""} for n in range(1, QUOTES + 1)]
    assert ask(programme, user, as_of=date(2024, 12, 1))["sessions"][0]["quotes"] == []


def test_a_programme_that_counts_no_policy_says_nothing_of_policies(small):
    programme, user, _enrolment = small
    MilestoneKind.objects.filter(programme=programme, source__in=("approved", "published")).delete()
    assert ask(programme, user)["policies"] is None


def test_the_number_of_questions_does_not_grow(small):
    programme, user, _enrolment = small

    def questions() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            ask(programme, user, edition="internal")
        return len(captured)

    def grow(count: int) -> None:
        for _ in range(count):
            company = make_company(programme)
            make_attendance(make_session(programme), make_person(company.company))

    grow(1)
    before = questions()
    grow(8)
    assert questions() == before


def test_gaps_name_what_is_missing_in_one_language_only(small):
    programme, user, _enrolment = small
    make_session(programme, title_ja="", title_en="Only English", venue_ja="会議室", venue_en="")
    with acting_as(user.pk):
        assert text_gaps(programme) == [("session", "ja", "Only English"), ("venue", "en", "会議室")]


def test_drafts_and_cancelled_sessions_are_in_no_report(small):
    programme, user, _enrolment = small
    make_session(programme, code="HELD")
    for code, state in (("DRAFT", "draft"), ("OFF", "cancelled")):
        make_session(programme, code=code, state=state, title_ja="", title_en="Only English")
    assert [session["code"] for session in ask(programme, user)["sessions"]] == ["HELD"]
    with acting_as(user.pk):
        assert text_gaps(programme) == []
