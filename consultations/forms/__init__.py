"""Forms of consultations."""

from .lists import ConsultationListForm

__all__ = [
    "ConsultationListForm",
]
