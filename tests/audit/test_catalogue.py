"""Every verb that the code writes has a plain sentence in both languages, and every sentence a verb that is written."""

import ast
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from audit import catalogue
from audit.enums import ActingRole, Kind
from consultations.enums import State as ConsultationState
from consultations.models import Absence, DayException, WeeklyHours
from programmes.enums import SessionState
from tests.architecture.source import order_of_apps

ROOT = Path(settings.BASE_DIR)
VERB = re.compile(r"[a-z_]+\.[a-z_]+")
# What has the same shape: tasks of Celery, names of models, files and templates.
NO_NOUNS = {*order_of_apps(), "_own", "_state", "_write"}
NO_DEEDS = {"html", "txt", "xlsx", "csv", "pdf", "json"}
# Verbs that are made of two parts, and what they can become.
FAMILIES = {
    "f'session.{rule.target}'": {f"session.{state}" for state in SessionState if state != SessionState.DRAFT},
    "f'consultation.{rule.target}'": {f"consultation.{state}" for state in ConsultationState},
    "f'{row._meta.model_name}.added'": {f"{m._meta.model_name}.added" for m in (WeeklyHours, DayException, Absence)},
    "f'{row._meta.model_name}.removed'": {
        f"{m._meta.model_name}.removed" for m in (WeeklyHours, DayException, Absence)
    },
}


def sources():
    """Modules that tell the trail, as trees: those that import it, and accounts, which tells it by a signal."""
    for app in order_of_apps():
        for path in (ROOT / app).rglob("*.py"):
            text = path.read_text()
            tells = re.search(
                r"^from audit|account_changed|\.log_look\(|^from \.services import log", text, re.MULTILINE
            )
            if "migrations" not in path.parts and path.name != "catalogue.py" and (tells or app == "audit"):
                yield path.relative_to(ROOT), ast.parse(text)


def written() -> dict[str, str]:
    """Return each verb with the place that writes it."""
    found = {}
    for path, tree in sources():
        for node in ast.walk(tree):
            where = f"{path}:{getattr(node, 'lineno', 0)}"
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and VERB.fullmatch(node.value):
                noun, deed = node.value.split(".")
                if noun not in NO_NOUNS and deed not in NO_DEEDS:
                    found[node.value] = where
            elif isinstance(node, ast.JoinedStr) and ast.unparse(node) in FAMILIES:
                found |= dict.fromkeys(FAMILIES[ast.unparse(node)], where)
            elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "_tell" and path.parts[0] == "accounts":
                found[f"account.{node.args[1].value}"] = where
    return found


def test_every_verb_that_is_written_has_a_sentence():
    assert {verb: where for verb, where in written().items() if verb not in catalogue.SENTENCES} == {}


def test_every_sentence_has_a_verb_that_is_written():
    assert set(catalogue.SENTENCES) - set(written()) == set()


def test_a_verb_is_told_with_its_name_at_hand():
    """So that the two tests above can see it: a verb is a literal where it is passed, or of a family named here."""
    hidden = []
    for path, tree in sources():
        passed = {
            a.arg for f in ast.walk(tree) if isinstance(f, ast.FunctionDef) for a in f.args.args + f.args.kwonlyargs
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.keyword) and node.arg == "verb":
                literal = isinstance(node.value, ast.Constant) or ast.unparse(node.value) in {
                    *FAMILIES,
                    "f'account.{verb}'",
                }
                if not literal and not (
                    isinstance(node.value, ast.Name) and node.value.id in passed | {"verb", "LOOKED"}
                ):
                    hidden.append(f"{path}:{node.value.lineno} {ast.unparse(node.value)}")
    assert hidden == []


WORDS = (
    catalogue.SENTENCES, catalogue.DETAILS, catalogue.DOWNLOADS, catalogue.LOOKED_AT, dict(Kind.choices), dict(ActingRole.choices),
)  # fmt: skip


@pytest.mark.parametrize("words", WORDS)
def test_every_word_of_the_trail_is_in_both_languages(words):
    told = {}
    for language in ("ja", "en"):
        with translation.override(language):
            told[language] = [str(word) for word in words.values()]
    same = [ja for ja, en in zip(told["ja"], told["en"], strict=True) if ja == en]
    assert same == []


def test_no_two_verbs_share_a_sentence():
    with translation.override("ja"):
        sentences = [str(sentence) for sentence in catalogue.SENTENCES.values()]
    assert len(set(sentences)) == len(sentences)
