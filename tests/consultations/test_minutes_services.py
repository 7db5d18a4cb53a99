from datetime import date
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from audit.models import Event
from consultations import workflow
from consultations.enums import State
from consultations.models import Minutes, PrivateNote, Task
from consultations.services import minutes as deeds
from notifications.models import Message
from policies.enums import ActionSource, ActionState
from policies.models import ActionItem
from policies.services import answer_item
from tests.consultations.meeting import add_task, meeting, share, shared, write
from tests.factories import make_assignment, make_person, make_seat
from tests.roles import seen_by


def save(cast, who, consultation, passage="advice", text="助言", base_rev=0, **more):
    user = cast.people[who]
    with seen_by(user):
        return deeds.save_passage(
            consultation=consultation,
            passage=passage,
            text=text,
            base_rev=base_rev,
            operation=more.pop("operation", uuid4()),
            actor=user,
            **more,
        )


@pytest.mark.parametrize("who", ["manager", "staff", "unassigned_adviser", "former_adviser", "secretariat", "nobody"])
def test_nobody_but_the_adviser_who_gave_it_writes(cast, who):
    consultation = meeting(cast)
    with pytest.raises(PermissionDenied):
        save(cast, who, consultation)
    assert Minutes.objects.count() == PrivateNote.objects.count() == 0


def test_another_assigned_adviser_does_not_write(cast):
    other = make_seat(cast.programme, role="adviser")
    make_assignment(cast.enrolment, other)
    cast.people["other"] = other.user
    with pytest.raises(PermissionDenied):
        save(cast, "other", meeting(cast))


def test_a_passage_is_saved_upon_what_its_writer_saw(cast):
    consultation = meeting(cast)
    first = write(cast, consultation, text="一")
    second = write(cast, consultation, text="二", base_rev=first.rev)
    late = write(cast, consultation, text="三", base_rev=first.rev)
    assert [(each.text, each.rev, each.is_lost) for each in (first, second, late)] == [
        ("一", 1, False),
        ("二", 2, False),
        ("二", 2, True),
    ]
    assert Minutes.objects.get().advice == "二"


def test_two_passages_do_not_stand_in_each_others_way(cast):
    consultation = meeting(cast)
    found = [write(cast, consultation, passage, "本文") for passage in ("matters", "advice", "text", "note")]
    assert [(each.rev, each.is_lost) for each in found] == [(1, False)] * 4
    assert (Minutes.objects.get().rev, PrivateNote.objects.get().text) == (3, "本文")


def test_the_same_text_again_and_the_one_sent_while_leaving_are_never_late(cast):
    """An answer that was lost on the way, and a page that is closed while a save is under way."""
    consultation, operation = meeting(cast), uuid4()
    save(cast, "adviser", consultation, text="一", operation=operation)
    again = save(cast, "adviser", consultation, text="一")
    leaving = save(cast, "adviser", consultation, text="一、二", follows=operation)
    assert [(each.rev, each.is_lost) for each in (again, leaving)] == [(1, False), (2, False)]
    stranger = save(cast, "adviser", consultation, text="別", follows=uuid4())
    assert stranger.is_lost


@pytest.mark.parametrize("text", ["NUL\x00", "x" * 10_001, "\ud800"])
def test_what_cannot_be_kept_is_refused_with_a_sentence(cast, text):
    with pytest.raises(ValidationError) as refused:
        write(cast, meeting(cast), text=text)
    assert len(refused.value.messages) == 1
    assert Minutes.objects.count() == 0


@pytest.mark.parametrize("state", ["cancelled", "cancelled_late", "missed"])
def test_there_are_no_minutes_of_what_did_not_take_place(cast, state):
    with pytest.raises(deeds.NotWritable):
        write(cast, meeting(cast, state=state))


