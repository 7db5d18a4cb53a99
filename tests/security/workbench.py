"""A row of each owner in every table of the policy workbench, returned and unreturned."""

from datetime import UTC, datetime
from types import SimpleNamespace
from uuid import uuid4

from django.utils import timezone

from policies.enums import ActionSource, EvidenceKind, Judgement, SaveOutcome, Settlement, ThreadKind
from policies.models import (
    ActionItem,
    Announcement,
    ApprovalRequest,
    Capacity,
    CatalogueChoice,
    Evidence,
    Interview,
    Letter,
    Paragraph,
    ParagraphSave,
    ParagraphText,
    Phrase,
    Post,
    Publication,
    ReadReceipt,
    RegisterEntry,
    RegisterVersion,
    Review,
    ReviewNote,
    Section,
    SettledSave,
    Submission,
    Suggestion,
    Thread,
    Verdict,
    WordImport,
    of_cycle,
)
from tests.security import audiences

DAY = datetime(2024, 12, 10, 3, tzinfo=UTC).date()
# What an adviser writes in a review: a row that was returned, and one that was not.
PRIVATE = {"thread": Thread, "post": Post, "suggestion": Suggestion, "letter": Letter, "verdict": Verdict}

KINDS = {
    "interview": (Interview, audiences.CONTENT),
    "section": (Section, audiences.CONTENT),
    "paragraph": (Paragraph, audiences.CONTENT),
    "text of a paragraph": (ParagraphText, audiences.CONTENT),
    "save": (ParagraphSave, audiences.CONTENT),
    "late save": (ParagraphSave, audiences.CONTENT),
    "chosen save": (ParagraphSave, audiences.CONTENT),
    "settled save": (SettledSave, audiences.CONTENT),
    "approval request": (ApprovalRequest, audiences.CONTENT),
    "evidence": (Evidence, audiences.CONTENT),
    "announcement": (Announcement, audiences.CONTENT),
    "read receipt": (ReadReceipt, audiences.CONTENT),
    "action item": (ActionItem, audiences.CONTENT),
    **{f"returned {name}": (model, audiences.CONTENT) for name, model in PRIVATE.items()},
    **{f"unreturned {name}": (model, audiences.ADVISERS) for name, model in PRIVATE.items()},
    "note on a policy": (ReviewNote, audiences.ADVISERS),
    "text from Word": (WordImport, audiences.ADVISERS),
    "phrase": (Phrase, audiences.ADVISERS),
    "submission": (Submission, audiences.RECORDS),
    "review": (Review, audiences.RECORDS),
    "publication": (Publication, audiences.RECORDS),
    "capacity": (Capacity, audiences.PROGRAMME),
    "catalogue choice": (CatalogueChoice, audiences.PROGRAMME),
    "register entry": (RegisterEntry, audiences.SIGNED_IN),
    "register version": (RegisterVersion, audiences.SIGNED_IN),
}


def fill(world, owner: str) -> None:
    """Make the rows. The adviser of the cast is assigned to the company; the other owners have advisers of their own."""
    cycle, seat = world["cycle", owner], world["seat", owner]
    author = world.people["adviser"] if owner == "company" else seat.user
    own = of_cycle(cycle)
    _fill_texts(world, owner, own, author)
    review = _fill_records(world, owner, own, author)
    _fill_talk(world, owner, own, author, review)
    _fill_decisions(world, owner, own, author)
    _fill_register(world, owner)
    world.keep("capacity", owner, Capacity.objects.create(programme=seat.programme, adviser=seat, user=seat.user))
    # Two of the owners share a programme, which has one choice.
    choice, _ = CatalogueChoice.objects.get_or_create(programme=seat.programme, defaults={"version": cycle.catalogue})
    world.keep("catalogue choice", owner, choice)


def _fill_texts(world, owner, own, author) -> None:
    world.keep("interview", owner, Interview.objects.create(**own, answered_by_id=author.pk))
    section = world.keep("section", owner, Section.objects.create(**own, code="scope", order=1))
    paragraph = world.keep("paragraph", owner, Paragraph.objects.create(**own, section=section, order=10))
    both = {**own, "paragraph": paragraph}
    ParagraphText.objects.create(**both, language="en", text="E", source_rev=1)
    world.keep("text of a paragraph", owner, ParagraphText.objects.create(**both, language="ja", text="P"))
    save = ParagraphSave(**both, language="ja", base_rev=0, rev=1, text="P", outcome=SaveOutcome.KEPT)
    save.operation, save.author_id = uuid4(), author.pk
    save.save()
    world.keep("save", owner, save)
    for kind in ("late save", "chosen save"):
        late = ParagraphSave(**both, language="ja", base_rev=0, text="L", outcome=SaveOutcome.LOST)
        late.operation, late.author_id = uuid4(), author.pk
        late.save()
        world.keep(kind, owner, late)
    settled = SettledSave(**own, save_of=late, choice=Settlement.THEIRS, settled_by_id=author.pk)
    settled.save()
    world.keep("settled save", owner, settled)
    # Not a row: what the address of a section names.
    world.keep("section code", owner, SimpleNamespace(pk=section.code))


