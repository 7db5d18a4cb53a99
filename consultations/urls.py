from django.urls import path

from . import views

app_name = "consultations"
urlpatterns = [
    path("companies/<uuid:company_id>/consultations/", views.CompanyConsultationsView.as_view(), name="company"),
    path("programmes/<uuid:programme_id>/consultations/", views.ProgrammeConsultationsView.as_view(), name="programme"),
]
