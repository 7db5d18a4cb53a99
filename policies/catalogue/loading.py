"""From the TOML files of a version to a `Catalogue`. Whatever is wrong in the data is said with its file and entry."""

import dataclasses
import hashlib
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from .entries import (
    FACTS,
    Catalogue,
    Choice,
    Clause,
    Convention,
    Group,
    Kind,
    Question,
    QuestionKind,
    QuestionPart,
    Reference,
    Requirement,
    Section,
    Source,
    StatementRule,
)

FOLDER = Path(__file__).parent / "data"
LATEST = "2026-1"
FILES = ("sources", "instruments", "requirements", "sections", "questions", "clauses", "statements")
PAIR = re.compile(r"_(ja|en)$")


class CatalogueError(ValueError):
    """The data of a version do not fit together."""


def versions() -> tuple[str, ...]:
    """Return the versions there are, oldest first."""
    return tuple(sorted(folder.name for folder in FOLDER.iterdir() if folder.is_dir()))


@cache
def catalogue(version: str = LATEST) -> Catalogue:
    """Return a version. Raises CatalogueError for a version that does not exist or does not fit together."""
    if version not in versions():
        raise CatalogueError(f"There is no catalogue {version!r}; there are {', '.join(versions())}.")
    return read(FOLDER / version)


def fingerprint(version: str) -> str:
    """Return the sha256 over names and bytes of a version's files, by which a test sees that it never changes."""
    total = hashlib.sha256()
    for name in FILES:
        total.update(name.encode() + b"\0" + (FOLDER / version / f"{name}.toml").read_bytes() + b"\0")
    return total.hexdigest()


def read(folder: Path) -> Catalogue:
    """Read a version from its folder and see whether it fits together."""
    raw = {name: tomllib.loads((folder / f"{name}.toml").read_text(encoding="utf-8")) for name in FILES}
    sources = _by_code(_entries(Source, raw, "sources", "sources"))
    conventions = _by_code(_entries(Convention, raw, "instruments", "conventions"))
    requirements = _by_code(_read_requirements(raw, sources, conventions))
    sections = _by_code(_read_sections(raw, requirements))
    questions = _by_code(_read_questions(raw))
    found = Catalogue(
        version=folder.name,
        sections=tuple(sections.values()),
        requirements=tuple(requirements.values()),
        conventions=tuple(conventions.values()),
        sources=tuple(sources.values()),
        question_parts=tuple(_entries(QuestionPart, raw, "questions", "parts")),
        questions=tuple(questions.values()),
        clauses=tuple(_entries(Clause, raw, "clauses", "clauses")),
        statements=tuple(_entries(StatementRule, raw, "statements", "statements")),
    )
    _check(found)
    return found


# --- Entries --------------------------------------------------------------------------------------------------------------


def _read_requirements(raw: dict, sources: dict, conventions: dict) -> Iterable[Requirement]:
    def refer(where: str, references: list[dict]) -> tuple[Reference, ...]:
        return tuple(
            _entry(Reference, one | {"source": _look_up(sources, one.get("source"), where)}, where)
            for one in references
        )

    def convert(where: str, name: str, value: Any) -> Any:
        if name == "sources":
            return refer(where, value)
        if name == "conventions":
            return tuple(_look_up(conventions, code, where) for code in value)
        return value

    return _entries(Requirement, raw, "requirements", "requirements", convert)


def _read_sections(raw: dict, requirements: dict) -> Iterable[Section]:
    def convert(where: str, name: str, value: Any) -> Any:
        if name == "requirements":
            return tuple(_look_up(requirements, code, where) for code in value)
        return value

    return _entries(Section, raw, "sections", "sections", convert)


def _read_questions(raw: dict) -> Iterable[Question]:
    def convert(where: str, name: str, value: Any) -> Any:
        return tuple(_entry(Choice, one, where) for one in value) if name == "choices" else value

    return _entries(Question, raw, "questions", "questions", convert)


def _entries(
    kind: type,
    raw: dict,
    file: str,
    table: str,
    convert: Callable[[str, str, Any], Any] = lambda where, name, value: value,
) -> list:
    entries = raw[file].get(table)
    if not entries:
        raise CatalogueError(f"{file}.toml has no [[{table}]].")
    found = []
    for number, entry in enumerate(entries, 1):
        where = f"{file}.toml, {table} {entry.get('code') or entry.get('key') or number}"
        found.append(_entry(kind, {name: convert(where, name, value) for name, value in entry.items()}, where))
    return found


