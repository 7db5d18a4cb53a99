"""Every part renders, escapes what people typed, and refuses an argument that does not exist."""

import datetime
import re

import pytest
from django import forms
from django.core.paginator import Paginator
from django.http import QueryDict
from django.template import Context, Template, TemplateSyntaxError
from django.utils.safestring import mark_safe
from django.utils.translation import override

from common.components import (
    STATUSES,
    Cell,
    Chip,
    Column,
    Event,
    Figure,
    Row,
    Step,
    Table,
    Task,
    Term,
    badge,
    link,
    with_query,
)
from common.forms import PortalFormMixin

HOSTILE = '<script>alert("1")</script>\'&'
ESCAPED = "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#x27;&amp;"


@pytest.fixture(autouse=True)
def in_english():
    with override("en"):
        yield


def draw(source: str, **context) -> str:
    """Render a template that has loaded the components, without the white space between tags."""
    html = Template("{% load components %}" + source).render(Context({"csrf_token": "token", **context}))
    return re.sub(r">\s+<", "><", re.sub(r"\s+", " ", html)).strip()


class HostileForm(PortalFormMixin, forms.Form):
    submit_label = HOSTILE
    name = forms.CharField(label=HOSTILE)


def hostile_form():
    form = HostileForm({"name": ""})
    form.full_clean()
    return form


# One row a tag: how it is used with `x`, the hostile text, and with what else.
PARTS = {
    "button": ("{% button label=x name=x value=x hidden=x %}", {}),
    "button as link": ("{% button label=x url=x %}", {}),
    "status_badge": ("{% status_badge status='late' detail=x %}{% status_badge status='late' instead=x %}", {}),
    "page_head": ("{% page_head title=x lead=x %}{{ x }}{% endpage_head %}", {}),
    "back_link": ("{% back_link url=x label=x %}", {}),
    "breadcrumbs": ("{% breadcrumbs trail=trail here=x %}", {"trail": [(HOSTILE, HOSTILE)]}),
    "tabs": ("{% tabs items=items label=x %}", {"items": [{"label": HOSTILE, "url": HOSTILE, "current": True}]}),
    "notice": ("{% notice title=x %}{{ x }}{% endnotice %}", {}),
    "disclosure": ("{% disclosure summary=x %}{{ x }}{% enddisclosure %}", {}),
    "next_action": ("{% next_action title=x url=x button=x detail=x eyebrow=x %}", {}),
    "journey": ("{% journey steps=steps label=x %}", {"steps": [Step(label=HOSTILE, state="here")]}),
    "task_list": (
        "{% task_list tasks=tasks label=x %}",
        {"tasks": [Task(title=HOSTILE, status="late", url=HOSTILE, hint=HOSTILE, detail=HOSTILE)]},
    ),
    "figures": (
        "{% figures items=items %}",
        {"items": [Figure(label=HOSTILE, value=HOSTILE, unit=HOSTILE, url=HOSTILE)]},
    ),
    "description_list": (
        "{% description_list items=items %}",
        {"items": [Term(label=HOSTILE, value=HOSTILE, change_url=HOSTILE)]},
    ),
    "timeline": (
        "{% timeline events=events label=x %}",
        {"events": [Event(at=datetime.date(2026, 11, 22), title=HOSTILE, by=HOSTILE, body=HOSTILE, url=HOSTILE)]},
    ),
    "data_table": (
        "{% data_table table=table %}",
        {
            "table": Table(
                caption=HOSTILE,
                columns=[Column(label=HOSTILE, note=HOSTILE, sort=HOSTILE), Column(label=HOSTILE)],
                rows=[Row((link(HOSTILE, HOSTILE), Cell(HOSTILE, HOSTILE)), id=HOSTILE), (HOSTILE, HOSTILE)],
            )
        },
    ),
    "pagination": (
        "{% pagination page=page query=query %}",
        {"page": Paginator(range(30), 10).page(2), "query": QueryDict("q=%3Cscript%3E")},
    ),
    "filter_chips": (
        "{% filter_chips chips=chips label=x clear_url=x %}",
        {
            "chips": [
                Chip(label=HOSTILE, value=HOSTILE, url=HOSTILE, active=True),
                Chip(label=HOSTILE, options=[(HOSTILE, HOSTILE)]),
            ]
        },
    ),
    "empty_state": ("{% empty_state title=x button=x url=x %}{{ x }}{% endempty_state %}", {}),
    "error_summary": (
        "{% error_summary form=form items=items %}",
        {"form": hostile_form(), "items": [(HOSTILE, HOSTILE)]},
    ),
    "form_field": ("{% form_field field=form.name %}", {"form": hostile_form()}),
    "form_fields": ("{% form_fields form=form %}", {"form": hostile_form()}),
    "confirm_form": (
        "{% confirm_form title=x button=x cancel_url=x action=x %}{{ x }}{% endconfirm_form %}",
        {},
    ),
    "confirmation": ("{% confirmation title=x reference=x %}{{ x }}{% endconfirmation %}", {}),
    "job_progress": ("{% job_progress id=x title=x state='running' step=x done=1 total=2 poll_url=x %}", {}),
    "job_progress failed": ("{% job_progress id=x title=x state='failed' reason=x retry_url=x %}", {}),
    "job_progress done": ("{% job_progress id=x title=x state='done' result_url=x result_label=x %}", {}),
    "redline": ("{% redline ops=ops label=x %}", {"ops": [(-1, HOSTILE), (0, HOSTILE), (1, HOSTILE)]}),
    "error_page": ("{% error_page code=404 request_id=x %}", {}),
}


