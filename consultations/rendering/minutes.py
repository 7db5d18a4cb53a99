"""Minutes and what a consultation is prepared from, as the prepared rows and cards that the pages draw."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext, override, pgettext

from common import dates
from common.comparing import compare
from common.components import Term, badge
from common.components.redlines import draw
from common.models import in_language
from consultations.enums import FREE_STATES
from consultations.models import Consultation, Minutes, PrivateNote
from consultations.queries.minutes import AgreedTask
from jobs.rendering import Progress, drawable, render_pdf
from policies.catalogue import LATEST, catalogue
from policies.models import Revision
from policies.rendering.drafting import in_text_area
from policies.rendering.redlines import compare_contents, summary_sentence
from policies.rendering.versions import PartView, compare_url, part_views, version_title
from programmes.enums import Mode

from .cards import state_badge, when

STYLESHEET = Path(__file__).resolve().parent.parent / "assets" / "minutes.css"
TEMPLATE = "consultations/document/minutes.html"


def passage_titles() -> dict[str, str]:
    """Return the passages of minutes in the order of reading, with their headings."""
    return {
        "matters": gettext("What was asked"),
        "advice": gettext("What was advised"),
        "text": gettext("Further points, and next time"),
    }


def title(consultation: Consultation) -> str:
    return gettext("Consultation on %(day)s") % {"day": dates.long_date(timezone.localdate(consultation.starts_at))}


def meeting_terms(consultation: Consultation, *, names: Iterable[str], now: datetime.datetime) -> list[Term]:
    """Return when, with whom, how and where; who comes; where it stands."""
    terms = [
        Term(label=gettext("Date and time"), value=when(consultation)),
        Term(label=gettext("Adviser"), value=consultation.adviser.name),
        Term(label=gettext("Method"), value=consultation.get_method_display()),
    ]
    if consultation.method != Mode.ONLINE and consultation.place:
        terms.append(Term(label=gettext("Place"), value=consultation.place))
    people = pgettext("list", ", ").join(names)
    return [
        *terms,
        Term(label=gettext("From the company"), value=people or gettext("Not said yet")),
        Term(label=gettext("State"), value=state_badge(consultation, now=now)),
    ]


def joining_url(consultation: Consultation, *, now: datetime.datetime) -> str:
    """Return where an online consultation takes place, as long as it can be joined."""
    is_ahead = consultation.state not in FREE_STATES and consultation.ends_at > now
    return consultation.meeting_url if consultation.method == Mode.ONLINE and is_ahead else ""


# --- Preparing ------------------------------------------------------------------------------------------------------------


def section_titles(codes: Iterable[str], version: str | None) -> list[str]:
    """Return sections of the catalogue by name; codes that it does not have are left out."""
    known = {section.code: section for section in catalogue(version or LATEST).sections}
    return [in_language(known[code], "title") for code in codes if code in known]


@dataclass(frozen=True)
class Changes:
    """What changed between an earlier text and the one kept for the consultation."""

    before: str
    after: str
    summary: str
    parts: list[PartView]
    count: int
    language: str
    whole_url: str


def changes_between(before: Revision, after: Revision, *, language: str) -> Changes:
    """Compare two kept texts paragraph by paragraph; only what changed, with what is left out counted."""
    comparison = compare_contents(before.content, after.content, language=language)
    parts, count = part_views(comparison, only_changes=True)
    return Changes(
        before=_named(before),
        after=_named(after),
        summary=summary_sentence(comparison),
        parts=parts,
        count=count,
        language=language,
        whole_url=compare_url(after.company_id, before.pk, after.pk, language=language),
    )


def _named(revision: Revision) -> str:
    day = dates.short_date(timezone.localdate(revision.frozen_at))
    return gettext("%(version)s of %(day)s") % {"version": version_title(revision), "day": day}


@dataclass(frozen=True)
class TaskView:
    """A task with who sees to it, by when, and what was done."""

    id: str
    text: str
    owner: str
    due: str
    status: SafeString | str
    state: str
    answer: str = ""
    agreed: str = ""
    is_late: bool = False
    can_be_removed: bool = False

    @property
    def remove(self) -> str:
        """What the button brings that takes it out."""
        return f"remove:{self.id}"


_STATE_WORDS = {
    "open": "advice_open",
    "done": "advice_done",
    "declined": "advice_declined",
    "withdrawn": "advice_withdrawn",
}


def task_views(tasks: Iterable[AgreedTask], *, today: datetime.date) -> list[TaskView]:
    return [_task_view(each, today) for each in tasks]


def _task_view(agreed: AgreedTask, today: datetime.date) -> TaskView:
    task, item = agreed.task, agreed.item
    source = item or task
    is_open = item is None or item.state == "open"
    due = source.due_on
    return TaskView(
        id=str(task.pk),
        text=task.text,
        owner=source.owner.name if source.owner else "",
        due=dates.long_date(due) if due else "",
        status=badge(_STATE_WORDS[item.state]) if item else "",
        state=_paper_words()[item.state] if item else "",
        answer=item.answer if item else "",
        agreed=dates.short_date(timezone.localdate(task.consultation.starts_at)),
        is_late=bool(is_open and due and due < today),
        can_be_removed=is_open,
    )


def _paper_words() -> dict[str, str]:
    return {
        "open": gettext("Not answered yet"),
        "done": gettext("Followed"),
        "declined": gettext("Not followed"),
        "withdrawn": gettext("Withdrawn by the adviser"),
    }


# --- Reading --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Passage:
    """One passage to read; after a change also with what was changed."""

    heading: str
    text: str
    changed: SafeString | str = ""


def passages(minutes: Minutes, *, with_changes: bool = True) -> list[Passage]:
    """Return the passages that say something; those that changed since they were shared with their changes marked."""
    found = []
    # Minutes from before there were passages are one text.
    only_text = not (minutes.matters or minutes.advice)
    for name, heading in passage_titles().items():
        text, before = getattr(minutes, name), minutes.before.get(name)
        is_changed = with_changes and minutes.changed_at and before is not None and before != text
        if text or is_changed:
            changed = draw(compare(before, text, language="ja")) if is_changed else ""
            found.append(Passage(gettext("Minutes") if only_text and name == "text" else heading, text, changed))
    return found


def minutes_badge(minutes: Minutes) -> SafeString:
    """Return where the minutes stand between adviser and company."""
    if minutes.shared_at is None:
        return badge("draft", instead=gettext("Not shared yet"))
    if minutes.confirmed_at:
        return badge("endorsed", instead=gettext("Confirmed by the company"))
    if minutes.is_disputed:
        return badge("changes_requested", instead=gettext("The company asks for a change"))
    return badge("submitted", instead=gettext("To be confirmed by the company"))


def minutes_history(minutes: Minutes) -> list[str]:
    """Return when the minutes were shared, changed and confirmed, as sentences."""
    lines = [gettext("Shared with the company: %(when)s") % {"when": dates.date_and_time(minutes.shared_at)}]
    if minutes.changed_at:
        lines.append(gettext("Changed after sharing: %(when)s") % {"when": dates.date_and_time(minutes.changed_at)})
    if minutes.confirmed_at:
        words = {"when": dates.date_and_time(minutes.confirmed_at), "name": minutes.confirmed_by.name}
        lines.append(gettext("Confirmed: %(when)s, %(name)s") % words)
    return lines


# --- Writing --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Conflict:
    """Two texts of one passage: the one that came too late, and the one that stands."""

    passage: str
    heading: str
    mine: str
    theirs: str
    rev: int
    ops: tuple
    url: str


@dataclass(frozen=True)
class Box:
    """One passage to write in."""

    name: str
    label: str
    help: str
    value: str
    rev: int
    most: int
    rows: int
    url: str
    error: str = ""
    is_unsaved: bool = False
    conflict: Conflict | None = None


def save_url(consultation: Consultation, passage: str) -> str:
    url = reverse("consultations:save_minutes", args=[consultation.company_id, consultation.pk])
    return f"{url}?passage={passage}"


def conflict(consultation: Consultation, passage: str, *, mine: str, theirs: str, rev: int) -> Conflict:
    heading = (passage_titles() | {"note": gettext("Your own note")})[passage]
    ops = tuple(compare(theirs, mine, language="ja"))
    return Conflict(passage, heading, mine, theirs, rev, ops, save_url(consultation, passage))


def boxes(
    consultation: Consultation,
    minutes: Minutes | None,
    *,
    typed: Mapping[str, str],
    errors: Mapping[str, str],
    conflicts: Mapping[str, Conflict],
    start: str,
) -> list[Box]:
    """Return the passages as boxes; `typed` is what a form brought and could not be saved, `start` what was asked beforehand."""
    helps = {
        "matters": gettext("Prefilled from what the company wrote when it booked. Change it to what was asked."),
        "advice": gettext("In words that the company can use without you."),
        "text": gettext("What else was said; what the next meeting should be about."),
    }
    revs = minutes.revs if minutes else {}
    values = {name: getattr(minutes, name) if minutes else "" for name in helps}
    if "matters" not in revs and not values["matters"]:
        values["matters"] = start
    return [
        Box(
            name=name,
            label=label,
            help=helps[name],
            value=in_text_area(typed.get(name, values[name])),
            rev=revs.get(name, {}).get("rev", 0),
            most=Minutes._meta.get_field(name).max_length,
            rows=6 if name == "advice" else 4,
            url=save_url(consultation, name),
            error=errors.get(name, ""),
            is_unsaved=name in typed,
            conflict=conflicts.get(name),
        )
        for name, label in passage_titles().items()
    ]


def note_box(
    consultation: Consultation,
    note: PrivateNote | None,
    *,
    typed: Mapping[str, str],
    errors: Mapping[str, str],
    conflicts: Mapping[str, Conflict],
) -> Box:
    return Box(
        name="note",
        label=gettext("Your own note"),
        help=gettext("Nobody else ever sees this: not the company, not another adviser, not the secretariat."),
        value=in_text_area(typed.get("note", note.text if note else "")),
        rev=note.revs.get("note", {}).get("rev", 0) if note else 0,
        most=PrivateNote._meta.get_field("text").max_length,
        rows=4,
        url=save_url(consultation, "note"),
        error=errors.get("note", ""),
        is_unsaved="note" in typed,
        conflict=conflicts.get("note"),
    )


def saved_sentence(now: datetime.datetime) -> str:
    return gettext("Saved at %(time)s") % {"time": dates.clock(now)}


def shared_sentence(company: str, tasks: int) -> str:
    words = ngettext(
        "The minutes are shared. %(company)s was told by e-mail, and %(count)s task is on its list.",
        "The minutes are shared. %(company)s was told by e-mail, and %(count)s tasks are on its list.",
        tasks,
    )
    return words % {"company": company, "count": tasks}


# --- On paper -------------------------------------------------------------------------------------------------------------


def minutes_pdf(page: str, *, progress: Progress | None = None) -> bytes:
    """Return the page as tagged PDF. Raises what `jobs.rendering.render_pdf` raises."""
    return render_pdf(page, stylesheets=[STYLESHEET.read_text()], progress=progress)


def minutes_page(
    consultation: Consultation,
    minutes: Minutes,
    tasks: Iterable[AgreedTask],
    *,
    names: Iterable[str],
    language: str,
    at: datetime.datetime,
) -> str:
    """Return the HTML of the PDF in one language. Whatever somebody wrote is text: the template escapes it."""
    with override(language):
        terms = [term for term in meeting_terms(consultation, names=names, now=at) if term.label != gettext("State")]
        context = {
            "language": language,
            "company": drawable(in_language(consultation.company, "name")),
            "title": title(consultation),
            "at": at.isoformat(timespec="seconds"),
            "made": dates.date_and_time(at),
            "terms": [(term.label, drawable(str(term.value))) for term in terms],
            "history": [drawable(line) for line in minutes_history(minutes)],
            "passages": [
                (passage.heading, drawable(passage.text)) for passage in passages(minutes, with_changes=False)
            ],
            "objection": drawable(minutes.objection) if minutes.is_disputed else "",
            "tasks": [
                (drawable(view.text), drawable(view.owner), view.due, view.state)
                for view in task_views(tasks, today=timezone.localdate(at))
            ],
        }
        return render_to_string(TEMPLATE, context)


def file_name(consultation: Consultation, *, language: str) -> str:
    """Return what the file is called: company, what it is, day."""
    with override(language):
        day = timezone.localdate(consultation.starts_at).isoformat()
        return f"{in_language(consultation.company, 'name')} {gettext('Minutes')} {day}.pdf"
