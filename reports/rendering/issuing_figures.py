"""Every figure of a report by itself: where it stands, what it is called, how much it is, and what it counts.

One list serves the sheet of definitions and the comparison of two reports, so that neither knows a figure that the other
does not. Numbers that this list has no name for, because a later version of the figures has more, come last under the
name of their place, and are never left out.
"""

import html
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby

from django.utils.html import strip_tags
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from . import document, narrative
from . import wording as w


@dataclass(frozen=True)
class Entry:
    """One figure. `path` says where it stands in the frozen figures, and is the same in every report."""

    path: tuple[str, ...]
    chapter: str
    group: str
    name: str
    value: int | None
    whole: int | None = None
    meaning: str = ""


@dataclass(frozen=True)
class Change:
    """A figure that differs: what it was, and what it is."""

    group: str
    name: str
    old: int | None
    new: int | None
    old_whole: int | None = None
    new_whole: int | None = None


def entries(figures: Mapping) -> list[Entry]:
    """Return all figures in the active language, in the order of the report's chapters."""
    parts = (_outline, _outcomes, _progress, _consultations, _sessions, _milestones)
    named = [entry for part in parts for entry in part(figures)]
    by_hand = {_path_of(each["figure"]): each for each in figures.get("overrides", ())}
    named = [_with_reason(entry, by_hand[entry.path]) if entry.path in by_hand else entry for entry in named]
    known = {entry.path for entry in named}
    rest = [
        Entry(path, _("Other figures"), " · ".join(path[:-1]), path[-1], value)
        for path, value in _numbers(figures)
        if path not in known
    ]
    return named + rest


def compared(old: Mapping, new: Mapping) -> list[tuple[str, list[Change]]]:
    """Return the figures that differ between two reports, by chapter."""
    before, after = ({entry.path: entry for entry in entries(figures)} for figures in (old, new))
    found = []
    for path in _merged(list(before), list(after)):
        was, now = before.get(path), after.get(path)
        said = now or was
        pair = [(entry.value, entry.whole) if entry else (None, None) for entry in (was, now)]
        if pair[0] != pair[1]:
            (old_value, old_whole), (new_value, new_whole) = pair
            found.append(
                (said.chapter, Change(said.group, said.name, old_value, new_value, old_whole, new_whole)),
            )
    order = list(dict.fromkeys(chapter for chapter, _change in found))
    found.sort(key=lambda pair: order.index(pair[0]))
    return [(chapter, [change for _chapter, change in pairs]) for chapter, pairs in groupby(found, lambda p: p[0])]


def _merged(old: list, new: list) -> Iterable:
    """Return all paths in the order of the new list; what only the old one has comes after what preceded it there."""
    result, present = list(new), set(new)
    for index, path in enumerate(old):
        if path not in present:
            before = next((known for known in reversed(old[:index]) if known in present), None)
            result.insert(result.index(before) + 1 if before is not None else 0, path)
            present.add(path)
    return result


def _text(value: str) -> str:
    """Return the report's wording as plain text."""
    return html.unescape(strip_tags(value)) if isinstance(value, SafeString) else value


# --- 1 ----------------------------------------------------------------------------------------------------------------


def _outline(figures: Mapping) -> Iterator[Entry]:
    chapter, meanings = _("1 Outline of business"), dict(document.definitions(figures))
    enrolled = figures["companies"]["enrolled"]
    group = pgettext("report", "Participating companies")
    yield Entry(
        ("companies", "enrolled"),
        chapter,
        group,
        pgettext("report", "Enrolled"),
        enrolled,
        None,
        _text(meanings[group]),
    )
    yield Entry(
        ("companies", "withdrawn"),
        chapter,
        group,
        pgettext("report", "Withdrawn"),
        figures["companies"]["withdrawn"],
        None,
        _("Companies that had withdrawn by that day."),
    )
    if figures["policies"]:
        yield from _policies(figures, chapter, meanings)
    yield from _totals(figures, chapter, meanings)


def _policies(figures: Mapping, chapter: str, meanings: Mapping) -> Iterator[Entry]:
    policies, enrolled, group = figures["policies"], figures["companies"]["enrolled"], _("Stage of the policies")
    for code in w.STAGES:
        yield Entry(
            ("policies", "stages", code),
            chapter,
            group,
            w.stage(code),
            narrative.stage_count(figures, code),
            enrolled,
            meanings[pgettext("report", "Stage")],
        )
    formulated = pgettext("report", "Formulated")
    yield Entry(
        ("policies", "formulated"),
        chapter,
        group,
        formulated,
        policies["formulated"],
        enrolled,
        _text(meanings[formulated]),
    )
    due = figures["programme"]["target_due_on"]
    yield Entry(
        ("policies", "formulated_by_due"),
        chapter,
        group,
        _("Formulated by the target date"),
        policies["formulated_by_due"],
        enrolled,
        _text(_("As above, by the target date: {day}.").format(day=_text(w.day(due)) or "–")),
    )


