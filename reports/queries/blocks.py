"""The parts of a report that people may change, and the figures in it by their names.

A figure has one name everywhere: in the list of placeholders, at its rows, and where a value is entered by hand.

    enrolled, withdrawn                       companies
    formulated, formulated.by_due, formulated.left, stage.<stage>
    milestone.<code>, milestone.<code>.by_due
    sessions, sessions.<strand>, attendances, attendances.onsite|online|unknown, attendances.<strand>
    session.<code>.people|companies|onsite|online|unknown|comments
    consultations, consultations.companies|onsite|online|unknown|cancelled|beyond
    consultations.entitled|extra|granted|used|cancelled_late|missed|forfeited|later|unmarked|unused
    outcome.texts, outcome.<statement>        published texts that the check of the catalogue could read
    <name>.share                              the figure in percent of the companies or texts it is a part of
"""

import re
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass

from reports.enums import BlockKind

CONSULTATIONS = "consultations"
LAST_STRANDS = (CONSULTATIONS, "closing")
CONSULTED = (
    "companies", "onsite", "online", "cancelled",
    "entitled", "extra", "used", "cancelled_late", "missed", "forfeited", "later", "unmarked", "unused",
)  # fmt: skip
IN_SESSION = ("people", "companies", "onsite", "online")


# --- Blocks ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Block:
    """A part of the report; `subject` is the code of the session that it is about, where it is about one."""

    key: str
    kind: BlockKind
    chapter: str
    subject: str = ""


def blocks(figures: Mapping) -> list[Block]:
    """Return the parts of the report in their order."""
    text, data = BlockKind.NARRATIVE, BlockKind.DATA
    found = [
        Block("cover", data, "front"),
        Block("contents", data, "front"),
        Block("outline.background", text, "outline"),
        Block("outline.structure", data, "outline"),
        Block("outline.activities", text, "outline"),
        Block("outline.table", data, "outline"),
        Block("outline.results", text, "outline"),
        Block("outline.stages", data, "outline"),
    ]
    if figures.get("progress"):
        found.append(Block("outline.progress", data, "outline"))
    if figures.get("outcomes"):
        found.append(Block("outline.outcomes", data, "outline"))
    found.append(Block("outline.plans", text, "outline"))
    sessions = sorted(figures["sessions"], key=_place_of_strand(figures))
    for session in sessions:
        found += [
            Block(f"summary.{session['code']}", text, "summary", session["code"]),
            Block(f"quotes.{session['code']}", BlockKind.QUOTES, "summary", session["code"]),
            Block(f"photos.{session['code']}", BlockKind.PHOTOS, "summary", session["code"]),
        ]
    if has_consultations(figures):
        found.append(Block("summary.consultations", text, "summary", CONSULTATIONS))
    found += [Block(f"outcome.{session['code']}", data, "outcome", session["code"]) for session in sessions]
    if has_consultations(figures):
        found.append(Block("outcome.consultations", data, "outcome", CONSULTATIONS))
    found.append(Block("outcome.attendance", data, "outcome"))
    found += [Block(f"appendix.{name}", data, "appendix") for name in ("definitions", "milestones", "matrix")]
    return found


def _place_of_strand(figures: Mapping):
    """Sessions of a strand stand together, closing meetings at the end, as the chapters have them."""
    strands = list(dict.fromkeys(session["strand"] for session in figures["sessions"]))
    known = [code for code in ("management_study", "working_level") if code in strands]
    order = known + [code for code in strands if code not in (*known, "closing")] + ["closing"]
    return lambda session: order.index(session["strand"])


def has_consultations(figures: Mapping) -> bool:
    """True when consultations were planned or took place."""
    return bool(figures["programme"]["consultations_per_company"] or figures["consultations"]["held"])


# --- Figures by name ------------------------------------------------------------------------------------------------------


