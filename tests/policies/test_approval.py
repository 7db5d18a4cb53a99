"""Top management's decision: asked of somebody else, on one frozen text, answered once."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection

from audit.models import Event
from companies.models import Membership, Person
from notifications.models import Message, OutgoingMail
from policies import queries, services
from policies.enums import State
from policies.models import ApprovalRequest, Cycle, Review, Revision, Submission
from policies.queries import LinkStatus
from policies.workflow import TransitionRefused
from programmes.models import MilestoneDate
from tests.factories import make_cast, make_person
from tests.factories.settings import want_mails_at_once
from tests.policies.deciding import (
    LONG_AGO,
    NOW,
    TODAY,
    answer,
    ask,
    consult,
    decide,
    endorsed,
    president_of,
    submit,
    submitted,
    write_whole_text,
)
from tests.policies.reviewing import cycle_of, rewrite
from tests.roles import seen_by

PDF = ("承認.pdf", b"%PDF-1.7 signed")


@pytest.fixture
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


# --- Asking -------------------------------------------------------------------------------------------------------------------


def test_asking_freezes_the_text_and_keeps_only_the_hash_of_the_word(cast):
    endorsed(cast)
    asked = ask(cast, president_of(cast))
    request = ApprovalRequest.objects.get()
    assert request.token_hash == hashlib.sha256(asked.token.encode()).hexdigest()
    assert len(asked.token) == 43
    assert (request.requested_by, request.is_own, request.way, request.outcome) == (
        cast.people["staff"],
        False,
        "link",
        "",
    )
    assert request.expires_at == NOW + timedelta(days=7)
    assert request.revision.reason == "approval"
    assert request.revision.content == queries.working_content(cycle_of(cast))


@pytest.mark.parametrize("state", State.values)
def test_when_it_can_be_asked(cast, state):
    submitted(cast)
    Cycle.objects.update(state=state)
    president = president_of(cast)
    if state in ("submitted", "in_review", "changes_requested", "endorsed"):
        assert ask(cast, president).request.decided_at is None
    else:
        with pytest.raises(TransitionRefused):
            ask(cast, president)
        assert ApprovalRequest.objects.count() == 0


def test_the_link_goes_to_an_address_and_stands_nowhere_but_in_the_outgoing_mail(cast, settings):
    settings.PORTAL_URL = "https://portal.example"
    endorsed(cast)
    asked = ask(cast, president_of(cast, email="shacho@example.com"))
    mail = OutgoingMail.objects.get(recipient="shacho@example.com")
    assert asked.is_mailed
    assert f"https://portal.example/approve/{asked.token}/" in mail.body.splitlines()
    assert (mail.message_id, asked.token in mail.subject) == (None, False)
    assert holding(asked.token) == {"notifications_outgoingmail"}


def holding(word: str) -> set[str]:
    """The tables in which a word stands anywhere, read as their owner."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        found = set()
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT EXISTS (SELECT 1 FROM "{table}" t WHERE t::text LIKE %s)', [f"%{word}%"])
            if cursor.fetchone()[0]:
                found.add(table)
    return found


def test_the_web_cannot_read_the_outgoing_mail(cast):
    endorsed(cast)
    ask(cast, president_of(cast, email="shacho@example.com"))
    assert OutgoingMail.objects.filter(recipient="shacho@example.com").exists()
    for who in ("manager", "staff", "secretariat"):
        with seen_by(cast.people[who]):
            assert list(OutgoingMail.objects.all()) == []


def test_without_an_address_no_mail_goes_out(cast):
    endorsed(cast)
    OutgoingMail.objects.all().delete()
    asked = ask(cast, president_of(cast))
    assert (asked.is_mailed, OutgoingMail.objects.count()) == (False, 0)
    assert holding(asked.token) == set()


def test_nobody_asks_themselves(cast):
    endorsed(cast)
    own = Person.objects.get(user=cast.people["staff"])
    same_address = president_of(cast, email=cast.people["staff"].email.upper())
    for person in (own, same_address):
        with pytest.raises(ValidationError):
            ask(cast, person)
    assert ApprovalRequest.objects.count() == 0


