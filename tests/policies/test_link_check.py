"""The one place that fetches what somebody typed: where it never goes, what it finds, and when it gives up."""

import gzip
import os
import socket
import subprocess
import sys
import time

import pytest
from django.conf import settings
from django.test import override_settings

from policies.delivery import FetchFailed, check_address, fetch, fetching
from policies.enums import LinkReason, LinkState
from policies.validators import is_top_page
from tests.policies.sites import certificate, html, redirect, running

NAMES = ["株式会社スプーン", "Spoon Co., Ltd."]
POLICY = html("<title>人権方針</title><h1>人権方針</h1><p>株式会社スプーンは人権を尊重します。</p>")


def nobody_asks(host, port):
    raise AssertionError(f"{host} was looked up")


def leads_to(*addresses):
    """A name server that gives every name these addresses, and counts how often it was asked."""

    def resolver(host, port):
        resolver.asked.append(host)
        return list(addresses)

    resolver.asked = []
    return resolver


# --- Where it never goes ---------------------------------------------------------------------------------------------------

PRIVATE = [
    "127.0.0.1", "127.8.8.8", "0.0.0.0",  # noqa: S104 - none is bound to
    "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.0.1", "169.254.169.254",
    "100.64.0.1", "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "192.88.99.1", "224.0.0.1",
    "239.255.255.255", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:93.184.216.34", "fe80::1", "fe80::1%eth0",
    "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::",
    "64:ff9b::7f00:1", "64:ff9b:1::1",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_a_name_that_leads_into_a_private_network_is_refused(address):
    with pytest.raises(FetchFailed) as failed:
        fetch("http://www.example.co.jp/policy", resolver=leads_to(address))
    assert (failed.value.reason, failed.value.is_refused) == (LinkReason.PLACE, True)


@pytest.mark.parametrize("address", ["93.184.216.34", "8.8.8.8", "2606:4700:4700::1111", "2001:4860:4860::8888"])
def test_addresses_of_the_open_internet_are_allowed(address):
    assert fetching.is_public(address)


def test_one_private_address_among_public_ones_refuses_them_all():
    with pytest.raises(FetchFailed) as failed:
        fetch("http://www.example.co.jp/policy", resolver=leads_to("93.184.216.34", "10.0.0.1"))
    assert failed.value.is_refused


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/policy",
        "http://2130706433/policy",
        "http://0177.0.0.1/policy",
        "http://0x7f.0.0.1/policy",
        "http://0x7f000001/policy",
        "http://127.1/policy",
        "http://[::1]/policy",
        "http://[::ffff:127.0.0.1]/policy",
        "http://[fe80::1%25eth0]/policy",
        "http://93.184.216.34/policy",
        "http://localhost/policy",
        "http://redis/policy",
        "http://database.internal/policy",
        "http://printer.local/policy",
        "http://service.localhost/policy",
        "http://１２７.0.0.1/policy",
        "http://127。0。0。1/policy",
        "http://①②⑦.0.0.1/policy",
        "http://www.example.co.jp:8080/policy",
        "https://www.example.co.jp:80/policy",
        "http://www.example.co.jp:443/policy",
        "http://user@www.example.co.jp/policy",
        "http://user:pass@www.example.co.jp/policy",
        "http://www.example.co.jp\\@127.0.0.1/policy",
        "ftp://www.example.co.jp/policy",
        "file:///etc/passwd",
        "gopher://www.example.co.jp/",
        "//www.example.co.jp/policy",
        "javascript:alert(1)",
        "http:///policy",
        "http://www.example.co.jp/po licy",
        "http://www.example.co.jp/\r\nX-Evil: 1",
        "http://www.example..co.jp/policy",
        "http://" + "a" * 600 + ".example.co.jp/",
        "http://www.example.co.jp:99999/policy",
        "http://[::1/policy",
        "",
    ],
)
def test_what_is_no_address_of_a_public_page_is_refused_before_anything_is_looked_up(address):
    result = check_address(address, names=NAMES, resolver=nobody_asks)
    assert (result.state, result.reason) == (LinkState.REFUSED, LinkReason.SHAPE)


