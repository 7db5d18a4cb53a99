"""Settings of the portal. Every secret and every address comes from the environment; see docs/operations.md."""

import hashlib
import os
from pathlib import Path

import dj_database_url
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(os.environ.get("PORTAL_VAR", BASE_DIR / "var")).resolve()


def flag(name: str) -> bool:
    """True when the environment sets NAME to 1, true, yes or on."""
    return os.environ.get(name, "").strip().lower() in {"1", "true", "yes", "on"}


DEBUG = flag("PORTAL_DEBUG")
DEMO = flag("PORTAL_DEMO")
DEVELOPMENT = DEBUG or DEMO

# --- Secrets and addresses ----------------------------------------------------------------------------------------

SECRET_KEY = os.environ.get("SECRET_KEY", "")
if not SECRET_KEY:
    raise ImproperlyConfigured("SECRET_KEY is not set. `make run` makes one for a demo; in production set it yourself.")
SECRET_KEY_FALLBACKS = [key for key in os.environ.get("SECRET_KEY_FALLBACKS", "").split(",") if key]

PORTAL_URL = os.environ.get("PORTAL_URL", "http://localhost:8000").rstrip("/")
ALLOWED_HOSTS = [host for host in os.environ.get("ALLOWED_HOSTS", "localhost,127.0.0.1").split(",") if host]
CSRF_TRUSTED_ORIGINS = [origin for origin in os.environ.get("CSRF_TRUSTED_ORIGINS", "").split(",") if origin]
HTTPS = PORTAL_URL.startswith("https://")

# Whom people ask for help, at the foot of every page. What is not given is left out; without any of it the foot says
# to ask the secretariat of one's programme.
SECRETARIAT = {
    name: os.environ.get(f"SECRETARIAT_{name.upper()}", "").strip() for name in ("name", "phone", "email", "hours")
}

# --- Database: the owner sets up and migrates; everything that serves people uses the web role --------------------

DATABASE_ENGINE = "common.postgresql"
DATABASE_URL = os.environ.get("DATABASE_URL", "")
if not DATABASE_URL and not os.environ.get("WEB_DATABASE_URL"):
    raise ImproperlyConfigured("DATABASE_URL is not set. `make services` starts a server and prints its address.")

WEB_ROLE = os.environ.get("PORTAL_WEB_ROLE", "portal_web")
DEFINER_ROLE = os.environ.get("PORTAL_DEFINER_ROLE", "portal_definer")


def database(url: str) -> dict:
    """Return Django's settings for the PostgreSQL server at `url`."""
    parsed = dj_database_url.parse(url, engine=DATABASE_ENGINE, conn_max_age=60, conn_health_checks=True)
    parsed.setdefault("OPTIONS", {}).setdefault("application_name", "spp_portal")
    return parsed


def derived_web_database(owner: dict) -> dict:
    """Return the web role's login on the owner's server, with a password made from the owner's.

    Good for a single machine; production sets WEB_DATABASE_URL so that the web host never knows the owner's password.
    """
    seed = f"{owner.get('PASSWORD', '')}:{SECRET_KEY}:{WEB_ROLE}"
    return {**owner, "USER": WEB_ROLE, "PASSWORD": hashlib.sha256(seed.encode()).hexdigest()}


DATABASES = {}
if DATABASE_URL:
    DATABASES["owner"] = database(DATABASE_URL)
if os.environ.get("WEB_DATABASE_URL"):
    DATABASES["default"] = database(os.environ["WEB_DATABASE_URL"])
    WEB_ROLE = DATABASES["default"]["USER"]
else:
    DATABASES["default"] = derived_web_database(DATABASES["owner"])
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    # Rate limits of allauth live here: in the database, so that they hold when the broker is down.
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "common_cache"},
}

# --- Apps -----------------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "bootstrap",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "common",
    "accounts",
    "jobs",
    "audit",
    "notifications",
    "companies",
    "programmes",
    "policies",
    "consultations",
    "dashboards",
    "reports",
    "imports",
    "demo",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "common.middleware.RequestIdMiddleware",
    "common.middleware.KnownMethodsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "common.middleware.PlainTextMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.SessionLimitsMiddleware",
    "accounts.middleware.LanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "common.middleware.NoStoreMiddleware",
    # From here on inwards one transaction with the person's context, template rendering included.
    "common.middleware.TenancyMiddleware",
    "audit.middleware.DownloadsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.SecondFactorMiddleware",
]

ROOT_URLCONF = "spp_portal.urls"
WSGI_APPLICATION = "spp_portal.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "common.context_processors.portal",
                "dashboards.context_processors.frame",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static"],
        },
    },
]

# --- People -----------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.Backend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "dashboards:home"
LOGOUT_REDIRECT_URL = "account_login"

ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
MFA_ADAPTER = "accounts.adapter.SecondFactorAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "SPP Portal"
MFA_FORMS = {
    "activate_totp": "accounts.forms.ActivateAppForm",
    "add_webauthn": "accounts.forms.AddPasskeyForm",
    "authenticate": "accounts.forms.SecondStepForm",
    "edit_webauthn": "accounts.forms.RenamePasskeyForm",
    "reauthenticate": "accounts.forms.ConfirmByCodeForm",
}
# How long "it is you" holds before a deed that needs it: since signing in or since the last confirmation.
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
# Beside allauth's own limits: pages that open by a link. A word that opens nothing counts by address of the asker; the
# answers that a link takes count by link, because a whole company may stand behind one address.
ACCOUNT_RATE_LIMITS = {
    "unknown_link": "10/m/ip",
    "decision": "10/m/key",
    "invitation": "10/m/key",
    "receipt": "120/m/key,2000/d/key",
    "survey": "60/m/ip",
}
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("TRUSTED_PROXY_COUNT", "0"))

