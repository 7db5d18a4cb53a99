"""Loading the living demo: on any day, once, all of it or nothing."""

from datetime import date

import pytest
from django.utils import timezone

from accounts.services import system_operator
from common.tenancy import current_user_id
from companies.models import Access
from demo.services import data, is_loaded, load_living_demo
from programmes.models import Programme, Session
from tests.roles import web_role


@pytest.mark.parametrize("today", [date(2024, 2, 29), date(2026, 1, 1), date(2026, 4, 1), date(2026, 5, 4)])
def test_it_loads_on_any_day(db, today):
    operator = system_operator()
    with web_role():
        assert not is_loaded(actor=operator)
        world = load_living_demo(today=today, actor=operator)
        assert is_loaded(actor=operator)
    assert world.programme.starts_on < today < world.programme.ends_on
    assert world.programme.fiscal_year == today.year - (today.month < 4)
    assert {timezone.localdate(s.starts_at) for s in Session.objects.all()} >= {today}
    assert current_user_id() is None


def test_all_or_nothing(db, monkeypatch):
    """A load that breaks in the middle leaves nothing, so that the next start loads it all."""
    told = data.read("workbench")
    companies = told["companies"] | {"sakihama": told["companies"]["sakihama"] | {"writer": "nobody"}}
    whole = data.read
    monkeypatch.setattr(
        data, "read", lambda name: told | {"companies": companies} if name == "workbench" else whole(name)
    )
    operator = system_operator()
    with web_role(), pytest.raises(KeyError, match="nobody"):
        load_living_demo(today=date(2026, 5, 4), actor=operator)
    assert not Programme.objects.exists()
    assert not Access.objects.exists()
