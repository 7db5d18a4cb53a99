"""Photographs of a session: kept as the portal drew them, shown where those on them agreed."""

from dataclasses import dataclass
from pathlib import PurePath

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit import services as audit
from jobs.services import forget_files, store_file
from programmes import permissions
from programmes.models import Photo, Session
from programmes.rendering.photos import PictureRefused, redraw

MOST_PHOTOS = 60

_REFUSALS = {
    "kind": gettext_lazy("This is not a photograph of the kind JPEG or PNG. Save it as JPEG and choose it again."),
    "bomb": gettext_lazy("This picture has too many pixels. Choose one of 40 million pixels or less."),
    "animated": gettext_lazy("This picture moves. Choose a still one."),
    "damaged": gettext_lazy("This picture is damaged and cannot be read. Save it again and choose the new file."),
    "too_much": gettext_lazy("This picture could not be read within the portal's limits. Save it again as JPEG."),
}


class PhotoRefused(Exception):
    """The photograph is not kept; the message says why."""


@dataclass(frozen=True)
class Words:
    """What is said of a photograph, and whether those on it agreed to its being shown."""

    caption_ja: str = ""
    caption_en: str = ""
    alt_ja: str = ""
    alt_en: str = ""
    has_consent: bool = False


@transaction.atomic
def add_photo(*, session: Session, name: str, content: bytes, words: Words, actor) -> Photo:
    """Draw a photograph anew, without what the camera wrote into it, and keep that. The original is not kept.

    Raises PermissionDenied, PhotoRefused, and FileRefused.
    """
    locked = Session.objects.select_for_update().get(pk=session.pk)
    if not permissions.can_plan(actor, locked):
        raise PermissionDenied
    known = Photo.objects.filter(session=locked)
    if known.count() >= MOST_PHOTOS:
        raise PhotoRefused(_("A session keeps %(count)s photographs at most.") % {"count": MOST_PHOTOS})
    try:
        picture = redraw(content)
    except PictureRefused as refused:
        raise PhotoRefused(str(_REFUSALS[refused.code])) from None
    stored = store_file(
        name=f"{PurePath(name).stem}.jpg", content=picture.content, actor=actor, programme_id=locked.programme_id
    )
    photo = Photo(
        session=locked,
        programme_id=locked.programme_id,
        order=(known.aggregate(last=Max("order"))["last"] or 0) + 1,
        file=stored,
        width=picture.width,
        height=picture.height,
        **vars(words),
    )
    photo.save(force_insert=True)
    _log("photo.added", photo, actor)
    return photo


@transaction.atomic
def change_photo(*, photo: Photo, words: Words, actor) -> None:
    """Say something else of a photograph; without consent it is shown no more. Raises PermissionDenied."""
    photo = _held(photo, actor)
    for name, value in vars(words).items():
        setattr(photo, name, value)
    photo.save(update_fields=list(vars(words)))
    _log("photo.changed", photo, actor)


@transaction.atomic
def remove_photo(*, photo: Photo, actor) -> None:
    """Take a photograph away, for good: its file too, from the disk by the clock. Raises PermissionDenied."""
    photo = _held(photo, actor)
    _log("photo.removed", photo, actor)
    photo.delete()
    forget_files([photo.file_id])


def _held(photo: Photo, actor) -> Photo:
    if not permissions.can_plan(actor, photo.session):
        raise PermissionDenied
    return Photo.objects.select_for_update().get(pk=photo.pk)


def _log(verb: str, photo: Photo, actor) -> None:
    audit.log(
        actor=actor, verb=verb, obj=photo, programme_id=photo.programme_id, detail={"has_consent": photo.has_consent}
    )
