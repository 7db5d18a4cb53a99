"""Sign the bench's people in, and count the queries of each measured page, as the web role. Prints JSON."""

import json
import sys
from uuid import uuid4

import django

django.setup()

from counting import asking  # noqa: E402 - needs django.setup()
from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import reverse  # noqa: E402
from signing_in import signed_in  # noqa: E402
from slots import slot_page, whole_round  # noqa: E402
from texts import comparison  # noqa: E402
from waiting import queue  # noqa: E402
from writing import writing  # noqa: E402

from accounts.models import User  # noqa: E402
from common.tenancy import acting_as  # noqa: E402
from programmes.models import Programme  # noqa: E402


def counted(client: Client, path: str) -> dict:
    """Return how a page is asked for, and with how many queries it is answered the second time."""
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        response = client.get(path)
    if response.status_code != 200:
        raise SystemExit(f"{path} answered {response.status_code}")
    cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
    return {"path": path, "queries": len(asking(queries)), "cookie": cookie}


def counted_save(client: Client, save: dict) -> dict:
    """Return how a text is saved while one types, and with how many queries; its `rev` is the one to go on with."""
    body = {"language": "ja", "text": save["text"] + "。", "base_rev": save["rev"], "operation": str(uuid4())}
    with CaptureQueriesContext(connection) as queries:
        response = client.post(save["path"], body, content_type="application/json")
    if response.status_code != 200:
        raise SystemExit(f"{save['path']} answered {response.status_code}")
    cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
    return save | {"rev": response.json()["rev"], "queries": len(asking(queries)), "cookie": cookie}


def main(code: str) -> None:
    user = User.objects.get(email="secretariat@bench.example")
    with acting_as(user.pk):
        programme = Programme.objects.get(code=code)
    desk = signed_in(user)
    member, compare = comparison(code)
    form, save = writing(member, compare.split("/")[2])
    adviser, waiting = queue(code)
    pages = {
        "programme": counted(desk, reverse("dashboards:programme", args=[programme.pk])),
        "companies": counted(desk, reverse("dashboards:companies", args=[programme.pk])),
        "compare": counted(signed_in(member), compare),
        "edit_section": counted(signed_in(member), form),
        "queue": counted(signed_in(adviser), waiting),
        "autosave": counted_save(signed_in(member), save),
        "slots": counted(signed_in(member), slot_page(code, member, compare.split("/")[2])),
    }
    print(json.dumps({"pages": pages, "round": whole_round(code, user)}))


main(sys.argv[1])
