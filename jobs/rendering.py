"""HTML to PDF: the one module that may touch WeasyPrint, and only when something is rendered.

WeasyPrint, Pango and two fonts of 16 MB each cost a process some 100 MB, so nothing here is imported before the first
rendering, and only workers and commands render. A document sees nothing but the assets handed over with it: no
network, no file, no `data:` address, and no font of the machine, so that a page looks the same everywhere.
"""

import contextlib
import gc
import hashlib
import importlib.util
import logging
import os
import resource
import signal
import tempfile
import threading
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

from django.conf import settings

FONT_FAMILY = "Noto Sans CJK JP"
FONT_PACKAGES = ("noto_cjk_sans_jp_regular", "noto_cjk_sans_jp_bold")
VARIANT = "pdf/ua-1"

CPU_SECONDS = 120
"""What one document may burn. An honest one of 70 pages needs three; the worker's hard time limit lies above this."""
MEMORY_BYTES = 1536 * 1024 * 1024
"""What one document may add to the memory of its process. An honest one of 70 pages adds about 140 MB."""
GARBAGE_BYTES = 128 * 1024 * 1024
"""By how much documents may let the memory of their process grow before what they left behind is collected."""

Asset = tuple[bytes, str]
"""Content and media type, as in `(b"<svg …>", "image/svg+xml")`."""
Progress = Callable[[str, int], None]
"""Called with a phase (`parsing`, `layout`, `writing`) and, during layout, the number of the page being laid out."""

PHASES = ("parsing", "layout", "writing")

_lock = threading.Lock()


class RenderingError(Exception):
    """The document cannot become a PDF; trying the same again would not help."""


class BlockedAddress(RenderingError):
    """The document asked for an address that is not one of its assets: a mistake of ours, or an attack."""


class RenderingTooLong(RenderingError):
    """The document used up the processor time that one document may have."""


def render_pdf(
    html: str,
    *,
    stylesheets: Sequence[str] = (),
    assets: Mapping[str, Asset] | None = None,
    progress: Progress | None = None,
) -> bytes:
    """Return `html` as a tagged PDF, written as PDF/UA-1, with its fonts embedded.

    `html` is a whole document with `<html lang>` and `<title>`; `stylesheets` are texts of CSS; `assets` are what
    `asset:NAME` in either of them stands for. The same input gives the same bytes. Raises `BlockedAddress` when
    anything but an asset is asked for, `RenderingTooLong` past `CPU_SECONDS`, `MemoryError` past `MEMORY_BYTES`, and
    `RenderingError` for a document without a language or a title, without which a reader cannot announce it.
    """
    assets = dict(assets or {})
    # Fontconfig's settings and WeasyPrint's progress log belong to the process, hence one document at a time.
    with _lock:
        try:
            with _own_fonts(), _limits(), _reported(progress):
                return _written(html, list(stylesheets), assets)
        finally:
            _garbage.collect()


def _written(html: str, stylesheets: list[str], assets: dict[str, Asset]) -> bytes:
    import weasyprint
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import FatalURLFetchingError

    fetcher = _assets_only(assets)
    fonts = FontConfiguration()
    options = {"pdf_variant": VARIANT, "pdf_tags": True, "pdf_identifier": _identifier(html, stylesheets, assets)}
    try:
        styles = [weasyprint.CSS(string=text, url_fetcher=fetcher, font_config=fonts) for text in stylesheets]
        source = weasyprint.HTML(string=html, url_fetcher=fetcher)
        document = source.render(font_config=fonts, stylesheets=styles, **options)
        if not document.metadata.lang or not document.metadata.title:
            raise RenderingError("A document needs a language and a title.")
        return document.write_pdf(**options)
    except FatalURLFetchingError as error:
        raise BlockedAddress(str(error)) from None
    except RecursionError:
        raise RenderingError("The document is nested too deeply.") from None


def _identifier(html: str, stylesheets: list[str], assets: dict[str, Asset]) -> bytes:
    """Return the file's identifier, made from its content so that the same content gives the same bytes."""
    digest = hashlib.sha256(html.encode())
    for text in stylesheets:
        digest.update(b"\0" + text.encode())
    for name, (content, kind) in sorted(assets.items()):
        digest.update(f"\0{name}\0{kind}\0".encode() + content)
    return digest.hexdigest()[:32].encode()


def _assets_only(assets: dict[str, Asset]):
    """Return a fetcher that serves `assets` and stops the rendering at any other address.

    It never opens anything, so it has no use for the handlers that WeasyPrint's own fetcher brings for http and file.
    """
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    class AssetsOnly(URLFetcher):
        def fetch(self, url, headers=None):
            name = url.removeprefix("asset:")
            if name == url or name not in assets:
                raise FatalURLFetchingError(f"Not an asset of this document: {url[:200]}")
            content, kind = assets[name]
            return URLFetcherResponse(url, content, {"Content-Type": kind})

    return AssetsOnly(allowed_protocols=("asset",), allow_redirects=False)


# --- Fonts --------------------------------------------------------------------------------------------------------


def font_files() -> list[Path]:
    """Return the font files that documents are set in, from the packages that ship them."""
    files = []
    for package in FONT_PACKAGES:
        spec = importlib.util.find_spec(package)
        if spec is None or spec.origin is None:
            raise RenderingError(f"The font package {package} is not installed.")
        files += sorted(Path(spec.origin).parent.glob("*.otf"))
    return files


@cache
def drawn_characters() -> frozenset[int]:
    """Return the code points that our fonts can draw. Others would become boxes that say nothing and cannot be copied."""
    from fontTools.ttLib import TTFont

    known = []
    for path in font_files():
        with TTFont(path, lazy=True) as font:
            known.append(frozenset(font.getBestCmap()))
    return frozenset.intersection(*known)


