"""How a company came to its policy: answers, draft, advice and what it did with it, approval, publication.

Every deed goes through the services, by the person whose it is. What the portal dates by its own clock is then put on the
day of the story, by the same person and under the same row-level security.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import uuid4

from accounts.models import User
from common.tenancy import acting_as
from policies import services as policies
from policies.composing.drafting import CLOSE, OPEN, WORDS
from policies.enums import (
    ActionSource,
    ActionState,
    ApprovalOutcome,
    Decision,
    EvidenceKind,
    Judgement,
    SuggestionState,
    Transition,
)
from policies.models import (
    ActionItem,
    Announcement,
    ApprovalRequest,
    Cycle,
    Evidence,
    Letter,
    Paragraph,
    ParagraphText,
    Phrase,
    Post,
    Publication,
    Review,
    Revision,
    Section,
    Submission,
    Suggestion,
    Thread,
    Verdict,
)
from policies.queries import sections_judged
from policies.services.interview import answer_interview, compose_draft
from policies.services.next_cycle import open_next_cycle
from policies.services.publication import publish

from . import data
from .world import World

# What the portal dates when it is written down.
STAMPS = (
    (Revision, "frozen_at"),
    (Submission, "submitted_at"),
    (Review, "started_at"),
    (Letter, "created_at"),
    (Verdict, "created_at"),
    (Thread, "created_at"),
    (Post, "created_at"),
    (Suggestion, "created_at"),
    (ActionItem, "created_at"),
    (ApprovalRequest, "requested_at"),
    (Evidence, "recorded_at"),
    (Announcement, "created_at"),
    (Publication, "recorded_at"),
)
DECISIONS = {Transition.REQUEST_CHANGES: Decision.CHANGES, Transition.ENDORSE: Decision.ENDORSED}


def wording(key: str) -> dict:
    """What is told of a company's text; a company of which nothing is told has not begun."""
    return data.read("workbench")["companies"].get(key, {})


