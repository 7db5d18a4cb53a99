"""The portal's addresses with the importer's."""

from django.urls import include, path

from spp_portal.urls import urlpatterns as portal

urlpatterns = [*portal, path("imports/", include("imports.urls"))]
