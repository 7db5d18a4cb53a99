"""Isolation of tenants: the person's context, the row-level policies, and the checks that keep both true.

Two SQL predicates answer every policy, both from the access table (`companies_access`) and the context alone:
`app.companies()` for records and `app.content_companies()` for content. See docs/decisions/row-level-security.md.
"""

from .context import acting_as, current_user_id, set_context

__all__ = ["acting_as", "current_user_id", "set_context"]
