"""Names under which signing in keeps what it needs in a session."""

from enum import StrEnum


class SessionKey(StrEnum):
    # Seconds since 1970.
    SIGNED_IN_AT = "signed_in_at"
    SEEN_AT = "seen_at"
    # Why the session before this one ended by itself, for the sign-in page: "idle" or "longest".
    SIGNED_OUT = "signed_out"
    # What was sent when one had to sign in, or to confirm that it is oneself, first.
    INTERRUPTED = "interrupted"
    # Where one was going when a second step had to be set up first.
    GOING_TO = "going_to"
