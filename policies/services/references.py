"""Numbers that people read out on the telephone: no order in them, no letter that looks or sounds like a digit."""

import secrets

# 31 signs, a prime, so that the last one tells every single wrong sign and every two that changed places.
SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH = 8


def new_reference() -> str:
    """Return a reference such as SPP-7K3M-Q2XD-5: eight signs by chance (about 40 bits) and one that checks them."""
    body = "".join(secrets.choice(SIGNS) for _ in range(LENGTH))
    return f"SPP-{body[:4]}-{body[4:]}-{_check(body)}"


def is_reference(text: str) -> bool:
    """Return whether this can be one of our references; False for one with a slip of the pen."""
    head, *groups = text.strip().upper().split("-")
    if head != "SPP" or [len(group) for group in groups] != [4, 4, 1] or not set("".join(groups)) <= set(SIGNS):
        return False
    return _check(groups[0] + groups[1]) == groups[2]


def _check(body: str) -> str:
    return SIGNS[sum(place * SIGNS.index(sign) for place, sign in enumerate(body, start=1)) % len(SIGNS)]
