"""Deeds of announcements: saying something to all, changing it, and having read it."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext_noop

from audit import services as audit
from jobs.services import request_job
from programmes import permissions
from programmes.models import Notice, NoticeRead
from programmes.queries.notices import KIND

TITLE = gettext_noop("The announcement “%(title)s” by mail")


@transaction.atomic
def publish_notice(*, notice: Notice, by_mail: bool, actor) -> Notice:
    """Say something to all companies or advisers of a programme; by mail, too, in the background. Raises PermissionDenied.

    With `notice.to_addresses` the mail goes to people of the companies, too, who have an address and no account.
    """
    _check(notice, actor)
    notice.created_by = actor
    if by_mail or notice.to_addresses:
        notice.job, _created = request_job(
            KIND,
            title=TITLE,
            title_params={"title": {"ja": notice.title_ja, "en": notice.title_en}},
            params={"notice": str(notice.pk), "to_accounts": by_mail},
            actor=actor,
            programme_id=notice.programme_id,
            dedupe=str(notice.pk),
        )
    notice.save(force_insert=True)
    _log("notice.published", notice, actor, audience=notice.audience, by_mail=by_mail, to_addresses=notice.to_addresses)
    return notice


@transaction.atomic
def change_notice(*, notice: Notice, values: dict, actor) -> Notice:
    """Correct a notice, or end it. Who has read it has read it. Raises PermissionDenied."""
    _check(notice, actor)
    row = Notice.objects.select_for_update(of=("self",)).get(pk=notice.pk)
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    _log("notice.changed", row, actor, fields=sorted(values))
    return row


@transaction.atomic
def read_notice(*, notice: Notice, actor, now: datetime) -> None:
    """Keep that who acts has read a notice; the first time counts."""
    row = NoticeRead(notice=notice, programme_id=notice.programme_id, user_id=actor.pk, read_at=now)
    NoticeRead.objects.bulk_create([row], ignore_conflicts=True)


def _check(notice: Notice, actor) -> None:
    if not permissions.can_manage(actor, notice.programme_id):
        raise PermissionDenied


def _log(verb: str, notice: Notice, actor, **detail) -> None:
    audit.log(actor=actor, verb=verb, obj=notice, programme_id=notice.programme_id, detail=detail)
