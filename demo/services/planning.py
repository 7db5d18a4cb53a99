"""What the secretariat plans beside the agenda: a draft for next month, materials, facilitators, photographs."""

import io
from datetime import timedelta

from PIL import Image, ImageDraw

from common.tenancy import acting_as
from programmes.enums import MaterialKind, Mode
from programmes.models import Facilitator, Seat, Session
from programmes.services import photos, planning_materials
from programmes.services.planning import Plan, WayIn, plan_session
from programmes.services.planning_agenda import AgendaEntry, SpeakerEntry, set_agenda

from . import data
from .world import World

WIDTH, HEIGHT = 1600, 1067
PAPER, WALL, FLOOR, SCREEN, WOOD = "#fbfaf6", "#dfe9ea", "#c3d3d5", "#ffffff", "#b58a5a"
COATS = ("#006173", "#8a4b2a", "#3d4f8a", "#5d7a3a", "#7a3a5d", "#44555c")
SKIN = "#e6bf98"


def plan(world: World) -> None:
    """Do it as the leader of the secretariat, through the services: what cannot be done so cannot be in the demo."""
    facts = data.read("planning")
    with acting_as(world.leader.pk):
        _plan_draft(world, facts["draft"])
        for each in facts["sessions"]:
            session = world.sessions[each["code"]]
            _name_facilitators(session, _seats(world, each.get("facilitators", [])))
            for material in each.get("materials", []):
                _add_material(world, session, material)
            for photo in each.get("photos", []):
                _add_photo(world, session, photo)


def _seats(world: World, keys: list[str]) -> list[Seat]:
    return [world.seats[key] for key in keys]


def _name_facilitators(session: Session, seats: list[Seat]) -> None:
    Facilitator.objects.bulk_create(
        Facilitator(session=session, programme_id=session.programme_id, seat=seat) for seat in seats
    )


def _plan_draft(world: World, facts: dict) -> None:
    apart = ("day", "from", "to", "agenda", "facilitators", "onsite")
    values = {key: value for key, value in facts.items() if key not in apart}
    values["starts_at"] = world.calendar.moment(facts["day"], facts["from"])
    values["ends_at"] = world.calendar.moment(facts["day"], facts["to"])
    session = plan_session(
        programme=world.programme,
        plan=Plan(values, [WayIn(Mode.ONSITE, **facts["onsite"])], _seats(world, facts["facilitators"])),
        actor=world.leader,
    )
    world.sessions[session.code] = session
    set_agenda(session=session, entries=[_entry(world, facts, item) for item in facts["agenda"]], actor=world.leader)


def _entry(world: World, facts: dict, item: dict) -> AgendaEntry:
    return AgendaEntry(
        kind=item["kind"],
        title_ja=item["title_ja"],
        title_en=item["title_en"],
        starts_at=world.calendar.moment(facts["day"], item["from"]),
        ends_at=world.calendar.moment(facts["day"], item["to"]),
        speakers=[SpeakerEntry(**speaker) for speaker in item.get("speakers", [])],
    )


def _add_material(world: World, session: Session, facts: dict) -> None:
    days = facts.get("visible_in_days")
    planning_materials.add_material(
        session=session,
        kind=MaterialKind(facts["kind"]),
        words=planning_materials.Words(
            facts["title_ja"], facts["title_en"], world.calendar.today + timedelta(days=days) if days else None
        ),
        url=facts.get("url", ""),
        file=(facts["file"], facts["text"].strip().encode()) if "file" in facts else None,
        actor=world.leader,
    )


def _add_photo(world: World, session: Session, facts: dict) -> None:
    words = {key: value for key, value in facts.items() if key != "picture"}
    photos.add_photo(
        session=session,
        name=f"{facts['picture']}.png",
        content=draw(facts["picture"]),
        words=photos.Words(**({"has_consent": True} | words)),
        actor=world.leader,
    )


# --- Pictures ---------------------------------------------------------------------------------------------------------


def draw(name: str) -> bytes:
    """Draw one of three scenes in plain shapes, as a PNG: a demo has nobody who could be photographed."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 0, WIDTH, 700), fill=WALL)
    pen.rectangle((0, 700, WIDTH, HEIGHT), fill=FLOOR)
    {"hall": _hall, "table": _table, "door": _door}[name](pen)
    drawn = io.BytesIO()
    picture.save(drawn, "PNG")
    return drawn.getvalue()


def _person(pen: ImageDraw.ImageDraw, x: int, y: int, size: int, coat: str) -> None:
    """Head and shoulders, standing on y."""
    pen.pieslice((x - size, y - size, x + size, y + size), 180, 360, fill=coat)
    head = size * 3 // 5
    pen.ellipse((x - head, y - size - 2 * head + 10, x + head, y - size + 10), fill=SKIN)


def _hall(pen: ImageDraw.ImageDraw) -> None:
    pen.rectangle((480, 110, 1120, 480), fill=SCREEN, outline=COATS[0], width=8)
    for line, width in enumerate((420, 500, 360)):
        pen.rectangle((540, 190 + line * 80, 540 + width, 214 + line * 80), fill=WALL)
    _person(pen, 1250, 640, 70, COATS[1])
    for row in range(3):
        size, y = 62 + row * 16, 780 + row * 130
        for seat in range(6):
            _person(pen, 150 + seat * 260 + (row % 2) * 60, y, size, COATS[(seat + row * 2) % len(COATS)])


def _table(pen: ImageDraw.ImageDraw) -> None:
    for x, coat in ((560, COATS[0]), (1040, COATS[3])):
        _person(pen, x, 560, 120, coat)
    pen.ellipse((300, 520, 1300, 900), fill=WOOD)
    for x, y in ((560, 620), (800, 690), (1000, 610)):
        pen.polygon(((x, y), (x + 130, y + 14), (x + 110, y + 110), (x - 24, y + 92)), fill=SCREEN)
    for x, coat in ((520, COATS[2]), (1080, COATS[4])):
        _person(pen, x, 1040, 150, coat)


def _door(pen: ImageDraw.ImageDraw) -> None:
    pen.rectangle((1020, 180, 1360, 700), fill=COATS[5])
    pen.rectangle((1050, 210, 1330, 700), fill=PAPER)
    _person(pen, 480, 660, 110, COATS[3])
    pen.rectangle((260, 640, 860, 700), fill=WOOD)
    pen.rectangle((300, 700, 820, 900), fill="#9a7448")
    pen.rectangle((400, 600, 520, 640), fill=SCREEN)
    _person(pen, 960, 980, 170, COATS[1])
