"""Threads: replies and questions told to the other side once, never their words; comments that outlive their passage."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from audit.models import Event
from notifications.models import Message, OutgoingMail
from policies import services
from policies.enums import ActionState
from policies.models import ActionItem, Cycle, Paragraph, Post, Thread
from policies.queries import open_questions
from programmes.models import Programme
from tests.factories import make_assignment, make_member, make_seat
from tests.factories.settings import want_mails_at_once
from tests.factories.talk import TEXTS, make_comment, make_paragraph
from tests.roles import seen_by

NOW = datetime(2024, 12, 10, 3, tzinfo=UTC)
SECRET = "海外の工場で旅券を預かっています。"


@pytest.fixture
def cycle(cast) -> Cycle:
    return Cycle.objects.get(enrolment=cast.enrolment)


@pytest.fixture
def paragraph(cycle) -> Paragraph:
    return make_paragraph(cycle)


@pytest.fixture
def comment(cast, cycle, paragraph) -> Thread:
    return make_comment(cycle, cast.people["adviser"], "誰を指しますか。", paragraph=paragraph, quote="すべての人")


def ask(cast, who="staff", *, now=NOW, **arguments) -> Thread:
    user = cast.people[who]
    with seen_by(user):
        cycle = Cycle.objects.get(enrolment=cast.enrolment)
        return services.ask_question(cycle=cycle, actor=user, now=now, **{"text": SECRET} | arguments)


def deed(name: str, thread: Thread, user, **arguments):
    with seen_by(user):
        return getattr(services, name)(thread=Thread.objects.get(pk=thread.pk), actor=user, **arguments)


def recipients() -> list[str]:
    return sorted(OutgoingMail.objects.values_list("recipient", flat=True))


def emails(cast, *who) -> list[str]:
    return sorted(cast.people[one].email for one in who)


def test_a_question_is_told_to_the_advisers_without_its_words(cast):
    want_mails_at_once()
    cast.people["adviser"].language = "en"
    cast.people["adviser"].save()
    thread = ask(cast, section_code="scope", answer_by=date(2024, 12, 13))
    mail = OutgoingMail.objects.get()
    assert mail.recipient == cast.people["adviser"].email
    assert SECRET not in mail.subject + mail.body
    assert cast.company.name_en in mail.subject
    assert "13 December 2024 (Fri)" in mail.body
    assert f"/companies/{cast.company.pk}/policy/questions/#thread-{thread.pk}" in mail.body
    message = Message.objects.get()
    assert SECRET not in str(message.params)
    assert (message.company_id, message.programme_id) == (cast.company.pk, cast.programme.pk)


def test_mails_are_whole_in_japanese(cast):
    want_mails_at_once()
    ask(cast, answer_by=date(2024, 12, 13))
    mail = OutgoingMail.objects.get()
    assert (
        mail.subject
        == f"【SPP】{cast.company.name_ja}の人権方針について質問が届いています（回答の希望日：2024年12月13日(金)）"
    )
    assert (
        f"{cast.company.name_ja}の人権方針について、{cast.people['staff'].name_ja}様から質問が届いています。"
        in mail.body
    )
    assert "回答の希望日：2024年12月13日(金)" in mail.body


def test_an_answer_is_told_to_everybody_of_the_company_and_nobody_else(cast):
    want_mails_at_once()
    thread = ask(cast)
    OutgoingMail.objects.all().delete()
    deed("reply", thread, cast.people["adviser"], text="預かってはいけません。", now=NOW)
    assert recipients() == emails(cast, "manager", "staff")


def test_every_present_adviser_is_told_once(cast):
    second = make_seat(cast.programme, role="adviser")
    make_assignment(cast.enrolment, second)
    want_mails_at_once()
    ask(cast)
    assert recipients() == sorted([cast.people["adviser"].email, second.user.email])


def test_several_replies_within_a_quarter_of_an_hour_are_told_once(cast):
    want_mails_at_once()
    thread = ask(cast)
    OutgoingMail.objects.all().delete()
    adviser = cast.people["adviser"]
    for minutes in (0, 3, 14):
        deed("reply", thread, adviser, text="一言。", now=NOW + timedelta(minutes=minutes))
    assert recipients() == emails(cast, "manager", "staff")
    deed("reply", thread, adviser, text="もう一言。", now=NOW + timedelta(minutes=15))
    assert recipients() == sorted(emails(cast, "manager", "staff") * 2)
    assert Post.objects.count() == 5


def test_who_writes_for_the_company_stays_its_side(cast):
    thread = ask(cast)
    deed("reply", thread, cast.people["adviser"], text="はい。", now=NOW)
    assert list(Post.objects.order_by("created_at").values_list("from_company", flat=True)) == [True, False]


@pytest.mark.parametrize(
    "who", ["neighbour", "stranger", "unassigned_adviser", "former_adviser", "secretariat", "nobody"]
)
def test_others_take_no_part(cast, cycle, comment, who):
    user = cast.people[who]
    with seen_by(user):
        assert list(Thread.objects.all()) == list(Post.objects.all()) == []
        for name, arguments in (
            ("reply", {"text": "?", "now": NOW}),
            ("resolve_thread", {"now": NOW}),
            ("reopen_thread", {"now": NOW}),
            ("reattach_thread", {"paragraph": comment.paragraph}),
        ):
            with pytest.raises(PermissionDenied):
                getattr(services, name)(thread=comment, actor=user, **arguments)
        with pytest.raises(PermissionDenied):
            services.ask_question(cycle=cycle, text="?", actor=user, now=NOW)
    assert OutgoingMail.objects.count() == 0


def test_a_comment_that_is_not_shared_yet_takes_no_replies(cast, cycle, paragraph):
    private = make_comment(cycle, cast.people["adviser"], "まだです。", paragraph=paragraph, is_shared=False)
    for who in ("adviser", "staff"):
        # As the owner of the tables, whom row-level security does not bind.
        with pytest.raises(PermissionDenied):
            services.reply(thread=private, text="?", actor=cast.people[who], now=NOW)


@pytest.mark.parametrize(
    "arguments",
    [
        {"text": " "},
        {"text": "a\x00"},
        {"text": "あ" * 5_001},
        {"section_code": "nowhere"},
        {"answer_by": date(2024, 12, 9)},
    ],
    ids=range(5),
)
def test_questions_that_cannot_be_asked(cast, arguments):
    with pytest.raises(ValidationError):
        ask(cast, **arguments)
    assert Thread.objects.count() == OutgoingMail.objects.count() == 0


def test_what_waits_for_an_adviser(cast):
    adviser = cast.people["adviser"]
    urgent, later = ask(cast, answer_by=date(2024, 12, 11)), ask(cast)
    answered, closed = ask(cast), ask(cast)
    deed("reply", answered, adviser, text="はい。", now=NOW)
    deed("resolve_thread", closed, cast.people["staff"], now=NOW)
    ask(cast, "adviser")
    with seen_by(adviser):
        assert list(open_questions(adviser)) == list(open_questions(adviser, cast.programme)) == [urgent, later]
        assert not open_questions(adviser, Programme(pk=cast.other_programme.pk)).exists()
    for who in ("unassigned_adviser", "secretariat", "neighbour", "stranger"):
        with seen_by(cast.people[who]):
            assert not open_questions(cast.people[who]).exists()
    deed("reply", answered, cast.people["staff"], text="では、これは？", now=NOW)
    with seen_by(adviser):
        assert list(open_questions(adviser)) == [urgent, later, answered]


def test_resolving_keeps_everything_and_closes_the_action_item(cast, comment):
    staff = cast.people["staff"]
    deed("reply", comment, staff, text="取引先も含みます。", now=NOW)
    resolved = deed("resolve_thread", comment, staff, now=NOW)
    assert (resolved.resolved_at, resolved.resolved_by_id) == (NOW, staff.pk)
    item = ActionItem.objects.get(source_id=comment.pk)
    assert (item.state, item.answer, item.answered_by) == (ActionState.DONE, "取引先も含みます。", staff)
    assert Post.objects.count() == 2
    deed("reopen_thread", comment, cast.people["adviser"], now=NOW)
    item.refresh_from_db()
    assert (item.state, item.answer, item.answered_by) == (ActionState.OPEN, "", None)


def test_resolving_twice_changes_nothing(cast, comment):
    deed("resolve_thread", comment, cast.people["staff"], now=NOW)
    deed("resolve_thread", comment, cast.people["manager"], now=NOW + timedelta(days=1))
    comment.refresh_from_db()
    assert comment.resolved_by_id == cast.people["staff"].pk
    assert Event.objects.filter(verb="thread.resolved").count() == 1


def test_a_reply_opens_a_resolved_thread_again(cast, comment):
    deed("resolve_thread", comment, cast.people["staff"], now=NOW)
    deed("reply", comment, cast.people["adviser"], text="もう一点あります。", now=NOW)
    comment.refresh_from_db()
    assert comment.resolved_at is None
    assert ActionItem.objects.get(source_id=comment.pk).state == ActionState.OPEN


def test_a_comment_is_attached_to_another_passage(cast, cycle, comment):
    other = make_paragraph(cycle, code="commitment", ja=TEXTS[1])
    moved = deed("reattach_thread", comment, cast.people["staff"], paragraph=other, quote="全従業員")
    assert (moved.paragraph_id, moved.section_code, moved.quote, moved.base_rev) == (
        other.pk,
        "commitment",
        "全従業員",
        1,
    )


def test_it_is_attached_only_to_what_is_in_the_text(cast, cycle, comment):
    staff = cast.people["staff"]
    gone, elsewhere = make_paragraph(cycle), make_paragraph(Cycle.objects.get(enrolment=cast.neighbour))
    with seen_by(staff):
        services.remove_paragraph(paragraph=gone, actor=staff, now=NOW)
    for paragraph, quote in ((gone, ""), (elsewhere, ""), (comment.paragraph, "ない言葉")):
        with pytest.raises(services.PassageMissing):
            deed("reattach_thread", comment, staff, paragraph=paragraph, quote=quote)
    comment.refresh_from_db()
    assert comment.quote == "すべての人"


def test_who_belongs_to_both_sides_writes_for_the_company(cast):
    make_member(cast.company, user=cast.people["adviser"])
    thread = ask(cast, "adviser")
    assert Post.objects.get(thread=thread).from_company
