"""A row of each owner in every table of sessions: the plan, who takes part, what was said, and what is printed."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from django.utils import timezone

from companies.models import Person
from jobs.models import StoredFile
from jobs.services import store_file
from programmes.enums import (
    AgendaKind,
    DoorDeed,
    ListOrigin,
    MaterialKind,
    Mode,
    ObserverKind,
    RemarkKind,
    SessionState,
)
from programmes.models import (
    AgendaItem,
    Arrival,
    CalendarFeed,
    Certificate,
    DoorOperation,
    Facilitator,
    Feedback,
    Material,
    MeetingRemark,
    Observer,
    OnlineList,
    Photo,
    Presentation,
    QuoteUse,
    Remark,
    Session,
    Speaker,
    Survey,
    SurveyInvitation,
)
from tests.factories import make_attendance, make_session
from tests.security import audiences

NOON = datetime(2024, 12, 10, 3, tzinfo=UTC)
# The person who is registered in the mode, and the secretariat.
INVITED = audiences.MANAGERS | audiences.MANAGED

KINDS = {
    "draft of a session": (Session, audiences.MANAGED),
    "agenda item of a draft": (AgendaItem, audiences.MANAGED),
    "speaker of a draft": (Speaker, audiences.MANAGED),
    "way in": (Arrival, audiences.MANAGED),
    "own way in": (Arrival, INVITED),
    "facilitator": (Facilitator, audiences.PROGRAMME),
    "material": (Material, audiences.PROGRAMME),
    "later material": (Material, audiences.MANAGED),
    "material of a draft": (Material, audiences.MANAGED),
    "photograph": (Photo, audiences.PROGRAMME),
    "photograph without consent": (Photo, audiences.MANAGED),
    "observer": (Observer, audiences.MANAGED),
    "online list": (OnlineList, audiences.MANAGED),
    "operation at the door": (DoorOperation, audiences.MANAGED),
    "survey": (Survey, audiences.PROGRAMME),
    "invitation to a survey": (SurveyInvitation, audiences.MANAGED),
    "feedback without a name": (Feedback, audiences.MANAGED),
    "remark of a speaker": (Remark, audiences.MANAGED),
    "use of a quote": (QuoteUse, audiences.MANAGED),
    "certificate": (Certificate, audiences.RECORDS),
    "calendar address": (CalendarFeed, audiences.MANAGERS),
    "presentation": (Presentation, audiences.RECORDS),
    "remark on a presentation": (MeetingRemark, audiences.RECORDS),
    "remark to all": (MeetingRemark, audiences.PROGRAMME),
}


def fill(world, owner: str) -> None:
    """Make the rows; the company's manager is registered online, and nobody else has an account of their own."""
    _fill_plan(world, owner)
    _fill_people(world, owner)
    _fill_words(world, owner)


def _fill_plan(world, owner: str) -> None:
    session = world["session", owner]
    programme, actor = session.programme, world["seat", owner].user
    both = {"session": session, "programme": programme}
    draft = make_session(programme, code=f"draft-{owner}")
    Session.objects.filter(pk=draft.pk).update(state=SessionState.DRAFT)
    world.keep("draft of a session", owner, draft)
    item = AgendaItem.objects.create(session=draft, programme=programme, order=1, kind=AgendaKind.LECTURE, title_en="D")
    world.keep("agenda item of a draft", owner, item)
    world.keep("speaker of a draft", owner, Speaker.objects.create(item=item, programme=programme, name_en="D"))
    world.keep("way in", owner, Arrival.objects.create(mode=Mode.ONSITE, note_en="W", **both))
    world.keep("own way in", owner, Arrival.objects.create(mode=Mode.ONLINE, url="https://meet.example/W", **both))
    world.keep("facilitator", owner, Facilitator.objects.create(seat=world["seat", owner], **both))
    link = {"kind": MaterialKind.LINK, "url": "https://example.org/", "title_en": "M", "programme": programme}
    world.keep("material", owner, Material.objects.create(session=session, **link))
    later = timezone.localdate() + timedelta(days=7)
    world.keep("later material", owner, Material.objects.create(session=session, visible_from=later, **link))
    world.keep("material of a draft", owner, Material.objects.create(session=draft, **link))
    words = {"caption_en": "P", "alt_en": "P", "width": 10, "height": 10}
    shown = Photo.objects.create(
        has_consent=True, file=_file(world, owner, "shown.jpg", audiences.PROGRAMME, actor), **words, **both
    )
    world.keep("photograph", owner, shown)
    kept_back = Photo.objects.create(
        file=_file(world, owner, "kept-back.jpg", audiences.MANAGED, actor), **words, **both
    )
    world.keep("photograph without consent", owner, kept_back)
    observer = Observer.objects.create(kind=ObserverKind.ILO, name_en="O", mode=Mode.ONLINE, **both)
    world.keep("observer", owner, observer)
    online = OnlineList.objects.create(
        origin=ListOrigin.ZOOM, name="l.csv", encoding="utf-8", online_share=50, uploaded_by_id=actor.pk, **both
    )
    world.keep("online list", owner, online)


