"""Slides that the portal draws from a company's three topics: a title page and a page for each, more where it is long."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext, override

from common.dates import long_date
from common.models import in_language
from jobs.rendering import Progress, drawable, render_pdf
from programmes.models import Presentation, Session

STYLESHEET = Path(__file__).resolve().parent.parent / "assets" / "slides.css"
TEMPLATE = "programmes/document/slides.html"
# Characters up to which a topic is set large, and up to which it is set in the middle size.
LARGE, MIDDLE = 110, 260
BULLETS = "・･•‣◦●○■□*-–—"


@dataclass(frozen=True)
class Deck:
    """What is drawn of one company: read in the database, drawn outside any transaction."""

    language: str
    company: str
    presenter: str
    topics: tuple[str, ...]
    # The name of the file that the company shows instead; "" for a company without slides of its own.
    own_slides: str = ""


@dataclass(frozen=True)
class Occasion:
    """The meeting that slides are shown at, in both languages."""

    title: Mapping[str, str]
    programme: Mapping[str, str]
    day: Mapping[str, str]


def occasion(session: Session) -> Occasion:
    day = timezone.localdate(session.starts_at)
    return Occasion(
        title={code: in_language(session, "title", code) for code in ("ja", "en")},
        programme={code: in_language(session.programme, "name", code) for code in ("ja", "en")},
        day={code: _day(day, code) for code in ("ja", "en")},
    )


def _day(day, language: str) -> str:
    with override(language):
        return long_date(day)


def deck(presentation: Presentation) -> Deck:
    language = presentation.language
    return Deck(
        language=language,
        company=in_language(presentation.company, "name", language),
        presenter=presentation.presenter,
        topics=tuple(getattr(presentation, name) for name in Presentation.TOPICS),
        own_slides=presentation.slides.name if presentation.slides else "",
    )


def slides_pdf(decks: Iterable[Deck], *, at: Occasion, language: str, progress: Progress | None = None) -> bytes:
    """Return the slides of one company or of several as tagged PDF. Raises what `jobs.rendering.render_pdf` raises."""
    return render_pdf(
        slides_page(decks, at=at, language=language), stylesheets=[STYLESHEET.read_text()], progress=progress
    )


def slides_page(decks: Iterable[Deck], *, at: Occasion, language: str) -> str:
    """Return the HTML of the PDF. Whatever a company wrote is text: the template escapes it."""
    decks = list(decks)
    title = at.title[language] if len(decks) != 1 else f"{decks[0].company} – {at.title[language]}"
    context = {
        "language": language,
        "title": drawable(title),
        "author": drawable(decks[0].company if len(decks) == 1 else at.programme[language]),
        "decks": [_drawn(one, at) for one in decks],
    }
    return render_to_string(TEMPLATE, context)


def _drawn(one: Deck, at: Occasion) -> dict:
    with override(one.language):
        return {
            "language": one.language,
            "company": drawable(one.company),
            "presenter": drawable(one.presenter),
            "meeting": drawable(at.title[one.language]),
            "programme": drawable(at.programme[one.language]),
            "day": at.day[one.language],
            "own_slides": drawable(one.own_slides),
            "own_words": gettext("This company shows slides of its own."),
            "topics": [
                _topic(number, heading, text)
                for number, (heading, text) in enumerate(zip(topic_headings(), one.topics, strict=True), start=1)
            ],
        }


def _topic(number: int, heading: str, text: str) -> dict:
    lines = [line for line in (drawable(line).strip() for line in text.splitlines()) if line]
    length = sum(map(len, lines)) + 20 * len(lines)
    return {
        "number": number,
        "heading": heading,
        "continued": gettext("%(heading)s (continued)") % {"heading": f"{number}  {heading}"},
        "lines": [line.lstrip(BULLETS).strip() or line for line in lines],
        "size": "large" if length <= LARGE else "middle" if length <= MIDDLE else "small",
        "nothing": gettext("Spoken without a slide"),
    }


def topic_headings() -> tuple[str, str, str]:
    return gettext("Impressions and difficulties"), gettext("What we learned"), gettext("What comes next")


def slides_name(*names: str) -> str:
    """Return what the file is called."""
    return " ".join(filter(None, names)) + ".pdf"