def test_a_name_that_answers_differently_the_second_time_changes_nothing():
    """DNS rebinding: the address that was checked is the one that is connected to, and nobody asks again."""
    asked = []

    def turning(host, port):
        asked.append(host)
        return ["93.184.216.34"] if len(asked) == 1 else ["127.0.0.1"]

    connected = []

    def no_line(place, timeout, **kwargs):
        connected.append(place)
        raise ConnectionRefusedError

    original, socket.create_connection = socket.create_connection, no_line
    try:
        with pytest.raises(FetchFailed) as failed:
            fetch("http://www.example.co.jp/policy", resolver=turning)
    finally:
        socket.create_connection = original
    assert failed.value.reason == LinkReason.CONNECTION
    assert (asked, connected) == (["www.example.co.jp"], [("93.184.216.34", 80)])


@pytest.mark.parametrize(
    ("to", "reason"),
    [
        ("http://127.0.0.1/", LinkReason.SHAPE),
        ("http://2130706433/", LinkReason.SHAPE),
        ("http://[::1]/", LinkReason.SHAPE),
        ("http://metadata.example.com/latest", LinkReason.PLACE),
        ("//metadata.example.com/latest", LinkReason.PLACE),
        ("file:///etc/passwd", LinkReason.SHAPE),
        ("http://policy.example.test:6379/", LinkReason.SHAPE),
    ],
)
def test_a_page_that_sends_on_into_a_private_network_is_not_followed(to, reason):
    with site({"/policy": redirect(to)}) as local:
        result = check_address("http://policy.example.test/policy", names=NAMES, resolver=leads_to("169.254.169.254"))
    assert (result.state, result.reason) == (LinkState.REFUSED, reason)
    assert [path for path, _ in local.asked] == ["/policy"]


def test_made_up_names_are_refused_outside_of_tests_and_demos():
    with site({"/policy": POLICY}), override_settings(DEVELOPMENT=False):
        assert fetching.test_hosts() == {}
        with pytest.raises(FetchFailed) as failed:
            fetch("http://policy.example.test/policy", resolver=leads_to("127.0.0.1"))
    assert failed.value.is_refused


