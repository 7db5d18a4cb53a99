from django.urls import path

from . import views

app_name = "jobs"
urlpatterns = [
    path("<uuid:job_id>/", views.ProgressView.as_view(), name="progress"),
    path("<uuid:job_id>/retry/", views.RetryView.as_view(), name="retry"),
    path("<uuid:job_id>/cancel/", views.CancelView.as_view(), name="cancel"),
]
