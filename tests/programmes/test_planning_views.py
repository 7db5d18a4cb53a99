"""The secretariat's pages of planning: what they take, what they refuse at its field, and that nothing typed is lost."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from common.components import badge
from programmes.models import AgendaItem, Arrival, Remark, Session, Speaker
from tests.counting import queries_of
from tests.factories import make_attendance, make_person, make_seat, make_session
from tests.programmes.planning import at, drafted, published, rows, sent
from tests.reading import words


def page(name: str, session: Session) -> str:
    return reverse(f"programmes:{name}", args=[session.programme_id, session.pk])


@pytest.fixture
def desk(cast, sign_in):
    return sign_in(cast.people["secretariat"])


# --- The plan ---------------------------------------------------------------------------------------------------------


def test_a_session_is_planned_given_an_agenda_and_published(cast, desk, sign_in):
    seat = make_seat(cast.programme, role="adviser")
    new = reverse("programmes:new_session", args=[cast.programme.pk])
    response = desk.post(new, sent(facilitators=[str(seat.pk)], registration_ends_at=""))
    session = Session.objects.get()
    assert (response.status_code, response["Location"]) == (302, page("session_agenda", session))
    assert (session.state, session.starts_at, session.ends_at) == ("draft", at("13:30"), at("16:30"))
    assert (session.capacity_onsite, session.capacity_online, session.preparation_ja) == (20, None, "方針案\n名刺")
    talk = {
        "begins": "13:30",
        "ends": "14:30",
        "title_ja": "人権尊重の意義",
        "speakers": [{"name_ja": "小川 元子", "title_ja": "室長"}, {"name_en": "Taro Yamada"}, {}],
    }
    response = desk.post(page("session_agenda", session), rows(talk, save="1"))
    assert (response.status_code, response["Location"]) == (302, page("session", session))
    assert [str(speaker) for speaker in Speaker.objects.order_by("order")] == ["小川 元子", "Taro Yamada"]
    member = sign_in(cast.people["staff"])
    assert member.get(page("session", session)).status_code == 404
    assert desk.get(page("publish_session", session)).status_code == 200
    desk.post(page("publish_session", session))
    shown = member.get(page("session", session))
    assert words(shown, "h1") == ["人権デュー・ディリジェンス入門"]
    assert "13:30–14:30" in words(shown, "h3")[0]
    assert "方針案" in shown.content.decode()
    assert "https://meet.example/1" not in shown.content.decode()


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("ends", {"ends": "13:30"}),
        ("ends", {"ends": "9:00"}),
        ("ends", {"ends": "25:00"}),
        ("held_on", {"held_on": "2027-02-30"}),
        ("held_on", {"held_on": "0001-01-01"}),
        ("held_on", {"held_on": "9999-12-31"}),
        ("registration_ends_at", {"registration_ends_at": "0001-01-01T00:00"}),
        ("title_ja", {"title_ja": "", "title_en": " "}),
        ("capacity_onsite", {"capacity_onsite": "-1"}),
        ("capacity_online", {"capacity_online": "many"}),
        ("online_share", {"online_share": "101"}),
        ("online_share", {"online_share": "0"}),
        ("onsite_url", {"onsite_url": "javascript:alert(1)"}),
        ("online_url", {"online_url": "ftp://meet.example/1"}),
        ("method", {"method": "by post"}),
        ("code", {"code": "TAKEN"}),
        ("code", {"code": ""}),
        ("facilitators", {"facilitators": ["5f0c1c1e-9f0b-4d38-9c0e-6a1d4b8f7a52"]}),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(cast, desk, field, changes):
    make_session(cast.programme, code="TAKEN")
    new = reverse("programmes:new_session", args=[cast.programme.pk])
    response = desk.post(new, sent(**changes))
    form = response.context["form"]
    assert (response.status_code, list(form.errors), Session.objects.count()) == (200, [field], 1)
    kept = sent(**changes)
    assert {name: form[name].value() for name in kept} == kept


def test_registration_ends_before_the_session_begins(cast, desk):
    new = reverse("programmes:new_session", args=[cast.programme.pk])
    late = f"{timezone.localtime(at('13:31')):%Y-%m-%dT%H:%M}"
    response = desk.post(new, sent(registration_ends_at=late))
    assert list(response.context["form"].errors) == ["registration_ends_at"]


def test_the_form_shows_what_is_kept_and_saving_it_changes_nothing(cast, desk):
    session = drafted(cast, registration_ends_at=at("09:00"))
    form = desk.get(page("edit_session", session)).context["form"]
    kept = {name: form[name].value() for name in form.fields}
    data = {name: "" if value is None else value for name, value in kept.items()}
    data |= {
        "held_on": kept["held_on"].isoformat(),
        "begins": f"{kept['begins']:%H:%M}",
        "ends": f"{kept['ends']:%H:%M}",
        "registration_ends_at": f"{timezone.localtime(session.registration_ends_at):%Y-%m-%dT%H:%M}",
    }
    response = desk.post(page("edit_session", session), data)
    assert response.status_code == 302
    again = Session.objects.get(pk=session.pk)
    assert {f.name: getattr(again, f.name) for f in Session._meta.concrete_fields} == {
        f.name: getattr(session, f.name) for f in Session._meta.concrete_fields
    }
    assert Arrival.objects.filter(session=session, note_ja="3階です。").count() == 1


def test_a_change_that_is_told_says_how_many_are_told(cast, desk):
    session = published(cast.programme, code="S9")
    make_attendance(session, cast.people["staff"].people.get(), attended=None)
    shown = desk.get(page("edit_session", session))
    assert "申込者が1名います。" in shown.content.decode()
    response = desk.post(page("edit_session", session), sent(begins="10:00", ends="12:00"), follow=True)
    assert [str(message) for message in response.context["messages"]] == [
        "変更を保存しました。 1名にメールでお知らせします。"
    ]


def test_places_below_the_registered_are_refused_at_the_field(cast, desk):
    session = published(cast.programme, code="S9")
    for _ in range(3):
        make_attendance(session, make_person(cast.company), mode="onsite", attended=None)
    response = desk.post(page("edit_session", session), sent(capacity_onsite="2"))
    assert response.context["form"].errors == {
        "capacity_onsite": ["すでに3名の申し込みがあります。定員をこれより少なくできません。"]
    }
    assert Session.objects.get(pk=session.pk).capacity_onsite == 20


def test_the_code_of_a_published_session_stays(cast, desk):
    session = published(cast.programme, code="S9")
    desk.post(page("edit_session", session), sent(code="OTHER", venue_ja="日比谷"))
    session.refresh_from_db()
    assert (session.code, session.venue_ja) == ("S9", "日比谷")


# --- The agenda -------------------------------------------------------------------------------------------------------

FIRST = {"begins": "13:30", "ends": "14:30", "title_ja": "講義", "speakers": [{"name_ja": "小川 元子"}]}
SECOND = {"begins": "14:30", "ends": "15:30", "title_ja": "事例", "kind": "case"}


def errors_of(response) -> dict:
    forms = response.context["agenda"].all_forms
    return {f"{form.prefix}-{name}": list(found) for form in forms for name, found in form.errors.items()}


@pytest.mark.parametrize(
    ("second", "field"),
    [
        ({"begins": "14:00", "ends": "15:00"}, "begins"),
        ({"begins": "13:30", "ends": "14:30"}, "begins"),
        ({"begins": "13:00", "ends": "14:00"}, "begins"),
        ({"begins": "16:00", "ends": "16:31"}, "begins"),
        ({"begins": "15:00", "ends": "15:00"}, "ends"),
        ({"begins": "15:00", "ends": "14:45"}, "ends"),
        ({"begins": "15:00", "ends": ""}, "ends"),
        ({"begins": "", "ends": "15:00"}, "begins"),
        ({"begins": "later", "ends": "15:00"}, "begins"),
        ({"title_ja": ""}, "title_ja"),
        ({"kind": "speech"}, "kind"),
        ({"speakers": [{"title_en": "Director"}]}, "speaker-0-name_ja"),
        ({"title_en": "x" * 301}, "title_en"),
    ],
)
def test_what_is_wrong_is_said_at_its_row_and_nothing_typed_is_lost(cast, desk, second, field):
    session = drafted(cast)
    data = rows(FIRST, SECOND | second, save="1")
    response = desk.post(page("session_agenda", session), data)
    assert response.status_code == 200
    assert list(errors_of(response)) == [f"item-1-{field}"]
    assert AgendaItem.objects.count() == 0
    kept = {
        f"{form.prefix}-{name}": form[name].value()
        for form in response.context["agenda"].all_forms
        for name in form.fields
    }
    assert kept == {name: data.get(name, "") for name in kept}
    assert words(response, "div", "errors") or words(response, "section", "errors")


def test_an_overlap_names_the_other_item(cast, desk):
    response = desk.post(page("session_agenda", drafted(cast)), rows(FIRST, SECOND | {"begins": "14:29"}, save="1"))
    assert errors_of(response) == {"item-1-begins": ["項目1（13:30〜14:30）と重なっています。"]}


@pytest.mark.parametrize(
    ("press", "titles", "speakers"),
    [
        ({"add_item": "1"}, ["講義", "事例", ""], [1, 1, 1]),
        ({"add_speaker": "0"}, ["講義", "事例"], [2, 1]),
        ({"remove": "0"}, ["事例"], [1]),
        ({"up": "1"}, ["事例", "講義"], [1, 1]),
        ({"up": "0"}, ["講義", "事例"], [1, 1]),
        ({"down": "0"}, ["事例", "講義"], [1, 1]),
        ({"down": "1"}, ["講義", "事例"], [1, 1]),
        ({"remove": "99"}, ["講義", "事例"], [1, 1]),
        ({"up": "x"}, ["講義", "事例"], [1, 1]),
    ],
)
def test_buttons_beside_save_change_the_rows_and_write_nothing(cast, desk, press, titles, speakers):
    session = drafted(cast)
    # Nothing is complained of while rows grow, whatever stands in them.
    response = desk.post(page("session_agenda", session), rows(FIRST, SECOND | {"ends": "nonsense"}, **press))
    items = response.context["agenda"].items
    assert response.status_code == 200
    assert [item["title_ja"].value() for item in items] == titles
    assert [len(item.speakers) for item in items] == speakers
    assert errors_of(response) == {}
    assert AgendaItem.objects.count() == 0


def test_rows_that_there_are_stay_the_same_rows(cast, desk):
    session = drafted(cast)
    desk.post(page("session_agenda", session), rows(FIRST, SECOND, save="1"))
    one, two = AgendaItem.objects.order_by("order")
    speaker = one.speakers.get()
    response = desk.get(page("session_agenda", session))
    shown = response.context["agenda"].items
    assert [(item.row_id, item["begins"].value()) for item in shown] == [(one.pk, "13:30"), (two.pk, "14:30")]
    for place in ("0", "1"):
        assert f'name="add_speaker" value="{place}"' in response.content.decode()
    moved = SECOND | {
        "id": str(two.pk),
        "speakers": [{"id": str(speaker.pk), "name_ja": "小川 元子", "title_ja": "室長"}],
    }
    desk.post(page("session_agenda", session), rows(moved | {"begins": "13:30"}, save="1"))
    item = AgendaItem.objects.get()
    assert (item.pk, item.order, item.starts_at) == (two.pk, 1, at("13:30"))
    assert (item.speakers.get().pk, item.speakers.get().title_ja) == (speaker.pk, "室長")


def test_items_with_times_stand_in_their_order_and_others_behind_their_neighbour(cast, desk):
    session = drafted(cast)
    untimed = {"title_ja": "休憩", "kind": "sharing"}
    desk.post(page("session_agenda", session), rows(SECOND, untimed, FIRST, save="1"))
    assert [str(item) for item in AgendaItem.objects.order_by("order")] == ["講義", "事例", "休憩"]


def test_two_items_can_change_places_and_times(cast, desk):
    session = drafted(cast)
    desk.post(page("session_agenda", session), rows(FIRST, SECOND, save="1"))
    one, two = AgendaItem.objects.order_by("order")
    changed = (
        FIRST | {"id": str(one.pk), "begins": "14:30", "ends": "15:30", "speakers": []},
        SECOND | {"id": str(two.pk), "begins": "13:30", "ends": "14:30"},
    )
    desk.post(page("session_agenda", session), rows(*changed, save="1"))
    assert [item.pk for item in AgendaItem.objects.order_by("order")] == [two.pk, one.pk]
    assert Speaker.objects.count() == 0


def test_what_was_cut_off_on_its_way_changes_nothing(cast, desk):
    session = drafted(cast)
    desk.post(page("session_agenda", session), rows(FIRST, save="1"))
    response = desk.post(page("session_agenda", session), {"save": "1"})
    assert (response.status_code, AgendaItem.objects.count()) == (200, 1)
    assert response.context["agenda"].items[0]["title_ja"].value() == "講義"


def test_an_agenda_can_be_emptied(cast, desk):
    session = drafted(cast)
    desk.post(page("session_agenda", session), rows(FIRST, save="1"))
    response = desk.post(page("session_agenda", session), rows({"speakers": [{}]}, save="1"))
    assert (response.status_code, AgendaItem.objects.count()) == (302, 0)


def test_ids_of_others_and_nonsense_make_new_rows(cast, desk):
    elsewhere = AgendaItem.objects.create(
        session=make_session(cast.other_programme),
        programme=cast.other_programme,
        order=1,
        kind="case",
        title_ja="よそ",
    )
    session = drafted(cast)
    desk.post(
        page("session_agenda", session),
        rows(FIRST | {"id": str(elsewhere.pk)}, SECOND | {"id": "nonsense"}, save="1"),
    )
    elsewhere.refresh_from_db()
    assert elsewhere.title_ja == "よそ"
    assert AgendaItem.objects.filter(session=session).count() == 2


def test_a_speaker_whose_words_are_kept_cannot_go(cast, desk):
    session = drafted(cast)
    desk.post(page("session_agenda", session), rows(FIRST, save="1"))
    speaker = Speaker.objects.get()
    remark = {field.name for field in Remark._meta.fields}
    text = {"text_ja": "大切なことです。"} if "text_ja" in remark else {}
    Remark.objects.create(session=session, programme=cast.programme, speaker=speaker, **text)
    response = desk.post(page("session_agenda", session), rows(SECOND, save="1"))
    assert response.status_code == 200
    assert "小川 元子" in words(response, "li")[0] or "小川 元子" in response.content.decode()
    assert Speaker.objects.filter(pk=speaker.pk).exists()


def test_speakers_of_the_programme_and_advisers_are_suggested(cast, desk):
    session = drafted(cast)
    desk.post(page("session_agenda", session), rows(FIRST, save="1"))
    known = desk.get(page("session_agenda", session)).context["known"]
    assert "小川 元子" in known["name_ja"]
    assert cast.people["adviser"].name_ja in known["name_ja"]


# --- Publishing, cancelling, throwing away ----------------------------------------------------------------------------


def test_what_is_missing_is_said_before_publishing(cast, desk):
    session = drafted(cast, venue_ja="", venue_en="")
    response = desk.get(page("publish_session", session))
    assert response.context["missing"] == ["会場で開く回ですが、会場が入力されていません。"]
    desk.post(page("publish_session", session))
    session.refresh_from_db()
    assert session.state == "draft"


def test_cancelling_asks_first_and_tells(cast, desk):
    session = published(cast.programme)
    make_attendance(session, cast.people["staff"].people.get(), attended=None)
    assert desk.get(page("cancel_session", session)).context["registered"] == 1
    response = desk.post(page("cancel_session", session), follow=True)
    assert [str(message) for message in response.context["messages"]] == [
        "開催を中止しました。 1名にメールでお知らせします。"
    ]
    again = desk.get(page("cancel_session", session))
    assert (again.status_code, again["Location"]) == (302, page("session", session))
    assert "開催中止" in words(desk.get(page("session", session)), "h2")


def test_a_draft_is_thrown_away(cast, desk):
    session = drafted(cast)
    assert desk.get(page("discard_session", session)).status_code == 200
    response = desk.post(page("discard_session", session))
    assert response["Location"] == reverse("programmes:sessions", args=[cast.programme.pk])
    assert not Session.objects.exists()


@pytest.mark.parametrize(
    "name", ["edit_session", "session_agenda", "publish_session", "cancel_session", "discard_session"]
)
@pytest.mark.parametrize(
    ("who", "status"), [("manager", 403), ("adviser", 403), ("stranger", 404), ("other_secretariat", 404)]
)
def test_planning_is_for_the_secretariat_alone(cast, sign_in, name, who, status):
    session = published(cast.programme)
    client = sign_in(cast.people[who])
    assert [client.get(page(name, session)).status_code, client.post(page(name, session)).status_code] == [status] * 2


# --- The session's page -----------------------------------------------------------------------------------------------


def test_the_way_in_is_for_the_secretariat_and_those_registered_in_that_mode(cast, desk, sign_in):
    session = published(cast.programme)
    for mode, url in (("onsite", "https://map.example/ap"), ("online", "https://meet.example/1")):
        Arrival.objects.create(session=session, programme=cast.programme, mode=mode, url=url)
    make_attendance(session, cast.people["staff"].people.get(), mode="online", attended=None)
    apologised = make_attendance(session, cast.people["manager"].people.get(), mode="online", attended=None)
    apologised.registration = "apologised"
    apologised.save()
    seen = {
        who: [way.url for way in sign_in(cast.people[who]).get(page("session", session)).context["ways_in"]]
        for who in ("secretariat", "staff", "manager", "neighbour", "adviser")
    }
    assert seen == {
        "secretariat": ["https://map.example/ap", "https://meet.example/1"],
        "staff": ["https://meet.example/1"],
        "manager": [],
        "neighbour": [],
        "adviser": [],
    }


@pytest.mark.parametrize(
    ("fields", "moves"),
    [
        ({}, ["cancel"]),
        ({"starts_at": at("13:30") - timedelta(days=900), "ends_at": at("14:00") - timedelta(days=900)}, ["cancel"]),
    ],
)
def test_the_secretariat_has_buttons_and_tabs_and_others_have_none(cast, desk, sign_in, fields, moves):
    session = published(cast.programme, **fields)
    own, theirs = desk.get(page("session", session)), sign_in(cast.people["staff"]).get(page("session", session))
    assert (own.context["moves"], theirs.context["moves"]) == (moves, [])
    assert own.context["tabs"][0].current
    assert [tab.label for tab in own.context["tabs"]][:2] == ["概要", "計画"]
    assert theirs.context["tabs"] == []
    assert ("開催を中止する" in words(own, "a", "btn-text")) == (session.ends_at > timezone.now())


def test_a_draft_stands_in_the_secretariats_list_alone(cast, desk, sign_in):
    drafted(cast, code="A")
    cancelled = published(cast.programme)
    Session.objects.filter(pk=cancelled.pk).update(state="cancelled")
    address = reverse("programmes:sessions", args=[cast.programme.pk])
    assert {row[-1] for row in desk.get(address).context["table"].rows} == {badge("draft"), badge("cancelled")}
    assert len(sign_in(cast.people["staff"]).get(address).context["table"].rows) == 1


@pytest.mark.parametrize("count", [1, 30])
def test_planning_asks_the_same_however_long_the_agenda_is(cast, desk, count):
    session = drafted(cast)
    for order in range(count):
        item = AgendaItem.objects.create(
            session=session, programme=cast.programme, order=order, kind="case", title_ja="例"
        )
        Speaker.objects.create(item=item, programme=cast.programme, name_ja=f"話し手{order}")
    assert len(queries_of(desk, page("session_agenda", session))) == 11
    assert len(queries_of(desk, page("edit_session", session))) == 11
