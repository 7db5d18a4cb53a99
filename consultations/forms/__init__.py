"""Forms of consultations."""

from .availability import AbsenceForm, ConflictForm, ExceptionForm, HoursForm, PracticeForm
from .booking import AboutForm, ArrangeForm, CancelForm, EntryForm, MattersForm, SlotForm, WishForm
from .lists import ConsultationListForm
from .rounds import OfferForm, RoundForm

__all__ = [
    "AboutForm",
    "AbsenceForm",
    "ArrangeForm",
    "CancelForm",
    "ConflictForm",
    "ConsultationListForm",
    "EntryForm",
    "ExceptionForm",
    "HoursForm",
    "MattersForm",
    "OfferForm",
    "PracticeForm",
    "RoundForm",
    "SlotForm",
    "WishForm",
]
