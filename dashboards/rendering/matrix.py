"""The cohort matrix: companies by milestones, each cell with its day and the way to what proves it.

Written by hand and not by `Table`: a thousand companies by thirteen milestones are thirteen thousand cells, so each cell
of a milestone is one string whose parts are prepared once a column. On a small screen the milestones' columns give way to
one that says what is open (components.css, "matrix").
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from html import escape
from uuid import UUID

from django.urls import reverse
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, ngettext, pgettext

from common import dates
from common.components import Chip, badge, with_query
from common.components.tables import NOTHING, link
from policies.enums import FORMULATED_STATES, State
from policies.queries import cohort
from policies.queries.cohort import SIZES, VIEWS, Plan, Step
from policies.rendering import state_badge
from policies.rendering.cohort import Names, due_note, filter_label
from programmes.enums import MilestoneCode
from programmes.models import Programme

# Stands in an address for the id of a company until a row is written.
_ANY = UUID(int=0)
# How many open milestones a card names; the rest is a number.
_NAMED = 3


class _Days(dict):
    """ISO dates as tables write them in the reader's language: asked thousands of times for a few hundred days."""

    def __missing__(self, iso: str) -> str:
        self[iso] = dates.short_date(date.fromisoformat(iso))
        return self[iso]


# --- The cells ---------------------------------------------------------------------------------------------------------


def _split(name: str, *args) -> tuple[str, str]:
    """Return an address before and after the company's id, ready for a page."""
    before, after = reverse(name, args=[*args, _ANY]).split(str(_ANY))
    return conditional_escape(before), conditional_escape(after)


class _Cells:
    """Writes the cells of one milestone."""

    def __init__(self, step: Step, programme: Programme, day: str, days: _Days):
        self.step, self.key, self.name = step, str(step.id), conditional_escape(step.name)
        self.days = days
        self.due = step.due_on.isoformat() if step.due_on else ""
        self.day, self.is_session = day, step.source == MilestoneCode.SESSION
        self.before, self.after = self._way(programme)
        self.by_company = not (self.is_session and step.session_id)
        self.is_published = step.source == MilestoneCode.PUBLISHED
        self.opening, self.closing = f'<td><a href="{self.before}', f'{self.after}">'
        self.open = f'<td class="none">{conditional_escape(pgettext("milestone", "open"))}</td>'
        self.missed, self.late = badge("missed"), badge("late")
        self.follow, self.follow_end = _split("dashboards:following", programme.pk)
        self.register, self.register_end = reverse("policies:register_entry", args=["_"]).split("_")

    def _way(self, programme: Programme) -> tuple[str, str]:
        step = self.step
        if self.is_session and step.session_id:
            return reverse("programmes:outcome", args=[programme.pk, step.session_id]), ""
        if step.source == MilestoneCode.THEME:
            before, after = _split("dashboards:following", programme.pk)
            return before, f"{after}#m-{conditional_escape(step.code)}"
        if step.source == MilestoneCode.CONSULTED:
            return _split("consultations:company")
        if step.source in (MilestoneCode.JOINED, MilestoneCode.SESSION):
            return _split("dashboards:company")
        return _split("policies:company")

    def open_cell(self, company_id: str, extended: dict[str, str], opened: list[str]) -> str:
        """Return the cell of a milestone that was not reached, and add it to what is open."""
        own = extended.get(self.key)
        due = own or self.due
        if due and due < self.day:
            if self.is_session:
                opened.append(f"{self.name} {self.missed}")
                return f"<td>{self._linked(company_id, self.missed)}</td>"
            opened.insert(0, f"{self.name} {self.late}")
            return f"<td>{self._following(company_id, self.late)}</td>"
        if own:
            until = conditional_escape(gettext("until %(day)s") % {"day": self.days[own]})
            opened.append(f"{self.name} ({until})")
            return f"<td>{self._following(company_id, until)}</td>"
        opened.append(self.name)
        return self.open

    def day_cell(self, row, company_id: str, on: str) -> str:
        """Return the cell of a milestone that was reached, with the way to what proves it."""
        if self.is_published and row.slug:
            return f'<td><a href="{self.register}{row.slug}{self.register_end}">{self.days[on]}</a></td>'
        return f"{self.opening}{company_id if self.by_company else ''}{self.closing}{self.days[on]}</a></td>"

    def _linked(self, company_id: str, words: str) -> str:
        return f'<a href="{self.before}{company_id if self.by_company else ""}{self.after}">{words}</a>'

    def _following(self, company_id: str, words: str) -> str:
        """Lead to where the deadline stands and can be extended."""
        return f'<a href="{self.follow}{company_id}{self.follow_end}#m-{self.step.code}">{words}</a>'


