"""Addresses of the same page with another sort, filter or page number: the state of a list lives in its address."""

from django.http import QueryDict


def with_query(query: QueryDict | None, **changes) -> str:
    """Return "?…" made of `query` with `changes` applied; None or "" takes a name out.

    A change of anything but the page goes back to the first page. Never returns "", which would mean "this address
    with its present query".
    """
    changed = query.copy() if query is not None else QueryDict(mutable=True)
    if "page" not in changes:
        changed.pop("page", None)
    for name, value in changes.items():
        if value in (None, ""):
            changed.pop(name, None)
        else:
            changed[name] = str(value)
    return "?" + changed.urlencode()
