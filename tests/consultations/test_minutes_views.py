import pytest

from audit.models import Event
from consultations.enums import State
from consultations.models import HandOverNote, Minutes, Participant, PrivateNote, Task, Topics
from policies.models import ActionItem
from tests.consultations.meeting import add_task, meeting, page, send, share, shared, write
from tests.counting import queries_of
from tests.factories import make_assignment, make_person, make_seat
from tests.reading import words

HOSTILE = "<script>alert('x')</script>{{ 7|add:7 }} \"'&"


@pytest.fixture
def client(cast, sign_in):
    return sign_in(cast.people["adviser"])


@pytest.mark.parametrize(
    ("who", "of_draft", "of_shared"),
    [
        ("adviser", 200, 200),
        ("manager", 200, 200),
        ("neighbour", 404, 404),
        ("stranger", 404, 404),
        ("unassigned_adviser", 404, 404),
        ("former_adviser", 404, 404),
        ("secretariat", 404, 404),
        ("nobody", 404, 404),
    ],
)
def test_who_may_open_the_minutes(cast, sign_in, who, of_draft, of_shared):
    draft = meeting(cast)
    write(cast, draft, text="まだ秘密の助言")
    ready = shared(cast, text="共有した助言", days=-3)
    client = sign_in(cast.people[who])
    found = [client.get(page("minutes", each)) for each in (draft, ready)]
    assert [response.status_code for response in found] == [of_draft, of_shared]
    assert ("まだ秘密の助言" in found[0].content.decode()) is (who == "adviser")
    assert ("共有した助言" in found[1].content.decode()) is (of_shared == 200)


def test_until_they_are_shared_the_company_reads_that_there_are_none(cast, sign_in):
    consultation = meeting(cast)
    write(cast, consultation)
    response = sign_in(cast.people["staff"]).get(page("minutes", consultation))
    assert words(response, "h2")[0] == "まだ読める相談記録はありません"


def test_what_was_asked_when_booking_is_where_the_minutes_begin(cast, client):
    consultation = meeting(cast)
    Topics.objects.create(
        consultation=consultation,
        company=cast.company,
        programme=cast.programme,
        sections=["scope", "unknown"],
        questions="委託先も対象ですか。",
    )
    box = client.get(page("minutes", consultation)).context["boxes"][0]
    assert box.value.endswith("委託先も対象ですか。")
    write(cast, consultation, "matters", "対象の範囲")
    assert client.get(page("minutes", consultation)).context["boxes"][0].value == "\n対象の範囲"


# --- Saving while one types -------------------------------------------------------------------------------------------------


def test_a_passage_is_saved_while_it_is_written(cast, client):
    consultation = meeting(cast)
    first = send(client, consultation, "advice", "一")
    assert (first.status_code, first.json()["rev"]) == (200, 1)
    assert Minutes.objects.get().advice == "一"


def test_two_windows_get_both_texts(cast, client):
    consultation = meeting(cast)
    send(client, consultation, "advice", "こちらの窓")
    late = send(client, consultation, "advice", HOSTILE)
    assert (late.status_code, late.json()["rev"]) == (409, 1)
    assert "こちらの窓" in late.json()["html"]
    assert "<script>" not in late.json()["html"]
    mine = send(client, consultation, "advice", HOSTILE, base_rev=1, choice="mine")
    assert (mine.status_code, Minutes.objects.get().advice) == (200, HOSTILE)
    theirs = send(client, consultation, "advice", "x", base_rev=0, choice="theirs")
    assert (theirs.json()["text"], theirs.json()["rev"], mine.json()["rev"]) == (HOSTILE, 2, 2)


@pytest.mark.parametrize(
    ("passage", "body"),
    [("unknown", {}), ("advice", {"base_rev": "x"}), ("advice", {"operation": "x"}), ("advice", {"text": 3})],
)
def test_what_cannot_be_read_is_refused_in_words(cast, client, passage, body):
    answer = send(client, meeting(cast), passage, **({"text": "一"} | body))
    assert (answer.status_code, list(answer.json())) == (422, ["said"])


def test_nonsense_that_is_no_json_is_refused(cast, client):
    address = f"{page('save_minutes', meeting(cast))}?passage=advice"
    assert client.post(address, "[", content_type="application/json").status_code == 422


def test_a_late_save_after_sharing_says_so(cast, client):
    answer = send(client, shared(cast), "advice", "後から", base_rev=1)
    assert answer.status_code == 423
    note = send(client, Minutes.objects.get().consultation, "note", "自分だけのメモ")
    assert (note.status_code, PrivateNote.objects.get().text) == (200, "自分だけのメモ")


# --- The form ----------------------------------------------------------------------------------------------------------------


