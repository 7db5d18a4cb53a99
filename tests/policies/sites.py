"""Local web sites under made-up names, for the link check to look at. Nothing else of it is made up."""

import datetime
import ipaddress
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class Site(ThreadingHTTPServer):
    """A server that answers each path as `pages` says, and remembers what it was asked."""

    daemon_threads = True

    def __init__(self, pages: dict):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.pages, self.asked, self.names = pages, [], []

    @property
    def place(self) -> tuple[str, int]:
        return "127.0.0.1", self.server_port

    def handle_error(self, request, client_address):
        """A client that hangs up is what several tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.asked.append((self.path, dict(self.headers.items())))
        answer = self.server.pages.get(self.path, (404, {}, b"nothing here"))
        if callable(answer):
            answer(self)
            return
        status, headers, body = answer
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body)), "Connection": "close"} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


def html(body: str, *, charset: str = "utf-8", **headers) -> tuple[int, dict, bytes]:
    return 200, {"Content-Type": f"text/html; charset={charset}"} | headers, body.encode(charset)


def redirect(to: str, status: int = 302) -> tuple[int, dict, bytes]:
    return status, {"Location": to}, b""


@contextmanager
def running(pages: dict, *, tls: ssl.SSLContext | None = None) -> Iterator[Site]:
    site = Site(pages)
    if tls:
        tls.sni_callback = lambda line, name, context: site.names.append(name)
        site.socket = tls.wrap_socket(site.socket, server_side=True)
    thread = threading.Thread(target=site.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        site.shutdown()
        site.server_close()
        thread.join()


def certificate(folder: Path, name: str) -> tuple[ssl.SSLContext, Path]:
    """A certificate for `name` that only who is told trusts; return the server's context and the file to trust."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    names = x509.SubjectAlternativeName([x509.DNSName(name), x509.IPAddress(ipaddress.ip_address("192.0.2.1"))])
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    chain, secret = folder / "site.pem", folder / "site.key"
    chain.write_bytes(built.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, secret)
    return context, chain