MISSING = "〓"


def drawable(text: str) -> str:
    """Return the text with 〓, as Japanese printers do, for each character that our fonts do not have.

    Marks and selectors that stand on or behind another character are left to it: 葛󠄀.
    """
    text, known = printable(text), drawn_characters()
    if all(ord(char) in known for char in text):
        return text
    return "".join(char if ord(char) in known or char in "\n\t" or _leans(char) else MISSING for char in text)


def _leans(char: str) -> bool:
    return unicodedata.category(char) in ("Mn", "Me", "Cf")


def printable(text: str) -> str:
    """Return the text with what no page or file can hold made visible: control characters as pictures (␀), others as �.

    Line ends become one kind; tabs stay.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text if text.isprintable() else "".join(map(_printable, text))


def _printable(char: str) -> str:
    code = ord(char)
    if char in "\t\n" or 0x20 <= code < 0x7F:
        return char
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    return "\ufffd" if 0xD800 <= code <= 0xDFFF or code in (0xFFFE, 0xFFFF) else char


@contextlib.contextmanager
def _own_fonts() -> Iterator[None]:
    """Let fontconfig see our fonts and no others: a machine's fonts would change line breaks, or draw boxes."""
    before = os.environ.get("FONTCONFIG_FILE")
    os.environ["FONTCONFIG_FILE"] = str(_font_settings())
    try:
        yield
    finally:
        if before is None:
            del os.environ["FONTCONFIG_FILE"]
        else:
            os.environ["FONTCONFIG_FILE"] = before


def _font_settings() -> Path:
    """Write fontconfig's settings, when they are not there yet, and return their path."""
    folder = _private_folder()
    folders = "".join(f"<dir>{escape(str(path.parent))}</dir>" for path in font_files())
    text = (
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">'
        f"<fontconfig>{folders}<cachedir>{escape(str(folder / 'cache'))}</cachedir></fontconfig>\n"
    )
    path = folder / f"fonts-{hashlib.sha256(text.encode()).hexdigest()[:16]}.conf"
    if not path.exists():
        with tempfile.NamedTemporaryFile("w", dir=folder, delete=False) as draft:
            draft.write(text)
        os.replace(draft.name, path)
    return path


def _private_folder() -> Path:
    """Return the folder for fontconfig's settings and cache: the portal's own, or a temporary one when that is read-only."""
    folder = Path(settings.VAR_DIR) / "fonts"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.access(folder, os.W_OK):
            return folder
    except OSError:
        pass
    folder = Path(tempfile.gettempdir()) / f"portal-fonts-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.getuid():
        raise RenderingError(f"The folder for fonts belongs to someone else: {folder}")
    return folder


# --- Limits and progress ---------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _limits() -> Iterator[None]:
    """Bound processor time and memory while a document is rendered, and give both back afterwards.

    Signals reach the main thread only, which is where Celery's children and commands run; elsewhere the worker's own
    time limit is what remains.
    """
    with contextlib.ExitStack() as stack:
        stack.enter_context(_soft_limit(resource.RLIMIT_AS, _address_space() + MEMORY_BYTES))
        if threading.current_thread() is threading.main_thread():
            stack.callback(signal.signal, signal.SIGXCPU, signal.signal(signal.SIGXCPU, _too_long))
            used = resource.getrusage(resource.RUSAGE_SELF)
            stack.enter_context(_soft_limit(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + CPU_SECONDS))
        yield


@contextlib.contextmanager
def _soft_limit(which: int, value: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(which)
    ceilings = [limit for limit in (value, soft, hard) if limit != resource.RLIM_INFINITY]
    resource.setrlimit(which, (min(ceilings), hard))
    try:
        yield
    finally:
        resource.setrlimit(which, (soft, hard))


class _Garbage:
    """What finished documents left behind; collected once it has become much.

    A document holds its fonts in reference cycles. Python's collector counts objects, not bytes, and lets hundreds of
    documents pass before it looks at the oldest: a hundred of one page each had grown a process by 600 MB. Collecting
    after every one would cost nearly as much time as drawing it.
    """

    def __init__(self):
        self.resident_without: int | None = None

    def collect(self) -> None:
        resident = _memory(field=1)
        if self.resident_without is None:
            self.resident_without = resident
        elif resident - self.resident_without > GARBAGE_BYTES:
            gc.collect()
            self.resident_without = _memory(field=1)


_garbage = _Garbage()


def _address_space() -> int:
    """Return the bytes of address space in use; 4 GB where the kernel does not say."""
    return _memory(field=0) or 4 * 1024**3


def _memory(*, field: int) -> int:
    """Return the bytes that the kernel (Linux) counts: 0 is the address space, 1 what is resident. 0 if it says nothing."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[field])
    except (OSError, ValueError):
        return 0
    return pages * resource.getpagesize()


def _too_long(signum, frame) -> None:
    raise RenderingTooLong(f"The document took more than {CPU_SECONDS} seconds of processor time.")


class _Steps(logging.Handler):
    """Turn WeasyPrint's progress log into calls of `progress`."""

    def __init__(self, progress: Progress):
        super().__init__(logging.INFO)
        self.progress = progress

    def emit(self, record: logging.LogRecord) -> None:
        step = record.msg[:6]
        if step == "Step 1":
            self.progress("parsing", 0)
        elif step == "Step 5" and record.args:
            self.progress("layout", int(record.args[0]))
        elif step == "Step 6":
            self.progress("writing", 0)


@contextlib.contextmanager
def _reported(progress: Progress | None) -> Iterator[None]:
    if progress is None:
        yield
        return
    logger = logging.getLogger("weasyprint.progress")
    before = logger.level, logger.propagate
    handler = _Steps(progress)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before[0])
        logger.propagate = before[1]