def test_production_does_not_start_with_made_up_names():
    environment = {
        **os.environ,
        "LINK_CHECK_TEST_HOSTS": "policy.example.test=127.0.0.1:8099",
        "SECRET_KEY": "x" * 50,
        "PORTAL_DEMO": "",
        "PORTAL_DEBUG": "",
        "DJANGO_SETTINGS_MODULE": "spp_portal.settings",
    }
    command = [sys.executable, "-c", "from django.conf import settings; settings.DEBUG"]
    run = subprocess.run(command, env=environment, cwd=settings.BASE_DIR, capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert "LINK_CHECK_TEST_HOSTS" in run.stderr


def test_no_proxy_of_the_environment_is_used(monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with site({"/policy": POLICY}):
        assert check("/policy").state == LinkState.FOUND


# --- What it finds ---------------------------------------------------------------------------------------------------------


def site(pages, **kwargs):
    return _Named(pages, **kwargs)


class _Named:
    """A site that runs as policy.example.test for the block."""

    def __init__(self, pages, **kwargs):
        self.runner = running(pages, **kwargs)

    def __enter__(self):
        local = self.runner.__enter__()
        self.settings = override_settings(LINK_CHECK_TEST_HOSTS={"policy.example.test": local.place})
        self.settings.enable()
        return local

    def __exit__(self, *error):
        self.settings.disable()
        return self.runner.__exit__(*error)


def check(path: str, *, scheme: str = "http"):
    return check_address(f"{scheme}://policy.example.test{path}", names=NAMES, resolver=nobody_asks)


def test_a_page_that_names_the_company_is_found():
    with site({"/csr/policy.html": POLICY}) as local:
        assert check("/csr/policy.html").state == LinkState.FOUND
    ((path, headers),) = local.asked
    assert path == "/csr/policy.html"
    assert headers["Host"] == "policy.example.test"
    assert not {"Cookie", "Authorization", "Referer"} & set(headers)


@pytest.mark.parametrize(
    "page",
    [
        html("<p>㈱スプーンの人権方針</p>"),
        html("<p>株式会社 スプーン</p>"),
        html("<p>SPOON CO.,LTD. Human rights policy</p>"),
        html("<p>株式会社スプーン</p>", charset="cp932"),
        html("<p>株式会社スプーン</p>", charset="euc_jp"),
        (200, {"Content-Type": "text/html"}, '<meta charset="shift_jis"><p>株式会社スプーン'.encode("cp932")),
        (200, {"Content-Type": "text/html"}, "<p>株式会社スプーン".encode("cp932")),
        html('<meta property="og:site_name" content="株式会社スプーン"><p>人権方針</p>'),
        html('<img src="logo.png" alt="株式会社スプーン">'),
        (
            200,
            {"Content-Type": "text/html; charset=utf-8", "Content-Encoding": "gzip"},
            gzip.compress("<p>株式会社スプーン</p>".encode()),
        ),
        (200, {"Content-Type": "application/pdf"}, b"%PDF-1.7\n..."),
    ],
)
def test_the_company_is_recognised_however_the_page_is_written(page):
    with site({"/policy": page}):
        assert check("/policy").state == LinkState.FOUND


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (html("<p>別会社の人権方針</p>"), (LinkState.NO_NAME, "")),
        (html("<script>var name = '株式会社スプーン'</script>"), (LinkState.NO_NAME, "")),
        ((200, {"Content-Type": "application/pdf"}, b"<html>sorry</html>"), (LinkState.BROKEN, LinkReason.KIND)),
        ((200, {"Content-Type": "image/png"}, b"png"), (LinkState.BROKEN, LinkReason.KIND)),
        ((404, {"Content-Type": "text/html"}, "株式会社スプーン".encode()), (LinkState.BROKEN, LinkReason.STATUS)),
        ((403, {}, b""), (LinkState.BROKEN, LinkReason.STATUS)),
        ((500, {}, b""), (LinkState.BROKEN, LinkReason.STATUS)),
        (redirect(""), (LinkState.BROKEN, LinkReason.REDIRECTS)),
    ],
)
def test_what_is_not_the_policy_is_said_to_be_so(page, expected):
    with site({"/policy": page}):
        result = check("/policy")
    assert (result.state, result.reason) == expected


@pytest.mark.parametrize(
    "path",
    ["/", "/index.html", "/ja/", "/en/index.php", "/home", "/top.html", "/#policy", "/JA/Index.aspx", "/jp/top/"],
)
def test_a_top_page_is_said_to_be_one(path):
    assert is_top_page(f"https://www.example.co.jp{path}")


@pytest.mark.parametrize(
    "path", ["/policy", "/csr/", "/ja/human-rights/", "/?p=123", "/index.php?id=5", "/人権方針.pdf"]
)
def test_a_page_below_the_top_is_none(path):
    assert not is_top_page(f"https://www.example.co.jp{path}")


def test_a_page_that_sends_on_to_the_top_is_a_top_page():
    """A common answer of sites to an address that is no more."""
    with site({"/policy": redirect("/"), "/": POLICY}):
        assert check("/policy").state == LinkState.TOP_PAGE


def test_three_redirects_are_followed_and_a_fourth_is_not():
    pages = {f"/{at}": redirect(f"/{at + 1}", 301) for at in range(1, 5)} | {"/5": POLICY, "/4x": redirect("/5")}
    with site(pages):
        assert check("/2").state == LinkState.FOUND
        result = check("/1")
    assert (result.state, result.reason) == (LinkState.BROKEN, LinkReason.REDIRECTS)


def test_japanese_addresses_are_sent_as_browsers_send_them():
    with site({"/csr/%E4%BA%BA%E6%A8%A9.html": POLICY, "/old": redirect("/csr/%E4%BA%BA%E6%A8%A9.html")}):
        assert check("/csr/人権.html").state == LinkState.FOUND
        assert check("/csr/%E4%BA%BA%E6%A8%A9.html").state == LinkState.FOUND
        assert check("/old").state == LinkState.FOUND


