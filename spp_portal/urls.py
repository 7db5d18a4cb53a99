"""The URL map. Addresses below a company carry its id, which narrows the request to that company."""

from django.urls import include, path

urlpatterns = [
    path("accounts/", include("accounts.urls")),
    path("accounts/", include("allauth.urls")),
]
