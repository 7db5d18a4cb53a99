"""Dated facts beside the text, and the company's side of the pages that show it: where it stands, by stage and by role."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from audit.models import Event
from companies.models import Person
from notifications.models import OutgoingMail
from policies import queries, services
from policies.enums import EvidenceKind, State
from policies.models import Announcement, ApprovalRequest, Cycle, Evidence, ReadReceipt
from tests.counting import queries_of
from tests.policies.deciding import NOW, TODAY, approved, ask, consult, endorsed, president_of, submitted
from tests.policies.reviewing import cycle_of
from tests.policies.test_approval import holding
from tests.reading import rows
from tests.roles import WebClient, seen_by


@pytest.fixture
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def url(cast, name: str, *more, query: str = "") -> str:
    return reverse(f"policies:{name}", args=[cast.company.pk, *more]) + query


FACT = {"happened_on": str(TODAY), "who": "従業員代表", "text": "長時間労働について話した。"}


# --- Facts --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", EvidenceKind.values)
def test_a_fact_is_recorded_with_its_day_and_its_file(cast, sign_in, media, kind):
    file = SimpleUploadedFile("議事録.pdf", b"%PDF-1.7 minutes")
    client = sign_in(cast.people["staff"])
    response = client.post(url(cast, "add_evidence", query=f"?kind={kind}"), FACT | {"file": file})
    assert (response.status_code, response["Location"]) == (302, url(cast, "evidence"))
    evidence = Evidence.objects.get()
    assert (evidence.kind, evidence.happened_on, evidence.who, evidence.recorded_by) == (
        kind,
        TODAY,
        "従業員代表",
        cast.people["staff"],
    )
    assert (evidence.file.name, evidence.file.is_content, evidence.file.company_id) == (
        "議事録.pdf",
        True,
        cast.company.pk,
    )
    download = client.get(url(cast, "proof", evidence.file_id))
    assert b"".join(download.streaming_content) == b"%PDF-1.7 minutes"
    assert Event.objects.get(verb="evidence.recorded").detail["kind"] == kind


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("happened_on", ""),
        ("happened_on", str(TODAY + timedelta(days=2))),
        ("who", ""),
        ("who", "あ" * 201),
        ("text", ""),
        ("text", "a\x00b"),
        ("file", SimpleUploadedFile("virus.exe", b"MZ")),
        ("file", SimpleUploadedFile("empty.pdf", b"")),
    ],
)
def test_bad_input_is_said_at_the_field(cast, sign_in, media, field, value):
    response = sign_in(cast.people["staff"]).post(
        url(cast, "add_evidence", query="?kind=dialogue"), FACT | {field: value}
    )
    assert (response.status_code, list(response.context["form"].errors)) == (200, [field])
    assert Evidence.objects.count() == 0


def test_an_unknown_kind_is_not_there(cast, sign_in):
    client = sign_in(cast.people["staff"])
    assert client.get(url(cast, "add_evidence", query="?kind=rumour")).status_code == 404
    assert client.get(url(cast, "add_evidence")).status_code == 200


def test_what_was_recorded_in_error_is_struck_out_and_stays(cast, sign_in):
    evidence = consult(cast)
    client = sign_in(cast.people["manager"])
    page = url(cast, "cancel_evidence", evidence.pk)
    assert client.get(page).status_code == 200
    assert Evidence.objects.get().cancelled_at is None
    assert client.post(page).status_code == 302
    assert Evidence.objects.get().cancelled_at is not None
    html = client.get(url(cast, "evidence")).content.decode()
    assert 'class="struck"' in html
    assert page not in html


@pytest.mark.parametrize("who", ["adviser", "secretariat"])
def test_only_the_company_records_and_strikes_out(cast, who):
    evidence, actor = consult(cast), cast.people[who]
    with seen_by(actor), pytest.raises(PermissionDenied):
        services.cancel_evidence(evidence=evidence, actor=actor, now=NOW)
    with pytest.raises(PermissionDenied):
        consult(cast, who=who)


def statuses(response) -> dict[str, str]:
    return {stage.kind: stage.status for stage in response.context["stages"]}


def test_the_stages_open_one_after_the_other(cast, sign_in):
    client = sign_in(cast.people["staff"])
    assert statuses(client.get(url(cast, "evidence"))) == {
        "expertise": "not_started",
        "dialogue": "not_started",
        "communication": "blocked",
        "embedding": "blocked",
    }
    approved(cast)
    response = client.get(url(cast, "evidence"))
    assert statuses(response) == {
        "expertise": "filled",
        "dialogue": "not_started",
        "communication": "not_started",
        "embedding": "not_started",
    }
    assert response.context["may_announce"]


def test_the_number_of_questions_does_not_grow_with_the_entries(cast, sign_in):
    approved(cast)
    client = sign_in(cast.people["staff"])

    def add(number):
        consult(cast)
        with seen_by(cast.people["staff"]):
            announced = services.announce(cycle=cycle_of(cast), title=f"部署{number}", actor=cast.people["staff"])
        return announced.announcement

    first = add(0)
    ReadReceipt.objects.create(
        cycle=first.cycle, company=first.company, programme=first.programme, announcement=first, name="田中"
    )
    pages = [url(cast, "evidence"), url(cast, "announcement", first.pk)]
    few = [len(queries_of(client, page)) for page in pages]
    for number in range(30):
        add(number)
        ReadReceipt.objects.create(
            cycle=first.cycle,
            company=first.company,
            programme=first.programme,
            announcement=first,
            name=f"社員{number}",
        )
    assert [len(queries_of(client, page)) for page in pages] == few


# --- The staff ----------------------------------------------------------------------------------------------------------------


def test_before_the_approval_there_is_nothing_to_announce(cast, sign_in):
    endorsed(cast)
    client = sign_in(cast.people["staff"])
    assert client.get(url(cast, "announce")).context["is_time"] is False
    assert client.post(url(cast, "announce"), {"title": "全員"}).status_code == 302
    assert Announcement.objects.count() == 0


def test_the_link_for_the_staff_is_shown_once_and_kept_as_its_hash(cast, sign_in, settings):
    settings.PORTAL_URL = "https://portal.example"
    approved(cast)
    client = sign_in(cast.people["staff"])
    response = client.post(url(cast, "announce"), {"title": "本社の全従業員"})
    assert response.status_code == 200
    html = response.content.decode()
    address = response.context["address"]
    assert address.startswith("https://portal.example/read/")
    assert address in html
    assert 'class="qr-code"' in html
    token = address.split("/")[-2]
    announcement = Announcement.objects.get()
    assert announcement.token_hash == services.token_hash(token)
    assert holding(token) == set()
    for page in (url(cast, "evidence"), url(cast, "announcement", announcement.pk)):
        assert token not in client.get(page).content.decode()


def test_the_company_sees_who_has_read_it_and_when(cast, sign_in):
    approved(cast)
    client = sign_in(cast.people["staff"])
    response = client.post(url(cast, "announce"), {"title": "全員"})
    path = "/read/" + response.context["address"].split("/read/")[1]
    announcement = Announcement.objects.get()
    page = url(cast, "announcement", announcement.pk)
    assert rows(client.get(page)) == []
    for name in ("田中", "佐藤"):
        WebClient().post(path, {"name": name})
    assert [row[0] for row in rows(client.get(page))] == ["田中", "佐藤"]
    assert client.post(url(cast, "close_announcement", announcement.pk)).status_code == 302
    assert WebClient().get(path).status_code == 404
    assert [row[0] for row in rows(client.get(page))] == ["田中", "佐藤"]


def test_a_lost_link_is_made_anew(cast, sign_in):
    approved(cast)
    client = sign_in(cast.people["staff"])
    first = client.post(url(cast, "announce"), {"title": "全員"}).context["address"]
    page = url(cast, "renew_announcement", Announcement.objects.get().pk)
    assert client.get(page).status_code == 200
    second = sign_in(cast.people["manager"]).post(page).context["address"]
    assert first != second
    assert Announcement.objects.get().created_by == cast.people["manager"]
    client.post(url(cast, "close_announcement", Announcement.objects.get().pk))
    assert client.post(page).status_code == 302


# --- The approval, as the company sees it --------------------------------------------------------------------------------------


def test_asking_shows_the_link_once_with_the_text_to_sign(cast, sign_in, settings):
    settings.PORTAL_URL = "https://portal.example"
    endorsed(cast)
    president = president_of(cast, email="shacho@example.com")
    client = sign_in(cast.people["staff"])
    page = url(cast, "request_approval")
    assert client.get(page).context["form"].fields["approver"].choices[0][0] == str(president.pk)
    response = client.post(page, {"approver": str(president.pk)})
    html, address = response.content.decode(), response.context["address"]
    assert (response.status_code, response["Cache-Control"]) == (200, "private, no-store")
    assert address in html
    assert 'class="qr-code"' in html
    assert 'class="signature"' in html
    assert ApprovalRequest.objects.get().revision.content["sections"][0]["paragraphs"][0]["ja"] in html
    token = address.split("/")[-2]
    for name in ("approval", "request_approval", "approval_sheet"):
        assert token not in client.get(url(cast, name)).content.decode()
    assert WebClient().get(f"/approve/{token}/").status_code == 200


def test_nobody_else_than_people_of_the_company_can_be_chosen(cast, sign_in):
    endorsed(cast)
    stranger = cast.people["neighbour"].people.get()
    response = sign_in(cast.people["staff"]).post(url(cast, "request_approval"), {"approver": str(stranger.pk)})
    assert list(response.context["form"].errors) == ["approver"]
    assert ApprovalRequest.objects.count() == 0


def test_the_one_who_asks_is_not_offered(cast, sign_in):
    endorsed(cast)
    form = sign_in(cast.people["staff"]).get(url(cast, "request_approval")).context["form"]
    own = cast.people["staff"].people.get()
    assert str(own.pk) not in [choice[0] for choice in form.fields["approver"].choices]


def test_somebody_whom_the_portal_does_not_know_can_be_named(cast, sign_in):
    endorsed(cast)
    client, page = sign_in(cast.people["staff"]), url(cast, "request_approval")
    missing = client.post(page, {"approver": "other", "name": " "})
    assert list(missing.context["form"].errors) == ["name"]
    own = client.post(page, {"approver": "other", "name": "森", "email": cast.people["staff"].email})
    assert list(own.context["form"].errors) == ["email"]
    assert not Person.objects.filter(company=cast.company, level="management").exists()
    named = {"approver": "other", "name": "髙﨑 恵", "title": "代表取締役社長", "email": "takasaki@example.com"}
    assert client.post(page, named).status_code == 200
    approver = ApprovalRequest.objects.get().approver
    assert (approver.name_ja, approver.title, approver.level, approver.company) == (
        "髙﨑 恵",
        "代表取締役社長",
        "management",
        cast.company,
    )
    assert OutgoingMail.objects.filter(recipient="takasaki@example.com").count() == 1


@pytest.mark.parametrize("state", State.values)
def test_the_page_of_the_approval_in_every_state(cast, sign_in, state):
    submitted(cast)
    Cycle.objects.update(state=state)
    response = sign_in(cast.people["manager"]).get(url(cast, "approval"))
    may = state in ("submitted", "in_review", "changes_requested", "endorsed")
    assert (response.status_code, response.context["may_ask"], response.context["may_record_paper"]) == (200, may, may)


def test_calling_off_asks_first(cast, sign_in):
    endorsed(cast)
    ask(cast, president_of(cast))
    client = sign_in(cast.people["staff"])
    assert client.get(url(cast, "cancel_approval")).status_code == 200
    assert ApprovalRequest.objects.get().cancelled_at is None
    assert client.post(url(cast, "cancel_approval")).status_code == 302
    assert ApprovalRequest.objects.get().cancelled_at is not None


def paper(cast, **fields) -> dict:
    content = queries.working_content(cycle_of(cast))
    return {
        "scan": SimpleUploadedFile("scan.pdf", b"%PDF-1.7 signed"),
        "name": "社長 太郎",
        "title": "代表取締役",
        "decided_on": str(TODAY),
        "is_same_text": "on",
        "sha256": services.digest(content),
    } | fields


def test_a_signed_paper_is_recorded_and_can_be_read_again(cast, sign_in, media):
    endorsed(cast)
    president = president_of(cast)
    client = sign_in(cast.people["manager"])
    shown = client.get(url(cast, "paper_approval"))
    assert shown.context["form"].initial["sha256"] == shown.context["paper"].sha256
    response = client.post(url(cast, "paper_approval"), paper(cast, approver=str(president.pk)))
    assert (response.status_code, response["Location"]) == (302, url(cast, "approval"))
    request = ApprovalRequest.objects.get()
    assert (request.way, cycle_of(cast).state) == ("paper", State.APPROVED)
    assert url(cast, "proof", request.scan_id) in client.get(url(cast, "approval")).content.decode()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("scan", ""),
        ("scan", SimpleUploadedFile("scan.docx", b"PK")),
        ("approver", ""),
        ("name", ""),
        ("title", ""),
        ("decided_on", "2999-01-01"),
        ("is_same_text", ""),
        ("sha256", "0" * 64),
        ("sha256", "x"),
    ],
)
def test_a_paper_that_is_not_complete_records_nothing(cast, sign_in, media, field, value):
    endorsed(cast)
    given = paper(cast, approver=str(president_of(cast).pk)) | {field: value}
    response = sign_in(cast.people["manager"]).post(url(cast, "paper_approval"), given)
    assert response.status_code == 200
    assert response.context["form"].errors
    assert (ApprovalRequest.objects.count(), cycle_of(cast).state) == (0, State.ENDORSED)


def test_a_file_of_another_company_is_not_there(cast, sign_in, media):
    evidence = consult(cast, file=("a.pdf", b"%PDF-1.7"))
    neighbour = sign_in(cast.people["neighbour"])
    own = reverse("policies:proof", args=[cast.neighbour.company_id, evidence.file_id])
    assert neighbour.get(own).status_code == 404
    assert neighbour.get(url(cast, "proof", evidence.file_id)).status_code == 404
    assert sign_in(cast.people["secretariat"]).get(url(cast, "proof", evidence.file_id)).status_code == 404
    response = sign_in(cast.people["adviser"]).get(url(cast, "proof", evidence.file_id))
    assert b"".join(response.streaming_content) == b"%PDF-1.7"


READ = {"manager": 200, "staff": 200, "adviser": 200, "secretariat": 404, "neighbour": 404, "nobody": 404}
WRITE = READ | {"adviser": 403}
DECIDE = WRITE | {"staff": 403}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("approval", READ),
        ("approval_sheet", READ),
        ("evidence", READ),
        ("announcement", READ),
        ("request_approval", WRITE),
        ("cancel_approval", WRITE),
        ("add_evidence", WRITE),
        ("cancel_evidence", WRITE),
        ("announce", WRITE),
        ("renew_announcement", WRITE),
        ("close_announcement", WRITE),
        ("paper_approval", DECIDE),
    ],
)
def test_pages_by_role(cast, sign_in, name, expected):
    approved(cast)
    with seen_by(cast.people["staff"]):
        announcement = services.announce(cycle=cycle_of(cast), title="全員", actor=cast.people["staff"]).announcement
    more = {"cancel_evidence": [Evidence.objects.get().pk]}
    more |= {key: [announcement.pk] for key in ("announcement", "renew_announcement", "close_announcement")}
    page = url(cast, name, *more.get(name, []))
    assert {who: sign_in(cast.people[who]).get(page).status_code for who in expected} == expected