SESSION_ENGINE = "django.contrib.sessions.backends.db"
# Without a deed for an hour, or twelve hours after signing in, one signs in again (accounts.middleware). The row is kept
# longer than that, so that the portal still knows whose session has ended and where they were.
SESSION_IDLE_SECONDS = 60 * 60
SESSION_LONGEST_SECONDS = 12 * 60 * 60
SESSION_COOKIE_AGE = 24 * 60 * 60
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
CSRF_FAILURE_VIEW = "common.views.errors.csrf_failure"

# --- Language and time ------------------------------------------------------------------------------------------------

LANGUAGE_CODE = "ja"
LANGUAGES = [("ja", _("Japanese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_NAME = "__Host-language" if HTTPS else "language"
LANGUAGE_COOKIE_SECURE = HTTPS
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_AGE = 365 * 24 * 60 * 60
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Tokyo"
FORMAT_MODULE_PATH = ["spp_portal.formats"]

# --- Files ------------------------------------------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = VAR_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(MEDIA_ROOT)}},
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEVELOPMENT
            else "whitenoise.storage.CompressedManifestStaticFilesStorage"
        ),
    },
}
WHITENOISE_USE_FINDERS = DEVELOPMENT
WHITENOISE_AUTOREFRESH = DEBUG
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
DATA_UPLOAD_MAX_NUMBER_FILES = 10
FILE_UPLOAD_PERMISSIONS = 0o600

# --- Forms ------------------------------------------------------------------------------------------------------------

CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# --- Mail ---------------------------------------------------------------------------------------------------------------

# Mail is a row in the database first (notifications.delivery); this is what finally carries it.
EMAIL_BACKEND = "notifications.backends.OutboxBackend"
DELIVERY_EMAIL_BACKEND = (
    "notifications.backends.MailboxBackend" if DEMO else "django.core.mail.backends.smtp.EmailBackend"
)
EMAIL_FILE_PATH = VAR_DIR / "mail"
EMAIL_HOST = os.environ.get("EMAIL_HOST", "localhost")
EMAIL_PORT = int(os.environ.get("EMAIL_PORT", "25"))
EMAIL_HOST_USER = os.environ.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = flag("EMAIL_USE_TLS")
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = os.environ.get("DEFAULT_FROM_EMAIL", "SPP <spp@localhost>")

# --- Jobs: the row in the database is the truth, the broker only a bell ------------------------------------------------

REDIS_URL = os.environ.get("REDIS_URL", "redis://localhost:6379/0")
CELERY_BROKER_URL = REDIS_URL
# Slow work has a queue of its own, so that a machine with more workers can keep mail from waiting behind reports; and
# so has the one task that fetches addresses which companies gave, so that a worker behind a firewall can do it alone.
CELERY_TASK_DEFAULT_QUEUE = "quick"
CELERY_TASK_QUEUES = {"quick": {}, "jobs": {}, "egress": {}}
CELERY_TASK_ROUTES = {"jobs.run_job": {"queue": "jobs"}, "policies.check_link": {"queue": "egress"}}
CELERY_BEAT_SCHEDULER = "jobs.periodic:BellScheduler"
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 50
CELERY_WORKER_CONCURRENCY = int(os.environ.get("WORKER_CONCURRENCY", "2"))
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_TRACK_STARTED = False
CELERY_TIMEZONE = "Asia/Tokyo"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # Longer than the longest hard time limit, so that no task runs twice only because it is slow.
    "visibility_timeout": 600,
    # kombu looks for work left by a killed worker every 100 s unless told otherwise.
    "unacked_restore_interval": 2,
    "unacked_restore_throttle": 1,
    "socket_timeout": 2,
    "socket_connect_timeout": 2,
}

# How long a killed worker's job waits for the next attempt, at most.
JOB_LEASE_SECONDS = int(os.environ.get("JOB_LEASE_SECONDS", "30"))
# Modules with handlers of jobs outside the apps' `tasks.py`: those of the tests.
JOB_HANDLER_MODULES = [name for name in os.environ.get("JOB_HANDLER_MODULES", "").split(",") if name]

# Made-up host names that lead to servers on this machine, for tests and the demo: "policy.example.test=127.0.0.1:8099,…".
# Everybody else's link check reaches public addresses only, whatever is set.
LINK_CHECK_TEST_HOSTS = {
    name: (place.rpartition(":")[0], int(place.rpartition(":")[2]))
    for name, _sign, place in (
        entry.partition("=") for entry in os.environ.get("LINK_CHECK_TEST_HOSTS", "").split(",") if entry
    )
}
if LINK_CHECK_TEST_HOSTS and not DEVELOPMENT:
    raise ImproperlyConfigured(
        "LINK_CHECK_TEST_HOSTS is for tests and demos only: it leads past the check of addresses."
    )

# --- Headers -----------------------------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "object-src": ["'none'"],
        "manifest-src": ["'self'"],
    },
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if flag("BEHIND_PROXY") else None
X_FRAME_OPTIONS = "DENY"

# --- Logs --------------------------------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "request_id": {"()": "common.logs.RequestIdFilter"},
        "links": {"()": "common.logs.LinkFilter"},
    },
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["request_id", "links"]}
    },
    "root": {"handlers": ["console"], "level": os.environ.get("LOG_LEVEL", "INFO")},
    "loggers": {"fontTools": {"level": "WARNING"}, "weasyprint": {"level": "ERROR"}},
}