def values(figures: Mapping) -> dict[str, int]:
    """Return every counted figure by its name, in the order of the report."""
    found = {name: each[key] for name, (each, key) in _own_places(figures).items() if each[key] is not None}
    policies, sessions = figures["policies"], [each for each in figures["sessions"] if each["held"]]
    if policies:
        found["formulated.left"] = figures["companies"]["enrolled"] - policies["formulated"]
    found["sessions"] = len(sessions)
    for strand in dict.fromkeys(each["strand"] for each in figures["sessions"]):
        own = [each for each in sessions if each["strand"] == strand]
        found[f"sessions.{strand}"] = len(own)
        found[f"attendances.{strand}"] = sum(each["people"] for each in own)
    total = {key: sum(each[key] for each in sessions) for key in ("people", "onsite", "online")}
    found["attendances"] = total["people"]
    found |= {"attendances.onsite": total["onsite"], "attendances.online": total["online"]}
    found["attendances.unknown"] = total["people"] - total["onsite"] - total["online"]
    for each in sessions:
        found[f"session.{each['code']}.unknown"] = each["people"] - each["onsite"] - each["online"]
        found[f"session.{each['code']}.comments"] = each["comments"]
    held = figures["consultations"]
    found["consultations.unknown"] = held["held"] - held["onsite"] - held["online"]
    found["consultations.beyond"] = held["held"] - held["used"]
    if held.get("extra"):
        found["consultations.granted"] = held["entitled"] + held["extra"]
    if outcomes := figures.get("outcomes"):
        found["outcome.texts"] = outcomes["texts"]
        found |= {f"outcome.{each['code']}": each["companies"] for each in outcomes["statements"]}
    return found


def _own_places(figures: Mapping) -> dict[str, tuple[dict, str]]:
    """Return where each figure stands that was counted itself; all others follow from these."""
    places = {
        "enrolled": (figures["companies"], "enrolled"),
        "withdrawn": (figures["companies"], "withdrawn"),
    }
    if policies := figures["policies"]:
        places |= {
            "formulated": (policies, "formulated"),
            "formulated.by_due": (policies, "formulated_by_due"),
            **{f"stage.{stage['stage']}": (stage, "companies") for stage in policies["stages"]},
        }
    for kind in figures["milestones"]:
        places |= {
            f"milestone.{kind['code']}": (kind, "companies"),
            f"milestone.{kind['code']}.by_due": (kind, "by_due"),
        }
    for session in figures["sessions"]:
        if session["held"]:
            places |= {f"session.{session['code']}.{key}": (session, key) for key in IN_SESSION}
    places["consultations"] = (figures["consultations"], "held")
    # Older figures know no ledger: only what they hold has a name.
    counted = [key for key in CONSULTED if key in figures["consultations"]]
    places |= {f"consultations.{key}": (figures["consultations"], key) for key in counted}
    return places


def wholes(figures: Mapping) -> dict[str, str]:
    """Return for each share of which figure it is a part: "formulated.share" of "enrolled"."""
    counted = values(figures)
    parts = {name: "enrolled" for name in counted if name == "formulated" or name.startswith("stage.")}
    parts |= {name: "outcome.texts" for name in counted if name.startswith("outcome.") and name != "outcome.texts"}
    return {f"{name}.share": whole for name, whole in parts.items()}


def sources(figures: Mapping) -> dict[str, tuple[str, ...]]:
    """Return for each figure that follows from others, by sum, difference or share, from which ones."""
    held = [each for each in figures["sessions"] if each["held"]]

    def of_sessions(*keys: str, strand: str = "") -> tuple[str, ...]:
        own = [each["code"] for each in held if not strand or each["strand"] == strand]
        return tuple(f"session.{code}.{key}" for code in own for key in keys)

    found = {
        "formulated.left": ("enrolled", "formulated"),
        "attendances": of_sessions("people"),
        "attendances.onsite": of_sessions("onsite"),
        "attendances.online": of_sessions("online"),
        "attendances.unknown": of_sessions("people", "onsite", "online"),
        "consultations.unknown": ("consultations", "consultations.onsite", "consultations.online"),
        "consultations.beyond": ("consultations", "consultations.used"),
        "consultations.granted": ("consultations.entitled", "consultations.extra"),
    }
    for strand in dict.fromkeys(each["strand"] for each in figures["sessions"]):
        found[f"attendances.{strand}"] = of_sessions("people", strand=strand)
    for each in held:
        code = f"session.{each['code']}"
        found[f"{code}.unknown"] = (f"{code}.people", f"{code}.onsite", f"{code}.online")
    shares = {share: (share.removesuffix(".share"), whole) for share, whole in wholes(figures).items()}
    known = values(figures)
    return {name: parts for name, parts in found.items() if name in known} | shares


