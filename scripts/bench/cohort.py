"""Sign the bench's secretariat in, and count the queries of the cohort matrix, today and on an earlier day. Prints JSON."""

import json
import sys

import django

django.setup()

from counting import asking  # noqa: E402 - needs django.setup()
from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import reverse  # noqa: E402
from signing_in import signed_in  # noqa: E402

from accounts.models import User  # noqa: E402
from common.tenancy import acting_as  # noqa: E402
from programmes.models import Programme  # noqa: E402

# The programme of the bench ended on 30 April 2025; on this day half of its policies were on their way.
EARLIER = "2025-03-14"
QUERIES = {
    "list": "",
    "list_earlier": f"as_of={EARLIER}",
    "matrix_of_1000": "rows=1000",
    "matrix_of_1000_earlier": f"rows=1000&as_of={EARLIER}",
    "last_page": "rows=1000&page=3",
    "filtered": "milestone=approved&reached=overdue&show=endorsed&sort=-m-submitted",
}


def counted(client: Client, path: str) -> dict:
    """Return how a page is asked for, and with how many queries it is answered the second time."""
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        response = client.get(path)
    if response.status_code != 200:
        raise SystemExit(f"{path} answered {response.status_code}")
    cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
    return {"path": path, "queries": len(asking(queries)), "cookie": cookie}


def main(code: str) -> None:
    user = User.objects.get(email="secretariat@bench.example")
    with acting_as(user.pk):
        programme = Programme.objects.get(code=code)
    client = signed_in(user)
    url = reverse("dashboards:companies", args=[programme.pk])
    print(json.dumps({"pages": {name: counted(client, f"{url}?{query}") for name, query in QUERIES.items()}}))


main(sys.argv[1])
