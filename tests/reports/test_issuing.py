"""Issuing: both languages from the same figures, numbers without gaps, and what the database lets nobody change."""

import threading
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, connections, transaction
from django.utils import timezone, translation

from audit.models import Event
from common.tenancy import acting_as
from jobs.models import StoredFile
from jobs.services import forget_files, store_file
from programmes.models import Feedback, QuoteUse
from reports.models import IssuedReport, Report
from reports.queries import issuing as queries
from reports.queries.blocks import can_be_entered, with_overrides
from reports.rendering.issuing_figures import _path_of, compared, entries
from reports.services import issuing as services
from reports.tasks import issuing as tasks
from tests.factories import make_cast, make_person, make_session
from tests.roles import seen_by

from .issuing import DAY, ask, changed, finish, give_number, issue, pair

pytestmark = pytest.mark.django_db


@pytest.fixture
def user(cast):
    return cast.people["secretariat"]


def press(report, actor, **fields):
    """Issue as the worker does, again when somebody else took the number meanwhile."""
    while True:
        try:
            return give_number(report, actor, **fields)
        except tasks.NumberTaken:
            continue


# --- What may be issued -----------------------------------------------------------------------------------------------


def test_both_languages_are_issued_under_the_first_number(cast, user):
    japanese, english = pair(cast.programme, user)
    found, created = press(english, user)
    assert created
    assert found.number == f"{cast.programme.code.upper()}-01"
    assert (found.sequence, found.edition, found.as_of) == (1, "public", DAY)
    assert found.report_ids == (japanese.pk, english.pk)
    before = (japanese.pdf_id, english.pdf_id, japanese.sheet_id, english.sheet_id)
    japanese.refresh_from_db()
    english.refresh_from_db()
    assert (found.pdf_ja_sha256, found.pdf_en_sha256) == (japanese.pdf.sha256, english.pdf.sha256)
    assert (found.sheet_ja_sha256, found.sheet_en_sha256) == (japanese.sheet.sha256, english.sheet.sha256)
    # The files without a number are not kept beside those with it.
    assert not StoredFile.objects.filter(pk__in=before).exists()
    event = Event.objects.get(verb="report.issued")
    assert (event.object_id, event.actor_id, event.programme_id) == (found.pk, user.pk, cast.programme.pk)
    assert event.detail == {"number": found.number, "edition": "public", "as_of": "2025-04-30"}


@pytest.mark.parametrize("language", ["ja", "en"])
def test_pressing_again_gives_the_same_number(cast, user, language):
    reports = dict(zip(("ja", "en"), pair(cast.programme, user), strict=True))
    first, _created = press(reports["ja"], user)
    again, created = press(reports[language], user)
    assert (again.pk, created, IssuedReport.objects.count()) == (first.pk, False, 1)


def refusal(report, actor) -> str:
    with pytest.raises(services.CannotIssue) as refused:
        press(report, actor)
    return refused.value.prospect.obstacle


def test_what_is_not_ready_is_refused(cast, user):
    assert refusal(ask(cast.programme, user), user) == "unfinished"


def test_without_the_other_language_it_is_refused_until_that_is_made(cast, user):
    japanese = finish(ask(cast.programme, user))
    assert refusal(japanese, user) == "missing"
    with acting_as(user.pk):
        assert services.request_twins(report=japanese, actor=user) == japanese
    english = Report.objects.get(language="en")
    assert (english.as_of, english.edition) == (DAY, "public")
    assert refusal(japanese, user) == "under_way"
    finish(english)
    assert press(japanese, user)[1]


def test_other_figures_are_refused_and_both_are_asked_for_anew(cast, user):
    japanese = finish(ask(cast.programme, user))
    finish(ask(cast.programme, user, language="en"), figures=changed(japanese, withdrawn=7))
    assert refusal(japanese, user) == "different"
    with acting_as(user.pk):
        anew = services.request_twins(report=japanese, actor=user)
    assert (anew.language, anew.pk == japanese.pk) == ("ja", False)
    assert sorted(Report.objects.filter(pdf=None).values_list("language", flat=True)) == ["en", "ja"]


