"""Lists of online meetings: one that was imported, and one that waits for somebody to look through it."""

from datetime import timedelta

from django.utils import timezone

from common.tenancy import acting_as
from programmes.enums import Mode
from programmes.models import Attendance, Session
from programmes.services import online

from . import data
from .world import World

HEAD = "名前（元の名前）,ユーザーのメール,参加時刻,退出時刻,期間（分）,ゲスト"


def take_lists(world: World) -> None:
    """Upload the lists as the secretariat does, and import those that are imported."""
    with acting_as(world.leader.pk):
        for facts in data.read("door")["lists"]:
            session = world.sessions[facts["session"]]
            content = _zoom_list(session, facts).encode("utf-8-sig")
            kept = online.keep_list(
                session=session, name=facts["name"], content=content, share=session.online_share, actor=world.leader
            )
            if facts["is_confirmed"]:
                online.confirm_list(online_list=kept, actor=world.leader, now=timezone.now())


def _zoom_list(session: Session, facts: dict) -> str:
    """Return the CSV of a meeting: who took part online, and whoever else was there."""
    rows = Attendance.objects.filter(session=session, actual_mode=Mode.ONLINE).select_related("person")
    lines = [HEAD]
    for number, row in enumerate(rows.order_by("person__name_kana", "pk")):
        # One of them came late, and another had to go before the end.
        after, before = (14, 0) if number == 1 else (-5, 25) if number == 2 else (-5, 0)
        lines.append(_line(session, row.person.name_ja or row.person.name_en, row.person.email, after, before))
    lines += [_line(session, other["name"], "", other["after"], other["before"]) for other in facts.get("others", [])]
    return "\n".join(lines) + "\n"


def _line(session: Session, name: str, email: str, after: int, before: int) -> str:
    starts = timezone.localtime(session.starts_at + timedelta(minutes=after))
    ends = timezone.localtime(session.ends_at - timedelta(minutes=before))
    minutes = int((ends - starts).total_seconds()) // 60
    return f"{name},{email},{starts:%Y/%m/%d %H:%M:%S},{ends:%Y/%m/%d %H:%M:%S},{minutes},はい"
