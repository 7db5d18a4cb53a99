"""The one address that `print_sign_in` names; the portal has it in a demo only."""

from django.urls import include, path

from notifications.views import MailboxView

urlpatterns = [path("", include(([path("mailbox/", MailboxView.as_view(), name="mailbox")], "notifications")))]