@pytest.mark.parametrize("other", [{"edition": "internal"}, {"as_of": date(2025, 4, 29)}])
def test_another_edition_or_day_is_no_twin(cast, user, other):
    japanese = finish(ask(cast.programme, user))
    finish(ask(cast.programme, user, language="en", **other))
    assert refusal(japanese, user) == "missing"


def test_the_very_same_files_are_not_issued_twice_unless_they_were_withdrawn(cast, user):
    first = issue(cast.programme, user)
    japanese, _english = pair(cast.programme, user)
    assert refusal(japanese, user) == "same"
    with acting_as(user.pk):
        services.withdraw_issue(issue=first, reason="Sent to the wrong people", actor=user)
    assert press(japanese, user)[0].sequence == 2


@pytest.mark.parametrize("person", ["manager", "adviser", "other_secretariat", "nobody"])
def test_only_the_secretariat_issues_and_withdraws(cast, user, person):
    japanese, _english = pair(cast.programme, user)
    with pytest.raises(PermissionDenied):
        press(japanese, cast.people[person])
    found, _created = press(japanese, user)
    with acting_as(cast.people[person].pk), pytest.raises(PermissionDenied):
        services.withdraw_issue(issue=found, reason="x", actor=cast.people[person])
    assert IssuedReport.objects.get().withdrawn_at is None


# --- Corrections --------------------------------------------------------------------------------------------------------


def test_a_correction_has_a_number_of_its_own_and_replaces_once(cast, user):
    first = issue(cast.programme, user)
    figures = changed(first.report_ja, withdrawn=3)
    second = issue(cast.programme, user, figures=figures, replaces=first, correction="Withdrawn companies")
    assert (second.sequence, second.replaces_id, second.correction) == (2, first.pk, "Withdrawn companies")
    assert IssuedReport.objects.get(pk=first.pk).replacement == second
    third = changed(first.report_ja, withdrawn=4)
    with pytest.raises(services.NotReplaceable):
        issue(cast.programme, user, figures=third, replaces=first, correction="Again")


def test_a_correction_is_of_the_same_edition(cast, user):
    first = issue(cast.programme, user, edition="internal")
    with pytest.raises(services.NotReplaceable):
        issue(cast.programme, user, replaces=first, correction="No")


def test_withdrawing_happens_once_and_is_written_down(cast, user):
    found = issue(cast.programme, user)
    with acting_as(user.pk):
        services.withdraw_issue(issue=found, reason="Wrong year", actor=user)
        with pytest.raises(services.AlreadyWithdrawn):
            services.withdraw_issue(issue=found, reason="Again", actor=user)
    row = IssuedReport.objects.get()
    assert (row.withdrawal, row.withdrawn_by_id) == ("Wrong year", user.pk)
    assert Event.objects.filter(verb="report.withdrawn").count() == 1


# --- What the database refuses --------------------------------------------------------------------------------------------


