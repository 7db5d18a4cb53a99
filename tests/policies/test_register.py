"""The public register: the same for everybody, found however it is typed, and nothing in it but published texts."""

import csv
import hashlib
import io
import json
from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from policies.models import Cycle, RegisterEntry, RegisterVersion
from policies.models.searching import grams, needed_grams, searchable
from policies.queries import register as queries
from policies.services import digest
from policies.services import publication as services
from tests.counting import queries_of
from tests.factories import make_programme
from tests.policies.deciding import NOW, TODAY
from tests.policies.publishing import make_entries, published
from tests.roles import seen_by

LIST = "/register/"


def names(response) -> list[str]:
    return [entry.name_ja for entry in response.context["page_obj"].object_list]


# --- Finding ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("㈱スプーン", "株式会社スプーン"),
        ("ｽﾌﾟｰﾝ", "スプーン"),
        ("すぷーん", "スプーン"),
        ("ＳＰＯＯＮ", "spoon"),
        ("Spoon Co., Ltd.", "spooncoltd"),
        ("カブシキガイシャ スプーン", "スプーン"),
        ("有限会社　髙﨑", "髙﨑"),
        ("１２３４", "1234"),
    ],
)
def test_names_are_the_same_however_they_are_written(one, other):
    assert searchable(one) == searchable(other)


def test_pieces_are_of_one_and_two_characters_within_a_line():
    assert grams("あい\nう") == ["あ", "あい", "い", "う"]
    assert needed_grams("う") == ["う"]
    assert needed_grams("あいう") == ["あい", "いう"]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("スプーン001", ["株式会社スプーン001"]),
        ("すぷーん 001", ["株式会社スプーン001"]),
        ("㈱スプーン００１", ["株式会社スプーン001"]),
        ("spoon 002", ["株式会社スプーン002"]),
        ("1", ["株式会社スプーン001"]),
        ("1234567890123", ["株式会社スプーン002"]),
        ("1234-5678-90123", ["株式会社スプーン002"]),
        ("株式会社", ["株式会社スプーン000", "株式会社スプーン001", "株式会社スプーン002"]),
        ("ない", []),
        ("スプーン フォーク", []),
        ("%", ["株式会社スプーン000", "株式会社スプーン001", "株式会社スプーン002"]),
        ("001\n002", []),
    ],
)
def test_the_search_finds_names_kana_and_numbers(client, words, found):
    entries = make_entries(3)
    number = "1234567890123"
    RegisterEntry.objects.filter(pk=entries[2].pk).update(
        corporate_number=number, search=f"{entries[2].search}\n{number}", grams=grams(f"{entries[2].search}\n{number}")
    )
    if words == "1":
        RegisterEntry.objects.filter(pk=entries[2].pk).update(search=entries[2].search, grams=entries[2].grams)
    assert names(client.get(LIST, {"q": words, "lang": "ja"})) == found


def test_filters_and_order(client):
    make_entries(4)
    assert names(client.get(LIST, {"industry": "繊維"})) == ["株式会社スプーン001", "株式会社スプーン003"]
    assert names(client.get(LIST, {"prefecture": "東京都", "sort": "-name"})) == [
        "株式会社スプーン002",
        "株式会社スプーン000",
    ]
    assert names(client.get(LIST, {"text": "en"})) == ["株式会社スプーン000", "株式会社スプーン003"]
    assert names(client.get(LIST, {"year": "2025", "sort": "-published", "q": "00"}))[0] == "株式会社スプーン003"
    assert names(client.get(LIST, {"year": "2024"})) == names(client.get(LIST))  # a wrong value counts as not given


def test_an_empty_register_says_so_and_nothing_found_gives_hints(client):
    response = client.get(LIST, {"lang": "en"})
    assert "No policy has been published here yet" in response.content.decode()
    make_entries(1)
    text = client.get(LIST, {"lang": "en", "q": "zzz"}).content.decode()
    assert "Nothing found" in text
    assert 'href="/register/?lang=en"' in text


# --- The same for everybody -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["manager", "neighbour", "adviser", "secretariat", "nobody"])
def test_whoever_is_signed_in_sees_the_same_and_nothing_is_kept_in_caches(cast, client, sign_in, who):
    published(cast)
    entry = RegisterEntry.objects.get()
    for url in (LIST, f"/register/{entry.slug}/"):
        for viewer in (client, sign_in(cast.people[who])):
            response = viewer.get(url)
            assert response.status_code == 200
            assert cast.company.name_ja in response.content.decode()
            public = viewer is client
            assert ("public" in response["Cache-Control"], "no-store" in response["Cache-Control"]) == (
                public,
                not public,
            )


