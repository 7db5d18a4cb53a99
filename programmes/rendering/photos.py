"""Photographs of a session: drawn anew before they are kept, and prepared for the page."""

import json
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django.urls import reverse

from common.models import fallback_language, in_language
from programmes.models import Photo, Session

PROCESS = Path(__file__).with_name("photos_process.py")
PATIENCE = 30
"""Seconds that a request waits. An honest picture of 40 million pixels takes two; the process' own limits are tighter."""


class PictureRefused(Exception):
    """`code` is `kind`, `bomb`, `animated`, `damaged`, or `too_much` where the process met its limits."""

    def __init__(self, code: str):
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Picture:
    """A JPEG that the portal drew, with its size in pixels."""

    content: bytes
    width: int
    height: int


def redraw(content: bytes) -> Picture:
    """Return the picture drawn anew in a process of its own (see `photos_process`). Raises PictureRefused."""
    try:
        done = subprocess.run(  # noqa: S603 - our own program and no argument
            [sys.executable, "-I", str(PROCESS)],
            input=content,
            capture_output=True,
            timeout=PATIENCE,
            check=False,
            env={},
        )
    except subprocess.TimeoutExpired:
        raise PictureRefused("too_much") from None
    line, _, drawn = done.stdout.partition(b"\n")
    if done.returncode or not line:
        raise PictureRefused("too_much")
    answer = json.loads(line)
    if "refused" in answer:
        raise PictureRefused(answer["refused"])
    return Picture(drawn, answer["width"], answer["height"])


@dataclass(frozen=True)
class Shot:
    """A photograph on a page."""

    url: str
    width: int
    height: int
    alt: str
    caption: str
    language: str  # of the caption, where it is not the page's; else empty
    has_consent: bool
    edit_url: str


def shots(photos: Iterable[Photo], session: Session) -> list[Shot]:
    return [_shot(photo, session) for photo in photos]


def _shot(photo: Photo, session: Session) -> Shot:
    address = [session.programme_id, session.pk, photo.pk]
    return Shot(
        url=reverse("programmes:photo", args=address),
        width=photo.width,
        height=photo.height,
        alt=in_language(photo, "alt"),
        caption=in_language(photo, "caption"),
        language=fallback_language(photo, "caption"),
        has_consent=photo.has_consent,
        edit_url=reverse("programmes:edit_photo", args=address),
    )
