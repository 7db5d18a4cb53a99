"""The public register as prepared rows, terms and data. Texts are shown in the language they are written in."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, pgettext

from common import dates
from common.components import Column, Row, Table, Term, link, with_query
from common.models import fallback_language
from policies.enums import LinkState
from policies.models import RegisterEntry, RegisterVersion

from .contents import Content, read


@dataclass(frozen=True)
class LanguageLink:
    """A language of the page, and the same page in it. A link and no form, because every reader gets the same page."""

    code: str
    name: str
    url: str
    is_current: bool


def language_links(request) -> list[LanguageLink]:
    present = get_language()
    return [
        LanguageLink(code, name, with_query(request.GET, lang=code), code == present)
        for code, name in (("ja", "日本語"), ("en", "English"))
    ]


def in_this_language(url: str, query) -> str:
    """Keep the language that a reader chose on the way to another page of the register."""
    language = query.get("lang", "")
    return f"{url}?lang={language}" if language in dict(settings.LANGUAGES) else url


def entry_url(entry: RegisterEntry, query=None) -> str:
    url = reverse("policies:register_entry", args=[entry.slug])
    return in_this_language(url, query) if query is not None else url


def named(entry: RegisterEntry) -> SafeString | str:
    """The company's name; one that is there in the other language only says in which."""
    other = fallback_language(entry, "name")
    return format_html('<span lang="{}">{}</span>', other, str(entry)) if other else str(entry)


def languages_label(codes: str) -> str:
    """Say in which languages the text is there: to an English reader, that it is not in English."""
    if "en" in codes.split(","):
        return gettext("Japanese and English")
    return pgettext("language of a text", "Japanese only")


def register_table(entries: Iterable[RegisterEntry], *, query, sort: str) -> Table:
    return Table(
        caption=gettext("Companies with a published human rights policy"),
        columns=[
            Column(label=gettext("Company"), sort="name"),
            Column(label=gettext("Industry")),
            Column(label=gettext("Prefecture")),
            Column(label=gettext("Published on"), sort="published"),
            Column(label=gettext("Text in")),
        ],
        rows=[
            Row(
                (
                    link(named(entry), entry_url(entry, query)),
                    _japanese(entry.industry),
                    _japanese(entry.prefecture),
                    dates.short_date(entry.published_on),
                    languages_label(entry.languages),
                )
            )
            for entry in entries
        ],
        query=query,
        sort=sort,
    )


def _japanese(words: str) -> SafeString | str:
    """What a company wrote about itself in Japanese, named as such on an English page."""
    if not words or words.isascii() or (get_language() or "ja").startswith("ja"):
        return words
    return format_html('<span lang="ja">{}</span>', words)


# --- One entry --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Text:
    """The published text in one language, section by section."""

    language: str
    title: str
    parts: list[tuple[str, list[str]]]
    # Of several languages, the Japanese is what was approved.
    is_translation: bool


def texts_of(content: Content) -> list[Text]:
    """Return the text once a language, the reader's first."""
    present = "en" if (get_language() or "ja").startswith("en") else "ja"
    order = sorted(content.languages, key=lambda language: language != present)
    return [
        Text(
            language,
            content.name(language),
            [
                (part.heading(language), [block.text(language) for block in part.written(language)])
                for part in content.parts
                if part.written(language)
            ],
            is_translation=language != "ja",
        )
        for language in order
    ]


@dataclass(frozen=True)
class Covered:
    title: str
    language: str
    is_written: bool


def covered_sections(content: Content) -> list[Covered]:
    """Which of the recommended sections the text has something in: a fact, and no grade."""
    language = "en" if (get_language() or "ja").startswith("en") else "ja"
    return [
        Covered(
            part.heading(language),
            "" if part.title.get(language) else "ja",
            any(part.written(code) for code in content.languages),
        )
        for part in content.parts
    ]


def entry_terms(entry: RegisterEntry, version: RegisterVersion) -> list[Term]:
    """What everybody may know about one version, in the order in which people ask."""
    terms = [
        Term(label=gettext("Published on"), value=dates.long_date(version.published_on)),
        Term(label=gettext("Approved"), value=approved_words(version)),
        Term(label=gettext("Review by an outside adviser"), value=reviewed_words(version)),
        Term(label=gettext("Text in"), value=languages_label(entry.languages)),
    ]
    if version.address:
        terms.append(Term(label=gettext("Company's own page"), value=address_words(version)))
    if entry.corporate_number:
        terms.append(Term(label=gettext("Corporate number"), value=entry.corporate_number))
    place = " · ".join(filter(None, (entry.industry, entry.prefecture)))
    if place:
        terms.append(Term(label=gettext("Industry and prefecture"), value=_japanese(place)))
    return terms


def approved_words(version: RegisterVersion) -> SafeString | str:
    if not version.approved_on:
        return gettext("The day of approval is not recorded.")
    day = dates.long_date(version.approved_on)
    return format_html("{} · {}", day, _japanese(version.approver_title)) if version.approver_title else day


def reviewed_words(version: RegisterVersion) -> str:
    if version.was_reviewed:
        return gettext("Reviewed before top management approved it")
    return gettext("Not reviewed by an adviser")


