"""The portal's addresses with the mailbox that `print_sign_in` names; the portal has it in a demo only."""

from django.urls import include, path

from notifications.urls import urlpatterns as own
from notifications.views import MailboxView
from spp_portal import urls

urlpatterns = [
    *(part for part in urls.urlpatterns if getattr(part, "namespace", "") != "notifications"),
    path("", include(([*own, path("mailbox/", MailboxView.as_view(), name="mailbox")], "notifications"))),
]
