"""Certificates of attendance: issued in bulk, frozen, on paper, revoked, and checked by anybody who has the code."""

import io
from collections import Counter
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation
from pypdf import PdfReader

from audit.models import Event
from companies.models import Person
from jobs.models import Job
from jobs.tasks import run_job, runs
from notifications.models import OutgoingMail, Reminder
from notifications.rendering import render_item
from notifications.services import send_digests
from programmes.enums import DoorDeed
from programmes.models import Certificate, Organisation
from programmes.queries import certificates as queries
from programmes.rendering.certificates import Paper, certificates_page, certificates_pdf
from programmes.services import certificates as services
from programmes.services import door
from programmes.tasks import certificates as tasks
from tests.counting import queries_of
from tests.factories import make_attendance, make_company, make_person, make_session
from tests.reading import rows
from tests.roles import seen_by, web_role

pytestmark = pytest.mark.django_db

NOW = timezone.now()


@pytest.fixture(autouse=True)
def media_root(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture(autouse=True)
def unhurried(monkeypatch):
    """The thread that renews a lease has a line of its own, which does not see the rows of a test."""
    monkeypatch.setattr(runs, "RENEW_SECONDS", 3600)


@pytest.fixture
def held(cast):
    return make_session(
        cast.programme,
        title_ja="実務担当者教育 ワークショップ",
        title_en="Workshop",
        starts_at=NOW - timedelta(days=10),
        venue_ja="Room D",
        venue_en="Room D",
    )


@pytest.fixture
def person(cast):
    return make_person(cast.company, name_ja="髙橋 陽子", name_en="Yoko Takahashi", title="総務課長")


@pytest.fixture
def came(held, person):
    return make_attendance(held, person)


def issue(cast, session, *, who="secretariat", **fields) -> list[Certificate]:
    with seen_by(cast.people[who]):
        return services.issue_certificates(session=session, actor=cast.people[who], now=NOW, **fields)


def page(session, name="certificates", *ids) -> str:
    return reverse(f"programmes:{name}", args=[session.programme_id, session.pk, *ids])


def file_of(certificate) -> str:
    return reverse("programmes:certificate", args=[certificate.company_id, certificate.pk])


def check(code: str) -> str:
    return reverse("programmes:verify_certificate", args=[code])


def work(job: Job) -> Job:
    """Do the job as a worker would, under the web role."""
    with web_role():
        run_job(str(job.pk), str(job.requested_by_id))
    job.refresh_from_db()
    return job


def made(cast, session, **fields) -> Job:
    user = cast.people["secretariat"]
    with seen_by(user):
        job = services.request_certificates(session=session, actor=user, **fields)
    return work(job)


def body(response) -> bytes:
    return b"".join(response.streaming_content)


def text_of(pdf: bytes) -> list[str]:
    return ["".join(one.extract_text().split()) for one in PdfReader(io.BytesIO(pdf)).pages]


# --- Codes ------------------------------------------------------------------------------------------------------------


def test_a_code_has_128_bits_in_letters_that_are_not_mistaken():
    assert len(queries.ALPHABET) ** queries.CODE_LENGTH >= 2**128
    assert len(set(queries.ALPHABET)) == len(queries.ALPHABET)
    assert not set("0O1IL2Z5S8BUu") & set(queries.ALPHABET)
    codes = [queries.new_code() for _ in range(200)]
    assert len(set(codes)) == 200
    assert {len(code) for code in codes} == {queries.CODE_LENGTH}
    assert len(Counter("".join(codes))) == len(queries.ALPHABET)


def test_a_code_is_read_however_it_is_typed():
    code = queries.new_code()
    wide = "".join(chr(ord(char) + 0xFEE0) for char in code)
    for typed in (code, code.lower(), queries.grouped(code), f" {queries.grouped(code)} ", wide, " ".join(code)):
        assert queries.read_code(typed) == code
    for typed in ("", code[:-1], code + "A", "O" + code[1:], "<script>", "\x00" * 28):
        assert queries.read_code(typed) == ""


# --- Issuing ----------------------------------------------------------------------------------------------------------


def test_what_is_printed_is_frozen_with_the_names_of_the_day(cast, held, came, person):
    Organisation.objects.create(programme=cast.programme, role="organiser", name_ja="産業会", name_en="Association")
    (certificate,) = issue(cast, held)
    person.name_ja, person.title = "別の名前", "社長"
    person.save()
    certificate.refresh_from_db()
    content = certificate.content
    assert (content["name"], content["title"]) == ({"ja": "髙橋 陽子", "en": "Yoko Takahashi"}, "総務課長")
    assert content["session"] == {"ja": "実務担当者教育 ワークショップ", "en": "Workshop"}
    assert content["issuer"] == {"ja": "産業会", "en": "Association"}
    assert (content["mode"], content["venue"]["ja"]) == ("onsite", "Room D")
    assert content["issued_on"] == timezone.localdate(NOW).isoformat()
    assert Event.objects.filter(verb="certificate.issued", company_id=cast.company.pk).count() == 1


def test_only_who_came_gets_one_and_nobody_two(cast, held, came):
    make_attendance(held, make_person(cast.company), attended=False)
    make_attendance(held, make_person(cast.company), attended=None)
    make_attendance(make_session(cast.programme), make_person(cast.company))
    assert [one.attendance for one in issue(cast, held)] == [came]
    assert issue(cast, held) == []
    assert Certificate.objects.count() == 1


def test_a_language_without_a_name_stays_empty(cast, held):
    make_attendance(held, make_person(cast.company, name_ja="", name_en="Only English"))
    (certificate,) = issue(cast, held)
    assert certificate.content["name"] == {"ja": "", "en": "Only English"}


@pytest.mark.parametrize("who", ["manager", "adviser", "other_secretariat", "nobody"])
def test_nobody_else_issues_prints_or_revokes(cast, held, came, who):
    (certificate,) = issue(cast, held)
    actor = cast.people[who]
    with seen_by(actor):
        for deed in (
            lambda: services.issue_certificates(session=held, actor=actor, now=NOW),
            lambda: services.request_certificates(session=held, actor=actor),
            lambda: services.request_print(session=held, actor=actor),
            lambda: services.revoke_certificate(certificate=certificate, reason="x", actor=actor, now=NOW),
        ):
            with pytest.raises(PermissionDenied):
                deed()


def statements(deed) -> int:
    with CaptureQueriesContext(connection) as captured:
        deed()
    return len(captured)


def test_a_batch_takes_as_many_statements_for_thirty_as_for_one(cast, held, came):
    one = statements(lambda: issue(cast, held))
    for number in range(30):
        make_attendance(held, make_person(cast.company if number % 2 else cast.neighbour.company))
    assert statements(lambda: issue(cast, held)) == one
    assert Certificate.objects.count() == 31


def test_keeping_files_takes_as_many_statements_for_thirty_as_for_one(cast, held, came):
    def keep(certificates):
        drawn = [(one, "a.pdf", f"%PDF {one.code}".encode()) for one in certificates]
        with seen_by(cast.people["secretariat"]):
            services.keep_files(drawn=drawn, actor=cast.people["secretariat"])

    first = issue(cast, held)
    one = statements(lambda: keep(first))
    for number in range(30):
        make_attendance(held, make_person(cast.company if number % 2 else cast.neighbour.company))
    more = issue(cast, held)
    assert statements(lambda: keep(more)) == one
    assert Certificate.objects.filter(file=None).count() == 0
    stored = Certificate.objects.get(pk=first[0].pk).file
    assert (stored.company_id, stored.programme_id) == (cast.company.pk, cast.programme.pk)


# --- The jobs ---------------------------------------------------------------------------------------------------------


def test_one_job_issues_and_draws_for_everybody(cast, held, came, sign_in, monkeypatch):
    monkeypatch.setattr(tasks, "ISSUE_BATCH", 2)
    monkeypatch.setattr(tasks, "DRAW_BATCH", 2)
    for _ in range(2):
        make_attendance(held, make_person(cast.neighbour.company))
    client = sign_in(cast.people["secretariat"])
    assert client.post(page(held, "issue_certificates")).status_code == 302
    job = work(Job.objects.get(kind=queries.ISSUE_KIND))
    assert (job.state, job.result_url) == (Job.State.DONE, page(held)), job.error
    assert Certificate.objects.exclude(file=None).count() == 3
    certificate = Certificate.objects.get(attendance=came)
    (text,) = text_of(body(sign_in(cast.people["staff"]).get(file_of(certificate))))
    for words in ("髙橋陽子", "YokoTakahashi", "総務課長", "実務担当者教育ワークショップ", "RoomD"):
        assert words in text
    assert queries.grouped(certificate.code) in text
    assert "出席証明書" in text
    assert "CertificateofAttendance" in text


def test_one_person_alone(cast, held, came):
    other = make_attendance(held, make_person(cast.company))
    job = made(cast, held, attendance_id=other.pk)
    assert job.state == Job.State.DONE, job.error
    assert [one.attendance for one in Certificate.objects.all()] == [other]
    again = made(cast, held, attendance_id=other.pk)
    assert (again.state, again.error_code) == (Job.State.FAILED, "nobody")


def test_a_job_that_was_interrupted_goes_on_where_it_stood(cast, held, came):
    """What an attempt issued and did not draw, the next one draws, and issues nothing twice."""
    (certificate,) = issue(cast, held)
    make_attendance(held, make_person(cast.neighbour.company))
    assert made(cast, held).state == Job.State.DONE
    assert Certificate.objects.count() == 2
    certificate.refresh_from_db()
    assert certificate.file is not None


def test_the_job_of_somebody_who_lost_the_seat_does_nothing(cast, held, came):
    user = cast.people["secretariat"]
    with seen_by(user):
        job = services.request_certificates(session=held, actor=user)
    user.seats.update(ended_at=NOW)
    work(job)
    assert not Certificate.objects.exists()


def test_one_file_to_print_has_a_page_for_each_valid_one(cast, held, came, sign_in):
    second = make_attendance(held, make_person(cast.neighbour.company, name_ja="隣 太郎"))
    third = make_attendance(held, make_person(cast.company, name_ja="取消 花子"))
    issue(cast, held)
    revoke(cast, Certificate.objects.get(attendance=third))
    client = sign_in(cast.people["secretariat"])
    assert client.post(page(held, "print_certificates")).status_code == 302
    job = work(Job.objects.get(kind=queries.PRINT_KIND))
    pages = text_of(body(client.get(job.result_url)))
    assert len(pages) == 2
    assert ["髙橋陽子" in pages[0], "隣太郎" in pages[1]] == [True, True]
    assert second.person.name_ja == "隣 太郎"
    assert sign_in(cast.people["manager"]).get(job.result_url).status_code == 404


def test_nothing_to_print_is_said(cast, held):
    user = cast.people["secretariat"]
    with seen_by(user):
        job = services.request_print(session=held, actor=user)
    assert (work(job).state, job.error_code) == (Job.State.FAILED, "none")


# --- On paper ---------------------------------------------------------------------------------------------------------

CONTENT = {
    "version": 1,
    "name": {"ja": "髙橋 陽子", "en": "Yoko Takahashi"},
    "title": "総務課長",
    "company": {"ja": "会社", "en": "Company"},
    "session": {"ja": "会", "en": "Session"},
    "programme": {"ja": "事業", "en": "Programme"},
    "starts_at": "2024-12-18T04:00:00+00:00",
    "ends_at": "2024-12-18T07:30:00+00:00",
    "mode": "onsite",
    "venue": {"ja": "会場", "en": "Venue"},
    "issuer": {"ja": "発行者", "en": "Issuer"},
    "issued_on": "2024-12-20",
}


def paper(**fields) -> Paper:
    return Paper(queries.new_code(), CONTENT | fields)


def test_it_is_one_page_across_whatever_the_length():
    long = {"ja": "長" * 200, "en": "Long words " * 18}
    name = {"ja": "名" * 100, "en": "N" * 100}
    for one in (
        paper(),
        paper(name=name, company=long, title="肩" * 100, session=long, programme=long, issuer=long, venue=long),
    ):
        reader = PdfReader(io.BytesIO(certificates_pdf([one], language="ja")))
        assert len(reader.pages) == 1
        box = reader.pages[0].mediabox
        assert (round(float(box.width)), round(float(box.height))) == (842, 595)


def test_it_says_the_day_in_both_languages_and_where_it_is_checked(settings):
    settings.PORTAL_URL = "https://portal.example"
    one = paper()
    (text,) = text_of(certificates_pdf([one], language="ja"))
    for words in ("2024年12月18日(水)13:00〜16:30", "18December2024(Wed)13:00–16:30", "https://portal.example/verify/"):
        assert words in text
    html = certificates_page([one], language="ja")
    assert f'src="asset:qr-{one.code}"' in html


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "<img src=file:///etc/passwd>", "a\x0bb\x00c"])
def test_hostile_names_are_only_names(text):
    both = {"ja": text, "en": text}
    one = paper(name=both, company=both, title=text, session=both, programme=both, issuer=both, venue=both)
    html = certificates_page([one], language="ja")
    assert "<script" not in html
    assert "<img src=file" not in html
    assert len(text_of(certificates_pdf([one], language="ja"))) == 1