@pytest.mark.parametrize("name", PARTS)
def test_what_people_typed_is_escaped(name):
    source, context = PARTS[name]
    html = draw(source, x=HOSTILE, **context)
    assert "<script" not in html
    if name != "pagination":
        assert ESCAPED in html


@pytest.mark.parametrize("name", PARTS)
def test_an_argument_that_does_not_exist_is_refused(name):
    source, _context = PARTS[name]
    misspelt = re.sub(r"(\w+)=(\S+) ", r"colour=\2 ", source, count=1)
    with pytest.raises(TemplateSyntaxError, match="colour"):
        Template("{% load components %}" + misspelt)


@pytest.mark.parametrize("tag", ["button", "status_badge", "redline", "data_table", "journey"])
def test_arguments_go_by_name_only(tag):
    with pytest.raises(TemplateSyntaxError):
        Template(f"{{% load components %}}{{% {tag} x %}}")


# --- Buttons and statuses


def test_a_button_with_an_address_is_a_link_and_without_one_submits():
    assert draw("{% button label='Save' %}") == '<button class="btn btn-primary">Save</button>'
    assert (
        draw("{% button label='Open' url='/x' look='outline' small=True download=True %}")
        == '<a class="btn btn-outline btn-small" href="/x" download>Open</a>'
    )


@pytest.mark.parametrize("source", ["{% button label='x' look='red' %}", "{% notice look='red' %}{% endnotice %}"])
def test_a_look_that_does_not_exist_is_refused(source):
    with pytest.raises(TemplateSyntaxError, match="'red' is none of"):
        draw(source)


def test_a_status_has_one_word_in_each_language():
    assert badge("late") == '<span class="tag tag-bad">Overdue</span>'
    assert draw("{% status_badge status='submitted' %}") == '<span class="tag tag-sent">Submitted</span>'


def test_a_status_keeps_its_word_for_those_who_hear_it():
    assert badge("approved", instead="3/14") == (
        '<span class="tag tag-ok"><span class="visually-hidden">Approved </span>3/14</span>'
    )
    assert badge("changes_requested", detail="2") == '<span class="tag tag-ask">Changes requested 2</span>'


def test_a_word_outside_the_vocabulary_is_refused():
    with pytest.raises(KeyError, match="finished"):
        badge("finished")


def test_safe_and_unsafe_text_are_not_confused_by_the_memory_of_badges():
    assert badge("late", detail=mark_safe("<b>1</b>")).endswith("<b>1</b></span>")
    assert badge("late", detail="<b>1</b>").endswith("&lt;b&gt;1&lt;/b&gt;</span>")


def test_only_lateness_and_failure_are_red():
    assert {key for key, status in STATUSES.items() if status.look == "bad"} == {"late", "failed"}


# --- Tables


def cells(html: str) -> list[str]:
    return re.findall(r"<t[dh]([^>]*)>(.*?)</t[dh]>", html)


def test_a_row_is_headed_by_its_first_cell_and_nothing_is_a_dash():
    table = Table(
        caption="Companies",
        columns=[Column(label="Company"), Column(label="People", numeric=True), Column(label="Day")],
        rows=[("Kaede", 1240, None), ("Kiri", 0, "")],
        cards=False,
    )
    assert cells(table.body()) == [
        (' scope="row"', "Kaede"),
        (' class="number"', "1,240"),
        (' class="none"', "–"),
        (' scope="row"', "Kiri"),
        (' class="number"', "0"),
        (' class="none"', "–"),
    ]


def test_cards_name_each_cell_and_keep_the_roles_of_a_table():
    table = Table(caption="c", columns=[Column(label="A"), Column(label='"B"')], rows=[("1", "2")])
    assert cells(table.body()) == [
        (' scope="row" role="rowheader" data-label="A"', "1"),
        (' role="cell" data-label="&quot;B&quot;"', "2"),
    ]


