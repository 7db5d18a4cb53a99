"""News of accounts, for the apps above: the audit trail receives it in the same transaction."""

from django.dispatch import Signal

# `user`: whose account it is, or None where the address is nobody's. `actor`: who did it, or None where that is not known.
# `verb`: `account.past_participle`. `detail`: states and counts.
account_changed = Signal()
