import pytest
from django.http import QueryDict

from companies.forms import CompanySearchForm
from policies.forms import PolicyListForm
from programmes.models import Enrolment
from tests.factories import make_company, make_programme


@pytest.fixture
def enrolments(db):
    programme = make_programme()
    names = [
        ("髙嶺精密", "Takamine Seimitsu", "タカミネセイミツ"),
        ("﨑浜電装㈱", "Sakihama Denso", "サキハマデンソウ"),
    ]
    return [
        make_company(programme, name_ja=ja, name_en=en, name_kana=kana, corporate_number=f"701070500072{n + 5}")
        for n, (ja, en, kana) in enumerate(names)
    ]


def found(query: str) -> list[str]:
    rows = CompanySearchForm(QueryDict(query)).search(Enrolment.objects.select_related("company"))
    return sorted(row.company.name_en for row in rows)


@pytest.mark.parametrize("words", ["髙嶺", "takamine", "たかみね", "タカミネ", "ﾀｶﾐﾈ", "7010705000725"])
def test_a_company_is_found_by_name_kana_of_any_kind_and_number(enrolments, words):
    query = QueryDict(mutable=True)
    query["q"] = words
    assert found(query.urlencode()) == ["Takamine Seimitsu"]


def test_without_words_all_are_left(enrolments):
    assert found("q=") == ["Sakihama Denso", "Takamine Seimitsu"]


def test_words_that_no_company_has_leave_none(enrolments):
    assert found("q=%25") == []


def test_the_form_of_one_field_keeps_the_others():
    form = PolicyListForm(QueryDict("q=a&state=approved&sort=-name&page=3"))
    assert form.kept_for_search() == [("state", "approved"), ("sort", "-name")]
    assert form.clear_url() == "?sort=-name"


def test_a_list_that_nothing_narrows_has_nothing_to_take_off():
    assert CompanySearchForm(QueryDict("page=2")).clear_url() == ""