@pytest.mark.parametrize("row", [("only one",), ("one", "two", "three")])
def test_a_row_of_another_length_than_the_head_is_refused(row):
    with pytest.raises(ValueError, match="zip"):
        Table(caption="c", columns=[Column(label="A"), Column(label="B")], rows=[row]).body()


def test_a_sort_link_turns_the_order_round_and_goes_back_to_the_first_page():
    columns = [Column(label="Name", sort="name"), Column(label="State", sort="state"), Column(label="Other")]
    table = Table(caption="c", columns=columns, query=QueryDict("q=a&sort=name&page=3"), sort="name")
    assert [(head["direction"], head["url"]) for head in table.heads()] == [
        ("ascending", "?q=a&sort=-name"),
        (None, "?q=a&sort=state"),
        (None, ""),
    ]
    assert 'aria-sort="ascending"' in draw("{% data_table table=table %}", table=table)


def test_the_scroll_region_takes_the_focus_and_has_a_name_other_than_the_table():
    html = draw("{% data_table table=table %}", table=Table(caption="Companies", columns=[Column(label="A")]))
    assert 'tabindex="0" role="region" aria-label="Table, scrolls: Companies"' in html
    assert '<caption class="visually-hidden">Companies</caption>' in html


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"state": "late"}, "?q=a&state=late"),
        ({"q": None}, "?"),
        ({"page": 2}, "?q=a&page=2"),
    ],
)
def test_an_address_with_one_thing_changed(changes, expected):
    assert with_query(QueryDict("q=a&page=9"), **changes) == expected


def test_pages_say_how_many_rows_there_are():
    assert "11–20 of 25" in draw("{% pagination page=page %}", page=Paginator(range(25), 10).page(2))
    assert "<nav" not in draw("{% pagination page=page %}", page=Paginator(range(3), 10).page(1))


def test_pages_keep_the_filter():
    html = draw("{% pagination page=page query=query %}", page=Paginator(range(25), 10).page(2), query=QueryDict("q=a"))
    assert re.findall(r'href="([^"]*)"', html) == [
        "?q=a&amp;page=1",
        "?q=a&amp;page=1",
        "?q=a&amp;page=3",
        "?q=a&amp;page=3",
    ]


def test_a_chip_has_two_states():
    html = draw(
        "{% filter_chips chips=chips clear_url='?' %}",
        chips=[Chip(label="Late", url="?late=1", count=3), Chip(label="State", value="Open", url="?", active=True)],
    )
    assert '<a class="chip" href="?late=1">Late <span class="chip-count">3</span></a>' in html
    assert '<a class="chip chip-on" href="?" aria-current="true">State: Open' in html
    assert "Take all filters off" in html


def test_nothing_to_take_off_when_no_filter_is_on():
    assert "Take all" not in draw("{% filter_chips chips=chips clear_url='?' %}", chips=[Chip(label="a", url="?a")])


# --- What to do


def test_a_task_that_cannot_start_is_no_link():
    html = draw("{% task_list tasks=tasks %}", tasks=[Task(title="Submit", status="blocked", hint="Write first")])
    assert "<a" not in html
    assert "Cannot start yet" in html
    assert "Write first" in html


def test_the_journey_says_where_one_is_in_words():
    steps = [Step(label="Learn", state="done"), Step(label="Write", state="here"), Step(label="Submit")]
    html = draw("{% journey steps=steps %}", steps=steps)
    assert 'aria-current="step">Write</li>' in html
    assert "Step 2 of 3: Write" in html
    assert "(done)" in html


def test_an_empty_answer_says_so():
    html = draw(
        "{% description_list items=items %}", items=[Term(label="Phone", change_url="/x"), Term(label="n", value=0)]
    )
    assert '<dd class="missing">Not filled in</dd>' in html
    assert '<a href="/x">Change<span class="visually-hidden"> Phone</span></a>' in html
    assert '<dd class="answer">0</dd>' in html


def test_a_day_has_no_time_and_a_time_has_its_zone():
    at = datetime.datetime(2026, 11, 20, 14, 32, tzinfo=datetime.timezone(datetime.timedelta(hours=9)))
    html = draw("{% timeline events=e %}", e=[Event(at=at, title="a"), Event(at=at.date(), title="b")])
    assert re.findall(r'<time datetime="([^"]*)">([^<]*)</time>', html) == [
        ("2026-11-20T14:32:00+09:00", "Fri 20 November 2026, 14:32"),
        ("2026-11-20", "Fri 20 November 2026"),
    ]


# --- Forms


