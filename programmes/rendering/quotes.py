"""The quote bank as prepared cards and filters."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext, pgettext

from common import dates
from common.components import Chip, with_query
from programmes.enums import Consent
from programmes.models import Programme, Session
from programmes.queries.quotes import COMMENT, PERMITTED, REFUSED, REMARK, WITHDRAWN, Quote, Wanted


@dataclass(frozen=True)
class QuoteCard:
    """Words with everything that decides whether they may be printed."""

    text: str
    language: str
    translation: str
    translated_into: str
    by: str
    session: str
    permission: str
    is_permitted: bool
    uses: list[str]
    # Printed already, and not to be printed again.
    is_recalled: bool
    url: str


def quote_cards(rows: Iterable[Quote], programme: Programme) -> list[QuoteCard]:
    return [_card(row, programme) for row in rows]


def _card(row: Quote, programme: Programme) -> QuoteCard:
    name = "programmes:quote" if row.kind == COMMENT else "programmes:remark"
    return QuoteCard(
        text=row.text,
        language=row.language,
        translation=row.translation,
        translated_into=row.translated_into,
        by=row.by or gettext("A participant"),
        session=row.session,
        permission=_permission(row),
        is_permitted=row.is_permitted,
        uses=[
            pgettext("report and day", "%(title)s (%(day)s)")
            % {"title": use.title, "day": dates.long_date(use.used_on)}
            for use in row.uses
        ],
        is_recalled=bool(row.uses) and not row.is_permitted,
        url=reverse(name, args=[programme.pk, row.pk]),
    )


def _permission(row: Quote) -> str:
    if row.kind == COMMENT:
        return str(Consent(row.consent).label)
    if row.withdrawn_on:
        return gettext("Permission withdrawn on %(day)s") % {"day": dates.long_date(row.withdrawn_on)}
    if row.permitted_on:
        return gettext("Permission given on %(day)s") % {"day": dates.long_date(row.permitted_on)}
    return gettext("No permission yet")


def quote_chips(wanted: Wanted, sessions: Iterable[Session], *, query) -> list[Chip]:
    kinds = {COMMENT: pgettext("survey", "Comments"), REMARK: gettext("Remarks of speakers")}
    permissions = {
        PERMITTED: gettext("May be quoted"),
        REFUSED: gettext("May not be quoted"),
        WITHDRAWN: gettext("Withdrawn after printing"),
    }
    uses = {"yes": gettext("Printed"), "no": gettext("Not printed yet")}
    titles = {str(session.pk): session.title for session in sessions}
    chips = [
        _menu(gettext("Kind"), "kind", kinds, wanted.kind, query),
        _menu(gettext("Permission"), "permission", permissions, wanted.permission, query),
        _menu(pgettext("quotes", "Use"), "used", uses, wanted.used, query),
        _menu(gettext("Session"), "session", titles, wanted.session, query),
    ]
    on = "yes" if wanted.untranslated else ""
    chips.append(
        _menu(gettext("Translation"), "untranslated", {"yes": pgettext("translation", "Missing")}, on, query),
    )
    return chips


def _menu(label: str, name: str, options: dict[str, str], chosen: str, query) -> Chip:
    """Return a menu of what can be chosen, or what is chosen with the way to take it off."""
    if chosen in options:
        return Chip(
            label=label, value=options[chosen], active=True, url=with_query(query, **{name: None, "page": None})
        )
    addresses = [(text, with_query(query, **{name: key, "page": None})) for key, text in options.items()]
    return Chip(label=label, options=addresses)
