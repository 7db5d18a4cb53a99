"""Materials of a session: files that are what their names say, links and recordings, each from a day on."""

import io
import zipfile
from dataclasses import dataclass
from datetime import date
from pathlib import PurePath

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from audit import services as audit
from common.archives import ZIP_MAGICS, ArchiveLimits, FileRefused, check_entries
from jobs.services import MAX_FILE_BYTES, forget_files, store_file
from programmes import permissions
from programmes.enums import MaterialKind
from programmes.models import Material, Session

FILE_KINDS = (".pdf", ".pptx", ".docx", ".xlsx", ".jpg", ".png", ".txt", ".csv")
MOST_BYTES = MAX_FILE_BYTES
MOST_MATERIALS = 60
# What may be in an Office document: presentations full of pictures hardly shrink, and nothing may swell without bound.
ARCHIVE = ArchiveLimits(entries=3_000, unpacked_bytes=256 * 1024 * 1024, ratio=200, ratio_from_bytes=1024 * 1024)
_BEGINNINGS = {".pdf": b"%PDF-", ".png": b"\x89PNG\r\n\x1a\n", ".jpg": b"\xff\xd8\xff"}
_FOLDERS = {".docx": "word/", ".xlsx": "xl/", ".pptx": "ppt/"}


class MaterialRefused(Exception):
    """The material is not kept; the message says why."""


@dataclass(frozen=True)
class Words:
    """What is said of a material, and from which day everybody sees it."""

    title_ja: str = ""
    title_en: str = ""
    visible_from: date | None = None


def check_file(name: str, content: bytes) -> None:
    """Raise MaterialRefused for a file that is not what the ending of its name says, or has what runs by itself."""
    suffix = PurePath(name).suffix.lower()
    if not _is_what_it_says(suffix, content):
        raise MaterialRefused(_("What is in this file is not what its name says (%(kind)s).") % {"kind": suffix})


def _is_what_it_says(suffix: str, content: bytes) -> bool:
    if suffix in _BEGINNINGS:
        return content.startswith(_BEGINNINGS[suffix])
    if suffix in _FOLDERS:
        return _is_office(content, _FOLDERS[suffix])
    return suffix in (".txt", ".csv") and _is_text(content)


def _is_office(content: bytes, folder: str) -> bool:
    if not content.startswith(ZIP_MAGICS):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            check_entries(archive.infolist(), ARCHIVE)
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return False
    except FileRefused:
        raise MaterialRefused(
            _("This file holds more than a document does, or is protected by a password. Save it again without that.")
        ) from None
    if any("vbaproject" in name.lower() for name in names):
        raise MaterialRefused(_("This file contains macros. Save it without them."))
    return any(name.startswith(folder) for name in names)


def _is_text(content: bytes) -> bool:
    if b"\x00" in content:
        return False
    for encoding in ("utf-8-sig", "cp932"):
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False


@transaction.atomic
def add_material(
    *, session: Session, kind: MaterialKind, words: Words, actor, url: str = "", file: tuple[str, bytes] | None = None
) -> Material:
    """Add a file (name and bytes) or an address. Raises PermissionDenied, MaterialRefused, and FileRefused of jobs."""
    locked = Session.objects.select_for_update().get(pk=session.pk)
    if not permissions.can_plan(actor, locked):
        raise PermissionDenied
    known = Material.objects.filter(session=locked)
    if known.count() >= MOST_MATERIALS:
        raise MaterialRefused(_("A session keeps %(count)s materials at most.") % {"count": MOST_MATERIALS})
    stored = None
    if file:
        name, content = file
        check_file(name, content)
        stored = store_file(name=name, content=content, actor=actor, programme_id=locked.programme_id)
    material = Material(
        session=locked,
        programme_id=locked.programme_id,
        order=(known.aggregate(last=Max("order"))["last"] or 0) + 1,
        kind=kind,
        url=url,
        file=stored,
        **vars(words),
    )
    material.save(force_insert=True)
    _log("material.added", material, actor)
    return material


@transaction.atomic
def change_material(*, material: Material, words: Words, actor, url: str = "") -> None:
    """Change what is said of a material, and where a link leads; a file stays the file. Raises PermissionDenied."""
    material = _held(material, actor)
    for name, value in vars(words).items():
        setattr(material, name, value)
    if material.kind != MaterialKind.FILE:
        material.url = url
    material.save(update_fields=[*vars(words), "url"])
    _log("material.changed", material, actor)


@transaction.atomic
def remove_material(*, material: Material, actor) -> None:
    """Take a material away from everybody: its file too, from the disk by the clock. Raises PermissionDenied."""
    material = _held(material, actor)
    _log("material.removed", material, actor)
    material.delete()
    forget_files([material.file_id])


def _held(material: Material, actor) -> Material:
    if not permissions.can_plan(actor, material.session):
        raise PermissionDenied
    return Material.objects.select_for_update().get(pk=material.pk)


def _log(verb: str, material: Material, actor) -> None:
    audit.log(actor=actor, verb=verb, obj=material, programme_id=material.programme_id, detail={"kind": material.kind})
