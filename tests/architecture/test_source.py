"""Rules of the house that no linter knows, each with an example of what it refuses."""

import ast
import re
from pathlib import Path

import pytest
from django.db.models import Model

from tests.architecture.source import CHECKOUT, files_of_apps, place, templates, tree_of

# --- `state` is written in one place ------------------------------------------------------------------------------------

# Where else a state is written, and why.
STATE_WRITERS = {
    "policies/workflow.py": "the table of moves",
    "consultations/workflow.py": "the table of moves",
    "programmes/workflow.py": "the table of moves",
    "policies/services/actions.py": "whether an action item is answered; no state of a policy",
    "policies/services/suggestions.py": "what became of a suggestion; no state of a policy",
    "jobs/services/work.py": "a job's own life, fenced by its attempt",
    "jobs/tasks/runs.py": "a job's own life, fenced by its attempt",
}


def state_writes(tree: ast.Module) -> list[ast.AST]:
    """Assignments to `.state` of something else than self, `update(state=…)` and the name in lists of columns."""
    found = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.ctx, ast.Store)
        and node.attr == "state"
        and ast.unparse(node.value) != "self"
    ]
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            name, keywords = node.func.attr, {keyword.arg: keyword.value for keyword in node.keywords}
            columns = [keywords.get("update_fields"), *(node.args[1:2] if name == "bulk_update" else [])]
            listed = any(isinstance(c, ast.List) and "'state'" in map(ast.unparse, c.elts) for c in columns)
            if (name == "update" and "state" in keywords) or listed:
                found.append(node)
    return found


def test_state_is_written_by_workflow_alone():
    writers = {place(path) for path in files_of_apps() if state_writes(tree_of(path))}
    assert writers == set(STATE_WRITERS)


@pytest.mark.parametrize(
    ("line", "count"),
    [
        ("cycle.state = State.APPROVED", 1),
        ("Cycle.objects.update(state='approved')", 1),
        ("cycle.save(update_fields=['state'])", 1),
        ("Cycle.objects.bulk_update(cycles, ['state', 'is_reviewed'])", 1),
        ("self.transition, self.state = transition, state", 0),
        ("cycles.filter(state='approved')", 0),
        ("figures.update(day=1)", 0),
    ],
)
def test_what_counts_as_writing_state(line, count):
    assert len(state_writes(ast.parse(line))) == count


# --- Views go through the door ------------------------------------------------------------------------------------------

DOORS = {"visible_to", "managed_by"}
# Rows that a view may read without a door, and why.
WITHOUT_DOOR = {
    "reports/views/reports.py Report.objects": "one column of the report that came through its door",
}


def managers_without_door(tree: ast.Module) -> list[str]:
    """`Model.objects` that is not followed by a door at once."""
    through = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr in DOORS}
    return [
        ast.unparse(node)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in ("objects", "_default_manager") and id(node) not in through
    ]


def view_files() -> list[Path]:
    return [
        path
        for path in files_of_apps()
        if path.stem in ("views", "forms", "context_processors") or "views" in path.parent.parts
    ]


def test_views_reach_rows_only_through_the_door():
    found = {f"{place(path)} {name}" for path in view_files() for name in managers_without_door(tree_of(path))}
    assert found == set(WITHOUT_DOOR)


def test_what_counts_as_a_door():
    assert managers_without_door(ast.parse("Company.objects.visible_to(user).get(pk=pk)")) == []
    assert managers_without_door(ast.parse("Company.objects.get(pk=pk)")) == ["Company.objects"]
    assert managers_without_door(ast.parse("Company.objects.filter(a=1).visible_to(user)")) == ["Company.objects"]


def test_generic_views_name_no_model():
    """A `model` or `queryset` on the class would be read without a door."""
    named = [
        place(path, item)
        for path in view_files()
        if path.stem != "forms"
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ClassDef)
        for item in node.body
        if isinstance(item, ast.Assign) and {ast.unparse(t) for t in item.targets} & {"model", "queryset"}
    ]
    assert named == []


# --- Templates ------------------------------------------------------------------------------------------------------------

INLINE = {
    "script": re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")[^>]*>", re.IGNORECASE),
    "style": re.compile(r"<style\b|\sstyle\s*=", re.IGNORECASE),
    "handler": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "address": re.compile(r"(?:href|src|action)\s*=\s*[\"']?\s*javascript:", re.IGNORECASE),
    "safe": re.compile(r"\|\s*safe\b|\|\s*safeseq\b|autoescape\s+off"),
    "elsewhere": re.compile(r"(?:src|href)\s*=\s*[\"'](?:https?:)?//", re.IGNORECASE),
}


SAFE_TEMPLATES = {"templates/components/_field.html": "help texts are the forms' own; Django's on passwords is a list"}


def inline_in(text: str) -> set[str]:
    return {name for name, pattern in INLINE.items() if pattern.search(text)}


