"""A company's profile: kept by its people, corrected by the secretariat with a reason, and nothing lost between two."""

import json

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, ProgrammingError, transaction
from django.urls import reverse
from django.utils import timezone, translation

from audit.models import Event
from companies import services
from companies.models import Company, ProfileChange
from notifications.models import Message
from tests.counting import queries_of
from tests.reading import words
from tests.roles import seen_by

GOOD = "7000012050002"


def page(cast, name="profile") -> str:
    return reverse(f"dashboards:{name}", args=[cast.company.pk])


def typed(client, cast, **changes) -> dict:
    """What a browser sends back of the form, with changes."""
    form = client.get(page(cast, "edit_profile")).context["form"]
    values = {name: form.initial.get(name) for name in form.fields}
    return {name: "" if value is None else value for name, value in values.items()} | changes


@pytest.fixture
def manager(cast, sign_in):
    return sign_in(cast.people["manager"])


@pytest.fixture
def desk(cast, sign_in):
    return sign_in(cast.people["secretariat"])


def test_a_company_writes_as_people_write_and_the_portal_keeps_one_form(cast, manager):
    values = typed(
        manager, cast, name_kana="ﾔﾏﾀﾞ　せいさくしょ", corporate_number="Ｔ７-0000-1205-0002", postal_code="〒１０８ー８００１",
        phone="０３（１２３４）５６７８", employees="１,２００", capital="1,000", website="example.co.jp",
        prefecture="東京都", address_ja="港区芝5-7-1", industry="製造業",
    )  # fmt: skip
    response = manager.post(page(cast, "edit_profile"), values)
    assert response.status_code == 302
    company = Company.objects.get(pk=cast.company.pk)
    assert company.name_kana == "ヤマダ セイサクショ"
    assert (company.corporate_number, company.postal_code, company.phone) == (GOOD, "1088001", "03(1234)5678")
    assert (company.employees, company.capital, company.website) == (1200, 1000, "https://example.co.jp")
    told = words(manager.get(page(cast)), "dd")
    assert {"7 0000 1205 0002", "〒108-8001 東京都 港区芝5-7-1", "1,200", "1,000万円"} <= set(told)
    change = ProfileChange.objects.get()
    assert (change.author, change.by_secretariat, len(change.changes)) == (cast.people["manager"], False, 10)
    event = Event.objects.get(verb="profile.changed")
    assert (event.company_id, set(event.detail)) == (cast.company.pk, {"fields"})


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("corporate_number", "7000012050003", "検査数字"),
        ("corporate_number", "000012050002", f"{GOOD}"),
        ("corporate_number", "70000120500021", "13桁"),
        ("corporate_number", "七千", "13桁"),
        ("postal_code", "108-800", "7桁"),
        ("phone", "内線12", "市外局番"),
        ("name_kana", "山田製作所", "かな"),
        ("employees", "多数", "整数"),
        ("employees", "-3", "0 以上"),
        ("capital", "9" * 5000, "整数"),
        ("website", "なし", "URL"),
        ("name_ja", "", "企業名"),
    ],
)
def test_bad_input_is_said_at_the_field_in_both_languages_and_stays(cast, manager, field, value, said):
    Company.objects.filter(pk=cast.company.pk).update(name_en="")
    values = typed(manager, cast, **{"industry": "書きかけ"} | {field: value})
    response = manager.post(page(cast, "edit_profile"), values)
    assert response.status_code == 422
    assert said in " ".join(response.context["form"].errors[field])
    assert 'value="書きかけ"' in response.content.decode()
    assert ProfileChange.objects.count() == 0
    with translation.override("en"):
        response = manager.post(page(cast, "edit_profile"), values, headers={"accept-language": "en"})
    assert response.context["form"].errors[field]


def test_two_who_change_different_fields_both_have_their_way(cast, manager, desk):
    first, second = typed(manager, cast, industry="製造業"), typed(desk, cast, prefecture="東京都", note="名簿による")
    assert manager.post(page(cast, "edit_profile"), first).status_code == 302
    assert desk.post(page(cast, "edit_profile"), second).status_code == 302
    company = Company.objects.get(pk=cast.company.pk)
    assert (company.industry, company.prefecture) == ("製造業", "東京都")


