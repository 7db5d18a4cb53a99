from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import pre_migrate
from django.utils.translation import gettext_lazy as _

from .tenancy.roles import ensure_roles


def prepare_roles(*, using, **kwargs):
    """Have both roles and their default grants in place before the first table is made."""
    ensure_roles(connections[using])


class CommonConfig(AppConfig):
    name = "common"
    verbose_name = _("Common parts")

    def ready(self):
        pre_migrate.connect(prepare_roles, sender=self)
