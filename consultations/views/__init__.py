"""Pages of consultations."""

from .pages import CompanyConsultationsView, ProgrammeConsultationsView

__all__ = [
    "CompanyConsultationsView",
    "ProgrammeConsultationsView",
]
