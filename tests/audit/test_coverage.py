"""Every deed that changes something tells the trail: read from the code of all services, workflows and tasks."""

import ast
from collections import defaultdict
from pathlib import Path

from django.conf import settings

from tests.architecture.source import order_of_apps

ROOT = Path(settings.BASE_DIR)
# Nobody's deeds: made-up programmes to try the portal with; the trail and its pages themselves.
WITHOUT = {"demo", "audit", "common"}
LAYERS = {"services", "workflow", "tasks"}
WRITING = {"save", "create", "bulk_create", "bulk_update", "delete", "get_or_create", "update_or_create", "update"}
TELLING = {"log", "log_many", "log_look", "log_download"}

_UNSHARED = "what nobody but its author reads yet: telling of it would show that it exists; sharing it is told"
_TYPING = "typing in a draft: each save is kept with its author in a history of its own, written once (ParagraphSave)"
_DRAFT_LETTER = "a letter that nobody was sent yet; sending it and calling it off are told"
_OWN_BOOKING = "a booking on its way, which only the person on it sees; the booking itself is told"
_OWN = "a setting or a mark of the person alone, of nobody else's data"
_MACHINE = "how far a job is; the deed that asked for it is told, and so is what came of it"
EXEMPT = {
    "accounts.choose_language": _OWN,
    "notifications.choose_channels": _OWN,
    "programmes.read_notice": _OWN,
    "reports.text_looked_at": "a mark in a draft of a report that its own sentence was read; settling and issuing are told",
    "policies.acknowledge": "a read receipt is a row that is written once, and says itself who read what when",
    "consultations.change_offer": "a round that nobody was sent yet; sending it is told with each of its consultations",
    "consultations.keep_booking": _OWN_BOOKING,
    "consultations.keep_time": _OWN_BOOKING,
    "consultations.note_privately": _UNSHARED,
    "policies.delete_comment": _UNSHARED,
    "policies.delete_suggestion": _UNSHARED,
    "policies.save_phrase": _UNSHARED,
    "policies.write_note": _UNSHARED,
    "policies.set_english": _TYPING,
    "programmes.change_mailing": _DRAFT_LETTER,
    "programmes.choose_people": _DRAFT_LETTER,
    "programmes.discard_mailing": _DRAFT_LETTER,
    "programmes.draft_mailing": _DRAFT_LETTER,
    "jobs.cancel_job": _MACHINE,
    "jobs.finishing": _MACHINE,
}


class Function:
    """A function of the portal: whether it writes rows or tells the trail itself, and which functions it calls."""

    def __init__(self, module: str, node: ast.FunctionDef, modules: set[str]):
        self.module, self.name = module, node.name
        self.writes = self.tells = False
        self.calls = set()
        for each in ast.walk(node):
            if isinstance(each, ast.Call):
                self._look_at(each.func, modules)

    def _look_at(self, called: ast.expr, modules: set[str]) -> None:
        if isinstance(called, ast.Name):
            self.calls.add(called.id)
        elif isinstance(called, ast.Attribute):
            of, name = ast.unparse(called.value), called.attr
            # Methods of rows are not followed; a function is called by its module, a method by its own class.
            if of in modules:
                self.calls.add(name)
            elif of in ("self", "cls"):
                self.calls.add(f"{self.module} {name}")
            self.tells |= (of == "audit" and name in TELLING) or (of, name) == ("account_changed", "send")
            # `update` and the like of a dictionary, a hash or a set are no writing of rows.
            is_of_rows = name != "update" or any(word in of for word in ("objects", "filter(", "rows", "exclude("))
            self.writes |= name in WRITING and is_of_rows

    @property
    def key(self) -> str:
        return f"{self.module.split('/')[0]}.{self.name}"


def functions() -> list[Function]:
    found = []
    for app in sorted(set(order_of_apps()) - WITHOUT):
        for path in (ROOT / app).rglob("*.py"):
            if "migrations" in path.parts:
                continue
            tree = ast.parse(path.read_text())
            imports = [each for each in ast.walk(tree) if isinstance(each, ast.Import | ast.ImportFrom)]
            modules = {name.asname or name.name for each in imports for name in each.names}
            defined = [each for each in ast.walk(tree) if isinstance(each, ast.FunctionDef)]
            found += [Function(str(path.relative_to(ROOT)), each, modules) for each in defined]
    return found


def callers_of(everything: list[Function]):
    """Return a function that gives those by which another is called."""
    callers = defaultdict(set)
    for each in everything:
        for name in each.calls:
            callers[name].add(each)
    return lambda one: callers[one.name] | callers[f"{one.module} {one.name}"]


def reaching(everything: list[Function], start: set[Function], *, within_module=False) -> set[Function]:
    """Return the functions that come to one of `start` by calling, whatever lies between."""
    callers = callers_of(everything)
    reached, open_ = set(start), list(start)
    while open_:
        one = open_.pop()
        for caller in callers(one) - reached:
            if not within_module or caller.module == one.module:
                reached.add(caller)
                open_.append(caller)
    return reached


def covered(everything: list[Function], telling: set[Function]) -> set[Function]:
    """Return the functions that are called by telling ones alone, or by such as are covered themselves."""
    callers = callers_of(everything)
    found: set[Function] = set()
    while new := {
        each
        for each in set(everything) - telling - found
        if callers(each) and callers(each) - {each} <= telling | found
    }:
        found |= new
    return found


def silent() -> dict[str, str]:
    """Return the public functions of services, workflows and tasks that write, and of which nobody is told.

    Neither they nor what they call tells, nor do all that call them.
    """
    everything = functions()
    telling = reaching(everything, {each for each in everything if each.tells})
    writing = reaching(everything, {each for each in everything if each.writes}, within_module=True)
    return {
        each.key: each.module
        for each in writing - telling - covered(everything, telling)
        if not each.name.startswith("_") and LAYERS & {*Path(each.module).with_suffix("").parts}
    }


def test_every_deed_that_changes_something_tells_the_trail():
    assert {key: where for key, where in sorted(silent().items()) if key not in EXEMPT} == {}


def test_no_exemption_is_left_over():
    assert set(EXEMPT) - set(silent()) == set()
