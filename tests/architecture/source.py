"""The portal's own files, read as text and as trees."""

import ast
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]


@cache
def contracts() -> dict[str, dict]:
    """The import contracts of pyproject.toml by name."""
    settings = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())
    return {contract["name"]: contract for contract in settings["tool"]["importlinter"]["contracts"]}


@cache
def order_of_apps() -> dict[str, int]:
    """Each app's storey, the floor being 0; apps that never see each other share one."""
    layers = contracts()["Apps see only the apps below them"]["layers"]
    return {app.strip(): storey for storey, line in enumerate(reversed(layers)) for app in line.split("|")}


def apps() -> list[str]:
    return sorted(order_of_apps())


def files_of_apps(pattern: str = "**/*.py") -> Iterator[Path]:
    for app in apps():
        for path in sorted((CHECKOUT / app).glob(pattern)):
            if "migrations" not in path.parts:
                yield path


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), filename=str(path))


def place(path: Path, node: ast.AST | None = None) -> str:
    name = str(path.relative_to(CHECKOUT))
    return f"{name}:{node.lineno}" if node is not None else name


def templates() -> list[Path]:
    return sorted([*CHECKOUT.glob("templates/**/*.html"), *CHECKOUT.glob("*/templates/**/*.html")])