def test_somebody_online_was_at_no_venue():
    (text,) = text_of(certificates_pdf([paper(mode="online")], language="en"))
    assert "オンライン" in text
    assert "Venue" not in text


# --- Revoking ---------------------------------------------------------------------------------------------------------


def revoke(cast, certificate, **fields):
    with seen_by(cast.people["secretariat"]):
        services.revoke_certificate(
            certificate=certificate, reason="氏名の誤り", actor=cast.people["secretariat"], now=NOW, **fields
        )


def test_revoking_keeps_the_row_and_its_reason(cast, held, came):
    (certificate,) = issue(cast, held)
    assert queries.has_certificate(came)
    revoke(cast, certificate)
    certificate.refresh_from_db()
    assert certificate.revoked_at == NOW
    assert not queries.has_certificate(came)
    event = Event.objects.get(verb="certificate.revoked")
    assert (event.detail["reason"], event.company_id) == ("氏名の誤り", cast.company.pk)
    with pytest.raises(services.NotValid):
        revoke(cast, certificate)


def test_issuing_again_has_the_new_name_and_a_new_code(cast, held, came, person, sign_in):
    (old,) = issue(cast, held)
    person.name_ja = "髙橋 洋子"
    person.save()
    client = sign_in(cast.people["secretariat"])
    assert client.post(page(held, "revoke_certificate", old.pk), {"reason": "誤字", "again": "on"}).status_code == 302
    work(Job.objects.get(kind=queries.ISSUE_KIND))
    new = Certificate.objects.valid().get()
    assert (new.content["name"]["ja"], new.attendance) == ("髙橋 洋子", came)
    assert new.code != old.code
    assert new.file is not None


