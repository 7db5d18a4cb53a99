from django.urls import path

from . import views

app_name = "policies"
urlpatterns = [
    path("companies/<uuid:company_id>/policy/", views.CompanyPolicyView.as_view(), name="company"),
    path("programmes/<uuid:programme_id>/policies/", views.ProgrammePoliciesView.as_view(), name="programme"),
]
