"""Words for the builder: names of blocks and figures, the portal's own text as a draft, and a written text as printed."""

import html
import re
from collections.abc import Iterable, Mapping

from django.utils import translation
from django.utils.html import conditional_escape, format_html, strip_tags
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from reports.queries import blocks as queries

from . import narrative
from . import wording as w

CONSULTATIONS = queries.CONSULTATIONS


# --- Names ------------------------------------------------------------------------------------------------------------------


def chapter_label(chapter: str) -> str:
    return {
        "front": _("Cover and contents"),
        "outline": _("1 Outline of business"),
        "summary": _("2 Brief summary"),
        "outcome": _("3 Outcome of events"),
        "appendix": pgettext("report", "Appendix"),
    }[chapter]


def block_label(block: queries.Block, figures: Mapping) -> str:
    """Return what a block is called in the outline."""
    if block.subject:
        subject = _subject(block.subject, figures)
        kind = block.key.partition(".")[0]
        return {
            "summary": subject,
            "quotes": _("%(session)s: quotes") % {"session": subject},
            "photos": _("%(session)s: photographs") % {"session": subject},
            "outcome": _("%(session)s: table of the outcome") % {"session": subject},
        }[kind]
    return {
        "cover": pgettext("report", "Cover"),
        "contents": pgettext("report", "Contents"),
        "outline.background": _("Background and purpose"),
        "outline.structure": _("Implementing structure and period"),
        "outline.activities": _("Outline of activities"),
        "outline.table": _("Table of the activities"),
        "outline.results": pgettext("report", "Results"),
        "outline.stages": _("Stage of the policies"),
        "outline.progress": _("Progress over time"),
        "outline.outcomes": _("What published policies say"),
        "outline.plans": pgettext("report", "What lies ahead"),
        "outcome.attendance": _("Attendance at a glance"),
        "appendix.definitions": _("What the figures count"),
        "appendix.milestones": pgettext("report", "Milestones"),
        "appendix.matrix": pgettext("report", "Milestones by company"),
    }[block.key]


def _subject(code: str, figures: Mapping) -> str:
    if code == CONSULTATIONS:
        return w.strand(CONSULTATIONS)
    return next((w.plain(each, "title") for each in figures["sessions"] if each["code"] == code), code)


def figure_label(name: str, figures: Mapping) -> str:
    """Return what a figure or a date is called where it is chosen or explained."""
    if name.endswith(".share"):
        return _("%(figure)s, in percent") % {"figure": figure_label(name.removesuffix(".share"), figures)}
    head, _dot, rest = name.partition(".")
    if head == "session":
        code, _dot, what = rest.rpartition(".")
        return f"{_subject(code, figures)}: {_in_session()[what]}"
    if head == "stage":
        return _("Companies at the stage “%(stage)s”") % {"stage": w.stage(rest)}
    if head == "milestone":
        return _milestone_label(rest, figures)
    if head in ("sessions", "attendances") and rest not in ("", "onsite", "online", "unknown"):
        texts = {
            "sessions": _("Sessions held: %(activity)s"),
            "attendances": _("Attendances: %(activity)s"),
        }
        return texts[head] % {"activity": w.strand(rest)}
    if head == "outcome" and rest != "texts":
        found = next((each for each in figures["outcomes"]["statements"] if each["code"] == rest), None)
        return w.plain(found, "title") if found else rest
    return _plain_labels().get(name, name)


def _milestone_label(rest: str, figures: Mapping) -> str:
    names = {kind["code"]: w.plain(kind, "name") for kind in figures["milestones"]}
    if rest in names:
        return _("Companies that reached “%(milestone)s”") % {"milestone": names[rest]}
    code = rest.removesuffix(".by_due")
    return _("Companies that reached “%(milestone)s” by its due date") % {"milestone": names.get(code, code)}


def _in_session() -> dict[str, str]:
    return {
        "people": pgettext("of a session", "people"),
        "companies": pgettext("of a session", "companies"),
        "onsite": pgettext("of a session", "people on site"),
        "online": pgettext("of a session", "people online"),
        "unknown": pgettext("of a session", "people whose mode is not recorded"),
        "comments": pgettext("of a session", "comments"),
        "day": pgettext("of a session", "date"),
    }


