"""The web process. It refuses to start under a database role that row-level security does not bind."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "spp_portal.settings")
application = get_wsgi_application()

from common.tenancy.guard import refuse_unsafe_database  # noqa: E402 - needs the settings above

refuse_unsafe_database()
