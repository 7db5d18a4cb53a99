from django.conf import settings
from django.urls import path

from . import views

app_name = "notifications"
urlpatterns = [path("mailbox/", views.MailboxView.as_view(), name="mailbox")] if settings.DEMO else []
