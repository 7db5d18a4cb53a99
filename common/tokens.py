"""Words that open one row to whoever holds them: made here, kept only as their hash."""

import hashlib
import re
import secrets

TOKEN_BYTES = 32
# What `token_urlsafe` makes of 32 bytes. Anything else opens nothing and is not asked for.
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


def new_token() -> str:
    """Return 256 bits as a word for an address. Whoever asked is shown it once; nothing but its hash is kept."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_hash(token: str) -> str:
    """Return what the row keeps of a token; "" for what cannot be one, which is the hash of no row."""
    return hashlib.sha256(token.encode()).hexdigest() if TOKEN.fullmatch(token) else ""
