from django.urls import path

from . import views
from .views import builder, issuing, reading, trail, verification
from .views.hours import HoursSheetView

app_name = "reports"

DRAFT = "programmes/<uuid:programme_id>/report-drafts/<uuid:report_draft_id>"

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
    path("programmes/<uuid:programme_id>/consultations/hours/sheet/", HoursSheetView.as_view(), name="hours_sheet"),
    path(
        "programmes/<uuid:programme_id>/reports/<uuid:report_id>/throw-away/",
        views.ThrowAwayView.as_view(),
        name="throw_away",
    ),
    # Issuing
    path("programmes/<uuid:programme_id>/reports/<uuid:report_id>/cancel/", views.CancelView.as_view(), name="cancel"),
    path("programmes/<uuid:programme_id>/reports/<uuid:report_id>/issue/", issuing.IssueView.as_view(), name="issue"),
    path(
        "programmes/<uuid:programme_id>/reports/<uuid:report_id>/issue/twin/",
        issuing.RequestTwinView.as_view(),
        name="request_twin",
    ),
    path("programmes/<uuid:programme_id>/issued/", issuing.IssuesView.as_view(), name="issues"),
    path("programmes/<uuid:programme_id>/issued/compare/", issuing.CompareView.as_view(), name="compare"),
    path("programmes/<uuid:programme_id>/issued/<uuid:issue_id>/", issuing.IssuedView.as_view(), name="issued"),
    path(
        "programmes/<uuid:programme_id>/issued/<uuid:issue_id>/files/<uuid:file_id>/",
        issuing.IssuedFileView.as_view(),
        name="issued_file",
    ),
    path(
        "programmes/<uuid:programme_id>/issued/<uuid:issue_id>/figures/",
        issuing.IssuedFiguresView.as_view(),
        name="issued_figures",
    ),
    path(
        "programmes/<uuid:programme_id>/issued/<uuid:issue_id>/withdraw/",
        issuing.WithdrawIssueView.as_view(),
        name="withdraw_issue",
    ),
    path("check-report/", verification.CheckIssueView.as_view(), name="check_issue"),
    # Reading round
    path(
        "programmes/<uuid:programme_id>/reports/<uuid:report_id>/readers/",
        reading.ReadersView.as_view(),
        name="readers",
    ),
    path(
        "programmes/<uuid:programme_id>/reports/<uuid:report_id>/readers/<uuid:reader_id>/revoke/",
        reading.RevokeReaderView.as_view(),
        name="revoke_reader",
    ),
    path("reading/<str:token>/", reading.ReadDraftView.as_view(), name="read_draft"),
    # Writing
    path("programmes/<uuid:programme_id>/report-drafts/", builder.DraftsView.as_view(), name="drafts"),
    path(f"{DRAFT}/", builder.DraftView.as_view(), name="draft"),
    path(f"{DRAFT}/preview/", builder.PreviewView.as_view(), name="draft_preview"),
    path(f"{DRAFT}/figures/", builder.FiguresView.as_view(), name="draft_figures"),
    path(f"{DRAFT}/refresh/", builder.RefreshView.as_view(), name="refresh_draft"),
    path(f"{DRAFT}/check/", builder.CheckView.as_view(), name="check_draft"),
    path(f"{DRAFT}/throw-away/", builder.ThrowAwayDraftView.as_view(), name="throw_away_draft"),
    path(f"{DRAFT}/pdf/", builder.DraftPdfView.as_view(), name="draft_pdf"),
    path(f"{DRAFT}/blocks/<uuid:block_id>/", builder.BlockView.as_view(), name="draft_block"),
    path(f"{DRAFT}/blocks/<uuid:block_id>/save/", builder.SaveBlockView.as_view(), name="save_block"),
    path(f"{DRAFT}/late/<uuid:block_save_id>/", builder.BlockConflictView.as_view(), name="block_conflict"),
    # The cohort matrix as a file
    path("programmes/<uuid:programme_id>/companies/sheet/", views.CohortSheetView.as_view(), name="cohort_sheet"),
    # The record of deeds
    path("trail/file/", trail.OwnTrailFileView.as_view(), name="own_trail_file"),
    path("companies/<uuid:company_id>/trail/file/", trail.CompanyTrailFileView.as_view(), name="company_trail_file"),
    path(
        "programmes/<uuid:programme_id>/trail/file/",
        trail.ProgrammeTrailFileView.as_view(),
        name="programme_trail_file",
    ),
]