def test_pages_may_be_kept_and_are_not_sent_twice(client):
    (entry,) = make_entries(1)
    for url in (LIST, f"/register/{entry.slug}/", f"/register/{entry.slug}/1/", f"/register/{entry.slug}/data.json"):
        first = client.get(url)
        assert first["Cache-Control"] == "public, max-age=300"
        assert {"Accept-Language", "Cookie"} <= set(first["Vary"].split(", "))
        assert "Set-Cookie" not in first.headers
        assert not first.cookies
        assert client.get(url)["ETag"] == first["ETag"]
        assert client.get(url, headers={"If-None-Match": first["ETag"]}).status_code == 304
        assert client.get(url, {"lang": "en"})["ETag"] != first["ETag"] or url.endswith(".json")
    RegisterVersion.objects.update(approver_title="代表取締役会長")
    changed = client.get(f"/register/{entry.slug}/")
    assert changed.status_code == 200


def test_the_language_is_in_the_address_and_stays_there(client):
    (entry,) = make_entries(1)
    text = client.get(LIST, {"lang": "en"}).content.decode()
    assert '<html lang="en">' in text
    assert 'href="?lang=ja"' in text
    assert f'href="/register/{entry.slug}/?lang=en"' in text
    assert "csrf" not in text
    japanese = client.get(LIST, {"lang": "ja"})
    assert japanese["Content-Language"] == "ja"
    assert client.get(LIST, headers={"Accept-Language": "en"})["Content-Language"] == "en"
    assert client.get(LIST, {"lang": "xx"}, headers={"Accept-Language": "en"})["Content-Language"] == "en"
    client.cookies["language"] = "en"
    assert client.get(LIST)["Content-Language"] == "en"


@pytest.mark.parametrize(
    "url", ["", "data.json", "data.csv", "{slug}/", "{slug}/data.json", "{slug}/1/", "{slug}/1/text.json"]
)
def test_nothing_can_be_sent_to_the_register(client, url):
    (entry,) = make_entries(1)
    assert client.post(f"/register/{url.format(slug=entry.slug)}").status_code == 405
    assert client.head(f"/register/{url.format(slug=entry.slug)}").status_code == 200


# --- Constant cost --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [1, 30])
def test_the_list_takes_four_statements(client, number):
    make_entries(number)
    assert len(queries_of(client, LIST)) == 4
    # What was answered is remembered until the register changes, and so is what can be narrowed by.
    assert len(queries_of(client, LIST)) == 2
    assert len(queries_of(client, LIST + "?sort=-published")) == 3
    assert len(queries_of(client, LIST + "?q=スプーン&industry=食品")) == 4


def test_what_is_remembered_is_the_same_page_until_somebody_writes(client, sign_in, cast):
    (entry,) = make_entries(1)
    first, again = client.get(LIST), client.get(LIST)
    assert first.content == again.content
    assert {name: first[name] for name in ("ETag", "Cache-Control", "Content-Language", "Vary", "Content-Type")} == {
        name: again[name] for name in ("ETag", "Cache-Control", "Content-Language", "Vary", "Content-Type")
    }
    assert client.get(LIST, headers={"if-none-match": first["ETag"]}).status_code == 304
    assert client.head(LIST)["ETag"] == first["ETag"]
    # Another language is another page, and so is that of somebody with a session, whose name is on it.
    assert client.get(LIST, headers={"accept-language": "en"}).content != first.content
    person = cast.people["manager"]
    assert person.name_ja in sign_in(person).get(LIST).content.decode()
    assert client.get(LIST).content == first.content
    RegisterEntry.objects.filter(pk=entry.pk).update(name_ja="改めた社名", updated_at=timezone.now())
    assert "改めた社名" in client.get(LIST).content.decode()


@pytest.mark.parametrize("number", [1, 30])
def test_an_entry_takes_four_statements(client, number):
    entry = make_entries(number)[0]
    assert len(queries_of(client, f"/register/{entry.slug}/")) <= 4
    assert len(queries_of(client, f"/register/{entry.slug}/1/")) <= 4


