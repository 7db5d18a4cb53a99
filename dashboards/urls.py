from django.urls import path

from . import views

app_name = "dashboards"
urlpatterns = [
    path("", views.HomeView.as_view(), name="home"),
    path("places/", views.PlacesView.as_view(), name="places"),
    path("help/", views.HelpView.as_view(), name="help"),
    path("companies/<uuid:company_id>/", views.CompanyView.as_view(), name="company"),
    path("companies/<uuid:company_id>/home/", views.CompanyHomeView.as_view(), name="company_home"),
    path("companies/<uuid:company_id>/looks/", views.LooksView.as_view(), name="looks"),
    path("programmes/<uuid:programme_id>/", views.ProgrammeView.as_view(), name="programme"),
    path("programmes/<uuid:programme_id>/companies/", views.CompaniesView.as_view(), name="companies"),
    path("programmes/<uuid:programme_id>/advising/", views.AdvisingView.as_view(), name="advising"),
    path("programmes/<uuid:programme_id>/advising/companies/", views.AdvisedView.as_view(), name="advised"),
]
