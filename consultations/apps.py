from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConsultationsConfig(AppConfig):
    name = "consultations"
    verbose_name = _("Consultations")

    def ready(self):
        from common.calendars import add_feed_part  # noqa: PLC0415 - models are there from now on

        from . import receivers  # noqa: F401, PLC0415 - connects them
        from .rendering.calendar import own_entries  # noqa: PLC0415 - it reads models, too

        add_feed_part(own_entries)