def test_sharing_is_one_act(cast):
    """It was held, the company reads the minutes, has the tasks on its list, and is told once."""
    consultation = meeting(cast)
    owner = make_person(cast.company)
    write(cast, consultation)
    add_task(cast, consultation, "就業規則を送る", owner=owner, due_on=date(2030, 1, 31))
    share(cast, consultation)
    share(cast, consultation)
    consultation.refresh_from_db()
    assert consultation.state == State.HELD
    item = ActionItem.objects.get()
    assert (item.source, item.text, item.owner, item.due_on, item.state) == (
        ActionSource.CONSULTATION,
        "就業規則を送る",
        owner,
        date(2030, 1, 31),
        ActionState.OPEN,
    )
    assert item.source_id == Task.objects.get().pk
    told = Message.objects.filter(kind="minutes_shared")
    assert {message.to_user_id for message in told} == {cast.people["manager"].pk, cast.people["staff"].pk}
    assert told.count() == 2
    assert [event.verb for event in Event.objects.filter(verb="minutes.shared")] == ["minutes.shared"]


def test_before_it_began_nothing_is_shared(cast):
    consultation = meeting(cast, days=2)
    write(cast, consultation)
    with pytest.raises(workflow.NotYet):
        share(cast, consultation)
    assert Minutes.objects.get().shared_at is None
    assert Message.objects.count() == 0


def test_empty_minutes_are_not_shared(cast):
    consultation = meeting(cast)
    write(cast, consultation, text="  \n")
    with pytest.raises(ValidationError):
        share(cast, consultation)
    consultation.refresh_from_db()
    assert consultation.state == State.BOOKED


def test_drafts_are_the_advisers_alone_in_the_database(cast):
    consultation = meeting(cast)
    write(cast, consultation)
    add_task(cast, consultation)
    write(cast, consultation, "note", "私的なメモ")

    def seen(who):
        with seen_by(cast.people[who]):
            return (Minutes.objects.count(), Task.objects.count(), PrivateNote.objects.count())

    assert {who: seen(who) for who in ("adviser", "manager", "secretariat")} == {
        "adviser": (1, 1, 1),
        "manager": (0, 0, 0),
        "secretariat": (0, 0, 0),
    }
    share(cast, consultation)
    assert {who: seen(who) for who in ("adviser", "manager", "secretariat")} == {
        "adviser": (1, 1, 1),
        "manager": (1, 1, 0),
        "secretariat": (0, 0, 0),
    }


def test_shared_minutes_are_changed_visibly_and_confirmed_again(cast):
    consultation = shared(cast)
    minutes = confirm(cast, consultation)
    assert minutes.confirmed_by == cast.people["staff"]
    change(cast, consultation, advice="窓口を三つ書きましょう。")
    minutes.refresh_from_db()
    assert (minutes.advice, minutes.before["advice"]) == ("窓口を三つ書きましょう。", "窓口を二つ書きましょう。")
    assert (minutes.confirmed_at, minutes.confirmed_by, minutes.changed_at is None) == (None, None, False)
    assert Message.objects.filter(kind="minutes_changed").count() == 2


def confirm(cast, consultation, *, who="staff", rev=None):
    user = cast.people[who]
    rev = Minutes.objects.get(consultation=consultation).rev if rev is None else rev
    with seen_by(user):
        return deeds.confirm_minutes(consultation=consultation, rev=rev, actor=user, now=timezone.now())


def change(cast, consultation, *, rev=None, **passages):
    user = cast.people["adviser"]
    rev = Minutes.objects.get(consultation=consultation).rev if rev is None else rev
    with seen_by(user):
        return deeds.change_minutes(
            consultation=consultation, passages=passages, base_rev=rev, actor=user, now=timezone.now()
        )


def test_a_change_that_changes_nothing_tells_nobody(cast):
    consultation = shared(cast)
    change(cast, consultation, advice="窓口を二つ書きましょう。")
    assert Minutes.objects.get().changed_at is None
    assert Message.objects.filter(kind="minutes_changed").count() == 0