def test_a_reason_is_asked(cast, held, came, sign_in):
    (certificate,) = issue(cast, held)
    client = sign_in(cast.people["secretariat"])
    response = client.post(page(held, "revoke_certificate", certificate.pk), {"reason": " "})
    assert response.status_code == 200
    assert 'href="#id_reason"' in response.content.decode()
    assert queries.has_certificate(came)


def test_who_is_not_on_the_list_any_more_gets_no_other(cast, held, came, sign_in):
    (certificate,) = issue(cast, held)
    came.attended, came.actual_mode = None, ""
    came.save()
    client = sign_in(cast.people["secretariat"])
    client.post(page(held, "revoke_certificate", certificate.pk), {"reason": "欠席", "again": "on"})
    assert not Certificate.objects.valid().exists()
    assert not Job.objects.exists()


def taken_back(held, row, actor):
    correction = door.Correction(attended=False, mode="", is_late=False, left_early=False, reason="人違い")
    door.correct_attendance(attendance=row, correction=correction, actor=actor)


def undone(held, row, actor):
    tap = door.Tap(uuid4(), row.pk, DoorDeed.UNDO, "onsite", NOW)
    assert [one.outcome for one in door.record_taps(session=held, taps=[tap], actor=actor)] == ["done"]


@pytest.mark.parametrize("take_back", [taken_back, undone])
def test_who_is_taken_off_the_list_has_no_valid_certificate(cast, held, came, take_back):
    other = make_attendance(held, make_person(cast.company))
    issue(cast, held)
    actor = cast.people["secretariat"]
    with seen_by(actor):
        take_back(held, came, actor)
    assert [one.attendance for one in Certificate.objects.valid()] == [other]
    assert Event.objects.get(verb="certificate.revoked").detail["reason"] == services.ABSENT
    assert issue(cast, held) == []


