"""Words of a report: what is picked from pairs of Japanese and English, counted, listed and quoted.

Everything here follows the language that is active. What goes into a page is safe HTML: text from the data is escaped
once, in these functions, and text that had to be taken from the other language carries its `lang`.
"""

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import models
from django.utils import timezone
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, ngettext, pgettext

from common import dates
from programmes.enums import AgendaKind, Method, OrganisationRole, SessionKind, Strand
from reports.queries import DRAFTING, STEPS

LANGUAGES = ("ja", "en")

CONSULTATIONS = "consultations"
"""Stands among the strands of sessions where a report lists the programme's activities."""
STAGES = (*reversed(STEPS), DRAFTING)
"""The stages of a policy as tables and charts list them, the furthest first."""
# Items of a programme whose title says what they are; the others are introduced by their kind.
SELF_EXPLAINING = (AgendaKind.SHARING, AgendaKind.PRESENTATION, AgendaKind.COMMENTS, AgendaKind.INTRODUCTION)
HONORIFICS_JA = ("氏", "様", "先生", "教授", "博士", "弁護士")


def language() -> str:
    """Return the language of the report that is being written: ja or en."""
    return "ja" if (get_language() or "ja").startswith("ja") else "en"


def is_japanese() -> bool:
    return language() == "ja"


# --- Pairs ----------------------------------------------------------------------------------------------------------


def plain(record: Mapping, name: str) -> str:
    """Return `name_ja` or `name_en` of the record, or the other one where the report's language has none."""
    own, other = ("ja", "en") if is_japanese() else ("en", "ja")
    return (record.get(f"{name}_{own}") or record.get(f"{name}_{other}") or "").strip()


def is_borrowed(record: Mapping, name: str) -> bool:
    """True when the text exists, but only in the other language."""
    return not record.get(f"{name}_{language()}") and bool(plain(record, name))


def marked(text: str, *, borrowed: bool) -> SafeString:
    """Return the text escaped, marked with the other language when it is borrowed from there."""
    if not borrowed:
        return conditional_escape(text)
    return format_html('<span lang="{}">{}</span>', "en" if is_japanese() else "ja", text)


def words(record: Mapping, name: str) -> SafeString:
    return marked(plain(record, name), borrowed=is_borrowed(record, name))


def stock(text: str) -> str:
    """Return the report's own word for a note or title that secretariats use again and again; empty when not known."""
    return {
        "mainly face-to-face": gettext("mainly face-to-face"),
        "mainly online": gettext("mainly online"),
        "bhr promoting sharoshi": gettext("BHR Promoting Sharoshi"),
    }.get(text.strip().lower(), "")


def stock_words(record: Mapping, name: str) -> SafeString:
    """Return the text of the pair; where the language has none, the known translation before the other language."""
    if is_borrowed(record, name) and (known := stock(plain(record, name))):
        return conditional_escape(known)
    return words(record, name)


# --- Sentences --------------------------------------------------------------------------------------------------------


def joined(items: Iterable[str], *, japanese: str = "、", english: str = ", ") -> SafeString:
    return format_html_join(japanese if is_japanese() else english, "{}", ((item,) for item in items))


def paragraph(*sentences: str) -> SafeString:
    """Join sentences as the language does: Japanese without, English with a space. Empty ones are left out."""
    return joined((text for text in sentences if text), japanese="", english=" ")


def listed(items: Iterable[str]) -> SafeString:
    """Return 甲、乙、丙 or A, B and C."""
    texts = list(items)
    if is_japanese() or len(texts) < 2:
        return joined(texts)
    return format_html("{} {} {}", joined(texts[:-1]), pgettext("report", "and"), texts[-1])


def quoted(text: str) -> SafeString:
    """Return 「text」 or “text”; marks inside become the inner kind, 『』 or ‘’."""
    inner = {"「": "『", "」": "』"} if is_japanese() else {"“": "‘", "”": "’"}
    # Escaped first; neither kind of mark means anything to HTML.
    escaped = SafeString(conditional_escape(text).translate(str.maketrans(inner)))
    return format_html("「{}」" if is_japanese() else "“{}”", escaped)


def in_brackets(text: str) -> SafeString:
    return format_html("（{}）" if is_japanese() else " ({})", text) if text else SafeString()


# --- Counts -----------------------------------------------------------------------------------------------------------

Mark = Callable[[str, str], SafeString]
"""Given a figure's name and how it is written, returns what is put there: a link to its rows, a mark, a placeholder."""

_mark: ContextVar[Mark | None] = ContextVar("mark", default=None)


@contextmanager
def marking(mark: Mark | None) -> Iterator[None]:
    """Let everything in the block that is written of a named figure go through `mark`."""
    token = _mark.set(mark)
    try:
        yield
    finally:
        _mark.reset(token)


def named(of: str, text: str) -> str:
    """Return the text of the figure `of` as it is marked; a figure without a name is never marked."""
    mark = _mark.get()
    return mark(of, text) if mark and of else text


def number(value: int, of: str = "") -> str:
    return named(of, f"{value:,}")


def companies(count: int, of: str = "") -> SafeString:
    return format_html(ngettext("{count} company", "{count} companies", count), count=number(count, of))


def people(count: int, of: str = "") -> SafeString:
    return format_html(ngettext("{count} person", "{count} people", count), count=number(count, of))


