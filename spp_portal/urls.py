"""The URL map. Addresses below a company carry its id, which narrows the request to that company."""

from django.conf import settings
from django.urls import include, path

from accounts.views import RemovePasskeyView
from common.views.health import healthz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("accounts/", include("accounts.urls")),
    path("accounts/", include("allauth.account.urls")),
    # In place of allauth's, which would take the last second factor from somebody who needs one.
    path("accounts/2fa/webauthn/keys/<int:pk>/remove/", RemovePasskeyView.as_view(), name="mfa_remove_webauthn"),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("jobs/", include("jobs.urls")),
    path("", include("notifications.urls")),
    path("", include("dashboards.urls")),
    path("", include("programmes.urls")),
    path("", include("policies.urls")),
    path("", include("consultations.urls")),
    path("", include("reports.urls")),
    path("imports/", include("imports.urls")),
]

if settings.DEVELOPMENT:
    urlpatterns.append(path("style-guide/", include("common.urls")))