def test_a_company_finds_its_certificates_and_its_presentation_on_its_page(cast, sign_in):
    meeting = make_session(cast.programme, strand="closing", starts_at=NOW + timedelta(days=3))
    make_session(cast.other_programme, strand="closing", starts_at=NOW + timedelta(days=3), title_ja="よその報告会")
    html = sign_in(cast.people["staff"]).get(reverse("programmes:company_sessions", args=[cast.company.pk])).content
    html = html.decode()
    assert reverse("programmes:presentation", args=[cast.company.pk, meeting.pk]) in html
    assert reverse("programmes:company_certificates", args=[cast.company.pk]) in html
    assert "よその報告会" not in html


# --- Pages ------------------------------------------------------------------------------------------------------------


def test_the_list_names_everybody_who_came(cast, held, came, sign_in):
    make_attendance(held, make_person(cast.neighbour.company, name_ja="隣 太郎"))
    issue(cast, held, attendance_ids=[came.pk])
    client = sign_in(cast.people["secretariat"])
    found = rows(client.get(page(held)))
    assert [row[0] for row in found] == ["髙橋 陽子", "隣 太郎"]
    assert queries.grouped(Certificate.objects.get().code) in found[0][3]
    assert found[1][3] == "–"


@pytest.mark.parametrize(
    ("who", "status"), [("secretariat", 200), ("manager", 403), ("adviser", 403), ("other_secretariat", 404)]
)
def test_who_issues(cast, held, came, sign_in, who, status):
    assert sign_in(cast.people[who]).get(page(held)).status_code == status


