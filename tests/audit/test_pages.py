"""The record of deeds: who reads whose, what stands in it, and how it is narrowed and taken out."""

import csv
import io
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from openpyxl import load_workbook

from audit.catalogue import DOWNLOADS
from audit.models import Event
from audit.services import log, log_look
from programmes.models import Enrolment
from tests.counting import queries_of
from tests.factories import make_company
from tests.reading import rows, words
from tests.security.access_table import PAGES as ADDRESSES

PAGES = ("company_trail", "programme_trail", "own_trail")


def address(name: str, cast, app="dashboards", **query) -> str:
    owner = {"company": cast.company.pk, "programme": cast.programme.pk}.get(name.split("_")[0])
    return reverse(f"{app}:{name}", args=[owner] if owner else []) + (f"?{urlencode(query)}" if query else "")


@pytest.fixture
def told(cast):
    """Deeds of many kinds, and none of those by which the cast came; returns the cast."""
    Event.objects.all().delete()
    people = cast.people
    of = {"company_id": cast.company.pk, "programme_id": cast.programme.pk}
    log(
        actor=people["manager"], verb="policy.moved", obj=cast.company, detail={"to": "submitted", "body": "秘密"}, **of
    )
    log(actor=people["adviser"], verb="advice.given", detail={"count": 3, "source": "秘密"}, **of)
    log(actor=people["secretariat"], verb="session.planned", programme_id=cast.programme.pk)
    log_look(actor=people["adviser"], obj=cast.company, now=timezone.now(), **of)
    for who in ("staff", "adviser"):
        log(actor=people[who], verb="account.signed_in", obj=people[who], detail={"by": ["password"]})
    log(actor=None, verb="account.sign_in_failed", obj=people["staff"], detail={"by": "password"})
    return cast


@pytest.mark.parametrize(
    ("who", "company", "programme"),
    [
        ("manager", 200, 403),
        ("staff", 403, 403),
        ("adviser", 403, 403),
        ("secretariat", 403, 200),
        ("neighbour", 404, 403),
        ("nobody", 404, 404),
    ],
)
def test_whose_record_is_read_by_whom(cast, sign_in, who, company, programme):
    client = sign_in(cast.people[who])
    for app, ending in (("dashboards", "trail"), ("reports", "trail_file")):
        answers = [client.get(address(f"{of}_{ending}", cast, app)).status_code for of in ("company", "programme")]
        assert answers == [company, programme]
        assert client.get(address(f"own_{ending}", cast, app)).status_code == 200


def test_a_manager_reads_who_did_what_as_whom_and_nothing_of_what_was_written(told, sign_in):
    page = sign_in(told.people["manager"]).get(address("company_trail", told))
    people = {who: told.people[who].name_ja for who in ("manager", "adviser")}
    assert [line[1:] for line in rows(page)] == [
        [f"{people['adviser']} アドバイザー", "閲覧しました", "個別相談の記録の一覧"],
        [f"{people['adviser']} アドバイザー", "助言をしました", "数: 3"],
        [f"{people['manager']} 企業の管理者", "方針の段階を進めました", "現在: 提出済み"],
    ]
    assert "秘密" not in page.content.decode()
    assert words(page, "h2")[0] == words(page, "caption")[0]


def test_the_secretariat_reads_its_programme_with_the_companies_and_narrows_it(told, sign_in):
    client = sign_in(told.people["secretariat"])
    names = [line[2] for line in rows(client.get(address("programme_trail", told)))]
    assert names == [told.company.name, "–", told.company.name, told.company.name]
    for query, count in (
        ({"kind": "policy"}, 1),
        ({"kind": "look"}, 1),
        ({"company": told.company.pk}, 3),
        ({"company": told.neighbour.company_id}, 0),
        ({"person": told.people["secretariat"].pk}, 1),
        ({"q": told.people["adviser"].name_ja}, 2),
        ({"since": timezone.localdate(), "until": timezone.localdate()}, 4),
        ({"until": timezone.localdate() - timedelta(days=1)}, 0),
        ({"kind": "policy", "person": told.people["adviser"].pk}, 0),
    ):
        page = client.get(address("programme_trail", told, **query))
        assert (query, len(rows(page))) == (query, count)
        assert bool(rows(page)) or words(page, "h2")[0] == "この条件に当てはまる操作はありません"


def test_signing_in_is_read_of_the_own_people_and_of_those_with_a_seat(told, sign_in):
    found = {
        who: {
            line[1].split(" ")[0] for line in rows(sign_in(told.people[who]).get(address(page, told, kind="sign_in")))
        }
        for who, page in (("manager", PAGES[0]), ("secretariat", PAGES[1]), ("staff", PAGES[2]))
    }
    staff, adviser = (told.people[who].name_ja.split(" ")[0] for who in ("staff", "adviser"))
    assert found == {"manager": {staff, "不明"}, "secretariat": {adviser}, "staff": {staff, "不明"}}


