from django.urls import path

from . import views
from .views import arranging, availability, booking, meetings, minutes, overview, planning

app_name = "consultations"
OWN = "companies/<uuid:company_id>/consultations"
MEETING = f"{OWN}/<uuid:consultation_id>"
DESK = "programmes/<uuid:programme_id>/consultations"
urlpatterns = [
    path("companies/<uuid:company_id>/consultations/", views.CompanyConsultationsView.as_view(), name="company"),
    path("programmes/<uuid:programme_id>/consultations/", views.ProgrammeConsultationsView.as_view(), name="programme"),
    # One consultation: preparing, minutes, calendar
    path(
        "companies/<uuid:company_id>/consultations/hand-over/",
        meetings.HandOverNoteView.as_view(),
        name="hand_over",
    ),
    path(
        "companies/<uuid:company_id>/consultations/<uuid:consultation_id>/prepare/",
        meetings.PrepareView.as_view(),
        name="prepare",
    ),
    path(
        "companies/<uuid:company_id>/consultations/<uuid:consultation_id>/record/",
        meetings.RecordView.as_view(),
        name="record",
    ),
    path(
        "companies/<uuid:company_id>/consultations/<uuid:consultation_id>/calendar.ics",
        meetings.CalendarView.as_view(),
        name="calendar",
    ),
    path(
        "companies/<uuid:company_id>/consultations/<uuid:consultation_id>/minutes/",
        minutes.MinutesView.as_view(),
        name="minutes",
    ),
    path(
        "companies/<uuid:company_id>/consultations/<uuid:consultation_id>/minutes/save/",
        minutes.SaveMinutesView.as_view(),
        name="save_minutes",
    ),
    path(
        "companies/<uuid:company_id>/consultations/<uuid:consultation_id>/minutes/change/",
        minutes.ChangeMinutesView.as_view(),
        name="change_minutes",
    ),
    path(
        "companies/<uuid:company_id>/consultations/<uuid:consultation_id>/minutes/pdf/",
        minutes.MinutesPdfView.as_view(),
        name="minutes_pdf",
    ),
    path(
        "companies/<uuid:company_id>/consultations/<uuid:consultation_id>/minutes/pdf/<uuid:job_id>/",
        minutes.MinutesFileView.as_view(),
        name="minutes_file",
    ),
    # Booking: three steps of the company, and what is done with what is booked
    path(f"{OWN}/book/", booking.AboutView.as_view(), name="book"),
    path(f"{OWN}/book/<uuid:draft_id>/about/", booking.AboutAgainView.as_view(), name="book_about"),
    path(f"{OWN}/book/<uuid:draft_id>/time/", booking.TimeView.as_view(), name="book_time"),
    path(f"{OWN}/book/<uuid:draft_id>/check/", booking.CheckView.as_view(), name="book_check"),
    path(f"{OWN}/wish/", booking.WishView.as_view(), name="wish"),
    path(f"{OWN}/arrange/", arranging.ArrangeView.as_view(), name="arrange"),
    path(f"{MEETING}/booked/", booking.BookedView.as_view(), name="booked"),
    path(f"{MEETING}/matters/", booking.MattersView.as_view(), name="matters"),
    path(f"{MEETING}/refresh/", booking.RefreshView.as_view(), name="refresh"),
    path(f"{MEETING}/move/", arranging.MoveView.as_view(), name="move"),
    path(f"{MEETING}/cancel/", booking.CancelView.as_view(), name="cancel"),
    # Ledger, availability, wishes, rounds
    path(f"{OWN}/ledger/", planning.LedgerView.as_view(), name="ledger"),
    path(f"{OWN}/ledger/<uuid:enrolment_id>/", planning.EntryView.as_view(), name="entry"),
    path(f"{DESK}/advisers/", availability.AdvisersView.as_view(), name="advisers"),
    path(f"{DESK}/advisers/<uuid:seat_id>/", availability.AvailabilityView.as_view(), name="availability"),
    path(f"{DESK}/wishes/", planning.WishesView.as_view(), name="wishes"),
    path(f"{DESK}/rounds/", planning.RoundsView.as_view(), name="rounds"),
    path(f"{DESK}/rounds/<uuid:round_id>/", planning.RoundView.as_view(), name="round"),
    path(f"{DESK}/rounds/<uuid:round_id>/<uuid:offer_id>/", planning.OfferView.as_view(), name="offer"),
    path("programmes/<uuid:programme_id>/consultations/overview/", overview.OverviewView.as_view(), name="overview"),
    path(
        "programmes/<uuid:programme_id>/consultations/overview.csv",
        overview.OverviewSheetView.as_view(),
        name="overview_sheet",
    ),
]
