"""The pages of the homes and of the cohort."""

from .cohort import CohortView
from .following import ChargeView, ExtendView, FollowingView, MemoView, SeenAsView, TimelineView
from .homes import (
    AdvisedView,
    AdvisingView,
    CompanyHomeView,
    CompanyView,
    HelpView,
    HomeView,
    LooksView,
    PlacesView,
    ProgrammeView,
)
from .stalled import StalledView

__all__ = [
    "AdvisedView",
    "AdvisingView",
    "ChargeView",
    "CohortView",
    "CompanyHomeView",
    "CompanyView",
    "ExtendView",
    "FollowingView",
    "HelpView",
    "HomeView",
    "LooksView",
    "MemoView",
    "PlacesView",
    "ProgrammeView",
    "SeenAsView",
    "StalledView",
    "TimelineView",
]