# --- The table ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Head:
    """A head of a column: its word, what sorts by it, and for a milestone its deadline and counts that filter."""

    label: str
    note: str = ""
    sort_url: str = ""
    direction: str = ""
    describes: str = ""  # id of the definition
    reached: SafeString | str = ""
    overdue: SafeString | str = ""


@dataclass(frozen=True)
class Matrix:
    caption: str
    heads: list[Head]
    body: SafeString


def matrix(
    rows: Iterable, steps: list[Step], *, target: str, programme: Programme, day: date, total: int, query, sort: str
) -> Matrix:
    """Return the table of one page; `total` is how many companies the whole list has, `target` as `target_step` says it."""
    heads = [
        _head(gettext("Company"), "name", query, sort),
        _head(gettext("Code"), "code", query, sort),
        Head(gettext("Policy")),
        Head(gettext("Adviser")),
        Head(gettext("In charge")),
        Head(pgettext("milestones", "Reached"), note=gettext("of %(count)s") % {"count": len(steps)}),
        Head(pgettext("milestones", "Open")),
        *(_step_head(step, day=day, total=total, query=query, sort=sort) for step in steps),
    ]
    writer = _Rows(programme, steps, target, day, [conditional_escape(head.label) for head in heads[:7]])
    return Matrix(gettext("Companies by milestones"), heads, mark_safe("".join(map(writer.row, rows))))  # noqa: S308 - every part is escaped


def _head(label: str, name: str, query, sort: str, **more) -> Head:
    direction = {name: "ascending", f"-{name}": "descending"}.get(sort, "")
    following = f"-{name}" if direction == "ascending" else name
    return Head(label, sort_url=with_query(query, sort=following), direction=direction, **more)


def _step_head(step: Step, *, day: date, total: int, query, sort: str) -> Head:
    overdue = step.overdue(total, day=day)
    word = pgettext("milestone", "missed") if step.source == MilestoneCode.SESSION else pgettext("milestone", "overdue")
    at = {"milestone": step.code}
    return _head(
        step.name,
        f"m-{step.code}",
        query,
        sort,
        note=due_note(step),
        describes=f"definition-{step.code}",
        reached=_count(step.reached, with_query(query, reached=cohort.REACHED, **at), step.name),
        overdue=_count(overdue, with_query(query, reached=cohort.OVERDUE, **at), step.name, word) if overdue else "",
    )


def _count(count: int, url: str, name: str, word: str = "") -> SafeString | str:
    """Return a number that narrows the list, with the milestone's name for those who hear it."""
    if not count:
        return "0"
    shown = format_html('{}<span class="visually-hidden">: {}</span>', f"{count:,} {word}".strip(), name)
    return link(shown, url)


class _Rows:
    """Writes the rows: the opening tags of the first columns are made once."""

    def __init__(self, programme: Programme, steps: list[Step], target: str, day: date, labels: list[str]):
        self.programme, self.day, self.iso = programme, day, day.isoformat()
        days = _Days()
        self.columns = [_Cells(step, programme, self.iso, days) for step in steps]
        self.opening = [f'<td role="cell" data-label="{label}"' for label in labels]
        self.before, self.after = _split("dashboards:following", programme.pk)
        self.is_over = bool(programme.target_due_on) and programme.target_due_on < day
        self.target = target
        self.badges = {
            state: (state_badge(state), f"{state_badge(state)} {badge('late')}") for state in (None, *State.values)
        }
        self.withdrawn = badge("withdrawn")
        self.rests: dict[int, str] = {}
        self.everything = conditional_escape(gettext("Everything is reached"))
        self.names = Names()
        self.choose = escape(gettext("Choose %(company)s"))

    def row(self, row) -> str:
        company_id, opened, name = row.of_company, [], escape(self.names.company(row))
        reached, extended = cohort.days(row.reached), cohort.days(row.extended)
        cells = [
            column.day_cell(row, company_id, reached[column.key])
            if column.key in reached
            else column.open_cell(company_id, extended, opened)
            for column in self.columns
        ]
        done = len(self.columns) - len(opened)
        _company, code, policy, adviser, charge, count, what = self.opening
        return (
            f'<tr role="row"><th scope="row" role="rowheader"><label class="pick"><input type="checkbox" name="company" '
            f'value="{company_id}" aria-label="{self.choose % {"company": name}}"></label>'
            f'<a href="{self.before}{company_id}{self.after}">{name}</a></th>'
            f"{code}>{escape(row.code)}</td>"
            f"{policy}><span>{self._stage(row, extended)}</span></td>{_text(adviser, self.names.people(row.advisers))}"
            f"{_text(charge, self.names.in_charge(row.in_charge))}"
            f'{count} class="number">{done}</td>{what} class="matrix-open"><div>{self._open(opened)}</div></td>{"".join(cells)}</tr>'
        )

    def _stage(self, row, extended: dict[str, str]) -> str:
        """Return the state, with "overdue" beside it when the target day is over without a formulated policy."""
        if row.withdrawn_on and row.withdrawn_on <= self.day:
            return self.withdrawn
        plain, late = self.badges[row.state]
        if not self.is_over or row.state in FORMULATED_STATES:
            return plain
        return plain if self.target and extended.get(self.target, "") >= self.iso else late

    def _open(self, opened: list[str]) -> str:
        """Return what is open, the first of it by name."""
        more = len(opened) - _NAMED
        words = "<br>".join(opened[:_NAMED]) or self.everything
        return f"{words}<br>{self._rest(more)}" if more > 0 else words

    def _rest(self, more: int) -> str:
        if more not in self.rests:
            words = ngettext("and %(count)s more", "and %(count)s more", more) % {"count": more}
            self.rests[more] = conditional_escape(words)
        return self.rests[more]