def _totals(figures: Mapping, chapter: str, meanings: Mapping) -> Iterator[Entry]:
    group, held = pgettext("report", "Sessions"), [session for session in figures["sessions"] if session["held"]]
    yield Entry(
        ("totals", "sessions"), chapter, group, _("Sessions held"), len(held), None, _("Sessions that had ended.")
    )
    for key, name in (
        ("people", _("Attendances in all")),
        ("onsite", pgettext("chart", "On site")),
        ("online", pgettext("chart", "Online")),
    ):
        total = sum(session[key] for session in figures["sessions"])
        yield Entry(("totals", key), chapter, group, name, total, None, meanings[_("Attendances in all")])


def _outcomes(figures: Mapping) -> Iterator[Entry]:
    """What the check of the catalogue finds in published texts, where the figures have it."""
    outcomes, group = figures.get("outcomes"), _("Content of the published policies")
    if not outcomes:
        return
    chapter = _("1 Outline of business")
    texts = _("Published policies whose text stands in the public register.")
    yield Entry(("outcomes", "texts"), chapter, group, _("Published texts"), outcomes["texts"], None, texts)
    for each in outcomes["statements"]:
        found = _("Of these, those in whose text the check of the catalogue finds it.")
        path = ("outcomes", "statements", each["code"], "companies")
        yield Entry(path, chapter, group, w.plain(each, "title"), each["companies"], outcomes["texts"], found)


def _progress(figures: Mapping) -> Iterator[Entry]:
    """How many companies had reached each step by the end of each month, where the figures have it."""
    chapter, enrolled = _("1 Outline of business"), figures["companies"]["enrolled"]
    meaning = _("Companies whose policy had reached this step or a further one by that day.")
    for month in figures.get("progress", ()):
        group = _text(_("Progress by {day}").format(day=_text(w.day(month["until"]))))
        for step, count in month.items():
            if step != "until":
                yield Entry(("progress", month["until"], step), chapter, group, w.stage(step), count, enrolled, meaning)


# --- 2 and 3 ----------------------------------------------------------------------------------------------------------


def _consultations(figures: Mapping) -> Iterator[Entry]:
    consultations, chapter = figures["consultations"], _("2 and 3 Activities and their outcome")
    group, meanings = pgettext("report", "Individual consultations"), dict(document.definitions(figures))
    modes, entitled = meanings[pgettext("report", "On site and online")], consultations["entitled"] or None
    each = _("What each enrolled company was entitled to, together.")
    rows = [
        ("held", pgettext("report", "Held"), None, _text(meanings[group])),
        (
            "companies",
            pgettext("report", "Companies"),
            None,
            _("Different companies with at least one consultation."),
        ),
        ("onsite", pgettext("chart", "On site"), consultations["held"], modes),
        ("online", pgettext("chart", "Online"), consultations["held"], modes),
        ("cancelled", pgettext("report", "Cancelled"), None, _("Bookings that were called off.")),
        ("entitled", _("Entitled to"), None, each),
        ("used", pgettext("report", "Used"), entitled, _("Held, up to what each enrolled company is entitled to.")),
        (
            "extra",
            _("Granted in addition"),
            None,
            _("Beyond the entitlement, each with a recorded reason; they add to it."),
        ),
        (
            "cancelled_late",
            _("Cancelled too late"),
            entitled,
            _("Called off by the company after the deadline, so that they count."),
        ),
        ("missed", _("The company did not come"), entitled, _("Booked, and nobody of the company came.")),
        ("forfeited", _("Forfeited"), entitled, _("Taken from the entitlement, each with a recorded reason.")),
        ("later", pgettext("report", "Later"), entitled, _("Held or booked for after that day.")),
        (
            "unmarked",
            pgettext("report", "Outcome not recorded"),
            entitled,
            _("Booked for a time that is over, and never marked as held."),
        ),
        ("unused", pgettext("report", "Unused"), entitled, _("Neither used nor booked; no reason is recorded.")),
    ]
    for key, name, whole, meaning in rows:
        if key in consultations:
            yield Entry(("consultations", key), chapter, group, name, consultations[key], whole, meaning)
    for place, adviser in enumerate(consultations["advisers"], start=1):
        title = w.plain(adviser, "title")
        path = ("consultations", "advisers", adviser["title_ja"] or adviser["title_en"] or str(place), "people")
        counts = _("Advisers with this title who held consultations.")
        yield Entry(path, chapter, group, title or _("Advisers without a title"), adviser["people"], None, counts)