def test_one_press_saves_everything_and_shares(cast, client):
    consultation, person = meeting(cast), make_person(cast.company)
    answer = client.post(
        page("minutes", consultation),
        {
            "do": "share",
            "has-people": "1",
            "people": [str(person.pk)],
            "text-matters": "質問",
            "rev-matters": "0",
            "text-advice": "助言",
            "rev-advice": "0",
            "text-note": "メモ",
            "rev-note": "0",
            "task_text": "送る",
            "task_owner": str(person.pk),
            "task_due": "2030-01-31",
        },
    )
    assert (answer.status_code, answer.url) == (302, page("minutes", consultation))
    minutes = Minutes.objects.get()
    assert (minutes.matters, minutes.advice, minutes.shared_at is None) == ("質問", "助言", False)
    assert (PrivateNote.objects.get().text, ActionItem.objects.get().text) == ("メモ", "送る")
    assert Participant.objects.get().person == person
    consultation.refresh_from_db()
    assert consultation.state == State.HELD


def test_without_javascript_two_windows_get_both_texts_too(cast, client):
    consultation = meeting(cast)
    write(cast, consultation, text="先の文")
    answer = client.post(page("minutes", consultation), {"do": "share", "text-advice": "後の文", "rev-advice": "0"})
    assert answer.status_code == 409
    assert [box.conflict.theirs for box in answer.context["boxes"] if box.conflict] == ["先の文"]
    assert Minutes.objects.get().shared_at is None
    again = {"do": "share", "text-advice": "後の文", "rev-advice": str(answer.context["boxes"][1].conflict.rev)}
    assert client.post(page("minutes", consultation), again).status_code == 302
    assert Minutes.objects.get().advice == "後の文"


def test_wrong_input_keeps_what_was_typed(cast, client):
    answer = client.post(
        page("minutes", meeting(cast)),
        {"do": "add", "text-advice": "x" * 10_001, "rev-advice": "0", "text-matters": "保存される"},
    )
    assert answer.status_code == 422
    assert [place for _words, place in answer.context["errors"]] == ["#t-advice"]
    assert Minutes.objects.get().matters == "保存される"
    box = answer.context["boxes"][1]
    assert (len(box.value.strip()), box.is_unsaved) == (10_001, True)


def test_a_task_without_words_or_with_a_wrong_day_says_so_at_the_field(cast, client):
    consultation = meeting(cast)
    for values, place in (({}, "#id_task_text"), ({"task_text": "送る", "task_due": "31/31"}, "#id_task_due")):
        answer = client.post(page("minutes", consultation), {"do": "add"} | values)
        assert answer.status_code == 422
        assert [found for _words, found in answer.context["errors"]] == [place]
    assert Task.objects.count() == 0


def test_tasks_are_added_and_taken_out(cast, client):
    consultation = meeting(cast)
    client.post(page("minutes", consultation), {"do": "add", "task_text": "送る"})
    task = Task.objects.get()
    client.post(page("minutes", consultation), {"do": "remove:nonsense"})
    assert Task.objects.count() == 1
    client.post(page("minutes", consultation), {"do": f"remove:{task.pk}"})
    assert Task.objects.count() == 0


def test_tasks_of_another_consultation_stay(cast, client):
    other = add_task(cast, meeting(cast, days=-4))
    client.post(page("minutes", meeting(cast)), {"do": f"remove:{other.pk}"})
    assert Task.objects.count() == 1


def test_the_next_minutes_open_with_what_became_of_the_tasks(cast, client):
    shared(cast, tasks=1, days=-5)
    response = client.get(page("minutes", meeting(cast)))
    assert [task.text for task in response.context["earlier"]] == ["宿題0"]


# --- What came of it -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("came", "state"), [("yes", "held"), ("no", "missed"), ("perhaps", "booked")])
def test_what_came_of_it_is_recorded(cast, client, came, state):
    consultation = meeting(cast)
    assert client.post(page("record", consultation), {"came": came}).status_code == 302
    consultation.refresh_from_db()
    assert consultation.state == state


def test_nothing_is_recorded_before_it_began(cast, client):
    consultation = meeting(cast, days=1)
    client.post(page("record", consultation), {"came": "no"})
    consultation.refresh_from_db()
    assert consultation.state == "booked"


@pytest.mark.parametrize(("who", "status"), [("secretariat", 302), ("staff", 403), ("unassigned_adviser", 404)])
def test_who_may_record(cast, sign_in, who, status):
    assert sign_in(cast.people[who]).post(page("record", meeting(cast)), {"came": "yes"}).status_code == status


# --- The company ----------------------------------------------------------------------------------------------------------------