class Specimen(PortalFormMixin, forms.Form):
    submit_label = "Save the company"
    name = forms.CharField(label="Company", help_text="As registered.", widget=forms.TextInput({"placeholder": "x"}))
    mode = forms.ChoiceField(label="Mode", choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)
    agreed = forms.BooleanField(label="Agreed")
    note = forms.CharField(label="Note", required=False)
    fixed = forms.CharField(label="Fixed", required=False, disabled=True)


def test_the_error_summary_links_each_error_to_its_control_in_the_words_of_the_field():
    form = Specimen({})
    html = draw("{% error_summary form=form %}", form=form)
    assert "There are 3 things to mend" in html
    assert re.findall(r'<a href="([^"]*)">([^<]*)</a>', html) == [
        ("#id_name", "Please fill in: Company"),
        ("#id_mode_0", "Please choose: Mode"),
        ("#id_agreed", "Please tick: Agreed"),
    ]
    field = draw("{% form_field field=form.name %}", form=form)
    assert '<ul class="field-error" id="id_name_error"><li>Please fill in: Company</li></ul>' in field
    assert 'aria-describedby="id_name_helptext id_name_error"' in field
    assert 'aria-invalid="true"' in field


def test_a_form_in_order_has_no_error_summary():
    assert draw("{% error_summary form=form %}", form=Specimen()) == ""


def test_an_error_of_the_whole_form_has_no_link():
    form = Specimen({"name": "a", "mode": "a", "agreed": "on"})
    form.add_error(None, "Too late")
    assert "<li>Too late</li>" in draw("{% error_summary form=form %}", form=form)


def test_label_help_error_and_control_come_in_this_order():
    html = draw("{% form_field field=form.name %}", form=Specimen({}))
    places = [html.index(part) for part in ("<label", "As registered.", "field-error", "<input")]
    assert places == sorted(places)


def test_a_placeholder_is_not_drawn():
    assert "placeholder" not in draw("{% form_field field=form.name %}", form=Specimen())


@pytest.mark.parametrize(
    ("field", "word"),
    [("name", "(required)"), ("note", "(optional)"), ("mode", "(required)"), ("agreed", "(required)")],
)
def test_what_must_be_filled_in_is_said_in_words(field, word):
    form = Specimen()
    assert word in draw("{% form_field field=field %}", field=form[field])
    assert "need" not in draw("{% form_field field=field needs=False %}", field=form[field])


def test_what_cannot_be_edited_is_neither_required_nor_optional():
    assert "need" not in draw("{% form_field field=form.fixed %}", form=Specimen())


def test_options_are_a_group_with_a_legend():
    html = draw("{% form_field field=form.mode %}", form=Specimen())
    assert html.startswith("<fieldset")
    assert '<label for="id_mode_0">A</label>' in html


# --- Work and text


def test_a_running_job_asks_again_and_a_finished_one_does_not():
    running = draw("{% job_progress id='j' title='T' state='running' done=4 total=9 poll_url='/p' page=True %}")
    assert 'hx-get="/p" hx-trigger="every 2s" hx-swap="outerHTML"' in running
    assert '<progress aria-labelledby="j-title" value="4" max="9">' in running
    assert "4 of 9 done" in running
    assert 'role="status" id="j-voice"' in running
    for state in ("done", "failed"):
        html = draw("{% job_progress id='j' title='T' state=state poll_url='/p' result_url='/r' %}", state=state)
        assert "hx-get" not in html
        assert "data-finished" in html
        assert "j-voice" not in html.replace('data-speak="j-voice"', "")


def test_a_failed_job_says_why_and_can_be_tried_again_by_a_post():
    html = draw("{% job_progress id='j' title='T' state='failed' reason='No name' retry_url='/again' %}")
    assert "No name" in html
    assert '<form class="acts" method="post" action="/again">' in html
    assert "csrfmiddlewaretoken" in html


def test_a_redline_counts_its_changes_first_and_marks_each_in_words():
    html = draw("{% redline ops=ops %}", ops=[(0, "We "), (-1, "expect"), (1, "ask"), (0, ".")])
    assert html.index("1 addition, 1 deletion") < html.index("We ")
    assert '<del><span class="visually-hidden">[deleted]</span>expect' in html
    assert '<ins><span class="visually-hidden">[added]</span>ask' in html


def test_a_redline_without_changes_says_so():
    assert "No changes" in draw("{% redline ops=ops %}", ops=[(0, "same {braces}")])


def test_an_error_page_speaks_both_languages_the_readers_first():
    for present, other in (("en", "ja"), ("ja", "en")):
        with override(present):
            html = draw("{% error_page code=404 %}")
        assert re.findall(r'lang="(\w\w)"><(h\d)>', html) == [(present, "h1"), (other, "h2")]
        assert html.count('href="/"') == 2
