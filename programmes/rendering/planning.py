"""Where a session stands in its planning, in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import PurePath

from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from common import dates
from common.components import Cell, Column, Table, badge, link
from common.models import fallback_language
from programmes.enums import MaterialKind, Method, Mode, SessionState
from programmes.models import Arrival, Material, Session


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


@dataclass(frozen=True)
class MaterialLine:
    """A material as participants see it."""

    title: str
    language: str  # of the title, where it is not the page's; else empty
    url: str
    detail: str  # what it is: a file with its kind and size, a link, a recording
    is_file: bool
    later: str  # for the secretariat: from which day others see it


def material_lines(materials: Iterable[Material], *, session: Session, today: date) -> list[MaterialLine]:
    return [_material_line(material, session, today) for material in materials]


def _material_line(material: Material, session: Session, today: date) -> MaterialLine:
    is_later = material.visible_from is not None and material.visible_from > today
    return MaterialLine(
        title=str(material),
        language=fallback_language(material, "title"),
        url=reverse("programmes:material", args=[session.programme_id, session.pk, material.pk]),
        detail=_what_it_is(material),
        is_file=material.kind == MaterialKind.FILE,
        later=_from_day(material.visible_from) if is_later else "",
    )


def _what_it_is(material: Material) -> str:
    if material.file is None:
        return str(MaterialKind(material.kind).label)
    suffix = PurePath(material.file.name).suffix.removeprefix(".").upper()
    return f"{suffix} · {filesizeformat(material.file.size)}"


def _from_day(day: date) -> str:
    return gettext("Others see it from %(day)s") % {"day": dates.long_date(day)}


def materials_table(materials: Iterable[Material], *, session: Session, today: date) -> Table:
    """The materials of a session, for those who keep them."""
    return Table(
        caption=gettext("Materials"),
        columns=[
            Column(label=gettext("Title")),
            Column(label=gettext("Kind")),
            Column(label=gettext("Visible from")),
            Column(label=gettext("Change")),
        ],
        rows=[_material_row(material, session, today) for material in materials],
    )


def _material_row(material: Material, session: Session, today: date) -> tuple:
    address = [session.programme_id, session.pk, material.pk]
    day = material.visible_from
    return (
        link(str(material), reverse("programmes:material", args=address)),
        _what_it_is(material),
        Cell(dates.long_date(day), "nowrap") if day else gettext("At once"),
        link(gettext("Change or take away"), reverse("programmes:edit_material", args=address)),
    )
