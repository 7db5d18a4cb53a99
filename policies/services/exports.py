"""Asking for a file of a text."""

from collections.abc import Sequence

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext_noop

from audit import services as audit
from jobs.models import Job
from jobs.services import request_job
from policies import permissions
from policies.enums import ExportKind
from policies.models import Cycle, Revision
from policies.queries import EXPORT_KIND, WORKING

TITLES = {
    ExportKind.PDF: gettext_noop("PDF of the policy: %(company)s"),
    ExportKind.WORD: gettext_noop("Word file of the policy: %(company)s"),
    ExportKind.TRACKED: gettext_noop("Changes of the policy in Word: %(company)s"),
}


@transaction.atomic
def request_export(
    *,
    cycle: Cycle,
    kind: ExportKind,
    languages: Sequence[str],
    actor,
    revision: Revision | None = None,
    before: Revision | None = None,
) -> tuple[Job, bool]:
    """Ask for a file of a version, or of the working copy where no version is given; return the job and whether it is new.

    With tracked changes they are those since `before`. Raises PermissionDenied for who may not read the texts, and
    ValueError for changes without a version that they are changes of.
    """
    if not permissions.can_read(actor, cycle):
        raise PermissionDenied
    if (kind == ExportKind.TRACKED) != (before is not None):
        raise ValueError("Tracked changes, and only they, are those since an earlier version.")
    to, since = str(revision.pk) if revision else WORKING, str(before.pk) if before else ""
    company = cycle.company
    job, created = request_job(
        EXPORT_KIND,
        title=TITLES[kind],
        title_params={"company": {"ja": company.name_ja, "en": company.name_en}},
        params={"cycle": str(cycle.pk), "kind": str(kind), "to": to, "from": since, "languages": list(languages)},
        company_id=cycle.company_id,
        is_content=True,
        dedupe=f"{actor.pk}:{kind}:{to}:{since}:{'-'.join(languages)}",
        actor=actor,
    )
    if created:
        audit.log(
            actor=actor,
            verb="policy.export_requested",
            obj=cycle,
            company_id=cycle.company_id,
            programme_id=cycle.programme_id,
            detail={"kind": str(kind), "to": to, "from": since},
        )
    return job, created
