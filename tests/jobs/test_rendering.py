"""What a document may reach, what it is made of, and what stops it."""

import contextlib
import gc
import http.server
import io
import logging
import threading

import pikepdf
import pytest
from pypdf import PdfReader

from jobs import rendering
from jobs.rendering import BlockedAddress, RenderingError, RenderingTooLong, render_pdf

PAGE = '<!doctype html><html lang="ja"><title>試験</title><body>{}</body></html>'
FONT = f'body {{ font-family: "{rendering.FONT_FAMILY}" }}'
GLYPHS = "髙﨑①㈱㎡♦◆●－〜"


@pytest.fixture
def listener():
    """A local web server that writes down whatever is asked of it."""
    asked = []

    class Ear(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Ear)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


def text_of(pdf: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


@pytest.mark.parametrize(
    "fragment",
    [
        '<img alt="x" src="{address}/image.png">',
        '<link rel="stylesheet" href="{address}/style.css">',
        '<link rel="attachment" href="{address}/file.txt">',
        '<a rel="attachment" href="{address}/file.txt">x</a>',
        "<style>@import url({address}/imported.css);</style>",
        "<style>@font-face {{ font-family: f; src: url({address}/f.otf) }} p {{ font-family: f }}</style><p>x</p>",
        '<p style="background: url({address}/background.png)">x</p>',
        "<style>li {{ list-style-image: url({address}/bullet.png) }}</style><ul><li>x</ul>",
        "<style>p::before {{ content: url({address}/content.png) }}</style><p>x</p>",
        '<object data="{address}/object.svg"></object>',
        '<embed src="{address}/embedded.svg">',
    ],
)
@pytest.mark.parametrize("kind", ["http", "file", "data", "asset"])
def test_nothing_but_an_asset_is_fetched(listener, tmp_path, fragment, kind):
    server, asked = listener
    (tmp_path / "image.png").write_bytes(b"secret")
    address = {"http": server, "file": tmp_path.as_uri(), "data": "data:text/plain,x", "asset": "asset:unknown"}[kind]
    with pytest.raises(BlockedAddress):
        render_pdf(PAGE.format(fragment.format(address=address)), stylesheets=[FONT])
    assert asked == []


def test_a_stylesheet_of_ours_cannot_import_either(listener):
    server, asked = listener
    with pytest.raises(BlockedAddress):
        render_pdf(PAGE.format("x"), stylesheets=[f"@import url({server}/x.css);"])
    assert asked == []


@pytest.mark.parametrize("inner", ['<image href="{}/x.png" width="9" height="9"/>', '<use href="{}/x.svg#a"/>'])
def test_a_drawing_reaches_nothing_either(listener, inner):
    server, asked = listener
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">{inner.format(server)}</svg>'.encode()
    # Stopping is as good as drawing nothing; what counts is that nobody was asked.
    with contextlib.suppress(BlockedAddress):
        render_pdf(PAGE.format('<img alt="x" src="asset:a.svg">'), assets={"a.svg": (svg, "image/svg+xml")})
    assert asked == []


def test_a_relative_address_is_no_file_of_ours(tmp_path, monkeypatch):
    (tmp_path / "note.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"><text y="9">secret</text></svg>')
    monkeypatch.chdir(tmp_path)
    assert "secret" not in text_of(render_pdf(PAGE.format('<img alt="" src="note.svg">'), stylesheets=[FONT]))


def test_an_asset_is_drawn_and_the_same_input_gives_the_same_bytes():
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="30"><text y="20">図</text></svg>'.encode()
    page = PAGE.format('<h1>本文</h1><img alt="図の説明" src="asset:a.svg">')
    first, second = (
        render_pdf(page, stylesheets=[FONT], assets={"a.svg": (svg, "image/svg+xml")}) for _attempt in range(2)
    )
    assert first == second
    assert {"図", "本文"} <= set(text_of(first).split())


def test_the_file_is_tagged_and_says_its_language_and_title():
    with pikepdf.open(io.BytesIO(render_pdf(PAGE.format("<h1>見出し</h1><p>本文"), stylesheets=[FONT]))) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert "/K" in pdf.Root.StructTreeRoot
        assert str(pdf.Root.Lang) == "ja"
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        with pdf.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
            assert metadata["dc:title"] == "試験"


@pytest.mark.parametrize("page", ["<html><title>x</title>x", "<html lang=ja>x"])
def test_a_page_without_language_or_title_is_refused(page):
    with pytest.raises(RenderingError):
        render_pdf(page)


def test_rare_characters_of_names_have_glyphs_in_an_embedded_font():
    pdf = render_pdf(PAGE.format(f"<p>{GLYPHS}</p><p><b>{GLYPHS}</b></p>"), stylesheets=[FONT])
    assert text_of(pdf).count(GLYPHS) == 2
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        fonts = list(opened.pages[0].Resources.Font.values())
        assert len(fonts) == 2
        for font in fonts:
            descriptor = font.DescendantFonts[0].FontDescriptor
            assert "/FontFile3" in descriptor
            # 0 is the glyph of a missing character.
            assert 0 not in [int(width) for width in font.DescendantFonts[0].W if not isinstance(width, pikepdf.Array)]


def test_fonts_of_the_machine_are_never_used():
    pdf = render_pdf(PAGE.format('<p style="font-family: DejaVu Sans, serif">abc</p>'))
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        names = [str(font.BaseFont) for font in opened.pages[0].Resources.Font.values()]
    assert [name.split("+")[1] for name in names] == ["Noto-Sans-CJK-JP"]


def test_progress_tells_every_phase_and_page():
    seen = []
    render_pdf(
        PAGE.format('<p>1</p><p style="break-before: page">2</p>'),
        stylesheets=[FONT],
        progress=lambda phase, page: seen.append((phase, page)),
    )
    assert seen == [("parsing", 0), ("layout", 1), ("layout", 2), ("writing", 0)]


# The kernel says it every second. The first time it may meet a callback (Hypothesis has one at each collection of
# garbage) from which Python lets no exception out.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_document_that_burns_the_processor_is_stopped(monkeypatch):
    nested = '<div style="display:flex">' * 25 + "x" + "</div>" * 25
    with monkeypatch.context() as little:
        little.setattr(rendering, "CPU_SECONDS", 2)
        with pytest.raises((RenderingTooLong, RenderingError)):
            render_pdf(PAGE.format(nested + "<p>x</p>" * 60000))
    # What is small is drawn again, however slow the machine.
    assert render_pdf(PAGE.format("x"), stylesheets=[FONT]).startswith(b"%PDF")


def test_telling_progress_leaves_the_log_as_it_was():
    logger = logging.getLogger("weasyprint.progress")
    before = logger.isEnabledFor(logging.INFO), logger.propagate, list(logger.handlers)
    render_pdf(PAGE.format("x"), stylesheets=[FONT], progress=lambda phase, page: None)
    assert (logger.isEnabledFor(logging.INFO), logger.propagate, list(logger.handlers)) == before


@pytest.mark.parametrize(("allowed", "left"), [(-(2**60), 0), (2**60, 3)])
def test_what_documents_leave_behind_is_collected_once_it_is_much(monkeypatch, allowed, left):
    from weasyprint.text.fonts import FontConfiguration

    render_pdf(PAGE.format("前"))
    gc.collect()
    before = _living(FontConfiguration)
    monkeypatch.setattr(rendering, "GARBAGE_BYTES", allowed)
    gc.disable()
    try:
        for number in range(3):
            render_pdf(PAGE.format(number))
        assert _living(FontConfiguration) - before == left
    finally:
        gc.enable()


def _living(kind):
    return sum(type(thing) is kind for thing in gc.get_objects())
