"""Pages of issuing: what they say, what they refuse with words, what they hand out, and how much they ask."""

import hashlib
import io
import re
from uuid import uuid4

import pytest
from django.core.cache import caches
from django.urls import reverse
from openpyxl import load_workbook

from audit.models import Event
from common.components import STATUSES
from common.tenancy import acting_as
from jobs.models import Job
from jobs.services import open_stored
from programmes.models import Feedback, Programme, QuoteUse
from reports import rendering
from reports.models import IssuedReport, Report
from reports.queries.verification import checked, read_number, read_sha256
from reports.services import issuing as services
from reports.tasks import issuing as tasks
from tests.counting import queries_of
from tests.factories import make_person, make_session
from tests.roles import WebClient, seen_by

from .issuing import ask, changed, finish, give_number, issue, pair, worked

pytestmark = pytest.mark.django_db


@pytest.fixture
def user(cast):
    return cast.people["secretariat"]


@pytest.fixture
def client(user, sign_in):
    return sign_in(user)


def of(target, name: str, *more) -> str:
    if isinstance(target, Programme):
        return reverse(f"reports:{name}", args=[target.pk])
    return reverse(f"reports:{name}", args=[target.programme_id, target.pk, *more])


# --- Issuing ------------------------------------------------------------------------------------------------------------


def test_issuing_is_watched_and_leads_to_what_was_issued(cast, user, client, monkeypatch):
    japanese, english = pair(cast.programme, user)
    assert of(japanese, "issue") in client.get(of(japanese, "report")).content.decode()
    assert client.post(of(japanese, "issue"), {"note": "Final report"})["Location"] == of(japanese, "issue")
    job = Job.objects.open().get()
    for report in (japanese, english):
        page = client.get(of(report, "issue"))
        assert page.context["form"] is None
        assert reverse("jobs:progress", args=[job.pk]) in page.content.decode()
    assert client.post(of(english, "issue"), {"note": "Again"}).status_code == 302
    assert Job.objects.open().get() == job
    assert IssuedReport.objects.count() == 0
    assert worked(monkeypatch).state == Job.State.DONE
    found = IssuedReport.objects.get()
    job.refresh_from_db()
    assert job.result_url == of(found, "issued")
    assert (found.note, found.issued_by) == ("Final report", user)
    assert client.get(of(japanese, "issue"))["Location"] == of(found, "issued")
    assert client.post(of(japanese, "issue"), {"note": "Again"})["Location"] == of(found, "issued")
    page = client.get(of(japanese, "report")).content.decode()
    assert found.number in page
    assert of(japanese, "issue") not in page
    # The files name the number, the day and the page that checks it.
    with open_stored(found.report_en.pdf) as file:
        said = file.read().decode()
    assert all(
        words in said
        for words in (found.number, "Numbered(", f"/check-report/?number={found.number}", "datetime.date(")
    )


def test_one_report_of_a_programme_is_issued_at_a_time(cast, user, client, monkeypatch):
    first, _english = pair(cast.programme, user)
    second, _english = pair(cast.programme, user, figures=changed(first, withdrawn=2))
    client.post(of(first, "issue"), {"note": "n"})
    client.post(of(second, "issue"), {"note": "n"})
    page = client.get(of(second, "issue")).content.decode()
    assert "このプログラムの別の報告書を発行しているところです" in page
    worked(monkeypatch)
    client.post(of(second, "issue"), {"note": "n"})
    worked(monkeypatch)
    assert sorted(IssuedReport.objects.values_list("sequence", flat=True)) == [1, 2]


def test_what_stands_in_the_way_meanwhile_is_said_and_nothing_is_issued(cast, user, client, monkeypatch):
    japanese, english = pair(cast.programme, user)
    client.post(of(japanese, "issue"), {"note": "n"})
    Report.objects.filter(pk=english.pk).update(figures_sha256="0" * 64)
    job = worked(monkeypatch)
    assert (job.state, job.error_code, IssuedReport.objects.count()) == (Job.State.FAILED, "cannot_issue", 0)
    Report.objects.filter(pk=english.pk).update(figures_sha256=japanese.figures_sha256)
    # Nor is anything issued that would be set otherwise than it was read.
    client.post(of(japanese, "issue"), {"note": "n"})
    with monkeypatch.context() as patch:
        patch.setattr(rendering, "template_version", lambda: "another")
        job = worked(monkeypatch)
    assert (job.state, job.error_code) == (Job.State.FAILED, "other_look")
    assert IssuedReport.objects.count() == 0
    page = client.get(of(japanese, "issue"))
    assert str(job.error_text) in page.content.decode()
    assert page.context["form"] is not None


