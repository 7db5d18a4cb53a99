from django.urls import path

from . import views

app_name = "reports"
urlpatterns = [
    path("programmes/<uuid:programme_id>/reports/", views.ReportsView.as_view(), name="list"),
    path("programmes/<uuid:programme_id>/reports/new/", views.NewReportView.as_view(), name="new"),
    path("programmes/<uuid:programme_id>/reports/<uuid:report_id>/", views.ReportView.as_view(), name="report"),
    path(
        "programmes/<uuid:programme_id>/reports/<uuid:report_id>/progress/",
        views.ProgressView.as_view(),
        name="progress",
    ),
    path("programmes/<uuid:programme_id>/reports/<uuid:report_id>/retry/", views.RetryView.as_view(), name="retry"),
    path("programmes/<uuid:programme_id>/reports/<uuid:report_id>/pdf/", views.PdfView.as_view(), name="pdf"),
    path("programmes/<uuid:programme_id>/reports/<uuid:report_id>/sheet/", views.SheetView.as_view(), name="sheet"),
    path(
        "programmes/<uuid:programme_id>/sessions/<uuid:session_id>/outcome/sheet/",
        views.SessionSheetView.as_view(),
        name="session_sheet",
    ),
]
