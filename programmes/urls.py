from django.urls import path

from . import views
from .views import (
    calendar,
    certificates,
    check_in,
    closing,
    door,
    ending,
    enquiries,
    invitations,
    notices,
    online,
    outcome,
    photos,
    planning,
    planning_copying,
    planning_materials,
    quotes,
    registration,
    registration_desk,
    survey,
    themes,
)

app_name = "programmes"
SESSION = "programmes/<uuid:programme_id>/sessions/<uuid:session_id>"
SURVEY = "programmes/<uuid:programme_id>/sessions/<uuid:session_id>/survey"
urlpatterns = [
    path("programmes/", views.ProgrammesView.as_view(), name="list"),
    path("programmes/<uuid:programme_id>/sessions/", views.SessionsView.as_view(), name="sessions"),
    path("programmes/<uuid:programme_id>/sessions/<uuid:session_id>/", views.SessionView.as_view(), name="session"),
    path("companies/<uuid:company_id>/sessions/", views.CompanySessionsView.as_view(), name="company_sessions"),
    path("programmes/<uuid:programme_id>/themes/", themes.ThemesView.as_view(), name="themes"),
    # The end of a programme
    path("programmes/<uuid:programme_id>/ending/", ending.EndingView.as_view(), name="ending"),
    path("programmes/<uuid:programme_id>/ending/close/", ending.CloseView.as_view(), name="close"),
    path("programmes/<uuid:programme_id>/ending/reopen/", ending.ReopenView.as_view(), name="reopen"),
    # Closing meetings
    path(
        "companies/<uuid:company_id>/sessions/<uuid:session_id>/presentation/",
        closing.PresentationView.as_view(),
        name="presentation",
    ),
    path(
        "companies/<uuid:company_id>/sessions/<uuid:session_id>/presentation/slides/",
        closing.PresentationSlidesView.as_view(),
        name="presentation_slides",
    ),
    path(
        "companies/<uuid:company_id>/sessions/<uuid:session_id>/presentation/slides/make/",
        closing.MakeSlidesView.as_view(),
        name="make_slides",
    ),
    path(
        "companies/<uuid:company_id>/sessions/<uuid:session_id>/presentation/slides/<uuid:job_id>/",
        closing.SlidesFileView.as_view(),
        name="slides_file",
    ),
    path(
        "programmes/<uuid:programme_id>/sessions/<uuid:session_id>/closing/",
        closing.ClosingView.as_view(),
        name="closing",
    ),
    path(
        "programmes/<uuid:programme_id>/sessions/<uuid:session_id>/closing/order/",
        closing.RunningOrderView.as_view(),
        name="running_order",
    ),
    path(
        "programmes/<uuid:programme_id>/sessions/<uuid:session_id>/closing/slides/",
        closing.AllSlidesView.as_view(),
        name="closing_slides",
    ),
    path(
        "programmes/<uuid:programme_id>/sessions/<uuid:session_id>/closing/slides/<uuid:job_id>/",
        closing.AllSlidesFileView.as_view(),
        name="closing_slides_file",
    ),
    path(
        "programmes/<uuid:programme_id>/sessions/<uuid:session_id>/closing/remarks/",
        closing.RemarksView.as_view(),
        name="meeting_remarks",
    ),
    path(
        "programmes/<uuid:programme_id>/sessions/<uuid:session_id>/closing/remarks/<uuid:remark_id>/",
        closing.RemarkView.as_view(),
        name="meeting_remark",
    ),
    path(
        "programmes/<uuid:programme_id>/sessions/<uuid:session_id>/closing/remarks/<uuid:remark_id>/delete/",
        closing.DeleteRemarkView.as_view(),
        name="delete_meeting_remark",
    ),
    # Registration and calendars.
    path(
        "companies/<uuid:company_id>/sessions/<uuid:session_id>/", registration.RegisterView.as_view(), name="register"
    ),
    path(
        "companies/<uuid:company_id>/sessions/<uuid:session_id>/people/<uuid:person_id>/",
        registration.ApologiseView.as_view(),
        name="apologise",
    ),
    path(
        "programmes/<uuid:programme_id>/sessions/<uuid:session_id>/calendar.ics",
        calendar.SessionCalendarView.as_view(),
        name="session_calendar",
    ),
    path(
        "programmes/<uuid:programme_id>/sessions/<uuid:session_id>/registrations/",
        registration_desk.RegistrationsView.as_view(),
        name="registrations",
    ),
    path(
        "programmes/<uuid:programme_id>/sessions/<uuid:session_id>/register/",
        registration_desk.RegisterForView.as_view(),
        name="register_for",
    ),
    path(
        "programmes/<uuid:programme_id>/sessions/<uuid:session_id>/register/<uuid:person_id>/",
        registration_desk.ApologiseForView.as_view(),
        name="apologise_for",
    ),
    path(
        "programmes/<uuid:programme_id>/sessions/<uuid:session_id>/observers/",
        registration_desk.ObserversView.as_view(),
        name="observers",
    ),
    path(
        "programmes/<uuid:programme_id>/sessions/<uuid:session_id>/observers/<uuid:observer_id>/",
        registration_desk.ObserverView.as_view(),
        name="observer",
    ),
    path("calendar/", calendar.CalendarSettingsView.as_view(), name="calendar_settings"),
    path("calendar/<str:token>.ics", calendar.CalendarFeedView.as_view(), name="calendar_feed"),
    # Surveys
    path("survey/<str:token>/", survey.SurveyLinkView.as_view(), name="survey_link"),
    path(f"{SURVEY}/", survey.SurveyView.as_view(), name="survey"),
    path(f"{SURVEY}/question/", survey.SurveyQuestionView.as_view(), name="survey_question"),
    path(f"{SURVEY}/order/", survey.SurveyOrderView.as_view(), name="survey_order"),
    path(f"{SURVEY}/invite/", survey.InviteView.as_view(), name="invite"),
    path(f"{SURVEY}/remind/", survey.RemindView.as_view(), name="remind_survey"),
    path(f"{SURVEY}/answers/", survey.SurveyAnswersView.as_view(), name="survey_answers"),
    path(f"{SURVEY}/answers.csv", survey.SurveyCsvView.as_view(), name="survey_csv"),
    # Planning
    path("programmes/<uuid:programme_id>/sessions/new/", planning.NewSessionView.as_view(), name="new_session"),
    path(f"{SESSION}/plan/", planning.EditSessionView.as_view(), name="edit_session"),
    path(f"{SESSION}/agenda/", planning.AgendaView.as_view(), name="session_agenda"),
    path(f"{SESSION}/publish/", planning.PublishSessionView.as_view(), name="publish_session"),
    path(f"{SESSION}/cancel/", planning.CancelSessionView.as_view(), name="cancel_session"),
    path(f"{SESSION}/discard/", planning.DiscardSessionView.as_view(), name="discard_session"),
    path(f"{SESSION}/copy/", planning_copying.CopySessionView.as_view(), name="copy_session"),
    path("programmes/<uuid:programme_id>/sessions/copy/", planning_copying.CopyPlanView.as_view(), name="copy_plan"),
    path(f"{SESSION}/materials/", planning_materials.MaterialsView.as_view(), name="session_materials"),
    path(f"{SESSION}/materials/<uuid:material_id>/", planning_materials.MaterialView.as_view(), name="material"),
    path(
        f"{SESSION}/materials/<uuid:material_id>/edit/",
        planning_materials.EditMaterialView.as_view(),
        name="edit_material",
    ),
    path(
        f"{SESSION}/materials/<uuid:material_id>/remove/",
        planning_materials.RemoveMaterialView.as_view(),
        name="remove_material",
    ),
    path(f"{SESSION}/photos/", photos.PhotosView.as_view(), name="session_photos"),
    path(f"{SESSION}/photos/<uuid:photo_id>/", photos.PhotoView.as_view(), name="photo"),
    path(f"{SESSION}/photos/<uuid:photo_id>/edit/", photos.EditPhotoView.as_view(), name="edit_photo"),
    path(f"{SESSION}/photos/<uuid:photo_id>/remove/", photos.RemovePhotoView.as_view(), name="remove_photo"),
    # The door
    path("programmes/<uuid:programme_id>/sessions/<uuid:session_id>/door/", door.DoorView.as_view(), name="door"),
    path(
        "programmes/<uuid:programme_id>/sessions/<uuid:session_id>/door/operations/",
        door.DoorOperationsView.as_view(),
        name="door_operations",
    ),
    path(f"{SESSION}/door/papers/", door.PrintPaperView.as_view(), name="print_paper"),
    path(f"{SESSION}/door/papers/<uuid:job_id>/", door.PaperView.as_view(), name="door_paper"),
    path(f"{SESSION}/ticket/", check_in.TicketView.as_view(), name="ticket"),
    path(f"{SESSION}/check-in/<uuid:attendance_id>/", check_in.CheckInView.as_view(), name="check_in"),
    # Online attendance and what came of a session
    path(f"{SESSION}/online/", online.OnlineListsView.as_view(), name="online_list"),
    path(f"{SESSION}/online/<uuid:list_id>/", online.OnlinePreviewView.as_view(), name="online_preview"),
    path(f"{SESSION}/online/<uuid:list_id>/confirm/", online.ConfirmOnlineView.as_view(), name="online_confirm"),
    path(f"{SESSION}/online/<uuid:list_id>/discard/", online.DiscardOnlineView.as_view(), name="online_discard"),
    path(f"{SESSION}/attendance/close/", online.CloseAttendanceView.as_view(), name="close_attendance"),
    path(
        f"{SESSION}/attendance/<uuid:attendance_id>/",
        online.CorrectAttendanceView.as_view(),
        name="correct_attendance",
    ),
    path(f"{SESSION}/outcome/", outcome.OutcomeView.as_view(), name="outcome"),
    # Certificates
    path("verify/", certificates.VerifyView.as_view(), name="verify"),
    path("verify/<str:code>/", certificates.VerifyCertificateView.as_view(), name="verify_certificate"),
    path(
        "companies/<uuid:company_id>/certificates/",
        certificates.CompanyCertificatesView.as_view(),
        name="company_certificates",
    ),
    path(
        "companies/<uuid:company_id>/certificates/<uuid:certificate_id>/",
        certificates.CertificateView.as_view(),
        name="certificate",
    ),
    path(
        "programmes/<uuid:programme_id>/sessions/<uuid:session_id>/certificates/",
        certificates.CertificatesView.as_view(),
        name="certificates",
    ),
    path(
        "programmes/<uuid:programme_id>/sessions/<uuid:session_id>/certificates/issue/",
        certificates.IssueCertificatesView.as_view(),
        name="issue_certificates",
    ),
    path(
        "programmes/<uuid:programme_id>/sessions/<uuid:session_id>/certificates/print/",
        certificates.PrintCertificatesView.as_view(),
        name="print_certificates",
    ),
    path(
        "programmes/<uuid:programme_id>/sessions/<uuid:session_id>/certificates/print/<uuid:job_id>/",
        certificates.CertificatesFileView.as_view(),
        name="certificates_file",
    ),
    path(
        "programmes/<uuid:programme_id>/sessions/<uuid:session_id>/certificates/<uuid:certificate_id>/revoke/",
        certificates.RevokeCertificateView.as_view(),
        name="revoke_certificate",
    ),
    # Quotes for the report
    path("programmes/<uuid:programme_id>/quotes/", quotes.QuotesView.as_view(), name="quotes"),
    path(
        "programmes/<uuid:programme_id>/quotes/comments/<uuid:feedback_id>/", quotes.QuoteView.as_view(), name="quote"
    ),
    path("programmes/<uuid:programme_id>/quotes/remarks/new/", quotes.NewRemarkView.as_view(), name="new_remark"),
    path("programmes/<uuid:programme_id>/quotes/remarks/<uuid:remark_id>/", quotes.RemarkView.as_view(), name="remark"),
    path(f"{SURVEY}/consent/", quotes.OwnConsentView.as_view(), name="own_consent"),
    # Announcements
    path("programmes/<uuid:programme_id>/notices/", notices.NoticesView.as_view(), name="notices"),
    path("programmes/<uuid:programme_id>/notices/new/", notices.NewNoticeView.as_view(), name="new_notice"),
    path("programmes/<uuid:programme_id>/notices/<uuid:notice_id>/", notices.NoticeView.as_view(), name="notice"),
    path(
        "programmes/<uuid:programme_id>/notices/<uuid:notice_id>/edit/",
        notices.EditNoticeView.as_view(),
        name="edit_notice",
    ),
    path(
        "programmes/<uuid:programme_id>/notices/<uuid:notice_id>/read/",
        notices.ReadNoticeView.as_view(),
        name="read_notice",
    ),
    # Enquiries to the secretariat
    path("programmes/<uuid:programme_id>/enquiries/", enquiries.EnquiriesView.as_view(), name="enquiries"),
    path("companies/<uuid:company_id>/enquiries/", enquiries.CompanyEnquiriesView.as_view(), name="company_enquiries"),
    path("companies/<uuid:company_id>/enquiries/new/", enquiries.AskView.as_view(), name="ask"),
    path("companies/<uuid:company_id>/enquiries/<uuid:enquiry_id>/", enquiries.EnquiryView.as_view(), name="enquiry"),
    path(
        "companies/<uuid:company_id>/enquiries/<uuid:enquiry_id>/close/",
        enquiries.CloseEnquiryView.as_view(),
        name="close_enquiry",
    ),
    # Invitations
    path("programmes/<uuid:programme_id>/invitations/", invitations.InvitationsView.as_view(), name="invitations"),
    path("programmes/<uuid:programme_id>/invitations/send/", invitations.InviteView.as_view(), name="send_invitations"),
    path("programmes/<uuid:programme_id>/invitations/new-seat/", invitations.NewSeatView.as_view(), name="new_seat"),
    path(
        "programmes/<uuid:programme_id>/invitations/sent/<uuid:job_id>/",
        invitations.InvitationRunView.as_view(),
        name="invitation_run",
    ),
    path(
        "programmes/<uuid:programme_id>/invitations/<uuid:invitation_id>/take-back/",
        invitations.TakeBackView.as_view(),
        name="take_back_invitation",
    ),
    path("invitation/<str:token>/", invitations.AcceptInvitationView.as_view(), name="accept_invitation"),
]
