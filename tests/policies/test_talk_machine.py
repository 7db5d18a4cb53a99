"""Suggesting, accepting, editing, declining, undoing, withdrawing and drafting in any order: no text ever disappears."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from policies import services
from policies.enums import ActionSource
from policies.models import ActionItem, Cycle, Paragraph, ParagraphSave, ParagraphText, Suggestion
from tests.factories import make_assignment, make_cast, make_seat
from tests.factories.talk import make_item, make_paragraph, make_suggestion
from tests.roles import seen_by

NOW = datetime(2024, 12, 10, 3, tzinfo=UTC)
# Few, so that texts come back to what they were; markup, blanks and characters beyond the first plane among them.
TEXTS = st.sampled_from(["甲。", "乙。", "甲。\n乙。", "", "　", "甲。 ", "𠮷野家の<b>髙</b>", "&lt;"])
WRITERS, ADVISERS = ("staff", "manager"), ("adviser", "second")
ITEM_STATES = {
    "open": "open",
    "accepted": "done",
    "edited": "done",
    "declined": "declined",
    "withdrawn": "withdrawn",
}


class Talk(RuleBasedStateMachine):
    """One paragraph, two people who write and two who advise; a plain picture in Python beside the tables."""

    def __init__(self):
        super().__init__()
        cast = make_cast()
        second = make_seat(cast.programme, role="adviser")
        make_assignment(cast.enrolment, second)
        self.people = cast.people | {"second": second.user}
        self.cycle = Cycle.objects.get(enrolment=cast.enrolment)
        self.paragraph = make_paragraph(self.cycle, ja="甲。")
        # What is expected: the text, whether it stands, every text that ever reached the portal, suggestions by id.
        self.text, self.rev, self.stands = "甲。", 1, True
        self.sent = ["甲。"]
        self.suggestions: dict = {}

    # --- The picture ------------------------------------------------------------------------------------------------------

    def put(self, text: str) -> None:
        """The paragraph has a new text now; the same text again is a save without a new `rev`."""
        self.sent.append(text)
        if text != self.text:
            self.text, self.rev = text, self.rev + 1

    def of_state(self, *states: str) -> list:
        return [key for key, one in self.suggestions.items() if one["state"] in states]

    def some(self, data, *states: str):
        return data.draw(st.sampled_from(self.of_state(*states)))

    def do(self, name: str, key, who: str, **arguments) -> tuple:
        """Return what the deed gave and ""; or None and the code with which it was refused."""
        user = self.people[who]
        with seen_by(user):
            suggestion = Suggestion.objects.select_related("paragraph__cycle").get(pk=key)
            try:
                return getattr(services, name)(suggestion=suggestion, actor=user, now=NOW, **arguments), ""
            except services.AnswerRefused as refused:
                return None, refused.code

    # --- Drafting -----------------------------------------------------------------------------------------------------------

    @rule(text=TEXTS, who=st.sampled_from(WRITERS), behind=st.integers(0, 2))
    def write(self, text, who, behind):
        user, base_rev = self.people[who], max(self.rev - behind, 0)
        with seen_by(user):
            saved = services.save_paragraph(
                paragraph=Paragraph.objects.select_related("cycle").get(pk=self.paragraph.pk),
                language="ja",
                text=text,
                base_rev=base_rev,
                operation=uuid4(),
                actor=user,
                now=NOW,
            )
        assert saved.is_lost == (base_rev != self.rev and text != self.text)
        if saved.is_lost:
            self.sent.append(text)
        else:
            self.put(text)

    @rule(who=st.sampled_from(WRITERS))
    def remove_or_restore(self, who):
        user = self.people[who]
        with seen_by(user):
            paragraph = Paragraph.objects.select_related("cycle", "section").get(pk=self.paragraph.pk)
            if self.stands:
                services.remove_paragraph(paragraph=paragraph, actor=user, now=NOW)
            else:
                services.restore_paragraph(paragraph=paragraph, actor=user)
        self.stands = not self.stands

    # --- Suggesting ---------------------------------------------------------------------------------------------------------

    @rule(text=TEXTS, who=st.sampled_from(ADVISERS))
    def suggest(self, text, who):
        """As a returned review leaves it: shared, with its item. One open suggestion an adviser."""
        if any(one["who"] == who and one["state"] == "open" for one in self.suggestions.values()):
            return
        made = make_suggestion(self.paragraph, self.people[who], text, with_item=False)
        make_item(self.cycle, self.people[who], "提案", source=ActionSource.SUGGESTION, source_id=made.pk)
        self.suggestions[made.pk] = {"who": who, "text": text, "base": self.text, "state": "open"}

    @precondition(lambda self: self.of_state("open"))
    @rule(data=st.data(), who=st.sampled_from(WRITERS))
    def accept(self, data, who):
        key = self.some(data, "open")
        one = self.suggestions[key]
        fits = self.stands and one["base"] == self.text
        _done, code = self.do("accept_suggestion", key, who)
        assert code == ("" if fits else "outdated" if self.stands else "removed")
        if fits:
            one |= {"state": "accepted", "before": self.text}
            self.put(one["text"])
            one["rev"] = self.rev

    @precondition(lambda self: self.of_state("open"))
    @rule(data=st.data(), who=st.sampled_from(WRITERS), text=TEXTS, behind=st.integers(0, 1))
    def edit(self, data, who, text, behind):
        key, base_rev = self.some(data, "open"), max(self.rev - behind, 0)
        one = self.suggestions[key]
        saved, code = self.do("edit_and_accept", key, who, text=text, base_rev=base_rev)
        assert code == ("" if self.stands else "removed")
        if code:
            return
        assert saved.is_lost == (base_rev != self.rev and text != self.text)
        if saved.is_lost:
            self.sent.append(text)
            return
        one |= {"state": "edited", "before": self.text, "edited": text}
        self.put(text)
        one["rev"] = self.rev

    @precondition(lambda self: self.of_state("open"))
    @rule(data=st.data(), who=st.sampled_from(WRITERS))
    def decline(self, data, who):
        key = self.some(data, "open")
        assert self.do("decline_suggestion", key, who, reason="不要です。")[1] == ""
        self.suggestions[key]["state"] = "declined"

    @precondition(lambda self: self.of_state("open"))
    @rule(data=st.data())
    def withdraw(self, data):
        key = self.some(data, "open")
        assert self.do("withdraw_suggestion", key, self.suggestions[key]["who"])[1] == ""
        self.suggestions[key]["state"] = "withdrawn"

    @precondition(lambda self: self.of_state("accepted", "edited", "declined"))
    @rule(data=st.data(), who=st.sampled_from(WRITERS))
    def undo(self, data, who):
        key = self.some(data, "accepted", "edited", "declined")
        one = self.suggestions[key]
        again = any(other["who"] == one["who"] and other["state"] == "open" for other in self.suggestions.values())
        unchanged = one["state"] == "declined" or (self.stands and one["rev"] == self.rev)
        _done, code = self.do("undo_answer", key, who)
        assert bool(code) == (again or not unchanged)
        assert code in ("", "changed", "removed")
        if code:
            return
        if one["state"] != "declined" and one["before"] != self.text:
            self.put(one["before"])
        one["state"] = "open"

    @precondition(lambda self: self.of_state("accepted", "edited", "declined", "withdrawn"))
    @rule(data=st.data(), name=st.sampled_from(["accept_suggestion", "decline_suggestion", "edit_and_accept"]))
    def answer_again(self, data, name):
        """What was answered is not answered again."""
        key = self.some(data, "accepted", "edited", "declined", "withdrawn")
        arguments = {
            "accept_suggestion": {},
            "decline_suggestion": {"reason": "不要です。"},
            "edit_and_accept": {"text": "丙。", "base_rev": self.rev},
        }[name]
        _done, code = self.do(name, key, "staff", **arguments)
        assert code == "answered"

    # --- What holds after every deed ---------------------------------------------------------------------------------------

    @invariant()
    def the_text_is_what_was_put_there_last(self):
        present = ParagraphText.objects.get(paragraph=self.paragraph, language="ja")
        assert (present.text, present.rev) == (self.text, self.rev)

    @invariant()
    def every_text_that_was_sent_is_in_the_history(self):
        saves = ParagraphSave.objects.filter(paragraph=self.paragraph, language="ja")
        assert sorted(saves.values_list("text", flat=True)) == sorted(self.sent)

    @invariant()
    def suggestions_keep_their_words_and_tell_what_became_of_them(self):
        items = dict(ActionItem.objects.filter(cycle=self.cycle).values_list("source_id", "state"))
        found = {one.pk: one for one in Suggestion.objects.filter(paragraph=self.paragraph)}
        assert found.keys() == self.suggestions.keys()
        for key, one in self.suggestions.items():
            assert (found[key].state, found[key].text, found[key].base_text) == (one["state"], one["text"], one["base"])
            assert items[key] == ITEM_STATES[one["state"]]
            applied = {"accepted": one["text"], "edited": one.get("edited")}.get(one["state"], "")
            assert found[key].applied_text == applied


@pytest.mark.django_db
def test_no_text_ever_disappears():
    class Isolated(Talk):
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