def test_the_company_confirms_what_it_has_before_it(cast, sign_in):
    consultation = shared(cast, tasks=1)
    client = sign_in(cast.people["staff"])
    rev = client.get(page("minutes", consultation)).context["minutes"].rev
    client.post(page("minutes", consultation), {"do": "confirm", "rev": "0"})
    assert Minutes.objects.get().confirmed_at is None
    client.post(page("minutes", consultation), {"do": "confirm", "rev": str(rev)})
    assert Minutes.objects.get().confirmed_by == cast.people["staff"]


def test_an_objection_needs_words(cast, sign_in):
    consultation = shared(cast)
    client = sign_in(cast.people["staff"])
    rev = Minutes.objects.get().rev
    assert client.post(page("minutes", consultation), {"do": "object", "rev": rev}).status_code == 422
    client.post(page("minutes", consultation), {"do": "object", "rev": rev, "objection": HOSTILE})
    response = client.get(page("minutes", consultation))
    assert Minutes.objects.get().objection == HOSTILE
    assert "<script>alert" not in response.content.decode()


def test_another_adviser_reads_and_does_not_write(cast, sign_in):
    other = make_seat(cast.programme, role="adviser")
    make_assignment(cast.enrolment, other)
    consultation, client = shared(cast), sign_in(other.user)
    found = [
        client.get(page("minutes", consultation)).status_code,
        client.post(page("minutes", consultation), {"do": "confirm"}).status_code,
        client.get(page("change_minutes", consultation)).status_code,
        send(client, consultation, "advice", "x").status_code,
    ]
    assert found == [200, 403, 403, 403]


def test_a_change_is_marked_where_it_is_read(cast, client, sign_in):
    consultation = shared(cast, text="窓口は一つです。")
    form = client.get(page("change_minutes", consultation)).context["form"]
    values = {"rev": form.initial["rev"], "matters": "", "advice": "窓口は二つです。", "text": ""}
    assert client.post(page("change_minutes", consultation), values).status_code == 302
    assert client.post(page("change_minutes", consultation), values | {"advice": "遅い"}).status_code == 409
    html = sign_in(cast.people["staff"]).get(page("minutes", consultation)).content.decode()
    assert "<ins>" in html
    assert Minutes.objects.get().advice == "窓口は二つです。"


def test_an_unshared_one_is_not_changed_but_written(cast, client):
    consultation = meeting(cast)
    answer = client.get(page("change_minutes", consultation))
    assert (answer.status_code, answer.url) == (302, page("minutes", consultation))


def test_an_advisers_look_at_minutes_is_in_the_log_and_the_companys_is_not(cast, client, sign_in):
    consultation = shared(cast)
    sign_in(cast.people["staff"]).get(page("minutes", consultation))
    assert Event.objects.filter(verb="content.looked_at").count() == 0
    client.get(page("minutes", consultation))
    event = Event.objects.get(verb="content.looked_at")
    assert (event.object_type, event.object_id) == ("consultations.minutes", Minutes.objects.get().pk)


# --- Hand-over --------------------------------------------------------------------------------------------------------------------


def hand_over(cast) -> str:
    return f"/companies/{cast.company.pk}/consultations/hand-over/"


def test_advisers_leave_notes_for_each_other(cast, client, sign_in):
    other = make_seat(cast.programme, role="adviser")
    make_assignment(cast.enrolment, other)
    client.post(hand_over(cast), {"text": HOSTILE})
    assert HandOverNote.objects.get().author == cast.people["adviser"]
    html = sign_in(other.user).get(hand_over(cast)).content.decode()
    assert "alert(&#x27;x&#x27;)" in html
    company = sign_in(cast.people["manager"])
    assert company.get(hand_over(cast)).status_code == 403
    assert "alert(" not in company.get(page("prepare", meeting(cast))).content.decode()
    client.post(hand_over(cast), {"text": " "})
    assert HandOverNote.objects.count() == 0


# --- Cost -------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 12])
def test_pages_ask_the_same_whatever_they_hold(cast, sign_in, count):
    client = sign_in(cast.people["adviser"])
    for number in range(count):
        each = meeting(cast, days=-3 - number)
        write(cast, each)
        add_task(cast, each)
        share(cast, each)
        Participant.objects.create(
            consultation=each, company=cast.company, programme=cast.programme, person=make_person(cast.company)
        )
    draft, ahead = meeting(cast), meeting(cast, days=3)
    for number in range(count):
        add_task(cast, draft, f"宿題{number}")
    Event.objects.all().delete()
    found = {
        "write": len(queries_of(client, page("minutes", draft))),
        "read": len(queries_of(client, page("minutes", each))),
        "prepare": len(queries_of(client, page("prepare", ahead))),
        "change": len(queries_of(client, page("change_minutes", each))),
    }
    assert found == {"write": 19, "read": 13, "prepare": 14, "change": 10}