@pytest.mark.parametrize("value", ["nonsense", "b0000000-0000-4000-8000-000000000000"])
def test_somebody_who_is_not_there_gets_nothing(cast, held, sign_in, value):
    response = sign_in(cast.people["secretariat"]).post(page(held, "issue_certificates"), {"person": value})
    assert response.status_code == 404
    assert not Job.objects.exists()


def test_lists_ask_as_often_for_thirty_as_for_one(cast, held, came, sign_in):
    issue(cast, held)
    desk, staff = sign_in(cast.people["secretariat"]), sign_in(cast.people["staff"])
    own = reverse("programmes:company_certificates", args=[cast.company.pk])
    before = len(queries_of(desk, page(held))), len(queries_of(staff, own))
    for _ in range(29):
        make_attendance(held, make_person(cast.company))
    issue(cast, held)
    assert (len(queries_of(desk, page(held))), len(queries_of(staff, own))) == before


def test_a_company_sees_its_own_and_a_person_theirs_first(cast, held, sign_in):
    mine = cast.people["staff"].people.get()
    make_attendance(held, make_person(cast.company, name_ja="阿部 一郎", name_kana="アベ"))
    make_attendance(held, mine)
    make_attendance(held, make_person(cast.neighbour.company, name_ja="隣 太郎"))
    issue(cast, held)
    own = reverse("programmes:company_certificates", args=[cast.company.pk])
    found = [row[0] for row in rows(sign_in(cast.people["staff"]).get(own))]
    assert found == [f"{mine.name_ja} ご本人", "阿部 一郎"]
    assert rows(sign_in(cast.people["adviser"]).get(own))[0][0] == "阿部 一郎"
    assert sign_in(cast.people["neighbour"]).get(own).status_code == 404