def test_in_a_company_of_one_person_one_asks_oneself_and_it_is_said(cast):
    endorsed(cast)
    alone = Person.objects.get(user=cast.people["manager"])
    Membership.objects.filter(company=cast.company).exclude(person=alone).delete()
    Person.objects.filter(company=cast.company).exclude(pk=alone.pk).delete()
    assert ask(cast, alone, who="manager").request.is_own


def test_a_person_of_another_company_is_not_asked(cast):
    endorsed(cast)
    other = make_person(cast.neighbour.company)
    with pytest.raises(PermissionDenied):
        ask(cast, other)


@pytest.mark.parametrize("who", ["adviser", "secretariat"])
def test_only_the_company_asks(cast, who):
    endorsed(cast)
    president = president_of(cast)
    with pytest.raises(PermissionDenied):
        ask(cast, president, who=who)


def test_asking_again_ends_the_link_before_and_keeps_the_frozen_text(cast):
    endorsed(cast)
    president = president_of(cast)
    first, second = ask(cast, president), ask(cast, president, who="manager")
    first.request.refresh_from_db()
    assert first.request.cancelled_at == NOW
    assert first.token != second.token
    assert first.request.revision_id == second.request.revision_id
    assert Revision.objects.filter(reason="approval").count() == 1


def test_asking_about_other_words_freezes_them(cast):
    paragraphs = write_whole_text(cast)
    Cycle.objects.update(state=State.SUBMITTED)
    president = president_of(cast)
    first = ask(cast, president)
    rewrite(cast, paragraphs["contact"], "相談窓口は総務部の佐藤です。")
    second = ask(cast, president)
    assert second.request.revision.number == first.request.revision.number + 1
    assert second.request.revision.sha256 != first.request.revision.sha256


def test_calling_off(cast):
    endorsed(cast)
    ask(cast, president_of(cast))
    with seen_by(cast.people["manager"]):
        services.cancel_approval(cycle=cycle_of(cast), actor=cast.people["manager"], now=NOW)
    assert ApprovalRequest.objects.get().cancelled_at == NOW
    assert Event.objects.filter(verb="approval.cancelled").count() == 1


# --- Answering ----------------------------------------------------------------------------------------------------------------


def test_approving_moves_shares_records_and_tells(cast):
    endorsed(cast)
    request = ask(cast, president_of(cast)).request
    decided = decide(request, answer(decided_on=TODAY))
    cycle = cycle_of(cast)
    assert (cycle.state, cycle.is_reviewed) == (State.APPROVED, True)
    assert (decided.outcome, decided.way, decided.decided_at, decided.approver_name, decided.body) == (
        "approved",
        "link",
        NOW,
        "社長 太郎",
        "取締役会",
    )
    assert Revision.objects.get(pk=request.revision_id).shared_at == NOW
    with seen_by(cast.people["secretariat"]):
        assert Revision.objects.visible_to(cast.people["secretariat"]).get().pk == request.revision_id
    milestone = MilestoneDate.objects.get(enrolment=cast.enrolment, kind__source="approved")
    assert milestone.reached_on == TODAY
    event = Event.objects.get(verb="approval.decided")
    assert (event.actor_id, event.detail["way"], event.detail["outcome"], event.detail["sha256"]) == (
        cast.people["staff"].pk,
        "link",
        "approved",
        request.revision.sha256,
    )
    told = Message.objects.get(kind="approval_decided")
    assert (told.to_user, told.params["is_approved"]) == (cast.people["staff"], True)
    assert queries.approved_request(cycle) == decided


def test_a_staff_member_who_asked_gets_the_answer_recorded_although_only_managers_decide(cast):
    endorsed(cast)
    assert decide(ask(cast, president_of(cast), who="staff").request, answer()).outcome == "approved"


