"""Homes, lists and pages that combine the apps below."""

from .companies import CompaniesView, CompanyView
from .homes import (
    AdvisedView,
    AdvisingView,
    CompanyHomeView,
    HelpView,
    HomeView,
    LooksView,
    PlacesView,
    ProgrammeView,
)

__all__ = [
    "AdvisedView",
    "AdvisingView",
    "CompaniesView",
    "CompanyHomeView",
    "CompanyView",
    "HelpView",
    "HomeView",
    "LooksView",
    "PlacesView",
    "ProgrammeView",
]