def attempt(statement: str, *params) -> str:
    """Try raw SQL and return what the database says to it, "" when it lets it pass."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, params)
    except DatabaseError as error:
        return str(error).splitlines()[0]
    return ""


FROZEN = "An issued report is not changed."


@pytest.mark.parametrize(
    "change",
    [
        "number = 'X-99'",
        "sequence = 9",
        "note = 'other'",
        "pdf_ja_sha256 = repeat('0', 64)",
        "sheet_en_sha256 = repeat('0', 64)",
        "figures_sha256 = repeat('0', 64)",
        "issued_at = now() - interval '1 year'",
        "as_of = as_of - 1",
        "edition = 'internal'",
        "replaces_id = id, correction = 'x'",
    ],
)
def test_nothing_of_an_issue_is_changed_by_anybody(cast, user, change):
    found = issue(cast.programme, user)
    statement = f"UPDATE reports_issuedreport SET {change} WHERE id = %s"
    assert attempt(statement, found.pk) == FROZEN
    with seen_by(user):
        assert attempt(statement, found.pk) == FROZEN


def test_an_issue_is_not_deleted_by_anybody(cast, user):
    found = issue(cast.programme, user)
    assert attempt("DELETE FROM reports_issuedreport WHERE id = %s", found.pk) == FROZEN
    with seen_by(user):
        attempt("DELETE FROM reports_issuedreport WHERE id = %s", found.pk)
    assert IssuedReport.objects.filter(pk=found.pk).exists()


def test_a_withdrawal_is_not_taken_back(cast, user):
    found = issue(cast.programme, user)
    with acting_as(user.pk):
        services.withdraw_issue(issue=found, reason="Wrong year", actor=user)
    undo = "UPDATE reports_issuedreport SET withdrawn_at = NULL, withdrawn_by_id = NULL, withdrawal = ''"
    assert attempt(undo) == FROZEN
    assert attempt("UPDATE reports_issuedreport SET withdrawal = 'other'") == FROZEN


@pytest.mark.parametrize(
    "change",
    [
        "figures = jsonb_set(figures, '{companies,enrolled}', '999')",
        "plans = 'other words'",
        "pdf_id = sheet_id",
        "content_key = 'x'",
        "as_of = as_of - 1",
    ],
)
def test_figures_and_words_of_an_issued_report_are_not_changed(cast, user, change):
    found = issue(cast.programme, user)
    for pk in found.report_ids:
        assert attempt(f"UPDATE reports_report SET {change} WHERE id = %s", pk) == FROZEN
        assert attempt("DELETE FROM reports_report WHERE id = %s", pk) == FROZEN


def test_a_report_that_was_not_issued_is_as_free_as_before(cast, user):
    report = finish(ask(cast.programme, user))
    assert attempt("UPDATE reports_report SET plans = 'other words' WHERE id = %s", report.pk) == ""


def test_files_of_an_issue_neither_change_nor_vanish(cast, user):
    found = issue(cast.programme, user)
    spare = finish(ask(cast.programme, user, edition="internal"))
    kept = "The file of an issued report is kept."
    for report in (found.report_ja, found.report_en):
        for stored in (report.pdf, report.sheet):
            assert attempt("UPDATE jobs_storedfile SET sha256 = repeat('0', 64) WHERE id = %s", stored.pk) == kept
            assert attempt("DELETE FROM jobs_storedfile WHERE id = %s", stored.pk) == kept
    assert attempt("UPDATE jobs_storedfile SET name = 'x.pdf' WHERE id = %s", spare.pdf_id) == ""


COLUMNS = (
    "programme_id, sequence, number, edition, as_of, figures_sha256, report_ja_id, report_en_id, pdf_ja_sha256, "
    "pdf_en_sha256, sheet_ja_sha256, sheet_en_sha256, note, issued_by_id, issued_at, correction, withdrawal"
)


def insert(japanese, english, user, **fields) -> str:
    """Try to write an issue past the service, as the web's role."""
    values = {
        "programme_id": japanese.programme_id,
        "sequence": 1,
        "number": "X-01",
        "edition": japanese.edition,
        "as_of": japanese.as_of,
        "figures_sha256": japanese.figures_sha256,
        "report_ja_id": japanese.pk,
        "report_en_id": english.pk,
        "pdf_ja_sha256": japanese.pdf.sha256,
        "pdf_en_sha256": english.pdf.sha256,
        "sheet_ja_sha256": japanese.sheet.sha256,
        "sheet_en_sha256": english.sheet.sha256,
        "note": "n",
        "issued_by_id": user.pk,
        "issued_at": "2020-01-01",
        "correction": "",
        "withdrawal": "",
    } | fields
    assert ", ".join(values) == COLUMNS
    marks = ", ".join(["%s"] * len(values))
    statement = f"INSERT INTO reports_issuedreport (id, {COLUMNS}) VALUES (gen_random_uuid(), {marks})"
    with seen_by(user):
        return attempt(statement, *values.values())


def test_the_database_gives_the_number_and_the_time_itself(cast, user):
    both = pair(cast.programme, user)
    for sequence in (0, 2, 5):
        assert insert(*both, user, sequence=sequence) == "Numbers of issued reports follow one another."
    assert insert(*both, user) == ""
    assert IssuedReport.objects.get().issued_at.year > 2024


def test_the_database_looks_at_languages_figures_and_files_itself(cast, user):
    japanese, english = pair(cast.programme, user)
    other = finish(ask(cast.programme, user, language="en"), figures=changed(japanese, withdrawn=7))
    together = "Both languages are issued together, from the same figures."
    assert insert(japanese, other, user) == together
    assert insert(english, japanese, user) == together
    assert insert(japanese, japanese, user) == together
    assert insert(japanese, english, user, figures_sha256="0" * 64) == together
    assert insert(japanese, english, user, pdf_ja_sha256="0" * 64) == "An issue names its files by their sha256."
    assert IssuedReport.objects.count() == 0


