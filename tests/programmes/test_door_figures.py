"""Whatever happens at a session in whatever order, its figures are its rows; and the pilot's sessions give what was published."""

import json
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from programmes.enums import Mode, Registration
from programmes.models import Attendance, DoorOperation, MilestoneDate, MilestoneKind
from programmes.queries import turnouts
from programmes.queries.door import door_counts
from programmes.queries.outcome import ROWS, outcome, outcome_rows
from programmes.services import door, online
from programmes.services.registration import RegistrationRefused, register, withdraw
from reports.queries import report_figures
from tests.factories import make_company, make_person, make_programme, make_seat, make_session
from tests.roles import seen_by

# --- Any order --------------------------------------------------------------------------------------------------------

PEOPLE, PLACES = 5, 2
who = st.integers(min_value=0, max_value=PEOPLE - 1)
mode = st.sampled_from(Mode.values)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("register"), who, mode),
        st.tuples(st.just("withdraw"), who, mode),
        st.tuples(st.just("check_in"), who, mode),
        st.tuples(st.just("undo"), who, mode),
        st.tuples(st.just("walk_in"), who, mode),
        st.tuples(st.just("again"), who, mode),
        st.tuples(st.just("import"), who, mode),
    ),
    max_size=14,
)


class House:
    """A session with two places on site, its people, and a plain picture of who is there: person by mode."""

    def __init__(self, desk, programme, people):
        begin = timezone.now() - timedelta(minutes=30)
        self.session = make_session(
            programme, starts_at=begin, ends_at=begin + timedelta(hours=2), capacity_onsite=PLACES
        )
        MilestoneKind.objects.create(
            programme=programme,
            order=50,
            code=self.session.code.lower(),
            source="session",
            subject=self.session.code,
            name_en=self.session.code,
        )
        self.desk, self.people, self.present = desk, people, {}
        self.clock, self.last = begin, None

    def row(self, person):
        return Attendance.objects.filter(session=self.session, person=person).first()

    def places_on_site(self) -> int:
        rows = Attendance.objects.filter(session=self.session, planned_mode=Mode.ONSITE)
        return rows.filter(registration=Registration.REGISTERED).count()

    def step(self, deed, number, mode):
        self.clock += timedelta(minutes=2)
        getattr(self, deed)(self.people[number], mode)

    def register(self, person, mode):
        before = self.places_on_site()
        try:
            register(session=self.session, person=person, mode=mode, actor=self.desk)
        except RegistrationRefused:
            assert self.places_on_site() == before
        # No seat twice: only as many are given as there are. Who stands at the door is in already.
        assert self.places_on_site() <= max(before, PLACES)

    def withdraw(self, person, mode):
        if person in self.present or self.row(person) is None:
            return
        try:
            withdraw(session=self.session, person=person, actor=self.desk)
        except RegistrationRefused:
            return

    def tap(self, row, deed, mode):
        self.last = door.Tap(uuid4(), row.pk, deed, mode, self.clock)
        door.record_taps(session=self.session, taps=[self.last], actor=self.desk)

    def check_in(self, person, mode):
        if row := self.row(person):
            self.tap(row, "check_in", mode)
            self.present.setdefault(person, mode)

    def undo(self, person, mode):
        if row := self.row(person):
            self.tap(row, "undo", mode)
            self.present.pop(person, None)

    def walk_in(self, person, mode):
        visitor = door.Visitor(uuid4(), person.company, person.name_ja, "", mode, self.clock)
        door.receive_visitor(session=self.session, visitor=visitor, actor=self.desk)
        self.present.setdefault(person, mode)

    def again(self, _person, _mode):
        """A device that heard no answer sends the same once more."""
        if self.last:
            before = DoorOperation.objects.count()
            door.record_taps(session=self.session, taps=[self.last], actor=self.desk)
            assert DoorOperation.objects.count() == before

    def import_(self, person):
        day = f"{timezone.localtime(self.session.starts_at):%Y/%m/%d %H:%M:%S}"
        end = f"{timezone.localtime(self.session.ends_at):%Y/%m/%d %H:%M:%S}"
        text = f"Name,Join Time,Leave Time\n{person.name_ja},{day},{end}\n"
        kept = online.keep_list(session=self.session, name="list.csv", content=text.encode(), share=50, actor=self.desk)
        online.confirm_list(online_list=kept, actor=self.desk, now=timezone.now())
        self.present.setdefault(person, Mode.ONLINE)

    def check(self):
        """The picture, the rows and every figure say the same."""
        rows = list(Attendance.objects.filter(session=self.session).select_related("person"))
        here = [row for row in rows if row.attended]
        assert {row.person: row.actual_mode for row in here} == self.present
        assert len({row.person_id for row in rows}) == len(rows)
        companies = {row.company_id for row in here}
        counts = door_counts(self.desk, self.session)
        assert (counts.people, counts.companies) == (len(here), len(companies))
        assert counts.onsite_people + counts.online_people == counts.people
        assert counts.people + counts.expected + counts.away == len(rows)
        found = outcome(self.desk, self.session)
        assert (found.people, found.companies) == (len(here), len(companies))
        for name in ROWS:
            assert found.rows[name] == outcome_rows(self.desk, self.session, of=name).count(), name
        turnout = turnouts(self.desk, [self.session]).get(self.session.pk)
        assert (turnout.people if turnout else 0) == len(here)
        reached = MilestoneDate.objects.filter(kind__subject=self.session.code, cancelled_on__isnull=True)
        assert set(reached.values_list("company", flat=True)) == companies


