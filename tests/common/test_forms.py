"""The shared form: one named button, no browser validation, files that say what they may be."""

import pytest
from crispy_forms.utils import render_crispy_form
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.translation import override

from common.forms import PortalFormMixin, UploadField


@pytest.fixture(autouse=True)
def in_english():
    with override("en"):
        yield


class CompanyForm(PortalFormMixin, forms.Form):
    submit_label = "Save the company"
    name = forms.CharField(label="Company")


class WorkbookForm(PortalFormMixin, forms.Form):
    submit_label = "Check the workbook"
    workbook = UploadField(label="Workbook", extensions=(".xlsx",), max_bytes=1024)


def render(form) -> str:
    return render_crispy_form(form, form.helper, {"csrf_token": "token"})


def test_a_form_leaves_validation_to_the_server_and_names_its_one_button():
    html = render(CompanyForm())
    assert "novalidate" in html
    assert html.count("<button") == 1
    assert ">Save the company</button>" in html
    assert "csrfmiddlewaretoken" in html


def test_a_form_without_a_name_for_its_button_is_refused():
    class Nameless(PortalFormMixin, forms.Form):
        name = forms.CharField()

    with pytest.raises(TypeError, match="Nameless must name its button"):
        _ = Nameless().helper


def test_the_way_back_is_there_when_the_view_gives_one():
    form = CompanyForm()
    assert "Go back" not in render(form)
    form = CompanyForm()
    form.cancel_url = "/companies/"
    assert '<a class="btn btn-text" href="/companies/">Go back without saving</a>' in render(form)


def test_the_words_of_the_form_itself_win_over_the_general_ones():
    class OwnWords(CompanyForm):
        name = forms.CharField(error_messages={"required": "A company has a name"})

    form = OwnWords({})
    assert form.errors == {"name": ["A company has a name"]}
    assert CompanyForm({}).errors == {"name": ["Please fill in: Company"]}


def test_labels_set_late_are_the_ones_named_in_messages():
    form = CompanyForm({})
    form.fields["name"].label = "Trade name"
    assert form.errors == {"name": ["Please fill in: Trade name"]}


@pytest.mark.parametrize(
    ("name", "size", "errors"),
    [
        ("a.xlsx", 1024, {}),
        ("A.XLSX", 1, {}),
        ("a.xls", 1, {"workbook": ["Please choose a file of this kind: .xlsx."]}),
        ("a.xlsx.exe", 1, {"workbook": ["Please choose a file of this kind: .xlsx."]}),
        ("a.xlsx", 1025, {"workbook": ["This file is too large (1.0\xa0KB). Please choose one of 1.0\xa0KB or less."]}),
    ],
)
def test_a_file_of_another_kind_or_size_is_refused(name, size, errors):
    form = WorkbookForm({}, {"workbook": SimpleUploadedFile(name, b"x" * size)})
    assert form.errors == errors


def test_a_missing_file_is_asked_for_by_name():
    assert WorkbookForm({}, {}).errors == {"workbook": ["Please choose: Workbook"]}


def test_what_a_file_may_be_is_said_before_it_is_chosen():
    html = render(WorkbookForm())
    assert 'enctype="multipart/form-data"' in html
    assert 'accept=".xlsx"' in html
    assert 'data-max-bytes="1024"' in html
    assert "Kind of file: .xlsx. Up to 1.0\xa0KB." in html