def _entry(kind: type, values: dict, where: str):
    """Make an entry, its lists tuples and its names of things members of their enumeration."""
    hints = get_type_hints(kind)
    fields = {field.name: field for field in dataclasses.fields(kind)}
    unknown = values.keys() - fields.keys()
    missing = {
        name
        for name, field in fields.items()
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING and name not in values
    }
    if unknown or missing:
        raise CatalogueError(f"{where}: unknown {sorted(unknown)}, missing {sorted(missing)}.")
    converted = {name: _fitting(value, hints[name], f"{where}, {name}") for name, value in values.items()}
    for name, value in converted.items():
        if value == "" and PAIR.search(name):
            raise CatalogueError(f"{where}: {name} is empty.")
    return kind(**converted)


def _fitting(value: Any, hint: Any, where: str) -> Any:
    """Return the value as the type its field asks for."""
    origin, inner = get_origin(hint), get_args(hint)
    if origin is tuple:
        if not isinstance(value, list | tuple):
            raise CatalogueError(f"{where}: a list is expected.")
        if Ellipsis not in inner and len(value) != len(inner):
            raise CatalogueError(f"{where}: {len(inner)} values are expected.")
        return tuple(_fitting(one, inner[0], where) for one in value)
    if origin is not None and issubclass(origin, Mapping):
        return MappingProxyType({name: tuple(options) for name, options in value.items()})
    if hint in (Group, Kind, QuestionKind):
        try:
            return hint(value)
        except ValueError as error:
            raise CatalogueError(f"{where}: {value!r} is not one of {[one.value for one in hint]}.") from error
    if isinstance(hint, UnionType) or not isinstance(value, hint):
        raise CatalogueError(f"{where}: {hint} is expected, not {value!r}.")
    return value


def _by_code(entries: Iterable) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for entry in entries:
        if entry.code in found:
            raise CatalogueError(f"{type(entry).__name__} {entry.code} is there twice.")
        found[entry.code] = entry
    return found


def _look_up(entries: dict, code: str | None, where: str):
    if code not in entries:
        raise CatalogueError(f"{where}: there is no {code!r}.")
    return entries[code]


# --- What must fit together -------------------------------------------------------------------------------------------------


def _check(found: Catalogue) -> None:
    for requirement in found.requirements:
        if not found.sections_of(requirement.code):
            raise CatalogueError(f"{requirement.code} is met in no section.")
    for question in found.questions:
        _check_question(found, question)
    _check_unique("clause", [clause.key for clause in found.clauses])
    _check_unique("statement", [rule.code for rule in found.statements])
    for clause in found.clauses:
        _check_place(found, clause.section, clause.requirements, f"clause {clause.key}")
        _check_condition(found, clause.when, f"clause {clause.key}")
        if clause.among not in ("", "others", "none"):
            raise CatalogueError(f"clause {clause.key}: among is {clause.among!r}.")
    for rule in found.statements:
        _check_place(found, rule.section, rule.requirements, f"statement {rule.code}")
        _check_patterns(rule)


def _check_question(found: Catalogue, question: Question) -> None:
    where = f"question {question.code}"
    if question.part not in {part.code for part in found.question_parts}:
        raise CatalogueError(f"{where}: there is no part {question.part!r}.")
    if (question.kind in (QuestionKind.CHOICE, QuestionKind.SEVERAL)) != bool(question.choices):
        raise CatalogueError(f"{where}: choices belong to a question with a choice, and to no other.")
    _check_unique(f"choice of {where}", [choice.code for choice in question.choices])
    _check_condition(found, question.only_if, where)


def _check_condition(found: Catalogue, condition: Mapping[str, tuple[str, ...]], where: str) -> None:
    """A condition may name every answer of a question, and "" for a question that was not answered."""
    possible_answers = {question.code: question.options for question in found.questions} | FACTS
    for code, options in condition.items():
        possible = {*_look_up(possible_answers, code, where), ""}
        if not options or not set(options) <= possible:
            raise CatalogueError(f"{where}: {code} cannot be answered {sorted(set(options) - possible)}.")


def _check_place(found: Catalogue, section: str, requirements: tuple[str, ...], where: str) -> None:
    _look_up(_by_code(found.sections), section, where)
    for code in requirements:
        _look_up(_by_code(found.requirements), code, where)


def _check_patterns(rule: StatementRule) -> None:
    for pattern in (*rule.patterns_ja, *rule.patterns_en):
        try:
            re.compile(pattern)
        except re.error as error:
            raise CatalogueError(f"statement {rule.code}: {pattern!r} is no regular expression.") from error


def _check_unique(what: str, names: list[str]) -> None:
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise CatalogueError(f"{what}: {sorted(twice)} is there twice.")
