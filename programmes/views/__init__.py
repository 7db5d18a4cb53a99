"""Pages of programmes and their sessions."""

from .mixins import PAGE_SIZE, CompanyPageMixin, CountedPaginator, ProgrammeMixin, places_of
from .pages import ProgrammesView, SessionsView, SessionView
from .registration import CompanySessionsView

__all__ = [
    "PAGE_SIZE",
    "CompanyPageMixin",
    "CompanySessionsView",
    "CountedPaginator",
    "ProgrammeMixin",
    "ProgrammesView",
    "SessionView",
    "SessionsView",
    "places_of",
]
