"""What a new draft would change, as the page shows it."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.comparing import compare
from common.models import in_language
from policies.catalogue import Catalogue
from policies.composing import Change, Kind
from policies.models import Cycle

LANGUAGE_NAMES = {"ja": _("Japanese"), "en": _("English")}
WHAT = {
    Kind.ADD: pgettext_lazy("paragraph", "new"),
    Kind.CHANGE: pgettext_lazy("paragraph", "changed"),
    Kind.REMOVE: pgettext_lazy("paragraph", "taken out"),
    Kind.ASK_CHANGE: pgettext_lazy("paragraph", "edited by you"),
    Kind.ASK_REMOVE: pgettext_lazy("paragraph", "edited by you"),
}


def changes_by_kind(catalogue: Catalogue, cycle: Cycle, changes: Iterable[Change], seen: dict) -> dict[str, list]:
    """Return the changes in two lists: those that are asked about, and those that are made without asking."""
    lists = {"asked": [], "made": []}
    for change in changes:
        lists["asked" if change.is_asked else "made"].append(_shown(catalogue, cycle, change, seen))
    return lists


def _shown(catalogue: Catalogue, cycle: Cycle, change: Change, seen: dict) -> dict:
    return {
        "section": in_language(catalogue.section(change.section), "title"),
        "what": WHAT[change.kind],
        "key": change.standing.key if change.standing else "",
        "seen": seen.get(change.standing.key, "") if change.standing else "",
        "is_removal": change.kind in (Kind.REMOVE, Kind.ASK_REMOVE),
        "texts": [_pair(change, language) for language in cycle.languages],
    }


def _pair(change: Change, language: str) -> dict:
    old = change.standing.texts.get(language, "") if change.standing else ""
    new = getattr(change.new, language) if change.new else ""
    return {
        "language": language,
        "name": LANGUAGE_NAMES[language],
        "old": old,
        "new": new,
        "ops": compare(old, new, language=language),
    }