def test_templates_hold_nothing_that_the_policy_would_stop():
    """No inline script or style, no handler, nothing marked safe, nothing from elsewhere."""
    found = {place(path): inline_in(path.read_text()) for path in templates()}
    assert {name: what for name, what in found.items() if what} == {name: {"safe"} for name in SAFE_TEMPLATES}


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("<script>alert(1)</script>", {"script"}),
        ('<script src="/a.js"></script>', set()),
        ('<p style="color: red">', {"style"}),
        ('<a onclick="go()">', {"handler"}),
        ('<a href="javascript:go()">', {"address"}),
        ("{{ text|safe }}", {"safe"}),
        ('<img src="https://elsewhere.example/a.png">', {"elsewhere"}),
        ("{% if on %}<p>style=x</p>", set()),
    ],
)
def test_what_counts_as_inline(text, what):
    assert inline_in(text) == what


INCLUDED_ALONE = re.compile(r"{%\s*include\s+\"([^\"]+)\"([^%]*\bonly\b[^%]*)%}")


def forms_without_token(text: str, parts_with_forms: set[str]) -> list[str]:
    """Included parts that hold a form and get nothing but what they are given, which is not the token."""
    return [
        name for name, given in INCLUDED_ALONE.findall(text) if name in parts_with_forms and "csrf_token" not in given
    ]


def test_forms_in_included_parts_get_their_token():
    """`only` takes the token away too: the form would be refused, and the test client would not notice."""
    texts = {path: path.read_text() for path in templates()}
    with_forms = {place(path).partition("templates/")[2] for path, text in texts.items() if "{% csrf_token %}" in text}
    found = {place(path): forms_without_token(text, with_forms) for path, text in texts.items()}
    assert {name: parts for name, parts in found.items() if parts} == {}


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ('{% include "a.html" with x=y only %}', ["a.html"]),
        ('{% include "a.html" with csrf_token=csrf_token x=y only %}', []),
        ('{% include "a.html" with x=y %}', []),
        ('{% include "b.html" with x=y only %}', []),
    ],
)
def test_what_counts_as_a_form_without_its_token(text, parts):
    assert forms_without_token(text, {"a.html"}) == parts


# Where a text is declared safe for HTML, and why it is.
MARKED_SAFE = {
    "common/components/statuses.py": "label and look are escaped in the line above",
    "common/components/tables.py": "both parts are escaped",
    "common/components/redlines.py": "every part is escaped",
    "common/templatetags/components.py": "rendered by the template engine",
    "dashboards/rendering/matrix.py": "every part is escaped: names, codes and labels one by one, the rest in the columns",
    "policies/forms/cohort.py": "keys and labels of a select are escaped one by one",
    "programmes/rendering/qr.py": "drawn by segno, which escapes the title",
    "policies/rendering/versions.py": "a tag without content",
    "reports/rendering/reading.py": "pieces of the page that the template engine rendered for the PDF",
    "reports/rendering/wording.py": "every part is escaped",
}


def test_html_is_declared_safe_only_in_named_places():
    names = ("mark_safe", "SafeText", "html_safe")
    found = {
        place(path)
        for path in files_of_apps()
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in names
    }
    assert found <= set(MARKED_SAFE)


# --- Words ----------------------------------------------------------------------------------------------------------------

# One word a thing (docs/glossary.md), in British English.
BANNED_WORDS = {
    "reviewer", "reviewers", "consultant", "consultants", "advisor", "advisors", "enrollment", "enrollments",
    "organization", "organizations", "behavior", "canceled", "canceling", "customer", "customers",
    "vendor", "sme", "smes", "webinar", "tenant_admin",
}  # fmt: skip


def words_of(tree: ast.Module) -> set[str]:
    """The words of every name that the file gives to something."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.arg):
            names.add(node.arg)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            names.add(node.attr)
    return {word.lower() for name in names for word in re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])", name)}


def test_one_word_a_thing():
    found = {place(path): words_of(tree_of(path)) & BANNED_WORDS for path in files_of_apps()}
    assert {name: words for name, words in found.items() if words} == {}


def test_programme_is_written_british():
    american = {place(path) for path in files_of_apps() if words_of(tree_of(path)) & {"program", "programs"}}
    assert american == set()


def test_words_are_read_from_names_of_all_kinds():
    words = words_of(ast.parse("class ReviewerSeat:\n def find_advisor(self, old_enrollment): canceled = 1"))
    assert words & BANNED_WORDS == {"reviewer", "advisor", "enrollment", "canceled"}


# --- Apps without the names that the plan forbids --------------------------------------------------------------------------


def test_no_app_is_a_drawer_for_everything():
    names = {path.parent.name for path in CHECKOUT.glob("*/__init__.py")}
    assert names & {"core", "utils", "helpers", "api", "sessions"} == set()


# --- Supply ---------------------------------------------------------------------------------------------------------------


def test_the_lock_names_no_host():
    assert "://" not in (CHECKOUT / "requirements.lock").read_text()


def test_every_locked_package_has_its_hash():
    lock = (CHECKOUT / "requirements.lock").read_text().replace("\\\n", " ")
    packages = [line for line in lock.splitlines() if line and not line.startswith(("#", " "))]
    assert len(packages) > 40
    assert [line.split()[0] for line in packages if "--hash=sha256:" not in line] == []


def test_models_are_described_for_people():
    """Every model says what it is in words that can be translated."""
    from django.apps import apps

    from tests.architecture.source import order_of_apps

    own: list[type[Model]] = [model for model in apps.get_models() if model._meta.app_label in order_of_apps()]
    silent = [model._meta.label for model in own if not model.__doc__ or model.__doc__.startswith(f"{model.__name__}(")]
    assert silent == []