def test_another_companys_deeds_and_programmes_are_not_in_it(told, sign_in):
    Event.objects.create(verb="policy.moved", company_id=told.neighbour.company_id, programme_id=told.programme.pk)
    Enrolment.objects.create(
        company=told.company, programme=told.other_programme, code="C9", joined_on=told.other_programme.starts_on
    )
    Event.objects.create(verb="policy.moved", company_id=told.company.pk, programme_id=told.other_programme.pk)
    counts = [
        sign_in(told.people[who]).get(address(page, told)).context["page_obj"].paginator.count
        for who, page in (("manager", PAGES[0]), ("secretariat", PAGES[1]))
    ]
    assert counts == [4, 5]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"since": "2026-02-30"}, "2026-11-22のように日付を入力してください。"),
        ({"since": "0001-01-01"}, "年を確かめてください。"),
        ({"until": "9999-12-31"}, "年を確かめてください。"),
        ({"since": "2026-05-02", "until": "2026-05-01"}, "開始日より前の日付です。開始日以降の日付を選んでください。"),
        ({"kind": "everything"}, "この種類は選べません。もう一度選んでください。"),
        ({"company": "1"}, "この企業はプログラムに参加していません。もう一度選んでください。"),
        (
            {"company": "00000000-0000-4000-8000-000000000000"},
            "この企業はプログラムに参加していません。もう一度選んでください。",
        ),
        ({"person": "x" * 5000}, "この人は見つかりません。一覧から選んでください。"),
    ],
)
def test_nonsense_in_the_address_is_answered_in_words(told, sign_in, query, sentence):
    client = sign_in(told.people["secretariat"])
    page = client.get(address("programme_trail", told, **query))
    assert page.status_code == 200
    assert sentence in page.content.decode()
    assert rows(page) == []
    file = client.get(address("programme_trail_file", told, "reports", **query), follow=True)
    assert sentence in file.content.decode()


def test_a_page_that_is_none_shows_the_nearest_one(told, sign_in):
    client = sign_in(told.people["manager"])
    for number in ("0", "-1", "99", "x", "9" * 400):
        assert len(rows(client.get(address("company_trail", told, page=number)))) == 3


@pytest.mark.parametrize("name", PAGES)
def test_a_page_asks_the_same_whatever_it_holds(cast, sign_in, name):
    client, counts = sign_in(cast.people["secretariat" if name == PAGES[1] else "manager"]), []
    for number in (1, 60):
        for _ in range(number):
            make_company(cast.programme)
            log(
                actor=cast.people["manager"],
                verb="policy.moved",
                company_id=cast.company.pk,
                programme_id=cast.programme.pk,
            )
        counts.append(len(queries_of(client, address(name, cast))))
    assert counts[0] == counts[1]


def test_no_more_than_ten_thousand_are_counted_and_a_file_of_more_is_refused_in_words(cast, sign_in):
    """Of a hundred thousand, a page counts ten thousand and sorts none: the index gives them in order."""
    client = sign_in(cast.people["secretariat"])
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_event (id, at, verb, actor_label, acting_role, object_type, object_label, detail,"
            " request_id, programme_id)"
            " SELECT gen_random_uuid(), now() - n * interval '1 minute', 'session.changed', '', '', '', '', '{}', '', %s"
            " FROM generate_series(1, 10001) n",
            [cast.programme.pk],
        )
    page = client.get(address("programme_trail", cast, page=200))
    assert (page.context["page_obj"].paginator.count, page.context["page_obj"].number) == (10_000, 200)
    assert "10,000件を超える操作があります" in page.content.decode()
    file = client.get(address("programme_trail_file", cast, "reports"), follow=True)
    assert "短い期間を選んでください" in file.content.decode()
    since = timezone.localdate() - timedelta(days=2)
    assert client.get(address("programme_trail_file", cast, "reports", since=since))["Content-Type"].endswith("sheet")


def test_the_file_holds_exactly_what_was_filtered_and_no_formula(told, sign_in):
    manager = told.people["manager"]
    Event.objects.create(
        verb="policy.moved",
        actor_id=uuid4(),
        actor_label="=1+1",
        company_id=told.company.pk,
        programme_id=told.programme.pk,
    )
    client = sign_in(manager)
    response = client.get(address("company_trail_file", told, "reports", kind="policy", **{"as": "csv"}))
    text = response.content.decode()
    assert text.startswith("\ufeff")
    lines = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    gap = lines.index([])
    assert ["操作の種類", "方針"] in lines[:gap]
    assert [line[2:6] for line in lines[gap + 2 :]] == [
        ["'=1+1", "", "方針の段階を進めました", ""],
        [manager.name_ja, "企業の管理者", "方針の段階を進めました", "現在: 提出済み"],
    ]
    book = load_workbook(io.BytesIO(client.get(address("company_trail_file", told, "reports", kind="policy")).content))
    assert [[cell.value for cell in row][2] for row in book.worksheets[0].iter_rows(min_row=2)] == [
        "'=1+1",
        manager.name_ja,
    ]
    pages = Event.objects.filter(verb="file.downloaded", actor_id=manager.pk).values_list("detail__page", flat=True)
    assert list(pages) == ["reports:company_trail_file"] * 2
    newest = rows(client.get(address("company_trail", told)))[0]
    assert newest[2:] == ["ファイルをダウンロードしました", "操作の記録"]


def test_an_empty_record_says_what_it_is(cast, sign_in):
    Event.objects.all().delete()
    for who, name in (("manager", PAGES[0]), ("secretariat", PAGES[1])):
        page = sign_in(cast.people[who]).get(address(name, cast))
        assert words(page, "h2")[0] == "まだ操作はありません"


def test_every_file_that_is_told_of_by_name_has_an_address_that_exists():
    assert set(DOWNLOADS) - set(ADDRESSES) == set()