@dataclass
class Story:
    """One company's policy while it is lived through."""

    world: World
    facts: dict
    cycle: Cycle
    # Texts as they were composed, by clause: good wording that advice may fall back on.
    composed: dict[str, dict[str, str]] = field(default_factory=dict)
    review: Review | None = None
    returned: int = 0

    @property
    def wording(self) -> dict:
        return wording(self.facts["key"])

    @property
    def writer(self) -> User:
        return self.world.users[self.wording["writer"]]

    def _when(self, day: int, clock: str = "16:00") -> tuple[date, datetime]:
        return self.world.calendar.day(day), self.world.calendar.moment(day, clock)

    def date(self, moment: datetime) -> None:
        """Put what was written down just now on the day on which the story has it."""
        for model, column in STAMPS:
            fresh = model.objects.filter(company_id=self.cycle.company_id, **{f"{column}__gte": self.world.began})
            fresh.update(**{column: moment})

    # --- Writing ----------------------------------------------------------------------------------------------------------

    def draft(self, day: int) -> None:
        """Answer the questions, compose, fill what is open, and write some of it worse, as first drafts are."""
        today, now = self._when(day)
        told, actor = self.wording, self.writer
        if told.get("english"):
            policies.set_english(cycle=self.cycle, has_english=True, actor=actor)
            self.cycle.refresh_from_db()
        self._compose(now)
        self._add_own_issue()
        if not told.get("is_open"):
            self._fill_places(now)
        for text in self._texts():
            self.composed.setdefault(text.paragraph.clause, {})[text.language] = text.text
        for edit in told.get("first", []):
            self._write(edit, now)
        self._mark_filled()
        if "expertise" in told:
            self._record({"kind": "expertise", "text": told["expertise"]}, today)
        self.date(now)

    def _compose(self, now: datetime) -> None:
        """Answer the questions, and let the portal write what follows from the answers."""
        answers = data.read("workbench")["usual"]["answers"] | self.wording["answers"]
        answer_interview(cycle=self.cycle, answers=answers, actor=self.writer)
        compose_draft(cycle=self.cycle, actor=self.writer, now=now)

    def _add_own_issue(self) -> None:
        """Say what no catalogue can: where this company looks most closely."""
        texts = {
            language: self.facts[f"issue_{language}"] for language in ("ja", "en") if f"issue_{language}" in self.facts
        }
        if texts:
            section = Section.objects.select_related("cycle").get(cycle=self.cycle, code="salient")
            policies.add_paragraph(section=section, texts=texts, actor=self.writer)

    def begin_next(self, day: int) -> None:
        """Begin the next version from the published text, with what the company means to change."""
        today, now = self._when(day)
        told = self.wording
        self.cycle = open_next_cycle(policy=self.cycle.policy, actor=self.writer, today=today)
        for edit in told.get("next_edits", []):
            self._write(edit, now)
        if "expertise" in told["next"]:
            self._record({"kind": "expertise", "text": told["next"]["expertise"]}, today)
            self._mark_filled()
        self.date(now)

    def edit(self, step: dict) -> None:
        _today, now = self._when(step["day"])
        self._write(step, now)

    def _texts(self):
        texts = ParagraphText.objects.filter(cycle=self.cycle, paragraph__removed_at=None).select_related("paragraph")
        return texts if self.cycle.has_english else texts.filter(language="ja")

    def _paragraph(self, clause: str) -> Paragraph:
        return Paragraph.objects.select_related("section", "cycle").get(
            cycle=self.cycle, clause=clause, removed_at__isnull=True
        )

    def _write(self, edit: dict, now: datetime) -> None:
        paragraph = self._paragraph(edit["clause"])
        for language in self.cycle.languages:
            if language in edit:
                self._save(paragraph, language, edit[language], now)

    def _save(self, paragraph: Paragraph, language: str, text: str, now: datetime) -> None:
        rev = ParagraphText.objects.get(paragraph=paragraph, language=language).rev
        policies.save_paragraph(
            paragraph=paragraph,
            language=language,
            text=text,
            base_rev=rev,
            operation=uuid4(),
            actor=self.writer,
            now=now,
        )

    def _fill_places(self, now: datetime) -> None:
        # Japanese first: a translation is one of the text that it was made from.
        for text in self._texts().filter(text__contains=OPEN).order_by("-language"):
            filled = text.text
            for word, pair in WORDS.items():
                place = f"{OPEN}{pair[text.language == 'en']}{CLOSE}"
                if place in filled:
                    filled = filled.replace(place, self._word(word, text.language))
            self._save(text.paragraph, text.language, filled, now)

    def _word(self, word: str, language: str) -> str:
        told = self.wording.get("words", {})
        head = next(person for person in self.facts["people"] if person["level"] == "management")
        if word == "representative":
            return head[f"name_{language}"]
        if word == "title":
            return told.get("title_ja", head["title"]) if language == "ja" else told["title"]
        return told[word]

    def _mark_filled(self) -> None:
        wanted = self.wording.get("filled")
        for section in Section.objects.filter(cycle=self.cycle).select_related("cycle"):
            is_filled = section.code in wanted if wanted is not None else True
            policies.mark_section(section=section, is_filled=is_filled, actor=self.writer)

    # --- Moves --------------------------------------------------------------------------------------------------------------

    def move(self, day: int, transition: str, actor: User, who: str) -> None:
        """Make one move of the story with all that belongs to it."""
        today, now = self._when(day)
        self.cycle.refresh_from_db()
        deed = {
            Transition.SUBMIT: self._submit,
            Transition.WITHDRAW: self._withdraw,
            Transition.START_REVIEW: self._start_review,
            Transition.REQUEST_CHANGES: self._return,
            Transition.ENDORSE: self._return,
            Transition.APPROVE: self._approve,
            Transition.PUBLISH: self._publish,
        }[Transition(transition)]
        deed(actor=actor, who=who, transition=Transition(transition), today=today, now=now)
        self.date(now)

    def _submit(self, *, actor, today, now, **_rest) -> None:
        message = self.wording.get("message", "")
        submission = policies.submit(cycle=self.cycle, actor=actor, now=now, today=today, message=message)
        if self.facts.get("shared"):
            policies.share_revision(revision=submission.revision, actor=actor, now=now)

    def _withdraw(self, *, actor, today, now, **_rest) -> None:
        policies.withdraw(cycle=self.cycle, actor=actor, now=now, today=today)

    def _start_review(self, *, actor, today, now, **_rest) -> None:
        submission = Submission.objects.waiting().get(cycle=self.cycle)
        self.review = policies.start_review(submission=submission, actor=actor, today=today, now=now)
        if "review" in self.wording:
            self._write_review(self.wording["review"], actor=actor, now=now)

    def _return(self, *, actor, transition, today, now, **_rest) -> None:
        told = self.wording["returns"][self.returned]
        self._write_review(told, actor=actor, now=now)
        if transition == Transition.ENDORSE:
            for requirement in policies.open_requirements(self.review, self.cycle):
                self._judge(requirement, Judgement.MET, "", actor=actor, now=now)
        policies.return_review(review=self.review, decision=DECISIONS[transition], actor=actor, now=now, today=today)
        self.returned += 1

    def _approve(self, *, who, today, now, **_rest) -> None:
        """Asked by the writer, answered by the head of the company through the link."""
        person = self.world.people[who]
        with acting_as(self.writer.pk):
            asked = policies.request_approval(cycle=self.cycle, approver=person, actor=self.writer, now=now)
            answer = policies.Answer(
                outcome=ApprovalOutcome.APPROVED,
                name=person.name_ja,
                title=person.title,
                body=self.wording.get("body", ""),
                decided_on=today,
            )
            policies.decide_by_link(request=asked.request, answer=answer, now=now)
            self.date(now)

    def _publish(self, *, actor, today, now, **_rest) -> None:
        publish(
            cycle=self.cycle,
            actor=actor,
            today=today,
            now=now,
            address=self.facts.get("url", ""),
            in_register=self.wording.get("register", False),
        )

    # --- Advice ---------------------------------------------------------------------------------------------------------------

    def _judge(self, requirement: str, judgement: str, advice: str, *, actor, now) -> None:
        policies.record_verdict(
            review=self.review, requirement=requirement, judgement=judgement, advice=advice, actor=actor, now=now
        )

    def _write_review(self, told: dict, *, actor, now) -> None:
        """Judge, comment and suggest. What is not spoken of in a review that is to be returned is met."""
        spoken = {verdict["requirement"]: verdict for verdict in told.get("verdicts", [])}
        for requirement in spoken if "note" in told else sections_judged(self.cycle):
            verdict = spoken.get(requirement, {"judgement": Judgement.MET})
            self._judge(requirement, verdict["judgement"], verdict.get("advice", ""), actor=actor, now=now)
        for comment in told.get("comments", []):
            policies.comment(
                review=self.review,
                text=comment["text"],
                actor=actor,
                paragraph=self._paragraph(comment["clause"]),
                language=comment.get("language", "ja"),
                quote=comment.get("quote", ""),
            )
        for suggestion in told.get("suggestions", []):
            policies.suggest(
                review=self.review,
                paragraph=self._paragraph(suggestion["clause"]),
                text=suggestion.get("text") or self.composed[suggestion["clause"]]["ja"],
                actor=actor,
                reason=suggestion["reason"],
            )
        policies.write_letter(review=self.review, text=told.get("letter", ""), actor=actor)
        if "note" in told:
            policies.write_note(cycle=self.cycle, text=told["note"], actor=actor)

    def answer(self, told: dict) -> None:
        """Do with a returned review what the company did with it."""
        _today, now = self._when(told["answered"], "11:00")
        for step in told.get("suggestions", []):
            self._answer_suggestion(step, now)
        for comment in told.get("comments", []):
            if "reply" in comment:
                thread = Thread.objects.get(
                    cycle=self.cycle, paragraph__clause=comment["clause"], posts__text=comment["text"]
                )
                policies.reply(thread=thread, text=comment["reply"], actor=self.writer, now=now)
                policies.resolve_thread(thread=thread, actor=self.writer, now=now)
        for edit in told.get("edits", []):
            self._write(edit, now)
        if "answers_to_advice" in told:
            items = ActionItem.objects.filter(cycle=self.cycle, source=ActionSource.VERDICT, state=ActionState.OPEN)
            for item in items:
                policies.answer_item(
                    item=item, state=ActionState.DONE, answer=told["answers_to_advice"], actor=self.writer, now=now
                )
        self.date(now)

    def _answer_suggestion(self, step: dict, now: datetime) -> None:
        answer = step.get("answer")
        if not answer:
            return
        suggestion = Suggestion.objects.select_related("paragraph__cycle").get(
            cycle=self.cycle, paragraph__clause=step["clause"], state=SuggestionState.OPEN
        )
        if answer == "accept":
            policies.accept_suggestion(suggestion=suggestion, actor=self.writer, now=now)
        elif answer == "decline":
            policies.decline_suggestion(suggestion=suggestion, reason=step["why"], actor=self.writer, now=now)
        elif answer == "edit":
            rev = ParagraphText.objects.get(paragraph=suggestion.paragraph, language="ja").rev
            policies.edit_and_accept(
                suggestion=suggestion, text=step["edited"], base_rev=rev, actor=self.writer, now=now
            )
        if "en" in step:
            self._save(suggestion.paragraph, "en", step["en"], now)
        if answer == "outdated":  # somebody wrote on the paragraph without looking at the suggestion
            self._save(suggestion.paragraph, "ja", step["edited"], now)

    def ask(self, question: dict) -> None:
        _today, now = self._when(question["day"])
        calendar = self.world.calendar
        answer_by = calendar.day(question["answer_in"]) if "answer_in" in question else None
        policies.ask_question(
            cycle=self.cycle,
            text=question["text"],
            actor=self.writer,
            now=now,
            section_code=question["section"],
            answer_by=answer_by,
        )
        self.date(now)

    def reply(self, question: dict) -> None:
        told = question["reply"]
        _today, now = self._when(told["day"])
        thread = Thread.objects.get(cycle=self.cycle, posts__text=question["text"])
        policies.reply(thread=thread, text=told["text"], actor=self.world.users[told["who"]], now=now)
        self.date(now)

    # --- What is done beside the text ------------------------------------------------------------------------------------------

    def record(self, step: dict) -> None:
        today, now = self._when(step["day"])
        self._record(step, today)
        self.date(now)

    def _record(self, step: dict, today: date) -> None:
        policies.record_evidence(
            cycle=self.cycle,
            kind=EvidenceKind(step["kind"]),
            happened_on=today,
            who=step.get("who", ""),
            text=step["text"],
            actor=self.writer,
        )

    def announce(self, step: dict) -> None:
        _today, now = self._when(step["day"])
        announced = policies.announce(cycle=self.cycle, title=step["title"], actor=self.writer)
        for name in step["readers"]:
            policies.acknowledge(announcement=announced.announcement, name=name)
        self.date(now)


def prepare_advisers(world: World) -> None:
    """Give the advisers their own wording, and let them say how fast they answer."""
    told = data.read("workbench")
    for phrase in told["phrases"]:
        actor = world.users[phrase["who"]]
        with acting_as(actor.pk):
            wording = Phrase(
                author=actor, title=phrase["title"], text=phrase["text"], requirement=phrase.get("requirement", "")
            )
            policies.save_phrase(phrase=wording, actor=actor)
    for pace in told["paces"]:
        actor = world.users[pace["who"]]
        with acting_as(actor.pk):
            policies.set_capacity(
                seat=world.seats[pace["who"]],
                business_days=pace["business_days"],
                reviews_a_week=pace["reviews_a_week"],
                actor=actor,
            )
