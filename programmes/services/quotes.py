"""Words for the report: translations, what speakers permitted, and in which reports something was printed."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from audit import services as audit
from programmes.models import Feedback, Programme, QuoteUse, Remark, Speaker
from programmes.permissions import can_manage
from programmes.queries.survey import original_language


class NotThePermission(Exception):
    """A permission cannot stand like this. The message says why."""


@transaction.atomic
def translate_comment(*, feedback: Feedback, text: str, actor) -> None:
    """Write the translation of a comment; what was said itself is never changed. Raises PermissionDenied."""
    if not can_manage(actor, feedback.programme_id):
        raise PermissionDenied
    target = "en" if original_language(feedback) == "ja" else "ja"
    Feedback.objects.filter(pk=feedback.pk).update(**{f"comment_{target}": text})
    audit.log(
        actor=actor,
        verb="feedback.translated",
        obj=feedback,
        company_id=feedback.company_id,
        programme_id=feedback.programme_id,
        detail={"language": target, "is_empty": not text},
    )


@transaction.atomic
def record_remark(
    *, programme: Programme, speaker: Speaker, texts: dict, language: str, permitted_on: date | None, actor
) -> Remark:
    """Keep what a speaker said, with the day on which they permitted it to be printed, if they did."""
    if not can_manage(actor, programme.pk) or speaker.programme_id != programme.pk:
        raise PermissionDenied
    remark = Remark(
        session=speaker.item.session,
        programme=programme,
        speaker=speaker,
        text_ja=texts["ja"],
        text_en=texts["en"],
        language=language,
        permitted_on=permitted_on,
    )
    remark.save(force_insert=True)
    _log("remark.recorded", remark, actor)
    return remark


@transaction.atomic
def change_remark(
    *, remark: Remark, texts: dict, language: str, permitted_on: date | None, withdrawn_on: date | None, actor
) -> Remark:
    """Correct a remark, or write down that its permission was given or withdrawn.

    Words that were permitted are not changed under the permission: other words need one of their own, of a later day.
    Raises PermissionDenied and NotThePermission.
    """
    if not can_manage(actor, remark.programme_id):
        raise PermissionDenied
    remark = Remark.objects.select_for_update().get(pk=remark.pk)
    said = getattr(remark, f"text_{remark.language}")
    is_reworded = said != texts.get(remark.language, "") or language != remark.language
    is_same_permission = permitted_on is not None and permitted_on == remark.permitted_on
    if is_reworded and is_same_permission:
        raise NotThePermission(
            _("These words were permitted as they stand. Ask for a permission of the new ones, and enter its day.")
        )
    remark.text_ja, remark.text_en, remark.language = texts["ja"], texts["en"], language
    remark.permitted_on, remark.withdrawn_on = permitted_on, withdrawn_on
    remark.save(update_fields=["text_ja", "text_en", "language", "permitted_on", "withdrawn_on"])
    _log("remark.changed", remark, actor)
    return remark


def _log(verb: str, remark: Remark, actor) -> None:
    days = {"permitted_on": remark.permitted_on, "withdrawn_on": remark.withdrawn_on}
    detail = {name: day.isoformat() if day else None for name, day in days.items()}
    audit.log(actor=actor, verb=verb, obj=remark, programme_id=remark.programme_id, detail=detail)


@transaction.atomic
def record_quote_uses(
    *, programme: Programme, report_id: UUID, title: str, feedback_ids: Iterable[UUID], remark_ids: Iterable[UUID]
) -> None:
    """Write down that a report printed these words. Told by the report when its files are kept; twice changes nothing."""
    shared = {"programme": programme, "report_id": report_id, "title": title[:200]}
    uses = [QuoteUse(feedback_id=pk, **shared) for pk in feedback_ids]
    uses += [QuoteUse(remark_id=pk, **shared) for pk in remark_ids]
    QuoteUse.objects.bulk_create(uses, ignore_conflicts=True)