def _text(opening: str, words: str) -> str:
    return f"{opening}>{escape(words)}</td>" if words else f'{opening} class="none">{NOTHING}</td>'


# --- Around the table ---------------------------------------------------------------------------------------------------


_FILTERS = ("none", *State.values, "late", "unassigned", "withdrawn")


def chips(counts: dict[str, int], *, show: str | None, query) -> list[Chip]:
    """Return one chip a filter that leaves something, and the chosen one always."""
    found = [Chip(label=gettext("All"), url=with_query(query, show=None), active=not show, count=counts["all"])]
    return found + [
        Chip(label=filter_label(name), url=with_query(query, show=name), active=show == name, count=counts.get(name, 0))
        for name in _FILTERS
        if name in counts or name == show
    ]


@dataclass(frozen=True)
class Choice:
    """One of several ways to look at the list."""

    label: str
    url: str
    current: bool


def view_choices(steps: Iterable[Step], *, view: str | None, query) -> list[Choice]:
    """Return the views that leave some milestones out, and all of them first; none where there is nothing to choose."""
    labels = {
        "": pgettext("milestones", "All milestones"),
        "sessions": gettext("Sessions"),
        "policy": gettext("Policy"),
        "consultations": gettext("Consultations"),
        "themes": pgettext("programme", "Themes"),
    }
    steps = list(steps)
    useful = [key for key in labels if not key or 0 < sum(map(VIEWS[key], steps)) < len(steps)]
    if len(useful) == 1:
        return []
    return [Choice(labels[key], with_query(query, view=key or None), key == (view or "")) for key in useful]


def density_choices(present: str | None, *, query) -> list[Choice]:
    """Return how close the lines of the table stand."""
    labels = {"": pgettext("lines of a table", "Wide"), "dense": pgettext("lines of a table", "Close")}
    return [Choice(labels[key], with_query(query, density=key or None), key == (present or "")) for key in labels]


def published_line(steps: Iterable[Step], *, total: int) -> str:
    """Return how many companies of the list have published; "" where the programme does not count it."""
    step = next((step for step in steps if step.source == MilestoneCode.PUBLISHED), None)
    if step is None:
        return ""
    words = ngettext(
        "Of %(total)s company in this list, %(count)s has published its policy.",
        "Of %(total)s companies in this list, %(count)s have published their policy.",
        total,
    )
    return words % {"count": f"{step.reached:,}", "total": f"{total:,}"}


def definitions(plan: Plan) -> list[Step]:
    """Return the milestones that say what they count."""
    return [step for step in plan.steps if step.definition]


def size_choices(present: int, *, total: int, query) -> list[Choice]:
    """Return how many companies a page may hold, as far as the list is long enough to choose."""
    useful = [size for size in SIZES if size == SIZES[0] or total > SIZES[SIZES.index(size) - 1]]
    if len(useful) == 1 and present == SIZES[0]:
        return []
    return [
        Choice(f"{size:,}", with_query(query, rows=size if size != SIZES[0] else None), size == present)
        for size in SIZES
        if size in useful or size == present
    ]