def address_words(version: RegisterVersion) -> SafeString:
    """The company's address and what the last check said; where it is broken, the text below is the one to read."""
    known = format_html('<a href="{0}" rel="noopener">{0}</a>', version.address)
    if not version.link_checked_at:
        return format_html("{}<br><span class='quiet'>{}</span>", known, gettext("Not checked yet"))
    checked = dates.long_date(timezone.localdate(version.link_checked_at), weekday=False)
    said = {
        LinkState.FOUND: gettext("Checked on %(day)s: the policy is there."),
        LinkState.NO_NAME: gettext("Checked on %(day)s: the page is there, but does not name the company."),
        LinkState.TOP_PAGE: gettext("Checked on %(day)s: a top page, not the policy itself."),
    }.get(version.link_state, gettext("Checked on %(day)s: the page did not answer. The text is kept here."))
    return format_html("{}<br><span class='quiet'>{}</span>", known, said % {"day": checked})


def history_table(entry: RegisterEntry, versions: list[RegisterVersion], *, query) -> Table:
    """All versions that ever stood here; each but the first was followed by the one above it."""
    rows = []
    following = None
    for version in versions:
        number = gettext("Version %(number)s") % {"number": version.number}
        url = in_this_language(reverse("policies:register_version", args=[entry.slug, version.number]), query)
        rows.append(
            (
                link(number, url),
                dates.short_date(version.published_on),
                _until(version, following),
                format_html('<code class="hash">{}</code>', version.sha256[:12]),
            )
        )
        following = version
    return Table(
        caption=gettext("Versions"),
        columns=[
            Column(label=gettext("Version")),
            Column(label=gettext("Published on")),
            Column(label=gettext("Until")),
            Column(label=gettext("Fingerprint begins")),
        ],
        rows=rows,
    )


def _until(version: RegisterVersion, following: RegisterVersion | None) -> str:
    if version.withdrawn_on:
        return gettext("%(day)s (withdrawn)") % {"day": dates.short_date(version.withdrawn_on)}
    if following:
        return gettext("%(day)s (replaced)") % {"day": dates.short_date(following.published_on)}
    return gettext("present version")


def content_of(version: RegisterVersion) -> Content:
    return read(version.content)


# --- Open data ----------------------------------------------------------------------------------------------------------


COLUMNS = (
    "slug", "page", "name_ja", "name_en", "name_kana", "corporate_number", "industry", "prefecture", "languages",
    "published_on", "version", "approved_on", "approver_title", "reviewed_by_adviser", "sha256", "address",
    "address_checked_at", "address_state",
)  # fmt: skip
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def facts(entry: RegisterEntry) -> dict:
    """One entry as open data; dates as in ISO 8601, no text."""
    version = entry.present
    return {
        "slug": entry.slug,
        "page": settings.PORTAL_URL + entry_url(entry),
        "name_ja": entry.name_ja,
        "name_en": entry.name_en,
        "name_kana": entry.name_kana,
        "corporate_number": entry.corporate_number,
        "industry": entry.industry,
        "prefecture": entry.prefecture,
        "languages": entry.languages.split(","),
        "published_on": entry.published_on.isoformat(),
        "version": version.number,
        "approved_on": version.approved_on.isoformat() if version.approved_on else None,
        "approver_title": version.approver_title,
        "reviewed_by_adviser": version.was_reviewed,
        "sha256": version.sha256,
        "address": version.address,
        "address_checked_at": version.link_checked_at.isoformat() if version.link_checked_at else None,
        "address_state": version.link_state,
    }


def entry_data(entry: RegisterEntry, versions: list[RegisterVersion]) -> dict:
    """One entry with its history and, while it is listed, its present text."""
    data = facts(entry) if entry.present else {"slug": entry.slug, "page": settings.PORTAL_URL + entry_url(entry)}
    data["is_listed"] = entry.is_listed
    data["versions"] = [
        {
            "number": version.number,
            "published_on": version.published_on.isoformat(),
            "withdrawn_on": version.withdrawn_on.isoformat() if version.withdrawn_on else None,
            "sha256": version.sha256,
        }
        for version in versions
    ]
    data["content"] = entry.present.content if entry.is_listed and entry.present else None
    return data


def json_lines(entries: Iterable[RegisterEntry], *, changed_at) -> Iterator[str]:
    """Write the whole register as one JSON object, piece by piece."""
    head = {"changed_at": changed_at.isoformat() if changed_at else None, "columns": COLUMNS}
    yield json.dumps(head, ensure_ascii=False)[:-1] + ', "entries": ['
    separator = "\n"
    for entry in entries:
        yield separator + json.dumps(facts(entry), ensure_ascii=False)
        separator = ",\n"
    yield "\n]}\n"


def csv_lines(entries: Iterable[RegisterEntry]) -> Iterator[str]:
    """Write the whole register as CSV for Excel: byte order mark, CRLF, and no cell that would be taken for a formula."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    yield "\ufeff"
    writer.writerow(COLUMNS)
    for entry in entries:
        writer.writerow([_cell(value) for value in facts(entry).values()])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


def _cell(value) -> object:
    if isinstance(value, list):
        value = " ".join(value)
    if isinstance(value, bool):
        return int(value)
    if value is None:
        return ""
    return f"'{value}" if isinstance(value, str) and value.startswith(_DANGEROUS) else value
