"""Whether the web process answers: `probe.py` exits 0 when `GET /healthz` on this machine says 200.

Asks as the outside would, by the name and the scheme of PORTAL_URL: a portal answers to no other name.
"""

import http.client
import os
import sys
from urllib.parse import urlsplit


def web_answers(port, *, portal_url="http://localhost"):
    """Whether the web process on `port` says that it is up with its database."""
    outside = urlsplit(portal_url)
    headers = {"Host": outside.netloc, "X-Forwarded-Proto": outside.scheme}
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        line.request("GET", "/healthz", headers=headers)
        return line.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        line.close()


if __name__ == "__main__":
    port = int(os.environ.get("PORT", "8000"))
    sys.exit(0 if web_answers(port, portal_url=os.environ.get("PORTAL_URL", "http://localhost")) else 1)
