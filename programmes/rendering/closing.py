"""A closing meeting as prepared rows: who presents, who is missing, what was said."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext, pgettext

from common import dates
from common.components import Figure, Term
from programmes.models import MeetingRemark, Presentation, Session
from programmes.queries.closing import Slot
from programmes.rendering.programme import companies_unit, session_url, when, where
from programmes.rendering.slides import topic_headings

LANGUAGES = {"ja": "日本語", "en": "English"}


@dataclass(frozen=True)
class Line:
    """A company in the running order, as the secretariat sees it."""

    enrolment_id: UUID
    key: str  # name of the field with its place
    order: int | None
    company: str
    code: str
    presenter: str
    language: str
    entered: str
    status: str  # of common.components.STATUSES
    slides_url: str
    slides_name: str
    edit_url: str
    is_first: bool
    is_last: bool


def lines(slots: Iterable[Slot], session: Session, *, key) -> list[Line]:
    slots = list(slots)
    placed = [slot for slot in slots if slot.order is not None]
    return [
        _line(slot, session, key=key(slot), is_first=slot is placed[0], is_last=slot is placed[-1])
        if slot in placed
        else _line(slot, session, key=key(slot), is_first=False, is_last=False)
        for slot in slots
    ]


def _line(slot: Slot, session: Session, *, key: str, is_first: bool, is_last: bool) -> Line:
    company, row = slot.enrolment.company, slot.presentation
    return Line(
        enrolment_id=slot.enrolment.pk,
        key=key,
        order=slot.order,
        company=company.name,
        code=slot.enrolment.code,
        presenter=row.presenter if row else "",
        language=LANGUAGES[row.language] if row and not slot.is_missing else "",
        entered=gettext("%(count)s of 3 topics") % {"count": slot.topics} if slot.topics else "",
        status="filled" if slot.is_ready else "not_started" if slot.is_missing else "in_progress",
        slides_url=slides_url(row) if row else "",
        slides_name=row.slides.name if row and row.slides else "",
        edit_url=reverse("programmes:presentation", args=[company.pk, session.pk]),
        is_first=is_first,
        is_last=is_last,
    )


def slides_url(presentation: Presentation) -> str:
    """Return where the company's own slides are handed out; "" where there are none."""
    if not presentation.slides_id:
        return ""
    return reverse("programmes:presentation_slides", args=[presentation.company_id, presentation.session_id])


def closing_figures(slots: Iterable[Slot]) -> list[Figure]:
    slots = list(slots)
    ready, missing = sum(slot.is_ready for slot in slots), sum(slot.is_missing for slot in slots)
    placed = sum(slot.order is not None for slot in slots)
    return [
        Figure(label=gettext("Taking part"), value=len(slots), unit=companies_unit(len(slots))),
        Figure(label=gettext("Everything entered"), value=ready, unit=companies_unit(ready)),
        Figure(label=gettext("Nothing entered yet"), value=missing, unit=companies_unit(missing)),
        Figure(label=gettext("In the running order"), value=placed, unit=companies_unit(placed)),
    ]


def meeting_terms(session: Session) -> list[Term]:
    return [
        Term(label=gettext("Date and time"), value=when(session)),
        Term(label=gettext("Method and venue"), value=where(session)),
    ]


@dataclass(frozen=True)
class Topic:
    """One of the three topics as it is read: its paragraphs, and the language they are in."""

    heading: str
    lines: list[str]


def topics(presentation: Presentation | None) -> list[Topic]:
    texts = [getattr(presentation, name) for name in Presentation.TOPICS] if presentation else [""] * 3
    return [
        Topic(heading, [line for line in text.splitlines() if line.strip()])
        for heading, text in zip(topic_headings(), texts, strict=True)
    ]


def presentation_terms(presentation: Presentation | None, session: Session) -> list[Term]:
    """What is known of a company's presentation beside its topics."""
    terms = [Term(label=gettext("Meeting"), value=session.title), *meeting_terms(session)]
    if presentation is None:
        return terms
    if presentation.order:
        place = pgettext("place in the running order", "No. %(number)s") % {"number": presentation.order}
        terms.append(Term(label=gettext("Place in the running order"), value=place))
    return [
        *terms,
        Term(label=gettext("Who presents"), value=presentation.presenter),
        Term(label=gettext("Language of the presentation"), value=LANGUAGES[presentation.language]),
    ]


def saved_line(presentation: Presentation | None) -> str:
    """Return when it was saved last, so that the writer knows that nothing is lost."""
    if presentation is None:
        return gettext("Nothing has been saved yet.")
    return gettext("Last saved: %(when)s") % {"when": dates.date_and_time(presentation.updated_at)}


def until_line(session: Session, *, now: datetime) -> str:
    """Return until when the company can write."""
    if now < session.starts_at:
        return gettext("You can change this until the meeting begins: %(when)s.") % {
            "when": dates.date_and_time(session.starts_at)
        }
    return gettext("The meeting has begun. What is entered stands as it is.")


@dataclass(frozen=True)
class Said:
    """A question, an answer or a comment, as it is read."""

    kind: str
    by: str
    text: str
    change_url: str = ""


@dataclass(frozen=True)
class Talk:
    """What was said on one company's presentation, or to all."""

    heading: str
    said: list[Said]


def talks(slots: Iterable[Slot], by_company: Mapping, *, change=None) -> list[Talk]:
    """Return what was said in running order, and at the end what was said to all. `change` gives a remark's own page."""
    found = [
        Talk(slot.enrolment.company.name, said(by_company[slot.enrolment.company_id], change=change))
        for slot in slots
        if by_company.get(slot.enrolment.company_id)
    ]
    if by_company.get(None):
        found.append(Talk(gettext("To all"), said(by_company[None], change=change)))
    return found


def said(rows: Iterable[MeetingRemark], *, change=None) -> list[Said]:
    return [Said(str(row.get_kind_display()), row.said_by, row.text, change(row) if change else "") for row in rows]


def refusal_words(code: str, **params) -> str:
    """Return why uploaded slides are not kept, and what to do about it."""
    words = {
        "empty_file": gettext("This file is empty. Please choose the file with your slides."),
        "empty": gettext("This file is empty. Please choose the file with your slides."),
        "file_too_large": gettext("This file is too large. Please make its pictures smaller and choose it again."),
        "size": gettext("This file is too large. Please make its pictures smaller and choose it again."),
        "not_a_pdf": gettext("This is not a PDF, or it is damaged. Please save your slides as PDF again."),
        "encrypted": gettext("This file asks for a password. Please save your slides without one."),
        "old_slides": gettext("This is a file of an old PowerPoint. Please save it as .pptx or as PDF."),
        "not_slides": gettext("This file holds no slides. Please choose a PowerPoint file (.pptx) or a PDF."),
        "macros": gettext("This file holds macros, which the portal does not take. Please save it as PDF."),
        "too_many_pages": gettext("These are more than %(limit)s pages. Please upload those that you will show.")
        % {"limit": params.get("limit", "")},
        "quota": gettext("The company's room for files is used up. Please ask the secretariat for help."),
    }
    return words.get(code) or gettext(
        "This file is damaged or unusual. Please save your slides as PDF and choose that."
    )


__all__ = [
    "Line",
    "Said",
    "Talk",
    "Topic",
    "closing_figures",
    "lines",
    "meeting_terms",
    "presentation_terms",
    "refusal_words",
    "said",
    "saved_line",
    "session_url",
    "slides_url",
    "talks",
    "topics",
    "until_line",
]
