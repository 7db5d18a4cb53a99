from django.urls import path

from . import views
from .views import assigning, chosen, enrolling, mailings, people, profile, rollover, steps, trail

app_name = "dashboards"
MAILING = "programmes/<uuid:programme_id>/letters/<uuid:mailing_id>"
COMPANY = "programmes/<uuid:programme_id>/companies/<uuid:company_id>"
urlpatterns = [
    path("", views.HomeView.as_view(), name="home"),
    path("places/", views.PlacesView.as_view(), name="places"),
    path("help/", views.HelpView.as_view(), name="help"),
    path("companies/<uuid:company_id>/", views.CompanyView.as_view(), name="company"),
    path("companies/<uuid:company_id>/home/", views.CompanyHomeView.as_view(), name="company_home"),
    path("companies/<uuid:company_id>/looks/", views.LooksView.as_view(), name="looks"),
    # The record of deeds
    path("trail/", trail.OwnTrailView.as_view(), name="own_trail"),
    path("companies/<uuid:company_id>/trail/", trail.CompanyTrailView.as_view(), name="company_trail"),
    path("programmes/<uuid:programme_id>/trail/", trail.ProgrammeTrailView.as_view(), name="programme_trail"),
    path("companies/<uuid:company_id>/profile/", profile.ProfileView.as_view(), name="profile"),
    path("companies/<uuid:company_id>/profile/edit/", profile.EditProfileView.as_view(), name="edit_profile"),
    path("companies/<uuid:company_id>/people/", people.PeopleView.as_view(), name="people"),
    path("companies/<uuid:company_id>/people/new/", people.NewPersonView.as_view(), name="new_person"),
    path("companies/<uuid:company_id>/people/<uuid:person_id>/", people.PersonView.as_view(), name="person"),
    path("companies/<uuid:company_id>/people/<uuid:person_id>/leave/", people.LeaveView.as_view(), name="leave"),
    path("programmes/<uuid:programme_id>/", views.ProgrammeView.as_view(), name="programme"),
    path("programmes/<uuid:programme_id>/next/", rollover.NextProgrammeView.as_view(), name="next_programme"),
    path("programmes/<uuid:programme_id>/companies/", views.CohortView.as_view(), name="companies"),
    path("programmes/<uuid:programme_id>/companies/stalled/", views.StalledView.as_view(), name="stalled"),
    # What is done about the companies that were ticked in the list
    path("programmes/<uuid:programme_id>/companies/charge/", chosen.ChargeChosenView.as_view(), name="charge_chosen"),
    path("programmes/<uuid:programme_id>/companies/deadline/", chosen.ExtendChosenView.as_view(), name="extend_chosen"),
    path("programmes/<uuid:programme_id>/companies/enrol/", enrolling.EnrolView.as_view(), name="enrol"),
    path(f"{COMPANY}/enrolment/", enrolling.EnrolmentView.as_view(), name="enrolment"),
    # One company as the secretariat follows it.
    path(f"{COMPANY}/", views.FollowingView.as_view(), name="following"),
    path(f"{COMPANY}/timeline/", views.TimelineView.as_view(), name="timeline"),
    path(f"{COMPANY}/charge/", views.ChargeView.as_view(), name="charge"),
    path(f"{COMPANY}/memo/", views.MemoView.as_view(), name="memo"),
    path(f"{COMPANY}/deadlines/<uuid:kind_id>/", views.ExtendView.as_view(), name="extend"),
    path(f"{COMPANY}/steps/<uuid:kind_id>/", steps.StepView.as_view(), name="step"),
    path(f"{COMPANY}/seen-as/", views.SeenAsView.as_view(), name="seen_as"),
    path("programmes/<uuid:programme_id>/advising/", views.AdvisingView.as_view(), name="advising"),
    path("programmes/<uuid:programme_id>/advising/companies/", views.AdvisedView.as_view(), name="advised"),
    # Who advises whom
    path("programmes/<uuid:programme_id>/advisers/", assigning.AssignmentsView.as_view(), name="assignments"),
    path("programmes/<uuid:programme_id>/advisers/<uuid:seat_id>/", assigning.AdviserView.as_view(), name="adviser"),
    path(
        "programmes/<uuid:programme_id>/stand-ins/<uuid:absence_id>/", assigning.StandInView.as_view(), name="stand_in"
    ),
    path(f"{COMPANY}/advisers/", assigning.CompanyAdvisersView.as_view(), name="company_advisers"),
    path(f"{COMPANY}/advisers/<uuid:assignment_id>/", assigning.AssignmentView.as_view(), name="assignment"),
    # Letters to many
    path("programmes/<uuid:programme_id>/letters/", mailings.MailingsView.as_view(), name="mailings"),
    path("programmes/<uuid:programme_id>/letters/new/", mailings.NewMailingView.as_view(), name="new_mailing"),
    path(f"{MAILING}/", mailings.MailingView.as_view(), name="mailing"),
    path(f"{MAILING}/edit/", mailings.EditMailingView.as_view(), name="edit_mailing"),
    path(f"{MAILING}/people/", mailings.ChooseView.as_view(), name="choose_people"),
    path(f"{MAILING}/trial/", mailings.TrialView.as_view(), name="trial_mailing"),
    path(f"{MAILING}/send/", mailings.SendMailingView.as_view(), name="send_mailing"),
    path(f"{MAILING}/call-off/", mailings.CallOffView.as_view(), name="call_off_mailing"),
    path(f"{MAILING}/discard/", mailings.DiscardMailingView.as_view(), name="discard_mailing"),
]
