"""Where a session stands in its planning, in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.safestring import SafeString
from django.utils.translation import gettext

from common.components import badge
from common.models import fallback_language
from programmes.enums import Method, Mode, SessionState
from programmes.models import Arrival, Session


def session_badge(session: Session, *, now: datetime) -> SafeString:
    """Return where a session stands: a draft, cancelled, still to come, or held."""
    if session.state != SessionState.PUBLISHED:
        return badge(str(session.state))
    return badge("planned" if session.ends_at > now else "held")


def advice_before_publication(session: Session, ways_in: Iterable[Arrival]) -> list[str]:
    """Return, as sentences, what people will ask for soon. It can follow after the publication."""
    known = {arrival.mode for arrival in ways_in if arrival.url or arrival.note}
    advice = []
    if not session.agenda.exists():
        advice.append(gettext("There is no agenda yet."))
    if Mode.ONLINE in session.modes and Mode.ONLINE not in known:
        advice.append(gettext("There is no joining link yet."))
    if Mode.ONSITE in session.modes and Mode.ONSITE not in known:
        advice.append(gettext("There is no map and no directions yet."))
    if not (session.title_ja and session.title_en):
        advice.append(gettext("The title is there in one language only."))
    if session.method != Method.ONLINE and session.capacity_onsite is None:
        advice.append(gettext("There is no limit to the places on site."))
    return advice


@dataclass(frozen=True)
class WayIn:
    """How to get in, in one mode, as the page shows it."""

    title: str
    url: str
    label: str
    note: str
    language: str  # of the note, where it is not the page's; else empty


def ways_in(arrivals: Iterable[Arrival]) -> list[WayIn]:
    return [_way_in(arrival) for arrival in arrivals if arrival.url or arrival.note]


def _way_in(arrival: Arrival) -> WayIn:
    onsite = arrival.mode == Mode.ONSITE
    return WayIn(
        title=gettext("The way to the venue") if onsite else gettext("Taking part online"),
        url=arrival.url,
        label=gettext("Open the map") if onsite else gettext("Join online"),
        note=arrival.note,
        language=fallback_language(arrival, "note"),
    )


def facilitators(session: Session) -> str:
    """Return the names of those who lead the group work, in one line."""
    return gettext(", ").join(facilitator.seat.name for facilitator in session.facilitators.all())
