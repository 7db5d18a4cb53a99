"""A policy on paper: the PDF of one text, in one language or one after the other."""

import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import gettext, override, pgettext

from jobs.rendering import Progress, drawable, render_pdf

from .contents import Content, read
from .facts import Facts, fact_lines, fingerprint_line, made_on, state_word, version_name

HERE = Path(__file__).resolve().parent
STYLESHEET = HERE.parent / "assets" / "policy.css"
TEMPLATE = "policies/document/policy.html"


def policy_pdf(content: Mapping, *, languages: Sequence[str], facts: Facts, progress: Progress | None = None) -> bytes:
    """Return a text as tagged PDF. Raises what `jobs.rendering.render_pdf` raises."""
    return render_pdf(
        policy_page(content, languages=languages, facts=facts),
        stylesheets=[STYLESHEET.read_text()],
        progress=progress,
    )


def policy_page(content: Mapping, *, languages: Sequence[str], facts: Facts) -> str:
    """Return the HTML of the PDF. Whatever the text holds is text: the template escapes it."""
    text, language = read(content), languages[0]
    owner, title = text.owner(language), text.name(language)
    context = {
        "language": language,
        "title": drawable(f"{title} {owner}".strip()),
        "author": drawable(owner),
        "version": version_name(facts, language=language),
        "at": facts.at.isoformat(timespec="seconds"),
        "running": drawable("　".join(filter(None, [owner, title, state_word(facts, language=language)]))),
        "seal": f"SHA-256 {facts.sha256[:16]}" if facts.sha256 else version_name(facts, language=language),
        "is_draft": facts.is_draft,
        "texts": [_text(text, code, facts) for code in languages],
    }
    return render_to_string(TEMPLATE, context)


def _text(text: Content, language: str, facts: Facts) -> dict:
    parts = (
        {
            "heading": drawable(part.heading(language)),
            "paragraphs": [drawable(block.text(language)) for block in part.written(language)],
        }
        for part in text.parts
    )
    with override(language):
        nothing = gettext("Nothing has been written yet.")
    return {
        "language": language,
        "title": drawable(text.name(language)),
        "owner": drawable(text.owner(language)),
        "facts": [drawable(line) for line in fact_lines(facts, language=language)],
        "parts": [part for part in parts if part["paragraphs"]],
        "nothing": nothing,
        "fingerprint": fingerprint_line(facts, language=language),
    }


def file_name(content: Mapping, *, facts: Facts, language: str, before: Facts | None = None) -> str:
    """Return what a file is called, without its ending: company, title, version; for changes both versions."""
    text = read(content)
    with override(language):
        if facts.number is None:
            version = f"{gettext('Working copy')} {made_on(facts.at)}"
        else:
            version = pgettext("file name", "v%(number)s") % {"number": facts.number}
        if before is not None:
            version = pgettext("file name", "changes v%(old)s to %(new)s") % {"old": before.number, "new": version}
    return " ".join(filter(None, [text.owner(language), text.name(language), version]))


@cache
def template_version() -> str:
    """Return a fingerprint of everything but the text that decides how a file looks: page, style, code and words."""
    templates = Path(settings.BASE_DIR) / "templates" / "policies" / "document"
    words = Path(settings.BASE_DIR) / "locale" / "ja" / "LC_MESSAGES" / "django.mo"
    code = [HERE / name for name in ("contents.py", "document.py", "facts.py", "redlines.py", "word.py")]
    comparing = sorted((Path(settings.BASE_DIR) / "common" / "comparing").glob("*.py"))
    digest = hashlib.sha256()
    for path in (*code, *comparing, *sorted(templates.glob("*.html")), STYLESHEET, words):
        if path.exists():
            digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]