def test_approval_before_the_review_is_marked_and_ends_what_waited(cast):
    submitted(cast)
    adviser = cast.people["adviser"]
    with seen_by(adviser):
        services.start_review(submission=Submission.objects.get(), actor=adviser, now=NOW, today=TODAY)
    decide(ask(cast, president_of(cast)).request, answer())
    cycle = cycle_of(cast)
    assert (cycle.state, cycle.is_reviewed) == (State.APPROVED, False)
    review, submission = Review.objects.get(), Submission.objects.get()
    assert (review.closed_at, review.returned_at) == (NOW, None)
    assert (submission.closed_at, submission.was_withdrawn) == (NOW, False)


def test_returning_needs_a_reason_and_gives_the_text_back(cast):
    want_mails_at_once()
    endorsed(cast)
    request = ask(cast, president_of(cast)).request
    for reason in ("", "  "):
        with pytest.raises(ValidationError):
            decide(request, answer("returned", reason=reason))
    assert cycle_of(cast).state == State.ENDORSED
    decided = decide(request, answer("returned", reason="第3章を短く。"))
    assert (cycle_of(cast).state, decided.outcome, decided.reason) == (State.DRAFTING, "returned", "第3章を短く。")
    assert Revision.objects.get(pk=request.revision_id).shared_at is None
    assert Message.objects.get(kind="approval_decided").params["is_approved"] is False
    assert "第3章" not in OutgoingMail.objects.latest("created_at").body


def test_a_day_to_come_is_no_day_of_a_decision(cast):
    endorsed(cast)
    request = ask(cast, president_of(cast)).request
    with pytest.raises(ValidationError):
        decide(request, answer(decided_on=TODAY + timedelta(days=2)))
    assert ApprovalRequest.objects.get().decided_at is None


def test_it_answers_once(cast):
    endorsed(cast)
    request = ask(cast, president_of(cast)).request
    decide(request, answer())
    with pytest.raises(services.LinkSpent) as spent:
        decide(request, answer("returned", reason="やはり"))
    assert spent.value.status == LinkStatus.DECIDED
    assert ApprovalRequest.objects.get().outcome == "approved"


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"cancelled_at": NOW}, LinkStatus.CANCELLED),
        ({"expires_at": NOW}, LinkStatus.EXPIRED),
        ({"expires_at": NOW - timedelta(seconds=1)}, LinkStatus.EXPIRED),
    ],
)
def test_a_spent_link_decides_nothing(cast, change, status):
    endorsed(cast)
    request = ask(cast, president_of(cast)).request
    ApprovalRequest.objects.update(**change)
    with pytest.raises(services.LinkSpent) as spent:
        decide(request, answer())
    assert spent.value.status == status
    assert (cycle_of(cast).state, ApprovalRequest.objects.get().outcome) == (State.ENDORSED, "")


@pytest.mark.parametrize("state", [State.DRAFTING, State.APPROVED, State.PUBLISHED, State.SUPERSEDED])
def test_a_link_that_the_policy_left_behind_decides_nothing(cast, state):
    endorsed(cast)
    request = ask(cast, president_of(cast)).request
    Cycle.objects.update(state=state)
    with pytest.raises(services.LinkSpent) as spent:
        decide(request, answer())
    assert spent.value.status == LinkStatus.OVERTAKEN


def test_who_asked_must_still_be_of_the_company(cast):
    endorsed(cast)
    request = ask(cast, president_of(cast)).request
    with connection.cursor() as cursor:
        cursor.execute("UPDATE companies_access SET revoked_at = now() WHERE user_id = %s", [cast.people["staff"].pk])
    with pytest.raises(PermissionDenied):
        decide(request, answer())
    assert cycle_of(cast).state == State.ENDORSED


@pytest.mark.django_db(transaction=True)
def test_two_answers_at_once_are_one(tmp_path):
    """Real threads and connections: one is taken, the other is told which."""
    cast = make_cast()
    endorsed(cast)
    request = ask(cast, president_of(cast)).request
    together = Barrier(4)

    def press(given) -> str:
        try:
            together.wait(10)
            return decide(request, given).outcome
        except services.LinkSpent as spent:
            return str(spent.status)
        finally:
            connection.close()

    given = [answer(), answer("returned", reason="短く。")] * 2
    with ThreadPoolExecutor(4) as pool:
        ended = [future.result(30) for future in [pool.submit(press, each) for each in given]]
    assert sorted(ended)[1:].count("decided") + sorted(ended)[:1].count("decided") == 3
    (outcome,) = [each for each in ended if each != "decided"]
    assert ApprovalRequest.objects.get().outcome == outcome
    assert cycle_of(cast).state == {"approved": State.APPROVED, "returned": State.DRAFTING}[outcome]
    assert Event.objects.filter(verb="approval.decided").count() == 1
    assert Message.objects.filter(kind="approval_decided").count() == 1