def test_changes_in_one_sitting_are_told_once(cast):
    consultation = shared(cast)
    change(cast, consultation, advice="一")
    change(cast, consultation, advice="二")
    assert Message.objects.filter(kind="minutes_changed").count() == 2  # two people of the company, once each
    confirm(cast, consultation)
    change(cast, consultation, advice="三")
    assert Message.objects.filter(kind="minutes_changed").count() == 4


def test_an_answer_to_another_text_than_the_present_one_is_refused(cast):
    consultation = shared(cast)
    rev = Minutes.objects.get().rev
    change(cast, consultation, advice="別の助言")
    with pytest.raises(deeds.ChangedMeanwhile):
        confirm(cast, consultation, rev=rev)
    with pytest.raises(deeds.ChangedMeanwhile):
        change(cast, consultation, rev=rev, advice="もっと別の助言")
    assert Minutes.objects.get().confirmed_at is None


def test_the_company_says_what_is_not_right(cast):
    consultation, user = shared(cast), cast.people["manager"]
    for _ in range(2):
        with seen_by(user):
            deeds.object_to_minutes(
                consultation=consultation,
                text="日付が違います。",
                rev=Minutes.objects.get().rev,
                actor=user,
                now=timezone.now(),
            )
    minutes = Minutes.objects.get()
    assert (minutes.objection, minutes.objected_by, minutes.is_disputed) == ("日付が違います。", user, True)
    assert [message.to_user for message in Message.objects.filter(kind="minutes_objected")] == [cast.people["adviser"]]
    change(cast, consultation, advice="直しました。")
    minutes.refresh_from_db()
    assert not minutes.is_disputed


@pytest.mark.parametrize("who", ["adviser", "unassigned_adviser", "secretariat", "neighbour"])
def test_only_the_company_answers(cast, who):
    consultation = shared(cast)
    with pytest.raises(PermissionDenied):
        confirm(cast, consultation, who=who)


def test_a_task_is_taken_out_while_nobody_has_it(cast):
    consultation = meeting(cast)
    remove(cast, add_task(cast, consultation))
    assert Task.objects.count() == ActionItem.objects.count() == 0


def remove(cast, task):
    user = cast.people["adviser"]
    with seen_by(user):
        deeds.remove_task(
            task=Task.objects.select_related("consultation__adviser").get(pk=task.pk), actor=user, now=timezone.now()
        )


def test_a_task_that_the_company_has_is_taken_back_and_an_answered_one_stays(cast):
    consultation = shared(cast, tasks=2)
    first, second = Task.objects.order_by("created_at")
    remove(cast, first)
    item = ActionItem.objects.get(source_id=second.pk)
    user = cast.people["staff"]
    with seen_by(user):
        answer_item(item=item, state=ActionState.DONE, answer="", actor=user, now=timezone.now())
    with pytest.raises(deeds.NotWritable):
        remove(cast, second)
    states = {item.source_id: item.state for item in ActionItem.objects.all()}
    assert states == {first.pk: ActionState.WITHDRAWN, second.pk: ActionState.DONE}
    assert Minutes.objects.get(consultation=consultation).changed_at is not None


def test_a_task_added_later_is_the_companys_at_once(cast):
    consultation = shared(cast)
    add_task(cast, consultation, "追加の宿題")
    assert ActionItem.objects.get().text == "追加の宿題"
    assert Minutes.objects.get().changed_at is not None


def test_a_task_is_for_somebody_of_the_company(cast):
    stranger = make_person(cast.neighbour.company)
    with pytest.raises(ValidationError):
        add_task(cast, meeting(cast), owner=stranger)
    with pytest.raises(ValidationError):
        add_task(cast, meeting(cast, days=-2), text=" \n ")
    assert Task.objects.count() == 0


def test_writing_ends_with_the_assignment(cast):
    """The adviser gave it, and is assigned no more."""
    consultation = meeting(cast, adviser=cast.programme.seats.get(user=cast.people["former_adviser"]))
    with pytest.raises(PermissionDenied):
        save(cast, "former_adviser", consultation)
