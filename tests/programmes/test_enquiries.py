"""Enquiries: between a company and the secretariat, where each stands, who is told and how, and who sees nothing of it."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import ProgrammingError, transaction
from django.urls import reverse
from django.utils import timezone

from notifications.models import Message, OutgoingMail
from programmes.models import Enquiry, EnquiryPost
from programmes.services import enquiries as services
from tests.counting import queries_of
from tests.factories.settings import prefer
from tests.roles import seen_by

pytestmark = pytest.mark.django_db

NOW = timezone.now()
HOSTILE = "<script>alert(1)</script>"


def ask(cast, *, who="staff", text="いつまでですか。") -> Enquiry:
    user = cast.people[who]
    with seen_by(user):
        return services.ask(
            company=cast.company, programme=cast.programme, subject="提出期限", text=text, actor=user, now=NOW
        )


def reply(cast, enquiry, *, who, text="3月末です。") -> EnquiryPost:
    user, later = cast.people[who], NOW + timedelta(minutes=enquiry.posts.count())
    with seen_by(user):
        return services.reply(enquiry=enquiry, text=text, actor=user, now=later)


def page(cast, name, *ids) -> str:
    return reverse(f"programmes:{name}", args=[cast.company.pk, *ids])


def standing(enquiry) -> str:
    return Enquiry.objects.get(pk=enquiry.pk).standing


def test_the_last_word_and_the_end_say_where_it_stands(cast):
    enquiry = ask(cast)
    assert standing(enquiry) == "open"
    reply(cast, enquiry, who="secretariat")
    assert standing(enquiry) == "answered"
    reply(cast, enquiry, who="manager", text="では、提出後の修正は。")
    assert standing(enquiry) == "open"
    with seen_by(cast.people["secretariat"]):
        services.close(enquiry=enquiry, actor=cast.people["secretariat"], now=NOW)
    assert standing(enquiry) == "closed"
    reply(cast, enquiry, who="staff", text="もう一つ。")
    assert standing(enquiry) == "open"
    assert list(EnquiryPost.objects.values_list("is_answer", flat=True)) == [False, True, False, False]


@pytest.mark.parametrize("who", ["adviser", "neighbour", "other_secretariat", "nobody"])
def test_nobody_else_sees_or_writes(cast, sign_in, who):
    enquiry, user = ask(cast), cast.people[who]
    with seen_by(user):
        assert (Enquiry.objects.count(), EnquiryPost.objects.count()) == (0, 0)
        assert Enquiry.objects.visible_to(user).count() == 0
        for deed in (
            lambda: services.reply(enquiry=enquiry, text="X", actor=user, now=NOW),
            lambda: services.close(enquiry=enquiry, actor=user, now=NOW),
            lambda: services.ask(
                company=cast.company, programme=cast.programme, subject="S", text="T", actor=user, now=NOW
            ),
        ):
            with pytest.raises(PermissionDenied):
                deed()
    client = sign_in(user)
    assert client.get(page(cast, "enquiry", enquiry.pk)).status_code == 404
    assert client.get(page(cast, "company_enquiries")).status_code == (403 if who == "adviser" else 404)
    assert EnquiryPost.objects.count() == 1


def test_the_secretariat_asks_nothing_in_a_companys_name(cast, sign_in):
    assert sign_in(cast.people["secretariat"]).get(page(cast, "ask")).status_code == 403


def test_words_are_never_changed(cast):
    ask(cast)
    with seen_by(cast.people["staff"]), pytest.raises(ProgrammingError), transaction.atomic():
        EnquiryPost.objects.update(text="X")


def test_the_secretariat_hears_of_questions_in_the_mail_of_its_day(cast):
    enquiry = ask(cast, text="内密の質問")
    told = Message.objects.get()
    assert (told.to_user, told.kind, told.channel) == (cast.people["secretariat"], "enquiry_asked", "daily")
    assert told.path == page(cast, "enquiry", enquiry.pk)
    assert "内密" not in str(told.params)
    assert not OutgoingMail.objects.exists()
    reply(cast, enquiry, who="staff", text="追加です。")
    assert Message.objects.count() == 2


def test_whoever_asked_is_told_of_the_answer_as_they_chose(cast):
    enquiry = ask(cast)
    prefer(cast.people["staff"], enquiries="now")
    reply(cast, enquiry, who="secretariat", text="内密の答え")
    mail, message = OutgoingMail.objects.get(), Message.objects.get(kind="enquiry_answered")
    assert mail.recipient == message.to_user.email == cast.people["staff"].email
    assert "内密" not in mail.body + str(message.params)
    assert message.path == page(cast, "enquiry", enquiry.pk)
    prefer(cast.people["staff"], enquiries="portal")
    reply(cast, enquiry, who="secretariat", text="追伸")
    assert OutgoingMail.objects.count() == 1
    assert Message.objects.filter(kind="enquiry_answered", state="portal").count() == 1


def test_where_who_asked_has_left_everybody_of_the_company_is_told(cast):
    enquiry = ask(cast)
    cast.people["staff"].people.get().memberships.update(ended_at=NOW)
    reply(cast, enquiry, who="secretariat")
    assert Message.objects.get(kind="enquiry_answered").to_user == cast.people["manager"]


def test_from_the_question_to_the_answer_on_the_pages(cast, sign_in):
    staff, desk = sign_in(cast.people["staff"]), sign_in(cast.people["secretariat"])
    assert "問い合わせはまだありません" in staff.get(page(cast, "company_enquiries")).content.decode()
    answer = staff.post(page(cast, "ask"), {"subject": "期限", "text": ""})
    assert list(answer.context["form"].errors) == ["text"]
    answer = staff.post(page(cast, "ask"), {"subject": HOSTILE, "text": HOSTILE})
    enquiry = Enquiry.objects.get()
    assert answer["Location"] == page(cast, "enquiry", enquiry.pk)
    home = desk.get(reverse("dashboards:programme", args=[cast.programme.pk])).content.decode()
    assert "回答待ちの問い合わせ" in home
    waiting = desk.get(reverse("programmes:enquiries", args=[cast.programme.pk]), {"show": "open"}).content.decode()
    thread = desk.get(page(cast, "enquiry", enquiry.pk)).content.decode()
    for text in (waiting, thread):
        assert HOSTILE not in text
        assert "&lt;script&gt;" in text
    desk.post(page(cast, "enquiry", enquiry.pk), {"text": "3月末です。"})
    assert "3月末です。" in staff.get(page(cast, "enquiry", enquiry.pk)).content.decode()
    home = desk.get(reverse("dashboards:programme", args=[cast.programme.pk])).content.decode()
    assert "回答待ちの問い合わせ" not in home
    staff.post(page(cast, "close_enquiry", enquiry.pk))
    assert standing(enquiry) == "closed"


def test_lists_and_threads_take_as_many_queries_for_twenty_as_for_one(cast, sign_in):
    enquiry = ask(cast)
    reply(cast, enquiry, who="secretariat")
    staff, desk = sign_in(cast.people["staff"]), sign_in(cast.people["secretariat"])
    pages = [
        (staff, page(cast, "company_enquiries")),
        (staff, page(cast, "enquiry", enquiry.pk)),
        (desk, reverse("programmes:enquiries", args=[cast.programme.pk])),
    ]
    before = [len(queries_of(*each)) for each in pages]
    for _ in range(20):
        ask(cast)
        reply(cast, enquiry, who="manager")
    assert [len(queries_of(*each)) for each in pages] == before