@given(steps=steps)
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_any_order_leaves_figures_that_are_the_rows(cast, steps):
    desk = cast.people["secretariat"]
    companies = [cast.company, cast.neighbour.company]
    people = [make_person(companies[number % 2], name_ja=f"人物 {uuid4().hex[:8]}") for number in range(PEOPLE)]
    house = House(desk, cast.programme, people)
    with seen_by(desk):
        for deed, number, mode in steps:
            if deed == "import":
                house.clock += timedelta(minutes=2)
                house.import_(people[number])
            else:
                house.step(deed, number, mode)
            house.check()


# --- The pilot --------------------------------------------------------------------------------------------------------

# DOMAIN 1.2: people, companies, on site, online. Sessions without printed modes were online.
PUBLISHED = [
    ("MS1", "hybrid", 22, 16, 13, 9),
    ("MS2", "hybrid", 16, 15, 14, 2),
    ("WL1", "online", 18, 16, 0, 18),
    ("WL2", "hybrid", 19, 16, 10, 9),
    ("CL", "online", 35, 15, 0, 35),
]


@pytest.fixture
def pilot(db):
    """A programme of sixteen companies with four people each."""
    programme = make_programme()
    enrolments = [make_company(programme) for _ in range(16)]
    people = [[make_person(enrolment.company) for _ in range(4)] for enrolment in enrolments]
    return programme, people, make_seat(programme, role="leader").user


def hold(client, desk, programme, people, facts):
    """Register as many as were there through the services, receive them on the pages, and return the session."""
    code, method, count, companies, onsite, _online = facts
    begin = timezone.now() - timedelta(minutes=20)
    session = make_session(programme, code=code, method=method, starts_at=begin, ends_at=begin + timedelta(minutes=90))
    came = [people[number % companies][number // companies] for number in range(count)]
    with seen_by(desk):
        rows = [
            register(session=session, person=person, mode="onsite" if place < onsite else "online", actor=desk)
            for place, person in enumerate(came)
        ]
    at_the_door(client, session, rows[:onsite])
    in_the_meeting(client, session, came[onsite:])
    return session


def at_the_door(client, session, rows):
    now = int(timezone.now().timestamp() * 1000)
    taps = [
        {"id": str(uuid4()), "attendance": str(row.pk), "deed": "check_in", "mode": "onsite", "at": now} for row in rows
    ]
    url = reverse("programmes:door_operations", args=[session.programme_id, session.pk])
    body = json.dumps({"sent_at": now, "operations": taps, "walk_ins": []})
    answer = client.post(url, body, content_type="application/json")
    assert [each["outcome"] for each in answer.json()["answers"]] == ["done"] * len(rows)


def in_the_meeting(client, session, people):
    starts, ends = (timezone.localtime(moment) for moment in (session.starts_at, session.ends_at))
    lines = "".join(
        f"{person.name_ja},,{starts:%Y/%m/%d %H:%M:%S},{ends:%Y/%m/%d %H:%M:%S},90,はい\n" for person in people
    )
    text = f"名前（元の名前）,ユーザーのメール,参加時刻,退出時刻,期間（分）,ゲスト\n{lines}"
    file = SimpleUploadedFile("zoom.csv", text.encode("cp932"))
    args = [session.programme_id, session.pk]
    preview = client.post(reverse("programmes:online_list", args=args), {"file": file, "share": 50})["Location"]
    client.post(f"{preview}confirm/")


def test_the_pilot_s_sessions_give_the_published_counts(pilot, sign_in):
    programme, people, desk = pilot
    client = sign_in(desk)
    sessions = [hold(client, desk, programme, people, facts) for facts in PUBLISHED]
    pages = [client.get(reverse("programmes:outcome", args=[programme.pk, session.pk])) for session in sessions]
    shown = [[figure.value for figure in page.context["figures"]] for page in pages]
    assert shown == [list(facts[2:]) for facts in PUBLISHED]
    with seen_by(desk):
        day = timezone.localdate() + timedelta(days=1)
        figures = report_figures(programme, as_of=day, edition="internal", now=timezone.now())["sessions"]
    printed = {each["code"]: [each[key] for key in ("people", "companies", "onsite", "online")] for each in figures}
    assert printed == {facts[0]: list(facts[2:]) for facts in PUBLISHED}


def test_a_list_of_many_asks_the_same(pilot, sign_in):
    """The import of a list is as many statements for thirty people as for three."""
    programme, people, desk = pilot
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for size in (3, 30):
        begin = datetime(2024, 12, 4, 4, tzinfo=timezone.get_default_timezone())
        session = make_session(programme, method="online", starts_at=begin, ends_at=begin + timedelta(hours=1))
        text = "Name,Duration (Minutes)\n" + "".join(
            f"{person.name_ja},60\n" for group in people for person in group[:2]
        )
        text = "\n".join(text.splitlines()[: size + 1])
        with seen_by(desk):
            kept = online.keep_list(session=session, name="l.csv", content=text.encode(), share=50, actor=desk)
            with CaptureQueriesContext(connection) as captured:
                done = online.confirm_list(online_list=kept, actor=desk, now=timezone.now())
        assert done.present == size
        counts.append(len(captured))
    assert counts[0] == counts[1]
