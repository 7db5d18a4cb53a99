"""Japanese is complete: each text of code and templates has its translation, and none is left over."""

import ast
import re

import polib
import pytest

from tests.architecture.messages import messages, messages_in_code, messages_in_template, unreadable_calls
from tests.architecture.source import CHECKOUT, files_of_apps, place, tree_of

CATALOGUE = CHECKOUT / "locale/ja/LC_MESSAGES/django.po"
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|\{(\w+)\}")


@pytest.fixture(scope="module")
def catalogue() -> polib.POFile:
    return polib.pofile(str(CATALOGUE))


@pytest.fixture(scope="module")
def said() -> dict:
    return messages()


def key(entry: polib.POEntry) -> tuple:
    return entry.msgctxt, entry.msgid, entry.msgid_plural or None


def test_every_text_is_in_the_catalogue(said, catalogue):
    known = {key(entry) for entry in catalogue}
    assert {message: sorted(files) for message, files in said.items() if message not in known} == {}


def test_no_entry_of_the_catalogue_is_left_over(said, catalogue):
    assert [key(entry) for entry in catalogue if key(entry) not in said] == []


def test_every_entry_is_translated(catalogue):
    assert [entry.msgid for entry in catalogue if not entry.translated() or entry.fuzzy] == []


def test_no_entry_is_obsolete(catalogue):
    assert catalogue.obsolete_entries() == []


def test_translations_keep_the_places_of_values(catalogue):
    """A lost `%(name)s` would show less than the original; an invented one would raise."""
    wrong = [
        (entry.msgid, text)
        for entry in catalogue
        for text in (entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr])
        # Japanese has one form for one and for many, and may leave out the number.
        if _places(text) - _places(entry.msgid_plural or entry.msgid) or _places(entry.msgid) - _places(text)
    ]
    assert wrong == []


def _places(text: str) -> set[str]:
    return {first or second for first, second in PLACEHOLDER.findall(text)}


def test_no_text_is_put_together_before_it_is_translated():
    assert {place(path): calls for path in files_of_apps() if (calls := unreadable_calls(tree_of(path)))} == {}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("_('Save')", (None, "Save", None)),
        ("gettext_lazy('Save ' 'it')", (None, "Save it", None)),
        ("ngettext('%(n)s row', '%(n)s rows', n)", (None, "%(n)s row", "%(n)s rows")),
        ("pgettext('report', 'State')", ("report", "State", None)),
    ],
)
def test_texts_are_found_in_code(line, message):
    assert [found for found, _ in messages_in_code(ast.parse(line))] == [message]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{% translate "Save" %}', (None, "Save", None)),
        ('{% translate "State" context "report" %}', ("report", "State", None)),
        ("{% blocktranslate trimmed %}\n  Two\n  lines\n{% endblocktranslate %}", (None, "Two lines", None)),
        (
            "{% blocktranslate with name=person.name %}Dear {{ name }}{% endblocktranslate %}",
            (None, "Dear %(name)s", None),
        ),
        ('{{ _("Save") }}', (None, "Save", None)),
        ('{% page_head title=_("Reports (all)") %}', (None, "Reports (all)", None)),
        (
            "{% blocktranslate count n=rows %}{{ n }} row{% plural %}{{ n }} rows{% endblocktranslate %}",
            (None, "%(n)s row", "%(n)s rows"),
        ),
    ],
)
def test_texts_are_found_in_templates(text, message):
    assert [found for found, _ in messages_in_template(text)] == [message]
