"""The adviser's queue: what waits, by the day it is due, with how much changed since they looked."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone, translation

from consultations.models import Minutes
from policies.enums import Decision, ThreadKind
from policies.models import Post, Submission, Thread, of_cycle
from policies.services import return_review
from tests.counting import queries_of
from tests.factories import make_assignment, make_company, make_consultation, make_member, make_seat
from tests.policies.reviewing import NOW, TODAY, begin_review, cycle_of, rewrite, submit_text, write_text
from tests.reading import rows, words
from tests.roles import seen_by


def queue(programme, query: str = "") -> str:
    return reverse("dashboards:advising", args=[programme.pk]) + query


def adviser_of(cast):
    return cast.programme.seats.get(user=cast.people["adviser"])


def ask(cast, *, answer_by=None) -> Thread:
    """Let the company ask its adviser something."""
    own = {**of_cycle(cycle_of(cast)), "author": cast.people["staff"], "shared_at": NOW}
    thread = Thread.objects.create(**own, kind=ThreadKind.QUESTION, answer_by=answer_by)
    Post.objects.create(**own, thread=thread, text="窓口は外部でもよいですか。", from_company=True)
    return thread


def day(moment: date) -> str:
    return f"{moment.year}/{moment.month}/{moment.day}"


def test_a_first_submission_leads_to_the_desk_and_says_how_long_it_is(cast, sign_in):
    write_text(cast)
    submission = submit_text(cast)
    response = sign_in(cast.people["adviser"]).get(queue(cast.programme))
    arrived = timezone.localdate(submission.submitted_at)
    assert rows(response) == [
        [
            cast.company.name_ja,
            "初めての提出",
            day(arrived),
            day(submission.due_on),
            "初めて読む文 59字",
            "提出済み（確認待ち）",
        ]
    ]
    assert reverse("policies:review", args=[cast.company.pk]) in response.content.decode()


def test_what_is_due_first_stands_first_and_what_is_late_says_so(cast, sign_in):
    write_text(cast)
    write_text(cast, enrolment=cast.neighbour, who="neighbour")
    make_assignment(cast.neighbour, adviser_of(cast))
    late = submit_text(cast, enrolment=cast.neighbour, who="neighbour")
    today = timezone.localdate()
    Submission.objects.filter(pk=late.pk).update(due_on=today - timedelta(days=1))
    Submission.objects.filter(pk=submit_text(cast).pk).update(due_on=today)
    found = rows(sign_in(cast.people["adviser"]).get(queue(cast.programme)))
    assert [row[0] for row in found] == [cast.neighbour.company.name_ja, cast.company.name_ja]
    assert ["期限超過" in row[3] for row in found] == [True, False]


def test_a_second_submission_says_how_much_changed_since_this_adviser_looked(cast, sign_in):
    paragraphs = write_text(cast)
    review = begin_review(cast, submit_text(cast))
    adviser = cast.people["adviser"]
    with seen_by(adviser):
        return_review(review=review, decision=Decision.CHANGES, actor=adviser, now=NOW, today=TODAY)
    rewrite(cast, paragraphs["contact"], "相談窓口は総務部と人事部です。")
    submit_text(cast)
    response = sign_in(adviser).get(queue(cast.programme))
    assert rows(response)[0][1] == "再提出"
    assert rows(response)[0][4] == "+4 −0 4字を追加、0字を削除"


def test_an_adviser_who_never_read_the_policy_is_told_its_length(cast, sign_in):
    write_text(cast)
    review = begin_review(cast, submit_text(cast))
    adviser = cast.people["adviser"]
    with seen_by(adviser):
        return_review(review=review, decision=Decision.COMMENTS, actor=adviser, now=NOW, today=TODAY)
    make_assignment(cast.enrolment, cast.programme.seats.get(user=cast.people["unassigned_adviser"]))
    submit_text(cast)
    found = rows(sign_in(cast.people["unassigned_adviser"]).get(queue(cast.programme, "?show=all")))
    assert [row[4] for row in found] == ["初めて読む文 59字"]


def test_what_another_adviser_has_is_not_mine_to_do_but_is_to_be_seen(cast, sign_in):
    make_assignment(cast.enrolment, cast.programme.seats.get(user=cast.people["unassigned_adviser"]))
    write_text(cast)
    begin_review(cast, submit_text(cast))
    names = {
        (who, query): [row[0] for row in rows(sign_in(cast.people[who]).get(queue(cast.programme, query)))]
        for who in ("adviser", "unassigned_adviser")
        for query in ("", "?show=all")
    }
    own = [cast.company.name_ja]
    assert names == {
        ("adviser", ""): own,
        ("adviser", "?show=all"): own,
        ("unassigned_adviser", ""): [],
        ("unassigned_adviser", "?show=all"): own,
    }


def test_a_question_waits_until_it_is_answered(cast, sign_in):
    thread = ask(cast, answer_by=timezone.localdate())
    client = sign_in(cast.people["adviser"])
    found = rows(client.get(queue(cast.programme)))
    assert [row[:2] for row in found] == [[cast.company.name_ja, "質問"]]
    own = {**of_cycle(cycle_of(cast)), "author": cast.people["adviser"], "shared_at": NOW}
    Post.objects.create(**own, thread=thread, text="はい。")
    assert rows(client.get(queue(cast.programme))) == []


def test_kinds_are_chosen_by_chips_that_count(cast, sign_in):
    write_text(cast)
    submit_text(cast)
    ask(cast)
    client = sign_in(cast.people["adviser"])
    chips = {chip.label: chip.count for chip in client.get(queue(cast.programme)).context["chips"]}
    assert chips == {"自分が対応する": 2, "初めての提出": 1, "質問": 1, "担当企業すべて": 2}
    assert [row[1] for row in rows(client.get(queue(cast.programme, "?show=question")))] == ["質問"]
    assert [row[1] for row in rows(client.get(queue(cast.programme, "?show=nonsense")))] == ["初めての提出", "質問"]


def test_companies_that_are_not_assigned_and_other_programmes_are_not_in_it(cast, sign_in):
    write_text(cast, enrolment=cast.neighbour, who="neighbour")
    submit_text(cast, enrolment=cast.neighbour, who="neighbour")
    for who in ("adviser", "unassigned_adviser", "former_adviser"):
        assert rows(sign_in(cast.people[who]).get(queue(cast.programme, "?show=all"))) == []


def test_an_empty_queue_says_why_and_what_comes(cast, sign_in):
    starts_at = timezone.now() + timedelta(days=3)
    make_consultation(cast.enrolment, adviser_of(cast), starts_at=starts_at, state="booked")
    response = sign_in(cast.people["adviser"]).get(queue(cast.programme))
    assert words(response, "h2")[0] == "いま対応が必要なものはありません"
    assert f"次の個別相談：{cast.company.name_ja}" in response.content.decode()


@pytest.mark.parametrize("count", [1, 30, 300])
def test_the_queue_asks_the_same_whatever_waits(cast, sign_in, count):
    """One text written by hand, the others copied in bulk: what is counted are the statements of the page."""
    write_text(cast)
    first = submit_text(cast)
    ask(cast)
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX policies_submission_one_open")
    Submission.objects.bulk_create(
        Submission(
            **of_cycle(first.cycle),
            revision=first.revision,
            reference=f"N-{number}",
            submitted_by=cast.people["staff"],
            due_on=TODAY,
            adviser=first.adviser,
        )
        for number in range(count - 1)
    )
    with translation.override("ja"):
        assert len(queries_of(sign_in(cast.people["adviser"]), queue(cast.programme))) == 11


def test_somebody_who_belongs_to_a_company_does_not_find_it_in_the_queue(cast, sign_in):
    write_text(cast)
    submit_text(cast)
    make_member(cast.company, user=cast.people["adviser"])
    make_assignment(make_company(cast.programme), adviser_of(cast))
    assert rows(sign_in(cast.people["adviser"]).get(queue(cast.programme, "?show=all"))) == []


def test_minutes_not_yet_written_wait_for_their_adviser(cast, sign_in):
    """Of what was held, the oldest five; shared minutes and others' consultations are no task."""
    adviser = cast.programme.seats.get(user=cast.people["adviser"])
    other = make_seat(cast.programme, role="adviser")
    make_assignment(cast.enrolment, other)
    start = timezone.now() - timedelta(days=40)
    held = [make_consultation(cast.enrolment, adviser, starts_at=start + timedelta(days=n)) for n in range(7)]
    make_consultation(cast.enrolment, other, starts_at=start + timedelta(days=10))
    make_consultation(cast.enrolment, adviser, starts_at=start + timedelta(days=11), state="missed")
    tenant = {"company": cast.company, "programme": cast.programme}
    Minutes.objects.create(consultation=held[0], text="済み", shared_at=timezone.now(), **tenant)
    Minutes.objects.create(consultation=held[1], text="下書き", **tenant)
    response = sign_in(cast.people["adviser"]).get(queue(cast.programme))
    urls = [task.url for task in response.context["unwritten"]]
    assert urls == [reverse("consultations:minutes", args=[cast.company.pk, each.pk]) for each in held[1:6]]
    assert response.context["unwritten_more"] == 1
    assert sign_in(cast.people["adviser"]).get(urls[0]).status_code == 200
    assert sign_in(other.user).get(queue(cast.programme)).context["unwritten_more"] == 0