def test_a_change_of_the_register_is_seen_at_once(client):
    programme = make_programme()
    make_entries(1, programme=programme)
    assert queries.facets(queries.register_changed_at()).total == 1
    make_entries(2, programme=make_programme())
    assert queries.facets(queries.register_changed_at()).total == 3


# --- One entry ------------------------------------------------------------------------------------------------------------


def test_the_permalink_shows_text_facts_and_how_to_verify(client, cast):
    publication = published(cast, address="https://www.example.co.jp/policy.html")
    entry = RegisterEntry.objects.get()
    text = client.get(f"/register/{entry.slug}/", {"lang": "en"}).content.decode()
    assert "Japanese only" in text
    assert '<article class="sheet pad policy-text" lang="ja">' in text
    assert "相談窓口は総務部です。" in text
    assert "代表取締役" in text
    assert publication.revision.sha256 in text
    assert "Not reviewed by an adviser" in text
    assert "https://www.example.co.jp/policy.html" in text
    assert "Not checked yet" in text


def test_the_downloaded_text_has_the_check_value(client, cast):
    publication = published(cast)
    entry = RegisterEntry.objects.get()
    response = client.get(f"/register/{entry.slug}/1/text.json")
    assert hashlib.sha256(response.content).hexdigest() == publication.revision.sha256
    assert json.loads(response.content) == publication.revision.content
    assert response["Content-Disposition"] == f'attachment; filename="{entry.slug}-1.json"'


def test_two_languages_each_say_which_they_are(client):
    entry = make_entries(1)[0]
    text = client.get(f"/register/{entry.slug}/", {"lang": "en"}).content.decode()
    assert text.index('policy-text" lang="en"') < text.index('policy-text" lang="ja"')
    assert "Reference translation" in text
    assert "Japanese only" not in text


def test_which_sections_are_covered_is_a_fact(client):
    entry = make_entries(1)[0]
    covered = client.get(f"/register/{entry.slug}/", {"lang": "ja"}).context["covered"]
    assert [(section.title, section.is_written) for section in covered] == [("適用範囲", True), ("法令", False)]


def test_markup_in_a_text_is_text(client):
    entry = make_entries(1)[0]
    hostile = "<script>alert(1)</script>\n二行目"
    content = {"languages": ["ja"], "sections": [{"code": "scope", "title": {}, "paragraphs": [{"ja": hostile}]}]}
    RegisterVersion.objects.update(content=content, sha256=digest(content), approver_title="<b>社長</b>")
    RegisterEntry.objects.update(name_ja="<i>会社</i>")
    text = client.get(f"/register/{entry.slug}/").content.decode()
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;<br>二行目" in text
    assert "<b>社長" not in text
    assert "<i>会社" not in client.get(LIST).content.decode()


def test_a_withdrawn_text_is_gone_and_its_dates_stay(client, cast):
    publication = published(cast)
    entry = RegisterEntry.objects.get()
    actor = cast.people["staff"]
    with seen_by(actor, company_id=cast.company.pk):
        services.withdraw_from_register(publication=publication, actor=actor, today=TODAY, now=NOW)
    for url in (f"/register/{entry.slug}/", f"/register/{entry.slug}/1/"):
        text = client.get(url, {"lang": "en"}).content.decode()
        assert "The company has withdrawn this text" in text
        assert "相談窓口は総務部です。" not in text
        assert publication.revision.sha256[:12] in text
        assert '<meta name="robots" content="noindex">' in text
    assert names(client.get(LIST)) == []
    assert client.get(f"/register/{entry.slug}/1/text.json").status_code == 404
    data = client.get(f"/register/{entry.slug}/data.json").json()
    assert (data["is_listed"], data["content"]) == (False, None)
    assert data["versions"][0]["withdrawn_on"] == TODAY.isoformat()
    assert client.get("/register/data.json").headers["Cache-Control"] == "public, max-age=300"


@pytest.mark.parametrize("url", ["zzz/", "zzz/data.json", "zzz/1/", "{slug}/2/", "{slug}/0/", "{slug}/2/text.json"])
def test_what_is_not_there_is_not_there(client, url):
    (entry,) = make_entries(1)
    assert client.get(f"/register/{url.format(slug=entry.slug)}").status_code == 404


