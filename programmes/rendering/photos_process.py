"""Draws one photograph anew, as a process of its own: `python photos_process.py < picture > redrawn`.

Decoding is where a hostile picture does its work, so it is done where nothing is lost: this process knows no secret, has no
database, may use a bounded memory and a bounded time, and may write no file. It answers with a line of JSON, the size of the
picture or why it is refused, and then the bytes of a JPEG. Nothing of the original's metadata (EXIF with the place, XMP,
comments, colour profile, thumbnails) is carried over: only the pixels are, turned as the camera said and in sRGB.

Knows neither Django nor the portal.
"""

import contextlib
import io
import json
import resource
import sys
import warnings

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

LONG_SIDE = 2000
MOST_PIXELS = 40_000_000
MEMORY_BYTES = 1024**3
CPU_SECONDS = 20
QUALITY = 85


class Refused(Exception):
    """`code` is `kind`, `bomb`, `animated` or `damaged`."""

    def __init__(self, code: str):
        super().__init__(code)
        self.code = code


def limit() -> None:
    """Give up what decoding does not need. Past the limits the process ends, and with it the attempt."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)


def redraw(content: bytes) -> tuple[Image.Image, bytes]:
    """Return the picture with its long side within LONG_SIDE, and its bytes as a JPEG. Raises Refused."""
    picture = _opened(content)
    try:
        profile = picture.info.get("icc_profile")
        picture = ImageOps.exif_transpose(picture)
        picture = _in_srgb(_opaque(picture), profile)
        picture.thumbnail((LONG_SIDE, LONG_SIDE), Image.Resampling.LANCZOS)
    except (OSError, ValueError, SyntaxError, MemoryError):
        raise Refused("damaged") from None
    # Into a new picture: no metadata can come along.
    bare = Image.new("RGB", picture.size)
    bare.paste(picture)
    drawn = io.BytesIO()
    bare.save(drawn, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return bare, drawn.getvalue()


def _opened(content: bytes) -> Image.Image:
    try:
        picture = Image.open(io.BytesIO(content), formats=("JPEG", "PNG"))
    except UnidentifiedImageError:
        raise Refused("kind") from None
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise Refused("bomb") from None
    except (OSError, ValueError, SyntaxError):
        raise Refused("damaged") from None
    if picture.format == "PNG" and getattr(picture, "is_animated", False):
        raise Refused("animated")
    return picture


def _opaque(picture: Image.Image) -> Image.Image:
    """Put what is transparent on white, as on the page."""
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        picture = picture.convert("RGBA")
        white = Image.new("RGB", picture.size, "white")
        white.paste(picture, mask=picture.getchannel("A"))
        return white
    return picture if picture.mode in ("RGB", "CMYK", "L") else picture.convert("RGB")


def _in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    if profile and picture.mode in ("RGB", "CMYK", "L"):
        with contextlib.suppress(ImageCms.PyCMSError, OSError, ValueError):
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            target = ImageCms.createProfile("sRGB")
            return ImageCms.profileToProfile(picture, source, target, outputMode="RGB") or picture
    return picture.convert("RGB")


def main() -> None:
    limit()
    answer, drawn = {}, b""
    try:
        picture, drawn = redraw(sys.stdin.buffer.read())
        answer = {"width": picture.width, "height": picture.height}
    except Refused as refused:
        answer = {"refused": refused.code}
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + drawn)


if __name__ == "__main__":
    main()
