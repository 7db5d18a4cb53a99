"""Sign the bench's secretariat in, and count the queries of each measured page, as the web role. Prints JSON."""

import json
import sys

import django

django.setup()

from django.conf import settings  # noqa: E402 - needs django.setup()
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import reverse  # noqa: E402

from accounts.models import User  # noqa: E402
from common.tenancy import acting_as  # noqa: E402
from programmes.models import Programme  # noqa: E402


def main(code: str) -> None:
    user = User.objects.get(email="secretariat@bench.example")
    with acting_as(user.pk):
        programme = Programme.objects.get(code=code)
    client = Client(headers={"host": "localhost"})
    client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
    pages = {
        "programme": reverse("dashboards:programme", args=[programme.pk]),
        "companies": reverse("dashboards:companies", args=[programme.pk]),
    }
    counted = {}
    for name, path in pages.items():
        client.get(path)
        with CaptureQueriesContext(connection) as queries:
            response = client.get(path)
        if response.status_code != 200:
            raise SystemExit(f"{path} answered {response.status_code}")
        counted[name] = {"path": path, "queries": len(queries)}
    cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
    print(json.dumps({"cookie": cookie, "pages": counted}))


main(sys.argv[1])
