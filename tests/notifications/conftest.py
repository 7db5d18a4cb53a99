import pytest

from .smtp import MailServer


@pytest.fixture
def server(settings):
    server = MailServer()
    settings.DELIVERY_EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 5
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = False
    yield server
    server.close()


@pytest.fixture
def own_backend(settings):
    """Put the portal's EMAIL_BACKEND back, which Django replaces for every test run."""
    settings.EMAIL_BACKEND = "notifications.backends.OutboxBackend"
