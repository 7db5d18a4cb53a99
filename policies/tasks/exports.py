"""Making a file of a text: read it as who asked, set it outside any transaction, keep it as content of the company."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_noop

from audit import services as audit
from common.tenancy import acting_as
from jobs.models import Job, StoredFile
from jobs.rendering import RenderingTooLong
from jobs.services import store_file
from jobs.tasks import JobRefused, JobRun, job_handler
from notifications.services import tell_job_ended
from policies.enums import ExportKind
from policies.models import Cycle, Revision
from policies.queries import EXPORT_KIND, WORKING, approval_of, names_of, publication_of, working_content
from policies.rendering import document, word
from policies.rendering.facts import Facts

ENDINGS = {ExportKind.PDF: ".pdf", ExportKind.WORD: ".docx", ExportKind.TRACKED: ".docx"}

READING = gettext_noop("Reading the text")
SETTING = gettext_noop("Setting the pages")
COMPARING = gettext_noop("Comparing the versions and writing the file")
WRITING = gettext_noop("Writing the file")
GONE = gettext_noop("This version is not there any more, or you may no longer read it.")
TOO_LARGE = gettext_noop("This text is too large for a PDF. The Word file has no such limit.")


@dataclass(frozen=True)
class Text:
    """One text to be drawn, and what is known of it."""

    content: Mapping
    facts: Facts
    # Who kept it; of the working copy, who asks.
    author: str


@dataclass(frozen=True)
class Order:
    """What is to be made, read in one transaction as who asked."""

    cycle: Cycle
    kind: ExportKind
    languages: tuple[str, ...]
    text: Text
    before: Text | None = None

    @property
    def key(self) -> str:
        """The fingerprint of everything that the file says and how it looks. A working copy differs at every moment."""
        parts = [
            [text.content, {name: str(value) for name, value in asdict(text.facts).items()}, text.author]
            for text in (self.text, self.before)
            if text
        ]
        whole = [self.kind, self.languages, parts, document.template_version()]
        return hashlib.sha256(json.dumps(whole, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def tell_failed(job: Job) -> None:
    """Tell who asked that it failed, and why: they may have left the page."""
    tell_job_ended(job=job, actor=job.requested_by)


@job_handler(EXPORT_KIND, on_failed=tell_failed)
def export_policy(run: JobRun) -> None:
    """Make the file of the job. What was made before is served again from storage."""
    run.step(READING, 0, 3)
    with acting_as(run.actor.pk):
        order = _read(run.job.params, actor=run.actor, now=timezone.now())
        key = order.key
        stored = _made_before(run.job, key)
    file = None if stored else _make(order, run)
    with run.finishing() as job:
        if stored is None:
            stored = store_file(
                name=_name(order), content=file, actor=run.actor, company_id=job.company_id, is_content=True
            )
        job.params = job.params | {"file": str(stored.pk), "key": key}
        job.result_url = reverse("policies:export_file", args=[job.company_id, job.pk])
        audit.log(
            actor=run.actor,
            verb="policy.exported",
            obj=order.cycle,
            company_id=order.cycle.company_id,
            programme_id=order.cycle.programme_id,
            detail={"kind": order.kind, "languages": list(order.languages), "file": str(stored.pk)},
        )


def _read(params: Mapping, *, actor, now: datetime) -> Order:
    """Read what is to be drawn through the doors of who asked. Raises JobRefused where it is out of their sight."""
    cycle = Cycle.objects.visible_to(actor).select_related("company").filter(pk=params["cycle"]).first()
    texts = [_text(cycle, params.get(name), actor=actor, now=now) if cycle else None for name in ("to", "from")]
    if texts[0] is None or (params.get("from") and texts[1] is None):
        raise JobRefused("gone", GONE)
    return Order(cycle, ExportKind(params["kind"]), tuple(params["languages"]), *texts)


def _text(cycle: Cycle, name: str | None, *, actor, now: datetime) -> Text | None:
    if not name:
        return None
    if name == WORKING:
        return Text(working_content(cycle), Facts(at=now), str(actor))
    revision = (
        Revision.objects.visible_to(actor).filter(company=cycle.company_id, pk=name).select_related("cycle").first()
    )
    if revision is None:
        return None
    author = names_of([revision.frozen_by_id]).get(revision.frozen_by_id, "")
    return Text(revision.content, revision_facts(revision), author or str(cycle.company))


def revision_facts(revision: Revision) -> Facts:
    """Return what is known of a version: occasion, hash, top management's approval, publication."""
    facts = Facts(
        at=revision.frozen_at,
        number=revision.number,
        reason=revision.reason,
        label=revision.label,
        sha256=revision.sha256,
    )
    if approval := approval_of(revision):
        facts = replace(
            facts,
            approved_on=approval.decided_on,
            approver=approval.approver_name,
            approver_title=approval.approver_title,
            approving_body=approval.body,
            is_reviewed=revision.cycle.is_reviewed,
        )
    if publication := publication_of(revision):
        facts = replace(facts, published_on=publication.published_on)
    return facts


def _made_before(job: Job, key: str) -> StoredFile | None:
    """Return the file of an earlier job of the company that says the same, as long as it is kept."""
    done = Job.objects.filter(kind=EXPORT_KIND, company_id=job.company_id, state=Job.State.DONE, params__key=key)
    file = done.order_by("-created_at").values_list("params__file", flat=True).first()
    return StoredFile.objects.filter(pk=file, company_id=job.company_id).first() if file else None


def _make(order: Order, run: JobRun) -> bytes:
    if order.kind == ExportKind.TRACKED:
        run.step(COMPARING, 1, 3)
        return word.tracked_word(
            order.before.content,
            order.text.content,
            languages=order.languages,
            before=order.before.facts,
            after=order.text.facts,
            author=order.text.author,
        )
    if order.kind == ExportKind.WORD:
        run.step(WRITING, 1, 3)
        return word.policy_word(order.text.content, languages=order.languages, facts=order.text.facts)
    run.step(SETTING, 1, 3)
    try:
        return document.policy_pdf(order.text.content, languages=order.languages, facts=order.text.facts)
    except (RenderingTooLong, MemoryError) as error:
        raise JobRefused("too_large", TOO_LARGE) from error


def _name(order: Order) -> str:
    before = order.before.facts if order.before else None
    stem = document.file_name(order.text.content, facts=order.text.facts, language=order.languages[0], before=before)
    return f"{stem}{ENDINGS[order.kind]}"