def _fill_records(world, owner, own, author) -> Review:
    revision, asker = world["revision", owner], world["seat", owner].user
    submission = Submission.objects.create(
        **own, revision=revision, reference=f"R-{owner}", submitted_by=asker, due_on=DAY, adviser=world["seat", owner]
    )
    world.keep("submission", owner, submission)
    publication = Publication.objects.create(**own, revision=revision, published_on=DAY, published_by=asker)
    world.keep("publication", owner, publication)
    return world.keep("review", owner, Review.objects.create(**own, submission=submission, author=author))


def _fill_talk(world, owner, own, author, review) -> None:
    paragraph = world["paragraph", owner]
    earlier = Review.objects.create(
        **own,
        submission=review.submission,
        author=author,
        returned_at=timezone.now(),
        decision="comments",
    )
    for whose, of, shared_at in (("returned", earlier, timezone.now()), ("unreturned", review, None)):
        mine = {**own, "author": author, "shared_at": shared_at}
        thread = Thread.objects.create(**mine, kind=ThreadKind.COMMENT, review=of, paragraph=paragraph, quote="Q")
        world.keep(f"{whose} thread", owner, thread)
        world.keep(f"{whose} post", owner, Post.objects.create(**mine, thread=thread, text="C"))
        wording = {"language": "ja" if shared_at else "en", "base_rev": 1, "base_text": "P", "text": "S", "reason": "R"}
        suggestion = Suggestion.objects.create(**mine, review=of, paragraph=paragraph, **wording)
        world.keep(f"{whose} suggestion", owner, suggestion)
        world.keep(f"{whose} letter", owner, Letter.objects.create(**mine, review=of, text="L"))
        verdict = Verdict(**mine, review=of, requirement="meti-1", judgement=Judgement.PARTLY, advice="A")
        verdict.save()
        world.keep(f"{whose} verdict", owner, verdict)
    world.keep("note on a policy", owner, ReviewNote.objects.create(**own, author=author, text="N"))
    brought = WordImport(
        **own, author=author, file_name="W", parts=[{"heading": "H", "section": "scope", "texts": ["T"]}]
    )
    brought.save()
    world.keep("text from Word", owner, brought)
    world.keep("phrase", owner, Phrase.objects.create(author=author, title="T", text="W"))
    item = ActionItem(**own, enrolment=world.enrolments[owner], source=ActionSource.COMMENT, text="A", author=author)
    item.source_id = world["returned thread", owner].pk
    item.save()
    world.keep("action item", owner, item)


def _fill_decisions(world, owner, own, author) -> None:
    revision, asker = world["revision", owner], world["seat", owner].user
    request = ApprovalRequest(**own, revision=revision, approver=world["person", owner], requested_by=asker)
    request.token_hash, request.expires_at = uuid4().hex, timezone.now()
    request.save()
    world.keep("approval request", owner, request)
    evidence = Evidence(**own, kind=EvidenceKind.EXPERTISE, happened_on=DAY, who="W", text="E", recorded_by=asker)
    evidence.file = world["content file", owner]
    evidence.save()
    world.keep("evidence", owner, evidence)
    announcement = Announcement(**own, revision=revision, token_hash=uuid4().hex, title="T", created_by=asker)
    announcement.save()
    world.keep("announcement", owner, announcement)
    world.keep("read receipt", owner, ReadReceipt.objects.create(**own, announcement=announcement, name="N"))


def _fill_register(world, owner) -> None:
    """What everybody may read; a canary of it in any answer is no leak."""
    company = world["company", owner]
    entry = RegisterEntry(company=company, slug=f"entry-{owner}", name_ja="N", published_on=DAY)
    entry.save()
    world.keep("register entry", owner, entry)
    content = {"sections": []}
    version = RegisterVersion(entry=entry, company=company, number=1, content=content, sha256="0" * 64)
    version.published_on = DAY
    version.save()
    world.keep("register version", owner, version)