def test_a_file_is_for_the_company_its_advisers_and_the_secretariat(cast, held, came, sign_in):
    made(cast, held)
    certificate = Certificate.objects.get()
    for who, status in (("staff", 200), ("adviser", 200), ("secretariat", 200), ("neighbour", 404), ("nobody", 404)):
        response = sign_in(cast.people[who]).get(file_of(certificate))
        assert response.status_code == status, who
        if status == 200:
            assert body(response).startswith(b"%PDF")
    revoke(cast, certificate)
    assert sign_in(cast.people["staff"]).get(file_of(certificate)).status_code == 404


# --- The check that is open to everybody ------------------------------------------------------------------------------


def test_anybody_with_the_code_reads_name_session_and_day_and_nothing_else(cast, held, came, client):
    (certificate,) = issue(cast, held)
    response = client.get(check(certificate.code))
    html = response.content.decode()
    assert response.status_code == 200
    for words in ("髙橋 陽子", "Yoko Takahashi", "実務担当者教育 ワークショップ", "この証明書は有効です"):
        assert words in html
    for words in (cast.company.name_ja, "総務課長", "Room D"):
        assert words not in html
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert response["Cache-Control"] == "private, no-store"
    assert client.get(check(queries.grouped(certificate.code).lower())).status_code == 200


def test_a_revoked_one_says_so(cast, held, came, client):
    (certificate,) = issue(cast, held)
    revoke(cast, certificate)
    html = client.get(check(certificate.code)).content.decode()
    assert "この証明書は有効ではありません" in html
    assert "この証明書は有効です" not in html


def test_every_code_that_opens_nothing_is_answered_alike(cast, held, came, client):
    issue(cast, held)
    answers = {
        client.get(check(code)).content.replace(code.encode(), b"") for code in (queries.new_code(), "none", "a" * 300)
    }
    statuses = {client.get(check(code)).status_code for code in (queries.new_code(), "none")}
    assert statuses == {404}
    # The form's own token differs each time.
    assert len({answer.split(b"csrfmiddlewaretoken")[0] for answer in answers}) == 1


def test_guessing_is_slowed_down(client):
    statuses = [client.get(check(queries.new_code())).status_code for _ in range(12)]
    assert statuses == [404] * 10 + [429] * 2


def test_a_typed_code_leads_to_its_page(cast, held, came, client):
    (certificate,) = issue(cast, held)
    form = reverse("programmes:verify")
    assert client.get(form).status_code == 200
    response = client.post(form, {"code": queries.grouped(certificate.code).lower()})
    assert response["Location"] == check(certificate.code)
    wrong = client.post(form, {"code": "ABC"})
    assert wrong.status_code == 200
    assert 'href="#id_code"' in wrong.content.decode()


def test_the_door_of_the_database_opens_one_row_and_names_no_company(cast, held, came):
    (certificate,) = issue(cast, held)
    with seen_by(None), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM programmes_certificate")
        assert cursor.fetchall() == []
        cursor.execute("SELECT * FROM app.certificate('')")
        assert cursor.fetchall() == []
        cursor.execute("SELECT * FROM app.certificate(%s)", [certificate.code])
        (row,) = cursor.fetchall()
    assert cast.company.name_ja not in str(row)


def test_in_english(cast, held, came, client):
    (certificate,) = issue(cast, held)
    with translation.override("en"):
        response = client.get(check(certificate.code), headers={"accept-language": "en"})
    assert "This certificate is valid" in response.content.decode()


def test_thirty_companies_in_one_batch_share_no_name(cast, held):
    """Every certificate has the company of its own person."""
    people = [make_person(make_company(cast.programme).company) for _ in range(3)]
    for one in people:
        make_attendance(held, one)
    found = {one.attendance.person_id: one.content["company"]["ja"] for one in issue(cast, held)}
    assert found == {one.pk: one.company.name_ja for one in people}


