"""The cohort matrix: what stands in its cells, filters that combine, extensions, and an earlier day throughout."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from common.tenancy import acting_as
from policies.forms.cohort import CohortForm
from policies.forms.listing import Asked, Listing
from policies.models import RegisterEntry
from policies.queries import cohort as cohort_queries
from policies.services.register import describe_entry
from programmes import services as programmes
from programmes.models import Charge, Extension, MilestoneKind, Session
from programmes.services import following
from tests.counting import queries_of
from tests.factories import (
    make_assignment,
    make_attendance,
    make_company,
    make_consultation,
    make_person,
    make_programme,
    make_seat,
    make_session,
)
from tests.policies.test_queries import APPROVED, put
from tests.reading import rows, words
from tests.roles import seen_by

TODAY = date(2025, 4, 10)


class Cohort:
    """Three companies, a session on 4 December, two consultations each, and the policy due on 31 March."""

    def __init__(self):
        self.programme = make_programme(target_due_on=date(2025, 3, 31))
        self.session = make_session(
            self.programme,
            code="WS1",
            title_ja="第1回",
            title_en="First",
            starts_at=datetime(2024, 12, 4, 4, tzinfo=UTC),
        )
        kinds = programmes.propose_milestones(programme=self.programme, sessions=[self.session])
        MilestoneKind.objects.filter(programme=self.programme, dates=None).delete()
        for kind in kinds:
            kind.programme = self.programme
        self.leader = make_seat(self.programme, role="leader")
        with acting_as(self.leader.user.pk):
            programmes.set_milestones(programme=self.programme, kinds=kinds, actor=self.leader.user)
        kana = ("アオバ", "イズミ", "ウミ")
        self.enrolments = [make_company(self.programme, name_ja=name, name_kana=name) for name in kana]
        self.adviser = make_seat(self.programme, role="adviser")
        put(self.enrolments[0], "published", **APPROVED, published_on=date(2025, 3, 17))

    def kind(self, code) -> MilestoneKind:
        return self.programme.milestone_kinds.get(code=code)

    def extend(self, enrolment, code, due_on, *, today):
        return following.extend_deadline(
            enrolment=enrolment, kind=self.kind(code), due_on=due_on, reason="R", actor=self.leader.user, today=today
        )

    def reach(self, enrolment, source, on, subject="", evidence=None):
        programmes.reach_milestone(
            enrolment=enrolment, source=source, subject=subject, reached_on=on, evidence=evidence or enrolment,
            actor=self.leader.user,
        )  # fmt: skip


@pytest.fixture
def cohort(db) -> Cohort:
    return Cohort()


@pytest.fixture
def listed(cohort, sign_in):
    client, url = sign_in(cohort.leader.user), reverse("dashboards:companies", args=[cohort.programme.pk])
    return lambda query="": client.get(f"{url}?{query}")


def names(response) -> list[str]:
    return [row[0] for row in rows(response)]


def cell(response, company: str, code: str) -> str:
    heads = response.context["matrix"].heads
    column = next(at for at, head in enumerate(heads) if head.describes == f"definition-{code}")
    return next(row[column] for row in rows(response) if row[0] == company)


def head(response, code: str):
    return next(head for head in response.context["matrix"].heads if head.describes == f"definition-{code}")


# --- Cells --------------------------------------------------------------------------------------------------------------


def test_a_cell_is_a_day_overdue_missed_or_open(cohort, listed):
    first, second, _third = cohort.enrolments
    cohort.reach(first, "session", date(2024, 12, 4), subject="WS1")
    cohort.reach(second, "consulted", date(2025, 2, 3), subject="1")
    response = listed("as_of=2025-04-10")
    assert [cell(response, "アオバ", code) for code in ("session-ws1", "consulted-1", "approved", "endorsed")] == [
        "2024/12/4", "未", "2025/3/14", "未",
    ]  # fmt: skip
    assert [cell(response, "イズミ", code) for code in ("session-ws1", "consulted-1", "approved", "published")] == [
        "欠席", "2025/2/3", "期限超過", "未",
    ]  # fmt: skip


def test_a_day_leads_to_what_proves_it_and_published_texts_to_the_register(cohort, listed):
    first = cohort.enrolments[0]
    cohort.reach(first, "session", date(2024, 12, 4), subject="WS1")
    cohort.reach(first, "consulted", date(2025, 2, 3), subject="1")
    entry = RegisterEntry(company=first.company, slug="aoba", published_on=date(2025, 3, 17))
    describe_entry(entry, first.company)
    entry.save()
    html = listed("as_of=2025-04-10").content.decode()
    found = [part.split('"')[0] for part in html.split("アオバ</a>")[1].split("</tr>")[0].split('<td><a href="')[1:]]
    policy = reverse("policies:company", args=[first.company_id])
    assert found == [
        reverse("dashboards:company", args=[first.company_id]),
        reverse("programmes:outcome", args=[cohort.programme.pk, cohort.session.pk]),
        reverse("consultations:company", args=[first.company_id]),
        policy,
        policy,
        "/register/aoba/",
    ]


def test_overdue_leads_to_where_the_deadline_can_be_extended(cohort, listed):
    html = listed("as_of=2025-04-10&q=イズミ").content.decode()
    page = reverse("dashboards:following", args=[cohort.programme.pk, cohort.enrolments[1].company_id])
    assert f'<td><a href="{page}#m-approved">' in html


def test_names_of_companies_and_milestones_are_text(cohort, listed):
    cohort.programme.milestone_kinds.filter(code="approved").update(name_ja="<b>承認</b>")
    company = cohort.enrolments[1].company
    company.name_ja = "<i>イズミ</i>"
    company.save()
    html = listed("as_of=2025-04-10").content.decode()
    assert "&lt;i&gt;イズミ" in html
    assert "<b>承認" not in html
    assert "<i>イズミ" not in html


# --- Filters, counts and views ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("milestone=approved", ["アオバ"]),
        ("milestone=approved&reached=no", ["イズミ", "ウミ"]),
        ("milestone=approved&reached=overdue", ["イズミ", "ウミ"]),
        ("milestone=approved&reached=overdue&as_of=2025-03-31", []),
        ("milestone=approved&reached=no&show=none&as_of=2025-03-13", ["アオバ", "イズミ", "ウミ"][1:]),
        ("milestone=approved&reached=no&as_of=2025-03-13", ["アオバ", "イズミ", "ウミ"]),
        ("milestone=session-ws1&reached=overdue&as_of=2025-04-10", ["アオバ", "イズミ", "ウミ"]),
        ("milestone=nothing&reached=no", ["アオバ", "イズミ", "ウミ"]),
        ("reached=overdue", ["アオバ", "イズミ", "ウミ"]),
        ("charge=none", ["アオバ", "イズミ", "ウミ"]),
        ("adviser=nonsense&charge=nonsense&rows=7&view=x", ["アオバ", "イズミ", "ウミ"]),
    ],
)
def test_filters_combine_and_nonsense_is_left_out(listed, query, found):
    query = query if "as_of" in query else f"{query}&as_of=2025-04-10"
    assert names(listed(query)) == found


def left_out(response) -> list[str]:
    return response.context["filter_form"].left_out()


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("as_of=2025-02-30", "「2025-02-30」という日はありません。本日の数字を表示しています。"),
        ("as_of=9998-01-01", "9998年1月1日(木)はまだ来ていません。本日の数字を表示しています。"),
        ("show=nonsense", "「nonsense」は「絞り込み」にありません。この条件は外しました。"),
        ("adviser=x", "「x」は「アドバイザー」にありません。この条件は外しました。"),
        ("rows=7", "「7」は「1ページの企業数」にありません。この条件は外しました。"),
        ("view=x", "「x」は「列」にありません。この条件は外しました。"),
        ("sort=m-nothing", "「m-nothing」の順には並べられません。企業名の順に並べています。"),
        (
            "milestone=nothing",
            "このプログラムの「達成項目」に「nothing」は今ありません。それでも、この条件で絞り込んでいます。",
        ),
        ("industry=海運", "このプログラムの「業種」に「海運」は今ありません。それでも、この条件で絞り込んでいます。"),
        ("reached=overdue", "「達成の状況」は、達成項目とあわせて選んだときだけ絞り込みに使います。"),
    ],
)
def test_what_the_address_asks_and_nobody_can_answer_is_said(listed, query, sentence):
    response = listed(query)
    assert response.status_code == 200
    assert left_out(response) == [sentence]
    assert sentence in response.content.decode()


def test_what_can_be_answered_is_not_spoken_of(cohort, listed):
    query = f"as_of=2025-04-10&show=late&adviser={cohort.adviser.pk}&milestone=approved&reached=no&sort=-m-approved"
    assert left_out(listed(query)) == []


@pytest.mark.parametrize("day", ["0001-01-01", "1899-12-31"])
def test_a_day_before_everything_is_a_day_without_companies(listed, day):
    response = listed(f"as_of={day}&show=none")
    assert (response.status_code, names(response)) == (200, [])


@pytest.mark.parametrize("page", ["2", "99999999999999999999", "x", "0"])
def test_a_page_that_is_not_there_says_how_long_the_list_is(listed, page):
    response = listed(f"page={page}&show=late&as_of=2025-04-10")
    assert words(response, "h2")[0] == f"この一覧に「{page}」ページはありません"
    assert 'href="?show=late&amp;as_of=2025-04-10"' in response.content.decode()
    assert response.status_code == 404


def test_industry_and_prefecture_are_offered_as_they_occur_and_narrow_the_list(cohort, listed):
    for enrolment, industry, prefecture in zip(
        cohort.enrolments, ("建設業", "製造業", "製造業"), ("大阪府", "東京都", "大阪府"), strict=True
    ):
        enrolment.company.industry, enrolment.company.prefecture = industry, prefecture
        enrolment.company.save()
    form = listed().context["filter_form"]
    assert [
        [key for key, _label in form.fields[name].widget.choices] for name in ("industry", "prefecture")
    ] == [["", "建設業", "製造業"], ["", "大阪府", "東京都"]]  # fmt: skip
    assert names(listed("industry=製造業")) == ["イズミ", "ウミ"]
    assert names(listed("industry=製造業&prefecture=大阪府")) == ["ウミ"]
    assert listed("industry=製造業").context["chips"][0].count == 2


def test_adviser_and_person_in_charge_filter_as_of_the_day(cohort, listed):
    first, second, third = cohort.enrolments
    make_assignment(first, cohort.adviser, ends_on=date(2025, 2, 28))
    make_assignment(second, cohort.adviser, starts_on=date(2025, 3, 1))
    for enrolment, day in ((first, date(2025, 2, 1)), (third, date(2025, 3, 1))):
        following.put_in_charge(enrolment=enrolment, seat=cohort.leader, actor=cohort.leader.user, today=day)
    by = {"adviser": cohort.adviser.pk, "charge": cohort.leader.pk}
    found = {
        (name, day): names(listed(f"{name}={pk}&as_of={day}"))
        for name, pk in by.items()
        for day in ("2025-02-20", "2025-03-20")
    }
    assert found == {
        ("adviser", "2025-02-20"): ["アオバ"],
        ("adviser", "2025-03-20"): ["イズミ"],
        ("charge", "2025-02-20"): ["アオバ"],
        ("charge", "2025-03-20"): ["アオバ", "ウミ"],
    }
    assert names(listed("charge=none&as_of=2025-03-20")) == ["イズミ"]
    response = listed("as_of=2025-03-20")
    assert [row[3:5] for row in rows(response)] == [
        ["–", cohort.leader.name],
        [cohort.adviser.name, "–"],
        ["–", cohort.leader.name],
    ]


def test_every_head_counts_what_its_link_leaves(cohort, listed):
    cohort.reach(cohort.enrolments[0], "session", date(2024, 12, 4), subject="WS1")
    response = listed("as_of=2025-04-10")
    counted = {}
    for code in ("session-ws1", "approved", "published"):
        found = head(response, code)
        for part in (found.reached, found.overdue):
            if part:
                url = part.split('href="')[1].split('"')[0].replace("&amp;", "&")
                number = part.split('">')[1].split("<")[0].split(" ")[0]
                counted[code, url.split("reached=")[1].split("&")[0]] = (
                    int(number),
                    len(rows(listed(url.lstrip("?")))),
                )
    assert counted == {
        ("session-ws1", "yes"): (1, 1),
        ("session-ws1", "overdue"): (2, 2),
        ("approved", "yes"): (1, 1),
        ("approved", "overdue"): (2, 2),
        ("published", "yes"): (1, 1),
    }


def test_a_view_leaves_columns_out_and_keeps_the_rest_of_the_address(listed):
    response = listed("as_of=2025-04-10&view=policy&show=late")
    assert [head.describes.removeprefix("definition-") for head in response.context["matrix"].heads if head.describes] == [
        "submitted", "endorsed", "approved", "published",
    ]  # fmt: skip
    assert [choice.url for choice in response.context["views"] if choice.current] == [
        "?as_of=2025-04-10&view=policy&show=late"
    ]
    assert names(response) == ["イズミ", "ウミ"]


def test_the_head_says_how_the_list_is_sorted(listed):
    html = listed("sort=-m-approved").content.decode()
    assert html.count("aria-sort=") == 1
    assert 'aria-describedby="definition-approved" aria-sort="descending"' in html


def test_the_page_may_be_longer(cohort, listed):
    for _ in range(60):
        make_company(cohort.programme)
    assert [len(rows(listed(query))) for query in ("", "rows=200", "rows=50")] == [50, 63, 50]


# --- Longer deadlines ---------------------------------------------------------------------------------------------------


def test_an_extension_counts_in_late_and_overdue_from_the_day_it_was_granted(cohort, listed):
    second = cohort.enrolments[1]
    cohort.extend(second, "approved", date(2025, 4, 20), today=date(2025, 4, 5))
    found = {
        day: (
            names(listed(f"show=late&as_of=2025-04-{day}")),
            names(listed(f"milestone=approved&reached=overdue&as_of=2025-04-{day}")),
            cell(listed(f"as_of=2025-04-{day}"), "イズミ", "approved"),
            rows(listed(f"q=イズミ&as_of=2025-04-{day}"))[0][2],
        )
        for day in ("04", "05", "20", "21")
    }
    both, one = ["イズミ", "ウミ"], ["ウミ"]
    assert found == {
        "04": (both, both, "期限超過", "未着手 期限超過"),
        "05": (one, one, "2025/4/20まで延長", "未着手"),
        "20": (one, one, "2025/4/20まで延長", "未着手"),
        "21": (both, both, "期限超過", "未着手 期限超過"),
    }


def test_longer_for_publication_does_not_make_the_policy_any_less_late(cohort, listed):
    cohort.extend(cohort.enrolments[1], "published", date(2025, 4, 20), today=date(2025, 4, 1))
    assert names(listed("show=late&as_of=2025-04-10")) == ["イズミ", "ウミ"]


def test_an_extension_is_counted_in_the_head_and_on_the_programmes_page(cohort, listed, sign_in):
    cohort.extend(cohort.enrolments[1], "approved", timezone.localdate() + timedelta(days=9), today=date(2025, 4, 1))
    with seen_by(cohort.leader.user):
        everybody = cohort.programme.enrolments.all()
        plan = cohort_queries.plan(cohort.leader.user, everybody, programme=cohort.programme, day=timezone.localdate())
    approved = next(step for step in plan.steps if step.code == "approved")
    assert (approved.reached, approved.longer, approved.overdue(3, day=timezone.localdate())) == (1, 1, 1)
    home = sign_in(cohort.leader.user).get(reverse("dashboards:programme", args=[cohort.programme.pk]))
    assert [task.detail for task in home.context["waiting"] if task.status == "late"] == ["1社"]


# --- The state on a day -------------------------------------------------------------------------------------------------


def test_the_state_of_a_day_is_that_of_the_last_move_by_it_as_corrected(cohort):
    first = cohort.enrolments[0]
    put(
        first,
        "published",
        submitted_on=date(2025, 2, 20),
        approved_on=date(2025, 3, 14),
        published_on=date(2025, 3, 17),
    )
    days = [date(2025, 2, 9), date(2025, 2, 10), date(2025, 2, 20), date(2025, 3, 14), date(2025, 3, 17)]
    with seen_by(cohort.leader.user):
        of_first = cohort.programme.enrolments.filter(pk=first.pk)
        states = [of_first.annotate(then=cohort_queries.state_on(day, today=TODAY)).get().then for day in days]
    assert states == [None, None, "submitted", "approved", "published"]


# --- Who, and how much --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 30])
@pytest.mark.parametrize("query", ["", "?milestone=approved&reached=overdue&charge=none&as_of=2025-04-30&rows=200"])
def test_the_matrix_asks_the_same_whatever_it_holds(cohort, sign_in, count, query):
    for number in range(count):
        enrolment = make_company(cohort.programme, joined_on=date(2024, 11, 1) + timedelta(days=number))
        put(enrolment, "submitted", submitted_on=date(2025, 2, 10))
        make_assignment(enrolment, cohort.adviser)
        Charge.objects.create(
            enrolment=enrolment, company=enrolment.company, programme=cohort.programme, seat=cohort.leader,
            since_on=date(2025, 1, 1),
        )  # fmt: skip
        make_attendance(cohort.session, make_person(enrolment.company))
        make_consultation(
            enrolment, cohort.adviser, starts_at=datetime(2025, 2, 3 + number % 20, number % 9, tzinfo=UTC), minutes=1
        )
    url = reverse("dashboards:companies", args=[cohort.programme.pk])
    assert len(queries_of(sign_in(cohort.leader.user), url + query)) == 8


def test_statements_that_are_kept_by_shape_answer_as_those_built_for_one_request(cohort, listed, sign_in):
    """One after the other in few shapes: what was kept of the first must not show in the second."""
    first, second, third = cohort.enrolments
    make_assignment(first, cohort.adviser, ends_on=date(2025, 2, 28))
    make_assignment(second, other := make_seat(cohort.programme, role="adviser"))
    following.put_in_charge(enrolment=third, seat=cohort.leader, actor=cohort.leader.user, today=date(2025, 2, 1))
    cohort.reach(second, "session", date(2024, 12, 4), subject="WS1")
    for enrolment, industry in zip(cohort.enrolments, ("建設業", "製造業", "製造業"), strict=True):
        type(enrolment.company).objects.filter(pk=enrolment.company_id).update(industry=industry)
    queries = [
        f"{asked}{day}"
        for asked in (
            "", f"adviser={cohort.adviser.pk}", f"adviser={other.pk}", "adviser=none", f"charge={cohort.leader.pk}",
            "charge=none", "industry=建設業", "industry=製造業", "milestone=approved", "milestone=session-ws1",
            "milestone=approved&reached=overdue", "milestone=session-ws1&reached=overdue", "show=none", "show=published",
            "show=late", "show=unassigned", "sort=-m-approved", "sort=-m-session-ws1", "sort=m-session-ws1", "sort=-code",
        )
        for day in ("", "&as_of=2025-02-20", "&as_of=2025-04-10")
    ]  # fmt: skip
    with seen_by(cohort.leader.user):
        for query in queries:
            form, today = CohortForm(QueryDict(query)), timezone.localdate()
            asked = Asked(cohort.leader.user, cohort.programme, form, form.day(today), today)
            listing = Listing(asked)
            assert listing.shape, query
            assert listing.counts() == cohort_queries.list_counts(asked.counts()), query
            assert listing.plan() == cohort_queries.plan_of(asked.plan()), query
            assert [tuple(row) for row in listing[0:50]] == [tuple(row) for row in asked.rows()], query
    other_client = sign_in(make_seat(elsewhere := make_programme(), role="leader").user)
    make_company(elsewhere, name_ja="よそ")
    page = other_client.get(reverse("dashboards:companies", args=[elsewhere.pk]))
    assert names(page) == ["よそ"]


def test_definitions_stand_on_the_page(cohort, listed):
    response = listed()
    steps = list(cohort.programme.milestone_kinds.all())
    assert words(response, "dt")[: len(steps)] == [step.name for step in steps]
    assert Session.objects.filter(programme=cohort.programme).count() == 1
    assert not Extension.objects.exists()