def test_of_two_who_change_the_same_the_first_stands_and_nothing_is_lost(cast, manager, desk, sign_in):
    staff = sign_in(cast.people["staff"])
    first, second = typed(manager, cast, industry="製造業"), typed(staff, cast, industry="建設業", prefecture="大阪府")
    manager.post(page(cast, "edit_profile"), first)
    for _ in range(2):
        response = staff.post(page(cast, "edit_profile"), second)
        assert response.status_code == 409
    assert ("業種", "製造業") in response.context["clashes"]
    html = response.content.decode()
    assert 'value="建設業"' in html
    assert 'value="大阪府"' in html
    company = Company.objects.get(pk=cast.company.pk)
    assert (company.industry, company.prefecture) == ("製造業", "")
    beside = ProfileChange.objects.get(is_beside=True)
    assert [one["after"] for one in beside.changes] == ["大阪府", "建設業"]
    again = second | {"base": response.context["form"]["base"].value()}
    assert staff.post(page(cast, "edit_profile"), again).status_code == 302
    company.refresh_from_db()
    assert (company.industry, company.prefecture) == ("建設業", "大阪府")
    assert len(words(desk.get(page(cast)), "h3")) == 3


def test_the_secretariat_corrects_with_a_reason_that_the_company_reads(cast, manager, desk):
    values = typed(desk, cast, industry="卸売業", buyer="親会社")
    response = desk.post(page(cast, "edit_profile"), values | {"note": ""})
    assert (response.status_code, list(response.context["form"].errors)) == (422, ["note"])
    assert desk.post(page(cast, "edit_profile"), values | {"note": "登記と違ったため"}).status_code == 302
    text = manager.get(page(cast)).content.decode()
    assert "登記と違ったため" in text
    assert cast.people["secretariat"].name in text
    told = Message.objects.get(kind="profile_corrected")
    assert (told.to_user, told.company_id) == (cast.people["manager"], cast.company.pk)
    assert Event.objects.get(verb="profile.corrected").detail == {"fields": ["industry", "buyer"]}


def test_a_company_does_not_write_what_the_secretariat_notes(cast, manager):
    manager.post(page(cast, "edit_profile"), typed(manager, cast, buyer="親会社", note="x", industry="製造業"))
    company = Company.objects.get(pk=cast.company.pk)
    assert (company.industry, company.buyer) == ("製造業", "")


@pytest.mark.parametrize("base", ["", "{", "[]", "[" * 20_000, json.dumps({"industry": ["x"]}), "\0"])
def test_nonsense_instead_of_what_one_had_before_overwrites_nothing(cast, manager, base):
    Company.objects.filter(pk=cast.company.pk).update(industry="製造業")
    response = manager.post(page(cast, "edit_profile"), typed(manager, cast, industry="建設業") | {"base": base})
    assert response.status_code in (409, 422)
    assert Company.objects.get(pk=cast.company.pk).industry == "製造業"


def test_an_adviser_reads_it_and_changes_nothing_even_past_the_pages(cast, sign_in):
    adviser = cast.people["adviser"]
    assert sign_in(adviser).get(page(cast)).status_code == 200
    with pytest.raises(PermissionDenied), seen_by(adviser):
        services.change_profile(
            company=cast.company, values={"industry": "x"}, base={}, note="", actor=adviser, now=timezone.now()
        )
    with seen_by(adviser):
        assert Company.objects.filter(pk=cast.company.pk).update(industry="x") == 0
    with pytest.raises(ProgrammingError, match="row-level security"), seen_by(adviser):
        ProfileChange.objects.create(company=cast.company, author=adviser, saved_at=timezone.now())


def test_the_history_is_written_once_and_nobody_signs_for_another(cast):
    manager, secretariat = cast.people["manager"], cast.people["secretariat"]
    with seen_by(manager):
        own = ProfileChange.objects.create(company=cast.company, author=manager, saved_at=timezone.now())
    for change in ({"author": secretariat}, {"author": manager, "by_secretariat": True, "note": "x"}):
        with pytest.raises(ProgrammingError, match="row-level security"), seen_by(manager):
            ProfileChange.objects.create(company=cast.company, saved_at=timezone.now(), **change)
    for deed in (own.delete, lambda: ProfileChange.objects.update(note="x")):
        with pytest.raises(DatabaseError, match="permission denied"), seen_by(manager):
            deed()
    with pytest.raises(IntegrityError), transaction.atomic():
        ProfileChange.objects.create(
            company=cast.company, author=secretariat, by_secretariat=True, saved_at=timezone.now()
        )


@pytest.mark.parametrize("count", [1, 30])
@pytest.mark.parametrize(("name", "queries"), [("profile", 7), ("edit_profile", 5)])
def test_the_pages_ask_the_same_whatever_they_hold(cast, manager, name, queries, count):
    for number in range(count):
        changes = [{"field": "industry", "before": "", "after": f"{number}"}]
        ProfileChange.objects.create(
            company=cast.company, author=cast.people["staff"], changes=changes, saved_at=timezone.now()
        )
    assert len(queries_of(manager, page(cast, name))) == queries