# --- When it gives up ------------------------------------------------------------------------------------------------------


@pytest.fixture
def short(monkeypatch):
    """Ten seconds are long for a test."""
    monkeypatch.setattr(fetching, "MAX_SECONDS", 0.4)


def test_a_server_that_says_nothing(short):
    def silent(handler):
        time.sleep(1.2)

    with site({"/policy": silent}):
        result = check("/policy")
    assert (result.state, result.reason) == (LinkState.BROKEN, LinkReason.SLOW)


@pytest.mark.parametrize("where", ["headers", "body"])
def test_a_server_that_sends_one_byte_after_another(short, where):
    """Each byte comes in time; all of them would take for ever."""

    def drip(handler):
        start = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
        handler.wfile.write(start + (b"\r\n" if where == "body" else b""))
        for _ in range(40):
            handler.wfile.write(b"x")
            handler.wfile.flush()
            time.sleep(0.05)

    with site({"/policy": drip}):
        result = check("/policy")
    assert (result.state, result.reason) == (LinkState.BROKEN, LinkReason.SLOW)


def test_a_name_server_that_says_nothing(short):
    def silent(host, port):
        time.sleep(1.2)
        return ["93.184.216.34"]

    with pytest.raises(FetchFailed) as failed:
        fetch("http://www.example.co.jp/policy", resolver=silent)
    assert failed.value.reason == LinkReason.SLOW


def test_a_name_that_nobody_knows():
    def unknown(host, port):
        raise socket.gaierror

    result = check_address("http://www.example.co.jp/policy", names=NAMES, resolver=unknown)
    assert (result.state, result.reason) == (LinkState.BROKEN, LinkReason.NAME)


def test_nobody_listens():
    with site({}) as local:
        place = local.place
    with override_settings(LINK_CHECK_TEST_HOSTS={"policy.example.test": place}):
        result = check("/policy")
    assert (result.state, result.reason) == (LinkState.BROKEN, LinkReason.CONNECTION)


def test_only_the_first_two_megabytes_are_read_and_unpacked():
    sent = []

    def endless(handler):
        handler.send_response(200)
        handler.send_header("Content-Type", "text/html")
        handler.end_headers()
        handler.wfile.write("<p>株式会社スプーン</p>".encode())
        for _ in range(400):
            handler.wfile.write(b"y" * 65536)
            sent.append(1)

    bomb = gzip.compress(b"<p>" + b"a" * 50_000_000)
    gzipped = (200, {"Content-Type": "text/html", "Content-Encoding": "gzip"}, bomb)
    with site({"/endless": endless, "/bomb": gzipped}):
        answer = fetch("http://policy.example.test/endless", resolver=nobody_asks)
        assert len(answer.body) == fetching.MAX_BYTES
        assert check("/endless").state == LinkState.FOUND
        unpacked = fetch("http://policy.example.test/bomb", resolver=nobody_asks)
        assert len(unpacked.body) == fetching.MAX_BYTES
    assert len(sent) < 2 * 400


def test_with_tls_the_name_is_asked_for_and_the_certificate_checked(tmp_path, monkeypatch):
    context, trusted = certificate(tmp_path, "policy.example.test")
    with site({"/policy": POLICY}, tls=context) as local:
        result = check("/policy", scheme="https")
        assert (result.state, result.reason) == (LinkState.BROKEN, LinkReason.CERTIFICATE)
        monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
        assert check("/policy", scheme="https").state == LinkState.FOUND
    assert set(local.names) == {"policy.example.test"}
    assert local.asked[-1][1]["Host"] == "policy.example.test"


def test_a_certificate_of_another_name_is_not_taken(tmp_path, monkeypatch):
    context, trusted = certificate(tmp_path, "other.example.test")
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    with site({"/policy": POLICY}, tls=context):
        result = check("/policy", scheme="https")
    assert (result.state, result.reason) == (LinkState.BROKEN, LinkReason.CERTIFICATE)
