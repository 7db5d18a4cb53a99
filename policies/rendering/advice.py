"""How advice was handled: each piece with the company's answer, as rows of a page and as a PDF."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext, override

from common.components import badge
from common.dates import date_and_time, long_date, short_date
from common.models import in_language
from jobs.rendering import Progress, drawable, render_pdf
from policies.catalogue import LATEST, catalogue
from policies.enums import ActionSource, ActionState, SuggestionState
from policies.models import ActionItem, Suggestion

STYLESHEET = Path(__file__).resolve().parent.parent / "assets" / "advice.css"
TEMPLATE = "policies/document/advice.html"


@dataclass(frozen=True)
class AdviceRow:
    """One piece of advice and what the company did about it, in the reader's language."""

    item: ActionItem
    suggestion: Suggestion | None
    today: datetime.date

    @property
    def id(self) -> str:
        return f"advice-{self.item.pk}"

    @property
    def source(self) -> str:
        return str(ActionSource(self.item.source).label)

    @property
    def place(self) -> str:
        """The requirement or the section that it is about; "" where it is about neither."""
        found = catalogue(self.item.cycle.catalogue if self.item.cycle else LATEST)
        entry = {one.code: one for one in found.requirements}.get(self.item.requirement) or {
            one.code: one for one in found.sections
        }.get(self.item.section_code)
        return in_language(entry, "title") if entry else ""

    @property
    def title(self) -> str:
        words = {"source": self.source, "place": self.place}
        return gettext("%(source)s: %(place)s") % words if self.place else self.source

    @property
    def given(self) -> str:
        return gettext("%(name)s, %(when)s") % {
            "name": self.item.author.name,
            "when": short_date(timezone.localdate(self.item.created_at)),
        }

    @property
    def is_open(self) -> bool:
        return self.item.state == ActionState.OPEN

    @property
    def is_late(self) -> bool:
        return self.is_open and self.item.due_on is not None and self.item.due_on < self.today

    @property
    def badge(self) -> SafeString:
        return badge(f"advice_{self.item.state}")

    @property
    def state(self) -> str:
        """The state in words, for paper."""
        return _state_words()[self.item.state]

    @property
    def wording(self) -> str:
        """The suggested wording, where the item does not quote it already."""
        return self.suggestion.text if self.suggestion and self.suggestion.text != self.item.text else ""

    @property
    def answer(self) -> str:
        """What became of suggested wording, in a sentence; else the company's own words."""
        if self.suggestion and self.suggestion.state == SuggestionState.ACCEPTED:
            return gettext("The wording was taken over as suggested.")
        if self.suggestion and self.suggestion.state == SuggestionState.EDITED:
            return gettext("The wording was edited and taken over:")
        return self.item.answer

    @property
    def own_wording(self) -> str:
        """What the paragraph became, where the company edited the wording."""
        is_edited = self.suggestion is not None and self.suggestion.state == SuggestionState.EDITED
        return self.suggestion.applied_text if is_edited else ""

    @property
    def answered(self) -> str:
        if not self.item.answered_by or self.item.state == ActionState.WITHDRAWN:
            return ""
        return gettext("%(name)s, %(when)s") % {
            "name": self.item.answered_by.name,
            "when": short_date(timezone.localdate(self.item.answered_at)),
        }

    @property
    def owner(self) -> str:
        return self.item.owner.name if self.item.owner else ""

    @property
    def due(self) -> str:
        return long_date(self.item.due_on) if self.item.due_on else ""

    @property
    def language(self) -> str:
        return self.suggestion.language if self.suggestion else ""

    @property
    def source_url(self) -> str:
        """Where it is answered beside the text; "" for what is answered here."""
        if self.item.source == ActionSource.SUGGESTION:
            return f"{reverse('policies:discussion', args=[self.item.company_id])}#suggestion-{self.item.source_id}"
        if self.item.source == ActionSource.COMMENT:
            return f"{reverse('policies:discussion', args=[self.item.company_id])}#thread-{self.item.source_id}"
        return ""


def advice_rows(
    items: Iterable[ActionItem], suggestions: Mapping[UUID, Suggestion], *, today: datetime.date
) -> list[AdviceRow]:
    return [AdviceRow(item, suggestions.get(item.source_id), today) for item in items]


def _state_words() -> dict[str, str]:
    return {
        ActionState.DONE: gettext("Followed"),
        ActionState.DECLINED: gettext("Not followed"),
        ActionState.OPEN: gettext("Not answered yet"),
        ActionState.WITHDRAWN: gettext("Withdrawn by the adviser"),
    }


# --- On paper -------------------------------------------------------------------------------------------------------------


def advice_pdf(
    rows: Sequence[AdviceRow],
    *,
    company: Mapping[str, str],
    language: str,
    at: datetime.datetime,
    progress: Progress | None = None,
) -> bytes:
    """Return all rows as tagged PDF in one language. Raises what `jobs.rendering.render_pdf` raises."""
    return render_pdf(
        advice_page(rows, company=company, language=language, at=at),
        stylesheets=[STYLESHEET.read_text()],
        progress=progress,
    )


def advice_page(rows: Sequence[AdviceRow], *, company: Mapping[str, str], language: str, at: datetime.datetime) -> str:
    """Return the HTML of the PDF. Whatever somebody wrote is text: the template escapes it."""
    with override(language):
        name = company.get(language) or next(filter(None, company.values()), "")
        context = {
            "language": language,
            "company": drawable(name),
            "at": at.isoformat(timespec="seconds"),
            "made": date_and_time(at),
            "counts": _counts(rows),
            "rows": [_on_paper(number, row) for number, row in enumerate(rows, start=1)],
        }
        return render_to_string(TEMPLATE, context)


def _on_paper(number: int, row: AdviceRow) -> dict:
    drawn = {
        name: drawable(getattr(row, name))
        for name in ("title", "given", "wording", "state", "answer", "own_wording", "answered", "owner", "due")
    }
    return drawn | {"number": number, "text": drawable(row.item.text), "is_open": row.is_open}


def _counts(rows: Sequence[AdviceRow]) -> list[tuple[str, int]]:
    """Return how many pieces of advice there are in each state, in words."""
    counts = {state: sum(row.item.state == state for row in rows) for state in _state_words()}
    if not counts[ActionState.WITHDRAWN]:
        del counts[ActionState.WITHDRAWN]
    return [(gettext("Advice given"), len(rows)), *((_state_words()[state], count) for state, count in counts.items())]


def advice_file_name(company: Mapping[str, str], *, language: str, at: datetime.datetime) -> str:
    """Return what the file is called: company, what it is, day."""
    with override(language):
        name = company.get(language) or next(filter(None, company.values()), "")
        day = timezone.localdate(at).isoformat()
        return f"{name} {gettext('How advice was handled')} {day}.pdf"