def _file(world, owner: str, name: str, audience: frozenset, actor) -> StoredFile:
    """A file of the programme whose bytes are a canary: its participants may open it where a photograph shows it."""
    canary = f"zqf{len(world.file_canaries):04x}qz"
    world.file_canaries[canary] = (f"bytes of {name}", owner, audience)
    return store_file(name=name, content=canary.encode(), actor=actor, programme_id=world["programme", owner].pk)


def _fill_people(world, owner: str) -> None:
    session, attendance = world["session", owner], world["attendance", owner]
    both = {"session": session, "programme": session.programme}
    actor = world["seat", owner].user
    head = {"company": "manager", "neighbour": "neighbour", "stranger": "stranger"}[owner]
    person = Person.objects.get(user=world.people[head], company=attendance.company)
    make_attendance(session, person, mode=Mode.ONLINE, attended=None)
    operation = DoorOperation.objects.create(
        id=uuid4(),
        attendance=attendance,
        deed=DoorDeed.CHECK_IN,
        happened_at=NOON,
        recorded_by_id=actor.pk,
        **both,
    )
    world.keep("operation at the door", owner, operation)
    certificate = Certificate.objects.create(
        attendance=attendance,
        company=attendance.company,
        code=uuid4().hex,
        content={},
        issued_by_id=actor.pk,
        **both,
    )
    world.keep("certificate", owner, certificate)
    feed = CalendarFeed.objects.create(user=world.people[head], token_hash=uuid4().hex)
    world.keep("calendar address", owner, feed)


def _fill_words(world, owner: str) -> None:
    session, company = world["session", owner], world["company", owner]
    both = {"session": session, "programme": session.programme}
    survey = world.keep("survey", owner, Survey.objects.create(closes_at=NOON, **both))
    invitation = SurveyInvitation.objects.create(
        survey=survey,
        programme=session.programme,
        company=company,
        person=world["person", owner],
        token_hash=uuid4().hex,
    )
    world.keep("invitation to a survey", owner, invitation)
    unnamed = Feedback.objects.create(comment_en="U", answer_key=uuid4().hex, **both)
    world.keep("feedback without a name", owner, unnamed)
    remark = Remark.objects.create(speaker=world["speaker", owner], text_en="R", **both)
    world.keep("remark of a speaker", owner, remark)
    use = QuoteUse.objects.create(programme=session.programme, remark=remark, report_id=uuid4(), title="R")
    world.keep("use of a quote", owner, use)
    presentation = Presentation.objects.create(company=company, enrolment=world["enrolment", owner], **both)
    world.keep("presentation", owner, presentation)
    said = {"kind": RemarkKind.COMMENT, "text": "C", **both}
    world.keep("remark on a presentation", owner, MeetingRemark.objects.create(company=company, **said))
    world.keep("remark to all", owner, MeetingRemark.objects.create(**said))