def _sessions(figures: Mapping) -> Iterator[Entry]:
    chapter, meanings = _("2 and 3 Activities and their outcome"), dict(document.definitions(figures))
    took_part, modes = (meanings[pgettext("report", name)] for name in ("Participants", "On site and online"))
    rows = [
        ("people", pgettext("report", "People"), took_part),
        ("companies", pgettext("report", "Companies"), took_part),
        ("onsite", pgettext("chart", "On site"), modes),
        ("online", pgettext("chart", "Online"), modes),
        ("comments", pgettext("report", "Comments"), _("Comments received after the session, shown ones only.")),
        ("quotable", _("Comments that may be quoted"), _("Of these, those whose authors agreed to be quoted.")),
    ]
    for session in figures["sessions"]:
        group = f"{w.plain(session, 'title')} ({session['code']})"
        for key, name, meaning in rows:
            value = session[key] if session["held"] else None
            yield Entry(("sessions", session["code"], key), chapter, group, name, value, None, meaning)


# --- Appendix ---------------------------------------------------------------------------------------------------------


def _milestones(figures: Mapping) -> Iterator[Entry]:
    chapter, enrolled = pgettext("report", "Appendix"), figures["companies"]["enrolled"]
    for kind in figures["milestones"]:
        group, meaning = w.plain(kind, "name"), w.plain(kind, "definition")
        path = ("milestones", kind["code"])
        yield Entry(
            (*path, "companies"),
            chapter,
            group,
            pgettext("report", "Companies"),
            kind["companies"],
            enrolled,
            meaning or _("Companies that had reached it by that day."),
        )
        yield Entry(
            (*path, "by_due"),
            chapter,
            group,
            pgettext("report", "By the due date"),
            kind["by_due"],
            enrolled,
            _text(_("As above, by its due date: {day}.").format(day=_text(w.day(kind["due_on"])) or "–")),
        )


# --- What has no name here --------------------------------------------------------------------------------------------

# Parts of the figures that are no figures: the programme's own data, the rows by company, how the list is made, and what
# was entered by hand, which stands in its places already.
_NO_FIGURES = {"schema", "edition", "as_of", "computed_at", "programme", "organisations", "rows", "overrides"}
# What a row of a list is told by.
_KEYS = ("code", "stage", "until", "title_ja", "title_en", "name_ja", "name_en")


def _path_of(name: str) -> tuple[str, ...]:
    """Return the place of a figure that was entered by hand: see `queries.blocks`."""
    head, _dot, rest = name.partition(".")
    if head in ("enrolled", "withdrawn"):
        return ("companies", head)
    if head == "formulated":
        return ("policies", "formulated_by_due" if rest else "formulated")
    if head == "stage":
        return ("policies", "stages", rest)
    if head == "milestone":
        return ("milestones", rest.removesuffix(".by_due"), "by_due" if rest.endswith(".by_due") else "companies")
    if head == "session":
        return ("sessions", *rest.rsplit(".", 1))
    return (head, rest or "held")


def _with_reason(entry: Entry, override: Mapping) -> Entry:
    """Return an entry whose meaning says that its value was entered by hand, in place of which, and why."""
    computed = "–" if override["computed"] is None else f"{override['computed']:,}"
    words = _("Entered by hand in place of {computed}: {reason}")
    said = words.format(computed=computed, reason=w.plain(override, "reason"))
    return replace(entry, meaning=f"{entry.meaning} {said}")


def _numbers(figures: Mapping) -> Iterator[tuple[tuple[str, ...], int]]:
    """Go through all whole numbers of the figures, each with the place that it stands at."""
    for key, value in figures.items():
        if key not in _NO_FIGURES:
            yield from _below((key,), value)


def _below(path: tuple[str, ...], value) -> Iterator[tuple[tuple[str, ...], int]]:
    if isinstance(value, bool):
        return
    if isinstance(value, int):
        yield _shortened(path), value
    elif isinstance(value, Mapping):
        for key, part in value.items():
            yield from _below((*path, key), part)
    elif isinstance(value, list):
        for index, part in enumerate(value):
            own = next((str(part[key]) for key in _KEYS if part.get(key)), "") if isinstance(part, Mapping) else ""
            yield from _below((*path, own or str(index + 1)), part)


def _shortened(path: tuple[str, ...]) -> tuple[str, ...]:
    """Return the path of a stage as `entries` has it: the count is all there is of it."""
    return path[:-1] if path[:2] == ("policies", "stages") else path