def marks(figures: Mapping) -> dict[str, tuple[int, ...]]:
    """Return the numbers of the values entered by hand that stand in each figure; a negative one where it follows from it."""
    numbers = {each["figure"]: number for number, each in enumerate(figures.get("overrides", ()), start=1)}
    if not numbers:
        return {}
    following = {
        name: tuple(-numbers[part] for part in dict.fromkeys(parts) if part in numbers)
        for name, parts in sources(figures).items()
    }
    return {name: found for name, found in following.items() if found} | {
        name: (number,) for name, number in numbers.items()
    }


def can_be_entered(figures: Mapping) -> set[str]:
    """Return the names of figures that may be replaced by hand: those that were counted, none that follow from others."""
    return {name for name, (each, key) in _own_places(figures).items() if each[key] is not None}


def with_overrides(figures: Mapping, overrides: Iterable[Mapping]) -> dict:
    """Return the figures with values entered by hand in their places, and with the list of these.

    Each names `figure`, `value`, `reason_ja` and `reason_en`; what the figures say themselves is added as `computed`.
    """
    changed = deepcopy(dict(figures))
    places, kept = _own_places(changed), []
    for override in overrides:
        if override["figure"] not in places:
            continue  # the session or milestone is gone
        each, key = places[override["figure"]]
        kept.append({**override, "computed": each[key]})
        each[key] = override["value"]
    return changed | ({"overrides": kept} if kept else {})


def differences(before: Mapping, after: Mapping) -> list[tuple[str, int | None, int | None]]:
    """Return what another reading of the figures would change, as (name, before, after)."""
    old, new = values(before), values(after)
    names = [*old, *(name for name in new if name not in old)]
    return [(name, old.get(name), new.get(name)) for name in names if old.get(name) != new.get(name)]


# --- Placeholders ---------------------------------------------------------------------------------------------------------

PLACEHOLDER = re.compile(r"\{\{[ \t]*([^{}\n]*?)[ \t]*\}\}")
DATES = ("as_of", "period", "target_due", "consultation_period", "consultation_months")


@dataclass(frozen=True)
class TextProblem:
    """Something in a text that cannot be printed: where it stands, counted from 1, and what it is."""

    code: str  # unknown, open
    line: int
    column: int
    text: str


def placeholder_names(figures: Mapping) -> list[str]:
    """Return every name that may stand between braces, in the order in which they are offered."""
    days = [f"session.{session['code']}.day" for session in figures["sessions"]]
    dates = [name for name in DATES if _is_known(name, figures)]
    return [*dates, *days, *values(figures), *wholes(figures)]


def _is_known(name: str, figures: Mapping) -> bool:
    programme, consultations = figures["programme"], figures["consultations"]
    if name == "target_due":
        return bool(programme["target_due_on"])
    if name == "consultation_months":
        return bool(consultations["held"])
    if name == "consultation_period":
        return bool(programme["consultations_start_on"] or consultations["first_on"]) and bool(
            programme["consultations_end_on"] or consultations["last_on"]
        )
    return True


def text_problems(text: str, names: Iterable[str]) -> list[TextProblem]:
    """Return the placeholders that nothing is known of, and braces that are opened or closed alone."""
    known, found = set(names), []
    rest = list(text)
    for match in PLACEHOLDER.finditer(text):
        rest[match.start() : match.end()] = " " * (match.end() - match.start())
        if match[1] not in known:
            found.append((match.start(), "unknown", match[0]))
    found += [(match.start(), "open", match[0]) for match in re.finditer(r"\{\{+|\}\}+", "".join(rest))]
    return [_problem(text, *each) for each in sorted(found)]


def _problem(text: str, place: int, code: str, piece: str) -> TextProblem:
    before = text[:place]
    return TextProblem(code, before.count("\n") + 1, place - before.rfind("\n"), piece[:80])
