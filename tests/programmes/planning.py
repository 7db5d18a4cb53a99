"""What a browser sends when a session is planned, and the plans that services take."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from programmes.models import Programme, Session
from programmes.services import planning
from programmes.services.planning import Plan, WayIn
from tests.factories import make_session
from tests.roles import seen_by

TOKYO = ZoneInfo("Asia/Tokyo")
NEXT_YEAR = timezone.localdate().replace(day=1) + timedelta(days=365)


def at(clock: str, day: date = NEXT_YEAR) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), TOKYO)


def values(**changes) -> dict:
    """The columns of a hybrid session from 13:30 to 16:30."""
    return {
        "code": "S9",
        "strand": "working_level",
        "kind": "seminar",
        "audience": "working",
        "title_ja": "人権デュー・ディリジェンス入門",
        "title_en": "Human rights due diligence",
        "starts_at": at("13:30"),
        "ends_at": at("16:30"),
        "method": "hybrid",
        "method_note_ja": "",
        "method_note_en": "",
        "venue_ja": "AP東京丸の内",
        "venue_en": "AP Tokyo Marunouchi",
        "capacity_onsite": 20,
        "capacity_online": None,
        "registration_ends_at": None,
        "preparation_ja": "",
        "preparation_en": "",
        "online_share": 50,
    } | changes


def plan(*, ways_in=(), facilitators=(), **changes) -> Plan:
    return Plan(values(**changes), list(ways_in), list(facilitators))


WAYS_IN = (WayIn("onsite", "https://map.example/ap", "3階です。", ""), WayIn("online", "https://meet.example/1"))


def drafted(cast, **changes) -> Session:
    """A draft of the cast's programme, made by its secretariat."""
    actor = cast.people["secretariat"]
    with seen_by(actor):
        return planning.plan_session(programme=cast.programme, plan=plan(ways_in=WAYS_IN, **changes), actor=actor)


def published(programme: Programme, **fields) -> Session:
    """A session of next year that everybody sees."""
    defaults = values() | {"code": f"P{Session.objects.count()}"}
    return make_session(programme, **(defaults | fields))


def sent(**changes) -> dict:
    """What the form of a session sends."""
    return {
        "code": "S9",
        "strand": "working_level",
        "kind": "seminar",
        "audience": "working",
        "title_ja": "人権デュー・ディリジェンス入門",
        "title_en": "Human rights due diligence",
        "held_on": NEXT_YEAR.isoformat(),
        "begins": "13:30",
        "ends": "16:30",
        "method": "hybrid",
        "venue_ja": "AP東京丸の内",
        "venue_en": "AP Tokyo Marunouchi",
        "capacity_onsite": "20",
        "onsite_url": "https://map.example/ap",
        "online_url": "https://meet.example/1",
        "online_share": "50",
        "preparation_ja": "方針案\r\n名刺",
    } | changes


def rows(*items: dict, **more) -> dict:
    """What the form of an agenda sends: items with their `speakers`."""
    data = {"items": str(len(items)), **more}
    for place, item in enumerate(items):
        row = {"id": "", "kind": "lecture", "begins": "", "ends": "", "title_ja": "", "title_en": ""} | item
        speakers = row.pop("speakers", [])
        data |= {f"item-{place}-{name}": value for name, value in row.items()}
        data[f"item-{place}-speakers"] = str(len(speakers))
        for number, speaker in enumerate(speakers):
            line = {"id": "", "name_ja": "", "name_en": "", "title_ja": "", "title_en": ""} | speaker
            data |= {f"item-{place}-speaker-{number}-{name}": value for name, value in line.items()}
    return data