def test_a_number_that_was_taken_meanwhile_is_not_given_twice(cast, user, client, monkeypatch):
    japanese, _english = pair(cast.programme, user)
    client.post(of(japanese, "issue"), {"note": "n"})
    others, _english = pair(cast.programme, user, figures=changed(japanese, withdrawn=2))
    real = tasks._set

    def beaten(*args, **kwargs):
        give_number(others, user)
        return real(*args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(tasks, "_set", beaten)
        assert worked(monkeypatch).state == Job.State.QUEUED
    assert worked(monkeypatch).state == Job.State.DONE
    assert list(IssuedReport.objects.order_by("sequence").values_list("report_ja", flat=True)) == [
        others.pk,
        japanese.pk,
    ]
    with open_stored(IssuedReport.objects.get(sequence=2).report_ja.pdf) as file:
        assert b"-02" in file.read()


def test_words_whose_permission_was_taken_back_are_not_issued(cast, user, client):
    japanese, _english = pair(cast.programme, user)
    session = make_session(cast.programme)
    comment = Feedback.objects.create(
        session=session,
        programme=cast.programme,
        company=cast.company,
        person=make_person(cast.company),
        comment_ja="よい",
        consent="anonymous",
    )
    QuoteUse.objects.create(programme=cast.programme, feedback=comment, report_id=japanese.pk, title="R")
    assert client.get(of(japanese, "issue")).context["form"] is not None
    Feedback.objects.filter(pk=comment.pk).update(consent="none")
    page = client.get(of(japanese, "issue"))
    assert page.context["form"] is None
    assert of(japanese, "request_twin") in page.content.decode()
    assert client.post(of(japanese, "issue"), {"note": "n"}).status_code == 200
    assert not Job.objects.filter(kind="report_issue").exists()
    client.post(of(japanese, "request_twin"))
    assert Report.objects.filter(pdf=None).count() == 2


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"note": ""}, "note"),
        ({"note": "x" * 301}, "note"),
        ({"note": "n", "replaces": str(uuid4())}, "replaces"),
        ({"note": "n", "replaces": "nonsense"}, "replaces"),
        ({"note": "n", "correction": "What?"}, "replaces"),
        ({"note": "n", "replaces": "FIRST"}, "correction"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field_and_nothing_typed_is_lost(cast, user, client, sent, field):
    first = issue(cast.programme, user)
    japanese, _english = pair(cast.programme, user, figures=changed(first.report_ja, withdrawn=5))
    sent = {name: str(first.pk) if value == "FIRST" else value for name, value in sent.items()}
    response = client.post(of(japanese, "issue"), sent)
    assert list(response.context["form"].errors) == [field]
    page = response.content.decode()
    assert all(value in page for name, value in sent.items() if name != "replaces")
    assert IssuedReport.objects.count() == 1


def test_a_correction_says_so_on_both(cast, user, client, monkeypatch):
    first = issue(cast.programme, user)
    japanese, _english = pair(cast.programme, user, figures=changed(first.report_ja, withdrawn=5))
    client.post(of(japanese, "issue"), {"note": "n", "replaces": str(first.pk), "correction": "Counts of companies"})
    worked(monkeypatch)
    second = IssuedReport.objects.get(sequence=2)
    old, new = (client.get(of(each, "issued")).content.decode() for each in (first, second))
    assert of(second, "issued") in old
    assert of(first, "issued") in new
    assert "Counts of companies" in new
    compare = f"{of(cast.programme, 'compare')}?old={first.report_ja_id}&amp;new={second.report_ja_id}"
    assert compare in new


def test_the_missing_language_is_asked_for_with_one_press(cast, user, client):
    japanese = finish(ask(cast.programme, user))
    page = client.get(of(japanese, "issue"))
    assert page.context["form"] is None
    assert of(japanese, "request_twin") in page.content.decode()
    assert client.post(of(japanese, "issue"), {"note": "n"}).status_code == 200
    assert IssuedReport.objects.count() == 0
    assert client.post(of(japanese, "request_twin"))["Location"] == of(japanese, "issue")
    assert Report.objects.filter(language="en").count() == 1
    # While it is being made there is nothing to press.
    assert of(japanese, "request_twin") not in client.get(of(japanese, "issue")).content.decode()


def test_a_report_with_words_of_its_own_asks_for_them_in_the_other_language(cast, user, client):
    japanese = finish(ask(cast.programme, user, plans="これから"))
    page = client.get(of(japanese, "issue")).content.decode()
    url = f"{of(cast.programme, 'new')}?language=en&edition=public&as_of=2025-04-30"
    assert url.replace("&", "&amp;") in page
    form = client.get(url).context["form"]
    assert (form["language"].value(), form["edition"].value(), str(form["as_of"].value())) == (
        "en", "public", "2025-04-30"
    )  # fmt: skip


def test_a_report_that_is_being_made_is_called_off_on_its_page(cast, user, client):
    report = ask(cast.programme, user)
    assert of(report, "cancel") in client.get(of(report, "report")).content.decode()
    assert client.post(of(report, "cancel"))["Location"] == of(report, "report")
    assert Job.objects.get().state == Job.State.CANCELLED
    page = client.get(of(report, "report")).content.decode()
    assert of(report, "cancel") not in page
    assert of(report, "retry") in page
    assert Event.objects.filter(verb="report.cancelled").count() == 1
    client.post(of(report, "cancel"))
    assert Event.objects.filter(verb="report.cancelled").count() == 1


def test_the_button_to_call_off_goes_when_the_bar_has_ended(cast, user, client):
    report = ask(cast.programme, user)
    fragment = client.get(of(report, "progress"), headers={"HX-Request": "true"}).content.decode()
    assert "call-off" not in fragment
    finish(report)
    fragment = client.get(of(report, "progress"), headers={"HX-Request": "true"}).content.decode()
    assert 'id="call-off" hx-swap-oob="delete"' in fragment


# --- What was issued ----------------------------------------------------------------------------------------------------


def test_the_list_says_who_when_and_what(cast, user, client):
    assert client.get(of(cast.programme, "issues")).context["page_obj"].object_list.count() == 0
    found = issue(cast.programme, user, note="Sent to <b>members</b>")
    page = client.get(of(cast.programme, "issues")).content.decode()
    assert found.number in page
    assert "Sent to &lt;b&gt;members&lt;/b&gt;" in page
    assert str(user) in page


def test_the_list_asks_as_much_for_thirty_as_for_one(cast, user, client):
    first = issue(cast.programme, user)
    one = len(queries_of(client, of(cast.programme, "issues")))
    for count in range(2, 31):
        issue(cast.programme, user, figures=changed(first.report_ja, withdrawn=count))
    assert len(queries_of(client, of(cast.programme, "issues"))) == one


def test_files_are_handed_out_as_they_were_issued(cast, user, client):
    found = issue(cast.programme, user, edition="internal")
    other = finish(ask(cast.programme, user))
    for name in ("pdf_ja", "pdf_en", "sheet_ja", "sheet_en"):
        part, language = name.split("_")
        stored = getattr(getattr(found, f"report_{language}"), part)
        response = client.get(of(found, "issued_file", stored.pk))
        content = b"".join(response.streaming_content)
        assert hashlib.sha256(content).hexdigest() == getattr(found, f"{name}_sha256")
        assert response["Cache-Control"] == "private, no-store"
    assert Event.objects.filter(object_id=found.pk, verb="content.looked_at").count() == 1
    assert client.get(of(found, "issued_file", other.pdf_id)).status_code == 404


def test_bytes_that_were_changed_on_the_disk_are_not_handed_out(cast, user, client, settings):
    found = issue(cast.programme, user)
    stored = found.report_ja.pdf
    path = settings.MEDIA_ROOT / stored.path
    path.write_bytes(b"%PDF" + b"!" * (stored.size - 4))
    client.raise_request_exception = False
    assert client.get(of(found, "issued_file", stored.pk)).status_code == 500


def test_the_sheet_of_figures_names_the_issue_and_defines_each_figure(cast, user, client):
    found = issue(cast.programme, user)
    for language, head in (("ja", "数え方"), ("en", "What it counts")):
        response = client.get(f"{of(found, 'issued_figures')}?in={language}")
        book = load_workbook(io.BytesIO(response.content))
        heads, *lines = book.worksheets[0].iter_rows(values_only=True)
        assert head in heads
        assert {line[0] for line in lines} == {found.number}
        assert all(line[6] for line in lines)
        about = dict(line[:2] for line in book.worksheets[1].iter_rows(values_only=True))
        assert found.number in about.values()
    unknown = client.get(f"{of(found, 'issued_figures')}?in=xx")
    assert unknown.status_code == 200


def test_withdrawing_asks_for_a_reason_and_happens_once(cast, user, client):
    found = issue(cast.programme, user)
    url = of(found, "withdraw_issue")
    assert list(client.post(url, {"reason": " "}).context["form"].errors) == ["reason"]
    assert client.post(url, {"reason": "Wrong <year>"})["Location"] == of(found, "issued")
    page = client.get(of(found, "issued")).content.decode()
    assert "Wrong &lt;year&gt;" in page
    assert url not in page
    client.post(url, {"reason": "Another"})
    assert IssuedReport.objects.get().withdrawal == "Wrong <year>"


def test_words_whose_permission_was_taken_back_are_said_with_what_to_do(cast, user, client):
    session = make_session(cast.programme, title_ja="基調講演", title_en="Keynote")
    comment = Feedback.objects.create(
        session=session,
        programme=cast.programme,
        company=cast.company,
        person=make_person(cast.company),
        comment_en="Good",
        consent="anonymous",
    )
    found = issue(cast.programme, user)
    QuoteUse.objects.create(programme=cast.programme, feedback=comment, report_id=found.report_en_id, title="R")
    quote = reverse("programmes:quote", args=[cast.programme.pk, comment.pk])
    assert quote not in client.get(of(found, "issued")).content.decode()
    Feedback.objects.filter(pk=comment.pk).update(consent="none")
    page = client.get(of(found, "issued")).content.decode()
    assert quote in page
    assert f"{of(cast.programme, 'new')}?edition=public&amp;as_of=2025-04-30" in page
    assert str(STATUSES["permission_gone"].label) in client.get(of(cast.programme, "issues")).content.decode()


# --- Two beside each other ----------------------------------------------------------------------------------------------


def test_comparing_two_reports_on_their_page(cast, user, client):
    url = of(cast.programme, "compare")
    assert not client.get(url).context["is_enough"]
    first = issue(cast.programme, user)
    draft = finish(ask(cast.programme, user), figures=changed(first.report_ja, withdrawn=7))
    page = client.get(url)
    assert page.context["is_enough"]
    assert "is_answered" not in page.context
    answer = client.get(f"{url}?old={first.report_ja_id}&new={draft.pk}").context
    assert (answer["count"], len(answer["tables"])) == (1, 1)
    same = client.get(f"{url}?old={draft.pk}&new={draft.pk}").context
    assert (same["count"], same["tables"]) == (0, [])


@pytest.mark.parametrize("value", ["", "nonsense", "653485a2-5f69-436d-bdac-f415a43b74f1"])
def test_comparing_with_what_is_not_there_is_refused_at_its_field(cast, user, client, value):
    first = issue(cast.programme, user)
    finish(ask(cast.programme, user), figures=changed(first.report_ja, withdrawn=7))
    response = client.get(f"{of(cast.programme, 'compare')}?old={value}&new={first.report_ja_id}")
    assert list(response.context["form"].errors) == ["old"]


# --- Open to everybody --------------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def unlimited():
    caches["default"].clear()


CHECK = "reports:check_issue"


def look(client, **asked):
    return client.get(reverse(CHECK), asked)


def test_anybody_checks_a_public_report_by_number_by_file_or_by_both(cast, user):
    found, client = issue(cast.programme, user), WebClient()
    for asked in (
        {"number": found.number.lower()},
        {"sha256": found.sheet_en_sha256.upper()},
        {"number": f" {found.number} ", "sha256": found.pdf_ja_sha256},
    ):
        response = look(client, **asked)
        page = response.content.decode()
        assert response.status_code == 200
        assert cast.programme.name_ja in page
        assert all(getattr(found, f"{part}_sha256") in page for part in ("pdf_ja", "pdf_en", "sheet_ja", "sheet_en"))
        assert found.note not in page
        assert str(user) not in page
        assert response["Cache-Control"] == "private, no-store"
        assert response["X-Robots-Tag"] == "noindex, nofollow"
        assert "session" not in response.cookies


def test_another_file_under_a_public_number_is_said_not_to_belong(cast, user, client):
    found = issue(cast.programme, user)
    context = look(client, number=found.number, sha256="0" * 64).context
    assert context["other_file"]
    assert not context["fits"]


def test_an_internal_edition_is_confirmed_by_number_and_file_alone(cast, user, client):
    found = issue(cast.programme, user, edition="internal")
    assert look(client, number=found.number).status_code == 404
    assert look(client, sha256=found.pdf_ja_sha256).status_code == 404
    assert look(client, number=found.number, sha256="0" * 64).status_code == 404
    response = look(client, number=found.number, sha256=found.pdf_ja_sha256)
    assert response.status_code == 200
    answer = response.context["found"]
    assert (answer.issued_at, answer.as_of, answer.programme, answer.hashes) == (None, None, {"ja": "", "en": ""}, {})
    main = response.content.decode().split("<main")[1].split("</main>")[0]
    assert cast.programme.name_ja not in main
    assert "2025" not in main


def test_what_does_not_exist_and_what_is_internal_are_answered_alike(cast, user, client):
    found = issue(cast.programme, user, edition="internal")
    unknown = found.number[:-1] + "9"
    pages = [look(client, number=number).content.decode().replace(number, "N") for number in (found.number, unknown)]
    # The token of a form is drawn anew for each page.
    internal, missing = (re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page) for page in pages)
    assert internal == missing


