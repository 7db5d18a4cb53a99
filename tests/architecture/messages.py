"""The words of the portal that want a translation, read from code and templates without any program beside Python."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation.template import templatize

from tests.architecture.source import CHECKOUT, apps, templates, tree_of

# Function: at which places it takes the context, the text and its plural.
FUNCTIONS = {
    "gettext": (None, 0, None),
    "gettext_lazy": (None, 0, None),
    "gettext_noop": (None, 0, None),
    "_": (None, 0, None),
    "ngettext": (None, 0, 1),
    "ngettext_lazy": (None, 0, 1),
    "pgettext": (0, 1, None),
    "pgettext_lazy": (0, 1, None),
    "npgettext": (0, 1, 2),
    "npgettext_lazy": (0, 1, 2),
}

# Context, text, plural; None where there is none.
Message = tuple[str | None, str, str | None]


def messages_in_code(tree: ast.AST) -> Iterator[tuple[Message, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func).split(".")[-1]
            if name in FUNCTIONS:
                parts = [_text(node.args, place) for place in FUNCTIONS[name]]
                if parts[1] is not None:
                    yield tuple(parts), node.lineno


def _text(arguments: list, place: int | None) -> str | None:
    if place is None or place >= len(arguments):
        return None
    value = arguments[place]
    return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else None


def unreadable_calls(tree: ast.AST) -> list[str]:
    """Calls whose text is put together at run time, so that nobody can translate it."""
    return [
        ast.unparse(node)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in FUNCTIONS
        and isinstance(node.args[FUNCTIONS[node.func.id][1]], ast.JoinedStr | ast.BinOp)
    ]


_CALL = re.compile(
    r"\b(gettext|ngettext|pgettext|npgettext|_)\(((?:[^()'\"]|'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")*)\)", re.DOTALL
)


def messages_in_template(text: str) -> Iterator[tuple[Message, int]]:
    """Django turns a template into calls that xgettext understands; so does Python's own parser."""
    calls = templatize(text)
    for match in _CALL.finditer(calls):
        try:
            tree = ast.parse(match.group(0))
        except SyntaxError:
            continue
        yield from messages_in_code(tree)


def messages() -> dict[Message, set[str]]:
    """Every message, and the files that say it."""
    found: dict[Message, set[str]] = {}
    for app in apps():
        for path in sorted((CHECKOUT / app).glob("**/*.py")):
            if "migrations" not in path.parts:
                _keep(found, messages_in_code(tree_of(path)), path)
    for path in [*templates(), *sorted(CHECKOUT.glob("templates/**/*.txt"))]:
        _keep(found, messages_in_template(path.read_text()), path)
    return found


def _keep(found: dict, messages: Iterator, path: Path) -> None:
    for message, _ in messages:
        found.setdefault(message, set()).add(str(path.relative_to(CHECKOUT)))