# --- On paper -----------------------------------------------------------------------------------------------------------------


def sign(cast, approver, *, who="manager", scan=PDF, sha256=None, **fields) -> ApprovalRequest:
    cycle, actor = cycle_of(cast), cast.people[who]
    asked = queries.open_request(cycle)
    content = asked.revision.content if asked else queries.working_content(cycle)
    with seen_by(actor):
        return services.approve_on_paper(
            cycle=cycle,
            approver=approver,
            answer=answer(**fields),
            scan=scan,
            sha256=sha256 or services.digest(content),
            actor=actor,
            now=NOW,
        )


def test_a_signed_paper_answers_what_was_asked(cast, media):
    endorsed(cast)
    president = president_of(cast)
    asked = ask(cast, president)
    decided = sign(cast, president, decided_on=LONG_AGO)
    assert decided.pk == asked.request.pk
    assert (decided.way, decided.outcome, decided.decided_on) == ("paper", "approved", LONG_AGO)
    assert (decided.scan.is_content, decided.scan.company_id, decided.scan.name) == (True, cast.company.pk, "承認.pdf")
    assert cycle_of(cast).state == State.APPROVED
    assert MilestoneDate.objects.get(kind__source="approved", enrolment=cast.enrolment).reached_on == LONG_AGO


def test_a_paper_that_nobody_asked_for_has_a_text_of_its_own(cast, media):
    endorsed(cast)
    decided = sign(cast, president_of(cast))
    assert (decided.token_hash, decided.expires_at, decided.revision.reason) == ("", None, "approval")
    assert decided.revision.shared_at == NOW


def test_a_link_is_dead_once_the_paper_is_recorded(cast, media):
    endorsed(cast)
    president = president_of(cast)
    request = ask(cast, president).request
    sign(cast, president)
    with pytest.raises(services.LinkSpent) as spent:
        decide(request, answer("returned", reason="いや"))
    assert spent.value.status == LinkStatus.DECIDED


def test_a_paper_of_another_text_is_refused(cast, media):
    endorsed(cast)
    with pytest.raises(ValidationError):
        sign(cast, president_of(cast), sha256="0" * 64)
    assert (cycle_of(cast).state, ApprovalRequest.objects.count()) == (State.ENDORSED, 0)


@pytest.mark.parametrize("who", ["staff", "adviser", "secretariat"])
def test_only_managers_record_papers(cast, media, who):
    endorsed(cast)
    with pytest.raises(PermissionDenied):
        sign(cast, president_of(cast), who=who)


def test_a_manager_who_signs_their_own_paper_is_marked(cast, media):
    endorsed(cast)
    assert sign(cast, Person.objects.get(user=cast.people["manager"])).is_own


# --- What it is compared with -------------------------------------------------------------------------------------------------


def test_words_changed_after_the_review_are_known(cast):
    paragraphs = write_whole_text(cast)
    consult(cast)
    submit(cast)
    rewrite(cast, paragraphs["contact"], "相談窓口は総務部の佐藤です。")
    Cycle.objects.update(state=State.ENDORSED, is_reviewed=True)
    cycle = cycle_of(cast)
    assert queries.differs_from_reviewed(cycle, queries.working_content(cycle))
    assert not queries.differs_from_reviewed(cycle, queries.reviewed_text(cycle).content)


def test_the_next_text_is_compared_with_the_one_approved_last(cast):
    endorsed(cast)
    assert queries.last_approved_text(cycle_of(cast)) is None
    decided = decide(ask(cast, president_of(cast)).request, answer())
    assert queries.last_approved_text(cycle_of(cast)) == decided.revision
