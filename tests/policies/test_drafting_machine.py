"""Two people with two tabs each who write, put off, come late, choose, take out, put back and move, in any order."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from policies import services
from policies.enums import SaveOutcome, Settlement
from policies.models import Cycle, Paragraph, ParagraphSave, ParagraphText, Section
from policies.queries import drafting as queries
from policies.services import drafting as deeds
from tests.factories import make_cast
from tests.roles import seen_by

NOW = datetime(2024, 12, 10, 3, tzinfo=UTC)
# Few, so that texts come back to what they were and two people write the same.
TEXTS = st.sampled_from(["甲。", "乙。", "甲。\n乙。", "", "　", "甲。 ", "𠮷野家の<b>髙</b>", "&lt;"])
TABS = st.sampled_from([("staff", 0), ("staff", 1), ("manager", 0), ("manager", 1)])


@dataclass
class Tab:
    """What a page knows: the revs that it was drawn with or told, and what it sent last."""

    revs: dict[UUID, int] = field(default_factory=dict)
    last: tuple | None = None


class Drafting(RuleBasedStateMachine):
    """One section; a plain picture in Python stands beside the tables."""

    def __init__(self):
        super().__init__()
        cast = make_cast()
        self.people = cast.people
        self.cycle = Cycle.objects.get(enrolment=cast.enrolment)
        with seen_by(self.people["staff"]):
            self.section = services.begin_sections(cycle=self.cycle, actor=self.people["staff"])["scope"]
        # Present text and rev of each paragraph, their order, those taken out, and everything that was ever answered.
        self.texts: dict[UUID, tuple[str, int]] = {}
        self.order: list[UUID] = []
        self.removed: set[UUID] = set()
        self.acknowledged: list[tuple[UUID, str, str]] = []
        self.late: dict[UUID, tuple[UUID, str]] = {}
        self.tabs = {}

    # --- Hands ------------------------------------------------------------------------------------------------------------

    def tab(self, key) -> Tab:
        return self.tabs.setdefault(key, Tab())

    def row(self, pk: UUID) -> Paragraph:
        return Paragraph.objects.select_related("cycle", "section__cycle").get(pk=pk)

    def some(self, data, among) -> UUID:
        return data.draw(st.sampled_from(sorted(among)))

    def standing(self) -> list[UUID]:
        return [pk for pk in self.order if pk not in self.removed]

    def answered(self, pk: UUID, text: str, saved, *, base_rev: int) -> None:
        """Hold the answer against the picture, and go on with it."""
        present, rev = self.texts[pk]
        self.acknowledged.append((pk, text, str(saved.outcome)))
        if text == present:
            assert (saved.outcome, saved.rev) == (SaveOutcome.SAME, rev)
        elif base_rev == rev:
            assert (saved.outcome, saved.rev) == (SaveOutcome.KEPT, rev + 1)
            self.texts[pk] = text, rev + 1
        else:
            assert (saved.outcome, saved.text, saved.rev) == (SaveOutcome.LOST, present, rev)
            self.late[saved.save.pk] = pk, text

    # --- Writing ------------------------------------------------------------------------------------------------------------

    @rule(key=TABS)
    def load(self, key):
        self.tab(key).revs = {pk: rev for pk, (_text, rev) in self.texts.items()}

    @rule(key=TABS, text=TEXTS)
    def begin(self, key, text):
        user, operation = self.people[key[0]], uuid4()
        with seen_by(user):
            saved = deeds.begin_paragraph(
                section=self.section, language="ja", text=text, operation=operation, actor=user
            )
            again = deeds.begin_paragraph(
                section=self.section, language="ja", text=text, operation=operation, actor=user
            )
        pk = saved.save.paragraph_id
        assert again.save.pk == saved.save.pk
        self.texts[pk] = text, 1
        self.order.append(pk)
        self.acknowledged.append((pk, text, "kept"))
        self.tab(key).revs[pk] = 1

    @precondition(lambda self: self.texts)
    @rule(key=TABS, text=TEXTS, data=st.data())
    def save(self, key, text, data):
        pk, tab, user = self.some(data, self.texts), self.tab(key), self.people[key[0]]
        base_rev, operation = tab.revs.get(pk, 0), uuid4()
        with seen_by(user):
            saved = services.save_paragraph(
                paragraph=self.row(pk),
                language="ja",
                text=text,
                base_rev=base_rev,
                operation=operation,
                actor=user,
                now=NOW,
            )
        self.answered(pk, text, saved, base_rev=base_rev)
        if not saved.is_lost:
            tab.revs[pk] = saved.save.rev
        tab.last = pk, text, base_rev, operation, saved.save.pk

    @rule(key=TABS)
    def send_the_last_one_again(self, key):
        """The answer got lost on its way; the page asks again with the same operation."""
        user, tab = self.people[key[0]], self.tab(key)
        if tab.last is None:
            return
        pk, text, base_rev, operation, save_id = tab.last
        with seen_by(user):
            saved = services.save_paragraph(
                paragraph=self.row(pk),
                language="ja",
                text=text,
                base_rev=base_rev,
                operation=operation,
                actor=user,
                now=NOW,
            )
        assert saved.save.pk == save_id

    @precondition(lambda self: self.texts)
    @rule(key=TABS, text=TEXTS, data=st.data())
    def save_the_whole_page(self, key, text, data):
        """As a form does: one paragraph was changed, the others are sent as they were drawn."""
        user, tab, changed = self.people[key[0]], self.tab(key), self.some(data, self.texts)
        drawn = {
            (save.paragraph_id, save.rev): save.text
            for save in ParagraphSave.objects.filter(language="ja", outcome=SaveOutcome.KEPT)
        }
        sent = [
            deeds.Sent(pk, "ja", text if pk == changed else drawn[pk, rev], rev) for pk, rev in tab.revs.items() if rev
        ]
        before = dict(self.texts)
        with seen_by(user):
            results = deeds.save_texts(section=self.section, sent=sent, actor=user, now=NOW)
        for result in results:
            pk = result.sent.paragraph_id
            if result.saved and result.saved.save.pk not in self.late:
                assert pk == changed
                self.answered(pk, text, result.saved, base_rev=result.sent.base_rev)
            if pk != changed:
                assert self.texts[pk] == before[pk]

    @precondition(lambda self: self.late)
    @rule(who=st.sampled_from(["staff", "manager"]), choice=st.sampled_from(Settlement.values), data=st.data())
    def settle(self, who, choice, data):
        save_id, user = self.some(data, self.late), self.people[who]
        pk, text = self.late.pop(save_id)
        base_rev = data.draw(st.sampled_from([self.texts[pk][1], max(self.texts[pk][1] - 1, 0)]))
        with seen_by(user):
            save = ParagraphSave.objects.select_related("paragraph__cycle", "cycle").get(pk=save_id)
            saved = deeds.settle_save(
                save=save,
                choice=Settlement(choice),
                text=text,
                base_rev=base_rev,
                operation=uuid4(),
                actor=user,
                now=NOW,
            )
        if choice == Settlement.THEIRS:
            assert saved is None
        else:
            self.answered(pk, text, saved, base_rev=base_rev)

    @precondition(lambda self: self.acknowledged)
    @rule(who=st.sampled_from(["staff", "manager"]), data=st.data())
    def let_an_earlier_text_stand_again(self, who, data):
        user = self.people[who]
        with seen_by(user):
            saves = list(ParagraphSave.objects.filter(language="ja").order_by("pk").values_list("pk", flat=True))
            save = ParagraphSave.objects.select_related("paragraph__cycle", "cycle").get(
                pk=data.draw(st.sampled_from(saves))
            )
            saved = deeds.restore_save(save=save, actor=user, now=NOW)
        assert not saved.is_lost
        self.answered(save.paragraph_id, save.text, saved, base_rev=self.texts[save.paragraph_id][1])

    # --- Paragraphs -----------------------------------------------------------------------------------------------------------

    @precondition(lambda self: self.standing())
    @rule(data=st.data())
    def take_out(self, data):
        pk, user = self.some(data, self.standing()), self.people["staff"]
        with seen_by(user):
            services.remove_paragraph(paragraph=self.row(pk), actor=user, now=NOW)
        self.removed.add(pk)

    @precondition(lambda self: self.removed)
    @rule(data=st.data())
    def put_back(self, data):
        pk, user = self.some(data, self.removed), self.people["manager"]
        with seen_by(user):
            services.restore_paragraph(paragraph=self.row(pk), actor=user)
        self.removed.discard(pk)
        self.order = list(Paragraph.objects.filter(section=self.section).values_list("pk", flat=True))

    @precondition(lambda self: len(self.standing()) > 1)
    @rule(is_up=st.booleans(), data=st.data())
    def move(self, is_up, data):
        pk, user, before = self.some(data, self.standing()), self.people["staff"], self.standing()
        with seen_by(user):
            services.move_paragraph(paragraph=self.row(pk), is_up=is_up, actor=user)
        place = before.index(pk)
        other = place - 1 if is_up else place + 1
        if 0 <= other < len(before):
            before[place], before[other] = before[other], before[place]
        found = list(Paragraph.objects.filter(section=self.section).values_list("pk", flat=True))
        assert [each for each in found if each not in self.removed] == before
        self.order = found

    # --- What holds at every moment -------------------------------------------------------------------------------------------

    @invariant()
    def texts_stand_as_the_picture_has_them(self):
        rows = ParagraphText.objects.filter(cycle=self.cycle, language="ja")
        assert {row.paragraph_id: (row.text, row.rev) for row in rows} == self.texts
        shown = [
            passage.pk
            for passage in queries.passages(Section.objects.get(pk=self.section.pk))
            if not passage.is_removed
        ]
        assert set(shown) == set(self.standing())

    @invariant()
    def every_text_that_was_answered_is_in_the_history(self):
        kept = sorted(
            (str(save.paragraph_id), save.text, save.outcome)
            for save in ParagraphSave.objects.filter(cycle=self.cycle, language="ja")
        )
        assert kept == sorted((str(pk), text, outcome) for pk, text, outcome in self.acknowledged)

    @invariant()
    def the_history_of_each_text_has_no_gap(self):
        for pk, (text, rev) in self.texts.items():
            kept = ParagraphSave.objects.filter(paragraph=pk, language="ja", outcome=SaveOutcome.KEPT).order_by("rev")
            assert [save.rev for save in kept] == list(range(1, rev + 1))
            assert kept.last().text == text

    @invariant()
    def texts_that_came_late_wait_until_somebody_chose(self):
        assert {save.pk for save in queries.lost_saves(self.cycle)} == set(self.late)


@pytest.mark.django_db
def test_nothing_that_was_written_ever_disappears():
    class Isolated(Drafting):
        """Each history in a savepoint of its own."""

        def __init__(self):
            self.savepoint = transaction.savepoint()
            super().__init__()

        def teardown(self):
            transaction.savepoint_rollback(self.savepoint)

    run_state_machine_as_test(
        Isolated,
        settings=settings(
            max_examples=8, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
