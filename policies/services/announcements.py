"""Showing the approved policy to the staff by a link, and counting who says that they have read it."""

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from audit import services as audit
from common.tokens import new_token, token_hash
from policies import permissions
from policies.models import Announcement, Cycle, ReadReceipt, of_cycle
from policies.queries.evidence import text_to_announce

from .texts import check_text


class NothingToAnnounce(Exception):
    """There is no approved text yet. The message says so."""


class AnnouncementClosed(Exception):
    """The link was closed while somebody had its page open."""


@dataclass(frozen=True)
class Announced:
    """An announcement, and the word for its link, which is known only now."""

    announcement: Announcement
    token: str


@transaction.atomic
def announce(*, cycle: Cycle, title: str, actor) -> Announced:
    """Make a link to the approved text for those whom `title` names. Raises PermissionDenied and NothingToAnnounce."""
    if not permissions.can_edit(actor, cycle):
        raise PermissionDenied
    revision = text_to_announce(cycle)
    if revision is None:
        raise NothingToAnnounce(_("The policy can be shown to the staff once top management has approved it."))
    token = new_token()
    announcement = Announcement(
        **of_cycle(cycle),
        revision=revision,
        token_hash=token_hash(token),
        title=check_text(title).strip(),
        created_by=actor,
    )
    announcement.save(force_insert=True)
    _log("announcement.made", announcement, actor)
    return Announced(announcement, token)


@transaction.atomic
def renew_link(*, announcement: Announcement, actor) -> Announced:
    """Give an open announcement another link, for a lost sheet; the old link is dead, receipts stay.

    The link works with the rights of who made it last. Raises PermissionDenied and AnnouncementClosed.
    """
    announcement = _hold(announcement, actor)
    if announcement.closed_at:
        raise AnnouncementClosed
    token = new_token()
    announcement.token_hash, announcement.created_by = token_hash(token), actor
    announcement.save(update_fields=["token_hash", "created_by"])
    _log("announcement.renewed", announcement, actor)
    return Announced(announcement, token)


@transaction.atomic
def close_announcement(*, announcement: Announcement, actor, now: datetime) -> None:
    """End the link; what was recorded stays. Raises PermissionDenied."""
    announcement = _hold(announcement, actor)
    if announcement.closed_at is None:
        announcement.closed_at = now
        announcement.save(update_fields=["closed_at"])
        _log("announcement.closed", announcement, actor)


def _hold(announcement: Announcement, actor) -> Announcement:
    if not permissions.can_edit(actor, announcement):
        raise PermissionDenied
    return Announcement.objects.select_for_update().get(pk=announcement.pk)


@transaction.atomic
def acknowledge(*, announcement: Announcement, name: str) -> tuple[ReadReceipt, bool]:
    """Record that somebody of this name says they have read the text; once a name. Return the receipt, and if it is new.

    Acts for the one who made the link, who must still be of the company: PermissionDenied otherwise. Raises
    AnnouncementClosed, and ValidationError for no name.
    """
    if not permissions.can_edit(announcement.created_by, announcement):
        raise PermissionDenied
    # A share lock: readers do not wait for each other, only for who closes the link.
    present = Announcement.objects.raw(
        "SELECT * FROM policies_announcement WHERE id = %s FOR SHARE", [announcement.pk]
    )[0]
    if present.closed_at:
        raise AnnouncementClosed
    name = " ".join(check_text(name).split())
    if not name:
        raise ValidationError({"name": _("Please write your name.")})
    receipt = ReadReceipt(
        cycle_id=present.cycle_id,
        company_id=present.company_id,
        programme_id=present.programme_id,
        announcement=present,
        name=name,
    )
    try:
        with transaction.atomic():
            receipt.save(force_insert=True)
    except IntegrityError:
        return ReadReceipt.objects.get(announcement=present, name=name), False
    return receipt, True


def _log(verb: str, announcement: Announcement, actor) -> None:
    audit.log(
        actor=actor,
        verb=verb,
        obj=announcement,
        company_id=announcement.company_id,
        programme_id=announcement.programme_id,
        detail={"revision": announcement.revision.number},
    )
