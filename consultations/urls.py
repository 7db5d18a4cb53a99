from django.urls import path

from . import views
from .views import meetings, minutes

app_name = "consultations"
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
]
