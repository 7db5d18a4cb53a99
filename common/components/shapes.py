"""The small things that lists of components are made of. Plain values; the tags turn them into HTML."""

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """A row of a task list. Without `url` the row is no link: say in `hint` why not yet."""

    title: str
    status: str
    url: str = ""
    hint: str = ""
    detail: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """A stage of the journey. `state` is done, here or ahead; exactly one is here, or none when all is done."""

    label: str
    state: str = "ahead"


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """A key number: `value` `unit`, of `total` when there is one, and what it counts."""

    label: str
    value: int | str
    unit: str = ""
    total: int | None = None
    url: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Term:
    """A term with its answer. An empty value shows "not filled in"; `change_url` adds a link to change it."""

    label: str
    value: object = ""
    change_url: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """What happened at a time: a `date` or aware `datetime`. `ahead` draws it as still to come."""

    at: object
    title: str
    by: str = ""
    body: str = ""
    url: str = ""
    status: str = ""
    ahead: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Chip:
    """A filter in one of two states.

    Suggested: a link that sets it, or a menu when `options` (label, address) are given. Active: `url` takes it off, and
    `value` is what it is set to. `count` says how many rows it would leave.
    """

    label: str
    url: str = ""
    value: str = ""
    active: bool = False
    count: int | None = None
    options: list[tuple[str, str]] = field(default_factory=list)
