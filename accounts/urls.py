from django.urls import path

from . import views

app_name = "accounts"
urlpatterns = [
    path("language/", views.SetLanguageView.as_view(), name="set_language"),
    path("documents/<slug:document>/", views.DocumentView.as_view(), name="document"),
    path("continue/", views.ContinueView.as_view(), name="continue"),
    path("sessions/", views.SessionsView.as_view(), name="sessions"),
    path("sessions/end-others/", views.EndOtherSessionsView.as_view(), name="end_other_sessions"),
    path("sessions/<int:pk>/end/", views.EndSessionView.as_view(), name="end_session"),
]
