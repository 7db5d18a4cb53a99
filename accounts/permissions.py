"""How well the person of a request has shown who they are, and what of it may be trusted. Read without a query."""

import time

from allauth.account.authentication import get_authentication_records
from django.conf import settings


def proofs(request) -> list[dict]:
    """Return how the person showed who they are in this session, the latest last."""
    return get_authentication_records(request, request.user)


def has_shown_second_factor(request) -> bool:
    """True when a passkey, a key, a code of the app or a recovery code was used in this session, or set up in it."""
    return any(proof["method"] == "mfa" for proof in proofs(request))


def was_confirmed_lately(request) -> bool:
    """True when the person signed in, or confirmed that it is them, within the time that a deed of weight asks for."""
    given = proofs(request)
    return bool(given) and time.time() - given[-1]["at"] < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT


def must_set_up_second_factor(request) -> bool:
    """True when the person has a seat that needs a second factor, and this session has seen none."""
    return getattr(request.user, "needs_second_factor", False) and not has_shown_second_factor(request)


def own_page(request, address: str) -> str:
    """Return the address without host when it is one of this portal, else ""."""
    here = f"{request.scheme}://{request.get_host()}/"
    return address.removeprefix(here.removesuffix("/")) if address.startswith(here) else ""