# --- Telling whose they are -------------------------------------------------------------------------------------------


def told() -> list[tuple]:
    """Who is to be told of certificates: the account or address, where it leads, and what is said."""
    return [
        (row.to_user or row.address, row.path, row.params["en"])
        for row in Reminder.objects.filter(kind="certificate_ready", sent_on=None).order_by("created_at", "pk")
    ]


def digests() -> int:
    """Send what is due this morning, as the worker does; return to how many."""
    with web_role():
        return send_digests(now=timezone.localtime().replace(hour=9))


def item(row: Reminder, language: str):
    return render_item(row.kind, params=row.params[language], path=row.path, language=language)


def test_who_came_is_told_once_by_account_or_address(cast, held, settings):
    own = Person.objects.get(user=cast.people["staff"])
    guest = make_person(cast.company, name_ja="望月 玲子", name_en="Reiko Mochizuki", email="Shared@example.com")
    for person in (own, guest, make_person(cast.company)):
        make_attendance(held, person)
    assert made(cast, held).state == Job.State.DONE
    codes = dict(Certificate.objects.values_list("attendance__person", "code"))
    page = reverse("programmes:company_certificates", args=[cast.company.pk])
    check = reverse("programmes:verify_certificate", args=[codes[guest.pk]])
    assert {(to, path) for to, path, _params in told()} == {(cast.people["staff"], page), ("shared@example.com", check)}
    assert made(cast, held).error_code == "nobody"
    assert len(told()) == 2
    assert digests() == 2
    mails = {mail.recipient: mail for mail in OutgoingMail.objects.all()}
    body = mails["shared@example.com"].body
    assert "望月 玲子" in body
    assert f"{settings.PORTAL_URL}{check}" in body
    assert f"{settings.PORTAL_URL}{page}" in mails[cast.people["staff"].email].body
    assert (digests(), told()) == (0, [])


def test_what_is_said_is_in_the_language_of_whoever_is_told(cast, held):
    make_attendance(held, Person.objects.get(user=cast.people["staff"]))
    made(cast, held)
    (row,) = Reminder.objects.filter(kind="certificate_ready")
    assert item(row, "en").headline == "Your certificate of attendance for “Workshop” is ready"
    assert item(row, "ja").headline == "「実務担当者教育 ワークショップ」の出席証明書ができました"
    assert "among the certificates of your company" in item(row, "en").text


def test_another_certificate_is_told_of_and_the_old_one_is_not(cast, held, sign_in):
    staff = cast.people["staff"]
    make_attendance(held, Person.objects.get(user=staff))
    made(cast, held)
    (old,) = Certificate.objects.all()
    with seen_by(cast.people["secretariat"]):
        services.reissue_certificate(certificate=old, reason="姓", actor=cast.people["secretariat"], now=NOW)
    assert told() == []
    work(Job.objects.filter(state=Job.State.QUEUED).get())
    ((to, _path, params),) = told()
    assert (to, params["is_again"]) == (staff, True)
    (row,) = Reminder.objects.filter(kind="certificate_ready")
    assert "以前の証明書は無効" in item(row, "ja").text


def test_who_did_not_come_after_all_is_not_told(cast, held):
    row = make_attendance(held, Person.objects.get(user=cast.people["staff"]))
    made(cast, held)
    row.attended, row.actual_mode = False, ""
    with seen_by(cast.people["secretariat"]):
        services.revoke_absent(attendances=[row], actor=cast.people["secretariat"], now=NOW)
    assert told() == []


def test_somebody_whose_rights_ended_is_led_to_where_anybody_may_look(cast, held):
    person = Person.objects.get(user=cast.people["staff"])
    person.memberships.update(ended_at=NOW)
    make_attendance(held, person)
    made(cast, held)
    (certificate,) = Certificate.objects.all()
    ((to, path, params),) = told()
    assert (to, params["can_download"]) == (cast.people["staff"], False)
    assert path == reverse("programmes:verify_certificate", args=[certificate.code])
