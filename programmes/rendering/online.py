"""Lists of online meetings on the page: what is wrong with a file, and what would come of each line."""

from collections.abc import Iterable, Mapping

from django.template.defaultfilters import filesizeformat
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext, pgettext

from common import dates
from common.components import Cell, Chip, Column, Figure, Row, Table, badge, link
from companies.models import Person
from programmes.enums import Mode
from programmes.models import Attendance, OnlineList

from .programme import people_unit

STATES = ("open", "present", "short", "onsite", "left_out")


# --- What is wrong with a file ----------------------------------------------------------------------------------------


def problem_words(problem) -> str:
    """Return what is wrong in words, with the row and what stands there; see `programmes.importing.online.Problem`."""
    values = {"text": problem.text, "size": filesizeformat(problem.limit), "count": problem.limit}
    words = _PROBLEMS[problem.code]() % values
    return gettext("Row %(row)s: %(words)s") % {"row": problem.row, "words": words} if problem.row else words


_PROBLEMS = {
    "empty": lambda: gettext("The file is empty."),
    "size": lambda: gettext("The file is larger than %(size)s."),
    "rows": lambda: gettext("The file has more than %(count)s rows."),
    "encoding": lambda: gettext(
        "This is no list in UTF-8, UTF-16 or Shift_JIS. Please upload the CSV as Zoom or Teams gave it."
    ),
    "columns": lambda: gettext(
        "The columns for names and times were not found. Please upload the list of participants as Zoom or Teams gave it,"
        " with its first lines."
    ),
    "columns_of_row": lambda: gettext("“%(text)s” is neither coming nor going."),
    "nobody": lambda: gettext("Nobody stands in this list."),
    "name": lambda: gettext("There is neither a name nor an address."),
    "moment": lambda: gettext("“%(text)s” is no date with a time."),
    "other_day": lambda: gettext("“%(text)s” is not the day of this session."),
    "order": lambda: gettext("They left before they came: %(text)s."),
    "duration": lambda: gettext("“%(text)s” is no length of time."),
    "other_time": lambda: gettext(
        "Everybody was there at another time than this session (%(text)s). Is it the list of another meeting, or of"
        " another time zone?"
    ),
    "more": lambda: gettext("There may be more; these are the first %(count)s."),
    "onsite_only": lambda: gettext("This session is held on site only."),
}


def problem_list(problems: Iterable) -> list[str]:
    return [problem_words(problem) for problem in problems]


# --- Lists ------------------------------------------------------------------------------------------------------------


def lists_table(lists: Iterable[OnlineList], *, address) -> Table:
    """The lists of a session. `address` gives the page of one."""
    return Table(
        caption=gettext("Uploaded lists"),
        columns=[
            Column(label=gettext("File")),
            Column(label=gettext("From")),
            Column(label=gettext("Uploaded")),
            Column(label=gettext("Lines"), numeric=True),
            Column(label=gettext("Imported")),
        ],
        rows=[
            (
                link(each.name, address(each.pk)),
                each.get_origin_display(),
                Cell(dates.date_and_time(each.uploaded_at), "nowrap"),
                len(each.entries),
                dates.date_and_time(each.confirmed_at) if each.confirmed_at else badge("draft"),
            )
            for each in lists
        ],
    )


# --- Preview ----------------------------------------------------------------------------------------------------------


def state_of(line, verdict, row: Attendance | None) -> str:
    """Return in which heap a line lies: open, present, short, onsite or left_out."""
    if line.is_open:
        return "open"
    if not line.person or verdict is None:
        return "left_out"
    if row is not None and row.attended and row.actual_mode == Mode.ONSITE:
        return "onsite"
    return "present" if verdict.is_enough else "short"


def state_words(state: str) -> str:
    return {
        "open": gettext("To be decided"),
        "present": pgettext("line of a list", "Took part"),
        "short": gettext("Too short"),
        "onsite": gettext("Was received on site"),
        "left_out": gettext("Left out"),
    }[state]


def preview_figures(people: Mapping[str, int]) -> list[Figure]:
    """How many people each heap holds; the open ones are lines, because nobody knows yet who they are."""
    return [
        Figure(label=state_words(state), value=people.get(state, 0), unit=people_unit(people.get(state, 0)))
        for state in STATES
    ]


def state_chips(counts: Mapping[str, int], *, chosen: str) -> list[Chip]:
    return [
        Chip(
            label=state_words(state),
            url="?" if state == chosen else f"?state={state}",
            active=state == chosen,
            value=state_words(state) if state == chosen else "",
            count=counts.get(state, 0),
        )
        for state in STATES
        if counts.get(state) or state == chosen
    ]


def why(line) -> str:
    """Return why somebody is meant, or why nobody is."""
    return {
        "address": gettext("Same address"),
        "name": gettext("Same name"),
        "several": gettext("Several people have this name or address"),
        "company": gettext("The name fits, the company does not"),
        "none": gettext("Nobody of this name or address"),
        "hand": gettext("By hand: %(reason)s") % {"reason": line.reason},
        "left_out": gettext("By hand: %(reason)s") % {"reason": line.reason},
    }[line.by]


def times(line) -> str:
    stays = line.entry.stays
    if not stays:
        return ""
    words = f"{dates.clock(stays[0][0])}–{dates.clock(stays[-1][1])}"
    if len(stays) > 1:
        words += " " + ngettext("(%(count)s stay)", "(%(count)s stays)", len(stays)) % {"count": len(stays)}
    return words


def preview_table(lines, *, people: Mapping[str, Person], decide: bool, query) -> Table:
    """The lines with what would come of each: (number, line, state). `decide` offers to change who is meant."""
    columns = [
        Column(label=gettext("In the list")),
        Column(label=pgettext("length of time", "Minutes"), numeric=True),
        Column(label=gettext("When")),
        Column(label=gettext("Who this is")),
        Column(label=gettext("Why")),
        Column(label=gettext("What comes of it")),
    ]
    return Table(
        caption=gettext("Lines of the list"),
        columns=[*columns, Column(label=gettext("Change"))] if decide else columns,
        rows=[_line_row(number, line, state, people, decide, query) for number, line, state in lines],
    )


def _line_row(number: int, line, state: str, people: Mapping[str, Person], decide: bool, query) -> Row:
    person = people.get(line.person)
    name = " / ".join(line.entry.names) or line.entry.email
    shown = format_html('{}<br><span class="quiet">{}</span>', name, line.entry.email) if line.entry.email else name
    cells = [
        shown,
        line.entry.minutes,
        Cell(times(line), "nowrap"),
        f"{person.name} · {person.company.name}" if person else "",
        why(line),
        _state_badge(state),
    ]
    if decide:
        words = gettext("Decide") if state == "open" else gettext("Change")
        address = f"?line={number + 1}" + (f"&state={query}" if query else "") + "#decide"
        inside = format_html('{}<span class="visually-hidden"> {}</span>', words, name)
        cells.append(link(inside, address))
    return Row(cells, id=f"line-{number + 1}")


def _state_badge(state: str) -> SafeString:
    look = {"open": "ask", "present": "ok", "short": "calm", "onsite": "plain", "left_out": "faint"}[state]
    return format_html('<span class="tag tag-{}">{}</span>', look, state_words(state))
