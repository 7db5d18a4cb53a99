"""Frozen texts: numbered, hashed, written by the company alone, read by the secretariat once shared."""

from datetime import UTC, datetime

import pytest
from django.core.exceptions import PermissionDenied

from policies.models import Cycle, Revision
from policies.services import digest, freeze_revision, share_revision
from tests.roles import seen_by

CONTENT = {"sections": [{"code": "scope", "paragraphs": [{"ja": "髙﨑①㈱", "en": "Scope"}]}]}


@pytest.fixture
def cycle(cast) -> Cycle:
    return Cycle.objects.get(enrolment=cast.enrolment)


def freeze(cast, cycle, who="staff") -> Revision:
    with seen_by(cast.people[who]):
        return freeze_revision(cycle=cycle, content=CONTENT, actor=cast.people[who])


def readers(cast) -> set[str]:
    seen = set()
    for who, user in cast.people.items():
        with seen_by(user):
            if Revision.objects.visible_to(user).exists():
                seen.add(who)
    return seen


def test_revisions_are_numbered_and_hashed(cast, cycle):
    first, second = freeze(cast, cycle), freeze(cast, cycle, "manager")
    assert (first.number, second.number) == (1, 2)
    assert first.sha256 == second.sha256 == digest(CONTENT)


def test_the_hash_is_of_the_text_and_not_of_its_order():
    assert digest({"a": "髙", "b": 1}) == digest({"b": 1, "a": "髙"})
    assert digest({"a": "髙"}) != digest({"a": "高"})


@pytest.mark.parametrize("who", ["secretariat", "neighbour", "former_adviser", "nobody"])
def test_only_who_may_read_the_text_freezes_it(cast, cycle, who):
    with seen_by(cast.people[who]), pytest.raises(PermissionDenied):
        freeze_revision(cycle=cycle, content=CONTENT, actor=cast.people[who])


def test_the_secretariat_reads_what_was_shared_and_nothing_else(cast, cycle):
    shared = freeze(cast, cycle)
    own = {"manager", "staff", "adviser"}
    assert readers(cast) == own
    with seen_by(cast.people["manager"]):
        share_revision(revision=shared, actor=cast.people["manager"], now=datetime(2025, 1, 6, tzinfo=UTC))
    assert readers(cast) == own | {"secretariat"}
    freeze(cast, cycle)
    with seen_by(cast.people["secretariat"]):
        assert list(Revision.objects.values_list("number", flat=True)) == [1]


@pytest.mark.parametrize("who", ["adviser", "secretariat", "neighbour"])
def test_only_the_company_shares(cast, cycle, who):
    revision = freeze(cast, cycle)
    with seen_by(cast.people[who]), pytest.raises(PermissionDenied):
        share_revision(revision=revision, actor=cast.people[who], now=datetime(2025, 1, 6, tzinfo=UTC))
