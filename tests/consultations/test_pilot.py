"""The pilot's 28 of 32: its ledger explains each company line by line, and invents no reason for the four."""

import pytest

from accounts.services import system_operator
from consultations import queries, rendering
from consultations.models import Consultation, LedgerEntry
from programmes.models import Enrolment
from tests.consultations.conftest import at
from tests.factories.workbooks import PILOT
from tests.imports.helpers import programme, run_import
from tests.roles import seen_by

AFTERWARDS = at("2025-05-01")

pytestmark = pytest.mark.django_db


def test_the_ledger_explains_28_of_32_and_says_that_four_have_no_recorded_reason():
    run_import(PILOT.read_bytes())
    pilot, operator = programme("fy2024-pilot"), system_operator()
    with seen_by(operator):
        sums = queries.ledger(operator, pilot, now=AFTERWARDS, day=AFTERWARDS.date())
        enrolments = list(Enrolment.objects.filter(programme=pilot).select_related("programme"))
        lines = {
            enrolment: queries.ledger_lines(
                enrolment,
                Consultation.objects.filter(enrolment=enrolment),
                LedgerEntry.objects.filter(enrolment=enrolment),
            )
            for enrolment in enrolments
        }
    assert (sums.held, sums.entitled, sums.unused, sums.booked) == (28, 32, 4, 0)
    assert (
        rendering.ledger_line(sums, is_over=True) == "32回のうち28回を実施しました。4回は未使用です(理由の記録なし)。"
    )
    every = [line for own in lines.values() for line in own]
    kinds = [line.kind for line in every]
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {
        "granted": 16,
        "held": 28,
        "unused": sum(own[-1].left > 0 for own in lines.values()),
    }
    assert sum(own[-1].left for own in lines.values()) == 4
    assert all(sum(line.counts for line in own) == own[-1].left for own in lines.values())
    # Nobody wrote down why, so nothing is written there.
    assert {line.reason for line in every} == {""}
    for own in lines.values():
        table = rendering.ledger_table(own, is_over=True)
        assert len(table.rows) == len(own)
        assert (table.rows[-1][2] == "理由の記録なし") is (own[-1].left > 0)