def test_another_secretariat_sees_and_issues_nothing(cast, user):
    found = issue(cast.programme, user)
    other = cast.people["other_secretariat"]
    with seen_by(other):
        assert list(IssuedReport.objects.all()) == []
    assert list(IssuedReport.objects.visible_to(other)) == []
    assert list(IssuedReport.objects.visible_to(user)) == [found]
    japanese, english = pair(cast.programme, user, edition="internal")
    assert insert(japanese, english, other, sequence=2) != ""


# --- Races --------------------------------------------------------------------------------------------------------------


def at_once(*deeds) -> list:
    barrier, answers = threading.Barrier(len(deeds)), [None] * len(deeds)

    def do(place, deed):
        try:
            barrier.wait(timeout=60)
            answers[place] = deed()
        except BaseException as error:  # noqa: BLE001 - the test looks at it
            answers[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=do, args=each) for each in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    return answers


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_the_same_moment_are_one_issue():
    cast = make_cast()
    user = cast.people["secretariat"]
    japanese, english = pair(cast.programme, user)
    answers = at_once(*[lambda report=report: press(report, user) for report in (japanese, english) * 3])
    assert {found.number for found, _created in answers} == {f"{cast.programme.code.upper()}-01"}
    assert sorted(created for _found, created in answers) == [False] * 5 + [True]
    assert Event.objects.filter(verb="report.issued").count() == 1


@pytest.mark.django_db(transaction=True)
def test_reports_issued_at_the_same_moment_have_numbers_without_a_gap():
    cast = make_cast()
    user = cast.people["secretariat"]
    first = finish(ask(cast.programme, user))
    reports = [
        pair(cast.programme, user, figures=changed(first, withdrawn=count), as_of=DAY)[0] for count in range(10, 15)
    ]

    def falls_over():
        with acting_as(user.pk):
            press(reports[4], user)
            raise RuntimeError("the process ends before the commit")

    answers = at_once(falls_over, *[lambda report=report: press(report, user) for report in reports[:4]])
    assert isinstance(answers[0], RuntimeError)
    assert sorted(found.sequence for found, _created in answers[1:]) == [1, 2, 3, 4]
    assert press(reports[4], user)[0].sequence == 5


# --- Permissions that were taken back -------------------------------------------------------------------------------------


@pytest.fixture
def quoted(cast, user):
    """An issue that prints a comment, and the comment."""
    session = make_session(cast.programme, title_ja="基調講演", title_en="Keynote")
    comment = Feedback.objects.create(
        session=session,
        programme=cast.programme,
        company=cast.company,
        person=make_person(cast.company),
        comment_ja="よい",
        consent="company",
    )
    found = issue(cast.programme, user)
    for report in (found.report_ja, found.report_en):
        QuoteUse.objects.create(programme=cast.programme, feedback=comment, report_id=report.pk, title="R")
    return found, comment


def marks(user, programme) -> list[bool]:
    return [row.lost_permission for row in queries.issues_of(user, programme)]


def test_a_permission_that_holds_marks_nothing(cast, user, quoted):
    assert marks(user, cast.programme) == [False]
    assert queries.lost_permissions(quoted[0]) == []


@pytest.mark.parametrize(("consent", "extent"), [("none", "refused"), ("anonymous", "unnamed")])
def test_a_permission_that_was_taken_back_marks_the_issue_once(cast, user, quoted, consent, extent):
    found, comment = quoted
    issue(cast.programme, user, edition="internal")
    Feedback.objects.filter(pk=comment.pk).update(consent=consent, consent_changed_at=timezone.now())
    # The newest first: the other issue does not print it.
    assert marks(user, cast.programme) == [False, True]
    [lost] = queries.lost_permissions(found)
    assert (lost.extent, lost.quote_id, lost.session_title["en"]) == (extent, comment.pk, "Keynote")


# --- Every figure -------------------------------------------------------------------------------------------------------


def integers(value, path=()):
    if isinstance(value, bool):
        return
    if isinstance(value, int):
        yield path, value
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from integers(part, (*path, key))
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from integers(part, (*path, index))


