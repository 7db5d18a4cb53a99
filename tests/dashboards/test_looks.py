"""A company reads who from outside looked at its texts."""

import pytest
from django.urls import reverse
from django.utils import timezone

from audit.services import log_look
from tests.consultations.meeting import page, shared
from tests.counting import queries_of
from tests.factories import make_user
from tests.reading import rows, words


def looks(company) -> str:
    return reverse("dashboards:looks", args=[company.pk])


@pytest.mark.parametrize(
    ("who", "status"),
    [("manager", 200), ("staff", 200), ("adviser", 403), ("secretariat", 403), ("neighbour", 404), ("nobody", 404)],
)
def test_the_log_is_for_the_company(cast, sign_in, who, status):
    assert sign_in(cast.people[who]).get(looks(cast.company)).status_code == status


def test_every_look_of_an_adviser_stands_in_it(cast, sign_in):
    assert words(sign_in(cast.people["staff"]).get(looks(cast.company)), "h2")[0] == "まだ閲覧はありません"
    consultation = shared(cast)
    for _ in range(2):
        sign_in(cast.people["adviser"]).get(page("minutes", consultation))
    sign_in(cast.people["manager"]).get(page("minutes", consultation))
    found = rows(sign_in(cast.people["staff"]).get(looks(cast.company)))
    assert [line[1:] for line in found] == [[cast.people["adviser"].name_ja, "個別相談の記録"]]


def test_looks_at_another_companys_texts_stay_there(cast, sign_in):
    log_look(
        actor=cast.people["adviser"],
        obj=cast.neighbour,
        now=timezone.now(),
        company_id=cast.neighbour.company_id,
        programme_id=cast.programme.pk,
    )
    found = {
        who: sign_in(cast.people[who]).get(looks(company)).context["page_obj"].paginator.count
        for who, company in (("staff", cast.company), ("neighbour", cast.neighbour.company))
    }
    assert found == {"staff": 0, "neighbour": 1}


@pytest.mark.parametrize("count", [1, 30])
def test_the_page_asks_the_same_whatever_it_holds(cast, sign_in, count):
    consultation = shared(cast)
    for _ in range(count):
        log_look(
            actor=make_user(),
            obj=consultation,
            now=consultation.starts_at,
            company_id=cast.company.pk,
            programme_id=cast.programme.pk,
        )
    assert len(queries_of(sign_in(cast.people["staff"]), looks(cast.company))) == 7
