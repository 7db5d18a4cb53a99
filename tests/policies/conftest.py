"""The company of the cast, as those see it who write its policy."""

import pytest

from policies.models import Cycle


@pytest.fixture
def cycle(cast) -> Cycle:
    return Cycle.objects.get(enrolment=cast.enrolment)


@pytest.fixture
def staff(cast):
    return cast.people["staff"]
