"""The frame of every page: where the person acts, in which role, and where they can go."""

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext

from companies.enums import AccessKind
from programmes.queries import Place, Places
from programmes.views import places_of

SESSION_KEY = "place"


@dataclass(frozen=True)
class NavItem:
    label: str
    url: str
    current: bool


def place_url(place: Place) -> str:
    """Return the home of a place."""
    name = {
        AccessKind.MEMBER: "dashboards:company_home",
        AccessKind.ADVISER: "dashboards:advising",
        AccessKind.SECRETARIAT: "dashboards:programme",
    }[place.kind]
    return reverse(name, args=[place.id])


def present_place(request) -> Place | None:
    """Return the place that the address belongs to, else the one chosen last, else the only one.

    Where one address belongs to two roles of the person (adviser and secretariat of one programme), the role chosen
    last counts, else the secretariat's.
    """
    places = places_of(request)
    fitting = _fitting(places, request.resolver_match)
    chosen = request.session.get(SESSION_KEY)
    by_key = {place.key: place for place in fitting}
    if chosen in by_key:
        return by_key[chosen]
    elsewhere = not request.resolver_match or not request.resolver_match.kwargs.keys() & {"company_id", "programme_id"}
    if elsewhere and len(fitting) > 1:
        return None
    return fitting[0] if fitting else None


def _fitting(places: Places, match) -> list[Place]:
    """Return the places that an address can belong to, the likeliest first; all of them where it tells nothing."""
    kwargs = match.kwargs if match else {}
    if "company_id" in kwargs:
        return _places_of_company(places, kwargs["company_id"])
    if "programme_id" in kwargs:
        seats = places.in_programme(kwargs["programme_id"])
        if match.view_name == "dashboards:advising":
            return [place for place in seats if place.kind == AccessKind.ADVISER]
        if seats:
            return sorted(seats, key=lambda place: place.kind, reverse=True)
        return [place for place in places.all if place.kind == AccessKind.MEMBER]
    return list(places.all)


def _places_of_company(places: Places, company_id: UUID) -> list[Place]:
    own = [place for place in places.all if place.kind == AccessKind.MEMBER and place.id == company_id]
    if own:
        return own
    programmes = {place.id for place in places.taking_part}
    return [place for place in places.all if place.id in programmes and place.kind in places.standings]


def _entries(place: Place | None) -> list[tuple[str, str, list]]:
    """Return label, name of the address and its arguments, in the order of the menu."""
    if place is None:
        return [(gettext("Home"), "dashboards:home", [])]
    own = [place.id]
    if place.kind == AccessKind.MEMBER:
        return [
            (gettext("Home"), "dashboards:company_home", own),
            (gettext("Policy"), "policies:company", own),
            (gettext("Sessions"), "programmes:company_sessions", own),
            (gettext("Consultations"), "consultations:company", own),
        ]
    shared = [
        (gettext("Policies"), "policies:programme", own),
        (gettext("Sessions"), "programmes:sessions", own),
        (gettext("Consultations"), "consultations:programme", own),
    ]
    if place.kind == AccessKind.ADVISER:
        return [(gettext("Home"), "dashboards:advising", own), *shared]
    return [
        (gettext("Home"), "dashboards:programme", own),
        (gettext("Companies"), "dashboards:companies", own),
        *shared,
        (gettext("Reports"), "reports:list", own),
        (gettext("Import"), "imports:list", []),
    ]


# Pages that belong to an entry of the menu without being it; a company seen from outside belongs to the list it is in.
_FROM_OUTSIDE = {"dashboards:companies", "dashboards:advising"}
_OF_THE_LIST = (
    "following", "timeline", "charge", "memo", "extend", "seen_as", "stalled",
    "assignments", "adviser", "stand_in", "company_advisers", "assignment", "enrol", "enrolment",
)  # fmt: skip
_OF_THE_COMPANY = ("company", "profile", "edit_profile", "people", "new_person", "person", "leave")
_BELONGS_TO = {
    "programmes:session": {"programmes:sessions", "programmes:company_sessions"},
    **{f"dashboards:{name}": _FROM_OUTSIDE | {"dashboards:company_home"} for name in _OF_THE_COMPANY},
    **{f"dashboards:{name}": {"dashboards:companies"} for name in _OF_THE_LIST},
    "policies:company": _FROM_OUTSIDE,
    "programmes:company_sessions": _FROM_OUTSIDE,
    "programmes:register": {"programmes:company_sessions"},
    "programmes:notice": {"dashboards:programme", "dashboards:company_home", "dashboards:advising"},
    "programmes:notices": {"dashboards:programme", "dashboards:company_home", "dashboards:advising"},
    "programmes:company_enquiries": {"dashboards:companies", "dashboards:company_home"},
    "programmes:enquiry": {"dashboards:companies", "dashboards:company_home"},
    "programmes:enquiries": {"dashboards:programme"},
    "dashboards:mailings": {"dashboards:programme"},
    "programmes:invitations": {"dashboards:programme"},
    "programmes:invitation_run": {"dashboards:programme"},
    "programmes:new_seat": {"dashboards:programme"},
    "dashboards:mailing": {"dashboards:programme"},
    "programmes:apologise": {"programmes:company_sessions"},
    "programmes:registrations": {"programmes:sessions"},
    "programmes:register_for": {"programmes:sessions"},
    "programmes:apologise_for": {"programmes:sessions"},
    "programmes:observers": {"programmes:sessions"},
    "programmes:observer": {"programmes:sessions"},
    "programmes:calendar_settings": {"programmes:sessions", "programmes:company_sessions"},
    "consultations:company": _FROM_OUTSIDE,
    "dashboards:company_trail": {"dashboards:company_home"},
    "dashboards:programme_trail": {"dashboards:programme"},
    "dashboards:own_trail": {"dashboards:home"},
}


def _nav(request, place: Place | None) -> list[NavItem]:
    present = request.resolver_match.view_name if request.resolver_match else ""
    items = []
    for label, name, args in [*_entries(place), (gettext("Help"), "dashboards:help", [])]:
        try:
            url = reverse(name, args=args)
        except NoReverseMatch:
            continue
        current = name == present or name in _BELONGS_TO.get(present, ()) or _same_app_below(present, name)
        items.append(NavItem(label, url, current))
    return items


def _same_app_below(present: str, name: str) -> bool:
    """Reports, imports and a company's policy have several pages below one entry."""
    return name in ("reports:list", "imports:list", "policies:company") and present.split(":")[0] == name.split(":")[0]


def contact() -> dict | None:
    """Return how to reach the secretariat, as far as the settings say it; None when they say nothing."""
    return settings.SECRETARIAT if any(settings.SECRETARIAT.values()) else None


def _build(request) -> dict:
    # Refused before anybody was looked up (a hostile address, an unknown host), the request has no user.
    if not getattr(request, "user", AnonymousUser()).is_authenticated:
        return {"contact": contact()}
    places, place = places_of(request), present_place(request)
    return {
        "nav": _nav(request, place),
        "place": place.name if place else "",
        "role": place.role_label if place else "",
        "kind": str(place.kind) if place else "",
        "person": request.user.name,
        "inbox_url": reverse("notifications:inbox"),
        "unread": places.unread,
        "contact": contact(),
        "switch_url": reverse("dashboards:places") if len(places.all) > 1 else "",
        "is_sample": any(p.is_sample for p in (*places.taking_part, *([place] if place else []))),
    }


def frame(request) -> dict:
    """Lazy, because fragments and files have no frame, and one statement where a page has one."""
    return {"frame": SimpleLazyObject(lambda: _build(request))}
