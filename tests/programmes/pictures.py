"""A corpus of pictures, honest and hostile, made here."""

import io
import struct
import zlib

from PIL import Image, ImageCms


def jpeg(size=(640, 480), colour="teal", **options) -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", size, colour).save(drawn, "JPEG", **options)
    return drawn.getvalue()


def png(size=(640, 480), mode="RGB", colour="teal", **options) -> bytes:
    drawn = io.BytesIO()
    Image.new(mode, size, colour).save(drawn, "PNG", **options)
    return drawn.getvalue()


def from_a_telephone() -> bytes:
    """A picture that lies on its side, red at what is its top, with place, camera, a comment and a colour profile."""
    picture = Image.new("RGB", (400, 200), "white")
    picture.paste("red", (0, 0, 100, 200))
    exif = Image.Exif()
    exif[0x0112] = 6  # turned a quarter to the left: what is left goes up
    exif[0x010F], exif[0x0110] = "SECRETCAM", "Model 1"
    exif.get_ifd(0x8825).update({1: "N", 2: (35.0, 40.0, 52.0), 3: "E", 4: (139.0, 45.0, 59.0)})
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    drawn = io.BytesIO()
    picture.save(drawn, "JPEG", exif=exif, comment=b"SECRETWORDS", icc_profile=profile, quality=95)
    return drawn.getvalue()


def bomb(width=30_000, height=30_000) -> bytes:
    """A few kilobytes that say they are 900 million pixels, and would be."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    packer = zlib.compressobj(9)
    row = b"\x00" + bytes((width + 7) // 8)
    packed = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def animated_png() -> bytes:
    frames = [Image.new("RGB", (40, 40), colour) for colour in ("red", "blue")]
    drawn = io.BytesIO()
    frames[0].save(drawn, "PNG", save_all=True, append_images=frames[1:])
    return drawn.getvalue()


def gif() -> bytes:
    frames = [Image.new("P", (40, 40), colour) for colour in (1, 2)]
    drawn = io.BytesIO()
    frames[0].save(drawn, "GIF", save_all=True, append_images=frames[1:])
    return drawn.getvalue()


def tiff() -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", (40, 40)).save(drawn, "TIFF")
    return drawn.getvalue()


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n/x { (secret) (r) file } def\nshowpage\n"
