from django.conf import settings
from django.urls import path

from . import views

app_name = "notifications"
urlpatterns = [
    path("messages/", views.InboxView.as_view(), name="inbox"),
    path("messages/read/", views.ReadAllView.as_view(), name="read_all"),
    path("messages/settings/", views.SettingsView.as_view(), name="settings"),
    path("messages/<uuid:message_id>/open/", views.OpenMessageView.as_view(), name="open_message"),
]
if settings.DEMO:
    urlpatterns.append(path("mailbox/", views.MailboxView.as_view(), name="mailbox"))
