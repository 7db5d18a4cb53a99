from django.urls import path

from . import views

app_name = "programmes"
urlpatterns = [
    path("programmes/", views.ProgrammesView.as_view(), name="list"),
    path("programmes/<uuid:programme_id>/sessions/", views.SessionsView.as_view(), name="sessions"),
    path("programmes/<uuid:programme_id>/sessions/<uuid:session_id>/", views.SessionView.as_view(), name="session"),
    path("companies/<uuid:company_id>/sessions/", views.CompanySessionsView.as_view(), name="company_sessions"),
]
