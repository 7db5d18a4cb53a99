"""Settings of the test run: the owner's login builds the database, requests run as the web role (tests/roles.py)."""

import os

from spp_portal.settings import *  # noqa: F403
from spp_portal.settings import DATABASES as PORTAL_DATABASES

DEMO = False
DEVELOPMENT = True
DATABASES = {
    "default": {
        **PORTAL_DATABASES["owner"],
        "ENGINE": "tests.postgresql",
        "CONN_MAX_AGE": 0,
        # A test that commits is cleared by emptying all tables, the trail with them.
        "OPTIONS": {**PORTAL_DATABASES["owner"].get("OPTIONS", {}), "options": "-c app.clearing=on"},
        "TEST": {"NAME": os.environ.get("PORTAL_TEST_DB", "test_portal")},
    }
}
# A session of a test is as good at its end as at its beginning, on however slow a machine.
ACCOUNT_REAUTHENTICATION_TIMEOUT = 24 * 60 * 60
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
DELIVERY_EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# Static files are found where they lie: nothing is collected for a test run.
WHITENOISE_AUTOREFRESH = True
