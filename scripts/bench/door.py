"""Fill a session with 500 people for its list at the door, and time a list of a meeting of 1,000 rows. Prints JSON.

Run by `make bench` on a database of its own, which a programme has been imported into.
"""

import json
import sys
import time
from datetime import timedelta

import django

django.setup()

from django.conf import settings  # noqa: E402 - needs django.setup()
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402
from signing_in import signed_in  # noqa: E402

from accounts.models import User  # noqa: E402
from common.tenancy import acting_as  # noqa: E402
from companies.models import Person  # noqa: E402
from programmes.models import Attendance, Enrolment, Session  # noqa: E402
from programmes.services import online  # noqa: E402

LEADER = "secretariat@bench.example"


def fill(session: Session, people: int, *, mode: str) -> list[Person]:
    """Register so many people of the programme's companies for a session."""
    companies = list(Enrolment.objects.filter(programme=session.programme_id).values_list("company_id", flat=True))
    new = [
        Person(
            company_id=companies[number % len(companies)],
            name_ja=f"計測 {mode}{number}",
            name_kana=f"ケイソク {number:05}",
        )
        for number in range(people)
    ]
    Person.objects.bulk_create(new, batch_size=1000)
    rows = [
        Attendance(
            session=session,
            programme_id=session.programme_id,
            company_id=person.company_id,
            person=person,
            planned_mode=mode,
        )
        for person in new
    ]
    Attendance.objects.bulk_create(rows, batch_size=1000)
    return new


def meeting_list(session: Session, people: list[Person], rows: int) -> bytes:
    """A list in which everybody joined as often as it takes to make so many rows."""
    starts, ends = (timezone.localtime(moment) for moment in (session.starts_at, session.ends_at))
    step = (ends - starts) / 2
    lines = ["Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes)"]
    for number in range(rows):
        person, half = people[number % len(people)], number // len(people)
        join = starts + step * half - timedelta(minutes=half)
        lines.append(f"{person.name_ja},,{join:%Y/%m/%d %H:%M:%S},{join + step:%Y/%m/%d %H:%M:%S},90")
    return "\n".join(lines).encode()


def counted(client: Client, path: str) -> dict:
    """Return how a page is asked for, and with how many queries it is answered the second time."""
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        response = client.get(path)
    if response.status_code != 200:
        raise SystemExit(f"{path} answered {response.status_code}")
    cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
    return {"path": path, "queries": len(queries), "cookie": cookie}


def timed(deed) -> tuple[object, dict]:
    with CaptureQueriesContext(connection) as queries:
        began = time.perf_counter()
        done = deed()
        seconds = time.perf_counter() - began
    return done, {"seconds": round(seconds, 2), "queries": len(queries)}


def main(people: int, rows: int) -> None:
    leader = User.objects.get(email=LEADER)
    client = signed_in(leader)
    with acting_as(leader.pk):
        onsite, online_one = Session.objects.order_by("starts_at")[:2]
        Session.objects.filter(pk=online_one.pk).update(method="hybrid")
        online_one.refresh_from_db()
        fill(onsite, people, mode="onsite")
        content = meeting_list(online_one, fill(online_one, rows // 2, mode="online"), rows)
        kept, read = timed(
            lambda: online.keep_list(session=online_one, name="bench.csv", content=content, share=50, actor=leader)
        )
        done, imported = timed(lambda: online.confirm_list(online_list=kept, actor=leader, now=timezone.now()))
    args = [onsite.programme_id, onsite.pk]
    pages = {
        "door": counted(client, reverse("programmes:door", args=args)),
        "door_news": counted(client, f"{reverse('programmes:door_operations', args=args)}?since=2100-01-01T00:00:00Z"),
        "outcome": counted(client, reverse("programmes:outcome", args=args)),
    }
    lists = {"rows": rows, "people": done.present, "read_and_match": read, "import": imported}
    print(json.dumps({"pages": pages, "online_list": lists}))


main(int(sys.argv[1]), int(sys.argv[2]))
