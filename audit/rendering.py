"""The trail in words: one line an event, for pages and files alike, and none of what somebody wrote."""

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from django.http import QueryDict
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext, pgettext

from common import dates
from common.components import Cell, Column, Table, link, with_query

from .catalogue import DETAILS, DOWNLOADS, LOOKED_AT, NAMED_TYPES, SENTENCES
from .enums import ActingRole
from .models import Event
from .queries import LOOKED

LANGUAGES = {"ja": "日本語", "en": "English"}


@dataclass(frozen=True, kw_only=True)
class Line:
    """One event as it is read: when, who as whom, for which company, what, and on what."""

    at: datetime.datetime
    actor_id: UUID | None
    who: str
    role: str
    company: str
    deed: str
    about: str
    request_id: str


def line(event: Event, *, companies: Mapping[UUID, str], states: Mapping[str, str]) -> Line:
    """Return an event in words. `companies` are names by id; `states` the words for where a policy or a session stands."""
    sentence = SENTENCES.get(event.verb)
    unknown = event.actor_id is None and event.object_type == "accounts.user"
    role = "" if unknown else str(dict(ActingRole.choices).get(event.acting_role, ""))
    return Line(
        at=event.at,
        actor_id=event.actor_id,
        who=pgettext("trail", "Not known") if unknown else event.actor_label or role,
        role="" if event.actor_label in ("", role) else role,
        company=companies.get(event.company_id, ""),
        deed=str(sentence) if sentence else pgettext("trail", "Another deed"),
        about=_about(event, states),
        request_id=event.request_id.strip("-"),
    )


def _about(event: Event, states: Mapping[str, str]) -> str:
    parts = [_thing(event)]
    for name, label in DETAILS.items():
        value = _value(name, event.detail.get(name), states)
        if value and value != event.object_label:
            parts.append(pgettext("trail", "%(label)s: %(value)s") % {"label": label, "value": value})
    return pgettext("trail", ", ").join(part for part in parts if part)


def _thing(event: Event) -> str:
    """Return what it was done to, by name where its kind has one that may be told."""
    if page := event.detail.get("page"):
        return str(DOWNLOADS.get(page, pgettext("trail", "A file")))
    name = event.object_label if event.object_type in NAMED_TYPES else ""
    if event.object_type == "policies.revision" and name:
        name = pgettext("trail", "version %(number)s") % {"number": name}
    if event.object_type == "accounts.user" and name == event.actor_label:
        name = ""
    looked_at = str(LOOKED_AT.get(event.object_type, pgettext("trail", "A text"))) if event.verb == LOOKED else ""
    if event.object_type in ("companies.company", "programmes.enrolment"):
        # The company stands beside it.
        return looked_at
    return " ".join(part for part in (looked_at, name) if part)


def _value(name: str, value, states: Mapping[str, str]) -> str:
    """Return a detail in words; "" for what is no count, day, number, code or state."""
    if name == "to":
        return str(states.get(value, "")) if isinstance(value, str) else ""
    if name == "language":
        return LANGUAGES.get(value, "") if isinstance(value, str) else ""
    if type(value) is int:
        return f"{value:,}"
    if not isinstance(value, str):
        return ""
    if name.endswith("_on") or name == "as_of":
        try:
            return dates.short_date(datetime.date.fromisoformat(value))
        except ValueError:
            return ""
    return value if name in ("session", "reference") else ""


@dataclass(frozen=True)
class Day:
    """What happened on one day."""

    title: str
    table: Table


def days(lines: Iterable[Line], *, query: QueryDict, with_company: bool) -> Iterator[Day]:
    """Return the lines by day, each day a table; the name of a person leads to what else they did."""
    for day, own in groupby(lines, key=lambda each: timezone.localdate(each.at)):
        title = dates.long_date(day)
        columns = [Column(label=gettext("Time")), Column(label=pgettext("trail", "Who"))]
        columns += [Column(label=gettext("Company"))] * with_company
        columns += [Column(label=pgettext("trail", "What")), Column(label=pgettext("trail", "About"))]
        rows = [_row(each, query, with_company) for each in own]
        yield Day(title, Table(caption=title, columns=columns, rows=rows))


def _row(each: Line, query: QueryDict, with_company: bool) -> list:
    who = link(each.who, with_query(query, person=each.actor_id)) if each.actor_id else each.who
    if each.role:
        who = format_html('<span>{} <span class="quiet">{}</span></span>', who, each.role)
    company = [each.company] if with_company else []
    return [Cell(dates.clock(each.at), "nowrap"), who, *company, each.deed, each.about]