def times(count: int, of: str = "") -> SafeString:
    return format_html(ngettext("{count} time", "{count} times", count), count=number(count, of))


def sessions(count: int, of: str = "") -> SafeString:
    return format_html(ngettext("{count} session", "{count} sessions", count), count=number(count, of))


def share(part: int, whole: int, of: str = "") -> str:
    """Return the part in percent with one decimal, half rounded up (13 of 16 is 81.3); a dash where there is no whole."""
    if not whole:
        return "–"
    tenths = (2000 * part + whole) // (2 * whole)
    return named(of, f"{tenths // 10}.{tenths % 10}")


def hours(minutes: int) -> str:
    """Return 1 hour or 1時間 for full hours, minutes otherwise."""
    if minutes % 60 == 0:
        return ngettext("{count} hour", "{count} hours", minutes // 60).format(count=minutes // 60)
    return ngettext("{count} minute", "{count} minutes", minutes).format(count=minutes)


# --- Dates ------------------------------------------------------------------------------------------------------------


def day(text: str | None, *, weekday: bool = False) -> SafeString:
    """Return an ISO date as people write it, never broken across lines."""
    if not text:
        return SafeString()
    return nowrap(dates.long_date(datetime.date.fromisoformat(text), language=language(), weekday=weekday))


def short_day(text: str) -> str:
    """Return 2025/3/14 or 14 Mar 2025, for tables with many dates."""
    value = datetime.date.fromisoformat(text)
    if is_japanese():
        return f"{value.year}/{value.month}/{value.day}"
    return f"{value.day} {dates.MONTHS_EN[value.month - 1][:3]} {value.year}"


def short_month(text: str) -> str:
    """Return 2025/3 or Mar 2025, for axes and narrow tables."""
    value = datetime.date.fromisoformat(text)
    return f"{value.year}/{value.month}" if is_japanese() else f"{dates.MONTHS_EN[value.month - 1][:3]} {value.year}"


def months(first: str, last: str) -> str:
    return dates.month_range(datetime.date.fromisoformat(first), datetime.date.fromisoformat(last), language=language())


def session_time(session: Mapping) -> SafeString:
    starts_at, ends_at = (datetime.datetime.fromisoformat(session[key]) for key in ("starts_at", "ends_at"))
    return nowrap(dates.date_and_times(starts_at, ends_at, language=language()))


def session_day(session: Mapping, *, weekday: bool = True) -> SafeString:
    text = nowrap(dates.long_date(local_day(session["starts_at"]), language=language(), weekday=weekday))
    return named(f"session.{session['code']}.day", text)


def local_day(moment: str) -> datetime.date:
    return timezone.localtime(datetime.datetime.fromisoformat(moment)).date()


def moment(text: str) -> SafeString:
    return nowrap(dates.date_and_time(datetime.datetime.fromisoformat(text), language=language()))


def nowrap(text: str) -> SafeString:
    return format_html('<span class="nowrap">{}</span>', text)


# --- Names of things ----------------------------------------------------------------------------------------------------


def role(code: str) -> str:
    if code == OrganisationRole.ORGANISER:
        return pgettext("report", "Organiser (secretariat)")
    if code == OrganisationRole.MEMBER:
        return pgettext("report", "Members")
    if code == OrganisationRole.COOPERATING:
        return pgettext("report", "Cooperating organisations")
    return _label(OrganisationRole, code)


def _label(choices: type[models.TextChoices], code: str) -> str:
    return str(choices(code).label) if code in choices.values else code


def strand(code: str) -> str:
    return pgettext("report", "Individual consultations") if code == CONSULTATIONS else _label(Strand, code)


def session_kind(code: str) -> str:
    return _label(SessionKind, code)


def item_kind(code: str) -> str:
    return _label(AgendaKind, code)


def method(code: str) -> str:
    return pgettext("report", "Mixed") if code == Method.HYBRID else _label(Method, code)


def stage(code: str) -> str:
    return {
        "drafting": pgettext("stage", "Drafting"),
        "submitted": pgettext("stage", "Draft submitted"),
        "endorsed": pgettext("stage", "Endorsed by an adviser"),
        "approved": pgettext("stage", "Approved by management"),
        "published": pgettext("stage", "Published"),
    }.get(code, code)


def method_with_note(session: Mapping) -> SafeString:
    """Return 併用（対面を中心に）, or the method alone."""
    return format_html("{}{}", method(session["method"]), in_brackets(stock_words(session, "method_note")))


def speaker(record: Mapping) -> SafeString:
    """Return a speaker as programmes print them: title and name with 氏 in Japanese, name and title in English."""
    name, title = speaker_name(record), stock_words(record, "title")
    if not title:
        return name
    if is_japanese() and not is_borrowed(record, "name"):
        return format_html("{}　{}", title, name)
    if is_borrowed(record, "name") and is_borrowed(record, "title") and not stock(plain(record, "title")):
        return marked(f"{plain(record, 'name')}, {plain(record, 'title')}", borrowed=True)
    return format_html("{}, {}" if not is_japanese() else "{}（{}）", name, title)


def speaker_name(record: Mapping) -> SafeString:
    name = words(record, "name")
    if is_japanese() and not is_borrowed(record, "name") and not name.endswith(HONORIFICS_JA):
        return format_html("{} 氏", name)
    return name