# --- Open data ------------------------------------------------------------------------------------------------------------


def body(response) -> bytes:
    return b"".join(response.streaming_content)


def test_the_whole_register_as_json(client):
    make_entries(3)
    response = client.get("/register/data.json")
    data = json.loads(body(response))
    assert [entry["name_ja"] for entry in data["entries"]] == [f"株式会社スプーン{at:03}" for at in range(3)]
    assert data["columns"] == list(data["entries"][0])
    entry = data["entries"][0]
    assert (entry["published_on"], entry["version"], entry["languages"]) == ("2025-04-01", 1, ["ja", "en"])
    assert entry["sha256"] == RegisterVersion.objects.get(entry__slug=entry["slug"]).sha256
    assert client.get("/register/data.json", headers={"If-None-Match": response["ETag"]}).status_code == 304


def test_an_empty_register_as_data(client):
    assert json.loads(body(client.get("/register/data.json")))["entries"] == []
    assert len(body(client.get("/register/data.csv")).decode("utf-8-sig").splitlines()) == 1


def test_the_whole_register_as_csv_that_excel_reads_and_runs_nothing_of(client):
    entries = make_entries(3)
    RegisterEntry.objects.filter(pk=entries[0].pk).update(
        name_ja='=HYPERLINK("http://evil")', name_en="+1", industry="＝1", prefecture='東京,"都"'
    )
    RegisterVersion.objects.filter(entry=entries[0]).update(approver_title="@SUM(A1)")
    raw = body(client.get("/register/data.csv"))
    assert raw.startswith(b"\xef\xbb\xbf")
    assert raw.count(b"\r\n") == 4
    assert b"\n" not in raw.replace(b"\r\n", b"")
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    assert rows[0]["name_ja"] == '\'=HYPERLINK("http://evil")'
    assert (rows[0]["name_en"], rows[0]["industry"], rows[0]["approver_title"]) == ("'+1", "'＝1", "'@SUM(A1)")
    assert (rows[0]["prefecture"], rows[1]["name_ja"]) == ('東京,"都"', "株式会社スプーン001")


def test_files_are_written_a_thousand_rows_a_statement(client, django_assert_num_queries, monkeypatch):
    monkeypatch.setattr(queries, "CHUNK", 2)
    make_entries(5)
    RegisterEntry.objects.update(sort_name="same")  # the order is whole even where names are the same
    with django_assert_num_queries(3):
        found = list(queries.all_listed())
    assert len({entry.pk for entry in found}) == 5


def test_data_is_of_listed_entries_alone(client, cast):
    publication = published(cast)
    actor = cast.people["staff"]
    assert len(json.loads(body(client.get("/register/data.json")))["entries"]) == 1
    with seen_by(actor, company_id=cast.company.pk):
        services.withdraw_from_register(publication=publication, actor=actor, today=TODAY, now=NOW)
    assert json.loads(body(client.get("/register/data.json")))["entries"] == []


def test_no_page_of_the_register_reads_a_draft(client, cast):
    """With the tables of drafts out of reach altogether, every page of the register answers as before."""
    published(cast, address="https://www.example.co.jp/policy.html")
    entry = RegisterEntry.objects.get()
    before = {}
    urls = [LIST, f"/register/{entry.slug}/", f"/register/{entry.slug}/1/", f"/register/{entry.slug}/data.json"]
    for url in urls:
        before[url] = client.get(url).content
        read = " ".join(queries_of(client, url))
        tables = {word.split(".")[0].strip('"') for word in read.split() if word.startswith('"policies_')}
        assert tables <= {"policies_registerentry", "policies_registerversion"}, (url, tables)
    Cycle.objects.filter(company=cast.company).update(has_english=True)
    assert {url: client.get(url).content for url in urls} == before


def test_years_are_those_of_the_publications(client):
    entries = make_entries(2)
    RegisterEntry.objects.filter(pk=entries[0].pk).update(published_on=date(2023, 12, 31))
    queries.facets.cache_clear()
    assert queries.facets(queries.register_changed_at()).years == {"2025": 1, "2023": 1}
    assert names(client.get(LIST, {"year": "2023"})) == ["株式会社スプーン000"]


def test_addresses_by_name():
    assert reverse("policies:register") == "/register/"
    assert reverse("policies:register_entry", args=["spoon"]) == "/register/spoon/"
