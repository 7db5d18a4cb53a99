from django.urls import path

from . import views
from .views import drafting, drafting_saves, interview, publication, register, word_import

app_name = "policies"
urlpatterns = [
    path("companies/<uuid:company_id>/policy/", views.CompanyPolicyView.as_view(), name="company"),
    path("programmes/<uuid:programme_id>/policies/", views.ProgrammePoliciesView.as_view(), name="programme"),
    # The interview, and a text from Word.
    path("companies/<uuid:company_id>/policy/interview/", interview.InterviewView.as_view(), name="interview"),
    path("companies/<uuid:company_id>/policy/recompose/", interview.RecomposeView.as_view(), name="recompose"),
    path("companies/<uuid:company_id>/policy/import/", word_import.ImportWordView.as_view(), name="import_word"),
    path(
        "companies/<uuid:company_id>/policy/import/<uuid:word_import_id>/",
        word_import.WordImportView.as_view(),
        name="word_import",
    ),
    path(
        "companies/<uuid:company_id>/policy/import/<uuid:word_import_id>/throw-away/",
        word_import.ThrowAwayView.as_view(),
        name="throw_away",
    ),
    # Handing the text in, and top management's decision.
    path("companies/<uuid:company_id>/policy/check/", views.CheckView.as_view(), name="check"),
    path("companies/<uuid:company_id>/policy/submitted/", views.SubmittedView.as_view(), name="submitted"),
    path("companies/<uuid:company_id>/policy/withdraw/", views.WithdrawView.as_view(), name="withdraw"),
    path("companies/<uuid:company_id>/policy/approval/", views.ApprovalView.as_view(), name="approval"),
    path(
        "companies/<uuid:company_id>/policy/approval/request/",
        views.RequestApprovalView.as_view(),
        name="request_approval",
    ),
    path(
        "companies/<uuid:company_id>/policy/approval/cancel/",
        views.CancelApprovalView.as_view(),
        name="cancel_approval",
    ),
    path("companies/<uuid:company_id>/policy/approval/paper/", views.PaperView.as_view(), name="paper_approval"),
    path("companies/<uuid:company_id>/policy/approval/sheet/", views.SheetView.as_view(), name="approval_sheet"),
    path("companies/<uuid:company_id>/policy/proofs/<uuid:file_id>/", views.ProofView.as_view(), name="proof"),
    # Dated facts beside the text, and the approved text for the staff.
    path("companies/<uuid:company_id>/policy/evidence/", views.EvidenceView.as_view(), name="evidence"),
    path("companies/<uuid:company_id>/policy/evidence/add/", views.AddEvidenceView.as_view(), name="add_evidence"),
    path(
        "companies/<uuid:company_id>/policy/evidence/<uuid:evidence_id>/cancel/",
        views.CancelEvidenceView.as_view(),
        name="cancel_evidence",
    ),
    path("companies/<uuid:company_id>/policy/announcements/new/", views.AnnounceView.as_view(), name="announce"),
    path(
        "companies/<uuid:company_id>/policy/announcements/<uuid:announcement_id>/",
        views.AnnouncementView.as_view(),
        name="announcement",
    ),
    path(
        "companies/<uuid:company_id>/policy/announcements/<uuid:announcement_id>/renew/",
        views.RenewAnnouncementView.as_view(),
        name="renew_announcement",
    ),
    path(
        "companies/<uuid:company_id>/policy/announcements/<uuid:announcement_id>/close/",
        views.CloseAnnouncementView.as_view(),
        name="close_announcement",
    ),
    # Without signing in: the word in the address is the key (docs/decisions/approval-link.md, read-receipts.md).
    path("approve/<str:token>/", views.ApproveView.as_view(), name="approve"),
    path("read/<str:token>/", views.ReadView.as_view(), name="read"),
    # Versions, what changed between them, and files of them.
    path("companies/<uuid:company_id>/policy/versions/", views.VersionsView.as_view(), name="versions"),
    path("companies/<uuid:company_id>/policy/versions/working/", views.WorkingView.as_view(), name="working_version"),
    path(
        "companies/<uuid:company_id>/policy/versions/<uuid:revision_id>/", views.VersionView.as_view(), name="version"
    ),
    path(
        "companies/<uuid:company_id>/policy/versions/<uuid:revision_id>/share/",
        views.ShareView.as_view(),
        name="share_version",
    ),
    path(
        "companies/<uuid:company_id>/policy/versions/<uuid:revision_id>/restore/",
        views.RestoreView.as_view(),
        name="restore_version",
    ),
    path("companies/<uuid:company_id>/policy/compare/", views.CompareView.as_view(), name="compare"),
    path("companies/<uuid:company_id>/policy/export/", views.ExportView.as_view(), name="export"),
    path(
        "companies/<uuid:company_id>/policy/exports/<uuid:job_id>/",
        views.ExportProgressView.as_view(),
        name="export_progress",
    ),
    path(
        "companies/<uuid:company_id>/policy/exports/<uuid:job_id>/poll/",
        views.ExportPollView.as_view(),
        name="export_poll",
    ),
    path(
        "companies/<uuid:company_id>/policy/exports/<uuid:job_id>/retry/",
        views.ExportRetryView.as_view(),
        name="export_retry",
    ),
    path(
        "companies/<uuid:company_id>/policy/exports/<uuid:job_id>/file/",
        views.ExportFileView.as_view(),
        name="export_file",
    ),
    # Writing.
    path("companies/<uuid:company_id>/policy/revise/", drafting.ReviseView.as_view(), name="revise"),
    path("companies/<uuid:company_id>/policy/english/", drafting.EnglishView.as_view(), name="english"),
    path("companies/<uuid:company_id>/policy/history/", drafting_saves.HistoryView.as_view(), name="history"),
    path("companies/<uuid:company_id>/policy/sections/<slug:code>/", drafting.SectionView.as_view(), name="section"),
    path(
        "companies/<uuid:company_id>/policy/sections/<slug:code>/new/",
        drafting_saves.SaveNewView.as_view(),
        name="save_new",
    ),
    path(
        "companies/<uuid:company_id>/policy/paragraphs/<uuid:paragraph_id>/save/",
        drafting_saves.SaveView.as_view(),
        name="save",
    ),
    path(
        "companies/<uuid:company_id>/policy/saves/<uuid:save_id>/",
        drafting_saves.ConflictView.as_view(),
        name="conflict",
    ),
    path(
        "companies/<uuid:company_id>/policy/saves/<uuid:save_id>/restore/",
        drafting_saves.RestoreSaveView.as_view(),
        name="restore_save",
    ),
    # What the company and its advisers say about the text.
    path("companies/<uuid:company_id>/policy/discussion/", views.DiscussionView.as_view(), name="discussion"),
    path("companies/<uuid:company_id>/policy/discussion/use-all/", views.UseAllView.as_view(), name="use_all"),
    path(
        "companies/<uuid:company_id>/policy/discussion/suggestions/<uuid:suggestion_id>/",
        views.SuggestionView.as_view(),
        name="suggestion",
    ),
    path(
        "companies/<uuid:company_id>/policy/discussion/threads/<uuid:thread_id>/",
        views.ThreadView.as_view(),
        name="thread",
    ),
    path("companies/<uuid:company_id>/policy/questions/", views.QuestionsView.as_view(), name="questions"),
    path("companies/<uuid:company_id>/policy/advice/", views.AdviceView.as_view(), name="advice"),
    path(
        "companies/<uuid:company_id>/policy/advice/<uuid:item_id>/", views.AdviceItemView.as_view(), name="advice_item"
    ),
    path("companies/<uuid:company_id>/policy/advice/pdf/", views.AdvicePdfView.as_view(), name="advice_pdf"),
    path(
        "companies/<uuid:company_id>/policy/advice/pdf/<uuid:job_id>/",
        views.AdviceFileView.as_view(),
        name="advice_file",
    ),
    # Publishing, and the round after it.
    path("companies/<uuid:company_id>/policy/publication/", publication.PublicationView.as_view(), name="publication"),
    path(
        "companies/<uuid:company_id>/policy/publication/withdraw/",
        publication.WithdrawFromRegisterView.as_view(),
        name="withdraw_from_register",
    ),
    path(
        "companies/<uuid:company_id>/policy/publication/check/",
        publication.CheckAgainView.as_view(),
        name="check_again",
    ),
    path(
        "companies/<uuid:company_id>/policy/publication/english/",
        publication.ConfirmEnglishView.as_view(),
        name="confirm_english",
    ),
    path("companies/<uuid:company_id>/policy/next/", publication.NextCycleView.as_view(), name="next_cycle"),
    # The public register: for everybody, without signing in.
    path("register/", register.RegisterView.as_view(), name="register"),
    path("register/data.json", register.RegisterJsonView.as_view(), name="register_json"),
    path("register/data.csv", register.RegisterCsvView.as_view(), name="register_csv"),
    path("register/<slug:slug>/", register.RegisterEntryView.as_view(), name="register_entry"),
    path("register/<slug:slug>/data.json", register.RegisterEntryDataView.as_view(), name="register_entry_json"),
    path("register/<slug:slug>/<int:number>/", register.RegisterVersionView.as_view(), name="register_version"),
    path("register/<slug:slug>/<int:number>/text.json", register.RegisterTextView.as_view(), name="register_text"),
    # An adviser's desk.
    path("companies/<uuid:company_id>/policy/review/", views.ReviewView.as_view(), name="review"),
    path("companies/<uuid:company_id>/policy/review/begin/", views.BeginView.as_view(), name="begin_review"),
    path("companies/<uuid:company_id>/policy/review/verdict/", views.VerdictView.as_view(), name="verdict"),
    path("companies/<uuid:company_id>/policy/review/comment/", views.CommentView.as_view(), name="comment"),
    path("companies/<uuid:company_id>/policy/review/wording/", views.WordingView.as_view(), name="wording"),
    path("companies/<uuid:company_id>/policy/review/note/", views.NoteView.as_view(), name="review_note"),
    path("companies/<uuid:company_id>/policy/review/return/", views.ReturnReviewView.as_view(), name="return_review"),
    path("companies/<uuid:company_id>/policy/review/hand-over/", views.HandOverView.as_view(), name="hand_over"),
    path("companies/<uuid:company_id>/policy/review/course/", views.ReviewCourseView.as_view(), name="review_course"),
    path("programmes/<uuid:programme_id>/advising/pace/", views.CapacityView.as_view(), name="capacity"),
    path("programmes/<uuid:programme_id>/advising/next/", views.NextReviewView.as_view(), name="next_review"),
    path("phrases/", views.PhrasesView.as_view(), name="phrases"),
]
