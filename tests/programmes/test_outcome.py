"""What came of a session with its rows and its sheet; somebody's own code at the door; paper for a day without a network."""

import csv
import io
from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from jobs.models import Job, StoredFile
from jobs.tasks import run_job
from programmes.models import DoorOperation
from tests.counting import queries_of
from tests.factories import make_attendance, make_person, make_session
from tests.reading import rows as table_rows
from tests.reading import words


@pytest.fixture
def session(cast):
    begin = timezone.now() - timedelta(minutes=30)
    return make_session(cast.programme, title_ja="今日の回", starts_at=begin, ends_at=begin + timedelta(hours=1))


@pytest.fixture
def people(cast, session):
    """Two on site of one company, one online of another, one absent, one whose name looks like a formula."""
    names = ["高橋 陽子", "小谷 みのり", "=cmd|' /C calc'!A0"]
    rows = [make_attendance(session, make_person(cast.company, name_ja=name)) for name in names[:2]]
    rows.append(make_attendance(session, make_person(cast.neighbour.company, name_ja="隣 太郎"), mode="online"))
    rows.append(make_attendance(session, make_person(cast.company, name_ja=names[2]), attended=False))
    return rows


@pytest.fixture
def desk(cast, sign_in):
    return sign_in(cast.people["secretariat"])


def address(session, name, *args, app="programmes"):
    return reverse(f"{app}:{name}", args=[session.programme_id, session.pk, *args])


# --- Outcome ----------------------------------------------------------------------------------------------------------


def test_every_figure_leads_to_its_rows(cast, session, people, desk):
    page = desk.get(address(session, "outcome"))
    figures = page.context["figures"]
    assert [figure.value for figure in figures] == [3, 2, 2, 1]
    behind = [table_rows(desk.get(address(session, "outcome") + figure.url.split("#")[0])) for figure in figures]
    assert [len(rows) for rows in behind] == [figure.value for figure in figures]
    assert len(table_rows(desk.get(address(session, "outcome")))) == 4
    (missed,) = table_rows(desk.get(f"{address(session, 'outcome')}?show=missed"))
    assert missed[0].startswith("訂正 =cmd|' /C calc'!A0")


def test_nonsense_shows_everybody(session, people, desk):
    assert len(table_rows(desk.get(f"{address(session, 'outcome')}?show=x&page=y"))) == 4


@pytest.mark.parametrize("count", [1, 30])
def test_the_outcome_asks_the_same_however_many_came(cast, session, desk, count):
    for _ in range(count):
        make_attendance(session, make_person(cast.company))
    assert len(queries_of(desk, address(session, "outcome"))) == 11


def test_an_empty_session_says_what_will_stand_there(session, desk):
    page = desk.get(address(session, "outcome"))
    assert "該当する方はいません" in words(page, "h2")


def test_the_sheet_holds_the_figures_and_the_rows_and_no_formula(session, people, desk):
    answer = desk.get(address(session, "session_sheet", app="reports"))
    book = load_workbook(io.BytesIO(answer.content))
    figures = {row[0].value: row[1].value for row in book.worksheets[0].iter_rows(min_row=2)}
    assert (figures["参加者"], figures["企業"], figures["会場"], figures["オンライン"]) == (3, 2, 2, 1)
    names = [row[1].value for row in book.worksheets[1].iter_rows(min_row=2)]
    assert sorted(names) == sorted(["高橋 陽子", "小谷 みのり", "隣 太郎", "'=cmd|' /C calc'!A0"])
    assert {cell.data_type for row in book.worksheets[1].iter_rows() for cell in row} <= {"s", "n", "inlineStr"}


def test_the_csv_begins_with_its_mark_and_holds_no_formula(session, people, desk):
    answer = desk.get(address(session, "session_sheet", app="reports") + "?as=csv")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 5
    assert min(row[1] for row in rows[1:]) == "'=cmd|' /C calc'!A0"


@pytest.mark.parametrize(("who", "status"), [("manager", 403), ("adviser", 403), ("other_secretariat", 404)])
def test_outcome_and_sheet_are_the_secretariat_s(cast, session, people, sign_in, who, status):
    client = sign_in(cast.people[who])
    urls = [address(session, "outcome"), address(session, "session_sheet", app="reports")]
    assert [client.get(url).status_code for url in urls] == [status, status]