def _plain_labels() -> dict[str, str]:
    return {
        "as_of": _("Day of the figures"),
        "period": _("Implementation period"),
        "target_due": _("Target date"),
        "consultation_period": _("Planned months of the consultations"),
        "consultation_months": _("Months in which consultations were held"),
        "enrolled": _("Participating companies"),
        "withdrawn": _("Companies that withdrew"),
        "formulated": _("Companies that formulated their policy"),
        "formulated.by_due": _("Companies that formulated their policy by the target date"),
        "formulated.left": _("Companies that have not formulated their policy yet"),
        "sessions": _("Sessions held"),
        "attendances": _("Attendances in all"),
        "attendances.onsite": _("Attendances on site"),
        "attendances.online": _("Attendances online"),
        "attendances.unknown": _("Attendances whose mode is not recorded"),
        "consultations": pgettext("figure", "Consultations held"),
        "consultations.companies": _("Companies that had a consultation"),
        "consultations.onsite": _("Consultations on site"),
        "consultations.online": _("Consultations online"),
        "consultations.unknown": _("Consultations whose mode is not recorded"),
        "consultations.cancelled": _("Consultations cancelled"),
        "consultations.entitled": _("Consultations that companies were entitled to"),
        "consultations.extra": _("Consultations granted in addition"),
        "consultations.granted": _("Consultations that companies were entitled to or granted"),
        "consultations.cancelled_late": _("Consultations cancelled too late"),
        "consultations.missed": _("Consultations that the company did not come to"),
        "consultations.forfeited": _("Consultations forfeited with a reason"),
        "consultations.used": _("Entitled consultations that were used"),
        "consultations.later": _("Consultations held or booked for after the day"),
        "consultations.unmarked": _("Consultations booked whose outcome is not recorded"),
        "consultations.unused": _("Entitled consultations that were not used"),
        "consultations.beyond": _("Consultations beyond the entitlement"),
        "outcome.texts": _("Published policies whose text could be checked"),
    }


# --- The portal's own sentences -------------------------------------------------------------------------------------------------


def generated(key: str, figures: Mapping) -> list[SafeString]:
    """Return the paragraphs that the portal writes for a block of text, in the active language."""
    head, _dot, subject = key.partition(".")
    if key == "summary.consultations":
        return [narrative.consultations_summary(figures)]
    if head == "summary":
        return [narrative.session_summary(each, figures) for each in figures["sessions"] if each["code"] == subject]
    return {
        "background": narrative.background,
        "activities": narrative.activity_sentences,
        "results": narrative.results,
        "plans": narrative.plans,
    }[subject](figures)


def automatic_text(key: str, figures: Mapping, language: str) -> str:
    """Return the portal's own sentences as somebody goes on from them: plain, with placeholders for the figures."""
    with translation.override(language), w.marking(lambda of, text: SafeString("{{ " + of + " }}")):
        return "\n\n".join(plain(paragraph) for paragraph in generated(key, figures))


def plain(text: str) -> str:
    return html.unescape(strip_tags(text))


# --- A written text as printed ----------------------------------------------------------------------------------------------------


def printed_text(text: str, figures: Mapping) -> list[SafeString]:
    """Return the paragraphs of a text with its figures put in, in the active language; blank lines part paragraphs.

    What is no known placeholder stays as it was typed. Everything typed is text, whatever it looks like.
    """
    known = figure_texts(figures)
    return [_filled(part, known) for part in re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n")) if part.strip()]


def _filled(text: str, known: Mapping[str, str]) -> SafeString:
    pieces, end = [], 0
    for match in queries.PLACEHOLDER.finditer(text):
        pieces.append(conditional_escape(text[end : match.start()]))
        pieces.append(w.named(match[1], known[match[1]]) if match[1] in known else conditional_escape(match[0]))
        end = match.end()
    pieces.append(conditional_escape(text[end:]))
    # A single line break stays one.
    lines = SafeString("".join(map(str, pieces))).strip().split("\n")
    return SafeString("<br>".join(lines))


def figure_texts(figures: Mapping) -> dict[str, str]:
    """Return how each placeholder is printed in the active language, unmarked."""
    with w.marking(None):
        counted = queries.values(figures)
        found: dict[str, str] = {name: w.number(value) for name, value in counted.items()}
        found |= {
            name: w.share(counted[name.removesuffix(".share")], counted[whole])
            for name, whole in queries.wholes(figures).items()
            if whole in counted
        }
        known = {
            "as_of": narrative.as_of,
            "period": narrative.period,
            "target_due": lambda figures: w.day(figures["programme"]["target_due_on"]),
            "consultation_period": narrative.consultation_period,
            "consultation_months": narrative.held_months,
        }
        found |= {name: tell(figures) for name, tell in known.items() if name in queries.placeholder_names(figures)}
        found |= {f"session.{each['code']}.day": w.session_day(each) for each in figures["sessions"]}
        return found


def override_mark(figures: Mapping):
    """Return a mark that puts ※ and a number behind each value that was entered by hand, and (※1) behind what follows.

    None where nothing was entered.
    """
    marks = queries.marks(figures)
    if not marks:
        return None

    def mark(of: str, text: str) -> SafeString:
        if of not in marks:
            return conditional_escape(text)
        return format_html('<span class="entered">{}<sup>{}</sup></span>', text, mark_text(marks[of]))

    return mark


def mark_text(numbers: Iterable[int]) -> str:
    """Return ※1 for a value that was entered by hand, (※1)(※2) for one that follows from such values."""
    return "".join(f"※{number}" if number > 0 else f"(※{-number})" for number in numbers)