def test_a_replaced_and_a_withdrawn_report_say_so(cast, user, client):
    first = issue(cast.programme, user)
    second = issue(
        cast.programme, user, figures=changed(first.report_ja, withdrawn=5), replaces=first, correction="Counts"
    )
    answer = look(client, number=first.number).context["found"]
    assert (answer.replaced_by, answer.withdrawn_at) == (second.number, None)
    assert look(client, number=second.number).context["found"].replaces == first.number
    with acting_as(user.pk):
        services.withdraw_issue(issue=second, reason="secret reason", actor=user)
    response = look(client, number=second.number)
    assert response.context["found"].withdrawn_at
    assert "secret reason" not in response.content.decode()


@pytest.mark.parametrize(
    ("asked", "field"),
    [({"number": "<b>"}, "number"), ({"sha256": "abc"}, "sha256"), ({"number": "", "sha256": ""}, "number")],
)
def test_what_can_be_neither_is_said_at_its_field(client, asked, field):
    response = look(client, **asked)
    assert list(response.context["form"].errors) == [field]
    assert "<b>" not in response.content.decode().split("<main")[1].split("</main>")[0]


def test_guesses_share_the_limit_of_the_other_doors(cast, user):
    found, client = issue(cast.programme, user), WebClient()
    answers = [look(client, number=f"X-{count}").status_code for count in range(12)]
    assert (answers[:10], answers[-1]) == ([404] * 10, 429)
    assert look(client, number=found.number).status_code == 200


def test_the_door_of_the_database_is_the_only_way(cast, user):
    """Without a person no row is seen, and yet the function answers."""
    found = issue(cast.programme, user)
    with seen_by(None):
        assert IssuedReport.objects.count() == 0
        assert checked(number=found.number).number == found.number
        assert checked() is None


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("spp-2024-01", "SPP-2024-01"),
        ("ＳＰＰ－２０２４－０１", "SPP-2024-01"),
        ("SPP‐2024‐01 ", "SPP-2024-01"),
        ("a;b", ""),
    ],
)
def test_numbers_are_read_in_any_width_and_case(typed, read):
    assert read_number(typed) == read


def test_hashes_are_read_as_programs_print_them():
    digest = "0123456789abcdef" * 4
    assert read_sha256(" ".join(digest[start : start + 2] for start in range(0, 64, 2)).upper()) == digest
    assert read_sha256(digest[:-1]) == ""