# --- One's own code ---------------------------------------------------------------------------------------------------


@pytest.fixture
def own(cast, session):
    """The row of the manager, who has an account."""
    return make_attendance(session, cast.people["manager"].people.get(), attended=None)


def test_somebody_s_own_code_leads_to_the_door_s_page(cast, session, own, sign_in):
    page = sign_in(cast.people["manager"]).get(address(session, "ticket"))
    assert page.context["row"] == own
    assert "<svg" in page.context["qr"]
    assert page.context["number"].replace(" ", "").isdigit()
    assert sign_in(cast.people["staff"]).get(address(session, "ticket")).status_code == 404


def test_looking_writes_nothing_and_a_press_receives(session, own, desk):
    url = address(session, "check_in", own.pk)
    page = desk.get(url)
    assert (page.context["sign"].look, DoorOperation.objects.count()) == ("ask", 0)
    press = {"page": str(uuid4()), "check_in": str(own.pk)}
    green = desk.post(url, press, follow=True)
    assert (green.context["sign"].look, words(green, "h1")) == ("green", ["受付しました"])
    again = desk.post(url, press, follow=True)
    assert (again.context["sign"].look, DoorOperation.objects.count()) == ("green", 1)
    assert desk.get(url).context["sign"].look == "amber"
    undone = desk.post(url, {"page": str(uuid4()), "undo": str(own.pk)}, follow=True)
    assert undone.context["sign"].look == "ask"
    own.refresh_from_db()
    assert own.attended is None


def test_another_day_s_code_is_red_and_a_cancelled_session_s_too(cast, session, own, desk):
    other = make_attendance(make_session(cast.programme), own.person, attended=None)
    assert desk.get(address(other.session, "check_in", other.pk)).context["sign"].look == "red"
    type(session).objects.filter(pk=session.pk).update(state="cancelled")
    assert desk.get(address(session, "check_in", own.pk)).context["sign"].look == "red"
    desk.post(address(session, "check_in", own.pk), {"page": str(uuid4()), "check_in": str(own.pk)})
    own.refresh_from_db()
    assert own.attended is None


def test_others_see_that_it_is_a_code_and_cannot_receive(cast, session, own, sign_in):
    client, url = sign_in(cast.people["manager"]), address(session, "check_in", own.pk)
    page = client.get(url)
    assert page.templates[0].name == "programmes/door/code.html"
    assert own.person.name not in words(page, "h1")
    assert client.post(url, {"page": str(uuid4()), "check_in": str(own.pk)}).status_code == 403
    assert sign_in(cast.people["neighbour"]).get(url).status_code == 404


def test_a_press_for_another_row_receives_nobody(cast, session, own, people, desk):
    desk.post(address(session, "check_in", own.pk), {"page": str(uuid4()), "check_in": str(people[3].pk)})
    assert DoorOperation.objects.count() == 0


# --- Paper ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("paper", "name"), [("list", "受付名簿"), ("badges", "名札")])
def test_list_and_badges_come_as_pdf(session, people, desk, settings, tmp_path, paper, name):
    settings.MEDIA_ROOT = tmp_path
    answer = desk.post(address(session, "print_paper"), {"paper": paper})
    job = Job.objects.get()
    assert answer["Location"] == reverse("jobs:progress", args=[job.pk])
    run_job(str(job.pk), str(job.requested_by_id))
    job.refresh_from_db()
    assert (job.state, job.error) == ("done", "")
    file = desk.get(job.result_url)
    assert b"".join(file.streaming_content).startswith(b"%PDF")
    assert StoredFile.objects.get().name.startswith(name)


def test_only_paper_that_there_is(session, desk):
    assert desk.post(address(session, "print_paper"), {"paper": "x"}).status_code == 404


def test_badges_are_for_who_is_expected_on_site():
    from programmes.rendering.door_papers import Line

    assert [Line("", name, "", "", "").size for name in ("高橋 陽子", "グエン・ティ・ラン・アン", "A" * 30)] == [
        "large",
        "middle",
        "small",
    ]
