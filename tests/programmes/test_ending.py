"""A programme that is closed: what was open before, that nobody writes any more, and the leader's way back."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db import Error, connection, transaction
from django.urls import reverse
from django.utils import timezone

from audit.models import Event
from common.tenancy.closed import is_about_closed
from companies.models import Access, Company
from jobs.models import Job
from notifications.models import Reminder
from policies.models import Cycle
from programmes.models import Assignment, Feedback, MilestoneKind, Programme, Seat, Session, Survey
from programmes.queries.ending import unfinished
from programmes.services import ending as services
from programmes.services import planning_copying, registration
from programmes.services.following import put_in_charge
from tests.factories import make_attendance, make_consultation, make_person, make_seat, make_session
from tests.programmes.planning import published
from tests.reading import rows, words
from tests.roles import seen_by

NOW = timezone.now()

# Tables of rows that name a programme and may be written while it is closed, and why.
WRITTEN_ALL_THE_SAME = {
    "jobs_job": "an export of a closed programme is a job",
    "jobs_storedfile": "and its file",
    "audit_event": "the trail tells of looks, too",
    "notifications_message": "news that is on its way",
    "notifications_reminder": "taken back when it is closed, and not written down again",
    "programmes_seat": "who may read it still changes",
    "programmes_invitation": "who may read it still changes",
    "programmes_noticeread": "reading",
    "programmes_quoteuse": "which report quotes what",
    "policies_publication": "a published policy outlives the year: its address is checked",
    "policies_announcement": "who is told of a published policy",
    "policies_readreceipt": "who has read a published policy",
    "reports_report": "a rendering of what stands",
    "imports_import": "an upload that is refused when it is applied",
}
# Changed, but neither added nor taken away.
CHANGED_ALL_THE_SAME = {
    "programmes_feedback": "a consent is taken back at any time",
    "programmes_remark": "a consent is taken back at any time",
    "reports_issuedreport": "it can be withdrawn",
}


def close(cast, *, who: str = "secretariat") -> Programme:
    actor = cast.people[who]
    with seen_by(actor):
        return services.close_programme(programme=cast.programme, reason="年度が終わりました。", actor=actor, now=NOW)


def refused(deed) -> bool:
    """Whether the database refuses the deed because the programme is closed; any other error is one."""
    try:
        with transaction.atomic():
            deed()
    except Error as error:
        if is_about_closed(error):
            return True
        raise
    return False


def tables() -> list[str]:
    models = [m for m in apps.get_models() if {f.attname for f in m._meta.concrete_fields} >= {"programme_id"}]
    return sorted(model._meta.db_table for model in models)


def guarded(event: str) -> set[str]:
    """Tables on which a trigger refuses this event for rows of closed programmes."""
    bit = {"INSERT": 4, "DELETE": 8, "UPDATE": 16}[event]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " JOIN pg_proc p ON p.oid = t.tgfoid WHERE p.proname = 'refuse_closed' AND t.tgenabled = 'O'"
            " AND (t.tgtype & %s) > 0",
            [bit],
        )
        return {name for (name,) in cursor.fetchall()}


@pytest.mark.django_db
def test_every_table_of_a_programme_is_kept_or_is_named_with_its_reason():
    everything = set(tables())
    written, changed = set(WRITTEN_ALL_THE_SAME), set(CHANGED_ALL_THE_SAME)
    assert everything - guarded("INSERT") == written
    assert everything - guarded("UPDATE") == written | changed
    assert everything - guarded("DELETE") == written


def test_no_table_takes_a_row_of_a_closed_programme(cast):
    """Before anything else is looked at: which columns a row needs does not matter."""
    close(cast)
    with connection.cursor() as cursor:
        for table in sorted(guarded("INSERT")):
            sql = f"INSERT INTO {table} (id, programme_id) VALUES (gen_random_uuid(), %s)"
            assert refused(lambda sql=sql: cursor.execute(sql, [cast.programme.pk])), table


def test_what_is_there_is_neither_changed_nor_deleted_and_the_neighbour_programme_is_not_touched(cast):
    """Everything that the cast has, written over by the owner of the tables, whom no policy binds."""
    make_session(cast.programme)
    make_session(cast.other_programme)
    close(cast)
    found = 0
    with connection.cursor() as cursor:
        for table in sorted(guarded("UPDATE") & guarded("DELETE")):
            for programme, is_closed in ((cast.programme, True), (cast.other_programme, False)):
                cursor.execute(f"SELECT count(*) FROM {table} WHERE programme_id = %s", [programme.pk])
                if not cursor.fetchone()[0]:
                    continue
                found += is_closed
                sql = f"UPDATE {table} SET programme_id = programme_id WHERE programme_id = %s"
                assert refused(lambda sql=sql, pk=programme.pk: cursor.execute(sql, [pk])) == is_closed, table
    assert found >= 6
    assert refused(lambda: Session.objects.filter(programme=cast.programme)._raw_delete("default"))
    assert refused(lambda: Programme.objects.filter(pk=cast.programme.pk).update(name_ja="別の名前"))
    assert not refused(lambda: Programme.objects.filter(pk=cast.other_programme.pk).update(name_ja="別の名前"))


def test_services_are_refused_and_leave_nothing_behind(cast):
    """A few deeds of every kind of person, through the services and as the role of the web."""
    desk, staff = cast.people["secretariat"], cast.people["staff"]
    session = published(cast.programme, code="S7")
    person = make_person(cast.company)
    seat = Seat.objects.current().managing().filter(programme=cast.programme, user=desk).get()
    cycle = Cycle.objects.get(enrolment=cast.enrolment)
    close(cast)
    before = Event.objects.count()
    deeds = {
        "copy": (desk, lambda: planning_copying.copy_session(
            session=session, programme=cast.programme, starts_at=session.starts_at, actor=desk)),
        "charge": (desk, lambda: put_in_charge(
            enrolment=cast.enrolment, seat=seat, actor=desk, today=timezone.localdate())),
        "milestone": (desk, lambda: MilestoneKind.objects.filter(programme=cast.programme).update(due_on=None)),
        "text": (staff, lambda: Cycle.objects.filter(pk=cycle.pk).update(has_english=True)),
        "person": (staff, lambda: registration.register(
            session=session, person=person, mode="onsite", actor=staff)),
    }  # fmt: skip
    for name, (actor, deed) in deeds.items():
        with seen_by(actor):
            assert refused(deed), name
    assert Event.objects.count() == before


def test_closing_ends_what_advisers_see_and_what_waits(cast):
    make_seat(cast.programme, role="adviser")
    adviser = cast.people["adviser"]
    session = published(cast.programme, code="S8")
    survey = Survey.objects.create(
        session=session, programme=cast.programme, is_anonymous=False, closes_at=NOW + timedelta(days=9)
    )
    Reminder.objects.create(
        to_user=cast.people["staff"], kind="x", due_on=timezone.localdate(), key="k", programme_id=cast.programme.pk
    )
    job = Job.objects.create(kind="x", requested_by=cast.people["secretariat"], programme_id=cast.programme.pk)
    with seen_by(adviser):
        assert Company.objects.content_visible_to(adviser).filter(pk=cast.company.pk).exists()
    close(cast)
    with seen_by(adviser):
        assert not Company.objects.content_visible_to(adviser).filter(pk=cast.company.pk).exists()
    assert not Assignment.objects.filter(programme=cast.programme, ends_on=None).exists()
    assert not Access.objects.valid().filter(user=adviser, company=cast.company).exists()
    survey.refresh_from_db()
    assert survey.closes_at == NOW
    assert not Reminder.objects.filter(programme_id=cast.programme.pk).exists()
    job.refresh_from_db()
    assert job.state == Job.State.CANCELLED
    with seen_by(cast.people["staff"]):
        assert Programme.objects.visible_to(cast.people["staff"]).get().closed_reason == "年度が終わりました。"


def test_a_consent_is_taken_back_in_a_closed_programme(cast):
    session = published(cast.programme, code="S8")
    person = make_person(cast.company)
    make_attendance(session, person)
    feedback = Feedback.objects.create(
        session=session, programme=cast.programme, company=cast.company, person=person, comment_ja="よかった",
        consent="anonymous",
    )  # fmt: skip
    close(cast)
    assert not refused(lambda: Feedback.objects.filter(pk=feedback.pk).update(consent="none"))


def test_only_the_secretariat_closes_and_only_its_leader_opens_again(cast):
    for who in ("manager", "adviser", "other_secretariat"):
        with pytest.raises(PermissionDenied):
            close(cast, who=who)
    closed = close(cast)
    with pytest.raises(services.EndingRefused):
        close(cast)
    leader = make_seat(cast.programme, role="leader").user
    member = make_seat(cast.programme, role="member").user
    for actor in (member, cast.people["adviser"], cast.people["manager"]):
        with seen_by(actor), pytest.raises(PermissionDenied):
            services.reopen_programme(programme=closed, reason="訂正", actor=actor, now=NOW)
    with seen_by(leader):
        opened = services.reopen_programme(programme=closed, reason="訂正", actor=leader, now=NOW)
        with pytest.raises(services.EndingRefused):
            services.reopen_programme(programme=closed, reason="訂正", actor=leader, now=NOW)
    assert (opened.closed_at, opened.closed_reason, opened.reopened_reason) == (None, "年度が終わりました。", "訂正")
    assert not refused(lambda: MilestoneKind.objects.filter(programme=cast.programme).update(due_on=None))
    verbs = Event.objects.filter(object_id=cast.programme.pk, verb__startswith="programme.").order_by("at")
    assert [event.verb for event in verbs][-2:] == ["programme.closed", "programme.reopened"]


def test_what_is_open_is_named_with_its_number(cast, sign_in):
    draft = make_session(cast.programme, state="draft")
    adviser = make_seat(cast.programme, role="adviser")
    make_consultation(cast.enrolment, adviser, starts_at=NOW + timedelta(days=3), state="booked")
    user = cast.people["secretariat"]
    with seen_by(user):
        found = {each.url: each.count for each in unfinished(user, cast.programme, now=NOW)}
    page = sign_in(user).get(reverse("programmes:ending", args=[cast.programme.pk]))
    assert found[reverse("programmes:sessions", args=[cast.programme.pk])] >= 1
    assert found[reverse("consultations:programme", args=[cast.programme.pk])] == 1
    assert found[reverse("reports:list", args=[cast.programme.pk])] == 1
    assert ["1"] in [row[1:] for row in rows(page)]
    assert draft.state == "draft"


# --- Pages --------------------------------------------------------------------------------------------------------------


def test_a_page_says_it_in_words_and_keeps_nothing(cast, sign_in):
    session = published(cast.programme, code="S9")
    client = sign_in(cast.people["secretariat"])
    address = reverse("programmes:cancel_session", args=[cast.programme.pk, session.pk])
    close(cast)
    answer = client.post(address)
    assert answer.status_code == 409
    assert "このプログラムは終了しています" in words(answer, "h1")[0]
    part = client.post(address, headers={"HX-Request": "true"})
    assert (part.status_code, "<html" in part.content.decode()) == (409, False)
    session.refresh_from_db()
    assert session.state == "published"
    home = client.get(reverse("dashboards:programme", args=[cast.programme.pk]))
    assert home.status_code == 200
    assert cast.programme.name in " ".join(words(home, "div", "banner"))