def test_no_figure_of_the_pilot_is_left_out_and_each_has_a_definition(pilot):
    figures = pilot.figures()
    names = ("companies", "milestones", "policies", "sessions", "consultations", "progress", "outcomes")
    counted = {key: figures[key] for key in names if key in figures}
    for language in ("ja", "en"):
        with translation.override(language):
            found = entries(figures)
            named = [entry for entry in found if entry.meaning]
        # Totals over sessions are the sheet's own; the milestones' missing due counts are no numbers.
        own = [entry for entry in found if entry.path[0] != "totals" and entry.value is not None]
        values = sorted(value for path, value in integers(counted) if not _of_a_session_to_come(figures, path))
        assert sorted(entry.value for entry in own) == values
        assert len(named) == len(found)
        assert len({entry.path for entry in found}) == len(found)


def _of_a_session_to_come(figures, path) -> bool:
    return path[0] == "sessions" and not figures["sessions"][path[1]]["held"]


def test_a_figure_without_a_name_is_said_by_its_place(pilot):
    figures = pilot.figures()
    figures["hotline"] = {"contact": 13, "of": {"named": 7}}
    with translation.override("en"):
        found = entries(figures)[-2:]
    assert [(entry.chapter, entry.group, entry.name, entry.value) for entry in found] == [
        ("Other figures", "hotline", "contact", 13),
        ("Other figures", "hotline · of", "named", 7),
    ]


def test_comparing_says_what_differs_by_chapter_and_nothing_else(pilot):
    old, new = pilot.figures(), pilot.figures()
    assert compared(old, new) == []
    new["companies"] = {**new["companies"], "withdrawn": 2}
    new["consultations"] = {**new["consultations"], "held": old["consultations"]["held"] + 1}
    dropped = new["sessions"].pop()
    with translation.override("en"):
        chapters = compared(old, new)
    said = {chapter: [(c.group, c.name, c.old, c.new) for c in changes] for chapter, changes in chapters}
    assert list(said) == ["1 Outline of business", "2 and 3 Activities and their outcome"]
    assert ("Participating companies", "Withdrawn", old["companies"]["withdrawn"], 2) in said["1 Outline of business"]
    gone = [line for line in said["2 and 3 Activities and their outcome"] if f"({dropped['code']})" in line[0]]
    assert ("People", dropped["people"], None) in [line[1:] for line in gone]
    held = old["consultations"]["held"]
    assert ("Held", held, held + 1) in [line[1:] for line in said["2 and 3 Activities and their outcome"]]


def test_forgetting_files_leaves_those_that_were_issued(cast, user):
    """The function forgets in the name of the definer, who has to see what was issued."""
    found = issue(cast.programme, user)
    loose = store_file(name="loose.pdf", content=b"%PDF loose", actor=user, programme_id=cast.programme.pk)
    with seen_by(user):
        assert forget_files([found.report_ja.pdf_id, found.report_en.sheet_id]) == 0
        assert forget_files([loose.pk]) == 1
    assert StoredFile.objects.filter(pk=found.report_ja.pdf_id).exists()


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("enrolled", ("companies", "enrolled")),
        ("formulated.by_due", ("policies", "formulated_by_due")),
        ("stage.approved", ("policies", "stages", "approved")),
        ("consultations", ("consultations", "held")),
        ("consultations.unused", ("consultations", "unused")),
    ],
)
def test_what_was_entered_by_hand_is_said_with_its_reason(pilot, name, path):
    override = {"figure": name, "value": 99, "reason_ja": "手で", "reason_en": "By hand <b>"}
    figures = with_overrides(pilot.figures(), [override])
    with translation.override("en"):
        found = {entry.path: entry for entry in entries(figures)}
    assert found[path].value == 99
    assert found[path].meaning.endswith(": By hand <b>")
    assert sum("By hand" in entry.meaning for entry in found.values()) == 1
    assert not [entry for entry in found.values() if entry.path[0] == "overrides"]


def test_every_figure_that_may_be_entered_by_hand_has_its_place(pilot):
    figures = pilot.figures()
    with translation.override("en"):
        known = {entry.path for entry in entries(figures)}
    assert [name for name in can_be_entered(figures) if _path_of(name) not in known] == []
